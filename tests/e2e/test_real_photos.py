"""Real photos with ground truth: the walk over forty of them, and the accuracy that README speaks of."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Program, read_back

FORTY = {"imagenet": 14, "coco": 14, "faces": 12}  # files by folder


@pytest.fixture
def forty(tmp_path: Path, shared_photos: Path) -> Path:
    folder = tmp_path / "forty"
    for name, count in FORTY.items():
        (folder / name).mkdir(parents=True)
        photos = sorted(path for path in (shared_photos / name).iterdir() if path.suffix in {".jpg", ".png"})
        for path in photos[:: len(photos) // count][:count]:
            shutil.copyfile(path, folder / name / path.name)
    return folder


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.timeout(400)
def test_forty_real_photos_there_and_back(
    program: Program, forty: Path, shared_photos: Path, exiftool: str
) -> None:
    before = {path: read_back(exiftool, path) for path in sorted(forty.rglob("*.*"))}
    ran = program("--json", "tag", forty, "--write")
    records = {Path(record["path"]): record for record in ran.records}
    assert len(records) == 40
    assert {record["state"] for record in records.values()} == {"analysed"}
    problems = [line for line in ran.err.splitlines() if line.startswith("phototagger:")]
    assert all("wrong header" in line for line in problems), (
        problems
    )  # their own keywords lie in a stray block
    assert len(problems) <= 1
    refused = {path for path in records if any(str(path) in line for line in problems)}

    with_words = [path for path, record in records.items() if record["suggestions"]]
    assert len(with_words) >= 30
    for path in with_words:
        confirmed = {
            entry["keyword"] for entry in records[path]["suggestions"] if entry["state"] == "confirmed"
        }
        if confirmed and path not in refused:
            words = read_back(exiftool, path)
            assert {keyword.rsplit("|", 1)[-1] for keyword in confirmed} <= set(words["XMP-dc:Subject"])
            trees = {keyword for keyword in confirmed if "|" in keyword}
            assert trees <= set(words.get("XMP-lr:HierarchicalSubject", []))

    rows = csv.DictReader((shared_photos / "faces" / "faces.csv").read_text(encoding="utf-8").splitlines())
    truth = {row["file"]: row["boxes"] for row in rows}
    people = [path for path in records if path.parent.name == "faces" and truth.get(path.name)]
    assert people
    assert all(records[path]["faces"] for path in people)
    assert any(record["objects"] for path, record in records.items() if path.parent.name == "coco")

    written = all_bytes(forty)
    assert program("tag", forty, "--write").status == ran.status
    assert all_bytes(forty) == written
    assert program("undo").status == 0
    after = {path: read_back(exiftool, path) for path in before}
    assert after == before


def test_accuracy_on_photos_of_everyday_life(program: Program, shared_photos: Path) -> None:
    ran = program("--json", "evaluate", shared_photos / "coco", seconds=200)
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    assert report["objects"]["ap50"] >= 0.58
    assert report["faces"]["false_per_photo"] <= 0.06
    assert report["keywords"]["precision"] >= 0.9
    assert report["keywords"]["recall"] >= 0.5


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_accuracy_on_the_open_photos(program: Program, shared_photos: Path) -> None:
    ran = program("--json", "evaluate", shared_photos, seconds=580)
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    assert report["classification"]["top1"] >= 0.90
    assert report["objects"]["ap50"] >= 0.50
    assert report["faces"]["recall_40"] >= 0.98
    assert report["faces"]["false_per_photo"] <= 0.06
    assert report["identities"]["tpr_at_fpr_0_001"] >= 0.985
    assert report["keywords"]["precision"] >= 0.85
