"""Which photos wait to be written: what is noted of all agrees with what is worked out of one."""

from __future__ import annotations

import random
import sqlite3
import zlib
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import written
from phototagger.catalog.photos import photos
from phototagger.catalog.photos.summaries import photo_counts, photo_rows
from phototagger.catalog.store import pending
from phototagger.domain.records import Box, RegionKind
from phototagger.domain.writing import STANDS_FOR, PlacedRegion, stands_for
from phototagger.jobs import review
from phototagger.jobs.people import People
from tests.support.catalog_parts import add_photos, answer, dog, face, save

ROOT = Path("/photos")
FACE = frozenset({RegionKind.FACE})
BOTH = frozenset(RegionKind)
ANNA = PlacedRegion(RegionKind.FACE, "Anna", Box(0.1, 0.1, 0.2, 0.2))


@pytest.fixture
def photo(catalog: Catalog) -> int:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo, ("animal|dog", 0.9), faces=[face()], objects=[dog()]))
    return photo


def waits(catalog: Catalog) -> bool:
    """As every question about it answers."""
    ids = catalog.read(photos.ids)
    answers = {
        catalog.read(lambda c: photos.by_id(c, ids))[0].pending_changes,
        catalog.read(lambda c: photo_rows(c, ids))[0].pending_changes,
        catalog.read(photo_counts).pending_changes == 1,
        len(catalog.read(lambda c: photos.ids(c, None, "pending_changes"))) == 1,
    }
    (answer,) = answers
    return answer


def test_a_face_that_was_named_or_renamed_waits(catalog: Catalog, photo: int) -> None:
    assert not waits(catalog)
    People(catalog).name(1, "Anna")
    assert waits(catalog)
    catalog.write(lambda c: written.add(c, photo, [ANNA], ours=True))
    assert not waits(catalog)
    catalog.write(lambda c: c.execute("UPDATE person SET name = 'ANNA'"))
    assert not waits(catalog)  # as in the file, but for upper and lower case
    People(catalog).name(1, "Eva")
    assert waits(catalog)
    catalog.write(lambda c: pending.choose_boxes(c, ()))
    assert not waits(catalog)


@pytest.mark.parametrize(
    ("box", "waiting"),
    [
        (Box(0.05, 0.05, 0.3, 0.3), False),  # round the head, as people draw: IoU 0.44
        (Box(0.15, 0.15, 0.2, 0.2), False),
        (Box(0.0, 0.0, 0.5, 0.6), False),  # IoU 0.13: head and shoulders
        (Box(0.2, 0.2, 0.2, 0.2), True),
        (Box(0.6, 0.1, 0.3, 0.3), True),
    ],
)
def test_a_larger_box_of_the_same_name_is_the_same_face(
    catalog: Catalog, photo: int, box: Box, waiting: bool
) -> None:
    People(catalog).name(1, "Anna")
    theirs = PlacedRegion(RegionKind.FACE, "Anna", box)
    catalog.write(lambda c: written.add(c, photo, [theirs], ours=False))
    assert waits(catalog) is waiting
    assert bool(catalog.read(lambda c: written.region_changes(c, photo, FACE))) is waiting


def test_a_box_of_ours_that_is_no_longer_wanted_waits(catalog: Catalog, photo: int) -> None:
    catalog.write(lambda c: written.add(c, photo, [ANNA], ours=False))
    assert not waits(catalog)  # somebody else's
    catalog.write(lambda c: written.add(c, photo, [ANNA], ours=True))
    assert waits(catalog)


def test_objects_wait_where_they_are_written(catalog: Catalog, photo: int) -> None:
    review.add_keyword(catalog, [photo], "Animal|DOG")
    catalog.write(lambda c: c.execute("UPDATE photo_keyword SET written = 1"))
    assert not waits(catalog)
    catalog.write(lambda c: pending.choose_boxes(c, BOTH))
    assert waits(catalog)
    review.remove_keyword(catalog, [photo], "animal|dog")
    catalog.write(lambda c: c.execute("DELETE FROM photo_keyword"))
    assert not waits(catalog)


def test_what_waits_of_all_photos_is_what_is_planned_for_each(catalog: Catalog) -> None:
    """On random boxes and names, some alike and some not."""
    chance = random.Random(5)
    ids = add_photos(catalog, ROOT, *(f"{number}.jpg" for number in range(200)))
    save(catalog, *(answer(photo, faces=[face(), face(0.5)], objects=[dog()]) for photo in ids))

    def fill(c: sqlite3.Connection) -> None:
        for name in ("Anna", "Änne", "Eva"):
            c.execute("INSERT INTO person (name, folded) VALUES (?, ?)", (name, name.casefold()))
        for photo in ids:
            c.execute(
                "UPDATE region SET person = ? WHERE photo = ? AND kind = 0",
                (chance.choice([None, 1, 2, 3]), photo),
            )
            for _ in range(chance.randrange(4)):
                kind = chance.choice(list(RegionKind))
                name = chance.choice(["Anna", "änne", "Eva"]) if kind is RegionKind.FACE else "dog"
                left = chance.choice([0.1, 0.5]) + chance.choice([0, 0.05, 0.08, 0.14])
                box = Box(left, 0.5, 0.25, 0.25)
                if kind is RegionKind.FACE:
                    side = chance.choice([0.02, 0.05, 0.2, 0.2, 0.35, 0.45, 0.9])
                    box = Box(left, 0.1, side, side)
                written.add(c, photo, [PlacedRegion(kind, name, box)], ours=chance.random() < 0.5)

    catalog.write(fill)
    review.add_keyword(catalog, ids[::2], "animal|dog")
    catalog.write(lambda c: c.execute("UPDATE photo_keyword SET written = 1"))
    for kinds in (FACE, frozenset({RegionKind.OBJECT}), BOTH, frozenset[RegionKind]()):
        expected = catalog.read(
            lambda c, kinds=kinds: [photo for photo in ids if written.region_changes(c, photo, kinds)]  # type: ignore[misc]
        )
        found = catalog.read(lambda c, kinds=kinds: pending.photos_waiting(c, kinds))  # type: ignore[misc]
        assert found == expected
        assert bool(found) is bool(kinds)


def test_another_rule_for_boxes_makes_catalogs_look_again() -> None:
    """Catalogs keep what the rule said: where this fails it says otherwise, and ``STANDS_FOR`` must be raised."""
    chance = random.Random(7)

    def box() -> Box:
        side = chance.choice([0.05, 0.2, 0.25, 0.45])
        return Box(chance.choice([0.1, 0.15, 0.3]), chance.choice([0.1, 0.2]), side, side)

    said = "".join(
        str(int(stands_for(kind, ("Änne", box()), (chance.choice(["änne", "Anna"]), box()), checked=checked)))
        for kind in RegionKind
        for checked in (True, False)
        for _ in range(500)
    )
    assert (STANDS_FOR, zlib.crc32(said.encode())) == (1, 4232615782)
