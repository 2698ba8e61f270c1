"""What the fakes of the program know together: real records on shelves, no catalog, no networks, no files."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

from phototagger.domain.records import (
    Box,
    Changes,
    ErrorKind,
    Failure,
    FileSignature,
    HistoryStep,
    Keyword,
    KnownValue,
    Photo,
    PhotoState,
    Region,
    RegionKind,
    ReviewState,
    Suggestion,
)
from phototagger.domain.sentences import Said, plain
from phototagger.domain.writing import WriteRun
from phototagger.jobs.progress import Cancel, Meter, Progress
from phototagger.settings.declared import Settings

WHEN = "2024-05-01T10:20:30+00:00"
WORDS = ("animal|dog|golden retriever", "nature|water|lakeside", "vehicle|bicycle", "food|pizza", "person")


@dataclass
class Shelf:
    """What the fake knows of one photo."""

    photo: Photo
    suggestions: list[Suggestion] = field(default_factory=list)
    words: dict[str, Keyword] = field(default_factory=dict)
    regions: list[Region] = field(default_factory=list)
    values: dict[str, KnownValue] = field(default_factory=dict)

    @property
    def open(self) -> list[Suggestion]:
        return [one for one in self.suggestions if one.state is ReviewState.SUGGESTED]

    @property
    def changed(self) -> bool:
        return any(word.wanted != word.written for word in self.words.values())


class World:
    """``calls`` records edits and jobs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shelves: dict[int, Shelf] = {}
        self.roots_added: list[Path] = []
        self.steps: list[HistoryStep] = []
        self.before: list[dict[int, Shelf]] = []  # of each step: its photos on its other side
        self.write_runs: list[WriteRun] = []
        self.file_words: dict[int, tuple[str, ...]] = {}
        self.file_values: dict[int, dict[str, tuple[str, ...]]] = {}
        self.calls: list[tuple[str, object]] = []
        self.gate: threading.Event | None = None  # jobs wait here between two photos when it is set
        self.job_error: Exception | None = None

    def step(self, text: str, photo_ids: Iterable[int]) -> Changes:
        """A history step on these photos begins; undo brings them back to how they are now."""
        now = {identity: deepcopy(self.shelves[identity]) for identity in photo_ids}
        self.steps = [step for step in self.steps if not step.undone]
        self.steps.append(HistoryStep(len(self.steps) + 1, plain(text), WHEN, False))
        del self.before[len(self.steps) - 1 :]
        self.before.append(now)
        return Changes(frozenset(now), history=True)

    def swap(self, place: int, undone: bool) -> tuple[Changes, Said]:
        """Takes the step at this place back, or makes it again."""
        other, self.before[place] = self.before[place], {}
        for identity, shelf in other.items():
            self.before[place][identity], self.shelves[identity] = self.shelves[identity], shelf
        self.steps[place] = replace(self.steps[place], undone=undone)
        return Changes(frozenset(other), history=True), self.steps[place].text

    def add_photos(self, folder: Path, count: int, state: PhotoState = PhotoState.ANALYSED) -> list[int]:
        first = len(self.shelves) + 1
        for identity in range(first, first + count):
            path = folder / f"photo-{identity:06d}.jpg"
            photo = Photo(identity, path, FileSignature(1000, 1), state, width=160, height=120)
            self.shelves[identity] = Shelf(photo)
            if state is PhotoState.ANALYSED:
                self.find(identity)
        return list(range(first, first + count))

    def find(self, identity: int) -> None:
        """What an analysis finds on this photo: two keywords and a face on every third."""
        shelf = self.shelves[identity]
        shelf.photo = replace(shelf.photo, state=PhotoState.ANALYSED)
        for place in range(2):
            word = WORDS[(identity + place) % len(WORDS)]
            shelf.suggestions.append(
                Suggestion(
                    identity * 10 + place,
                    identity,
                    word,
                    f"x:{word}",
                    0.95 - 0.2 * place,
                    "net@1",
                    ReviewState.SUGGESTED,
                )
            )
        if identity % 3 == 0:
            box = Box(0.25, 0.25, 0.5, 0.5)
            shelf.regions.append(
                Region(identity, identity, RegionKind.FACE, "face", "face", box, 0.9, "faces@1")
            )

    def break_photo(self, identity: int, kind: ErrorKind, message: str) -> None:
        shelf = self.shelves[identity]
        shelf.photo = replace(shelf.photo, state=PhotoState.FAILED, failure=Failure(kind, plain(message)))
        shelf.suggestions.clear()

    def job(self, job: str, items: Sequence[int], cancel: Cancel) -> Generator[Progress, None, None]:
        meter = Meter(job, len(items), cancel)

        def do(identity: int) -> None:
            if self.gate is not None:
                while not self.gate.wait(0.01):
                    cancel.check()
            if self.job_error is not None:
                raise self.job_error
            if job == "analyse":
                self.find(identity)
            meter.changed(Changes(frozenset({identity}), photo_list=job == "scan", folders=job == "scan"))

        yield from meter.each(items, do)
