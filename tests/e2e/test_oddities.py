"""Every odd, damaged and hostile file ends as its ground truth says, through the real decoder in a real engine."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.records import ErrorKind, FileSignature
from phototagger.imaging import PillowDecoder
from phototagger.inference.engine.engine import ProcessEngine
from tests.support import engine_parts as parts

MOST_SECONDS = 20.0
MOST_MIB = 2048
CRASHES = {ErrorKind.CRASHED, ErrorKind.TIMED_OUT, ErrorKind.INTERNAL, ErrorKind.NO_MEMORY}


@dataclass(frozen=True)
class Oddity:
    file: str
    expected: str
    detail: str
    size: tuple[int, int] | None  # upright, as a plain Pillow with exif_transpose sees it


@dataclass(frozen=True)
class Outcome:
    answers: dict[str, Answer]
    stats: dict[str, float]


@pytest.fixture(scope="module")
def folder(shared_photos: Path) -> Path:
    return shared_photos / "oddities"


@pytest.fixture(scope="module")
def oddities(folder: Path) -> list[Oddity]:
    with (folder / "oddities.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        size = re.search(r"upright=(\d+)x(\d+)", row["pillow_says"])
        pair = (int(size[1]), int(size[2])) if size else None
        found.append(Oddity(row["file"], row["expected"], row["detail"], pair))
    return found


@pytest.fixture(scope="module")
def outcome(folder: Path, oddities: list[Oddity]) -> Outcome:
    engine = ProcessEngine(parts.make_calm_analyser, partial(PillowDecoder), photo_seconds=MOST_SECONDS)
    names = dict(enumerate((oddity.file for oddity in oddities), 1))
    asked = [AnalyseRequest(number, folder / name, FileSignature(0, 0)) for number, name in names.items()]
    try:
        answers = {names[answer.photo_id]: answer for answer in engine.analyse(asked)}
        return Outcome(answers, engine.stats())
    finally:
        engine.close()


def test_each_ends_as_expected(oddities: list[Oddity], outcome: Outcome) -> None:
    wrong = []
    for oddity in oddities:
        answer = outcome.answers[oddity.file]
        ending = "error" if answer.failure else "decode"
        clean_refusal = (
            "format not supported" in oddity.detail
            and answer.failure is not None
            and answer.failure.kind is ErrorKind.UNSUPPORTED
        )
        if oddity.expected not in (ending, "either") and not clean_refusal:
            wrong.append((oddity.file, oddity.expected, answer.failure))
    assert len(oddities) > 150
    assert wrong == []


def test_nothing_crashes_hangs_or_eats_the_memory(outcome: Outcome) -> None:
    failures = [answer.failure for answer in outcome.answers.values() if answer.failure]
    assert [failure for failure in failures if failure.kind in CRASHES] == []
    assert outcome.stats["restarts"] == 0
    assert 0 < outcome.stats["peak_mib"] < MOST_MIB


def test_each_failure_names_its_file_and_what_to_do(outcome: Outcome) -> None:
    for name, answer in outcome.answers.items():
        if answer.failure is not None:
            assert name in answer.failure.message
            assert re.search(r"\. [A-Z].+\.$", answer.failure.message)
            assert answer.thumbnail is None


def test_sizes_are_upright(oddities: list[Oddity], outcome: Outcome) -> None:
    compared = 0
    for oddity in oddities:
        facts = outcome.answers[oddity.file].facts
        if facts is not None and oddity.size is not None:
            assert (facts.width, facts.height) == oddity.size, oddity.file
            compared += 1
    assert compared > 80


def test_orientations(oddities: list[Oddity], outcome: Outcome) -> None:
    told = {oddity.file: re.match(r"orientation=(\d)", oddity.detail) for oddity in oddities}
    orientations = {name: int(match[1]) for name, match in told.items() if match}
    assert len(orientations) > 15
    for name, orientation in orientations.items():
        facts = outcome.answers[name].facts
        assert facts is not None
        assert facts.orientation == orientation, name


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_turned_photos_look_like_the_upright_one(folder: Path, shape: str) -> None:
    decoder = PillowDecoder()
    model = decoder.decode(folder / f"{shape}_1.jpg", 200).pixels.astype(int)
    others = sorted(folder.glob(f"{shape}_[2-8].jpg"))
    assert len(others) >= 3
    for path in others:
        pixels = decoder.decode(path, 200).pixels.astype(int)
        assert pixels.shape == model.shape
        # The number painted on each differs, and each was encoded again; a wrong turn gives 40 and more.
        assert np.abs(pixels - model).mean() < 12, path.name


def test_turned_avifs_look_alike(folder: Path) -> None:
    decoder = PillowDecoder()
    photos = {path.name: decoder.decode(path, 200).pixels for path in sorted(folder.glob("rot*mir*.avif"))}
    assert len(photos) == 4
    assert len({pixels.shape for pixels in photos.values()}) == 1


def test_decoding_leaves_an_odd_file_alone(folder: Path, oddities: list[Oddity], tmp_path: Path) -> None:
    decoder = PillowDecoder()
    for oddity in oddities:
        if oddity.expected == "error":
            path = tmp_path / oddity.file
            shutil.copyfile(folder / oddity.file, path)
            before = path.stat()
            assert decoder.can_decode(path) or path.suffix == ".docx"
            with pytest.raises(PhotoError):
                decoder.decode(path, 100)
            assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
            assert path.read_bytes() == (folder / oddity.file).read_bytes()
