"""Sidecars that are links: written through, never deleted through, and refused where they lead nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.domain.records import ErrorKind
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.support.photos import prepare, read
from tests.support.write_world import World

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links need a right of their own elsewhere")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def link_of(world: World) -> Path:
    return world.paths[0].with_name("a.jpg.xmp")


def put_elsewhere(world: World, elsewhere: Path) -> Path:
    """The person keeps the sidecar in another folder, and a link in its place."""
    kept = link_of(world).rename(elsewhere / "a.xmp")
    link_of(world).symlink_to(kept)
    return kept


def test_the_file_behind_a_link_is_written_and_the_link_stays(
    world: World, beside: ExifToolWriter, elsewhere: Path
) -> None:
    world.want("dog", 0)
    world.write(beside)
    kept = put_elsewhere(world, elsewhere)
    world.want("sea", 0)
    assert world.write(beside).written == 1
    assert link_of(world).readlink() == kept
    assert read(beside, kept).keywords() == ("dog", "sea")
    assert os.listdir(elsewhere) == ["a.xmp"]  # noqa: PTH208


@pytest.mark.parametrize("only_added", [False, True])
@pytest.mark.parametrize("of_the_photo", [[], ["-XMP-dc:Subject=mine"]])
def test_a_file_behind_a_link_is_not_deleted_only_our_words_go(
    world: World,
    beside: ExifToolWriter,
    tool: ExifTool,
    elsewhere: Path,
    only_added: bool,
    of_the_photo: list[str],
) -> None:
    if of_the_photo:
        prepare(tool, world.paths[0], *of_the_photo)
    world.want("animal|dog", 0)
    world.write(beside)
    kept = put_elsewhere(world, elsewhere)
    if only_added:
        removed = world.remove_added(beside)
        assert (removed.cleared, removed.failed) == (1, [])
    else:
        undone = world.undo(beside)
        assert (undone.restored, undone.conflicts, undone.failed) == (1, [], [])
    assert link_of(world).readlink() == kept
    assert read(beside, kept).keywords() == (("mine",) if of_the_photo else ())
    assert read(beside, kept).own_words() == ()
    assert world.photo(0).pending_changes
    assert world.write(beside).written == 1
    assert set(read(beside, kept).keywords()) >= {"dog", "animal|dog"}


def test_a_sidecar_that_becomes_a_link_under_our_hands_is_looked_at_anew(
    world: World, beside: ExifToolWriter, elsewhere: Path
) -> None:
    world.want("dog", 0)
    world.write(beside)
    original = beside.restore_plan

    def meanwhile(*args: object) -> object:
        made = original(*args)  # type: ignore[arg-type]
        if not link_of(world).is_symlink():
            put_elsewhere(world, elsewhere)
        return made

    beside.restore_plan = meanwhile  # type: ignore[method-assign, assignment]
    assert world.undo(beside).restored == 1
    assert link_of(world).is_symlink()
    assert read(beside, elsewhere / "a.xmp").keywords() == ()


@pytest.mark.parametrize("loop", [False, True])
def test_a_link_that_leads_nowhere_is_refused_in_the_preview(
    world: World, beside: ExifToolWriter, writer: ExifToolWriter, elsewhere: Path, loop: bool
) -> None:
    world.want("dog", 0, 1)
    end = link_of(world) if loop else elsewhere / "a.xmp"
    link_of(world).symlink_to(end)
    data = world.paths[0].read_bytes()
    for either in (beside, writer):
        refused = next(made.refused for made in world.plan(either) if made.path == world.paths[0])
        assert refused is not None
        assert refused.kind is ErrorKind.WRITE_REFUSED
        assert f"The sidecar {link_of(world)} is a link to {end}, where nothing is." in refused.message
    summary = world.write(beside)
    assert (summary.written, summary.refused) == (1, [(world.paths[0], refused)])
    assert link_of(world).readlink() == end
    assert list(elsewhere.iterdir()) == []
    assert world.paths[0].read_bytes() == data
    if not loop:
        end.symlink_to(world.paths[2])  # a link again, and no sidecar
    link_of(world).unlink()
    assert world.write(beside).written == 1


def test_no_file_is_made_where_a_link_leads(world: World, beside: ExifToolWriter, elsewhere: Path) -> None:
    """The link comes when all is planned and checked already."""
    world.want("dog", 0)

    def meanwhile(step: Step, path: Path) -> None:
        if step is Step.VERIFIED and not link_of(world).is_symlink():
            link_of(world).symlink_to(elsewhere / "a.xmp")

    beside.on_step = meanwhile
    summary = world.write(beside)
    ((_, failure),) = summary.refused + summary.failed
    assert "where nothing is" in failure.message
    assert list(elsewhere.iterdir()) == []
    assert link_of(world).is_symlink()


def test_a_linked_sidecar_on_a_disk_that_is_away_is_not_taken_for_undone(
    world: World, beside: ExifToolWriter, elsewhere: Path
) -> None:
    world.want("dog", 0)
    run = world.write(beside).run_id
    kept = put_elsewhere(world, elsewhere)
    away = elsewhere.rename(elsewhere.with_name("away"))
    summary = world.undo(beside, run)
    ((_, failure),) = summary.failed
    assert f"{link_of(world)} is a link to {kept}, where nothing is" in failure.message
    away.rename(elsewhere)
    assert world.undo(beside, run).restored == 1
    assert read(beside, kept).keywords() == ()
