"""Which photos wait to be written: their files do not hold the keywords or boxes that are wanted.

``photo.changes`` counts keywords that wait, kept by triggers; ``photo.boxes`` says of which kind boxes do, in bits.
The latter asks of a photo what ``written.region_changes`` asks, and compares boxes by the same rule; :func:`settle`
works it out for the photos that triggers noted (see ``schema.waiting``).
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Sequence
from typing import Any

from phototagger.domain.records import Box, RegionKind
from phototagger.domain.writing import STANDS_FOR, stands_for

_KINDS = (RegionKind.FACE, RegionKind.OBJECT)
_BITS = {RegionKind.FACE: 1, RegionKind.OBJECT: 2}

_FACES = (
    "FROM region JOIN person ON person.id = region.person WHERE region.photo = photo.id AND hidden = 0"
    " AND trim(person.name) != ''"
)
_HELD = "region.id IN (SELECT region FROM kept_region WHERE held = 1)"
_ELSEWHERE = (
    " AND region.person NOT IN (SELECT other.person FROM region AS other WHERE other.photo = photo.id"
    " AND other.person NOT NULL AND other.id NOT IN (SELECT region FROM kept_region WHERE held = 1))"
)
_OBJECTS = (
    "FROM region WHERE region.photo = photo.id AND region.kind = 1 AND EXISTS (SELECT 1 FROM photo_keyword"
    " JOIN keyword ON keyword.id = photo_keyword.keyword WHERE photo_keyword.photo = photo.id AND wanted = 1"
    " AND (keyword.folded = casefold(region.name)"
    " OR substr(keyword.folded, -length(region.name) - 1) = '|' || casefold(region.name)))"
)


def _of_kind(kind: int, wanted: str, name: str) -> str:
    held = f"FROM written_region AS held WHERE held.photo = photo.id AND held.kind = {kind}"
    stands = (
        "stands_for(held.kind, held.checked, held.name, held.x, held.y, held.w, held.h,"
        f" {name}, region.x, region.y, region.w, region.h)"
    )
    away = f"{wanted} AND {_HELD}{_ELSEWHERE if kind == 0 else ''}"
    wanted = f"{wanted} AND NOT {_HELD}"
    return (
        f"EXISTS (SELECT 1 {wanted} AND NOT EXISTS (SELECT 1 {held} AND held.checked = 1 AND {stands}))"
        f" OR EXISTS (SELECT 1 {held} AND held.ours = 1 AND NOT EXISTS (SELECT 1 {wanted} AND {stands}))"
        f" OR EXISTS (SELECT 1 {away})"
    )


def _stands_for(kind: int, checked: int, *boxes: Any) -> bool:
    """``boxes``: name and box of the one in the file, then of the wanted one."""
    one, x1, y1, w1, h1, other, x2, y2, w2, h2 = boxes
    held, wanted = (one, Box(x1, y1, w1, h1)), (other, Box(x2, y2, w2, h2))
    return stands_for(_KINDS[kind], held, wanted, checked=bool(checked))


def add_functions(connection: sqlite3.Connection) -> None:
    """For queries only: no trigger or index may need them, so that any sqlite3 can open the catalog."""
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    connection.create_function("stands_for", 12, _stands_for, deterministic=True)


_SETTLE = (
    "WITH now (id, bits) AS MATERIALIZED ("
    f"SELECT photo.id, ({_of_kind(0, _FACES, 'person.name')}) + 2 * ({_of_kind(1, _OBJECTS, 'region.name')})"
    " FROM boxes_stale CROSS JOIN photo ON photo.id = boxes_stale.photo)"
    " UPDATE photo SET boxes = now.bits FROM now WHERE photo.id = now.id AND boxes != now.bits"
)
_RULE = zlib.crc32(f"{_SETTLE} {STANDS_FOR}".encode())  # another one where the rule was changed


def settle(c: sqlite3.Connection) -> None:
    """Looks again at the boxes of the photos that triggers noted. The catalog calls it before each of its
    transactions ends."""
    if c.execute("SELECT 1 FROM boxes_stale LIMIT 1").fetchone():
        c.execute(_SETTLE)
        c.execute("DELETE FROM boxes_stale")


def is_settled(c: sqlite3.Connection) -> bool:
    """Whether what is noted can be relied on: no boxes were changed by a program that is not ours, and all were
    looked at by the rule of today."""
    (settled,) = c.execute(
        "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'boxes_rule' AND value = ?)"
        " AND NOT EXISTS (SELECT 1 FROM boxes_stale)",
        (_RULE,),
    ).fetchone()
    return bool(settled)


def look_again(c: sqlite3.Connection) -> None:
    """Notes every photo with boxes, for :func:`settle`."""
    c.execute("INSERT INTO meta VALUES ('boxes_rule', ?1) ON CONFLICT DO UPDATE SET value = ?1", (_RULE,))
    c.execute(
        "INSERT INTO boxes_stale SELECT photo FROM region WHERE kind = 1 OR person NOT NULL"
        " UNION SELECT photo FROM written_region WHERE true ON CONFLICT DO NOTHING"
    )


LISTED = "photo.state != 4 AND (photo.changes > 0 OR photo.boxes > 0)"
"""True of the photos that the index ``photo_waits`` holds: they wait, if boxes of all kinds are written."""


def _waits(kinds: str) -> str:
    """``kinds``: an expression for the kinds that are written, as bits."""
    return f"({LISTED} AND (photo.changes > 0 OR photo.boxes & ({kinds})))"


WAITS = _waits("SELECT coalesce((SELECT value FROM meta WHERE key = 'boxes'), 1)")
"""True of photos that wait to be written. Missing ones wait till they are back."""


def choose_boxes(c: sqlite3.Connection, kinds: Collection[RegionKind]) -> None:
    """From now on photos wait for boxes of these kinds to be written; faces until this was called."""
    c.execute("INSERT INTO meta VALUES ('boxes', ?1) ON CONFLICT DO UPDATE SET value = ?1", (_bits(kinds),))


def photos_waiting(
    c: sqlite3.Connection, kinds: Collection[RegionKind], photo_ids: Sequence[int] | None = None
) -> list[int]:
    """Photos that wait to be written with boxes of these kinds, by id; of ``photo_ids`` only, or of all."""
    condition = _waits(str(_bits(kinds)))
    if photo_ids is None:
        rows = c.execute(f"SELECT id FROM photo INDEXED BY photo_waits WHERE {condition} ORDER BY id")
    else:
        rows = c.execute(
            f"SELECT id FROM photo WHERE id IN (SELECT value FROM json_each(?)) AND {condition} ORDER BY id",
            (json.dumps(list(photo_ids)),),
        )
    return [row[0] for row in rows]


def _bits(kinds: Collection[RegionKind]) -> int:
    return sum(_BITS[kind] for kind in set(kinds))
