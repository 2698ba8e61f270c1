"""Write-back and undo that are cut short, killed or broken, and what the next start makes of it."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.writing import journal, locks
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.errors import CatalogError
from phototagger.domain.records import ErrorKind
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.write import run as job
from tests.support.photos import exiftool, prepare, read, temporaries
from tests.support.write_world import World, found, open_world

# --- faults -------------------------------------------------------------------------------------------------------


def test_a_fault_after_the_swap_is_settled_by_looking(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0)

    def fault(step: Step, path: Path) -> None:
        if step is Step.SWAPPED:
            raise RuntimeError("out of the blue")

    writer.on_step = fault
    summary = world.write(writer)
    assert (summary.written, summary.failed) == (1, [])
    assert not world.photo(0).pending_changes


def test_a_fault_before_the_swap_leaves_the_file(world: World, writer: ExifToolWriter) -> None:
    world.want("dog", 0)
    data = world.paths[0].read_bytes()

    def fault(step: Step, path: Path) -> None:
        if step is Step.VERIFIED:
            raise RuntimeError("out of the blue")

    writer.on_step = fault
    summary = world.write(writer)
    assert [(path, failure.kind) for path, failure in summary.failed] == [
        (world.paths[0], ErrorKind.INTERNAL)
    ]
    assert world.paths[0].read_bytes() == data
    assert world.photo(0).pending_changes
    assert not job.needs_recovery(world.catalog)


@pytest.mark.parametrize("links", [True, False])
def test_a_sidecar_that_appears_while_ours_is_made_is_kept_and_extended(
    world: World, beside: ExifToolWriter, tool: ExifTool, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """As when another program saves its own at that moment; ``links`` False: on exFAT, which has none."""
    world.want("dog", 0)
    sidecar = world.paths[0].with_name("a.jpg.xmp")
    if not links:

        def refuse(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)

    def appear(step: Step, path: Path) -> None:
        if step is Step.SYNCED and not sidecar.exists():
            exiftool(tool, "-XMP-dc:Subject=theirs", "-XMP-dc:Title=theirs too", sidecar)

    beside.on_step = appear
    assert world.write(beside).written == 1
    assert read(beside, sidecar).keywords() == ("theirs", "dog")
    assert exiftool(tool, "-s3", "-XMP-dc:Title", sidecar).strip() == "theirs too"
    assert temporaries(world.folder) == []
    beside.on_step = lambda step, path: None
    world.undo(beside)
    assert read(beside, sidecar).keywords() == ("theirs",)


# Writes, undoes the last run or clears what it added, in another process, alone at the photos as App sees to; at
# the step it is killed, or it says so and waits to be killed.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from phototagger.catalog.writing import locks
from phototagger.catalog.connection import Catalog
from phototagger.jobs.write import run as write
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
action, fate, catalog_path, lock_folder, step, beside = sys.argv[1:]
catalog = Catalog.open(Path(catalog_path))
settings = WriteSettings(preset="lightroom", sidecar_formats=beside)
writer = ExifToolWriter(settings, lock_folder=Path(lock_folder), spare_bytes=0)
def on_step(now, path):
    if now == step and fate == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif now == step:
        print("there", flush=True)
        sys.stdin.read()
plans = run_to_end(write.plan_writes(catalog, writer, None, Cancel())) if action == "write" else []
writer.on_step = on_step
with locks.writing(catalog):
    if action == "write":
        run_to_end(write.write_plans(catalog, writer, plans, Cancel()))
    elif action == "clear":
        run_to_end(write.remove_added(catalog, writer, None, Cancel()))
    else:
        run_to_end(write.undo_run(catalog, writer, None, Cancel()))
"""


def command(action: str, fate: str, folder: Path, step: Step, beside: str = "") -> list[str]:
    paths = [str(folder / "catalog.sqlite"), str(folder / "locks")]
    return [sys.executable, "-c", SCRIPT, action, fate, *paths, step, beside]


def kill(action: str, folder: Path, step: Step, beside: str = "") -> None:
    """That action in another process, which is killed at that step. ``beside``: formats that get sidecars."""
    child = subprocess.run(command(action, "die", folder, step, beside), check=False)
    assert child.returncode == -signal.SIGKILL


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("step", [Step.CHECKED, Step.COPIED, Step.SYNCED, Step.SWAPPED, Step.DONE])
def test_a_killed_run_is_settled_at_the_next_start(
    tmp_path: Path, writer: ExifToolWriter, step: Step
) -> None:
    world = open_world(tmp_path / "photos", tmp_path / "catalog.sqlite")
    world.want("animal|dog", 0)
    data = world.paths[0].read_bytes()
    world.catalog.close()
    kill("write", tmp_path, step)
    world.catalog = Catalog.open(tmp_path / "catalog.sqlite")
    assert job.needs_recovery(world.catalog)
    notices = job.recover(world.catalog, writer)
    assert not job.needs_recovery(world.catalog)
    assert temporaries(world.folder) == []
    swapped = step in (Step.SWAPPED, Step.DONE)
    assert ("1 of its files in hand had been written" in notices[0]) is swapped
    assert (world.paths[0].read_bytes() == data) is not swapped
    assert world.photo(0).pending_changes is not swapped
    assert world.photo(0).signature == found(world.paths[0]).signature
    assert world.keywords(0)[0].ours is swapped
    assert job.recover(world.catalog, writer) == []
    # Undo works on what recovery settled, and a new run on what it dropped.
    if swapped:
        assert world.undo(writer).restored == 1
        assert read(writer, world.paths[0]).keywords() == ()
    else:
        assert world.write(writer).written == 1
    world.catalog.close()


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_only_a_dead_run_is_settled(world: World, writer: ExifToolWriter, tmp_path: Path) -> None:
    world.want("dog", 0)
    waiting = command("write", "wait", tmp_path, Step.DONE)
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"there\n"
        assert job.needs_recovery(world.catalog)
        with pytest.raises(CatalogError, match="being written right now"), locks.writing(world.catalog):
            pass
        child.kill()
    with locks.writing(world.catalog):
        assert "1 of its files in hand had been written" in job.recover(world.catalog, writer)[0]
    assert world.undo(writer).restored == 1
    assert read(writer, world.paths[0]).keywords() == ()


@pytest.mark.parametrize("step", [Step.COPIED, Step.SWAPPED])
def test_a_killed_run_is_settled_even_where_another_program_was_quicker(
    world: World, writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, step: Step
) -> None:
    """A file that was written and then edited elsewhere held our words for ever, for no undo knew of them."""
    world.want("animal|dog", 0)
    kill("write", tmp_path, step)
    prepare(tool, world.paths[0], "-XMP-dc:Subject+=theirs", "-XMP-dc:Title=a title")
    (notice,) = job.recover(world.catalog, writer)
    swapped = step is Step.SWAPPED
    assert ("1 of its files in hand had been written" in notice) is swapped
    assert world.photo(0).pending_changes is not swapped
    assert world.photo(0).signature != found(world.paths[0]).signature  # a scan will see that it was edited
    if not swapped:
        assert world.write(writer).written == 1
    assert world.undo(writer).restored == 1
    assert read(writer, world.paths[0]).keywords() == ("theirs",)


def test_recovery_tells_of_a_file_that_is_neither_old_nor_new(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    world.want("dog", 0, 1)
    plans = world.plan(writer)
    run_id = world.catalog.write(journal.begin_run)
    for plan in plans:
        world.catalog.write(
            functools.partial(journal.begin, run_id=run_id, plan=plan, before=found(plan.path).signature)
        )
    prepare(tool, world.paths[0], "-XMP-dc:Subject=dog")  # by somebody else: our record of it is not there
    world.paths[1].unlink()
    notices = job.recover(world.catalog, writer)
    assert [str(path) in notice for path, notice in zip(world.paths, notices[1:], strict=False)] == [
        True,
        True,
    ]
    assert world.states(run_id) == [RowState.FAILED, RowState.FAILED]


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("step", [Step.CHECKED, Step.COPIED, Step.SYNCED, Step.SWAPPED, Step.DONE])
def test_a_killed_undo_is_settled_at_the_next_start(
    world: World, writer: ExifToolWriter, tmp_path: Path, step: Step
) -> None:
    world.want("animal|dog", 0)
    run_id = world.write(writer).run_id or 0
    kill("undo", tmp_path, step)
    assert job.needs_recovery(world.catalog)
    assert "An interrupted undo was settled on 1 file." in job.recover(world.catalog, writer)[0]
    assert not job.needs_recovery(world.catalog)
    assert temporaries(world.folder) == []
    swapped = step in (Step.SWAPPED, Step.DONE)
    assert world.states(run_id) == [RowState.UNDONE if swapped else RowState.DONE]
    assert world.photo(0).pending_changes is swapped
    if not swapped:
        assert world.undo(writer).restored == 1
    assert read(writer, world.paths[0]).keywords() == ()


@pytest.mark.parametrize("away", [False, True])
def test_a_killed_undo_that_removed_a_sidecar_is_done(
    world: World, beside: ExifToolWriter, away: bool
) -> None:
    world.want("dog", 0)
    run_id = world.write(beside).run_id or 0
    (row,) = world.catalog.read(lambda c: journal.rows_of_run(c, run_id))
    undo = beside.restore_plan(row.plan, read(beside, row.plan.target))
    world.catalog.write(lambda c: journal.intend_undo(c, row.id, undo))
    row.plan.target.unlink()
    if away:  # as on a disk that is not plugged in
        world.paths[0].unlink()
    job.recover(world.catalog, beside)
    assert world.states(run_id) == [RowState.DONE if away else RowState.UNDONE]
    assert world.photo(0).pending_changes is not away


# --- sidecars -----------------------------------------------------------------------------------------------------

MAKING = (Step.COPIED, Step.VERIFIED, Step.SYNCED, Step.SWAPPED, Step.DONE)
CHANGING = (Step.CHECKED, Step.COPIED, Step.DRESSED, Step.SWAPPED, Step.DONE)
REMOVING = (Step.CHECKED, Step.SWAPPED, Step.DONE)
# What was done before, what is killed, its steps, and those of them that are tried each time.
DEEDS = (
    ("", "write", MAKING, (Step.COPIED, Step.SWAPPED)),
    ("made", "write", CHANGING, ()),
    ("made", "clear", REMOVING, (Step.CHECKED, Step.SWAPPED)),
    ("made", "undo", REMOVING, (Step.SWAPPED,)),
    ("changed", "undo", CHANGING, ()),
    ("cleared", "undo", MAKING, (Step.SWAPPED,)),
)


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize(
    ("before", "action", "step"),
    [
        pytest.param(before, action, step, marks=() if step in often else pytest.mark.nightly)
        for before, action, steps, often in DEEDS
        for step in steps
    ],
)
def test_a_sidecar_is_old_or_new_and_the_journal_knows_which(
    world: World, beside: ExifToolWriter, tmp_path: Path, before: str, action: str, step: Step
) -> None:
    sidecar = world.folder / "a.jpg.xmp"
    world.want("dog", 0)
    if before:
        world.write(beside)
    if before == "changed" or (before == "made" and action == "write"):
        world.want("animal|cat", 0)
    if before == "changed":
        world.write(beside)
    elif before == "cleared":
        world.remove_added(beside)
    old = sidecar.read_bytes() if sidecar.exists() else None
    waits = world.photo(0).pending_changes
    kill(action, tmp_path, step, "JPEG")
    swapped = step in (Step.SWAPPED, Step.DONE)
    assert ((sidecar.read_bytes() if sidecar.exists() else None) == old) is not swapped
    assert job.needs_recovery(world.catalog)
    job.recover(world.catalog, beside)
    assert not job.needs_recovery(world.catalog)
    assert temporaries(world.folder) == []
    # Each of these brings a photo that waits to one that does not, or the other way.
    assert world.photo(0).pending_changes is (waits is not swapped)
    held = set(read(beside, world.paths[0]).keywords())
    assert all((keyword.keyword in held) is keyword.written for keyword in world.keywords(0))
    # What is left to be done can be.
    if not swapped:
        again: dict[str, Callable[[ExifToolWriter], object]]
        again = {"write": world.write, "undo": world.undo, "clear": world.remove_added}
        again[action](beside)
        assert world.photo(0).pending_changes is not waits
