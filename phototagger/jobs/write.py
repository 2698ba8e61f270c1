"""Write-back: what was confirmed goes into the files, with the intent stored before a file is touched.

plan -> journal -> write -> journal, one file at a time on two threads; undo reads each file anew and takes back
only what is still as we wrote it. One bad file never stops a run.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from phototagger.catalog import journal, keywords, photos, written
from phototagger.catalog.connection import Catalog
from phototagger.catalog.journal import JournalRow, RowState
from phototagger.domain import (
    Changes,
    ErrorKind,
    Failure,
    FieldConflict,
    FileFields,
    Keyword,
    Photo,
    PhotoState,
    WritePlan,
    keyword_leaf,
)
from phototagger.errors import ExifToolError, PhotoError, UsageError, WriteError
from phototagger.jobs import review
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, Progress
from phototagger.jobs.write_settle import (
    READ_BATCH,
    RECORDS,
    failure_of,
    finish,
    holds,
    left_alone,
    left_by,
    located,
    mark_undone,
    needs_recovery,
    recover,
    remove_temporaries,
    signature_before,
    signature_now,
    sweep,
    was_removed,
)

WORKERS = 2  # as many as the writer has exiftool processes
ATTEMPTS = 3  # plans made anew when another program writes the same file meanwhile

__all__ = [
    "UndoSummary",
    "WriteSummary",
    "needs_recovery",
    "plan_writes",
    "recover",
    "sweep",
    "undo_run",
    "write_plans",
]

FileProblems = list[tuple[Path, Failure]]


@dataclass(frozen=True, slots=True)
class WriteSummary:
    """What a run did. ``run_id`` is None when there was nothing to write; ``unchanged`` files already held
    everything."""

    run_id: int | None
    written: int = 0
    unchanged: int = 0
    refused: FileProblems = field(default_factory=list)
    failed: FileProblems = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UndoSummary:
    """What taking back a run did. ``restored`` files are as before but for words that came in since; those in
    ``conflicts`` were edited, and the fields in ``left`` were left alone there."""

    run_id: int
    restored: int = 0
    conflicts: FileProblems = field(default_factory=list)
    failed: FileProblems = field(default_factory=list)
    left: list[FieldConflict] = field(default_factory=list)


class _End(StrEnum):
    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class _Outcome:
    photo_id: int
    path: Path
    end: _End
    failure: Failure | None = None
    left: tuple[FieldConflict, ...] = ()


# --- planning -----------------------------------------------------------------------------------------------------


def plan_writes(
    catalog: Catalog, writer: MetadataWriter, photo_ids: Sequence[int] | None, cancel: Cancel
) -> Job[list[WritePlan]]:
    """The plans of all photos (or of these) whose files do not hold what is wanted.

    Reads the files, writes none. Photos that need no write after all are marked as written and left out;
    ``refused`` plans stay in. Raises ExifToolError, Cancelled.
    """
    writer.version()
    kinds = writer.region_kinds()
    waiting = sorted(
        {
            *catalog.read(lambda c: keywords.photos_with_changes(c, photo_ids)),
            *catalog.read(lambda c: written.photos_with_region_changes(c, kinds, photo_ids)),
        }
    )
    meter = Meter("plan", len(waiting), cancel)
    yield meter.report()
    plans: list[WritePlan] = []
    for start in range(0, len(waiting), READ_BATCH):
        chunk = waiting[start : start + READ_BATCH]
        made, changes = _plan_chunk(catalog, writer, chunk)
        plans += made
        meter.step(len(chunk), failed=sum(plan.refused is not None for plan in made))
        yield meter.report(changes=changes)
    return plans


def _plan_chunk(
    catalog: Catalog, writer: MetadataWriter, photo_ids: Sequence[int]
) -> tuple[list[WritePlan], Changes]:
    known = catalog.read(lambda c: photos.by_id(c, photo_ids))
    found = [
        photo for photo in known if photo.state is not PhotoState.MISSING
    ]  # they wait till they are back
    fields = writer.read([photo.path for photo in found])
    plans = []
    settled = Changes()
    for photo in found:
        made, changes = _plan_photo(catalog, writer, photo, fields[photo.path])
        settled |= changes
        plans += [plan for plan in made if plan.changes or plan.refused is not None or plan.notes]
    return plans, settled


def _plan_photo(
    catalog: Catalog, writer: MetadataWriter, photo: Photo, fields: FileFields | Exception
) -> tuple[tuple[WritePlan, ...], Changes]:
    """The plans, the main file's last, and what the catalog learnt: what the files hold already needs no write."""
    kinds = writer.region_kinds()
    add, unwanted = catalog.read(lambda c: keywords.changes_of(c, photo.id))
    boxes = catalog.read(lambda c: written.region_changes(c, photo.id, kinds))
    if isinstance(fields, Exception):
        gone = tuple(keyword.keyword for keyword in unwanted)
        failed = WritePlan(photo.id, photo.path, photo.path, (), tuple(add), gone, failure_of(fields))
        return (failed,), Changes()
    taken_away = _taken_away_elsewhere(catalog, photo, fields)
    for keyword in taken_away:
        review.remove_keyword(catalog, [photo.id], keyword)
    add = [keyword for keyword in add if keyword not in taken_away]
    plans = writer.plans(photo.id, fields, add, _removable(unwanted, fields), boxes)
    if plans[-1].refused is not None:
        return plans, Changes()
    coming = {word for plan in plans for word in plan.keywords_added}
    going = {word for plan in plans for word in plan.keywords_removed}
    moving = {
        box for plan in plans for box in (*plan.regions_added, *plan.regions_removed, *plan.regions_left)
    }
    held = [keyword for keyword in add if keyword not in coming]
    gone_already = [keyword.keyword for keyword in unwanted if keyword.keyword not in going]
    boxes_held = [box for box in boxes.add if box not in moving]
    boxes_gone = [box for box in boxes.remove if box not in moving]
    if not held and not gone_already and not boxes_held and not boxes_gone:
        return plans, Changes()

    def settle(c: sqlite3.Connection) -> Changes:
        written.add(c, photo.id, boxes_held, ours=False)
        written.remove(c, photo.id, boxes_gone)
        return keywords.set_written(c, photo.id, held, gone_already)

    return plans, catalog.write(settle)


def _taken_away_elsewhere(catalog: Catalog, photo: Photo, fields: FileFields) -> list[str]:
    """Keywords of ours that the file's own record still lists but no keyword field holds: the person took them out
    in another program, and they must not come back. (A file put back from a copy has no such record.)"""
    held = {keyword.casefold() for keyword in fields.keywords()}
    held |= {keyword_leaf(keyword) for keyword in held}
    recorded = {word.casefold() for word in fields.own_words()}
    return [
        keyword.keyword
        for keyword in catalog.read(lambda c: keywords.keywords(c, photo.id))
        if keyword.wanted and keyword.ours and not keyword.written
        if keyword_leaf(keyword.keyword).casefold() in recorded - held
    ]


def _removable(unwanted: Iterable[Keyword], fields: FileFields) -> list[str]:
    """Keywords this program may take out of the file: its own, and those whose own form the file records.
    A word of the person's own stays, whatever the catalog wants."""
    recorded = {value.casefold() for value in fields.own_words()}
    return [
        keyword.keyword
        for keyword in unwanted
        if keyword.ours or {keyword.keyword.casefold(), keyword_leaf(keyword.keyword).casefold()} & recorded
    ]


# --- writing ------------------------------------------------------------------------------------------------------


def write_plans(
    catalog: Catalog, writer: MetadataWriter, plans: Sequence[WritePlan], cancel: Cancel
) -> Job[WriteSummary]:
    """Writes the plans, each file journaled before it is touched. Files in hand are finished on cancel.

    Raises ExifToolError before anything starts when exiftool is missing, Cancelled.
    """
    writer.version()
    meter = Meter("write", len(plans), cancel)
    refused = [(plan.path, plan.refused) for plan in plans if plan.refused is not None]
    ready = _by_photo(plan for plan in plans if plan.refused is None and plan.changes)
    others = len({plan.photo_id for plan in plans}) - len(ready)
    meter.step(len(plans) - sum(map(len, ready)), failed=len(refused))
    yield meter.report()
    if not ready:
        return WriteSummary(None, 0, others - len(refused), refused)
    remove_temporaries(writer, [plan.target for group in ready for plan in group])
    run_id = catalog.write(journal.begin_run)
    outcomes = yield from _on_threads(
        [functools.partial(_write_photo, catalog, writer, run_id, group) for group in ready], meter
    )
    return WriteSummary(
        run_id,
        written=sum(outcome.end is _End.WRITTEN for outcome in outcomes),
        unchanged=others - len(refused) + sum(outcome.end is _End.UNCHANGED for outcome in outcomes),
        refused=refused + _problems(outcomes, _End.REFUSED),
        failed=_problems(outcomes, _End.FAILED),
    )


def _by_photo(plans: Iterable[WritePlan]) -> list[list[WritePlan]]:
    groups: dict[int, list[WritePlan]] = {}
    for plan in plans:
        groups.setdefault(plan.photo_id, []).append(plan)
    return list(groups.values())


def _write_photo(
    catalog: Catalog, writer: MetadataWriter, run_id: int, group: Sequence[WritePlan]
) -> _Outcome:
    """One photo's files in order, planned anew when another program was at one since; the first that fails is the
    last. Never raises for what is wrong with a file."""
    for attempt in range(ATTEMPTS):
        outcome = _write_group(catalog, writer, run_id, group)
        changed = outcome.failure is not None and outcome.failure.kind is ErrorKind.CHANGED
        if not changed or attempt == ATTEMPTS - 1:
            return outcome
        fresh = _fresh_plans(catalog, writer, group[-1])
        if fresh[-1].refused is not None:
            return _Outcome(fresh[-1].photo_id, fresh[-1].path, _End.REFUSED, fresh[-1].refused)
        group = [plan for plan in fresh if plan.changes]
        if not group:
            return _Outcome(fresh[-1].photo_id, fresh[-1].path, _End.UNCHANGED)
    return outcome


def _write_group(
    catalog: Catalog, writer: MetadataWriter, run_id: int, group: Sequence[WritePlan]
) -> _Outcome:
    end = _End.UNCHANGED
    for plan in group:
        outcome = _write_once(catalog, writer, run_id, plan)
        if outcome.failure is not None:
            return outcome
        if outcome.end is _End.WRITTEN:
            end = _End.WRITTEN
    return _Outcome(group[-1].photo_id, group[-1].path, end)


def _fresh_plans(catalog: Catalog, writer: MetadataWriter, plan: WritePlan) -> Sequence[WritePlan]:
    found = catalog.read(lambda c: photos.by_id(c, [plan.photo_id]))
    if not found:  # forgotten by the catalog meanwhile: nothing is wanted any more
        return [replace(plan, changes=())]
    return _plan_photo(catalog, writer, found[0], writer.read([plan.path])[plan.path])[0]


def _write_once(catalog: Catalog, writer: MetadataWriter, run_id: int, plan: WritePlan) -> _Outcome:
    try:
        before = signature_before(plan)
    except PhotoError as error:
        return _Outcome(plan.photo_id, plan.path, _End.FAILED, error.failure)
    row_id = catalog.write(lambda c: journal.begin(c, run_id, plan, before))
    try:
        after = writer.write(plan) or signature_now(plan.target)
    except WriteError as error:
        failure = error.failure
        catalog.write(lambda c: journal.fail(c, row_id, failure))
        end = _End.REFUSED if failure.kind is ErrorKind.WRITE_REFUSED else _End.FAILED
        return _Outcome(plan.photo_id, plan.path, end, failure)
    except Exception as error:  # noqa: BLE001 - one file's trouble, of whatever kind, must not stop the run
        return _settle_now(catalog, writer, row_id, plan, error)
    mark = writer.fingerprint(plan.target)
    catalog.write(lambda c: finish(c, row_id, plan, after, mark))
    return _Outcome(plan.photo_id, plan.path, _End.UNCHANGED if after == before else _End.WRITTEN)


def _settle_now(
    catalog: Catalog, writer: MetadataWriter, row_id: int, plan: WritePlan, error: Exception
) -> _Outcome:
    """After a fault that does not say whether the file was swapped: look."""
    failure = failure_of(error)
    try:
        fields = writer.read([plan.target])[plan.target]
    except ExifToolError as second:
        fields = second
    if not isinstance(fields, Exception) and holds(fields, plan, after=True):
        after = signature_now(plan.target)
        mark = writer.fingerprint(plan.target)
        catalog.write(lambda c: finish(c, row_id, plan, after, mark))
        return _Outcome(plan.photo_id, plan.path, _End.WRITTEN)
    if not isinstance(fields, Exception):
        catalog.write(lambda c: journal.fail(c, row_id, failure))
    return _Outcome(plan.photo_id, plan.path, _End.FAILED, failure)


# --- undo ---------------------------------------------------------------------------------------------------------


def undo_run(
    catalog: Catalog, writer: MetadataWriter, run_id: int | None, cancel: Cancel
) -> Job[UndoSummary]:
    """Takes a run (None: the last that is not undone) back, file by file; the words are pending again then.

    Raises UsageError when there is no such run, ExifToolError, Cancelled.
    """
    writer.version()
    run_id, rows = catalog.read(lambda c: _run_to_undo(c, run_id))
    meter = Meter("undo", len(rows), cancel)
    yield meter.report()
    remove_temporaries(writer, [row.plan.target for row in rows])
    outcomes = yield from _on_threads(
        [functools.partial(_undo_photo, catalog, writer, row) for row in rows],
        meter,
    )
    return UndoSummary(
        run_id,
        restored=sum(outcome.failure is None for outcome in outcomes),
        conflicts=_problems(outcomes, _End.CONFLICT),
        failed=_problems(outcomes, _End.FAILED),
        left=[conflict for outcome in outcomes for conflict in outcome.left],
    )


def _run_to_undo(c: sqlite3.Connection, run_id: int | None) -> tuple[int, list[JournalRow]]:
    candidates = [run.id for run in journal.runs(c)] if run_id is None else [run_id]
    for candidate in candidates:
        rows = [
            row
            for row in reversed(journal.rows_of_run(c, candidate))
            if row.state in (RowState.DONE, RowState.CONFLICT)
        ]
        # A run whose files are all in conflict is not tried again unless it is asked for by its number.
        if rows and (run_id is not None or any(row.state is RowState.DONE for row in rows)):
            return candidate, rows
    raise UsageError(
        "There is no write-back to undo." if run_id is None else f"There is nothing to undo in run {run_id}."
    )


def _undo_photo(catalog: Catalog, writer: MetadataWriter, row: JournalRow) -> _Outcome:
    for _ in range(ATTEMPTS):
        outcome = _undo_once(catalog, writer, row)
        if outcome.end is not _End.FAILED or outcome.failure is None:
            return outcome
        if outcome.failure.kind is not ErrorKind.CHANGED:
            return outcome
    return outcome


def _undo_once(catalog: Catalog, writer: MetadataWriter, row: JournalRow) -> _Outcome:
    plan = row.plan
    try:
        row = located(writer, row)
        plan = row.plan
        fields = writer.read([plan.target])[plan.target]
        if isinstance(fields, Exception):
            failure = failure_of(fields)
            if was_removed(plan, failure):
                catalog.write(lambda c: mark_undone(c, row, None))
                return _Outcome(plan.photo_id, plan.path, _End.WRITTEN)
            return _Outcome(plan.photo_id, plan.path, _End.FAILED, failure)
        undo = writer.restore_plan(_left_to_undo(row), fields)
        if undo.refused is not None:
            return _Outcome(plan.photo_id, plan.path, _End.FAILED, undo.refused)
        catalog.write(lambda c: journal.intend_undo(c, row.id, undo))
        after = writer.write(undo) if undo.changes else signature_now(plan.target)
    except WriteError as error:  # the file is as it was
        catalog.write(lambda c: journal.forget_undo(c, row.id))
        return _Outcome(plan.photo_id, plan.path, _End.FAILED, error.failure)
    except Exception as error:  # noqa: BLE001 - one file's trouble, of whatever kind, must not stop the run
        return _Outcome(plan.photo_id, plan.path, _End.FAILED, failure_of(error))
    mark = writer.fingerprint(plan.target)
    catalog.write(lambda c: mark_undone(c, replace(row, undo=journal.intent_of(undo)), after, mark))
    if undo.conflicts:
        failure = left_alone(undo.conflicts)
        return _Outcome(plan.photo_id, plan.path, _End.CONFLICT, failure, undo.conflicts)
    return _Outcome(plan.photo_id, plan.path, _End.WRITTEN)


def _left_to_undo(row: JournalRow) -> WritePlan:
    """The plan without the fields that an earlier undo has restored; the record of ours is looked at again."""
    if row.state is not RowState.CONFLICT:
        return row.plan
    fields = {*left_by(row.undo), *RECORDS}
    return replace(row.plan, changes=tuple(change for change in row.plan.changes if change.field in fields))


# --- small parts --------------------------------------------------------------------------------------------------


def _on_threads(
    tasks: Sequence[Callable[[], _Outcome]], meter: Meter
) -> Generator[Progress, None, list[_Outcome]]:
    """Runs the tasks on a few threads and reports each; on cancel what is running is finished first."""
    outcomes: list[_Outcome] = []
    running: set[Future[_Outcome]] = set()
    todo = iter(tasks)
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="write")
    try:
        while True:
            while len(running) < WORKERS and (task := next(todo, None)) is not None:
                running.add(pool.submit(task))
            if not running:
                return outcomes
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                outcome = future.result()
                outcomes.append(outcome)
                bad = outcome.end in (_End.FAILED, _End.REFUSED, _End.CONFLICT)
                meter.step(failed=int(bad))
                changes = Changes(frozenset({outcome.photo_id}), history=True)
                yield meter.report(outcome.path.name, changes)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _problems(outcomes: Iterable[_Outcome], end: _End) -> FileProblems:
    return [
        (outcome.path, outcome.failure)
        for outcome in outcomes
        if outcome.end is end and outcome.failure is not None
    ]
