"""Taking out only what a run added, from fields that others edited since, and taking that back."""

from __future__ import annotations

import pytest

from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Box, ErrorKind
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.write import run as job
from tests.support.photos import exiftool, prepare, read
from tests.support.write_world import World
from tests.unit.jobs.write.test_run import confirm_face, names_in

SUBJECT = "XMP-dc:Subject"


def test_our_words_go_from_edited_fields_and_nothing_else_does(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{SUBJECT}=Sea")
    world.want("animal|dog", 0, 1)
    world.want("landscape|sea", 0)  # the word is the person's, the path is ours
    world.want("sky", 0)
    run = world.write(writer).run_id or 0
    exiftool(tool, "-overwrite_original", f"-{SUBJECT}-=sky", f"-{SUBJECT}+=Rex", world.paths[0])
    edited = read(writer, world.paths[0]).values
    removed = world.remove_added(writer, run)
    assert removed == job.RemovalSummary(run, run + 1, cleared=2)
    assert read(writer, world.paths[0]).values == {SUBJECT: ("Sea", "Rex")}
    assert read(writer, world.paths[1]).values == {}
    # Wanted as before, they wait for the next write; the run they came with stays in the history.
    assert world.photo(1).pending_changes
    assert [made.id for made in world.catalog.read(journal.runs)] == [run + 1, run]
    again = world.remove_added(writer, run)
    assert (again.removal_run, again.cleared, again.unchanged) == (None, 0, 2)
    assert world.undo(writer, run + 1).restored == 2
    assert read(writer, world.paths[0]).values == edited
    assert not world.photo(1).pending_changes


def test_words_of_another_run_stay_and_so_does_what_this_one_took_away(
    world: World, writer: ExifToolWriter
) -> None:
    world.want("sea", 0)
    world.write(writer)
    world.drop("sea", 0)
    world.want("dog", 0)
    run = world.write(writer).run_id
    world.want("animal|cat", 0)
    world.write(writer)
    assert world.remove_added(writer, run).cleared == 1
    assert read(writer, world.paths[0]).keywords() == ("cat", "animal|cat")


def test_our_boxes_go_and_moved_ones_stay(world: World, writer: ExifToolWriter, tool: ExifTool) -> None:
    confirm_face(world, 0, "Anna", Box(0.2, 0.3, 0.2, 0.2))
    confirm_face(world, 1, "Eva", Box(0.2, 0.3, 0.2, 0.2))
    world.write(writer)
    moved = "{Area={X=0.8,Y=0.8,W=0.1,H=0.1,Unit=normalized},Name=Eva,Type=Face}"
    prepare(tool, world.paths[1], f"-XMP-mwg-rs:RegionInfo={{RegionList=[{moved}]}}")
    assert world.remove_added(writer).cleared == 2
    assert read(writer, world.paths[0]).values == {}
    assert names_in(writer, world.paths[1]) == ["Eva"]


@pytest.mark.parametrize("theirs", [False, True])
def test_a_sidecar_of_ours_goes_with_its_last_word_and_comes_back(
    world: World, beside: ExifToolWriter, tool: ExifTool, theirs: bool
) -> None:
    sidecar = world.folder / "a.jpg.xmp"
    world.want("dog", 0)
    run = world.write(beside).run_id
    if theirs:
        prepare(tool, sidecar, "-XMP-dc:Title=x")
    held = read(beside, sidecar).values
    removal = world.remove_added(beside, run).removal_run or 0
    assert sidecar.exists() is theirs
    assert read(beside, world.paths[0]).keywords() == ()
    assert world.undo(beside, removal).restored == 1
    assert read(beside, sidecar).values == held
    assert world.keywords(0)[0].ours
    assert world.states(removal) == [RowState.UNDONE]


def test_files_that_are_gone_are_told(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0, 1)
    world.write(writer)
    world.paths[0].unlink()
    removed = world.remove_added(writer)
    assert (removed.cleared, [failure.kind for _, failure in removed.failed]) == (1, [ErrorKind.GONE])
    with pytest.raises(UsageError, match="nothing to undo in run 99"):
        world.remove_added(writer, 99)


def test_a_word_whose_record_others_took_out_stays(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0)
    world.write(writer)
    prepare(tool, world.paths[0], "-XMP-ptag:all=", f"-{SUBJECT}+=sun")
    assert world.remove_added(writer).cleared == 0
    assert read(writer, world.paths[0]).keywords() == ("dog", "sun")
