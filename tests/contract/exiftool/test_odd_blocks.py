"""Blocks of metadata that stand twice, say a wrong encoding or are in old places: no word is lost, none made up."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from phototagger.exiftool.writing.writer import ExifToolWriter
from tests.contract.exiftool.test_last_thing import iptc, record, resource, with_block
from tests.contract.exiftool.test_old_words import mwg, small_psd
from tests.support.photos import make_photo, plan, read, values, with_settings, write
from tests.support.said import wanted

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ABOUT = '<rdf:Description rdf:about="{}" xmlns:dc="http://purl.org/dc/elements/1.1/" {}>{}</rdf:Description>'


def bag(*words: str, name: str = "dc:subject") -> str:
    return f"<{name}><rdf:Bag>{''.join(f'<rdf:li>{word}</rdf:li>' for word in words)}</rdf:Bag></{name}>"


def packet(*described: str) -> bytes:
    body = f'<rdf:RDF xmlns:rdf="{RDF}">{"".join(described)}</rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{body}</x:xmpmeta>'.encode()


def with_xmp(path: Path, xmp: bytes) -> Path:
    data = make_photo(path).read_bytes()
    body = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:])
    return path


OTHER = 'xmlns:d="http://purl.org/dc/elements/1.1/"'
TWICE = {
    "side by side": packet(ABOUT.format("", "", bag("tree") + bag("autumn"))),
    "two descriptions": packet(ABOUT.format("", "", bag("tree")), ABOUT.format("uuid:1", "", bag("autumn"))),
    "an attribute": packet(ABOUT.format("", 'dc:subject="tree"', bag("autumn"))),
    "another prefix": packet(ABOUT.format("", OTHER, bag("tree") + bag("autumn", name="d:subject"))),
}


@pytest.mark.parametrize("kind", TWICE)
def test_words_that_stand_twice_in_one_block_are_all_read_and_none_is_lost(
    writer: ExifToolWriter, tmp_path: Path, kind: str
) -> None:
    path = with_xmp(tmp_path / "a.jpg", TWICE[kind])
    data = path.read_bytes()
    for _ in range(3):  # exiftool's choice between the two is by chance
        assert set(read(writer, path).keywords()) == {"tree", "autumn"}
        made = plan(writer, path, ["zebra"])
        assert made.refused is not None
        assert "subject twice" in made.refused.message
        assert str(path) in made.refused.message
    assert path.read_bytes() == data


ONCE = {
    "the same again": packet(ABOUT.format("", "", bag("tree")), ABOUT.format("", "", bag("tree"))),
    "in a structure": packet(
        ABOUT.format(
            "",
            'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"',
            bag("tree")
            + '<xmpMM:Pantry><rdf:Bag><rdf:li rdf:parseType="Resource">'
            + bag("autumn")
            + "</rdf:li></rdf:Bag></xmpMM:Pantry>",
        )
    ),
    "in a remark": packet(ABOUT.format("", "", bag("tree") + "<!-- " + bag("autumn") + " -->")),
}


@pytest.mark.parametrize("kind", ONCE)
def test_what_only_seems_to_stand_twice_stops_nobody(
    writer: ExifToolWriter, tmp_path: Path, kind: str
) -> None:
    path = with_xmp(tmp_path / "a.jpg", ONCE[kind])
    write(writer, path, ["zebra"])
    assert values(writer, path, "XMP-dc:Subject") == ("tree", "zebra")


def test_a_sidecar_with_words_twice_is_not_written(writer: ExifToolWriter, tmp_path: Path) -> None:
    path, sidecar = make_photo(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(TWICE["side by side"])
    refused = [made.refused for made in writer.plans(1, read(writer, path), wanted(["zebra"], []))]
    assert any(
        each is not None and "twice" in each.message and str(sidecar) in each.message for each in refused
    )
    assert sidecar.read_bytes() == TWICE["side by side"]


def keywords(*words: bytes) -> bytes:
    return b"".join(record(2, 25, word) for word in words)


NAMED, LATIN1, UTF8, GREEK = b"UTF-8", b"\x1b.A", b"\x1b%G", b"\x1b-F"
ENCODED = {
    "a name for an escape": (NAMED, "Küste".encode(), {"Küste"}),
    "Latin-1 as it is": (LATIN1, "Küste".encode("latin-1"), {"Küste"}),
    "Latin-1 for UTF-8": (LATIN1, "Küste".encode(), {"Küste"}),
    "UTF-8 for Latin-1": (UTF8, "Küste".encode("latin-1"), {"Küste"}),
    "UTF-8 with a question": (UTF8, "wer?ü".encode(), {"wer?ü"}),
    "UTF-8 for Cyrillic": (UTF8, "дерево".encode("cp1251"), set[str]()),
    "Greek": (GREEK, "δέντρο".encode("iso8859-7"), set[str]()),
}


@pytest.mark.parametrize("kind", ENCODED)
def test_a_wrong_declaration_makes_up_no_letters(
    writer: ExifToolWriter, program: str, tmp_path: Path, kind: str
) -> None:
    declared, word, expected = ENCODED[kind]
    block = record(1, 90, declared) + keywords(word, b"tree")
    path = with_block(tmp_path / "a.jpg", block, "none")
    made = write(writer, path, ["zebra"])
    assert set(values(writer, path, "XMP-dc:Subject")) == {"tree", "zebra", *expected}
    assert mwg(program, path)[0] >= {"tree", "zebra", *expected}
    if not expected:  # nobody knows the letters, so they stay, and that is told
        assert made.notes
    writer.write(writer.restore_plan(made, read(writer, path)))
    assert word in path.read_bytes() or set(values(writer, path, "IPTC:Keywords")) == {"tree", *expected}
    assert values(writer, path, "XMP-dc:Subject") == ()


def test_an_old_word_of_two_lines_goes_on_into_new_fields(
    writer: ExifToolWriter, program: str, tmp_path: Path
) -> None:
    path = with_block(tmp_path / "a.jpg", keywords(b"one\r\ntwo", b"bell\x07"), "none")
    write(writer, path, ["zebra"])
    assert mwg(program, path)[0] == {"one\ntwo", "bell", "zebra"}


def test_a_news_agency_s_block_has_the_versions_that_it_had(writer: ExifToolWriter, tmp_path: Path) -> None:
    block = record(2, 5, b"title") + keywords(b"tree") + record(3, 10, b"number") + record(7, 90, b"\x00\x00")
    path = with_block(tmp_path / "a.jpg", block, "right")
    before = iptc(read(writer, path))
    made = write(writer, path, ["zebra"])
    assert values(writer, path, "IPTC:Keywords") == ("tree", "zebra")
    writer.write(writer.restore_plan(made, read(writer, path)))
    assert iptc(read(writer, path)) == before


def test_two_iptc_blocks_are_told(writer: ExifToolWriter, tmp_path: Path) -> None:
    path = with_block(tmp_path / "a.jpg", keywords(b"tree"), "none")
    first = path.read_bytes()
    other = with_block(tmp_path / "b.jpg", keywords(b"autumn"), "none").read_bytes()
    length = 2 + struct.unpack(">H", other[4:6])[0]
    path.write_bytes(first[:2] + other[2 : 2 + length] + first[2:])
    data = path.read_bytes()
    made = plan(writer, path, ["zebra"])
    if made.refused is None:
        write(writer, path, ["zebra"])
        assert set(values(writer, path, "XMP-dc:Subject")) == {"tree", "autumn", "zebra"}
    else:
        assert "twice" in made.refused.message
        assert path.read_bytes() == data


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
def test_a_png_with_xmp_in_a_plain_text_is_written(
    writer: ExifToolWriter, tmp_path: Path, kind: bytes
) -> None:
    path = make_photo(tmp_path / "a.png")
    xmp = packet(ABOUT.format("", "", bag("tree")))
    block = chunk(kind, b"XML:com.adobe.xmp\0" + (xmp if kind == b"tEXt" else b"\0" + zlib.compress(xmp)))
    data = path.read_bytes()
    path.write_bytes(data[:33] + block + data[33:])
    assert read(writer, path).keywords() == ("tree",)
    made = write(writer, path, ["zebra"])
    assert values(writer, path, "XMP-dc:Subject") == ("tree", "zebra")
    writer.write(writer.restore_plan(made, read(writer, path)))
    assert read(writer, path).keywords() == ("tree",)


def test_other_bytes_of_a_psd_are_not_taken_for_nested_xmp(writer: ExifToolWriter, tmp_path: Path) -> None:
    whole = small_psd()
    profile = b"<a " * 300  # as binary data may look
    resources = resource(0x0422 + 0x100, profile) + resource(
        0x0424, packet(ABOUT.format("", "", bag("tree")))
    )
    path = tmp_path / "a.psd"
    path.write_bytes(whole[:30] + struct.pack(">I", len(resources)) + resources + whole[34:])
    write(writer, path, ["zebra"])
    assert values(writer, path, "XMP-dc:Subject") == ("tree", "zebra")


def test_letters_of_xmp_that_are_no_utf8_are_no_question_marks(program: str, tmp_path: Path) -> None:
    writer = with_settings(program, tmp_path / "locks", preset="all")
    xmp = packet(ABOUT.format("", "", bag("Küste", "tree"))).decode().encode("latin-1")
    path = with_xmp(tmp_path / "a.jpg", xmp)
    made = write(writer, path, ["animal|zebra"])
    assert values(writer, path, "XMP-dc:Subject") == ("Küste", "tree", "zebra")
    assert values(writer, path, "XMP-digiKam:TagsList") == ("Küste", "tree", "animal/zebra")
    assert b"K?ste" not in path.read_bytes()
    writer.write(writer.restore_plan(made, read(writer, path)))
    assert read(writer, path).values == {"XMP-dc:Subject": ("Küste", "tree")}
    writer.close()


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "Latin1"])
def test_a_sidecar_that_declares_latin1_is_read_and_written_so(
    writer: ExifToolWriter, tmp_path: Path, declared: str
) -> None:
    path, sidecar = make_photo(tmp_path / "a.jpg"), tmp_path / "a.jpg.xmp"
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    body = packet(ABOUT.format("", "", bag("Küste"))).decode()
    sidecar.write_bytes((head + body).encode("latin-1"))
    assert read(writer, path).keywords() == ("Küste",)
    for each in writer.plans(1, read(writer, path), wanted(["zebra"], [])):
        assert each.refused is None, each.refused
        writer.write(each)
    assert values(writer, sidecar, "XMP-dc:Subject") == ("Küste", "zebra")
    assert "Küste".encode() in sidecar.read_bytes()
    sidecar.write_bytes((head + body).encode())  # UTF-8 that says it is not
    assert read(writer, sidecar).keywords() == ("Küste",)


def test_a_png_with_xmp_as_a_raw_profile_is_told_in_true_words(
    writer: ExifToolWriter, tmp_path: Path
) -> None:
    path = make_photo(tmp_path / "a.png")
    xmp = packet(ABOUT.format("", "", bag("tree")))
    text = f"\nxmp\n{len(xmp):8}\n{xmp.hex()}\n".encode()
    data = path.read_bytes()
    block = chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(text))
    path.write_bytes(data[:33] + block + data[33:])
    assert read(writer, path).keywords() == ("tree",)
    made = plan(writer, path, ["zebra"])
    assert made.refused is not None
    assert "old place" in made.refused.message
