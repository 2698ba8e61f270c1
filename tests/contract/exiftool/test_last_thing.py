"""Taking away the last thing of ours where what holds it would go with it: IPTC blocks, EXIF, image resources."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from phototagger.domain.writing import FileFields
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.plan.value_plan import ValueChange
from tests.contract.exiftool.test_formats import FORMATS
from tests.support.photos import make_photo, prepare, read, values, with_settings, write
from tests.support.said import wanted, words


def record(number: int, dataset: int, content: bytes) -> bytes:
    return bytes([0x1C, number, dataset]) + struct.pack(">H", len(content)) + content


def resource(number: int, content: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + bytes(len(content) & 1)


VERSION, FOUR, ENVELOPE = record(2, 0, b"\0\0"), record(2, 0, b"\0\4"), record(1, 0, b"\0\2")
CITY, WORD, UTF8 = record(2, 90, b"Bonn"), record(2, 25, b"mine"), record(1, 90, b"\x1b%G")
BLOCKS = {
    "bare": VERSION,
    "bare as exiftool makes it": FOUR,
    "empty": b"",
    "both versions": ENVELOPE + VERSION,
    "declared": UTF8,
    "declared, with versions": ENVELOPE + UTF8 + VERSION,
    "no version": CITY,
    "envelope without version": record(1, 5, b"dest") + CITY,
    "version": VERSION + CITY,
    "words": WORD,
}


def with_block(path: Path, block: bytes, digest: str) -> Path:
    """A JPEG with this IPTC block, and Photoshop's digest of it: right, wrong or none."""
    data = make_photo(path).read_bytes()
    body = b"Photoshop 3.0\0" + resource(0x0404, block)
    if digest != "none":
        body += resource(0x0425, hashlib.md5(block).digest() if digest == "right" else bytes(16))
    path.write_bytes(data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:])
    return path


def iptc(fields: FileFields) -> Mapping[str, object]:
    raw: Mapping[str, object] = fields.raw  # type: ignore[attr-defined]
    return {name: value for name, value in raw.items() if "IPTC" in name}


@pytest.mark.parametrize("digest", ["right", "wrong", "none"])
@pytest.mark.parametrize("block", BLOCKS)
def test_an_iptc_block_is_after_undo_as_it_was(
    writer: ExifToolWriter, tmp_path: Path, block: str, digest: str
) -> None:
    path = with_block(tmp_path / "a.jpg", BLOCKS[block], digest)
    before = read(writer, path)
    made = write(writer, path, ["animal|dog", "Möwe"])
    writer.write(writer.restore_plan(made, read(writer, path)))
    assert iptc(read(writer, path)) == iptc(before)
    assert read(writer, path).values == before.values
    # The same by taking out only what was added.
    made = write(writer, path, ["animal|dog", "Möwe"])
    fields = read(writer, path)
    writer.write(writer.removal_plan(made, fields, fields, words("animal|dog", "Möwe")))
    assert iptc(read(writer, path)) == iptc(before)
    assert read(writer, path).values == before.values


@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".psd"])
@pytest.mark.parametrize("way", ["undo", "removal"])
def test_a_block_of_our_making_goes_whole(program: str, tmp_path: Path, suffix: str, way: str) -> None:
    writer = with_settings(program, tmp_path / "locks", preset="apple")
    path = tmp_path / f"a{suffix}"
    path.write_bytes(FORMATS[suffix]["plain"]())
    (made,) = writer.plans(1, read(writer, path), wanted(["Möwe"], [], caption=ValueChange(add="A gull")))
    writer.write(made)
    assert values(writer, path, "IPTC:Caption-Abstract") == ("A gull",)
    if way == "undo":
        back = writer.restore_plan(made, read(writer, path))
    else:
        (back,) = writer.plans(
            1, read(writer, path), wanted([], ["Möwe"], caption=ValueChange(remove="A gull"))
        )
    writer.write(back)
    assert iptc(read(writer, path)) == {}
    assert read(writer, path).values == {}
    writer.close()


def test_a_block_of_our_making_in_which_others_write_stays_for_them(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path
) -> None:
    writer = with_settings(program, tmp_path / "locks", preset="apple")
    made = write(writer, jpeg, ["Möwe"])
    prepare(tool, jpeg, "-IPTC:City=Bonn", "-IPTCDigest=new")
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    left = iptc(read(writer, jpeg))
    assert left["IPTC:City"] == "Bonn"
    assert not {"IPTC:Keywords", "IPTC:CodedCharacterSet", "IPTC:EnvelopeRecordVersion"} & left.keys()
    assert left["Photoshop:IPTCDigest"] == left["File:CurrentIPTCDigest"]
    writer.close()


def test_a_digest_of_a_block_that_goes_goes_too(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path
) -> None:
    writer = with_settings(program, tmp_path / "locks", preset="apple")
    made = write(writer, jpeg, ["dog"])
    prepare(tool, jpeg, "-IPTCDigest=new")
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert iptc(read(writer, jpeg)) == {}
    writer.close()


def test_a_digest_of_no_block_stays_where_one_is_made(program: str, jpeg: Path, tmp_path: Path) -> None:
    """As Photoshop leaves it."""
    data = make_photo(jpeg).read_bytes()
    body = b"Photoshop 3.0\0" + resource(0x0425, bytes(16))
    jpeg.write_bytes(data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:])
    writer = with_settings(program, tmp_path / "locks", preset="apple")
    before = read(writer, jpeg)
    made = write(writer, jpeg, ["Möwe"])
    assert values(writer, jpeg, "IPTC:Keywords") == ("Möwe",)
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert iptc(read(writer, jpeg)) == iptc(before)
    writer.close()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".psd"])
@pytest.mark.parametrize("base", [True, False], ids=["with its base", "alone"])
def test_the_last_word_goes_from_exif(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str, base: bool
) -> None:
    path = tmp_path / f"a{suffix}"
    if base or suffix not in (".jpg", ".png", ".webp"):
        path.write_bytes(next(iter(FORMATS[suffix].values()))())
        prepare(tool, path, "-IFD0:XPKeywords=mine")
    else:
        exif = Image.Exif()
        exif[0x9C9E] = "mine".encode("utf-16-le") + b"\0\0"
        make_photo(path, exif=exif)
    write(writer, path, ["dog"])
    assert values(writer, path, "IFD0:XPKeywords") == ("mine", "dog")
    prepare(tool, path, "-IFD0:XPKeywords=dog", "-XMP-dc:Subject-=mine")
    write(writer, path, [], ["dog"])
    assert read(writer, path).values == {}


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".psd"])
def test_our_caption_goes_from_exif_with_nothing_else_in_it(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(next(iter(FORMATS[suffix].values()))())
    prepare(tool, path, "-IFD0:ImageDescription=OLYMPUS DIGITAL CAMERA")
    before = read(writer, path).values
    (made,) = writer.plans(1, read(writer, path), wanted([], [], caption=ValueChange(add="A gull")))
    writer.write(made)
    assert values(writer, path, "IFD0:ImageDescription") == ("A gull",)
    writer.write(writer.restore_plan(made, read(writer, path)))
    assert read(writer, path).values == before
    writer.write(made)
    (gone,) = writer.plans(1, read(writer, path), wanted([], [], caption=ValueChange(remove="A gull")))
    writer.write(gone)
    assert read(writer, path).values == {}
