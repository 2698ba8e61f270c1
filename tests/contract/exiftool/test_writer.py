"""The MetadataWriter port on real files: which words go where. exiv2 is the second reader."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import keyword_leaf
from phototagger.domain.writing import FieldConflict, values_of
from phototagger.exiftool.process.locate import version_number
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.ports import MetadataWriter
from phototagger.plan.fields.fields import fault_of, fits_iptc, word_key, written_keyword
from tests.support.photos import (
    Snapshot,
    camera_exif,
    exiftool,
    exiv2,
    make_photo,
    plan,
    prepare,
    read,
    values,
    with_settings,
    write,
)

needs_exiv2 = pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is the second reader")
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


def test_it_is_a_metadata_writer(writer: ExifToolWriter) -> None:
    port: MetadataWriter = writer
    assert version_number(port.version()) >= (12, 15)


# --- adding and removing (cases 1 to 10) --------------------------------------------------------------------------


@needs_exiv2
def test_keywords_on_a_bare_jpeg(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    before = Snapshot.of(jpeg, tool)
    made = write(writer, jpeg, ["animal|dog", "Möwe", "人"])
    before.check(tool)
    assert values_of(made.added, KEYWORD) == ("animal|dog", "Möwe", "人")
    assert exiv2(jpeg, "Xmp.dc.subject") == ["dog, Möwe, 人"]
    assert exiv2(jpeg, "Xmp.lr.hierarchicalSubject") == ["animal|dog, Möwe, 人"]
    assert exiv2(jpeg, "Iptc.Application2.Keywords") == []
    assert read(writer, jpeg).keywords() == ("dog", "Möwe", "人", "animal|dog")


def test_a_cameras_exif_and_maker_note_stay(writer: ExifToolWriter, tool: ExifTool, tmp_path: Path) -> None:
    path = make_photo(tmp_path / "a.jpg", exif=camera_exif())
    before = Snapshot.of(path, tool)
    write(writer, path, ["dog"])
    before.check(tool)


def test_a_second_run_writes_nothing(writer: ExifToolWriter, jpeg: Path) -> None:
    write(writer, jpeg, ["animal|dog", "sea"])
    data, status = jpeg.read_bytes(), jpeg.stat()
    again = plan(writer, jpeg, ["animal|dog", "sea"])
    assert again.changes == ()
    writer.write(again)
    assert jpeg.read_bytes() == data
    assert jpeg.stat().st_ino == status.st_ino


def test_the_same_plan_twice_writes_once(writer: ExifToolWriter, jpeg: Path) -> None:
    made = plan(writer, jpeg, ["dog"])
    first = writer.write(made)
    inode = jpeg.stat().st_ino
    assert writer.write(made) == first
    assert jpeg.stat().st_ino == inode


def test_adding_and_removing_leaves_the_old_fields(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=Beach", "-XMP-dc:Subject=Sun", "-IPTC:Keywords=Beach")
    old = read(writer, jpeg).values
    write(writer, jpeg, ["animal|dog", "sun", "sky"])
    assert values(writer, jpeg, "IPTC:Keywords") == ("Beach", "dog", "sun", "sky")
    # The person's own word is asked for, too: it must stay.
    removed = write(writer, jpeg, [], ["animal|dog", "sky"])
    assert set(values_of(removed.removed, KEYWORD)) == {"animal|dog", "sky"}
    left = read(writer, jpeg).values
    assert left["XMP-dc:Subject"] == old["XMP-dc:Subject"]
    assert "XMP-lr:HierarchicalSubject" not in left
    assert "XMP-ptag:AutoTags" not in left


def test_a_word_of_the_person_is_not_removed(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=dog")
    write(writer, jpeg, ["animal|dog"])
    write(writer, jpeg, [], ["animal|dog"])
    assert values(writer, jpeg, "XMP-dc:Subject") == ("dog",)
    assert values(writer, jpeg, "XMP-lr:HierarchicalSubject") == ()


@pytest.mark.parametrize("held", ["Beach", "BEACH", unicodedata.normalize("NFD", "Möwe")])
def test_no_double_in_another_spelling(writer: ExifToolWriter, tool: ExifTool, jpeg: Path, held: str) -> None:
    prepare(tool, jpeg, f"-XMP-dc:Subject={held}")
    assert plan(writer, jpeg, [unicodedata.normalize("NFC", held).lower()]).changes == ()


def test_a_new_hierarchy_holds_the_old_keywords(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=Beach", "-XMP-dc:Subject=2024")
    write(writer, jpeg, ["animal|dog"])
    assert values(writer, jpeg, "XMP-lr:HierarchicalSubject") == ("Beach", "2024", "animal|dog")


@needs_exiv2
def test_digikams_field_is_extended(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-XMP-digiKam:TagsList=Tier/Katze", "-XMP-dc:Subject=Katze")
    write(writer, jpeg, ["Tier|Hund"])
    assert exiv2(jpeg, "Xmp.digiKam.TagsList") == ["Tier/Katze, Tier/Hund"]
    assert exiv2(jpeg, "Xmp.dc.subject") == ["Katze, Hund"]
    assert exiv2(jpeg, "Xmp.lr.hierarchicalSubject") == ["Tier|Katze, Tier|Hund"]


# --- IPTC (cases 11 to 15) ----------------------------------------------------------------------------------------


@needs_exiv2
def test_declared_iptc_gets_the_words(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-charset", "iptc=UTF8", "-codedcharacterset=UTF8", "-IPTC:City=Köln")
    before = Snapshot.of(jpeg, tool)
    write(writer, jpeg, ["Möwe", "人"])
    before.check(tool)
    assert exiv2(jpeg, "Iptc.Application2.Keywords") == ["Möwe", "人"]
    assert exiv2(jpeg, "Iptc.Application2.City") == ["Köln"]


@needs_exiv2
def test_undeclared_latin1_is_recoded(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-IPTC:Keywords=Möwe", "-IPTC:City=Köln", "-IPTC:Caption-Abstract=Straße – „so“")
    assert b"K\xf6ln" in jpeg.read_bytes()
    write(writer, jpeg, ["Bär", "人"])
    assert exiv2(jpeg, "Iptc.Application2.Keywords") == ["Möwe", "Bär", "人"]
    assert exiv2(jpeg, "Iptc.Application2.City") == ["Köln"]
    assert exiv2(jpeg, "Iptc.Application2.Caption") == ["Straße – „so“"]
    assert values(writer, jpeg, "IPTC:CodedCharacterSet") == ("UTF8",)


@needs_exiv2
def test_undeclared_utf8_is_not_encoded_twice(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-charset", "iptc=UTF8", "-IPTC:Keywords=Möwe", "-IPTC:City=Köln")
    assert "Köln".encode() in jpeg.read_bytes()
    assert read(writer, jpeg).keywords() == ("Möwe",)
    write(writer, jpeg, ["Bär", "möwe"])
    assert exiv2(jpeg, "Iptc.Application2.Keywords") == ["Möwe", "Bär"]
    assert exiv2(jpeg, "Iptc.Application2.City") == ["Köln"]


@needs_exiv2
def test_a_code_page_of_its_own_is_left_alone(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-charset", "iptc=Cyrillic", "-IPTC:Keywords=Москва")
    raw = "Москва".encode("cp1251")
    assert raw in jpeg.read_bytes()
    write(writer, jpeg, ["dog"])
    assert raw in jpeg.read_bytes()
    assert values(writer, jpeg, "XMP-dc:Subject") == ("dog",)


@needs_exiv2
def test_iptc_is_made_on_request_with_the_old_words(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path
) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=Möwe")
    writer = with_settings(program, tmp_path, iptc_always=True)
    made = write(writer, jpeg, ["dog"])
    assert exiv2(jpeg, "Iptc.Application2.Keywords") == ["Möwe", "dog"]
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert b"Photoshop 3.0" not in jpeg.read_bytes()
    assert values(writer, jpeg, "XMP-dc:Subject") == ("Möwe",)
    writer.close()


def test_long_keywords_go_to_xmp_only(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-IPTC:Keywords=sea")
    long, fits = "人" * 22, "人" * 21
    write(writer, jpeg, [long, fits, "x" * 300])
    assert values(writer, jpeg, "XMP-dc:Subject") == ("sea", long, fits, "x" * 300)
    assert values(writer, jpeg, "IPTC:Keywords") == ("sea", fits)
    assert plan(writer, jpeg, [long, fits, "x" * 300]).changes == ()


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_a_digest_follows_only_if_it_was_right(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str
) -> None:
    right, wrong = make_photo(tmp_path / f"a{suffix}"), make_photo(tmp_path / f"b{suffix}")
    prepare(tool, right, "-IPTC:Keywords=a")
    prepare(tool, right, "-IPTCDigest=new")
    prepare(tool, wrong, "-IPTC:Keywords=a", "-IPTCDigest=00112233445566778899aabbccddeeff")
    for path in (right, wrong):
        write(writer, path, ["dog"])
    digests = [
        exiftool(tool, "-s3", "-Photoshop:IPTCDigest", "-File:CurrentIPTCDigest", path).split()
        for path in (right, wrong)
    ]
    assert digests[0][0] == digests[0][1]
    assert digests[1][0] == "00112233445566778899aabbccddeeff"


# --- odd keywords (case 16) ---------------------------------------------------------------------------------------

ODD = [
    "2024", "007", "1e5", "2.50", "-1", "true", "a,b", "a;b", "a/b", "<3", "a=b", "=", "-x", "#x", "@x", "%f",
    "$x", "*", '"q"', "'q'", "\\n", "&amp;", "{a=b}", "x, y", "👍🏽", "שלום", "é", "\ufeffx", "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("keep_iptc", [False, True])
def test_odd_keywords_come_back(writer: ExifToolWriter, tool: ExifTool, jpeg: Path, keep_iptc: bool) -> None:
    if keep_iptc:
        prepare(tool, jpeg, "-IPTC:City=Bonn")
    write(writer, jpeg, ODD)
    assert values(writer, jpeg, "XMP-dc:Subject") == tuple(ODD)
    if keep_iptc:
        assert values(writer, jpeg, "IPTC:Keywords") == tuple(ODD[:-1])
    assert plan(writer, jpeg, ODD).changes == ()
    write(writer, jpeg, [], ODD)
    assert values(writer, jpeg, "XMP-dc:Subject") == ()


@pytest.mark.parametrize("word", ["TRUE", "False", "true"])
def test_words_that_json_takes_for_truths_keep_their_spelling(
    writer: ExifToolWriter, jpeg: Path, word: str
) -> None:
    write(writer, jpeg, [word])
    assert values(writer, jpeg, "XMP-dc:Subject") == (word,)
    write(writer, jpeg, ["Möwe"])
    assert values(writer, jpeg, "XMP-dc:Subject") == (word, "Möwe")
    write(writer, jpeg, [], [word])
    assert values(writer, jpeg, "XMP-dc:Subject") == ("Möwe",)


def test_blanks_round_a_keyword_go(writer: ExifToolWriter, jpeg: Path) -> None:
    write(writer, jpeg, ["  dog ", " animal | cat"])
    assert values(writer, jpeg, "XMP-dc:Subject") == ("dog", "cat")
    assert values(writer, jpeg, "XMP-lr:HierarchicalSubject") == ("dog", "animal|cat")


letters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="|\ufffe\uffff")
steps = st.one_of(
    st.text(letters, min_size=1, max_size=12),
    st.text(letters, min_size=250, max_size=300),
    st.text(" ,;:/\\\"'<>=&#@{}[]%$*+-.", min_size=1, max_size=5),
    st.from_regex(r"[0-9]{1,4}([.,e][0-9])?", fullmatch=True),
    st.sampled_from(["true", "False", "null", "NaN", "-", "{ready1}", "👍🏽", "👨‍👩‍👧", "שלום", "e\u0301"]),
)
paths = (
    st.lists(steps, min_size=1, max_size=3)
    .map("|".join)
    .map(written_keyword)
    .filter(lambda it: fault_of(it) is None)
)


# Shrinking would write thousands of times.
@settings(max_examples=6, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(keywords=st.lists(paths, min_size=8, max_size=40, unique_by=word_key), iptc=st.booleans())
def test_any_keyword_comes_back_as_it_went(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, keywords: list[str], iptc: bool
) -> None:
    path = make_photo(tmp_path / "a.jpg", side=16)
    if iptc:
        prepare(tool, path, "-IPTC:City=Bonn")
    write(writer, path, keywords)
    leaves: dict[str, str] = {}
    for keyword in keywords:
        leaves.setdefault(word_key(keyword_leaf(keyword)), keyword_leaf(keyword))
    words = tuple(leaves.values())
    assert values(writer, path, "XMP-dc:Subject") == words
    tree = any("|" in keyword for keyword in keywords)
    assert values(writer, path, "XMP-lr:HierarchicalSubject") == (tuple(keywords) if tree else ())
    if iptc:
        assert values(writer, path, "IPTC:Keywords") == tuple(word for word in words if fits_iptc(word))
    assert plan(writer, path, keywords).changes == ()
    write(writer, path, [], keywords)
    left = read(writer, path)
    assert (left.keywords(), left.own_words()) == ((), ())


# --- undo ---------------------------------------------------------------------------------------------------------


def test_undo_gives_the_old_fields_back(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=Beach", "-IPTC:Keywords=Beach", "-XMP-digiKam:TagsList=Beach")
    old = read(writer, jpeg).values
    made = write(writer, jpeg, ["animal|dog", "Möwe"])
    undo = writer.restore_plan(made, read(writer, jpeg))
    assert values_of(undo.removed, KEYWORD) == values_of(made.added, KEYWORD)
    writer.write(undo)
    assert read(writer, jpeg).values == old


def test_undo_of_a_removal_brings_words_back_in_their_place(writer: ExifToolWriter, jpeg: Path) -> None:
    write(writer, jpeg, ["a", "b", "c"])
    made = write(writer, jpeg, [], ["b"])
    assert values(writer, jpeg, "XMP-dc:Subject") == ("a", "c")
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert values(writer, jpeg, "XMP-dc:Subject") == ("a", "b", "c")


def test_undo_keeps_words_that_came_since(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    made = write(writer, jpeg, ["animal|dog"])
    prepare(tool, jpeg, "-XMP-dc:Subject+=mine")
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert read(writer, jpeg).keywords() == ("mine",)


def test_undo_leaves_no_empty_iptc_block_where_others_took_the_words_out(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path
) -> None:
    apple = with_settings(program, tmp_path / "locks", preset="apple")
    made = write(apple, jpeg, ["Möwe"])
    prepare(tool, jpeg, "-IPTC:Keywords=")
    assert "IPTC:EnvelopeRecordVersion" in exiftool(tool, "-j", "-G", "-IPTC:all", jpeg)
    apple.write(apple.restore_plan(made, read(apple, jpeg)))
    assert "IPTC:" not in exiftool(tool, "-j", "-G", "-IPTC:all", jpeg)
    apple.close()


def test_undo_leaves_a_field_alone_where_our_word_was_edited(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    made = write(writer, jpeg, ["animal|dog"])
    prepare(tool, jpeg, "-XMP-dc:Subject=Rex")
    undo = writer.restore_plan(made, read(writer, jpeg))
    assert undo.refused is None
    assert undo.conflicts == (FieldConflict(jpeg, "XMP-dc:Subject", ("dog",), ("Rex",)),)
    writer.write(undo)
    assert read(writer, jpeg).values == {"XMP-dc:Subject": ("Rex",)}


# --- sidecars and real photos -------------------------------------------------------------------------------------


WRITABLE = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".psd"}


@needs_exiv2
def test_real_photos_with_metadata(
    writer: ExifToolWriter, tool: ExifTool, shared_photos: Path, tmp_path: Path
) -> None:
    """Real programs' metadata: each photo is written, or refused with a sentence and left as it is; and undone."""
    written = 0
    for source in sorted((shared_photos / "existing_metadata").iterdir()):
        if source.suffix.lower() not in WRITABLE:
            continue
        path = Path(shutil.copyfile(source, tmp_path / source.name))
        old = read(writer, path)
        made = plan(writer, path, ["animal|dog", "Möwe"])
        assert made.refused is None, made.refused
        before = Snapshot.of(path, tool)
        writer.write(made)
        new = read(writer, path)
        assert {word_key(word) for word in new.keywords()} >= {
            word_key(word) for word in (*old.keywords(), "animal|dog", "Möwe")
        }
        now = Snapshot.of(path, tool)
        assert (now.pixels, now.scan, now.mtime_ns) == (before.pixels, before.scan, before.mtime_ns)
        assert plan(writer, path, ["animal|dog", "Möwe"]).changes == ()
        writer.write(writer.restore_plan(made, new))
        assert read(writer, path).keywords() == old.keywords()
        written += 1
    assert written >= 20
