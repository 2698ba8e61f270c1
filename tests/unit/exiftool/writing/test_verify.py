"""The proof that a copy is the same photo must fail for anything else."""

from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.errors import WriteError
from phototagger.domain.writing import FieldChange
from phototagger.exiftool.containers import parts as containers
from phototagger.exiftool.containers import stretches
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing import verify
from tests.support.photos import camera_exif, make_photo, prepare

TYPES = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF"}


def check(source: Path, copy: Path, kind: str, *, xmp: bool = True, iptc: bool = True) -> None:
    verify.same_photo(source, copy, kind, xmp=xmp, iptc=iptc)


def pair(folder: Path, suffix: str, tool: ExifTool, *args: str) -> tuple[Path, Path]:
    """A photo and the copy that exiftool makes of it."""
    source, copy = make_photo(folder / f"a{suffix}"), folder / f"b{suffix}"
    copy.write_bytes(source.read_bytes())
    return source, prepare(tool, copy, *args)


@pytest.mark.parametrize("suffix", TYPES)
def test_a_keyword_passes(tmp_path: Path, tool: ExifTool, suffix: str) -> None:
    check(*pair(tmp_path, suffix, tool, "-XMP-dc:Subject=dog"), TYPES[suffix])


@pytest.mark.parametrize("suffix", TYPES)
def test_other_pixels_do_not_pass(tmp_path: Path, suffix: str) -> None:
    one, other = make_photo(tmp_path / f"a{suffix}", seed=1), make_photo(tmp_path / f"b{suffix}", seed=2)
    with pytest.raises(WriteError, match="would have changed more than its keywords"):
        check(one, other, TYPES[suffix])


@pytest.mark.parametrize("suffix", TYPES)
def test_a_cut_copy_does_not_pass(tmp_path: Path, suffix: str) -> None:
    source, copy = make_photo(tmp_path / f"a{suffix}"), tmp_path / f"b{suffix}"
    copy.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(WriteError):
        check(source, copy, TYPES[suffix])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_other_exif_does_not_pass(tmp_path: Path, suffix: str) -> None:
    one = make_photo(tmp_path / f"a{suffix}", exif=camera_exif())
    other = make_photo(tmp_path / f"b{suffix}")
    with pytest.raises(WriteError, match="more than its keywords"):
        check(one, other, TYPES[suffix])


def test_a_lost_trailer_does_not_pass(tmp_path: Path) -> None:
    source, copy = make_photo(tmp_path / "a.jpg"), tmp_path / "b.jpg"
    copy.write_bytes(source.read_bytes())
    source.write_bytes(source.read_bytes() + b"motion photo")
    with pytest.raises(WriteError, match="pixels or trailer"):
        check(source, copy, "JPEG")


def test_xmp_and_iptc_may_change_only_where_planned(tmp_path: Path, tool: ExifTool) -> None:
    source, copy = pair(tmp_path, ".jpg", tool, "-XMP-dc:Subject=dog", "-IPTC:Keywords=dog")
    check(source, copy, "JPEG")
    with pytest.raises(WriteError, match="XMP"):
        check(source, copy, "JPEG", xmp=False)
    with pytest.raises(WriteError, match="JPEG segment ED"):
        check(source, copy, "JPEG", iptc=False)


def test_other_photoshop_resources_must_stay(tmp_path: Path) -> None:
    source, copy = make_photo(tmp_path / "a.jpg"), tmp_path / "b.jpg"
    data = source.read_bytes()
    copyrighted = b"Photoshop 3.0\0" + b"8BIM\x04\x0a\0\0\0\0\0\x01\x01\0"
    segment = b"\xff\xed" + struct.pack(">H", len(copyrighted) + 2) + copyrighted
    copy.write_bytes(data[:2] + segment + data[2:])
    with pytest.raises(WriteError, match="Photoshop resource 040A"):
        check(source, copy, "JPEG")


def test_second_images_must_stay_where_the_first_says(tmp_path: Path, tool: ExifTool) -> None:
    images = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    source, copy = tmp_path / "a.jpg", tmp_path / "b.jpg"
    images[0].save(source, format="MPO", save_all=True, append_images=images[1:])
    copy.write_bytes(source.read_bytes())
    prepare(tool, copy, "-XMP-dc:Subject=dog")
    check(source, copy, "MPO")
    data = copy.read_bytes()
    where = data.index(b"MPF\0")
    # The same file with one offset in its directory off by one.
    order = "<" if data[where + 4 : where + 6] == b"II" else ">"
    entry = data.index(struct.pack(order + "HH", 0xB002, 7), where)
    (images,) = struct.unpack_from(order + "I", data, entry + 8)
    at = where + 4 + images + 16 + 8
    (offset,) = struct.unpack_from(order + "I", data, at)
    copy.write_bytes(data[:at] + struct.pack(order + "I", offset + 1) + data[at + 4 :])
    with pytest.raises(WriteError, match="further images"):
        check(source, copy, "MPO")


def test_tiles_pages_and_tables_of_a_tiff_count(tmp_path: Path) -> None:
    pages = [Image.effect_noise((64, 64), 40 + number).convert("RGB") for number in range(3)]
    source, copy = tmp_path / "a.tif", tmp_path / "b.tif"
    pages[0].save(source, compression="jpeg", save_all=True, append_images=pages[1:])
    parts = containers.tiff_parts(source.read_bytes())
    assert [name for name, _ in parts].count("TIFF pixels") == 3
    pages[0].save(copy, compression="jpeg", save_all=True, append_images=pages[1:2])
    with pytest.raises(WriteError):
        check(source, copy, "TIFF")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "PSD"])
@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"II*\0\xff\xff\xff\xff", b"RIFF", b"hello" * 9])
def test_what_is_no_photo_is_refused(tmp_path: Path, kind: str, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(WriteError, match="damaged or unusual"):
        check(path, path, kind)


def test_a_jpeg_without_an_end_is_refused(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "a.jpg")
    verify.check_complete(path)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(WriteError, match="cut off"):
        verify.check_complete(path)


def test_webp_grows_its_header_for_xmp_alone() -> None:
    plain, extended = io.BytesIO(), io.BytesIO()
    image = Image.new("RGB", (16, 16), "red")
    image.save(plain, "WEBP")
    image.save(extended, "WEBP", xmp=b"<x/>")
    assert containers.webp_parts(plain.getvalue()) == containers.webp_parts(extended.getvalue())


def big_jpeg(path: Path, trailer: bytes) -> None:
    path.write_bytes(make_photo(path).read_bytes() + trailer)


def big_png(path: Path, trailer: bytes) -> None:
    """Pixels in many chunks, as cameras and editors write them."""
    data = make_photo(path).read_bytes()
    at = data.index(b"IDAT") - 4
    chunks = [struct.pack(">I", len(part)) + b"IDAT" + part + bytes(4) for part in _pieces(trailer)]
    path.write_bytes(data[:at] + b"".join(chunks) + data[at:])


def big_tiff(path: Path, trailer: bytes) -> None:
    """Pixels in many strips."""
    pieces = _pieces(trailer)
    lists = 8 + 2 + 3 * 12 + 4
    places = [lists + 8 * len(pieces) + sum(map(len, pieces[:number])) for number in range(len(pieces))]
    entry = struct.Struct("<HHII").pack
    directory = struct.pack("<H", 3) + entry(256, 4, 1, 8) + entry(273, 4, len(pieces), lists)
    directory += entry(279, 4, len(pieces), lists + 4 * len(pieces)) + bytes(4)
    numbers = struct.pack(f"<{2 * len(pieces)}I", *places, *map(len, pieces))
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + directory + numbers + trailer)


def _pieces(data: bytes, size: int = 2**16) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("kind", "suffix", "make"),
    [("JPEG", ".jpg", big_jpeg), ("PNG", ".png", big_png), ("TIFF", ".tif", big_tiff)],
)
def test_large_photos_are_compared_in_little_memory(
    tmp_path: Path, kind: str, suffix: str, make: Callable[[Path, bytes], None]
) -> None:
    size = 32 * 2**20
    source, copy = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    make(source, bytes(size))
    make(copy, bytes(size))
    tracemalloc.start()
    try:
        verify.check_complete(source)
        check(source, copy, kind)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size // 4
    with copy.open("r+b") as file:  # one byte, in the last block
        file.seek(-size // 100, io.SEEK_END)
        file.write(b"x")
    with pytest.raises(WriteError, match="more than its keywords"):
        check(source, copy, kind)


def test_the_end_of_a_jpeg_is_found_across_two_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_photo(tmp_path / "a.jpg")
    data = path.read_bytes()
    for block in range(2, 40):
        monkeypatch.setattr(stretches, "BLOCK", block)
        assert stretches.find(data, b"\xff\xd9", 2) == data.find(b"\xff\xd9", 2)
        verify.check_complete(path)


# --- fields -------------------------------------------------------------------------------------------------------


def others(before: dict[str, object], after: dict[str, object], *, mend: bool = False) -> None:
    changes = [FieldChange("XMP-dc:Subject", (), ("dog",))]
    verify.other_fields(Path("a.jpg"), before, after, changes, mend_iptc=mend)


def test_planned_and_moving_fields_may_differ() -> None:
    others(
        {"IFD0:StripOffsets": "8", "XMP-x:XMPToolkit": "a", "System:FileSize": "1"},
        {"IFD0:StripOffsets": "9", "XMP-x:XMPToolkit": "b", "XMP-dc:Subject": "dog"},
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"XMP-dc:Title": "a"}, {}),
        ({}, {"XMP-dc:Title": "a"}),
        ({"IPTC:City": "Köln"}, {"IPTC:City": "K?ln"}),
        ({"XMP-exif:OffsetTime": "+01:00"}, {"XMP-exif:OffsetTime": "+02:00"}),
        ({"XMP-mwg-rs:RegionInfo": {"a": "b"}}, {"XMP-mwg-rs:RegionInfo": {"a": "c"}}),
    ],
)
def test_any_other_difference_is_found(before: dict[str, object], after: dict[str, object]) -> None:
    with pytest.raises(WriteError, match="would have changed"):
        others(before, after)


def test_empty_structures_may_go() -> None:
    others({"XMP-MP:RegionInfoMP": {"Regions": ""}}, {})


def test_misread_iptc_may_come_out_right() -> None:
    others({"IPTC:City": "KÃ¶ln"}, {"IPTC:City": "Köln"}, mend=True)
    with pytest.raises(WriteError):
        others({"IPTC:City": "KÃ¶ln"}, {"IPTC:City": "Köln"})
