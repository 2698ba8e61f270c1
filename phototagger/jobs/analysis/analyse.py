"""Running the networks over every photo that waits for them, and keeping what they say."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from phototagger.catalog.analysis import moves, suggestions
from phototagger.catalog.analysis.suggestions import Saved, SavedAnswer
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people.face_index import FaceIndex
from phototagger.catalog.photos import photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.findings import (
    AnalyseRequest,
    Answer,
    Findings,
    ObjectFinding,
    PhotoFacts,
    WantedNetworks,
)
from phototagger.domain.records import Changes, ErrorKind, Failure
from phototagger.domain.sentences import said
from phototagger.files.cloud import in_cloud_only
from phototagger.jobs.analysis.passed_over import NOTHING_LEFT, Left
from phototagger.jobs.ports import Engine
from phototagger.jobs.progress import Cancel, Job, Meter, close
from phototagger.keywords.scoring.suggest import NewSuggestion

PAGE = 256  # photos asked of the catalog at a time
BATCH = 32  # answers a transaction
STORE_EVERY = 1.0  # seconds: what a kill can lose, when answers come slowly


class Suggests(Protocol):
    """What turns findings into suggestions (``suggest.Suggester``)."""

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]: ...

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]: ...


@dataclass(frozen=True, slots=True)
class AnalyseSummary:
    """Photos analysed, failed (quarantined ones not counted) and quarantined; seconds the job took. Where folders
    were scanned before: the photos ``found`` there, the folders that could not be read, what was ``left`` alone."""

    analysed: int
    failed: int
    quarantined: int
    seconds: float
    found: int | None = None
    unreadable_folders: tuple[Path, ...] = ()
    left: Left = NOTHING_LEFT


def analyse_photos(
    catalog: Catalog,
    thumbnails: ThumbnailStore,
    engine: Engine,
    suggester: Suggests,
    cancel: Cancel,
    folders: Sequence[Path] = (),
    networks: str = "",
    wanted: WantedNetworks | None = None,
) -> Job[AnalyseSummary]:
    """Analyses the photos that wait, at or below ``folders`` or all of them.

    Which ones wait is asked of the catalog page by page, so the job goes on where a cancelled or killed one
    stopped. ``networks`` (see ``suggestions.networks_key``): photos analysed by others wait too;
    ``wanted``: so do those that were not analysed by these. Raises
    EngineError when the engine gives up, Cancelled when asked to stop; what was answered by then is kept.
    """
    started = time.monotonic()
    total = catalog.read(lambda c: photos.count_pending(c, folders, networks, wanted))
    meter = Meter("analyse", total, cancel)
    keeper = _Keeper(catalog, thumbnails, suggester)
    aside: list[Answer] = []  # which no engine is asked for
    requests = _here(_requests(catalog, cancel, folders, networks, wanted), aside)

    def store(batch: Sequence[SavedAnswer]) -> None:
        meter.fail(sum(entry.answer.failure is not None for entry in batch))
        meter.changed(keeper.store(batch))

    yield from meter.pages(_batches(engine, requests, aside, keeper, cancel), store)
    seconds = time.monotonic() - started
    return AnalyseSummary(keeper.analysed, keeper.failed, keeper.quarantined, seconds)


def _batches(
    engine: Engine, requests: Iterator[AnalyseRequest], aside: list[Answer], keeper: _Keeper, cancel: Cancel
) -> Iterator[Sequence[SavedAnswer]]:
    """The engine's answers, as many as are stored at a time; those that came before it gave up come first."""
    batch: list[SavedAnswer] = []
    stored_at = time.monotonic()
    answers = engine.analyse(requests)
    try:
        for answer in _with(answers, aside):
            batch.append(keeper.take(answer))
            if len(batch) >= BATCH or time.monotonic() - stored_at >= STORE_EVERY or cancel.is_set():
                yield batch
                batch, stored_at = [], time.monotonic()
    except Exception:
        close(answers)
        yield batch
        raise
    finally:
        close(answers)
    yield batch


def _requests(
    catalog: Catalog, cancel: Cancel, folders: Sequence[Path], networks: str, wanted: WantedNetworks | None
) -> Iterator[AnalyseRequest]:
    """Pages by id, drawn only as far ahead as the engine wants, so memory stays flat."""
    after = 0
    while not cancel.is_set():
        page = catalog.read(
            partial(
                photos.pending,
                after_id=after,
                limit=PAGE,
                folders=folders,
                networks=networks,
                wanted=wanted,
            )
        )
        if not page:
            return
        for request in page:
            if cancel.is_set():
                return
            yield request
        after = page[-1].photo_id


def _here(requests: Iterator[AnalyseRequest], aside: list[Answer]) -> Iterator[AnalyseRequest]:
    """The requests for photos that are on this computer; for the others, an answer goes into ``aside``: to open one
    would fetch it."""
    for request in requests:
        try:
            fetches = in_cloud_only(request.path.stat())
        except OSError:  # for the engine to find out and tell
            fetches = False
        if not fetches:
            yield request
            continue
        message = said(
            "{path} lies in the cloud only, and was not fetched. Make it available on this computer "
            "and scan its folder again.",
            path=request.path,
        )
        failure = Failure(ErrorKind.UNREADABLE, message)
        aside.append(Answer(request.photo_id, request.signature, failure=failure))


def _with(answers: Iterator[Answer], aside: list[Answer]) -> Iterator[Answer]:
    """The engine's answers, with those that came aside meanwhile."""
    for answer in answers:
        yield answer
        while aside:
            yield aside.pop()
    yield from aside


class _Keeper:
    """Makes suggestions of answers and stores them, one transaction a batch."""

    def __init__(self, catalog: Catalog, thumbnails: ThumbnailStore, suggester: Suggests) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._suggester = suggester
        self._index = FaceIndex()
        self.analysed = self.failed = self.quarantined = 0

    def take(self, answer: Answer) -> SavedAnswer:
        if answer.failure is not None:
            self.quarantined += answer.quarantined
            self.failed += not answer.quarantined
            return SavedAnswer(answer)
        self.analysed += 1
        if answer.findings is None:
            return SavedAnswer(answer)
        sure = replace(answer.findings, objects=self._suggester.sure_objects(answer.findings))
        kept = replace(answer, findings=sure)
        proposals = self._suggester.suggest(answer.findings, answer.facts)
        return SavedAnswer(kept, proposals, answer.findings)

    def store(self, batch: Sequence[SavedAnswer]) -> Changes:
        """Thumbnails first: a photo called analysed has one."""
        self._keep_thumbnails(batch, {})
        gone = self._gone_twins(batch)

        def save(c: sqlite3.Connection) -> Saved:
            photos.set_missing(c, gone)
            return suggestions.save(c, batch, self._index)

        try:
            saved = self._catalog.write(save)
        except BaseException:
            self._index.reset()
            raise
        if saved.moved:
            moved = [entry for entry in batch if entry.answer.photo_id in saved.moved]
            self._keep_thumbnails(moved, dict(saved.moved))
            self._thumbnails.remove_many(list(saved.moved))
        return saved.changes

    def _keep_thumbnails(self, batch: Sequence[SavedAnswer], moved: dict[int, int]) -> None:
        answers = [entry.answer for entry in batch]
        rows = [
            (moved.get(answer.photo_id, answer.photo_id), answer.signature, answer.thumbnail)
            for answer in answers
            if answer.thumbnail is not None
        ]
        if rows:
            self._thumbnails.put_many(rows)

    def _gone_twins(self, batch: Sequence[SavedAnswer]) -> list[int]:
        """Photos with the content of an answer whose file is not there any more, though no scan has said so:
        a file moved from one root into another one that was scanned alone."""
        gone: set[int] = set()
        for entry in batch:
            facts = entry.answer.facts
            mark = facts.fingerprint if facts else None
            if mark is None:
                continue
            identity = entry.answer.photo_id
            twins = self._catalog.read(partial(moves.twins_elsewhere, photo_id=identity, fingerprint=mark))
            gone.update(twin.photo_id for twin in twins if _is_gone(twin))
        return sorted(gone)


def _is_gone(twin: moves.Twin) -> bool:
    """The file is not there, and that is not because its disk is away."""
    if os.path.lexists(twin.path) or not twin.root.exists():
        return False
    return twin.root.is_mount() or not twin.mounted
