"""The write journal: what each write-back run is about to do to a file, stored before the file is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from phototagger.catalog.history import now
from phototagger.catalog.photos.photos import by_id, set_signature, stored_failure
from phototagger.catalog.store.packed import UNREADABLE, pack, unpack_json
from phototagger.catalog.store.packed_statements import (
    packed_intent,
    packed_statements,
    unpacked_intent,
    unpacked_statements,
)
from phototagger.catalog.store.paths import decode, encode
from phototagger.catalog.store.personal import Personal
from phototagger.domain.facets.books import CREATED_FIELDS
from phototagger.domain.forgotten import without_digests
from phototagger.domain.records import ErrorKind, Failure, FileSignature
from phototagger.domain.sentences import said, to_text
from phototagger.domain.writing import FieldChange, FieldConflict, Replaced, Statement, WritePlan, WriteRun
from phototagger.files.pairs import leaders


class RowState(StrEnum):
    """Where one file of a run stands. Only ``begun`` rows need settling after a crash."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"  # settled after a crash: the file was never changed
    UNDONE = "undone"
    CONFLICT = "conflict"  # undo found other values than ours in some field and left that alone


@dataclass(frozen=True, slots=True)
class UndoIntent:
    """What an undo is about to do: the fields it leaves alone, what the file will say no longer, and say again."""

    conflicts: tuple[FieldConflict, ...]
    gone: tuple[Statement, ...]
    back: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One file of one run; its plan is empty and refused where the catalog is damaged. The plan's paths are where
    the photo and its sidecar should be by now; ``path_then`` and ``target_then`` are what they were called when it
    was written. Signatures are of the target; None: there was no such file."""

    id: int
    run_id: int
    plan: WritePlan
    state: RowState
    before: FileSignature | None
    after: FileSignature | None
    failure: Failure | None
    path_then: Path
    target_then: Path
    undo: UndoIntent | None = None  # of the last undo that was tried


def begin_run(c: sqlite3.Connection) -> int:
    """A new run of write-back."""
    return int(c.execute("INSERT INTO write_run (made_at) VALUES (?)", (now(),)).lastrowid or 0)


def begin(c: sqlite3.Connection, run_id: int, plan: WritePlan, before: FileSignature | None) -> int:
    """Stores the intent. Commit it before the file is touched."""
    content = {
        "changes": [asdict(change) for change in plan.changes],
        "added": packed_statements(plan.added),
        "removed": packed_statements(plan.removed),
        "creates": plan.creates,
        "deletes": plan.deletes,
    }
    cursor = c.execute(
        "INSERT INTO write_row (run, photo, path, target, changes, state, size_before, mtime_ns_before)"
        " VALUES (?, (SELECT id FROM photo WHERE id = ?), ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            plan.photo_id,
            encode(plan.path),
            encode(plan.target),
            pack(content),
            RowState.BEGUN,
            before.size if before else None,
            before.mtime_ns if before else None,
        ),
    )
    return int(cursor.lastrowid or 0)


def finish(
    c: sqlite3.Connection, row_id: int, after: FileSignature | None, fingerprint: bytes | None = None
) -> None:
    """The file was written and read back (or removed: None). If it is the photo itself, the catalog takes the new
    signature (and fingerprint, if known), so that our own write does not look like a change by others."""
    c.execute(
        "UPDATE write_row SET state = ?, size_after = ?, mtime_ns_after = ? WHERE id = ?",
        (RowState.DONE, after.size if after else None, after.mtime_ns if after else None, row_id),
    )
    row = _one(c, row_id)
    if row.plan.path == row.plan.target and row.before is not None and after is not None:
        set_signature(c, row.plan.photo_id, row.before, after, fingerprint)


def intent_of(undo: WritePlan) -> UndoIntent:
    """What this plan, which undoes another, is about to do."""
    return UndoIntent(undo.conflicts, undo.removed, undo.added)


def intend_undo(c: sqlite3.Connection, row_id: int, undo: WritePlan) -> None:
    """Stores that a write is about to be taken back, and how far. Commit it before the file is touched."""
    c.execute("INSERT OR IGNORE INTO undo_intent (row) VALUES (?)", (row_id,))
    (stored,) = c.execute("SELECT changes FROM write_row WHERE id = ?", (row_id,)).fetchone()
    content = unpack_json(stored)
    intent = intent_of(undo)
    content["undo"] = {
        "conflicts": [[conflict.field, conflict.wrote, conflict.now] for conflict in intent.conflicts],
        **packed_intent(intent.gone, intent.back),
    }
    c.execute("UPDATE write_row SET changes = ? WHERE id = ?", (pack(content), row_id))


def forget_undo(c: sqlite3.Connection, row_id: int) -> None:
    """The intent is settled, whichever way."""
    c.execute("DELETE FROM undo_intent WHERE row = ?", (row_id,))


def unfinished_undos(c: sqlite3.Connection) -> list[JournalRow]:
    """Rows whose undo was cut short between intent and end."""
    return _rows(c, "id IN (SELECT row FROM undo_intent)")


def mark_undone(
    c: sqlite3.Connection,
    row_id: int,
    after: FileSignature | None = None,
    fingerprint: bytes | None = None,
    conflict: Failure | None = None,
) -> None:
    """The write was taken back, but for the fields that ``conflict`` tells of; ``after`` is the target's signature
    now (None if it is gone)."""
    _end(c, row_id, RowState.CONFLICT if conflict else RowState.UNDONE, conflict)
    forget_undo(c, row_id)
    if after is not None:
        row = _one(c, row_id)
        if row.plan.path == row.plan.target and row.after is not None:
            set_signature(c, row.plan.photo_id, row.after, after, fingerprint)
            c.execute(
                "UPDATE write_row SET size_after = ?, mtime_ns_after = ? WHERE id = ?",
                (after.size, after.mtime_ns, row_id),
            )


def conflicts(c: sqlite3.Connection, run_id: int) -> list[FieldConflict]:
    """The fields that undo of this run left alone, file by file."""
    rows = [row for row in rows_of_run(c, run_id) if row.state is RowState.CONFLICT and row.undo is not None]
    return [
        replace(
            conflict,
            path=row.plan.target,
            wrote=without_digests(conflict.wrote),
            now=without_digests(conflict.now),
        )
        for row in rows
        if row.undo is not None
        for conflict in row.undo.conflicts
    ]


def fail(c: sqlite3.Connection, row_id: int, failure: Failure) -> None:
    """The write failed; the file is as it was."""
    _end(c, row_id, RowState.FAILED, failure)


def drop(c: sqlite3.Connection, row_id: int) -> None:
    """Settled after a crash: the file is as it was."""
    _end(c, row_id, RowState.DROPPED, None)


def unfinished(c: sqlite3.Connection) -> list[JournalRow]:
    """Rows whose run was cut short between intent and finish."""
    return _rows(c, "state = 'begun'")


def failed_lately(c: sqlite3.Connection) -> list[JournalRow]:
    """The files that the newest run failed on."""
    return [
        _row(row)
        for row in c.execute(
            f"{_SELECT} WHERE run = (SELECT max(id) FROM write_run) AND state = ?", (RowState.FAILED,)
        )
    ]


def rows_of_run(c: sqlite3.Connection, run_id: int) -> list[JournalRow]:
    """The files of one run, in the order they were begun."""
    return _rows(c, "run = ?", run_id)


def last_run_of(c: sqlite3.Connection, photo_id: int) -> int | None:
    """The newest run that wrote this photo (or its sidecar) and was not taken back there."""
    (run,) = c.execute(
        "SELECT max(run) FROM write_row WHERE photo = ? AND state IN ('done', 'conflict')", (photo_id,)
    ).fetchone()
    return None if run is None else int(run)


def replaced(c: sqlite3.Connection, photo_id: int, names: Collection[str]) -> tuple[Replaced, ...]:
    """What stood in these fields of a photo's files before values of ours, as they were last written."""
    found: dict[tuple[Path, str], Replaced] = {}
    whose: set[tuple[Path, str]] = set()  # the fields of which it is known who wrote what stood there before
    for row in reversed(_rows(c, "photo = ? AND state IN ('done', 'conflict')", photo_id)):
        made = {
            name for change in row.plan.changes if change.field == CREATED_FIELDS for name in change.added
        }
        for change in row.plan.changes:
            place = (row.plan.target, change.field)
            if change.field not in names or place in whose:
                continue
            later = found.get(place)
            if later is not None and later.before != change.after:
                whose.add(place)  # another program was there between
                continue
            wrote = change.after if later is None else later.wrote
            found[place] = Replaced(*place, wrote, change.before)
            if change.field in made:  # else what stood there was of ours too
                whose.add(place)
    return tuple(one for place, one in found.items() if place in whose)


def made_at(c: sqlite3.Connection, run_id: int) -> str:
    """When a run began, ISO 8601 UTC; empty for one that is not known."""
    row = c.execute("SELECT made_at FROM write_run WHERE id = ?", (run_id,)).fetchone()
    return "" if row is None else str(row[0])


def runs(c: sqlite3.Connection) -> list[WriteRun]:
    """Runs that changed a file, newest first."""
    rows = c.execute(
        "SELECT write_run.id, made_at, count(*), sum(state = 'undone'), sum(state = 'conflict'), 0 FROM write_run"
        " JOIN write_row ON run = write_run.id WHERE state IN ('done', 'undone', 'conflict')"
        " GROUP BY write_run.id"
        " UNION ALL SELECT write_run.id, made_at, count(*), sum(state = 'undone'), 0, 1 FROM write_run"
        " JOIN rename_row ON run = write_run.id WHERE leads AND state IN ('done', 'undone', 'undoing')"
        " GROUP BY write_run.id ORDER BY 1 DESC"
    )
    return [WriteRun(row[0], row[1], row[2], row[3], row[4], bool(row[5])) for row in rows]


_SELECT = (
    "SELECT id, run, photo, path, target, changes, state, size_before, mtime_ns_before, size_after,"
    " mtime_ns_after, error_kind, error_message FROM write_row"
)


def _rows(c: sqlite3.Connection, condition: str, *parameters: object) -> list[JournalRow]:
    rows = c.execute(f"{_SELECT} WHERE {condition} ORDER BY id", parameters).fetchall()
    return [_where_it_is_now(c, _row(row)) for row in rows]


def _where_it_is_now(c: sqlite3.Connection, row: JournalRow) -> JournalRow:
    """The row with the path that the photo has by now: it may have been moved or renamed since, and its sidecar
    with it."""
    found = by_id(c, [row.plan.photo_id])
    if not found or found[0].path == row.plan.path:
        return row
    path, before, target = found[0].path, row.plan.path, row.plan.target
    if path.parent == before.parent and leaders([path.name, before.name]):
        pass  # nothing moved: the review went over to the other half of a pair
    elif target == before:
        target = path
    elif path.name == before.name:  # whatever its sidecar, or that of its raw, is called
        target = path.with_name(target.name)
    elif target.name.startswith(before.name):  # IMG.CR2.xmp
        target = path.with_name(path.name + target.name.removeprefix(before.name))
    elif target.name.startswith(f"{before.stem}."):  # IMG.xmp, or IMG.CR2.xmp of the raw that IMG.JPG leads
        target = path.with_name(path.stem + target.name.removeprefix(before.stem))
    return replace(row, plan=replace(row.plan, path=path, target=target))


def _end(c: sqlite3.Connection, row_id: int, state: RowState, failure: Failure | None) -> None:
    c.execute(
        "UPDATE write_row SET state = ?, error_kind = ?, error_message = ? WHERE id = ?",
        (state, failure.kind if failure else None, to_text(failure.message) if failure else None, row_id),
    )


def _one(c: sqlite3.Connection, row_id: int) -> JournalRow:
    row = c.execute(f"{_SELECT} WHERE id = ?", (row_id,)).fetchone()
    if row is None:
        raise KeyError(row_id)
    return _row(row)


def _row(row: tuple[Any, ...]) -> JournalRow:
    identity, run, photo, path, target, stored, state, *rest = row
    size_before, mtime_before, size_after, mtime_after, kind, message = rest
    undo = None
    try:
        content = unpack_json(stored)
        plan = _plan(photo or 0, decode(path), decode(target), content)
        if "undo" in content:
            undo = _undo(plan, content["undo"])
    except UNREADABLE:
        plan = WritePlan(photo or 0, decode(path), decode(target), (), refused=_unknown(decode(target)))
    before = None if size_before is None else FileSignature(size_before, mtime_before)
    after = None if size_after is None else FileSignature(size_after, mtime_after)
    failure = stored_failure(kind, message)
    places = (plan.path, plan.target)
    return JournalRow(identity, run, plan, RowState(state), before, after, failure, *places, undo)


def _unknown(target: Path) -> Failure:
    return Failure(
        ErrorKind.DAMAGED,
        said(
            "{target} was left as it is: the catalog is damaged where it tells what was written into "
            "it. To take that out, use a backup of the catalog, or exiftool.",
            target=target,
        ),
    )


def _plan(photo_id: int, path: Path, target: Path, content: dict[str, Any]) -> WritePlan:
    return WritePlan(
        photo_id,
        path,
        target,
        tuple(
            FieldChange(change["field"], tuple(change["before"]), tuple(change["after"]))
            for change in content["changes"]
        ),
        unpacked_statements(content, "added"),
        unpacked_statements(content, "removed"),
        creates=bool(content.get("creates", False)),
        deletes=bool(content.get("deletes", False)),
        forgotten=content.get("forgotten"),
    )


def _undo(plan: WritePlan, stored: dict[str, Any]) -> UndoIntent:
    left = [
        FieldConflict(plan.target, field, tuple(wrote), tuple(now))
        for field, wrote, now in stored["conflicts"]
    ]
    return UndoIntent(tuple(left), *unpacked_intent(plan, stored))


PERSONAL = (Personal("write_run", {"made_at": "a time"}),)  # write_row: ``journal_of_people``
