"""Boxes that stand in files: what this program wrote, and what it found there and left.

A photo's boxes wait to be written while the faces that somebody confirmed and these rows differ, and when another
hand was at the photo since (``checked`` is 0): it may have been put back from a copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

from phototagger.catalog.people.people import confirmed_faces
from phototagger.catalog.store.personal import Personal, deleted, named
from phototagger.domain.frames import TURNS, turn_between, turned
from phototagger.domain.records import Box, RegionKind, keyword_leaf
from phototagger.domain.writing import HeldRegion, PlacedRegion, RegionChanges

_KINDS = (RegionKind.FACE, RegionKind.OBJECT)


def region_changes(c: sqlite3.Connection, photo_id: int, kinds: Collection[RegionKind]) -> RegionChanges:
    """Boxes of these kinds that the photo's file should gain, and those we wrote that it should lose."""
    wanted: list[PlacedRegion] = []
    away: list[PlacedRegion] = []
    if RegionKind.FACE in kinds:
        named = confirmed_faces(c, photo_id)
        shown = {face.person for face in named if not face.held}
        for face in named:
            region = PlacedRegion(RegionKind.FACE, face.name, face.box)
            if face.name.strip() and not face.held:
                wanted.append(region)
            elif face.name.strip() and face.person not in shown:
                away.append(region)
    if RegionKind.OBJECT in kinds:
        for region, held in _confirmed_objects(c, photo_id):
            (away if held else wanted).append(region)
    rows = [row for row in _written(c, photo_id) if row.region.kind in kinds]
    certain = [row.region for row in rows if row.checked]
    return RegionChanges(
        tuple(region for region in wanted if not any(region.is_like(other) for other in certain)),
        tuple(
            row.region for row in rows if row.ours and not any(row.stands_for(region) for region in wanted)
        ),
        tuple(region for region in wanted if any(region.is_like(other) for other in certain)),
        tuple(HeldRegion(region) for region in away),
        tuple(
            row.region
            for row in rows
            if row.ours and not row.checked and any(row.stands_for(region) for region in wanted)
        ),
    )


def stale_faces(c: sqlite3.Connection, photo_id: int) -> tuple[PlacedRegion, ...]:
    """Boxes of ours round faces that the file may still hold, and that do not belong there any more."""
    return region_changes(c, photo_id, (RegionKind.FACE,)).remove


def confirmed_words(c: sqlite3.Connection, photo_id: int) -> set[str]:
    """What confirmed objects on the photo are called: the last words of its wanted keywords, folded."""
    rows = c.execute(
        "SELECT path FROM photo_keyword JOIN keyword ON keyword.id = keyword WHERE photo = ? AND wanted = 1",
        (photo_id,),
    )
    return {keyword_leaf(row[0]).casefold() for row in rows}


def _confirmed_objects(c: sqlite3.Connection, photo_id: int) -> list[tuple[PlacedRegion, bool]]:
    """Each with whether it is held."""
    words = confirmed_words(c, photo_id)
    rows = c.execute(
        "SELECT name, label, x, y, w, h, coalesce(held, 0) FROM region"
        " LEFT JOIN kept_region ON kept_region.region = region.id WHERE photo = ? AND kind = 1"
        " ORDER BY score DESC, id",
        (photo_id,),
    )
    return [
        (PlacedRegion(RegionKind.OBJECT, row[0], Box(*row[2:6]), row[1]), bool(row[6]))
        for row in rows
        if row[0].casefold() in words
    ]


class _Held(NamedTuple):
    id: int
    region: PlacedRegion
    ours: bool
    checked: bool

    def stands_for(self, wanted: PlacedRegion) -> bool:
        return self.region.stands_for(wanted, checked=self.checked)


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


def turn(c: sqlite3.Connection, photo_id: int, before: int, after: int) -> None:
    """The orientation in the file changed: boxes in files count in the stored pixels, so that they turn with it."""
    if before == after:
        return
    for row in _written(c, photo_id):
        box = turned(row.region.box, turn_between(before, after))
        c.execute(
            "UPDATE written_region SET x = ?, y = ?, w = ?, h = ? WHERE id = ?",
            (box.x, box.y, box.w, box.h, row.id),
        )


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
    """The file does not hold these boxes any more. They may be of a time when the photo lay otherwise."""
    rows = _written(c, photo_id)
    for region in regions:
        called = [row for row in rows if (row.region.kind, row.region.name) == (region.kind, region.name)]
        for turn in TURNS:
            there = [row.id for row in called if row.region.box.is_very_near(turned(region.box, turn))]
            if there:
                c.executemany("DELETE FROM written_region WHERE id = ?", [(identity,) for identity in there])
                break


PERSONAL = (
    Personal(
        "written_region",
        {"name": "of objects", "label": "of objects"},
        names=named("SELECT name FROM written_region WHERE kind = 0"),
        forget=deleted("DELETE FROM written_region WHERE kind = 0"),
    ),
)
