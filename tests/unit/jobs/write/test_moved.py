"""Undo and recovery of photos that were moved, renamed, replaced or edited by others since they were written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.catalog.photos.summaries import photo_counts, photo_rows
from phototagger.catalog.store.pending import photos_waiting
from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.records import ErrorKind
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.write import run as job
from tests.support.photos import prepare, read, temporaries
from tests.support.write_world import World
from tests.unit.jobs.write.test_faults import kill


def begin_undo(world: World, writer: ExifToolWriter, run_id: int | None) -> WritePlan:
    """As an undo that is killed just after it stored what it is about to do."""
    (row,) = world.catalog.read(lambda c: journal.rows_of_run(c, run_id or 0))
    undo = writer.restore_plan(row.plan, read(writer, row.plan.target))
    world.catalog.write(lambda c: journal.intend_undo(c, row.id, undo))
    return undo


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("step", [Step.COPIED, Step.SWAPPED])
def test_a_killed_undo_of_a_moved_photo_is_settled_where_it_is(
    world: World, writer: ExifToolWriter, tmp_path: Path, step: Step
) -> None:
    world.want("dog", 0)
    run_id = world.write(writer).run_id or 0
    world.move(0, world.folder / "new" / "a.jpg")
    kill("undo", tmp_path, step)
    assert bool(temporaries(world.folder / "new")) is (step is Step.COPIED)
    job.recover(world.catalog, writer)
    assert temporaries(world.folder / "new") == []
    swapped = step is Step.SWAPPED
    assert world.states(run_id) == [RowState.UNDONE if swapped else RowState.DONE]
    assert bool(read(writer, world.paths[0]).keywords()) is not swapped


@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [
        ("new/a.jpg", "new/a.jpg.xmp"),
        ("b2.jpg", "b2.jpg.xmp"),
        ("new/b2.jpg", "new/b2.xmp"),
        ("a.jpg", "a.xmp"),
        ("b2.jpg", "a.jpg.xmp"),  # left behind
    ],
)
def test_undo_finds_a_sidecar_that_was_renamed(
    world: World, beside: ExifToolWriter, photo: str, sidecar: str
) -> None:
    world.want("dog", 0)
    run_id = world.write(beside).run_id or 0
    world.move(0, world.folder / photo, world.folder / sidecar)
    undone = world.undo(beside)
    assert (undone.restored, undone.failed, undone.conflicts) == (1, [], [])
    assert list(world.folder.rglob("*.xmp")) == []
    assert world.states(run_id) == [RowState.UNDONE]


def test_undo_leaves_another_photos_sidecar_alone(
    world: World, beside: ExifToolWriter, tool: ExifTool
) -> None:
    """The photo went away with its sidecar to where no scan looked; another one has its place by now."""
    world.want("dog", 0)
    world.write(beside)
    world.move(0, world.folder / "a2.jpg", world.folder / "elsewhere.xmp")
    world.paths[1].rename(world.folder / "a.jpg")
    other = world.folder / "a.jpg.xmp"
    prepare(tool, (world.folder / "elsewhere.xmp").rename(other), "-XMP-dc:Title=other")
    data = other.read_bytes()
    assert world.undo(beside).restored == 1  # nothing of ours is left beside the photo
    assert other.read_bytes() == data


def test_undo_fails_where_photo_and_sidecar_are_gone(world: World, beside: ExifToolWriter) -> None:
    world.want("dog", 0)
    run_id = world.write(beside).run_id or 0
    for path in (world.paths[0], world.folder / "a.jpg.xmp"):
        path.rename(world.folder.parent / path.name)  # moved out of sight, words and all
    undone = world.undo(beside)
    assert (undone.restored, [failure.kind for _, failure in undone.failed]) == (0, [ErrorKind.GONE])
    assert world.states(run_id) == [RowState.DONE]


def test_a_killed_undo_that_happened_is_done_whatever_others_added(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("animal|dog", 0)
    run_id = world.write(writer).run_id
    writer.write(begin_undo(world, writer, run_id))
    prepare(tool, world.paths[0], "-XMP-dc:Subject=theirs")
    job.recover(world.catalog, writer)
    assert world.states(run_id or 0) == [RowState.UNDONE]
    assert world.photo(0).pending_changes


def test_a_killed_undo_that_did_not_happen_is_not_done_whatever_others_added(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("animal|dog", 0)
    run_id = world.write(writer).run_id
    begin_undo(world, writer, run_id)
    prepare(tool, world.paths[0], "-XMP-dc:Subject+=theirs")
    job.recover(world.catalog, writer)
    assert world.states(run_id or 0) == [RowState.DONE]
    assert world.undo(writer, run_id).restored == 1
    assert read(writer, world.paths[0]).keywords() == ("theirs",)


def test_missing_photos_do_not_wait_to_be_written(world: World) -> None:
    world.want("dog", 0, 1)
    away = world.paths[0].rename(world.folder.parent / "away.jpg")
    world.scan()
    assert not world.photo(0).pending_changes
    assert world.catalog.read(lambda c: photos_waiting(c, ())) == [world.ids[1]]
    assert world.catalog.read(photo_counts).pending_changes == 1
    rows = world.catalog.read(lambda c: photo_rows(c, world.ids))
    assert [row.pending_changes for row in rows] == [False, True, False]
    away.rename(world.paths[0])
    world.scan()
    assert world.photo(0).pending_changes


def test_what_was_written_goes_over_to_the_photo_that_takes_over(
    world: World, writer: ExifToolWriter
) -> None:
    """A written photo is renamed over another one that was reviewed."""
    world.want("dog", 0)
    world.want("sea", 1)
    run_id = world.write(writer).run_id or 0
    world.undo(writer, run_id)
    world.drop("sea", 1)
    again = world.write(writer).run_id or 0
    world.want("sky", 1)
    world.paths[0].replace(world.paths[1])
    world.scan()
    (row,) = world.catalog.read(lambda c: journal.rows_of_run(c, again))
    assert (row.plan.photo_id, row.plan.path) == (world.ids[1], world.paths[1])
    assert world.undo(writer, again).restored == 1
    assert read(writer, world.paths[1]).keywords() == ()
