"""The benchmark's arithmetic, and its run over the in-line engine."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from phototagger.domain.errors import Cancelled, EngineError, PhotoError, UsageError
from phototagger.domain.findings import Decoded, Findings, PhotoFacts
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import plain
from phototagger.exiftool.process.benchmark_writer import BareExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.inference.engine.inline import InlineEngine
from phototagger.jobs.progress import Cancel, Progress, run_to_end
from phototagger.lab.benchmark import run_benchmark, stage_figures
from phototagger.lab.benchmark_write import run_write_benchmark
from tests.support.hostile import deep_xmp, with_xmp
from tests.support.made_datasets import TableEngine
from tests.support.photos import make_photo

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels


class GreyDecoder:
    """Any ``.jpg`` is a grey photo, unless its name says that it is broken."""

    def can_decode(self, path: Path) -> bool:
        return path.suffix == ".jpg"

    def decode(self, path: Path, longest_side: int) -> Decoded:
        if path.stem.startswith("broken"):
            raise PhotoError(ErrorKind.DAMAGED, plain(f"{path} is damaged."))
        return Decoded(np.full((8, 8, 3), 128, dtype=np.uint8), PhotoFacts("JPEG", 8, 8))

    def thumbnail(self, pixels: Pixels, side: int) -> bytes:
        return b"jpeg"


class CalmAnalyser:
    device = "cpu"

    def __init__(self) -> None:
        self.batches: list[int] = []

    def analyse(self, photos: Sequence[Pixels]) -> list[Findings | Exception]:
        self.batches.append(len(photos))
        return [Findings() for _ in photos]


def engine(analyser: CalmAnalyser | None = None, batch: int = 4) -> InlineEngine:
    return InlineEngine(lambda: analyser or CalmAnalyser(), GreyDecoder, batch=batch)


def photos(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_stage_figures() -> None:
    counted = {
        "decoded": 100.0, "decode_busy_s": 20.0, "decode_threads": 4.0, "inferred": 90.0, "inference_busy_s": 9.0,
    }  # fmt: skip
    stages = stage_figures(counted, 10.0)
    assert stages["decode"] == {"photos_per_s": pytest.approx(20.0), "busy": pytest.approx(0.5)}
    assert stages["inference"] == {"photos_per_s": pytest.approx(10.0), "busy": pytest.approx(0.9)}


def test_report_has_every_figure_and_they_agree(tmp_path: Path) -> None:
    photos(tmp_path, *(f"sub/{number}.jpg" for number in range(10)), "notes.txt")
    naive_analyser = CalmAnalyser()
    report = run_to_end(
        run_benchmark(tmp_path, engine(), GreyDecoder(), lambda: engine(naive_analyser, batch=1), Cancel())
    )
    assert set(report) == {
        "photos", "photos_per_s", "bound_photos_per_s", "share_of_bound", "ratio_to_naive", "peak_mib", "device",
        "stages",
    }  # fmt: skip
    assert report["photos"] == 10
    assert report["device"] == "cpu"
    assert report["peak_mib"] > 10
    bound = min(stage["photos_per_s"] for stage in report["stages"].values())
    assert report["bound_photos_per_s"] == pytest.approx(bound, rel=1e-3)
    assert report["share_of_bound"] == pytest.approx(report["photos_per_s"] / bound, rel=0.01)
    assert report["ratio_to_naive"] > 0
    assert naive_analyser.batches == [1] * 11  # one to warm up, then every photo alone


def test_warming_up_is_not_counted(tmp_path: Path) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(12)))
    counting = engine()
    run_to_end(run_benchmark(tmp_path, counting, GreyDecoder(), lambda: engine(batch=1), Cancel()))
    assert counting.stats()["photos"] == 8 + 12


def test_the_naive_engine_is_closed(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    naive = engine(batch=1)
    run_to_end(run_benchmark(tmp_path, engine(), GreyDecoder(), lambda: naive, Cancel()))
    assert naive.describe()["state"] == "closed"


def test_bad_photos_are_left_out_and_named_and_the_others_measured(tmp_path: Path) -> None:
    sound = [f"{number:02}.jpg" for number in range(10)]
    photos(tmp_path, "05broken.jpg", *sound, "broken-a.jpg", "broken-b.jpg")
    naive_analyser, last = CalmAnalyser(), [(0, 1)]

    def run() -> dict[str, Any]:
        job = run_benchmark(tmp_path, engine(), GreyDecoder(), lambda: engine(naive_analyser, 1), Cancel())
        while True:
            try:
                report = next(job)
                last[0] = (report.done, report.total or 0)
            except StopIteration as ending:
                return dict(ending.value)

    figures = run()
    assert figures["photos"] == 11  # the one whose name only begins so is sound
    assert [Path(entry["path"]).name for entry in figures["failed"]] == ["broken-a.jpg", "broken-b.jpg"]
    assert all(
        entry["path"] in entry["message"] and entry["kind"] == "damaged" for entry in figures["failed"]
    )
    assert naive_analyser.batches == [1] * 12  # a bad one is not even tried the slow way
    assert last[0][0] == last[0][1]


@pytest.fixture
def bare() -> Iterator[BareExifTool]:
    made = BareExifTool("", 2)
    yield made
    made.close()


def test_a_photo_that_cannot_be_written_does_not_end_the_measuring_of_writes(
    tmp_path: Path, writer: ExifToolWriter, bare: BareExifTool
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(6):
        make_photo(folder / f"{number}.jpg", seed=number)
    (folder / "0empty.jpg").touch()
    (folder / "3text.jpg").write_text("no photo at all")
    (folder / "deep.jpg").write_bytes(with_xmp(tmp_path / "deep.jpg", deep_xmp(3000)).read_bytes())
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.jpg")
    before = {path: path.read_bytes() for path in folder.glob("[0-9d]*")}
    reports: list[Progress] = []
    job = run_write_benchmark(folder, writer, bare, Cancel())
    while True:
        try:
            reports.append(next(job))
        except StopIteration as ending:
            figures = ending.value
            break
    assert figures["photos"] == 6
    assert all(figures[f"{way}_photos_per_s"] > 0 for way in ("safe", "bare_exiftool", "copy_fsync"))
    named = [Path(entry["path"]).name for entry in figures["failed"]]
    assert named == ["0empty.jpg", "3text.jpg", "deep.jpg", *(["pipe.jpg"] if hasattr(os, "mkfifo") else [])]
    assert all(entry["path"] in entry["message"] for entry in figures["failed"])
    assert "phototagger-benchmark-" not in str(figures["failed"])
    assert reports[-1].done == reports[-1].total
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.skipif(os.name == "nt", reason="no devices among the files")
def test_a_device_among_the_photos_is_named_and_never_copied(
    tmp_path: Path, writer: ExifToolWriter, bare: BareExifTool
) -> None:
    """The copy of one without end would fill the disk."""
    make_photo(tmp_path / "a.jpg")
    (tmp_path / "device.jpg").symlink_to(os.devnull)
    figures = run_to_end(run_write_benchmark(tmp_path, writer, bare, Cancel()))
    assert figures["photos"] == 1
    (failed,) = figures["failed"]
    assert failed["message"] == f"{tmp_path / 'device.jpg'} cannot be read (not an ordinary file)."


def test_copies_that_do_not_fit_are_told(
    tmp_path: Path, writer: ExifToolWriter, bare: BareExifTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_photo(tmp_path / "a.jpg")

    def full(source: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(UsageError, match=r"do not fit into .*Make room"):
        run_to_end(run_write_benchmark(tmp_path, writer, bare, Cancel()))


def test_nothing_that_can_be_written_is_a_usage_error(
    tmp_path: Path, writer: ExifToolWriter, bare: BareExifTool
) -> None:
    (tmp_path / "0empty.jpg").touch()
    with pytest.raises(UsageError, match=r"No JPEG .* can be written.*0empty.jpg is empty"):
        run_to_end(run_write_benchmark(tmp_path, writer, bare, Cancel()))


def test_one_photo_may_be_named_instead_of_a_folder(tmp_path: Path) -> None:
    photo = photos(tmp_path, "a.jpg") / "a.jpg"
    assert run_to_end(run_benchmark(photo, engine(), GreyDecoder(), engine, Cancel()))["photos"] == 1


@pytest.mark.parametrize(
    ("names", "sentence"), [(("notes.txt",), "no photo in"), (("broken.jpg",), "None of the photos")]
)
def test_nothing_to_measure_is_a_usage_error(tmp_path: Path, names: tuple[str, ...], sentence: str) -> None:
    photos(tmp_path, *names)
    with pytest.raises(UsageError, match=sentence):
        run_to_end(run_benchmark(tmp_path, engine(), GreyDecoder(), engine, Cancel()))


def test_an_engine_that_does_not_count_is_refused(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    with pytest.raises(EngineError, match="does not count"):
        run_to_end(run_benchmark(tmp_path, TableEngine({}), GreyDecoder(), engine, Cancel()))


def test_cancelling_stops_and_progress_reaches_its_total(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    reports = list(run_benchmark(tmp_path, engine(), GreyDecoder(), engine, Cancel()))
    assert reports[-1].done == reports[-1].total
    cancel = Cancel()
    job = run_benchmark(tmp_path, engine(), GreyDecoder(), engine, cancel)
    next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        next(job)


def test_peak_memory_sees_what_was_given_back() -> None:
    """In a process of its own: children that other tests leave behind would be counted, and end meanwhile."""
    program = (
        "from phototagger.lab.benchmark import PeakMemory\n"
        "with PeakMemory() as idle: pass\n"
        "with PeakMemory() as busy:\n"
        "    block = b'x' * (64 * 2**20)\n"
        "    while busy.peak_mib < idle.peak_mib + 32: assert block[-1:] == b'x'\n"
    )  # the sampler runs in a thread of its own; the time-out ends this
    subprocess.run([sys.executable, "-c", program], check=True, timeout=100)
