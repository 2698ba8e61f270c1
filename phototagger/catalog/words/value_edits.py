"""What a person decides on single values, as history steps; see ``values``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from phototagger.catalog import history
from phototagger.catalog.words.edits import Planned
from phototagger.catalog.words.values import text_id

_AMONG = "photo IN (SELECT value FROM json_each(?))"
_IDS_AMONG = "id IN (SELECT value FROM json_each(?))"
_WAITING = "suggested NOT NULL AND decision IS NULL"


def plan_accept(c: sqlite3.Connection, kind: str, photo_ids: Sequence[int] | None) -> Planned:
    """The values that wait on these photos (None: on all) are accepted."""
    return _plan(c, kind, photo_ids, "suggested", _WAITING)


def plan_give(
    c: sqlite3.Connection, kind: str, text: str, groups: Mapping[tuple[str, ...], Sequence[int] | None]
) -> Planned:
    """Photos (None: all) get this value, also where none was proposed, or one was accepted or rejected before; by
    the values in their files that it is to take the place of."""
    step = history.begin(c)
    count = 0
    for over, photo_ids in groups.items():
        inside, parameters = ("1", ()) if photo_ids is None else (_IDS_AMONG, (_packed(photo_ids),))
        c.execute(
            f"INSERT INTO statement (photo, kind, mark) SELECT id, ?, '' FROM photo WHERE {inside}"
            " ON CONFLICT DO NOTHING",
            (kind, *parameters),
        )
        count += _add(c, step, kind, photo_ids, str(text_id(c, text, over)), "1")
    return Planned(step, count, count)


def plan_reject(c: sqlite3.Connection, kind: str, photo_ids: Sequence[int] | None) -> Planned:
    """Values that wait, or were accepted, are rejected for ever; one of a person's own, where none was proposed,
    is only taken back."""
    return _plan(c, kind, photo_ids, "iif(suggested IS NULL, NULL, 0)", f"(({_WAITING}) OR decision > 0)")


def plan_reset(c: sqlite3.Connection, kind: str, photo_ids: Sequence[int]) -> Planned:
    """Values wait for review again."""
    return _plan(c, kind, photo_ids, "NULL", "suggested NOT NULL")


def _plan(
    c: sqlite3.Connection, kind: str, photo_ids: Sequence[int] | None, after: str, where: str
) -> Planned:
    step = history.begin(c)
    count = _add(c, step, kind, photo_ids, after, where)
    return Planned(step, count, count)


def _add(
    c: sqlite3.Connection, step: int, kind: str, photo_ids: Sequence[int] | None, after: str, where: str
) -> int:
    inside, parameters = ("1", ()) if photo_ids is None else (_AMONG, (_packed(photo_ids),))
    return c.execute(
        "INSERT INTO statement_change (step, photo, kind, before, after)"
        f" SELECT ?, photo, kind, decision, {after} FROM statement"
        f" WHERE kind = ? AND {where} AND decision IS NOT {after} AND {inside}",
        (step, kind, *parameters),
    ).rowcount


def _packed(photo_ids: Sequence[int]) -> str:
    return json.dumps(list(photo_ids))
