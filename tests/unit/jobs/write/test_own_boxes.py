"""Whose a box is: what this program drew it may take away, a box of the person's own never."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phototagger.domain.facets.region import MP_REGIONS, MWG_REGIONS
from phototagger.domain.records import Box
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.support.photos import exiftool, prepare, read
from tests.support.write_events import Event, each_taken_away_by
from tests.support.write_world import World
from tests.unit.jobs.write.test_run import confirm_face, names_in

FACE = Box(0.2, 0.3, 0.2, 0.2)
# Where another program drew Anna on the photo of 64 x 42 pixels: hardly beside the face.
ANNA = "-XMP-mwg-rs:RegionList={{Area={{X={x},Y=0.4,W=0.2,H=0.2,Unit=normalized}},Name=Anna,Type=Face}}"
HERS = ANNA.format(x=0.3001)


def unname(world: World, writer: ExifToolWriter) -> None:
    confirm_face(world, 0, None, FACE)


def take_the_name_back(world: World, writer: ExifToolWriter) -> None:
    unname(world, writer)
    world.write(writer)


def put_back(world: World, tool: ExifTool, copy: Path, *arguments: str) -> None:
    shutil.copy2(copy, world.paths[0])
    prepare(tool, world.paths[0], "-XMP-dc:Title=another", *arguments)


@pytest.mark.parametrize(
    "events",
    each_taken_away_by(unname),
    ids=lambda events: "-".join(event.__name__ for event in events),
)
def test_a_photo_put_back_from_a_copy_keeps_the_persons_own_box(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, events: list[Event]
) -> None:
    copy = Path(shutil.copy2(world.paths[0], tmp_path / "copy.jpg"))
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    put_back(world, tool, copy, HERS)
    data = world.paths[0].read_bytes()
    for event in events:
        event(world, writer)
    assert world.paths[0].read_bytes() == data


def test_the_plan_says_that_a_box_of_the_persons_own_stays(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    copy = Path(shutil.copy2(world.paths[0], tmp_path / "copy.jpg"))
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    put_back(world, tool, copy, HERS)
    confirm_face(world, 0, None, FACE)
    (made,) = world.plan(writer)
    assert made.notes[0].startswith(
        "The box of Anna stays in a.jpg: nothing in the file says that phototagger"
    )


def test_boxes_are_written_again_into_a_photo_put_back_from_a_copy(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    copy = Path(shutil.copy2(world.paths[0], tmp_path / "copy.jpg"))
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    put_back(world, tool, copy)
    world.scan()
    assert world.photo(0).pending_changes
    assert world.write(writer).written == 1
    assert names_in(writer, world.paths[0]) == ["Anna", "Anna"]
    assert not world.photo(0).pending_changes
    take_the_name_back(world, writer)
    assert names_in(writer, world.paths[0]) == []


def test_an_edit_elsewhere_leaves_our_boxes_ours(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    prepare(tool, world.paths[0], "-XMP-dc:Title=x")
    world.scan()
    assert world.plan(writer) == []
    assert not world.photo(0).pending_changes
    take_the_name_back(world, writer)
    assert names_in(writer, world.paths[0]) == []


@pytest.mark.parametrize("x", [0.3, 0.3 + 1 / 64], ids=["our digits", "whole pixels"])
def test_a_box_of_ours_that_another_program_saved_again_is_ours(
    world: World, writer: ExifToolWriter, tool: ExifTool, x: float
) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    prepare(tool, world.paths[0], ANNA.format(x=x))
    take_the_name_back(world, writer)
    assert names_in(writer, world.paths[0]) == []


def test_a_name_that_the_person_had_in_the_list_already_stays(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], "-XMP-iptcExt:PersonInImage=Anna")
    world.scan()
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    take_the_name_back(world, writer)
    assert names_in(writer, world.paths[0]) == []
    assert read(writer, world.paths[0]).values["XMP-iptcExt:PersonInImage"] == ("Anna",)


def test_a_box_that_was_taken_out_elsewhere_does_not_come_back(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    exiftool(tool, "-overwrite_original", "-XMP-mwg-rs:all=", "-XMP-MP:all=", world.paths[0])
    world.scan()
    (made,) = world.plan(writer)
    assert made.notes == (
        "The box of Anna was taken out of a.jpg in another program. It will not be written again.",
    )
    assert world.plan(writer) == []
    assert not world.photo(0).pending_changes
    # Until the person says so again.
    take_the_name_back(world, writer)
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    assert names_in(writer, world.paths[0]) == ["Anna", "Anna"]


def test_a_name_moves_to_another_face(world: World, writer: ExifToolWriter) -> None:
    confirm_face(world, 0, "Anna", FACE)
    world.write(writer)
    confirm_face(world, 0, None, FACE)
    confirm_face(world, 0, "Anna", Box(0.6, 0.3, 0.2, 0.2))
    world.write(writer)
    fields = read(writer, world.paths[0])
    assert [(region.field, round(region.box.x, 3)) for region in fields.regions()] == [
        (MWG_REGIONS, 0.6),
        (MP_REGIONS, 0.6),
    ]
