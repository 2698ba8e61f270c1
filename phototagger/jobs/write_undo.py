"""Taking a run of write-back out of the files again."""

from __future__ import annotations

import functools
import sqlite3
from dataclasses import dataclass, field, replace

from phototagger.catalog import journal
from phototagger.catalog.connection import Catalog
from phototagger.catalog.journal import JournalRow, RowState
from phototagger.domain import ErrorKind, FieldConflict, WritePlan
from phototagger.errors import UsageError, WriteError
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.jobs.write_settle import (
    RECORDS,
    failure_of,
    left_alone,
    left_by,
    located,
    mark_undone,
    remove_temporaries,
    signature_now,
    was_removed,
)
from phototagger.jobs.write_tasks import ATTEMPTS, End, FileProblems, Outcome, on_threads, problems


@dataclass(frozen=True, slots=True)
class UndoSummary:
    """What taking back a run did. ``restored`` files are as before but for words that came in since; those in
    ``conflicts`` were edited, and the fields in ``left`` were left alone there."""

    run_id: int
    restored: int = 0
    conflicts: FileProblems = field(default_factory=list)
    failed: FileProblems = field(default_factory=list)
    left: list[FieldConflict] = field(default_factory=list)


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
    outcomes = yield from on_threads(
        [functools.partial(_undo_photo, catalog, writer, row) for row in rows],
        meter,
    )
    return UndoSummary(
        run_id,
        restored=sum(outcome.failure is None for outcome in outcomes),
        conflicts=problems(outcomes, End.CONFLICT),
        failed=problems(outcomes, End.FAILED),
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


def _undo_photo(catalog: Catalog, writer: MetadataWriter, row: JournalRow) -> Outcome:
    for _ in range(ATTEMPTS):
        outcome = _undo_once(catalog, writer, row)
        if outcome.end is not End.FAILED or outcome.failure is None:
            return outcome
        if outcome.failure.kind is not ErrorKind.CHANGED:
            return outcome
    return outcome


def _undo_once(catalog: Catalog, writer: MetadataWriter, row: JournalRow) -> Outcome:
    plan = row.plan
    try:
        row = located(writer, row)
        plan = row.plan
        fields = writer.read([plan.target])[plan.target]
        if isinstance(fields, Exception):
            failure = failure_of(fields)
            if was_removed(plan, failure):
                catalog.write(lambda c: mark_undone(c, row, None))
                return Outcome(plan.photo_id, plan.path, End.WRITTEN)
            return Outcome(plan.photo_id, plan.path, End.FAILED, failure)
        undo = writer.restore_plan(_left_to_undo(row), fields)
        if undo.refused is not None:
            return Outcome(plan.photo_id, plan.path, End.FAILED, undo.refused)
        catalog.write(lambda c: journal.intend_undo(c, row.id, undo))
        after = writer.write(undo) if undo.changes else signature_now(plan.target)
    except WriteError as error:  # the file is as it was
        catalog.write(lambda c: journal.forget_undo(c, row.id))
        return Outcome(plan.photo_id, plan.path, End.FAILED, error.failure)
    except Exception as error:  # noqa: BLE001 - one file's trouble, of whatever kind, must not stop the run
        return Outcome(plan.photo_id, plan.path, End.FAILED, failure_of(error))
    mark = writer.fingerprint(plan.target)
    catalog.write(lambda c: mark_undone(c, replace(row, undo=journal.intent_of(undo)), after, mark))
    if undo.conflicts:
        failure = left_alone(undo.conflicts)
        return Outcome(plan.photo_id, plan.path, End.CONFLICT, failure, undo.conflicts)
    return Outcome(plan.photo_id, plan.path, End.WRITTEN)


def _left_to_undo(row: JournalRow) -> WritePlan:
    """The plan without the fields that an earlier undo has restored; the record of ours is looked at again."""
    if row.state is not RowState.CONFLICT:
        return row.plan
    fields = {*left_by(row.undo), *RECORDS}
    return replace(row.plan, changes=tuple(change for change in row.plan.changes if change.field in fields))
