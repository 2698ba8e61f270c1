"""Undo of catalog edits. A step is a list of changes (what, from, to) that SQLite itself applies: forward when
the edit is made and at redo, backward at undo. So a step over a hundred thousand photos never passes through
Python, and undo cannot differ from what was done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from phototagger.catalog.store.personal import Names, Personal
from phototagger.catalog.undo.languages import REFRESH
from phototagger.catalog.undo.subjects import SUBJECTS, TABLES
from phototagger.catalog.undo.undoable import ChangeTable, Undoable
from phototagger.domain.records import Changes, HistoryStep
from phototagger.domain.sentences import Said, from_text, to_text

Edit = Callable[[sqlite3.Connection], Changes]
"""Makes at most one step, and tells what it changed."""


def now() -> str:
    """This moment as ISO 8601 UTC with seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin(c: sqlite3.Connection) -> int:
    """A new, still empty step; :func:`plan` fills it and :func:`finish` applies it, in one transaction."""
    cursor = c.execute("INSERT INTO history_step (text, made_at) VALUES ('', ?)", (now(),))
    return int(cursor.lastrowid or 0)


def plan(
    c: sqlite3.Connection, step: int, subject: Undoable, select: str, parameters: tuple[object, ...]
) -> int:
    """Adds to the step what ``select`` gives (columns key, key2, before, after) and says how many rows. Only for
    subjects whose changes are numbered."""
    table = subject.table.name
    first = c.execute(f"SELECT coalesce(max(seq), 0) FROM {table} WHERE step = ?", (step,)).fetchone()[0]
    return c.execute(
        f"INSERT INTO {table} (step, seq, subject, key, key2, before, after)"
        f" SELECT ?, ? + row_number() OVER (), ?, * FROM ({select})",
        (step, first, subject.number, *parameters),
    ).rowcount


def touched(c: sqlite3.Connection, step: int) -> frozenset[int]:
    """Ids of the photos that a step is about."""
    return _photos(c, step, _subjects(c, step))


def _subjects(c: sqlite3.Connection, step: int) -> list[Undoable]:
    """What the step has changes of, in the order in which they are set."""
    held = set()
    for table in TABLES:
        number = (
            "subject" if any(one.number is not None for one in SUBJECTS if one.table == table) else "NULL"
        )
        rows = c.execute(f"SELECT DISTINCT {number} FROM {table.name} WHERE step = ?", (step,))
        held |= {(table, row[0]) for row in rows}
    return [subject for subject in SUBJECTS if (subject.table, subject.number) in held]


def _photos(c: sqlite3.Connection, step: int, subjects: Iterable[Undoable]) -> frozenset[int]:
    queries = [subject.photos for subject in subjects if subject.photos]
    return frozenset(row[0] for query in queries for row in c.execute(query, (step,)))


def finish(c: sqlite3.Connection, step: int, text: Said) -> Changes:
    """Applies a planned step, names it and drops the undone tail. A step without changes leaves no trace."""
    subjects = _subjects(c, step)
    if not subjects:
        c.execute("DELETE FROM history_step WHERE id = ?", (step,))
        return Changes()
    changes = _apply(c, step, subjects, "after")
    c.execute("DELETE FROM history_step WHERE undone_at IS NOT NULL")
    c.execute("UPDATE history_step SET text = ? WHERE id = ?", (to_text(text), step))
    return changes


def together(c: sqlite3.Connection, edits: Iterable[Edit], text: Said) -> Changes:
    """Makes several edits one step named ``text``; call inside one transaction. An edit that makes no step stays
    without; a single step keeps its own name."""
    newest = c.execute("SELECT coalesce(max(id), 0) FROM history_step").fetchone()[0]
    changes = Changes()
    for edit in edits:
        changes |= edit(c)
    steps = [row[0] for row in c.execute("SELECT id FROM history_step WHERE id > ? ORDER BY id", (newest,))]
    for step in steps[1:]:
        for table in TABLES:
            _append(c, table, steps[0], step)
        c.execute("DELETE FROM history_step WHERE id = ?", (step,))
    if len(steps) > 1:
        c.execute("UPDATE history_step SET text = ? WHERE id = ?", (to_text(text), steps[0]))
    return changes


def _append(c: sqlite3.Connection, table: ChangeTable, first: int, later: int) -> None:
    """Moves the changes of a later step to the first. What both are about goes from the first's ``before`` to
    the later's ``after``: the subjects know no order."""
    name = table.name
    if table.keys is not None:
        keys = "".join(f"{key}, " for key in table.keys)
        c.execute(
            f"INSERT INTO {name} (step, {keys}before, after) SELECT ?, {keys}before, after FROM {name}"
            " WHERE step = ? ON CONFLICT DO UPDATE SET after = excluded.after",
            (first, later),
        )
        return
    same = "one.subject = h.subject AND one.key = h.key AND one.key2 IS h.key2"
    c.execute(
        f"UPDATE {name} AS one SET after = h.after FROM {name} AS h"
        f" WHERE one.step = ? AND h.step = ? AND {same}",
        (first, later),
    )
    c.execute(
        f"DELETE FROM {name} AS h WHERE step = ? AND EXISTS"
        f" (SELECT 1 FROM {name} AS one WHERE one.step = ? AND {same})",
        (later, first),
    )
    (seq,) = c.execute(f"SELECT coalesce(max(seq), 0) FROM {name} WHERE step = ?", (first,)).fetchone()
    c.execute(f"UPDATE {name} SET step = ?, seq = seq + ? WHERE step = ?", (first, seq, later))


def undo(c: sqlite3.Connection) -> tuple[Changes, Said] | None:
    """Takes the newest step back; what it changed and its text, or None when there is nothing to undo."""
    row = c.execute(
        "SELECT id, text FROM history_step WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return _replay(c, row, "before", now()) if row else None


def redo(c: sqlite3.Connection) -> tuple[Changes, Said] | None:
    """Does the step undone last again; what it changed and its text, or None when there is nothing to redo."""
    row = c.execute(
        "SELECT id, text FROM history_step WHERE undone_at IS NOT NULL ORDER BY id LIMIT 1"
    ).fetchone()
    return _replay(c, row, "after", None) if row else None


def steps(c: sqlite3.Connection, limit: int) -> list[HistoryStep]:
    """The newest steps, newest first."""
    rows = c.execute(
        "SELECT id, text, made_at, undone_at IS NOT NULL FROM history_step ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [HistoryStep(row[0], from_text(row[1]), row[2], bool(row[3])) for row in rows]


def _replay(
    c: sqlite3.Connection, row: tuple[int, str], side: Literal["before", "after"], undone_at: str | None
) -> tuple[Changes, Said]:
    step, text = row
    changes = _apply(c, step, _subjects(c, step), side)
    c.execute("UPDATE history_step SET undone_at = ? WHERE id = ?", (undone_at, step))
    return changes, from_text(text)


def _apply(
    c: sqlite3.Connection, step: int, subjects: Sequence[Undoable], side: Literal["before", "after"]
) -> Changes:
    photos = _photos(c, step, subjects)
    for subject in subjects:
        for statement in subject.apply:
            c.execute(statement.format(side=side), (step,))
    for statement in dict.fromkeys(statement for subject in subjects for statement in subject.follow):
        c.execute(statement)
    words = any(subject.of_words for subject in subjects)
    return Changes(photos | _photos(c, step, subjects), folders=True, history=True, words=words)


def _forget_people(c: sqlite3.Connection, _names: Names) -> None:
    """Deletes the steps about who is on photos. There is no way back from that."""
    for subject in SUBJECTS:
        if subject.of_people:
            c.execute(
                f"DELETE FROM history_step WHERE id IN (SELECT step FROM {subject.table.name} WHERE {subject.rows})"
            )


def refresh_translations(c: sqlite3.Connection) -> None:
    """Translations as the languages of now want them, on every photo."""
    for statement in REFRESH:
        c.execute(statement)


PERSONAL = (
    Personal(
        "history_step",
        {"text": "of steps that are not about people", "made_at": "a time", "undone_at": "a time"},
        forget=_forget_people,
    ),
)
