"""Settling journal rows: what the catalog learns when a write is done, or was cut short."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.writing import journal, statements
from phototagger.catalog.writing.journal import JournalRow, RowState
from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import ExifToolError, PhotoError
from phototagger.domain.facets.books import AUTO_TAGS
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.forgotten import reveal
from phototagger.domain.records import ErrorKind, Failure, FileSignature, keyword_leaf
from phototagger.domain.sentences import Said, both, joined, said
from phototagger.domain.spelling import fold
from phototagger.domain.writing import FieldConflict, FileFields, WritePlan, values_of
from phototagger.jobs.ports import MetadataWriter

log = logging.getLogger(__name__)

READ_BATCH = 50  # files per question to the writer


def needs_recovery(catalog: Catalog) -> bool:
    """Whether a run was cut short between intent and finish."""
    return bool(catalog.read(journal.unfinished) or catalog.read(journal.unfinished_undos))


def recover(catalog: Catalog, writer: MetadataWriter) -> list[Said]:
    """Settles what a killed run left, by looking at each file, and removes its temporaries.

    Gives a sentence about each thing worth telling. Raises ExifToolError when the files cannot be read yet;
    the rows then wait for the next start.
    """
    begun, undos = catalog.read(journal.unfinished), catalog.read(journal.unfinished_undos)
    if not begun and not undos:
        return []
    removed = writer.recover(_folders((*begun, *undos)))
    rows = [located(writer, row) for row in begun]
    undos = [located(writer, row) for row in undos]
    counts = {RowState.DONE: 0, RowState.DROPPED: 0}
    notices: list[Said] = []
    for row in undos:
        _settle_undo(catalog, writer, row, writer.read([row.plan.target])[row.plan.target])
    for start in range(0, len(rows), READ_BATCH):
        chunk = rows[start : start + READ_BATCH]
        fields = writer.read([row.plan.target for row in chunk])
        for row in chunk:
            state = _settle(catalog, writer, row, fields[row.plan.target])
            if state is None:
                notices.append(
                    said(
                        "{target} was being written when the program ended, and has been changed or moved since. "
                        "It was left as it is.",
                        target=row.plan.target,
                    )
                )
            else:
                counts[state] += 1
    done, dropped = counts[RowState.DONE], counts[RowState.DROPPED]
    if rows:
        notices.insert(
            0,
            said(
                "An interrupted write-back was settled: {done} of its files in hand had been written, "
                "{dropped} had not and are still to be written; %n temporary file(s) removed.",
                "",
                len(removed),
                done=done,
                dropped=dropped,
            ),
        )
    if undos:
        notices.insert(
            0,
            said(
                "An interrupted undo was settled on %n file(s). Undo that run again to finish it.",
                "",
                len(undos),
            ),
        )
    return notices


def _folders(rows: Iterable[JournalRow]) -> set[Path]:
    """Where the temporaries of these writes can be: beside the file as it was called then or is called now, and
    beside what a link of that name leads to."""
    targets = {target for row in rows for target in (row.target_then, row.plan.target)}
    return {path.parent for target in targets for path in (target, Path(os.path.realpath(target)))}


def located(writer: MetadataWriter, row: JournalRow) -> JournalRow:
    """The row with the sidecar that holds its words now, where it is not the one that it should be: renamed to the
    other way of naming, or left behind by its photo. One that holds none of them is not looked for."""
    plan = row.plan
    if plan.target == plan.path or os.path.lexists(plan.target):
        return row
    candidates = list(writer.sidecars(plan.path))
    if not row.path_then.exists():  # else it is another photo's by now
        candidates.append(row.target_then)
    for path, fields in writer.read([path for path in candidates if path.is_file()]).items():
        if not isinstance(fields, Exception) and _holds_words(fields, plan):
            return replace(row, plan=replace(plan, target=path))
    return row


def _holds_words(fields: FileFields, plan: WritePlan) -> bool:
    """Whether every field that the plan added to has some of what it added."""
    gained = [change for change in plan.changes if change.added]
    held = [set(change.added) & set(fields.values.get(change.field, ())) for change in gained]
    return bool(held) and all(held)


def sweep(catalog: Catalog, writer: MetadataWriter) -> list[Path]:
    """Removes temporaries that could not be removed when a write failed, as on a disk that became read-only or was
    pulled out; gives what it removed."""
    failed = catalog.read(journal.failed_lately)
    return remove_temporaries(writer, [row.plan.target for row in failed]) if failed else []


def remove_temporaries(writer: MetadataWriter, targets: Iterable[Path]) -> list[Path]:
    """Removes what dead runs left beside these files, and beside what they link to; gives what it removed."""
    return writer.recover(
        {path.parent for target in targets for path in (target, Path(os.path.realpath(target)))}
    )


def _settle(
    catalog: Catalog, writer: MetadataWriter, row: JournalRow, fields: FileFields | Exception
) -> RowState | None:
    """What became of an unfinished row: done, dropped, or None where the file is neither old nor new."""
    if row.plan.refused is not None:
        refused = row.plan.refused
        catalog.write(lambda c: journal.fail(c, row.id, refused))
        return None
    if isinstance(fields, Exception):
        failure = file_failure(fields)
        if row.plan.creates and failure.kind is ErrorKind.GONE:  # a sidecar that was never made
            catalog.write(lambda c: journal.drop(c, row.id))
            return RowState.DROPPED
        if is_removed(row.plan, failure):
            catalog.write(lambda c: finish(c, row.id, row.plan, None))
            return RowState.DONE
        catalog.write(lambda c: journal.fail(c, row.id, failure))
        return None
    row = replace(row, plan=reveal(row.plan, fields))
    if holds(fields, row.plan, after=True):
        now = signature_now(row.plan.target)
        mark = writer.fingerprint(row.plan.target)
        catalog.write(lambda c: finish(c, row.id, row.plan, now, mark))
        return RowState.DONE
    if _carries(fields, row.plan):
        # Another program has edited it since: the signature stays the old one, so that a scan takes note.
        old = row.before or signature_now(row.plan.target)
        catalog.write(lambda c: finish(c, row.id, row.plan, old, None))
        return RowState.DONE
    if writer.is_undone(row.plan, fields):
        catalog.write(lambda c: journal.drop(c, row.id))
        return RowState.DROPPED
    failure = Failure(
        ErrorKind.CHANGED, said("{target} was changed after an interrupted write.", target=row.plan.target)
    )
    catalog.write(lambda c: journal.fail(c, row.id, failure))
    return None


def _carries(fields: FileFields, plan: WritePlan) -> bool:
    """Whether the file has all that the plan added and nothing that it removed, whatever came in since."""
    return all(
        set(change.added) <= set(fields.values.get(change.field, ()))
        and not set(change.removed) & set(fields.values.get(change.field, ()))
        for change in plan.changes
    )


def _settle_undo(
    catalog: Catalog, writer: MetadataWriter, row: JournalRow, fields: FileFields | Exception
) -> None:
    """An undo that was cut short either happened or did not; where the file does not tell, undo looks again."""
    if row.plan.refused is not None:
        pass
    elif isinstance(fields, Exception):
        if was_removed(row.plan, file_failure(fields)):
            catalog.write(lambda c: mark_undone(c, row, None))
            return
    elif writer.is_undone(reveal(row.plan, fields), fields, left_by(row.undo)):
        now = signature_now(row.plan.target)
        mark = writer.fingerprint(row.plan.target)
        catalog.write(lambda c: mark_undone(c, row, now, mark))
        return
    catalog.write(lambda c: journal.forget_undo(c, row.id))


def left_by(undo: journal.UndoIntent | None) -> list[str]:
    """The fields that an undo was not to touch."""
    return [conflict.field for conflict in undo.conflicts] if undo else []


def is_removed(plan: WritePlan, failure: Failure) -> bool:
    """Whether a sidecar that the plan removes is gone, and the photo still there."""
    return plan.deletes and failure.kind is ErrorKind.GONE and plan.path.exists()


def was_removed(plan: WritePlan, failure: Failure) -> bool:
    """Whether a sidecar of our making is gone, and our words with it. With the photo gone too they were moved, or
    their folder is away, which tells nothing."""
    return plan.creates and failure.kind is ErrorKind.GONE and plan.path.exists()


def mark_undone(
    c: sqlite3.Connection, row: JournalRow, after: FileSignature | None, fingerprint: bytes | None = None
) -> None:
    """The write was taken back as far as the row's undo says (wholly where it says nothing): journal, keywords and
    the photo's signature in one transaction."""
    plan = row.plan
    undo = row.undo if row.undo is not None and after is not None else None
    conflict = left_alone(undo.conflicts) if undo is not None and undo.conflicts else None
    journal.mark_undone(c, row.id, after, fingerprint, conflict)
    if undo is None:
        statements.took_back(c, plan.photo_id, plan.added, plan.removed)
    else:
        statements.took_back(c, plan.photo_id, undo.gone, undo.back)


def left_alone(conflicts: Sequence[FieldConflict]) -> Failure:
    """What to tell of fields in one file that undo did not touch."""
    names = [conflict.field for conflict in conflicts]
    message = said(
        "{path}: {fields} (was|were) edited after (it was|they were) written, so (it was|they were) left alone.",
        "",
        len(names),
        path=conflicts[0].path,
        fields=both(names),
    )
    return Failure(ErrorKind.CHANGED, message)


def holds(fields: FileFields, plan: WritePlan, *, after: bool) -> bool:
    """Whether the file holds what the plan wanted (or, ``after`` False, what it found), in any order."""
    return all(
        sorted(fields.values.get(change.field, ())) == sorted(change.after if after else change.before)
        for change in plan.changes
    )


def finish(
    c: sqlite3.Connection,
    row_id: int,
    plan: WritePlan,
    after: FileSignature | None,
    fingerprint: bytes | None = None,
) -> None:
    """The file was written and read back, or removed (None): journal, keywords and the photo's signature in one
    transaction."""
    journal.finish(c, row_id, after, fingerprint)
    statements.wrote(c, plan.photo_id, plan.added, plan.removed, ours_of(plan))


def ours_of(plan: WritePlan) -> list[str]:
    """The added keywords that no field of the file held in any form before: the record names path and word."""
    record = {fold(value) for value in recorded_words(plan)}
    return [
        word for word in values_of(plan.added, KEYWORD) if {fold(word), fold(keyword_leaf(word))} <= record
    ]


def recorded_words(plan: WritePlan) -> tuple[str, ...]:
    """What the plan puts on the file's record of ours."""
    return tuple(value for change in plan.changes if change.field == AUTO_TAGS for value in change.added)


def signature_before(plan: WritePlan) -> FileSignature | None:
    """The target as it is now; None for a sidecar that is to be made. Raises PhotoError (GONE)."""
    return None if plan.creates else signature_now(plan.target)


def signature_now(path: Path) -> FileSignature:
    """Raises PhotoError (GONE)."""
    try:
        status = path.stat()
    except OSError as error:
        raise PhotoError(
            ErrorKind.GONE, said("{path} is not there any more. Scan its folder again.", path=path)
        ) from error
    return FileSignature(status.st_size, status.st_mtime_ns)


def file_failure(error: Exception) -> Failure:
    """What to tell about an exception that concerns one file."""
    if isinstance(error, PhotoError):
        return error.failure
    if isinstance(error, ExifToolError):
        return Failure(ErrorKind.WRITE_FAILED, error.message)
    log.error("A fault of ours", exc_info=error)
    told = said("A fault in phototagger itself: {name}: {reason}.", name=type(error).__name__, reason=error)
    return Failure(ErrorKind.INTERNAL, joined((told, where_more())))
