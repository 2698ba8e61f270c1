"""A program behind the window that lives in memory: real records, real jobs, no catalog, no networks, no files."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phototagger.app.program import crop_face
from phototagger.domain.errors import PhotoError, UsageError
from phototagger.domain.findings import Decoded, PhotoFacts
from phototagger.domain.records import (
    Box,
    Caption,
    Changes,
    ErrorKind,
    Failure,
    FileSignature,
    HistoryStep,
    Keyword,
    Photo,
    PhotoState,
    Region,
    RegionKind,
    ReviewState,
    Suggestion,
)
from phototagger.domain.writing import FieldChange, WritePlan, WriteRun
from phototagger.gui.bridge.app_port import KeywordBookPort, PeoplePort
from phototagger.jobs.analysis.analyse import AnalyseSummary
from phototagger.jobs.analysis.resuggest import ResuggestSummary
from phototagger.jobs.people import ClusterRow, FaceRow
from phototagger.jobs.progress import Cancel, Job, Meter, Progress
from phototagger.jobs.words.in_photos import TakenWords
from phototagger.jobs.words.keyword_book import BookRow
from phototagger.jobs.words.own_words import Imported
from phototagger.jobs.write.fix_names import NewName, RenameSummary
from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary
from phototagger.settings.declared import Settings
from tests.gui.fake_library import FakeLibrary, Shelf

Pixels = NDArray[np.uint8]

WORDS = ("animal|dog|golden retriever", "nature|water|lakeside", "vehicle|bicycle", "food|pizza", "person")


class NoPeople:
    """Nobody was found; tests of the people view put the real thing in its place."""

    def clusters(self) -> list[ClusterRow]:
        return []

    def faces(self, cluster: int) -> list[FaceRow]:
        return []

    def persons(self) -> list[tuple[str, int, bool]]:
        return []

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked of nobody")


class NoKeywords(NoPeople):
    """No keyword is in use; tests of the keyword book put the real thing in its place."""

    def rows(self, everything: bool = False, parents: bool = False) -> list[BookRow]:
        return []


class FakeApp:
    """Everything the window asks for, over :class:`FakeLibrary`. ``calls`` records edits and jobs."""

    def __init__(self, photos: int = 0, settings: Settings | None = None) -> None:
        self.library = FakeLibrary({})
        self.people: PeoplePort = NoPeople()
        self.keywords: KeywordBookPort = NoKeywords()
        self.settings = settings or Settings()
        self.notices: list[str] = []
        self.update: str | None = None
        self.calls: list[tuple[str, object]] = []
        self.file_words: dict[int, tuple[str, ...]] = {}
        self.exiftool: str | None = None
        self.decoded: list[int] = []  # photos whose own pixels were asked for
        self.closed = False
        self.gate: threading.Event | None = None  # jobs wait here between two photos when it is set
        self.job_error: Exception | None = None
        self.new_names: list[NewName] = []
        if photos:
            self.add_photos(Path("/photos"), photos)
            self.library.roots_added.append(Path("/photos"))

    # --- making ---------------------------------------------------------------------------------------------

    def add_photos(self, folder: Path, count: int, state: PhotoState = PhotoState.ANALYSED) -> list[int]:
        first = len(self.library.shelves) + 1
        for identity in range(first, first + count):
            path = folder / f"photo-{identity:06d}.jpg"
            photo = Photo(identity, path, FileSignature(1000, 1), state, width=160, height=120)
            self.library.shelves[identity] = Shelf(photo)
            if state is PhotoState.ANALYSED:
                self.find(identity)
        return list(range(first, first + count))

    def find(self, identity: int) -> None:
        """What an analysis finds on this photo: two keywords and a face on every third."""
        shelf = self.library.shelves[identity]
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
        shelf = self.library.shelves[identity]
        shelf.photo = replace(shelf.photo, state=PhotoState.FAILED, failure=Failure(kind, message))
        shelf.suggestions.clear()

    # --- jobs -----------------------------------------------------------------------------------------------

    def _steps(self, job: str, items: Sequence[int], cancel: Cancel) -> Generator[Progress, None, None]:
        meter = Meter(job, len(items), cancel)
        yield meter.report()
        for identity in items:
            if self.gate is not None:
                while not self.gate.wait(0.01):
                    cancel.check()
            if self.job_error is not None:
                raise self.job_error
            meter.step()
            if job == "analyse":
                self.find(identity)
            changes = Changes(frozenset({identity}), photo_list=job == "scan", folders=job == "scan")
            yield from meter.told(changes)

    def scan_and_analyse(self, roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        self.calls.append(("scan_and_analyse", list(roots)))
        fresh: list[int] = []
        for root in roots:
            if root not in self.library.roots_added:
                self.library.roots_added.append(root)
                fresh += self.add_photos(root, 3, PhotoState.PENDING)
        yield from self._steps("scan", fresh, cancel)
        waiting = [
            identity
            for identity, one in self.library.shelves.items()
            if one.photo.state is PhotoState.PENDING
            and any(one.photo.path.is_relative_to(root) for root in roots)
        ]
        yield from self._steps("analyse", waiting, cancel)
        return AnalyseSummary(analysed=len(waiting), failed=0, quarantined=0, seconds=1.0)

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]:
        self.calls.append(("plan", None if photo_ids is None else list(photo_ids)))
        chosen = [
            one
            for identity, one in self.library.shelves.items()
            if one.changed and (photo_ids is None or identity in photo_ids)
        ]
        yield from self._steps("plan", [one.photo.id for one in chosen], cancel)
        return [self._plan_of(one) for one in chosen]

    def _plan_of(self, one: Shelf) -> WritePlan:
        before = self.file_words.get(one.photo.id, ())
        added = tuple(word.keyword for word in one.words.values() if word.wanted and not word.written)
        removed = tuple(word.keyword for word in one.words.values() if word.written and not word.wanted)
        after = tuple(word for word in before if word not in removed) + added
        path = one.photo.path
        refused = Failure(ErrorKind.WRITE_REFUSED, f"{path} is read-only.") if "locked" in path.name else None
        change = FieldChange("XMP-dc:Subject", before, after)
        return WritePlan(one.photo.id, path, path, (change,), added, removed, refused)

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]:
        self.calls.append(("write", [plan.photo_id for plan in plans]))
        run_id = len(self.library.write_runs) + 1
        for plan in plans:
            self.file_words[plan.photo_id] = plan.changes[0].after
            shelf = self.library.shelves[plan.photo_id]
            shelf.words = {
                word.keyword: replace(word, written=word.wanted)
                for word in shelf.words.values()
                if word.wanted
            }
        yield from self._steps("write", [plan.photo_id for plan in plans], cancel)
        self.library.write_runs.append(WriteRun(run_id, "2024-05-01T10:20:30+00:00", len(plans), 0, 0))
        return WriteSummary(run_id, len(plans))

    def resuggest(self, folders: Sequence[Path], cancel: Cancel) -> Job[ResuggestSummary]:
        self.calls.append(("resuggest", self.settings.analysis.strictness))
        yield from self._steps("resuggest", list(self.library.shelves), cancel)
        return ResuggestSummary(len(self.library.shelves), 1, 0, 0.1)

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]:
        self.calls.append(("undo_run", run_id))
        runs = self.library.write_runs
        place = len(runs) - 1 if run_id is None else [run.id for run in runs].index(run_id)
        runs[place] = replace(runs[place], undone_files=runs[place].files)
        yield from self._steps("undo", [1], cancel)
        return UndoSummary(runs[place].id, runs[place].files, renamed=runs[place].renamed)

    def plan_names(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[NewName]]:
        self.calls.append(("plan_names", photo_ids))
        yield from self._steps("names", [1], cancel)
        return self.new_names

    def fix_names(self, names: Sequence[NewName], cancel: Cancel) -> Job[RenameSummary]:
        self.calls.append(("fix_names", [new.target.name for new in names]))
        yield from self._steps("rename", [new.photo_id for new in names], cancel)
        self.library.write_runs.append(
            WriteRun(7, "2024-05-01T10:20:30+00:00", len(names), 0, 0, renamed=True)
        )
        return RenameSummary(7, len(names))

    def remove_added(self, run_id: int | None, cancel: Cancel) -> Job[RemovalSummary]:
        self.calls.append(("remove_added", run_id))
        yield from self._steps("undo", [1], cancel)
        return RemovalSummary(run_id or 0, 9, cleared=2)

    def import_from_photos(
        self, photo_ids: Sequence[int] | None, match: bool, cancel: Cancel
    ) -> Job[TakenWords]:
        self.calls.append(("import_from_photos", match))
        yield from self._steps("import", list(self.library.shelves), cancel)
        return TakenWords(Imported(5, 3, {"animal|dog": "Tiere|Hund"}))

    # --- edits ----------------------------------------------------------------------------------------------

    def _set(self, name: str, ids: Iterable[int], state: ReviewState) -> Changes:
        wanted = set(ids)
        self.calls.append((name, sorted(wanted)))
        touched = set()
        for identity, shelf in self.library.shelves.items():
            for place, one in enumerate(shelf.suggestions):
                if one.id in wanted:
                    shelf.suggestions[place] = replace(one, state=state)
                    touched.add(identity)
                    if state is ReviewState.CONFIRMED:
                        shelf.words[one.keyword] = Keyword(one.keyword, True, False, False)
        self.library.steps.append(
            HistoryStep(len(self.library.steps) + 1, name, "2024-05-01T10:20:30+00:00", False)
        )
        return Changes(frozenset(touched), history=True)

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._set("confirm", suggestion_ids, ReviewState.CONFIRMED)

    def reject(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._set("reject", suggestion_ids, ReviewState.REJECTED)

    def reset(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._set("reset", suggestion_ids, ReviewState.SUGGESTED)

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes:
        ids = [
            one.id
            for identity, shelf in self.library.shelves.items()
            for one in shelf.open
            if one.score >= score and (photo_ids is None or identity in set(photo_ids))
        ]
        return self._set("accept_above", ids, ReviewState.CONFIRMED)

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        self.calls.append(("add_keyword", (list(photo_ids), keyword)))
        for identity in photo_ids:
            self.library.shelves[identity].words[keyword] = Keyword(keyword, True, False, False)
        return Changes(frozenset(photo_ids), history=True)

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        self.calls.append(("remove_keyword", (list(photo_ids), keyword)))
        for identity in photo_ids:
            self.library.shelves[identity].words.pop(keyword, None)
        return Changes(frozenset(photo_ids), history=True)

    def _set_caption(
        self, name: str, photo_ids: Sequence[int], state: ReviewState, text: str | None = None
    ) -> Changes:
        self.calls.append((name, (list(photo_ids), text)))
        if text is not None and not text.strip():
            raise UsageError("The caption is empty.")
        for identity in photo_ids:
            shelf = self.library.shelves[identity]
            if shelf.caption is None:
                shelf.caption = Caption(identity, text or "", state)
            wording = shelf.caption.text if text is None else text.strip()
            shelf.caption = replace(shelf.caption, state=state, text=wording)
        return Changes(frozenset(photo_ids), history=True)

    def accept_captions(self, photo_ids: Sequence[int], text: str | None) -> Changes:
        return self._set_caption("accept_captions", photo_ids, ReviewState.CONFIRMED, text)

    def reject_captions(self, photo_ids: Sequence[int]) -> Changes:
        return self._set_caption("reject_captions", photo_ids, ReviewState.REJECTED)

    def reset_captions(self, photo_ids: Sequence[int]) -> Changes:
        return self._set_caption("reset_captions", photo_ids, ReviewState.SUGGESTED)

    def undo(self) -> tuple[Changes, str] | None:
        self.calls.append(("undo", None))
        return (Changes(history=True), "confirm") if self.library.steps else None

    def redo(self) -> tuple[Changes, str] | None:
        self.calls.append(("redo", None))
        return None

    def retry(self, photo_ids: Sequence[int]) -> Changes:
        self.calls.append(("retry", list(photo_ids)))
        for identity in photo_ids:
            shelf = self.library.shelves[identity]
            shelf.photo = replace(shelf.photo, state=PhotoState.PENDING, failure=None)
        return Changes(frozenset(photo_ids))

    def remove_root(self, path: Path) -> Changes:
        self.calls.append(("remove_root", path))
        self.library.roots_added.remove(path)
        for identity, shelf in list(self.library.shelves.items()):
            if shelf.photo.path.is_relative_to(path):
                del self.library.shelves[identity]
        return Changes(photo_list=True, folders=True)

    # --- the rest -------------------------------------------------------------------------------------------

    def photo_pixels(self, photo_id: int, longest_side: int) -> Decoded:
        self.decoded.append(photo_id)
        shelf = self.library.shelves[photo_id]
        if shelf.photo.failure is not None:
            raise PhotoError(shelf.photo.failure.kind, shelf.photo.failure.message)
        pixels = np.full((120, 160, 3), photo_id % 255, dtype=np.uint8)
        return Decoded(pixels, PhotoFacts("JPEG", 160, 120))

    def face_pixels(self, photo_id: int, box: Box, side: int) -> Pixels:
        return crop_face(self.photo_pixels(photo_id, side).pixels, box)

    def known_keywords(self) -> list[str]:
        return list(WORDS)

    def keywords_in_file(self, photo_id: int) -> tuple[str, ...]:
        return self.file_words.get(photo_id, ())

    def update_to_tell(self) -> str | None:
        return self.update

    def exiftool_status(self) -> str | None:
        return self.exiftool

    def engine_status(self) -> dict[str, str]:
        return {"device": "cpu", "backend": "fake"}

    def sample_photos(self) -> Path:
        return Path("/samples")

    def change_language(self, language: str) -> Changes:
        self.calls.append(("change_language", language))
        self.settings = replace(self.settings, words=replace(self.settings.words, language=language))
        return Changes()

    def update_settings(self, settings: Settings) -> None:
        self.calls.append(("update_settings", settings))
        self.settings = settings

    def close(self) -> None:
        self.closed = True
