"""Disks that fill up, vanish or become read-only in the middle of write-back: the photo stays, the others go on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phototagger.catalog.writing.journal import RowState
from phototagger.domain.errors import CatalogError
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import run as job
from tests.support.photos import make_photo, read, temporaries
from tests.support.write_world import World, world_of

FILLER = "filler"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes, in the folder of the photos."""
    place = tmp_path / "photos" / "disk"
    place.mkdir(parents=True)
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    if mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)):
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def mount(*args: str) -> int:
    return subprocess.run(["mount", *args], check=False, capture_output=True).returncode


def fill(disk: Path) -> None:
    with (disk / FILLER).open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


@pytest.fixture
def world(tmp_path: Path, disk: Path) -> Iterator[World]:
    """One photo on the small disk, two beside it."""
    made = world_of(
        tmp_path / "photos",
        tmp_path / "catalog.sqlite",
        [
            make_photo(path, side=300)
            for path in (disk / "a.jpg", disk.parent / "b.jpg", disk.parent / "c.jpg")
        ],
    )
    made.want("animal|dog", 0, 1, 2)
    yield made
    made.catalog.close()


def at(step: Step, path: Path, act: Callable[[], object]) -> Callable[[Step, Path], None]:
    """Does it once, when the write of this photo (or of something beside it) is at this step."""
    left = [act]

    def on_step(now: Step, where: Path) -> None:
        if now is step and where.parent == path.parent and left:
            left.pop()()

    return on_step


def check_only_the_first_failed(world: World, summary: job.WriteSummary, words: str) -> None:
    ((path, failure),) = summary.failed + summary.refused
    assert (path, summary.written) == (world.paths[0], 2)
    assert str(world.paths[0]) in failure.message
    assert words in failure.message
    assert world.states(summary.run_id or 0).count(RowState.FAILED) == 1
    assert world.photo(0).pending_changes


def check_it_works_again(world: World, writer: ExifToolWriter) -> None:
    summary = world.write(writer)
    assert (summary.written, summary.failed, summary.refused) == (1, [], [])
    assert temporaries(world.paths[0].parent) == []
    assert read(writer, world.paths[0]).keywords() == ("dog", "animal|dog")


def test_a_disk_that_fills_while_the_copy_is_made(world: World, writer: ExifToolWriter, disk: Path) -> None:
    data = world.paths[0].read_bytes()
    writer.on_step = at(Step.CHECKED, world.paths[0], lambda: fill(disk))
    check_only_the_first_failed(world, world.write(writer), "Make room")
    assert world.paths[0].read_bytes() == data
    assert sorted(os.listdir(disk)) == ["a.jpg", FILLER]  # noqa: PTH208
    (disk / FILLER).unlink()
    check_it_works_again(world, writer)


def test_a_full_disk_makes_no_half_a_sidecar(world: World, beside: ExifToolWriter, disk: Path) -> None:
    plans = world.plan(beside)
    fill(disk)
    summary = run_to_end(job.write_plans(world.catalog, beside, plans, Cancel()))
    check_only_the_first_failed(world, summary, "Make room")
    assert sorted(os.listdir(disk)) == ["a.jpg", FILLER]  # noqa: PTH208
    (disk / FILLER).unlink()
    check_it_works_again(world, beside)


@pytest.mark.parametrize("step", [Step.CHECKED, Step.COPIED])
def test_a_disk_that_becomes_read_only(world: World, writer: ExifToolWriter, disk: Path, step: Step) -> None:
    data = world.paths[0].read_bytes()
    writer.on_step = at(step, world.paths[0], lambda: mount("-o", "remount,ro", str(disk)))
    words = "read-only" if step is Step.COPIED else "could not write"
    check_only_the_first_failed(world, world.write(writer), words)
    assert world.paths[0].read_bytes() == data
    # What could not be removed then is, as soon as it can, by the next start or the next run there.
    assert bool(temporaries(disk)) is (step is not Step.CHECKED)
    mount("-o", "remount,rw", str(disk))
    job.sweep(world.catalog, writer)
    assert temporaries(disk) == []
    check_it_works_again(world, writer)


@pytest.mark.parametrize(
    ("step", "folder_too"), [(Step.CHECKED, False), (Step.COPIED, True), (Step.SYNCED, False)]
)
def test_a_disk_that_is_pulled_out(
    world: World, writer: ExifToolWriter, disk: Path, step: Step, folder_too: bool
) -> None:
    def pull_out() -> None:
        subprocess.run(["umount", "-l", disk], check=True)
        if folder_too:
            disk.rmdir()

    writer.on_step = at(step, world.paths[0], pull_out)
    check_only_the_first_failed(world, world.write(writer), "Connect its disk")
    assert not job.needs_recovery(world.catalog)
    job.sweep(world.catalog, writer)
    # It stays wanted, and is told of, until the photo is there again.
    (refused,) = world.plan(writer)
    assert refused.refused is not None
    assert "not there any more" in refused.refused.message


@pytest.fixture
def catalog_on_disk(tmp_path: Path, disk: Path) -> Iterator[World]:
    """The catalog on the small disk, the photos beside it."""
    paths = [make_photo(disk.parent / name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    made = world_of(disk.parent, disk / "catalog.sqlite", paths)
    made.want("animal|dog", 0, 1, 2)
    yield made
    made.catalog.close()


@pytest.mark.parametrize("step", [None, Step.CHECKED])
def test_a_full_disk_under_the_journal(
    catalog_on_disk: World, writer: ExifToolWriter, disk: Path, step: Step | None
) -> None:
    """No photo is touched whose intent cannot be stored; one whose end cannot is settled at the next start."""
    world = catalog_on_disk
    data = [path.read_bytes() for path in world.paths]
    plans = world.plan(writer)
    if step is None:
        fill(disk)
    else:
        writer.on_step = at(step, world.paths[0], lambda: fill(disk))
    with pytest.raises(CatalogError, match="is full"):
        run_to_end(job.write_plans(world.catalog, writer, plans, Cancel()))
    touched = [path.read_bytes() != old for path, old in zip(world.paths, data, strict=True)]
    assert any(touched) is (step is not None)
    assert temporaries(disk.parent) == []
    (disk / FILLER).unlink()
    job.recover(world.catalog, writer)
    assert not job.needs_recovery(world.catalog)
    assert [not world.photo(number).pending_changes for number in range(3)] == touched
    assert world.write(writer).written == 3 - sum(touched)
