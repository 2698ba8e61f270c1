"""Captions from the command line. The text stands in the catalog as its reader, which is optional, leaves it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import findings, photos
from phototagger.domain.findings import Findings, Task, TextLine
from phototagger.domain.records import Box
from tests.e2e.conftest import Program


def caption_in(exiftool: str, photo: Path) -> str:
    found = subprocess.run([exiftool, "-s3", "-XMP-dc:Description", photo], capture_output=True, check=True)
    return found.stdout.decode().strip()


def show_text(program: Program, photo: Path, text: str) -> None:
    catalog = Catalog.open(program.home / "catalog.sqlite")
    (found,) = catalog.read(lambda c: photos.by_path(c, [photo]))
    (kept,) = [one for one in catalog.read(lambda c: findings.page(c, 0, 99)) if one.photo_id == found.id]
    line = TextLine(text, 0.9, Box(0.1, 0.1, 0.3, 0.1))
    networks = {**kept.findings.networks, Task.TEXT: "rapidocr@1"}
    read = Findings(kept.findings.labels, networks=networks, text=(line,))
    catalog.write(lambda c: findings.keep(c, found.id, read))
    catalog.close()


@pytest.fixture
def photo(program: Program, folder: Path) -> Path:
    """A photo that was analysed and has a sign on it."""
    assert program("analyse", folder / "coffee.jpg").status == 0
    show_text(program, folder / "coffee.jpg", "Café Central")
    assert program("resuggest").status == 0
    return folder / "coffee.jpg"


def test_a_caption_is_accepted_written_and_taken_back(program: Program, photo: Path, exiftool: str) -> None:
    before = photo.read_bytes()
    (record,) = program("--json", "show", photo).records
    assert record["caption"] == {"text": "Café Central", "state": "suggested"}
    assert "caption, suggested: Café Central" in program("show", photo).out
    assert program("accept", "--caption", photo).out == "Accepted the caption of 1 photo.\n"
    plan = program("write", "--dry-run", photo)
    assert "XMP-dc:Description: + Café Central" in plan.out
    assert "1 caption will be added" in plan.err
    assert program("write", photo).status == 0
    assert caption_in(exiftool, photo) == "Café Central"
    assert program("undo").status == 0
    assert caption_in(exiftool, photo) == ""
    assert len(photo.read_bytes()) == len(before)


def test_a_caption_of_ones_own_wording_and_a_rejected_one(
    program: Program, photo: Path, exiftool: str
) -> None:
    assert program("accept", "--caption", "--text", "Breakfast in Vienna", photo).status == 0
    assert program("search", "vienna").out == f"{photo}\n"
    assert program("write", photo).status == 0
    assert caption_in(exiftool, photo) == "Breakfast in Vienna"
    assert program("reject", "--caption", photo).out == "Rejected the caption of 1 photo.\n"
    assert program("write", photo).status == 0
    assert caption_in(exiftool, photo) == ""
    again = program("accept", "--caption", photo)
    assert (again.status, again.err) == (
        2,
        "phototagger: Nothing to change: no such suggestion waits there.\n",
    )
    assert program("accept", "--caption", "--text", "Vienna", photo).status == 0  # by name, it comes back
    assert "caption, confirmed: Vienna" in program("show", photo).out


def test_a_caption_of_ones_own_needs_no_text_in_the_photo(
    program: Program, folder: Path, exiftool: str
) -> None:
    plain, taken = folder / "coffee.jpg", folder / "rocket.jpg"
    subprocess.run([exiftool, "-q", "-overwrite_original", "-XMP-dc:Description=Theirs", taken], check=True)
    assert program("scan", folder).status == 0
    done = program("accept", "--caption", "--text", "My own caption", plain)
    assert (done.status, done.out) == (0, "Accepted the caption of 1 photo.\n")
    both = program("accept", "--caption", "--text", "Another", plain, taken)
    assert (both.status, both.out) == (1, "Accepted the caption of 1 photo.\n")
    assert f"{taken} has a caption already, which stays: 'Theirs'" in both.err
    assert program("accept", "--caption", "--text", "Another", taken).status == 2
    assert program("undo", "--edit").status == 0
    assert program("write", "--dry-run", folder).out.count("+ My own caption") == 1
    assert program("write", folder).status == 0
    assert (caption_in(exiftool, plain), caption_in(exiftool, taken)) == ("My own caption", "Theirs")
    assert program("search", "own caption").out == f"{plain}\n"
    assert "caption, confirmed: My own caption" in program("show", plain).out
    assert program("undo").status == 0
    assert caption_in(exiftool, plain) == ""


def test_switched_off_nothing_is_proposed(program: Program, photo: Path) -> None:
    (program.home / "settings.toml").write_text("[words]\ncaption = false\n")
    assert program("resuggest").status == 0
    (record,) = program("--json", "show", photo).records
    assert record["caption"] is None
    assert program("accept", "--caption", photo).status == 2


def test_wrong_use_says_how(program: Program) -> None:
    assert "Say which keyword to reject, or --caption." in program("reject").err
    refused = program("accept", "--text", "x")
    assert refused.status == 2
    assert "--text goes with --caption" in refused.err
