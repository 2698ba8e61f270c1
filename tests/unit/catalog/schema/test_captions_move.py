"""Captions of catalogs made before other values were kept: each stays, with what was decided on it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import values
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import KnownValue, ReviewState
from phototagger.domain.writing import Statement

FIXTURES = Path(__file__).parents[3] / "fixtures" / "catalogs"
HAD_CAPTIONS = range(8, 16)


@pytest.mark.parametrize("version", HAD_CAPTIONS)
def test_what_was_proposed_still_waits(version: int, tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    shutil.copy(FIXTURES / f"v{version}.sqlite", path)
    catalog = Catalog.open(path)
    (photo,) = catalog.read(lambda c: c.execute("SELECT photo FROM statement").fetchone())
    found = catalog.read(lambda c: values.of_photos(c, [photo]))
    assert found == {photo: {CAPTION: KnownValue(photo, CAPTION, "STOP", ReviewState.SUGGESTED)}}
    catalog.close()


def test_what_was_decided_and_written_is_so_still_and_can_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    shutil.copy(FIXTURES / "v15.sqlite", path)
    old = sqlite3.connect(path, isolation_level=None)
    dog, broken = (row[0] for row in old.execute("SELECT id FROM photo ORDER BY id"))
    old.execute("INSERT INTO caption_text VALUES (90, 'Our inn'), (91, 'Pub')")
    old.execute("UPDATE caption SET decision = 90, written = 91 WHERE photo = ?", (dog,))
    old.execute("INSERT INTO caption VALUES (?, NULL, 91, 91, '')", (broken,))
    old.execute("INSERT INTO history_step (text, made_at) VALUES ('Accepted the caption of 1 photo', '2026')")
    old.execute(
        "INSERT INTO caption_change SELECT max(id), ?, NULL, 90 FROM history_step WHERE undone_at IS NULL",
        (dog,),
    )
    counts = "SELECT id, to_review, changes FROM photo ORDER BY id"
    before = old.execute(counts).fetchall()
    old.close()

    catalog = Catalog.open(path)
    assert catalog.read(lambda c: c.execute(counts).fetchall()) == before
    known = catalog.read(lambda c: values.of_photos(c, [dog, broken]))
    assert known[dog][CAPTION] == KnownValue(dog, CAPTION, "Our inn", ReviewState.CONFIRMED)
    assert known[broken][CAPTION] == KnownValue(broken, CAPTION, "Pub", ReviewState.CONFIRMED, written=True)
    wanted = catalog.read(lambda c: values.difference(c, dog))
    assert (wanted.add, wanted.remove) == ((Statement(CAPTION, "Our inn"),), (Statement(CAPTION, "Pub"),))
    assert catalog.write(history.undo) is not None
    known = catalog.read(lambda c: values.of_photos(c, [dog]))
    assert known[dog][CAPTION] == KnownValue(dog, CAPTION, "STOP", ReviewState.SUGGESTED)
    catalog.close()
