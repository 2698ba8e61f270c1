"""What a photo has one of, given on the command line, written, and taken back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Program
from tests.e2e.test_json import validated


@pytest.fixture
def photo(program: Program, folder: Path) -> Path:
    assert program("scan", folder / "coffee.jpg").status == 0
    return folder / "coffee.jpg"


def put(exiftool: str, photo: Path, *changes: str) -> None:
    subprocess.run([exiftool, "-q", "-overwrite_original", *changes, photo], check=True)


def read(exiftool: str, photo: Path, field: str) -> str:
    found = subprocess.run([exiftool, "-s3", "-n", f"-{field}", photo], capture_output=True, check=True)
    return found.stdout.decode().strip()


# A kind, a field of it that every file gets, the person's value, one that the file has before, and a noun.
KINDS = [
    ("caption", "XMP-dc:Description", "My own", "Our inn", "caption"),
    ("title", "XMP-dc:Title", "The café at the corner", "Café", "title"),
    ("rating", "XMP-xmp:Rating", "4", "2", "rating"),
]


@pytest.mark.parametrize(("kind", "field", "value", "other", "noun"), KINDS)
def test_a_value_is_given_shown_planned_written_and_taken_back(
    program: Program, photo: Path, exiftool: str, kind: str, field: str, value: str, other: str, noun: str
) -> None:
    before = photo.read_bytes()
    assert program("set", kind, value, photo).out == f"Accepted the {noun} of 1 photo.\n"
    assert f"{noun}, confirmed: {value}" in program("show", photo).out
    plan = program("write", "--dry-run", photo)
    assert f"{field}: + {value}" in plan.out
    assert f"1 {noun} will be added" in plan.err
    (planned,) = validated(program("--json", "write", "--dry-run", photo), "plan")
    assert planned["added"] == [{"kind": kind, "value": value}]
    assert program("write", photo).status == 0
    assert read(exiftool, photo, field) == value
    (record,) = validated(program("--json", "show", photo), "photo")
    assert record["values"] == {kind: {"text": value, "state": "confirmed", "written": True}}
    assert record["values_in_file"] == {kind: [value]}
    assert f"{noun} in the file: {value}" in program("show", photo).out
    assert program("undo").status == 0
    assert read(exiftool, photo, field) == ""
    assert len(photo.read_bytes()) == len(before)
    assert program("unset", kind, photo).out == f"Took back the {noun} of 1 photo.\n"
    assert program("write", photo).err.startswith("Nothing to write")


@pytest.mark.parametrize(("kind", "field", "value", "other", "noun"), KINDS)
def test_a_value_that_the_file_has_by_another_hand_is_shown_and_stays(
    program: Program, photo: Path, exiftool: str, kind: str, field: str, value: str, other: str, noun: str
) -> None:
    put(exiftool, photo, f"-{field}={other}")
    assert f"{noun} in the file: {other}" in program("show", photo).out
    told = program("set", kind, value, photo)
    assert told.status == 2
    assert f"has a {noun} already, which stays: '{other}'" in told.err
    assert program("write", photo).err.startswith("Nothing to write")
    assert read(exiftool, photo, field) == other


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(program: Program, photo: Path) -> None:
    told = program("set", "mood", "bright", photo)
    assert told.status == 2
    assert "caption" in told.err


@pytest.mark.parametrize("kind", ["title", "caption"])
def test_a_title_or_caption_is_found_by_search_whose_help_says_so(
    program: Program, photo: Path, kind: str
) -> None:
    assert program("set", kind, "Zebra crossing", photo).status == 0
    assert program("search", "zebra").out == f"{photo}\n"
    assert kind in program("search", "--help").out
