"""A soak of write-back: random words, undo and edits by another program, with random kills of all that writes.

After each kill and its recovery every file holds the whole old or the whole new state, as journal and catalog say;
at the end all image data and foreign tags are as they were. The seed is in the failure's message:
``PHOTOTAGGER_SOAK_SEED`` runs it again (the moments of kills differ from run to run all the same).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.writing import FileFields
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.write import run as job
from phototagger.plan.fields.fields import word_key
from phototagger.settings.declared import WriteSettings
from tests.support.photos import Snapshot, camera_exif, make_photo, prepare, temporaries
from tests.support.photos import write as plan_and_write
from tests.support.write_world import World, world_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")

MOST_RUNS = 2000  # in which the whole soak must be through
SETTINGS = WriteSettings(preset="all")
WORDS = [f"animal|dog {number}" for number in range(5)] + [f"möwe {number}" for number in range(5)]
# (suffix, side in pixels): many small ones, and some whose copying takes a while. A GIF gets a sidecar.
KINDS = [(".jpg", 64), (".jpg", 900), (".png", 64), (".tif", 64), (".webp", 64), (".gif", 64), (".jpg", 64)]

# What the program does at a start and in a job: alone at the photos, it first settles what a dead one left.
SCRIPT = """
import sys
from pathlib import Path
from phototagger.catalog.writing import locks
from phototagger.catalog.connection import Catalog
from phototagger.domain.errors import UsageError
from phototagger.jobs.write import run as write
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import WriteSettings
action, ready_at, catalog_path, lock_folder = sys.argv[1:]
def ready(at):
    if at == ready_at:
        print("ready", flush=True)
ready("start")
catalog = Catalog.open(Path(catalog_path))
writer = ExifToolWriter(WriteSettings(preset="all"), lock_folder=Path(lock_folder), spare_bytes=0)
with locks.writing(catalog):
    write.recover(catalog, writer)
    if action == "write":
        plans = run_to_end(write.plan_writes(catalog, writer, None, Cancel()))
        ready("work")
        run_to_end(write.write_plans(catalog, writer, plans, Cancel()))
    else:
        ready("work")
        try:
            run_to_end(write.undo_run(catalog, writer, None, Cancel()))
        except UsageError:
            pass  # nothing to undo yet
writer.close()
catalog.close()
"""


@dataclass
class Soak:
    """The photos, what they were at the start, and the words that another program has given them since."""

    world: World
    writer: ExifToolWriter
    tool: ExifTool
    chance: random.Random
    before: list[Snapshot]
    theirs: list[list[str]]
    kills: dict[str, int] = field(default_factory=lambda: {"phototagger": 0, "exiftool": 0, "none": 0})

    def edit(self) -> None:
        """Other wishes on some photos, and on some a word from another program."""
        for number in range(len(self.world.ids)):
            for word in self.chance.sample(WORDS, 2) if self.chance.random() < 0.7 else ():
                if self.chance.random() < 0.7:
                    self.world.want(word, number)
                else:
                    self.world.drop(word, number)
            if self.chance.random() < 0.15 and self.world.paths[number].suffix != ".gif":
                self.theirs[number].append(f"theirs {len(self.theirs[number])}")
                prepare(self.tool, self.world.paths[number], f"-XMP-dc:Subject+={self.theirs[number][-1]}")

    def run(self, action: str) -> None:
        """The action in a process of its own, which (or whose exiftool) is killed somewhere on the way."""
        paths = [str(self.world.catalog.path), str(self.world.folder.parent / "locks")]
        fate = self.chance.choices(("phototagger", "exiftool", "none"), (6, 3, 1))[0]
        # Now and then it dies while it settles what the one before left, or plans.
        ready_at = self.chance.choices(("start", "work"), (1, 4))[0]
        moment = self.chance.uniform(0.0, 0.1 + 0.06 * len(self.world.ids))
        command = [sys.executable, "-c", SCRIPT, action, ready_at, *paths]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            try:
                child.wait(None if fate == "none" else moment)
                fate = "none"
            except subprocess.TimeoutExpired:
                if fate == "phototagger":
                    child.kill()
                else:
                    exiftools = psutil.Process(child.pid).children()
                    for process in exiftools:
                        process.kill()
                    fate = "exiftool" if exiftools else "none"
            self.kills[fate] += 1
        # An exiftool may die under recovery's hands too: then the next start settles the rest.
        assert fate != "none" or child.returncode == 0

    def check(self) -> None:
        """Settles what is left; then journal, catalog and files say the same, and nothing lies about."""
        job.recover(self.world.catalog, self.writer)
        assert not job.needs_recovery(self.world.catalog)
        assert temporaries(self.world.folder) == []
        answers = self.writer.read(self.world.paths)
        for number, path in enumerate(self.world.paths):
            fields = answers[path]
            assert isinstance(fields, FileFields), fields
            held = {word_key(word) for word in fields.keywords()}
            written = {word_key(word.keyword) for word in self.world.keywords(number) if word.written}
            leaves = {word.rpartition("|")[2] for word in written}
            assert held == written | leaves | set(self.theirs[number]), path
            assert {word_key(word) for word in fields.own_words()} == written | leaves, path

    def check_photos(self) -> None:
        """Pixels, scans and foreign tags as at the start."""
        for before in self.before:
            now = Snapshot.of(before.path, self.tool)
            assert now.pixels == before.pixels, before.path
            assert now.scan == before.scan, before.path
            assert (now.fields, now.mode) == (before.fields, before.mode), before.path

    def writes(self) -> int:
        """How often a file was written so far: once for each row that was done, once more if it was undone."""
        states = [state for run in self.runs() for state in self.world.states(run)]
        return states.count(RowState.DONE) + 2 * states.count(RowState.UNDONE)

    def runs(self) -> list[int]:
        return [run.id for run in self.world.catalog.read(journal.runs)]


def open_soak(folder: Path, tool: ExifTool, writer: ExifToolWriter, count: int, seed: int) -> Soak:
    photos_folder = folder / "photos"
    photos_folder.mkdir()
    paths = []
    for number in range(count):
        suffix, side = KINDS[number % len(KINDS)]
        exif = camera_exif() if suffix in (".jpg", ".png", ".webp") and number % 2 == 0 else None
        paths.append(make_photo(photos_folder / f"{number:02}{suffix}", seed=number, side=side, exif=exif))
        if suffix == ".jpg" and number % 3 == 0:
            prepare(tool, paths[-1], "-IPTC:City=Köln", "-XMP-dc:Title=a title", "-XMP-xmp:Rating=3")
    world = world_of(photos_folder, folder / "catalog.sqlite", paths)
    before = [Snapshot.of(path, tool) for path in paths]
    return Soak(world, writer, tool, random.Random(seed), before, [[] for _ in paths])


def soak(made: Soak, writes: int, runs: int) -> None:
    for _ in range(runs):
        if made.writes() >= writes:
            break
        made.edit()
        made.run("undo" if made.chance.random() < 0.25 else "write")
        # Else the next run meets what this one left, and may be killed while it settles that.
        if made.chance.random() < 0.6:
            made.check()
    made.check()
    assert writes <= made.writes() or runs < MOST_RUNS, "too few writes in too many runs"
    # With nobody killing, all that is wanted reaches the files, and undo takes all of it back.
    summary = made.world.write(made.writer)
    assert (summary.failed, summary.refused) == ([], [])
    made.check()
    assert made.world.plan(made.writer) == []
    for run in made.runs():
        if RowState.DONE in made.world.states(run):
            undone = made.world.undo(made.writer, run)
            assert (undone.failed, undone.conflicts) == ([], [])
    made.check()
    assert not any(word.written for number in range(len(made.theirs)) for word in made.world.keywords(number))
    made.check_photos()


@pytest.mark.parametrize(
    ("writes", "runs", "count"),
    [
        pytest.param(40, 5, 7, id="slice"),
        pytest.param(2000, MOST_RUNS, 28, id="whole", marks=(pytest.mark.nightly, pytest.mark.timeout(3600))),
    ],
)
def test_random_kills_lose_nothing(
    tmp_path: Path, tool: ExifTool, writes: int, runs: int, count: int
) -> None:
    seed = int(os.environ.get("PHOTOTAGGER_SOAK_SEED", random.randrange(10**6)))
    writer = ExifToolWriter(SETTINGS, lock_folder=tmp_path / "locks", spare_bytes=0)
    made = open_soak(tmp_path, tool, writer, count, seed)
    try:
        soak(made, writes, runs)
        print(f"seed {seed}; killed: {made.kills}; writes: {made.writes()}")  # noqa: T201 - shown by -s
    except BaseException as error:
        error.add_note(f"PHOTOTAGGER_SOAK_SEED={seed}; killed so far: {made.kills}; writes: {made.writes()}")
        raise
    finally:
        writer.close()
        made.world.catalog.close()


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_a_thousand_files_leave_no_trace_in_memory(tmp_path: Path) -> None:
    """Case 50: memory stays flat, and no process, pipe or thread is left behind."""
    writer = ExifToolWriter(SETTINGS, lock_folder=tmp_path / "locks", spare_bytes=0)
    first = make_photo(tmp_path / "0000.jpg")
    paths = [Path(shutil.copyfile(first, tmp_path / f"{number:04}.jpg")) for number in range(1, 1001)]
    me = psutil.Process()
    before = set(me.children())  # of other tests, whose engines live on
    used = []
    for number, path in enumerate(paths):
        plan_and_write(writer, path, ["animal|dog", f"word {number}"])
        if number in (200, 999):
            used.append((me.memory_info().rss, me.num_fds(), me.num_threads(), len(me.children())))
    writer.close()
    assert used[1][0] - used[0][0] < 20 * 2**20
    assert used[1][1:] == used[0][1:]
    assert set(me.children()) - before == set()
