"""Which photos wait to be written: their files do not hold the keywords or boxes that are wanted.

``photo.changes`` counts keywords that wait, kept by triggers; ``photo.boxes`` says of which kind boxes do, in bits.
The latter is ``written.region_changes`` in SQL, and is worked out by :func:`settle` for the
photos that triggers noted (see ``schema.waiting``).
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Sequence

from phototagger.domain.records import SAME_FACE_AREAS, SAME_FACE_IOU, SAME_PLACE_IOU, RegionKind
from phototagger.domain.writing import SAME_DRAWING_IOU

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


def _alike(kind: int, name: str, *, in_doubt: bool = False) -> str:
    """Of a region called ``name`` and a written one: the same name, and the same place
    (``PlacedRegion.is_at``); ``in_doubt``: and drawn alike, where others changed it."""
    across, down = (
        f"max(0, min(region.{at} + region.{size}, held.{at} + held.{size}) - max(region.{at}, held.{at}))"
        for at, size in ("xw", "yh")
    )
    both = f"({across}) * ({down})"
    areas = ("region.w * region.h", "held.w * held.h")
    bound = SAME_FACE_IOU if kind == 0 else SAME_PLACE_IOU
    enough = f"{both} * {1 + bound} >= {bound} * ({' + '.join(areas)})"
    if kind == 0:
        near = f"({_has_centre('region', 'held')} OR {_has_centre('held', 'region')})"
        near += f" AND max({', '.join(areas)}) <= {SAME_FACE_AREAS} * min({', '.join(areas)})"
        enough = f"{both} > 0 AND ({enough} OR {near})"
    drawn_alike = f"{both} * {1 + SAME_DRAWING_IOU} >= {SAME_DRAWING_IOU} * ({' + '.join(areas)})"
    alike = f"(held.name = {name} OR casefold(held.name) = casefold({name})) AND {enough}"
    return f"{alike} AND (held.checked = 1 OR {drawn_alike})" if in_doubt else alike


def _has_centre(one: str, other: str) -> str:
    return " AND ".join(
        f"{other}.{at} + {other}.{size} / 2 > {one}.{at}"
        f" AND {other}.{at} + {other}.{size} / 2 < {one}.{at} + {one}.{size}"
        for at, size in ("xw", "yh")
    )


def _of_kind(kind: int, wanted: str, name: str) -> str:
    held = f"FROM written_region AS held WHERE held.photo = photo.id AND held.kind = {kind}"
    alike, moved = _alike(kind, name), _alike(kind, name, in_doubt=True)
    away = f"{wanted} AND {_HELD}{_ELSEWHERE if kind == 0 else ''}"
    wanted = f"{wanted} AND NOT {_HELD}"
    return (
        f"EXISTS (SELECT 1 {wanted} AND NOT EXISTS (SELECT 1 {held} AND held.checked = 1 AND {alike}))"
        f" OR EXISTS (SELECT 1 {held} AND held.ours = 1 AND NOT EXISTS (SELECT 1 {wanted} AND {moved}))"
        f" OR EXISTS (SELECT 1 {away})"
    )


_SETTLE = (
    "WITH now (id, bits) AS MATERIALIZED ("
    f"SELECT photo.id, ({_of_kind(0, _FACES, 'person.name')}) + 2 * ({_of_kind(1, _OBJECTS, 'region.name')})"
    " FROM boxes_stale CROSS JOIN photo ON photo.id = boxes_stale.photo)"
    " UPDATE photo SET boxes = now.bits FROM now WHERE photo.id = now.id AND boxes != now.bits"
)
_RULE = zlib.crc32(_SETTLE.encode())  # another one where the rule was changed


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
