"""Photoshop files: the merged picture through the decoder, words through the write path."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging import PillowDecoder
from tests.support.made_photos import assert_corners, corners, psd, with_orientation
from tests.support.photos import exiv2, read, write

decoder = PillowDecoder()
LAYERS_ONLY = (1057, struct.pack(">IB", 1, 0))


def made(folder: Path, data: bytes) -> Path:
    path = folder / "a.psd"
    path.write_bytes(data)
    return path


def test_the_merged_picture_is_read_upright(tmp_path: Path) -> None:
    stored, exif = with_orientation(corners(), 6)
    decoded = decoder.decode(made(tmp_path, psd(stored, (1058, exif.tobytes()[6:]))), 1600)
    assert_corners(decoded.pixels)
    facts = decoded.facts
    assert (facts.format, facts.width, facts.height, facts.orientation) == ("PSD", 96, 64, 6)


def test_a_stored_mask_makes_no_holes(tmp_path: Path) -> None:
    photo = corners()
    photo.putalpha(Image.new("L", photo.size, 0))
    assert_corners(decoder.decode(made(tmp_path, psd(photo)), 1600).pixels)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (psd(corners(), bits=16), ErrorKind.UNSUPPORTED, "more than 8 bits"),
        (psd(corners(), LAYERS_ONLY), ErrorKind.UNSUPPORTED, "Maximize compatibility"),
        (psd(corners())[:2000], ErrorKind.TRUNCATED, "ends before"),
        (psd(corners())[:20], ErrorKind.UNSUPPORTED, "rare kind"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, kind: ErrorKind, words: str) -> None:
    path = made(tmp_path, data)
    with pytest.raises(PhotoError, match=words) as caught:
        decoder.decode(path, 1600)
    assert caught.value.kind is kind
    assert str(path) in str(caught.value)


def test_words_go_into_the_file_and_back(writer: ExifToolWriter, tmp_path: Path) -> None:
    path = made(tmp_path, psd(corners(), (1057, struct.pack(">IB", 1, 1))))
    before = decoder.pixel_digest(path)
    done = write(writer, path, ["animal|dog", "Möwe"])
    assert done.target == path
    assert exiv2(path, "Xmp.dc.subject") == ["dog, Möwe"]
    assert decoder.pixel_digest(path) == before
    writer.write(writer.restore_plan(done, read(writer, path)))
    assert read(writer, path).keywords() == ()
