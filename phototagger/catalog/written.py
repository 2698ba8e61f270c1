"""Boxes that stand in files: what this program wrote, and what it found there and left.

A photo's boxes wait to be written while the faces that somebody confirmed and these rows differ, and when another
hand was at the photo since (``checked`` is 0): it may have been put back from a copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from phototagger.catalog.people import confirmed_faces
from phototagger.domain import Box, RegionKind, keyword_leaf
from phototagger.writing import PlacedRegion, RegionChanges

_KINDS = (RegionKind.FACE, RegionKind.OBJECT)


def region_changes(c: sqlite3.Connection, photo_id: int, kinds: Collection[RegionKind]) -> RegionChanges:
    """Boxes of these kinds that the photo's file should gain, and those we wrote that it should lose."""
    wanted: list[PlacedRegion] = []
    if RegionKind.FACE in kinds:
        wanted += [
            PlacedRegion(RegionKind.FACE, name, box)
            for name, box in confirmed_faces(c, photo_id)
            if name.strip()
        ]
    if RegionKind.OBJECT in kinds:
        wanted += _confirmed_objects(c, photo_id)
    held = [row for row in _written(c, photo_id) if row.region.kind in kinds]
    certain = [row.region for row in held if row.checked]
    ours = [row.region for row in held if row.ours]
    return RegionChanges(
        tuple(region for region in wanted if not any(region.is_like(other) for other in certain)),
        tuple(region for region in ours if not any(region.is_like(other) for other in wanted)),
        tuple(region for region in wanted if any(region.is_like(other) for other in certain)),
    )


def _confirmed_objects(c: sqlite3.Connection, photo_id: int) -> list[PlacedRegion]:
    """Objects whose name is the last word of a keyword that is wanted on the photo."""
    words = {
        keyword_leaf(row[0]).casefold()
        for row in c.execute(
            "SELECT path FROM photo_keyword JOIN keyword ON keyword.id = keyword WHERE photo = ? AND wanted = 1",
            (photo_id,),
        )
    }
    rows = c.execute(
        "SELECT name, label, x, y, w, h FROM region WHERE photo = ? AND kind = 1 ORDER BY score DESC, id",
        (photo_id,),
    )
    return [
        PlacedRegion(RegionKind.OBJECT, row[0], Box(*row[2:]), row[1])
        for row in rows
        if row[0].casefold() in words
    ]


class _Held(NamedTuple):
    id: int
    region: PlacedRegion
    ours: bool
    checked: bool


def _written(c: sqlite3.Connection, photo_id: int) -> list[_Held]:
    rows = c.execute(
        "SELECT id, kind, name, label, x, y, w, h, ours, checked FROM written_region WHERE photo = ? ORDER BY id",
        (photo_id,),
    )
    return [
        _Held(
            row[0], PlacedRegion(_KINDS[row[1]], row[2], Box(*row[4:8]), row[3]), bool(row[8]), bool(row[9])
        )
        for row in rows
    ]


def doubt(c: sqlite3.Connection, photo_id: int) -> None:
    """Another hand was at the photo: whether it still holds the boxes must be looked at again."""
    c.execute("UPDATE written_region SET checked = 0 WHERE photo = ?", (photo_id,))


def confirm(c: sqlite3.Connection, photo_id: int, regions: Iterable[PlacedRegion]) -> None:
    """The file was found to hold these boxes, whoever drew them, or is not to get them again."""
    held = _written(c, photo_id)
    new = []
    for region in regions:
        alike = [row for row in held if region.is_like(row.region)]
        if not alike:
            new.append(region)
        for row in alike:
            c.execute("UPDATE written_region SET checked = 1 WHERE id = ?", (row.id,))
    add(c, photo_id, new, ours=False)


def add(c: sqlite3.Connection, photo_id: int, regions: Iterable[PlacedRegion], *, ours: bool) -> None:
    """The file holds these boxes; ``ours``: because we wrote them. An unknown photo is passed over."""
    in_doubt = [row for row in _written(c, photo_id) if not row.checked]
    for region in regions:
        box = region.box
        for row in in_doubt:
            if region.is_like(row.region):
                c.execute("DELETE FROM written_region WHERE id = ?", (row.id,))
        c.execute(
            "INSERT INTO written_region (photo, kind, name, label, x, y, w, h, ours)"
            " SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM photo WHERE id = ?",
            (
                _KINDS.index(region.kind),
                region.name,
                region.label,
                box.x,
                box.y,
                box.w,
                box.h,
                ours,
                photo_id,
            ),
        )


def remove(c: sqlite3.Connection, photo_id: int, regions: Iterable[PlacedRegion]) -> None:
    """The file does not hold these boxes any more."""
    for region in regions:
        box = region.box
        c.execute(
            "DELETE FROM written_region WHERE photo = ? AND kind = ? AND name = ? AND x = ? AND y = ? AND w = ?"
            " AND h = ?",
            (photo_id, _KINDS.index(region.kind), region.name, box.x, box.y, box.w, box.h),
        )


def as_json(regions: Iterable[PlacedRegion]) -> list[list[object]]:
    """How boxes stand in the write journal."""
    return [
        [str(region.kind), region.name, region.label, *(getattr(region.box, side) for side in "xywh")]
        for region in regions
    ]


def from_json(stored: Iterable[Sequence[object]]) -> tuple[PlacedRegion, ...]:
    found = []
    for kind, name, label, *box in stored:
        x, y, w, h = (float(str(side)) for side in box)
        found.append(PlacedRegion(RegionKind(str(kind)), str(name), Box(x, y, w, h), str(label)))
    return tuple(found)
