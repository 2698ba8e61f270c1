"""Taking a run of write-back out of the files again: whole, field by field, or only what it added."""

from __future__ import annotations

import functools
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import JournalRow, RowState
from phototagger.catalog.writing.journal_of_people import forget_run
from phototagger.domain.errors import UsageError, WriteError
from phototagger.domain.facets.books import BOOKKEEPING
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.forgotten import adds_faces, lost, reveal, without_digests
from phototagger.domain.records import ErrorKind, keyword_leaf
from phototagger.domain.sentences import said
from phototagger.domain.spelling import fold
from phototagger.domain.writing import (
    FieldConflict,
    FileFields,
    Statement,
    WritePlan,
    placed,
    statements,
    values_of,
)
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.jobs.write.one_photo import write_photo
from phototagger.jobs.write.settling import (
    file_failure,
    is_removed,
    left_alone,
    left_by,
    located,
    mark_undone,
    recorded_words,
    remove_temporaries,
    signature_now,
    was_removed,
)
from phototagger.jobs.write.threads import (
    ATTEMPTS,
    End,
    FileProblems,
    Outcome,
    PhotoPart,
    on_threads,
    problems,
)


@dataclass(frozen=True, slots=True)
class UndoSummary:
    """What taking back a run did. ``restored`` files are as before but for words that came in since; those in
    ``conflicts`` were edited, and the fields in ``left`` were left alone there. ``made_at``: when the run was made,
    ISO 8601 UTC; ``took_away``: it had added nothing, so what it took out is in the files again. ``forgotten``: so
    many files did not get back faces that the run had taken out, for all faces were forgotten since.
    ``renamed``: it had given photos other names."""

    run_id: int
    restored: int = 0
    conflicts: FileProblems = field(default_factory=list)
    failed: FileProblems = field(default_factory=list)
    left: list[FieldConflict] = field(default_factory=list)
    made_at: str = ""
    took_away: bool = False
    forgotten: int = 0
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class RemovalSummary:
    """What taking out what ``run_id`` added did: it is run ``removal_run`` (None: there was nothing left to take
    out). Figures count photos; ``unchanged`` hold nothing of it any more."""

    run_id: int
    removal_run: int | None
    cleared: int = 0
    unchanged: int = 0
    failed: FileProblems = field(default_factory=list)


def undo_run(
    catalog: Catalog, writer: MetadataWriter, run_id: int | None, cancel: Cancel
) -> Job[UndoSummary]:
    """Takes a run (None: the last that is not undone) back, file by file; the words are pending again then.

    Raises UsageError when there is no such run, ExifToolError, Cancelled.
    """
    writer.version()
    run_id, rows = catalog.read(lambda c: _run_to_undo(c, run_id))
    meter = Meter("undo", len(rows), cancel)
    remove_temporaries(writer, [row.plan.target for row in rows])
    outcomes = yield from on_threads(
        [PhotoPart(row.plan.photo_id, functools.partial(_undo_photo, catalog, writer, row)) for row in rows],
        meter,
    )
    return UndoSummary(
        run_id,
        restored=sum(outcome.failure is None for outcome in outcomes),
        conflicts=problems(outcomes, End.CONFLICT),
        failed=problems(outcomes, End.FAILED),
        left=[conflict for outcome in outcomes for conflict in outcome.left],
        made_at=catalog.read(lambda c: journal.made_at(c, run_id)),
        took_away=not any(_adds(row.plan) for row in rows),
        forgotten=sum(outcome.lost for outcome in outcomes),
    )


def _run_to_undo(
    c: sqlite3.Connection, run_id: int | None, *, adds: bool = False
) -> tuple[int, list[JournalRow]]:
    """``adds``: when no run is named, one that added something; what only took away is not for removing again."""
    candidates = [run.id for run in journal.runs(c)] if run_id is None else [run_id]
    for candidate in candidates:
        rows = [
            row
            for row in reversed(journal.rows_of_run(c, candidate))
            if row.state in (RowState.DONE, RowState.CONFLICT)
        ]
        # A run whose files are all in conflict is not tried again unless it is asked for by its number.
        if rows and adds and run_id is None and not any(_adds(row.plan) for row in rows):
            continue
        if rows and (run_id is not None or any(row.state is RowState.DONE for row in rows)):
            return candidate, rows
    raise UsageError(
        said("There is no write-back to undo.")
        if run_id is None
        else said("There is nothing to undo in run {run_id}.", run_id=run_id)
    )


def _adds(plan: WritePlan) -> bool:
    """Also where nobody knows any more."""
    return bool(plan.refused) or bool(plan.added) or adds_faces(plan)


# --- only what was added ------------------------------------------------------------------------------------------


def remove_added(
    catalog: Catalog, writer: MetadataWriter, run_id: int | None, cancel: Cancel
) -> Job[RemovalSummary]:
    """Takes out of the files the words and boxes that a run added (None: the last that added any and is not
    undone), whoever edited the fields since. This is a run of its own, which undo takes back; the words are pending
    again then.

    Words that the files held before, or got from others, stay; so do boxes that somebody moved. Raises UsageError
    when there is no such run, ExifToolError, Cancelled.
    """
    writer.version()
    run_id, rows = catalog.read(lambda c: _run_to_undo(c, run_id, adds=True))
    photos: dict[Path, list[JournalRow]] = {}
    for row in rows:
        photos.setdefault(row.plan.path, []).insert(
            0, row
        )  # in the order they were written, the main file last
    meter = Meter("undo", len(photos), cancel)
    remove_temporaries(writer, [row.plan.target for row in rows])
    removal = catalog.write(journal.begin_run)
    tasks = [
        PhotoPart(group[0].plan.photo_id, functools.partial(_remove_from, catalog, writer, removal, group))
        for group in photos.values()
    ]
    outcomes = yield from on_threads(tasks, meter)
    if any(row.plan.forgotten for row in rows):
        catalog.write(lambda c: forget_run(c, removal))
    cleared = sum(outcome.end is End.WRITTEN for outcome in outcomes)
    failed = problems(outcomes, End.REFUSED) + problems(outcomes, End.FAILED)
    unchanged = len(outcomes) - cleared - len(failed)
    return RemovalSummary(run_id, removal if cleared else None, cleared, unchanged, failed)


def _remove_from(
    catalog: Catalog, writer: MetadataWriter, removal: int, rows: Sequence[JournalRow]
) -> Outcome:
    def plans(_catalog: Catalog, _writer: MetadataWriter, _last: WritePlan) -> Sequence[WritePlan]:
        return _removals(writer, rows)

    last = rows[-1].plan
    unknown = next((row.plan.refused for row in rows if row.plan.refused is not None), None)
    if unknown is not None:
        return Outcome(last.photo_id, last.path, End.REFUSED, unknown)
    try:
        made = _removals(writer, rows)
        refused = next((plan for plan in made if plan.refused is not None), None)
        if refused is not None:
            return Outcome(last.photo_id, last.path, End.REFUSED, refused.refused)
        group = [plan for plan in made if plan.changes]
        if not group:
            return Outcome(last.photo_id, last.path, End.UNCHANGED)
        return write_photo(catalog, writer, removal, group, plans)
    except Exception as error:  # noqa: BLE001 - one file's trouble, of whatever kind, must not stop the run
        return Outcome(last.photo_id, last.path, End.FAILED, file_failure(error))


def _removals(writer: MetadataWriter, rows: Sequence[JournalRow]) -> list[WritePlan]:
    """A plan for each file that the run wrote for one photo; the last that changes something names what goes.

    Raises PhotoError for a photo or sidecar that cannot be read.
    """
    added = [one for row in rows for one in row.plan.added]
    words = values_of(added, KEYWORD)
    others = [one for one in (*added, *_faces_found(writer, rows)) if one.kind != KEYWORD]
    record = {fold(value) for row in rows for value in recorded_words(row.plan)}
    plans: list[WritePlan] = []
    for row in rows:
        plan = located(writer, row).plan
        read = writer.read([plan.path, plan.target])
        photo, held = read[plan.path], read[plan.target]
        if isinstance(photo, Exception):
            raise photo
        if isinstance(held, Exception):
            if was_removed(plan, file_failure(held)):
                continue
            raise held
        spelled = {unicodedata.normalize("NFC", value) for value in held.own_words()}
        noted = {fold(value) for value in spelled}
        # A word of which only the path was ours depends on the file's own record alone.
        ours = [
            word
            for word in words
            if (forms := {fold(word), fold(keyword_leaf(word))}) <= record or forms & record & noted
            # One that a later run spelled differently is that run's.
            if word in spelled or fold(word) not in noted
        ]
        gone = (*statements(KEYWORD, ours), *dict.fromkeys(others))
        plans.append(writer.removal_plan(plan, photo, held, gone))
    return _naming_last(plans)


def _faces_found(writer: MetadataWriter, rows: Sequence[JournalRow]) -> list[Statement]:
    """The boxes of forgotten faces that the run added, as the files hold them now."""
    found: list[Statement] = []
    for row in rows:
        if row.plan.forgotten:
            target = located(writer, row).plan.target
            held = writer.read([target])[target]
            if isinstance(held, FileFields):
                found += placed(reveal(row.plan, held).added)
    return found


def _naming_last(plans: list[WritePlan]) -> list[WritePlan]:
    last = next((plan for plan in reversed(plans) if plan.changes), None)
    removed = tuple(dict.fromkeys(one for plan in plans for one in plan.removed))
    return [replace(plan, removed=removed if plan is last else ()) for plan in plans]


# --- the whole of it ----------------------------------------------------------------------------------------------


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
    if plan.refused is not None:
        return Outcome(plan.photo_id, plan.path, End.FAILED, plan.refused)
    try:
        row = located(writer, row)
        plan = row.plan
        fields = writer.read([plan.target])[plan.target]
        gone = isinstance(fields, Exception)
        if isinstance(fields, Exception):
            failure = file_failure(fields)
            if was_removed(plan, failure):
                catalog.write(lambda c: mark_undone(c, row, None))
                return Outcome(plan.photo_id, plan.path, End.WRITTEN)
            if not is_removed(plan, failure):
                return Outcome(plan.photo_id, plan.path, End.FAILED, failure)
            fields = FileFields(plan.target, {}, "XMP")  # the sidecar is created again
        no_way_back = lost(plan, fields)
        row = replace(row, plan=reveal(plan, fields))
        undo = replace(writer.restore_plan(_left_to_undo(row), fields), creates=gone)
        if undo.refused is not None:
            return Outcome(plan.photo_id, plan.path, End.FAILED, undo.refused)
        catalog.write(lambda c: journal.intend_undo(c, row.id, undo), durable=True)
        after = writer.write(undo) if undo.changes else signature_now(plan.target)
    except WriteError as error:  # the file is as it was
        catalog.write(lambda c: journal.forget_undo(c, row.id))
        return Outcome(plan.photo_id, plan.path, End.FAILED, error.failure)
    except Exception as error:  # noqa: BLE001 - one file's trouble, of whatever kind, must not stop the run
        return Outcome(plan.photo_id, plan.path, End.FAILED, file_failure(error))
    mark = writer.fingerprint(plan.target)
    catalog.write(lambda c: mark_undone(c, replace(row, undo=journal.intent_of(undo)), after, mark))
    if undo.conflicts:
        failure = left_alone(undo.conflicts)
        left = tuple(replace(one, wrote=without_digests(one.wrote)) for one in undo.conflicts)
        return Outcome(plan.photo_id, plan.path, End.CONFLICT, failure, left, lost=no_way_back)
    return Outcome(plan.photo_id, plan.path, End.WRITTEN, lost=no_way_back)


def _left_to_undo(row: JournalRow) -> WritePlan:
    """The plan without the fields that an earlier undo has restored; the record of ours is looked at again."""
    if row.state is not RowState.CONFLICT:
        return row.plan
    fields = {*left_by(row.undo), *BOOKKEEPING}
    return replace(row.plan, changes=tuple(change for change in row.plan.changes if change.field in fields))
