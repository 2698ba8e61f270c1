"""Undo of catalog edits. A step is a list of changes (what, from, to) that SQLite itself applies: forward when
the edit is made and at redo, backward at undo. So a step over a hundred thousand photos never passes through
Python, and undo cannot differ from what was done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import IntEnum
from typing import Literal

from phototagger.domain.records import Changes, HistoryStep


class Subject(IntEnum):
    """What one change is about: ``key``, ``key2`` and the two values in each case."""

    SUGGESTION_STATE = 0  # suggestion; state
    WANTED = 1  # photo, keyword; 0 or 1 (no row counts as 0)
    FACE_CLUSTER = 2  # region; cluster or NULL
    CLUSTER_PERSON = 3  # cluster; person or NULL
    FACE_PERSON = 4  # region; person or NULL


class PeopleSubject(IntEnum):
    """The same for what ``people_change`` holds."""

    REJECTED = 0  # region, person; 0 or 1: this face is not that person
    IGNORED = 1  # cluster; 0 or 1: not a person to care for
    HIDDEN = 2  # person; 0 or 1


_LISTS = ("history_change", "people_change")  # the changes of a step, numbered
_KEYED = {"statement_change": "photo, kind", "word_change": "subject, path"}  # by what they are about


def now() -> str:
    """This moment as ISO 8601 UTC with seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin(c: sqlite3.Connection) -> int:
    """A new, still empty step; :func:`plan` fills it and :func:`finish` applies it, in one transaction."""
    cursor = c.execute("INSERT INTO history_step (text, made_at) VALUES ('', ?)", (now(),))
    return int(cursor.lastrowid or 0)


def plan(
    c: sqlite3.Connection,
    step: int,
    subject: Subject | PeopleSubject,
    select: str,
    parameters: tuple[object, ...],
) -> int:
    """Adds to the step what ``select`` gives (columns key, key2, before, after) and says how many rows."""
    table = "people_change" if isinstance(subject, PeopleSubject) else "history_change"
    first = c.execute(f"SELECT coalesce(max(seq), 0) FROM {table} WHERE step = ?", (step,)).fetchone()[0]
    return c.execute(
        f"INSERT INTO {table} (step, seq, subject, key, key2, before, after)"
        f" SELECT ?, ? + row_number() OVER (), ?, * FROM ({select})",
        (step, first, subject, *parameters),
    ).rowcount


def touched(c: sqlite3.Connection, step: int) -> frozenset[int]:
    """Ids of the photos that a step is about."""
    rows = c.execute(
        "SELECT photo FROM history_change JOIN suggestion ON suggestion.id = key WHERE step = ?1 AND subject = 0"
        " UNION SELECT key FROM history_change WHERE step = ?1 AND subject = 1"
        " UNION SELECT photo FROM history_change JOIN region ON region.id = key"
        " WHERE step = ?1 AND subject IN (2, 4)"
        " UNION SELECT photo FROM history_change JOIN region ON region.cluster = key"
        " WHERE step = ?1 AND subject = 3"
        " UNION SELECT photo FROM people_change JOIN region ON region.id = key WHERE step = ?1 AND subject = 0"
        " UNION SELECT photo FROM people_change JOIN region ON region.cluster = key"
        " WHERE step = ?1 AND subject = 1"
        " UNION SELECT photo FROM people_change JOIN region ON region.person = key"
        " WHERE step = ?1 AND subject = 2"
        " UNION SELECT photo FROM statement_change WHERE step = ?1"
        " UNION SELECT photo FROM photo_keyword WHERE EXISTS (SELECT 1 FROM language_change WHERE step = ?1)",
        (step,),
    )
    return frozenset(row[0] for row in rows)


def finish(c: sqlite3.Connection, step: int, text: str) -> Changes:
    """Applies a planned step, names it and drops the undone tail. A step without changes leaves no trace."""
    tables = (*_LISTS, *_KEYED, "language_change")
    if not any(c.execute(f"SELECT 1 FROM {table} WHERE step = ?", (step,)).fetchone() for table in tables):
        c.execute("DELETE FROM history_step WHERE id = ?", (step,))
        return Changes()
    before = touched(c, step)
    _apply(c, step, "after")
    c.execute("DELETE FROM history_step WHERE undone_at IS NOT NULL")
    c.execute("UPDATE history_step SET text = ? WHERE id = ?", (text, step))
    return _changes(c, step, before | touched(c, step))


def together(
    c: sqlite3.Connection, edits: Iterable[Callable[[sqlite3.Connection], Changes]], text: str
) -> Changes:
    """Makes several edits one step named ``text``; call inside one transaction. An edit that makes no step stays
    without; a single step keeps its own name."""
    newest = c.execute("SELECT coalesce(max(id), 0) FROM history_step").fetchone()[0]
    changes = Changes()
    for edit in edits:
        changes |= edit(c)
    steps = [row[0] for row in c.execute("SELECT id FROM history_step WHERE id > ? ORDER BY id", (newest,))]
    for step in steps[1:]:
        for table in _LISTS:
            _append(c, table, steps[0], step)
        for table, keys in _KEYED.items():
            _append_keyed(c, table, keys, steps[0], step)
        c.execute("DELETE FROM history_step WHERE id = ?", (step,))
    if len(steps) > 1:
        c.execute("UPDATE history_step SET text = ? WHERE id = ?", (text, steps[0]))
    return changes


def _append(c: sqlite3.Connection, table: str, first: int, later: int) -> None:
    """Moves the changes of a later step to the first. What both are about goes from the first's ``before`` to
    the later's ``after``: :data:`_APPLY` knows no order."""
    same = "one.subject = h.subject AND one.key = h.key AND one.key2 IS h.key2"
    c.execute(
        f"UPDATE {table} AS one SET after = h.after FROM {table} AS h"
        f" WHERE one.step = ? AND h.step = ? AND {same}",
        (first, later),
    )
    c.execute(
        f"DELETE FROM {table} AS h WHERE step = ? AND EXISTS"
        f" (SELECT 1 FROM {table} AS one WHERE one.step = ? AND {same})",
        (later, first),
    )
    (seq,) = c.execute(f"SELECT coalesce(max(seq), 0) FROM {table} WHERE step = ?", (first,)).fetchone()
    c.execute(f"UPDATE {table} SET step = ?, seq = seq + ? WHERE step = ?", (first, seq, later))


def _append_keyed(c: sqlite3.Connection, table: str, keys: str, first: int, later: int) -> None:
    """The same where a step has one change of each thing."""
    c.execute(
        f"INSERT INTO {table} SELECT ?, {keys}, before, after FROM {table} WHERE step = ?"
        " ON CONFLICT DO UPDATE SET after = excluded.after",
        (first, later),
    )


def undo(c: sqlite3.Connection) -> tuple[Changes, str] | None:
    """Takes the newest step back; what it changed and its text, or None when there is nothing to undo."""
    row = c.execute(
        "SELECT id, text FROM history_step WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return _replay(c, row, "before", now()) if row else None


def redo(c: sqlite3.Connection) -> tuple[Changes, str] | None:
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
    return [HistoryStep(row[0], row[1], row[2], bool(row[3])) for row in rows]


def _replay(
    c: sqlite3.Connection, row: tuple[int, str], side: Literal["before", "after"], undone_at: str | None
) -> tuple[Changes, str]:
    step, text = row
    photos = touched(c, step)
    _apply(c, step, side)
    c.execute("UPDATE history_step SET undone_at = ? WHERE id = ?", (undone_at, step))
    return _changes(c, step, photos | touched(c, step)), text


def _changes(c: sqlite3.Connection, step: int, photos: frozenset[int]) -> Changes:
    words = c.execute(
        "SELECT 1 FROM word_change WHERE step = ?1 AND subject = 0"
        " UNION ALL SELECT 1 FROM language_change WHERE step = ?1",
        (step,),
    ).fetchone()
    return Changes(photos, folders=True, history=True, words=words is not None)


# How each subject takes the value of one side ({side}) of a step. Rows that are gone meanwhile (a folder was
# removed) are passed over.
_APPLY = (
    "DELETE FROM word_rule WHERE path IN"
    " (SELECT path FROM word_change WHERE step = ?1 AND subject = 0 AND {side} IS NULL)",
    "INSERT INTO word_rule SELECT path, nullif({side}, '') FROM word_change"
    " WHERE step = ?1 AND subject = 0 AND {side} NOT NULL ON CONFLICT DO UPDATE SET target = excluded.target",
    "DELETE FROM own_word WHERE path IN"
    " (SELECT path FROM word_change WHERE step = ?1 AND subject = 1 AND {side} IS NULL)",
    "INSERT INTO own_word SELECT path, {side} FROM word_change"
    " WHERE step = ?1 AND subject = 1 AND {side} NOT NULL ON CONFLICT DO UPDATE SET synonyms = excluded.synonyms",
    "DELETE FROM meta WHERE key = 'languages' AND EXISTS (SELECT 1 FROM language_change WHERE step = ?1)",
    "INSERT INTO meta SELECT 'languages', {side} FROM language_change WHERE step = ?1 AND {side} NOT NULL",
    # A companion that a person takes away stays away, until that is undone.
    "INSERT OR IGNORE INTO companion_refused SELECT h.key, h.key2 FROM history_change AS h JOIN photo_keyword AS k"
    " ON k.photo = h.key AND k.keyword = h.key2 AND k.companion = 1"
    " WHERE h.step = ?1 AND h.subject = 1 AND h.{side} = 0",
    "UPDATE suggestion SET state = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 0 AND suggestion.id = h.key",
    "DELETE FROM photo_keyword WHERE written = 0 AND (photo, keyword) IN"
    " (SELECT key, key2 FROM history_change WHERE step = ?1 AND subject = 1 AND {side} = 0)",
    "UPDATE photo_keyword SET wanted = 0 WHERE written = 1 AND (photo, keyword) IN"
    " (SELECT key, key2 FROM history_change WHERE step = ?1 AND subject = 1 AND {side} = 0)",
    "INSERT INTO photo_keyword (photo, keyword, wanted, companion) SELECT key, key2, 1, '{side}' = 'before'"
    " AND (key, key2) IN (SELECT photo, keyword FROM companion_refused) FROM history_change"
    " JOIN photo ON photo.id = key WHERE step = ?1 AND subject = 1 AND {side} = 1"
    " ON CONFLICT DO UPDATE SET wanted = 1, companion = excluded.companion",
    "DELETE FROM companion_refused WHERE '{side}' = 'before' AND (photo, keyword) IN"
    " (SELECT key, key2 FROM history_change WHERE step = ?1 AND subject = 1 AND {side} = 1)",
    "UPDATE statement SET decision = h.{side} FROM statement_change AS h"
    " WHERE h.step = ?1 AND statement.photo = h.photo AND statement.kind = h.kind",
    # Persons hang on clusters and faces; clusters last, so that touched() meets the faces in both places.
    "UPDATE cluster SET person = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 3 AND cluster.id = h.key",
    "UPDATE region SET person = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 4 AND region.id = h.key",
    "UPDATE region SET cluster = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 2 AND region.id = h.key",
    "DELETE FROM face_rejected WHERE (face, person) IN"
    " (SELECT key, key2 FROM people_change WHERE step = ?1 AND subject = 0 AND {side} = 0)",
    "INSERT OR IGNORE INTO face_rejected (face, person) SELECT key, key2 FROM people_change"
    " JOIN region ON region.id = key JOIN person ON person.id = key2"
    " WHERE step = ?1 AND subject = 0 AND {side} = 1",
    "UPDATE cluster SET ignored = h.{side} FROM people_change AS h"
    " WHERE h.step = ?1 AND h.subject = 1 AND cluster.id = h.key",
    "UPDATE person SET hidden = h.{side} FROM people_change AS h"
    " WHERE h.step = ?1 AND h.subject = 2 AND person.id = h.key",
    "UPDATE meta SET value = value + 1 WHERE key = 'people_revision' AND (EXISTS"
    " (SELECT 1 FROM history_change WHERE step = ?1 AND subject IN (2, 3, 4))"
    " OR EXISTS (SELECT 1 FROM people_change WHERE step = ?1))",
)


# Companions after a change of languages: those that are due no more go, those that are due come.
_REFRESH = (
    "DELETE FROM photo_keyword WHERE companion = 1 AND written = 0 AND NOT EXISTS"
    " (SELECT 1 FROM companion_due AS due WHERE due.photo = photo_keyword.photo"
    " AND due.keyword = photo_keyword.keyword)",
    "UPDATE photo_keyword SET wanted = 0 WHERE companion = 1 AND wanted = 1 AND NOT EXISTS"
    " (SELECT 1 FROM companion_due AS due WHERE due.photo = photo_keyword.photo"
    " AND due.keyword = photo_keyword.keyword)",
    "INSERT INTO photo_keyword (photo, keyword, wanted, companion) SELECT DISTINCT photo, keyword, 1, 1"
    " FROM companion_due WHERE true ON CONFLICT DO UPDATE SET wanted = 1, companion = 1 WHERE wanted = 0",
)


def _apply(c: sqlite3.Connection, step: int, side: Literal["before", "after"]) -> None:
    for statement in _APPLY:
        c.execute(statement.format(side=side), (step,))
    if c.execute("SELECT 1 FROM language_change WHERE step = ?", (step,)).fetchone():
        refresh_companions(c)


def refresh_companions(c: sqlite3.Connection) -> None:
    """Companions as the languages of now want them, on every photo."""
    for statement in _REFRESH:
        c.execute(statement)
