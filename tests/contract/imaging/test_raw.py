"""Raw photos through the decoder: preview or developed, upright, and what is wrong with them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import PhotoShot
from phototagger.domain.records import ErrorKind
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging import PillowDecoder
from phototagger.settings.declared import WriteSettings
from tests.support.made_photos import assert_corners, corners, encoded, with_orientation
from tests.support.made_raws import dng
from tests.support.photos import read, write

decoder = PillowDecoder()
DEVELOPED = 90  # how far off a developed colour may be: half size, LibRaw's own brightness


def made(folder: Path, orientation: int, *, preview: bool) -> Path:
    stored, _ = with_orientation(corners(240, 160), orientation)
    path = folder / "a.dng"
    path.write_bytes(dng(stored, orientation, stored if preview else None))
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_preview_is_shown_upright(tmp_path: Path, orientation: int) -> None:
    decoded = decoder.decode(made(tmp_path, orientation, preview=True), 1600)
    assert decoded.pixels.shape == (160, 240, 3)
    assert_corners(decoded.pixels)
    facts = decoded.facts
    assert (facts.format, facts.width, facts.height, facts.orientation) == ("DNG", 240, 160, orientation)
    assert facts.taken_at == "2024-05-01T10:20:30"
    assert facts.shot == PhotoShot(camera="Maker Model 1")
    assert facts.fingerprint is not None


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_without_a_preview_it_is_developed(tmp_path: Path, orientation: int) -> None:
    decoded = decoder.decode(made(tmp_path, orientation, preview=False), 1600)
    assert decoded.pixels.shape == (80, 120, 3)  # half the size
    assert_corners(decoded.pixels, DEVELOPED)


def test_a_preview_that_is_a_mere_thumbnail_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(dng(corners(240, 160), 1, corners(48, 32)))
    assert decoder.decode(path, 1600).pixels.shape == (80, 120, 3)


def test_a_small_copy_comes_from_the_preview_too(tmp_path: Path) -> None:
    """Decoded at an eighth it has fewer pixels than a preview needs to be used."""
    path = tmp_path / "a.dng"
    path.write_bytes(dng(Image.new("RGB", (2400, 1600)), 1, corners(2400, 1600)))
    decoded = decoder.decode(path, 96)
    assert decoded.pixels.shape == (64, 96, 3)
    assert_corners(decoded.pixels)


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_preview_stored_upright_is_not_turned_again(tmp_path: Path, orientation: int) -> None:
    upright = corners(160, 240)
    stored, _ = with_orientation(upright, orientation)
    path = tmp_path / "a.dng"
    path.write_bytes(dng(stored, orientation, upright))
    decoded = decoder.decode(path, 1600)
    assert decoded.pixels.shape == (240, 160, 3)
    assert_corners(decoded.pixels)


def test_a_damaged_preview_is_passed_over(tmp_path: Path) -> None:
    path = made(tmp_path, 1, preview=True)
    data = path.read_bytes()
    start = data.index(b"\xff\xda")
    path.write_bytes(data[:start] + b"\xff\xd9" + data[start + 2 :])
    assert decoder.decode(path, 1600).pixels.shape == (80, 120, 3)


def test_a_real_dng(shared_photos: Path) -> None:
    decoded = decoder.decode(shared_photos / "existing_metadata" / "canon_eos_6d.dng", 800)
    assert decoded.pixels.shape == (534, 800, 3)
    facts = decoded.facts
    assert (facts.width, facts.height, facts.taken_at) == (1224, 816, "2019-06-06T07:29:51")
    assert facts.shot is not None
    assert facts.shot.camera == "Canon EOS 6D"
    assert 20 < decoded.pixels.mean() < 200


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"no photo at all" * 9, ErrorKind.DAMAGED, "no raw photo"),
        (encoded(corners(), "JPEG"), ErrorKind.UNSUPPORTED, "JPEG file under the name of a raw"),
        (encoded(corners(), "TIFF"), ErrorKind.UNSUPPORTED, "LibRaw does not know"),
        (dng(corners(240, 160))[:20_000], ErrorKind.TRUNCATED, "ends before"),
        (b"", ErrorKind.EMPTY, "empty"),
    ],
)
def test_what_is_wrong_with_a_raw_is_said(tmp_path: Path, data: bytes, kind: ErrorKind, words: str) -> None:
    path = tmp_path / "a.nef"
    path.write_bytes(data)
    with pytest.raises(PhotoError, match=words) as caught:
        decoder.decode(path, 1600)
    assert caught.value.kind is kind
    assert str(path) in str(caught.value)


def test_the_pixel_limit_holds_for_raws_too(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(dng(Image.new("RGB", (1200, 1000)), 1, corners()))
    with pytest.raises(PhotoError) as caught:
        PillowDecoder(1).decode(path, 1600)
    assert caught.value.kind is ErrorKind.TOO_LARGE


@pytest.mark.parametrize("head", [b"IIRO", b"IIU\x00"])
def test_exif_of_raws_that_are_nearly_tiffs(head: bytes) -> None:
    """Olympus' and Panasonic's, whose pixels no test can make; only their head is read here."""
    from phototagger.imaging.formats.raw import _exif

    data = dng(corners(), 6)
    facts = _exif(io.BytesIO(head + data[4:]), None)
    assert (facts.orientation, facts.shot.camera) == (6, "Maker Model 1")


def test_a_dng_is_written_into_where_the_setting_says_so(tmp_path: Path) -> None:
    """And proved to have the same values and the same preview, whether exiftool can hash them or not."""
    path = made(tmp_path, 6, preview=True)
    before = decoder.pixel_digest(path)
    writer = ExifToolWriter(
        WriteSettings(embed_formats="DNG"),
        pixel_digest=decoder.pixel_digest,
        lock_folder=tmp_path,
        spare_bytes=0,
    )
    try:
        done = write(writer, path, ["animal|dog"])
        assert done.target == path
        assert "dog" in read(writer, path).keywords()
        assert decoder.pixel_digest(path) == before
        writer.write(writer.restore_plan(done, read(writer, path)))
        assert read(writer, path).keywords() == ()
    finally:
        writer.close()


@pytest.mark.parametrize("changed", ["preview", "values"])
def test_the_digest_sees_a_changed_place(tmp_path: Path, changed: str) -> None:
    photo, other = corners(240, 160), corners(240, 160)
    other.paste((0, 0, 0), (200, 120, 220, 140))
    one, two = tmp_path / "a.dng", tmp_path / "b.dng"
    one.write_bytes(dng(photo, 1, photo))
    two.write_bytes(dng(other if changed == "values" else photo, 1, other if changed == "preview" else photo))
    assert decoder.pixel_digest(one) != decoder.pixel_digest(two)
