"""What exiftool remarks on sound metadata stops nobody; byte-order marks do neither."""

from __future__ import annotations

import codecs
import struct
from pathlib import Path

import pytest

from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.contract.exiftool.test_last_thing import CITY, WORD, record, with_block
from tests.support.photos import make_photo, plan, read, values, write
from tests.support.said import wanted

BODY = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:my="http://example.com/my/"'
    ' my:own="kept"><dc:subject><rdf:Bag><rdf:li>Küste</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>'
    "</x:xmpmeta>"
)
PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' + BODY + '\n<?xpacket end="w"?>'
DECLARED = '<?xml version="1.0" encoding="{}"?>\n'
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("form", ["packet", "bare", "blanks", "declared", "twice", "blanks before", "lines"])
def test_a_sidecar_with_a_byte_order_mark_is_read_and_written(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, encoding: str, form: str
) -> None:
    text = {
        "bare": BODY,
        "blanks": "\n  " + PACKET,
        "declared": DECLARED.format(encoding[:6].rstrip("-")) + PACKET,
        "twice": "\ufeff" + PACKET,
        "lines": PACKET.replace("\n", "\r\n"),
    }.get(form, PACKET)
    path, sidecar = make_photo(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    before = b"\n " if form == "blanks before" else b""
    sidecar.write_bytes(before + MARKS[encoding] + text.encode(encoding))
    data = sidecar.read_bytes()
    assert read(writer, path).keywords() == ("Küste",)
    assert sidecar.read_bytes() == data
    made = writer.plans(1, read(writer, path), wanted(["zebra"], []))
    for each in made:
        assert each.refused is None, each.refused
        writer.write(each)
    assert values(writer, sidecar, "XMP-dc:Subject") == ("Küste", "zebra")
    assert b'my:own="kept"' in sidecar.read_bytes() or b"<my:own>kept<" in sidecar.read_bytes()
    for each in made:
        writer.write(writer.restore_plan(each, read(writer, each.target)))
    assert read(writer, sidecar).values == {"XMP-dc:Subject": ("Küste",)}
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.jpg", "a.jpg.xmp"]


def test_a_mark_that_lies_is_told_and_nothing_is_changed(writer: ExifToolWriter, tmp_path: Path) -> None:
    path, sidecar = make_photo(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(codecs.BOM_UTF16_LE + PACKET.encode("utf-16-le")[:-1])
    data = sidecar.read_bytes()
    made = plan(writer, path, ["zebra"])
    if made.refused is None:  # exiftool may make sense of it
        writer.write(made)
    else:
        assert "a.jpg.xmp" in made.refused.message
        assert sidecar.read_bytes() == data


def with_xmp(path: Path, packet: bytes) -> Path:
    data = make_photo(path).read_bytes()
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:])
    return path


@pytest.mark.parametrize(
    "packet",
    [
        codecs.BOM_UTF8 + PACKET.encode(),
        BODY.encode(),
        PACKET.replace("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.1").encode(),
    ],
    ids=["mark", "no frame", "odd address"],
)
def test_remarks_on_xmp_that_is_whole_refuse_nothing(
    writer: ExifToolWriter, tmp_path: Path, packet: bytes
) -> None:
    path = with_xmp(tmp_path / "a.jpg", packet)
    write(writer, path, ["zebra"])
    assert values(writer, path, "XMP-dc:Subject") == ("Küste", "zebra")
    assert b"kept" in path.read_bytes()


@pytest.mark.parametrize(
    "block",
    [
        WORD + record(2, 90, b"Bonn\0\0"),
        CITY + record(1, 20, b"\0\1"),
        record(240, 1, b"private") + CITY,
        record(2, 90, b"x" * 200),
        record(1, 90, b"\x1b%/@") + CITY,
        CITY + CITY,
    ],
    ids=["zeros", "order", "private record", "long", "odd declaration", "twice"],
)
def test_remarks_on_iptc_that_is_whole_refuse_nothing_and_leave_it(
    writer: ExifToolWriter, tmp_path: Path, block: bytes
) -> None:
    path = with_block(tmp_path / "a.jpg", block, "none")
    write(writer, path, ["zebra"])
    assert "zebra" in values(writer, path, "XMP-dc:Subject")
    if read(writer, path).iptc_text == "unsure":  # type: ignore[attr-defined]
        assert block in path.read_bytes()


@pytest.mark.parametrize(
    "packet",
    [PACKET.encode()[:-140], PACKET.replace("</dc:subject>", "").encode()],
    ids=["cut off", "unclosed"],
)
def test_xmp_of_which_something_is_unread_is_refused(
    writer: ExifToolWriter, tmp_path: Path, packet: bytes
) -> None:
    path = with_xmp(tmp_path / "a.jpg", packet)
    refused = plan(writer, path, ["zebra"]).refused
    assert refused is not None
    assert "damaged metadata" in refused.message
