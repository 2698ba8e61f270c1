"""Whose a word is: what this program wrote it may take away, a word of the person's own never."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phototagger.domain.records import ErrorKind
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.support.photos import exiftool, prepare, read
from tests.support.write_events import Event, each_taken_away_by
from tests.support.write_world import World

DOG = ("-XMP-dc:Subject=dog", "-XMP-lr:HierarchicalSubject=animal|dog")


def reject(world: World, writer: ExifToolWriter) -> None:
    world.drop("animal|dog", 0)


@pytest.mark.parametrize(
    "events",
    each_taken_away_by(reject),
    ids=lambda events: "-".join(event.__name__ for event in events),
)
def test_a_photo_put_back_from_a_copy_keeps_the_persons_own_word(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, events: list[Event]
) -> None:
    copy = shutil.copy2(world.paths[0], tmp_path / "copy.jpg")
    world.want("animal|dog", 0)
    world.write(writer)
    shutil.copy2(copy, world.paths[0])
    prepare(tool, world.paths[0], *DOG)
    data = world.paths[0].read_bytes()
    for event in events:
        event(world, writer)
    assert world.paths[0].read_bytes() == data


def test_a_sidecar_put_back_from_a_copy_keeps_the_persons_own_word(
    world: World, beside: ExifToolWriter, tool: ExifTool
) -> None:
    """The photo itself, whose time and size the catalog knows, stays as it was."""
    world.want("animal|dog", 0)
    world.write(beside)
    sidecar = world.folder / "a.jpg.xmp"
    sidecar.unlink()
    exiftool(tool, *DOG, sidecar)
    world.drop("animal|dog", 0)
    (made,) = world.plan(beside)
    assert "animal|dog stays in a.jpg" in made.notes[0]
    assert world.write(beside).written == 0
    assert set(read(beside, sidecar).keywords()) == {"dog", "animal|dog"}


def test_what_the_catalog_says_of_a_word_follows_the_file(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    copy = shutil.copy2(world.paths[0], tmp_path / "copy.jpg")
    world.want("animal|dog", 0)
    world.write(writer)
    assert world.keywords(0)[0].ours
    prepare(tool, world.paths[0], "-XMP-dc:Title=x")  # by another program that keeps our record
    world.scan()
    world.plan(writer)
    assert (world.keywords(0)[0].written, world.keywords(0)[0].ours) == (True, True)
    shutil.copy2(copy, world.paths[0])
    prepare(tool, world.paths[0], *DOG)
    world.scan()
    world.plan(writer)
    assert (world.keywords(0)[0].written, world.keywords(0)[0].ours) == (True, False)


def test_a_word_that_was_taken_out_and_comes_back_by_the_persons_hand_is_theirs(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0)
    world.write(writer)
    exiftool(tool, "-overwrite_original", "-XMP-dc:Subject-=dog", world.paths[0])
    world.scan()
    world.write(writer)
    assert read(writer, world.paths[0]).own_words() == ()
    prepare(tool, world.paths[0], "-XMP-dc:Subject+=dog")
    world.scan()
    world.want("dog", 0)
    world.write(writer)
    world.drop("dog", 0)
    world.write(writer)
    assert read(writer, world.paths[0]).keywords() == ("dog",)


def test_undo_says_what_it_left_in_a_photo_put_back_from_a_copy(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    copy = shutil.copy2(world.paths[0], tmp_path / "copy.jpg")
    world.want("dog", 0)
    world.write(writer)
    shutil.copy2(copy, world.paths[0])
    prepare(tool, world.paths[0], "-XMP-dc:Subject=dog")
    undone = world.undo(writer)
    assert [failure.kind for _, failure in undone.conflicts] == [ErrorKind.CHANGED]
    assert [(left.field, left.now) for left in undone.left] == [("XMP-dc:Subject", ("dog",))]


def test_only_added_without_a_number_passes_over_runs_that_only_took_away(
    world: World, writer: ExifToolWriter
) -> None:
    world.want("dog", 0)
    first = world.write(writer).run_id
    world.want("sea", 0)
    second = world.write(writer).run_id
    assert world.remove_added(writer).run_id == second
    assert world.remove_added(writer).run_id == second  # it is still there, and says that nothing is left
    world.undo(writer, second)
    assert world.remove_added(writer).run_id == first


def test_undo_without_a_number_says_which_run_it_took(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0)
    first = world.write(writer)
    removal = world.remove_added(writer).removal_run
    undone = world.undo(writer)
    assert (undone.run_id, undone.took_away) == (removal, True)
    assert undone.made_at.startswith("20")
    assert read(writer, world.paths[0]).keywords() == ("dog",)
    undone = world.undo(writer)
    assert (undone.run_id, undone.took_away) == (first.run_id, False)
    assert read(writer, world.paths[0]).keywords() == ()


def test_undo_of_a_removal_does_not_claim_what_the_person_put_back(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0)
    world.write(writer)
    world.remove_added(writer)
    prepare(tool, world.paths[0], "-XMP-dc:Subject=dog")
    for _ in range(2):
        world.undo(writer)
        assert read(writer, world.paths[0]).keywords() == ("dog",)
        assert read(writer, world.paths[0]).own_words() == ()


def test_undo_does_not_claim_a_word_that_came_back_after_it_left_the_record(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0)
    world.write(writer)
    exiftool(tool, "-overwrite_original", "-XMP-dc:Subject-=dog", world.paths[0])
    world.scan()
    world.write(writer)
    prepare(tool, world.paths[0], "-XMP-dc:Subject=dog")
    world.undo(writer)
    world.remove_added(writer)
    assert read(writer, world.paths[0]).keywords() == ("dog",)
