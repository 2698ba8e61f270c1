"""The write journal and its effect on photos."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import JournalRow, RowState
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import Box, ErrorKind, Failure, FileSignature, PhotoState, RegionKind
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FieldChange, PlacedRegion, Statement, WritePlan
from tests.support.catalog_parts import SIGNATURE, add_photos, answer, save
from tests.support.said import words

ROOT = Path("/photos")
AFTER = FileSignature(1100, SIGNATURE.mtime_ns + 9)
REFUSED = Failure(ErrorKind.WRITE_FAILED, plain("The disk is full."))


@pytest.fixture
def photo(catalog: Catalog) -> int:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo, fingerprint=b"before"))
    return photo


def plan_for(photo: int, target: str = "a.jpg") -> WritePlan:
    change = FieldChange("XMP-dc:Subject", ("old", "odd \udcff"), ("old", "new\n"))
    return WritePlan(photo, ROOT / "a.jpg", ROOT / target, (change,), words("a|new"), words("gone"))


def begin(catalog: Catalog, plan: WritePlan) -> int:
    run = catalog.write(journal.begin_run)
    return catalog.write(lambda c: journal.begin(c, run, plan, SIGNATURE))


def only_row(catalog: Catalog) -> JournalRow:
    (row,) = catalog.read(lambda c: journal.rows_of_run(c, 1))
    return row


def test_an_intent_comes_back_whole_until_it_is_finished(catalog: Catalog, photo: int) -> None:
    plan = plan_for(photo)
    row_id = begin(catalog, plan)
    (row,) = catalog.read(journal.unfinished)
    assert row == JournalRow(row_id, 1, plan, RowState.BEGUN, SIGNATURE, None, None, plan.path, plan.target)
    catalog.write(lambda c: journal.finish(c, row_id, AFTER))
    assert catalog.read(journal.unfinished) == []
    assert only_row(catalog).after == AFTER
    assert only_row(catalog).state == RowState.DONE


def test_our_write_moves_the_photos_signature_along(catalog: Catalog, photo: int) -> None:
    row_id = begin(catalog, plan_for(photo))
    catalog.write(lambda c: journal.finish(c, row_id, AFTER, b"after"))
    found = catalog.read(lambda c: photos.by_id(c, [photo]))[0]
    assert (found.signature, found.state) == (AFTER, PhotoState.ANALYSED)
    stored = catalog.read(lambda c: c.execute("SELECT fingerprint FROM photo").fetchone())
    assert stored == (b"after",)
    taken_back = FileSignature(1000, AFTER.mtime_ns + 1)
    catalog.write(lambda c: journal.mark_undone(c, row_id, taken_back))
    assert catalog.read(lambda c: photos.by_id(c, [photo]))[0].signature == taken_back
    assert only_row(catalog).state == RowState.UNDONE


def test_writing_a_sidecar_leaves_the_photo_alone(catalog: Catalog, photo: int) -> None:
    row_id = begin(catalog, plan_for(photo, "a.jpg.xmp"))
    catalog.write(lambda c: journal.finish(c, row_id, AFTER))
    assert catalog.read(lambda c: photos.by_id(c, [photo]))[0].signature == SIGNATURE


@pytest.mark.parametrize("target", ["a.jpg.xmp", "a.xmp", "PXL_1.RAW-02.ORIGINAL.dng.xmp"])
def test_a_sidecar_moves_with_its_photo_whatever_it_is_called(
    catalog: Catalog, photo: int, target: str
) -> None:
    begin(catalog, plan_for(photo, target))
    add_photos(catalog, ROOT, "new/b.jpg")
    catalog.write(
        lambda c: c.execute(
            "UPDATE photo SET folder = (SELECT folder FROM photo WHERE id != ?1) WHERE id = ?1", (photo,)
        )
    )
    row = only_row(catalog)
    assert (row.plan.target, row.target_then) == (ROOT / "new" / target, ROOT / target)


def test_a_change_by_others_meanwhile_is_not_hidden(catalog: Catalog, photo: int) -> None:
    row_id = begin(catalog, plan_for(photo))
    catalog.write(lambda c: c.execute("UPDATE photo SET size = 7"))
    catalog.write(lambda c: journal.finish(c, row_id, AFTER))
    assert catalog.read(lambda c: photos.by_id(c, [photo]))[0].signature.size == 7


def test_runs_count_files_undone_and_conflicts(catalog: Catalog, photo: int) -> None:
    def rows() -> list[int]:
        run = catalog.write(journal.begin_run)
        return [catalog.write(lambda c: journal.begin(c, run, plan_for(photo), None)) for _ in range(4)]

    done, undone, conflict, failed = rows()
    catalog.write(lambda c: journal.finish(c, done, AFTER))
    catalog.write(lambda c: journal.mark_undone(c, undone))
    catalog.write(lambda c: journal.mark_undone(c, conflict, conflict=REFUSED))
    catalog.write(lambda c: journal.fail(c, failed, REFUSED))
    for row_id in rows():
        catalog.write(lambda c, row_id=row_id: journal.drop(c, row_id))  # type: ignore[misc]
    begin(catalog, plan_for(photo))  # in hand, so not written yet
    (run,) = catalog.read(journal.runs)
    assert (run.id, run.files, run.undone_files, run.conflicts) == (1, 3, 1, 1)
    assert catalog.read(lambda c: journal.rows_of_run(c, 1))[3].failure == REFUSED


def test_the_journal_outlives_a_forgotten_folder(catalog: Catalog, photo: int) -> None:
    begin(catalog, plan_for(photo))
    catalog.write(lambda c: photos.remove_root(c, ROOT))
    assert only_row(catalog).plan.path == ROOT / "a.jpg"
    assert only_row(catalog).plan.photo_id == 0


def test_what_earlier_versions_stored_of_a_write_is_read(catalog: Catalog, photo: int) -> None:
    """Words alone, boxes and the caption each under a key of their own, and of an undo whether they go too."""
    anna = ["face", "Anna", "", 0.1, 0.2, 0.3, 0.4]
    stored = {
        "changes": [{"field": "XMP-dc:Subject", "before": [], "after": ["dog"]}],
        "added": ["animal|dog"],
        "removed": ["sea"],
        "regions_added": [anna],
        "regions_removed": [],
        "creates": False,
        "caption": ["Our inn", None],
        "undo": {"conflicts": [], "gone": ["animal|dog"], "back": [], "boxes": True, "caption": True},
    }

    def put(c: sqlite3.Connection) -> int:
        row = journal.begin(c, journal.begin_run(c), plan_for(photo), SIGNATURE)
        c.execute("UPDATE write_row SET changes = ?, state = 'done' WHERE id = ?", (json.dumps(stored), row))
        return int(c.execute("SELECT run FROM write_row WHERE id = ?", (row,)).fetchone()[0])

    run = catalog.write(put)
    (row,) = catalog.read(lambda c: journal.rows_of_run(c, run))
    box = PlacedRegion(RegionKind.FACE, "Anna", Box(0.1, 0.2, 0.3, 0.4))
    assert row.plan.added == (*words("animal|dog"), box, Statement(CAPTION, "Our inn"))
    assert row.plan.removed == words("sea")
    assert row.undo is not None
    assert (row.undo.gone, row.undo.back) == (row.plan.added, ())


def test_an_undo_that_is_about_to_be_names_nobody_s_face(catalog: Catalog, photo: int) -> None:
    box = PlacedRegion(RegionKind.FACE, "Anna", Box(0.1, 0.2, 0.3, 0.4))
    made = replace(plan_for(photo), added=(*words("animal|dog"), box))

    def undo(c: sqlite3.Connection) -> str:
        row = journal.begin(c, journal.begin_run(c), replace(made, added=words("animal|dog")), SIGNATURE)
        journal.intend_undo(c, row, replace(made, added=(), removed=made.added))
        return str(c.execute("SELECT changes FROM write_row WHERE id = ?", (row,)).fetchone()[0])

    assert "Anna" not in catalog.write(undo)
