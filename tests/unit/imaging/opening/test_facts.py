from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from phototagger.domain.when_where import parse_time
from phototagger.imaging import PillowDecoder
from phototagger.imaging.opening.facts import fingerprint, parse_place
from tests.support.made_photos import corners, save

GPS = ExifTags.GPS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024:05:01 10:20:30", "2024-05-01T10:20:30"),
        (b"2024:05:01 10:20:30", "2024-05-01T10:20:30"),
        ("2024-05-01T10:20:30", "2024-05-01T10:20:30"),
        ("2024:5:1 9:02", "2024-05-01T09:02:00"),
        ("2024:05:01 10:20:60", "2024-05-01T10:20:59"),
        *(
            (nothing, None)
            for nothing in ("0000:00:00 00:00:00", "    :  :     :  :  ", "", "yesterday", None, 5)
        ),
        ("2024:13:01 10:20:30", None),
        ("2024:05:01 24:20:30", None),
    ],
)
def test_time(written: object, read: str | None) -> None:
    assert parse_time(written) == read


@given(st.text() | st.binary())
def test_time_never_raises(written: str | bytes) -> None:
    parse_time(written)


def place(latitude: Any, north: Any, longitude: Any, east: Any) -> tuple[float | None, float | None]:
    return parse_place(
        {
            GPS.GPSLatitude: latitude,
            GPS.GPSLatitudeRef: north,
            GPS.GPSLongitude: longitude,
            GPS.GPSLongitudeRef: east,
        }
    )


def test_place() -> None:
    assert place((48, 51, 30), "N", (2, 17, 40.2), "E") == (48.8583333, 2.2945)
    assert place((33, 51, 36), "S", (151, 12, 36), b"W\0") == (-33.86, -151.21)
    assert place((48.5,), "N", (2.25,), "E") == (48.5, 2.25)


@pytest.mark.parametrize(
    "wrong",
    [
        ((91, 0, 0), "N", (2, 0, 0), "E"),
        ((48, 0, 0), "N", (181, 0, 0), "E"),
        ((0, 0, 0), "N", (0, 0, 0), "E"),
        ((IFDRational(1, 0), 0, 0), "N", (2, 0, 0), "E"),
        ((48, 0, 0), "N", None, None),
        ("48 or so", "N", (2, 0, 0), "E"),
        ((48, 0, 0), None, (2, 0, 0), None),  # which half of the earth is not known
        ((48, 0, 0), "E", (2, 0, 0), "N"),
        (("a", "b"), "N", (2, 0, 0), "E"),
        ((float("nan"),), "N", (2, 0, 0), "E"),
    ],
)
def test_a_place_that_makes_no_sense_is_absent(wrong: tuple[Any, Any, Any, Any]) -> None:
    assert place(*wrong) == (None, None)


def test_facts_of_a_file(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:01 10:20:30"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "S",
            GPS.GPSLatitude: (33.0, 51.0, 36.0),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (151.0, 12.0, 36.0),
        }
    )
    facts = PillowDecoder().decode(save(corners(), tmp_path / "a.jpg", "JPEG", exif=exif), 100).facts
    assert (facts.format, facts.width, facts.height, facts.orientation) == ("JPEG", 96, 64, 1)
    assert facts.taken_at == "2024-05-01T10:20:30"
    assert (facts.latitude, facts.longitude) == (-33.86, 151.21)


@pytest.mark.parametrize("size", [1, 1000, 256 * 1024, 256 * 1024 + 1, 2_000_000])
def test_fingerprint_depends_on_content_alone(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    here = tmp_path / "a.jpg"
    here.write_bytes(content)
    with here.open("rb") as file:
        first = fingerprint(file)
    moved = here.rename(tmp_path / "b.png")
    with moved.open("rb") as file:
        assert fingerprint(file) == first
    assert len(first) == 16
    changed = {fingerprint(io.BytesIO(content + b"x"))}
    for place in {0, size - 1} | ({size // 2} if size <= 256 * 1024 else set()):
        other = bytearray(content)
        other[place] ^= 1
        changed.add(fingerprint(io.BytesIO(bytes(other))))
    assert first not in changed


def test_fingerprint_sees_a_change_all_through_a_large_file() -> None:
    """What an edit of pixels does to a compressed file: everything after it differs, the length included or not."""
    content = bytearray(random.Random(1).randbytes(3_000_000))
    before = fingerprint(io.BytesIO(bytes(content)))
    middle = slice(1_000_000, 2_000_000)
    content[middle] = random.Random(2).randbytes(1_000_000)
    assert fingerprint(io.BytesIO(bytes(content))) != before
