"""JPEG XL through the decoder, with imagecodecs and without."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.imaging import PillowDecoder
from phototagger.imaging.formats.jxl import read_header
from tests.support.made_photos import assert_corners, corners, with_orientation

decoder = PillowDecoder()


def encoded(pixels: np.ndarray[tuple[int, ...], np.dtype[np.generic]], **options: bool) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(pixels, lossless=True, **options))


def boxed(stream: bytes, exif: bytes = b"") -> bytes:
    """In a container, with EXIF."""
    boxes = [
        (b"JXL ", b"\r\n\x87\n"),
        (b"ftyp", b"jxl \0\0\0\0jxl "),
        (b"Exif", bytes(4) + exif),
        (b"jxlc", stream),
    ]
    return b"".join(struct.pack(">I", len(content) + 8) + kind + content for kind, content in boxes)


def made(folder: Path, data: bytes) -> Path:
    path = folder / "a.jxl"
    path.write_bytes(data)
    return path


PHOTO = encoded(np.asarray(corners()))


@pytest.mark.parametrize("kind", ["RGB", "RGBA", "grey", "16 bits", "float", "container"])
def test_pixels_of_all_kinds(tmp_path: Path, kind: str) -> None:
    rgb = np.asarray(corners())
    grey = np.asarray(corners().convert("L"))
    data = {
        "RGB": PHOTO,
        "RGBA": encoded(np.asarray(corners().convert("RGBA"))),
        "grey": encoded(grey),
        "16 bits": encoded(rgb.astype(np.uint16) * 257),
        "float": encoded(rgb.astype(np.float32) / 255),
        "container": boxed(PHOTO),
    }[kind]
    decoded = decoder.decode(made(tmp_path, data), 1600)
    assert (decoded.facts.format, decoded.facts.width, decoded.facts.height) == ("JXL", 96, 64)
    if kind == "grey":
        assert (decoded.pixels[..., 0] == grey).all()
    else:
        assert_corners(decoded.pixels)
    assert decoder.decode(made(tmp_path, data), 48).pixels.shape == (32, 48, 3)


def test_exif_is_read(tmp_path: Path) -> None:
    _, exif = with_orientation(corners(), 1)
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 10:20:30"
    facts = decoder.decode(made(tmp_path, boxed(PHOTO, exif.tobytes()[6:])), 1600).facts
    assert (facts.taken_at, facts.orientation) == ("2024-05-01T10:20:30", 1)


@pytest.mark.parametrize("size", [(96, 64), (97, 64), (8, 8), (1000, 3), (4, 3), (160, 90), (300, 300)])
def test_the_header_tells_the_size(size: tuple[int, int]) -> None:
    stream = encoded(np.zeros((size[1], size[0], 3), np.uint8))
    assert read_header(stream[stream.index(b"\xff\x0a") :][:64]) == (*size, 1)


def test_a_turned_codestream_comes_upright() -> None:
    """No encoder here writes the orientation, so its bits are set by hand: 8 x 8, div8, 1:1, extra fields, 6."""
    bits = [1, *([0] * 5), 1, 0, 0, 0, 1, 1, 0, 1]
    value = sum(bit << place for place, bit in enumerate(bits))
    assert read_header(b"\xff\x0a" + value.to_bytes(4, "little")) == (8, 8, 6)


def test_a_real_file(shared_photos: Path) -> None:
    decoded = decoder.decode(shared_photos / "oddities" / "Reagan.jxl", 1600)
    assert decoded.pixels.shape == (130, 200, 3)
    assert decoded.facts.taken_at == "2004-06-21T23:37:53"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PHOTO[: len(PHOTO) // 2], ErrorKind.DAMAGED),
        (PHOTO[:3], ErrorKind.TRUNCATED),
        (PHOTO[:40] + bytes(200), ErrorKind.DAMAGED),
        (boxed(b""), ErrorKind.TRUNCATED),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, data: bytes, kind: ErrorKind) -> None:
    path = made(tmp_path, data)
    with pytest.raises(PhotoError) as caught:
        decoder.decode(path, 1600)
    assert caught.value.kind is kind
    assert str(path) in str(caught.value)


def test_the_pixel_limit_is_checked_before_decoding(tmp_path: Path) -> None:
    path = made(tmp_path, encoded(np.zeros((1001, 1000, 3), np.uint8))[:60])
    with pytest.raises(PhotoError) as caught:
        PillowDecoder(1).decode(path, 1600)
    assert caught.value.kind is ErrorKind.TOO_LARGE


def test_without_the_decoder_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    path = made(tmp_path, PHOTO)
    with pytest.raises(PhotoError, match="pip install imagecodecs") as caught:
        decoder.decode(path, 1600)
    assert caught.value.kind is ErrorKind.UNSUPPORTED
