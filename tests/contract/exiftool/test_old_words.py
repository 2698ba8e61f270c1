"""No old word is ever hidden: a keyword field that is made new begins with all that the photo had anywhere.

exiftool's reading by the rules of the Metadata Working Group stands for all readers that stop at one field.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import keyword_leaf
from phototagger.domain.writing import values_of
from phototagger.exiftool.process.locate import find_exiftool
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging.decode import PillowDecoder
from phototagger.plan.fields.fields import FLAT_FIELDS, PATH_FIELDS, keyword_paths, word_key
from phototagger.settings.declared import PRESETS, WriteSettings
from tests.contract.imaging.test_raw import made as made_dng
from tests.support.photos import make_photo, plan, prepare, read, values, with_settings, write

CATEGORIES = (
    '<Categories><Category Assigned="0">Tier<Category Assigned="1">Katze</Category></Category></Categories>'
)
# Where old words may stand, and which they are then.
SOURCES: Mapping[str, tuple[Sequence[str], set[str]]] = {
    "iptc": (("-IPTC:Keywords=tree", "-IPTC:Keywords=autumn"), {"tree", "autumn"}),
    "latin1": (("-IPTC:Keywords=Möwe", "-IPTC:Keywords=sea"), {"Möwe", "sea"}),
    "windows": (("-IFD0:XPKeywords=tree; autumn;Möwe",), {"tree", "autumn", "Möwe"}),
    "lightroom": (
        ("-XMP-lr:HierarchicalSubject=plant|tree", "-XMP-lr:HierarchicalSubject=red"),
        {"tree", "red"},
    ),
    "digikam": (("-XMP-digiKam:TagsList=plant/tree",), {"tree"}),
    "last": (("-XMP-microsoft:LastKeywordXMP=plant/tree",), {"tree"}),
    "last iptc": (("-XMP-microsoft:LastKeywordIPTC=plant/tree",), {"tree"}),
    "mediapro": (("-XMP-mediapro:CatalogSets=plant|tree",), {"tree"}),
    "expression": (("-XMP-expressionmedia:CatalogSets=plant|tree",), {"tree"}),
    "acdsee": ((f"-XMP-acdsee:Categories={CATEGORIES}", "-XMP-acdsee:Keywords=sea"), {"Katze", "sea"}),
}


def mwg(program: str, *paths: Path) -> list[set[str]]:
    """The keywords of each file, as a reader by the MWG's rules has them; in a process of their own, for the rules
    would hold for all that it reads later."""
    answer = subprocess.run(
        [*find_exiftool(program).command, "-use", "MWG", "-j", "-m", "-MWG:Keywords", *map(str, paths)],
        capture_output=True,
        check=True,
    )
    found = [item.get("Keywords", []) for item in json.loads(answer.stdout)]
    return [set(map(str, words if isinstance(words, list) else [words])) for words in found]


def assert_new_fields_hold(
    now: Mapping[str, tuple[str, ...]], old: set[str], before: Mapping[str, object]
) -> None:
    """Every keyword field that came has all the old words."""
    for name in (*FLAT_FIELDS, *PATH_FIELDS):
        if name in now and name not in before:
            words = {word_key(keyword_leaf(path)) for path in keyword_paths(name, now[name])}
            assert {word_key(word) for word in old} <= words, name


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_takes_the_old_words_into_every_new_field(
    program: str, tool: ExifTool, tmp_path: Path, preset: str
) -> None:
    writer = with_settings(program, tmp_path / "locks", preset=preset)
    photos = {}
    for source, (args, words) in SOURCES.items():
        photos[prepare(tool, make_photo(tmp_path / f"{source}.jpg"), *args)] = words
    seen = mwg(program, *photos)
    before = {path: read(writer, path).values for path in photos}
    made = {path: write(writer, path, ["beast|zebra"]) for path in photos}
    for path, was, now in zip(photos, seen, mwg(program, *photos), strict=True):
        assert was | {"zebra"} <= now, path
        assert_new_fields_hold(read(writer, path).values, photos[path], before[path])
        assert plan(writer, path, ["beast|zebra"]).changes == ()
        writer.write(writer.restore_plan(made[path], read(writer, path)))
        assert undeclared(read(writer, path).values) == before[path], path
        if preset not in ("all", "apple"):  # which make more than the others
            continue
        write(writer, path, ["beast|zebra"])
        write(writer, path, [], ["beast|zebra"])
        assert undeclared(read(writer, path).values) == before[path], path
    writer.close()


def undeclared(held: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Without the declaration that old letters needed: the text stays right by it."""
    return {name: found for name, found in held.items() if name != "IPTC:CodedCharacterSet"}


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".psd", ".gif", ".dng"])
def test_every_format_that_is_written_keeps_its_old_words(
    program: str, tool: ExifTool, tmp_path: Path, suffix: str
) -> None:
    settings = WriteSettings(exiftool=program, preset="all", embed_formats="DNG GIF")
    digest = PillowDecoder().pixel_digest
    writer = ExifToolWriter(settings, pixel_digest=digest, lock_folder=tmp_path / "locks", spare_bytes=0)
    path = tmp_path / f"a{suffix}"
    if suffix == ".psd":
        path.write_bytes(small_psd())
    elif suffix == ".dng":
        made_dng(tmp_path, 6, preview=True)
    else:
        make_photo(path)
    words = {"tree", "autumn"}
    if suffix == ".gif":
        args = ["-XMP-digiKam:TagsList=plant/tree", "-XMP-digiKam:TagsList=autumn"]
    else:
        args = ["-IPTC:Keywords=tree"] if suffix != ".webp" else []
        args += ["-IFD0:XPKeywords=autumn;tree"]
        words = words if len(args) == 2 else {"autumn", "tree"}
    prepare(tool, path, *args)
    (seen,) = mwg(program, path)
    before = read(writer, path).values
    done = write(writer, path, ["beast|zebra"])
    assert done.target == path
    assert seen | words | {"zebra"} <= mwg(program, path)[0]
    assert_new_fields_hold(read(writer, path).values, words, before)
    writer.write(writer.restore_plan(done, read(writer, path)))
    assert read(writer, path).values == before
    writer.close()


def small_psd() -> bytes:
    """Two pixels without layers."""
    head = b"8BPS\0\x01" + bytes(6) + b"\0\x03" + b"\0\0\0\x01\0\0\0\x02" + b"\0\x08\0\x03"
    return head + bytes(4) + bytes(4) + bytes(4) + b"\0\0" + bytes(6)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_new_sidecar_begins_with_all_of_the_photos_words(
    program: str, tool: ExifTool, tmp_path: Path, preset: str
) -> None:
    writer = with_settings(program, tmp_path / "locks", preset=preset, sidecar_formats="JPEG")
    path = make_photo(tmp_path / "a.jpg")
    prepare(tool, path, *(arg for args, _ in SOURCES.values() for arg in args if "last iptc" not in arg))
    done = write(writer, path, ["beast|zebra"])
    assert done.creates
    old = {"tree", "autumn", "Möwe", "sea", "Katze", "red"}
    assert old | {"zebra"} <= mwg(program, done.target)[0]
    # What the photo has is copied; what it has not begins with all.
    assert_new_fields_hold(read(writer, done.target).values, old, read(writer, path).values)
    writer.write(writer.restore_plan(done, read(writer, done.target)))
    assert not done.target.exists()
    writer.close()


def test_a_sidecar_without_keywords_gets_those_of_its_photo(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    path = tmp_path / "a.nef"
    made = make_photo(tmp_path / "a.tif")
    prepare(tool, made, "-IPTC:Keywords=tree", "-XMP-digiKam:TagsList=plant/autumn").rename(path)
    sidecar = tmp_path / "a.nef.xmp"
    tool.execute(["-XMP-xmp:Rating=4", str(sidecar)])
    done = write(writer, path, ["beast|zebra"])
    assert done.target == sidecar
    assert set(values(writer, sidecar, "XMP-dc:Subject")) == {"tree", "autumn", "zebra"}
    assert set(values(writer, sidecar, "XMP-lr:HierarchicalSubject")) == {
        "tree",
        "plant|autumn",
        "beast|zebra",
    }
    writer.write(writer.restore_plan(done, read(writer, sidecar)))
    assert read(writer, sidecar).values == {"XMP-xmp:Rating": ("4",)}
    # Our own word goes by itself too, and with it what it brought.
    write(writer, path, ["beast|zebra"])
    write(writer, path, [], ["beast|zebra"])
    assert read(writer, sidecar).values == {"XMP-xmp:Rating": ("4",)}


def test_a_word_taken_out_of_a_sidecar_by_hand_does_not_come_back(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    path = tmp_path / "a.nef"
    prepare(tool, make_photo(tmp_path / "a.tif"), "-IPTC:Keywords=tree").rename(path)
    tool.execute(["-XMP-dc:Subject=sea", str(tmp_path / "a.nef.xmp")])
    write(writer, path, ["beast|zebra"])
    assert values(writer, tmp_path / "a.nef.xmp", "XMP-lr:HierarchicalSubject") == ("sea", "beast|zebra")


def test_our_words_stay_ours_where_they_go_on_into_a_sidecar(
    program: str, tool: ExifTool, tmp_path: Path
) -> None:
    inside = with_settings(program, tmp_path / "locks")
    path = prepare(tool, make_photo(tmp_path / "a.jpg"), "-IPTC:Keywords=tree")
    write(inside, path, ["beast|zebra"])
    beside = with_settings(program, tmp_path / "locks", sidecar_formats="JPEG")
    done = write(beside, path, ["lion"])
    assert set(values(beside, done.target, "XMP-dc:Subject")) == {"tree", "zebra", "lion"}
    assert set(values(beside, done.target, "XMP-ptag:AutoTags")) == {"zebra", "beast|zebra", "lion"}
    write(beside, path, [], ["lion", "beast|zebra"])
    assert values(beside, done.target, "XMP-dc:Subject") == ("tree",)
    for each in (inside, beside):
        each.close()


def test_words_in_letters_that_nobody_can_tell_are_not_guessed(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    prepare(tool, jpeg, "-charset", "iptc=Cyrillic", "-IPTC:Keywords=Москва", "-IPTC:Keywords=sea")
    made = write(writer, jpeg, ["zebra"])
    assert values(writer, jpeg, "XMP-dc:Subject") == ("sea", "zebra")
    assert any("encoding" in note for note in made.notes)


def test_a_word_the_person_added_since_keeps_the_field(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    prepare(tool, jpeg, "-IPTC:Keywords=tree")
    made = write(writer, jpeg, ["zebra"])
    prepare(tool, jpeg, "-XMP-dc:Subject+=mine")
    writer.write(writer.restore_plan(made, read(writer, jpeg)))
    assert values(writer, jpeg, "XMP-dc:Subject") == ("tree", "mine")
    assert values(writer, jpeg, "IPTC:Keywords") == ("tree",)


# --- a word that one field cannot hold ----------------------------------------------------------------------------

LONG = "x" * 65
ODD = ["Reise|AC/DC", "a;b", "a,b", LONG, "animal|dog", "24/7", "C:\\x", "<3", '"q"', "=SUM(A1)", "人" * 22]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_word_that_a_field_cannot_hold_costs_that_field_that_word_alone(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path, preset: str
) -> None:
    prepare(tool, jpeg, "-IPTC:Keywords=sea", "-IFD0:XPKeywords=sea", f"-XMP-acdsee:Categories={CATEGORIES}")
    writer = with_settings(program, tmp_path / "locks", preset=preset)
    made = write(writer, jpeg, ODD)
    assert set(values_of(made.added, KEYWORD)) == set(ODD)
    held = read(writer, jpeg).values
    leaves = {keyword_leaf(word) for word in ODD}
    assert leaves <= set(held["XMP-dc:Subject"])
    assert leaves - {LONG, "人" * 22} <= set(held["IPTC:Keywords"])
    assert leaves - {"a;b"} <= set(held["IFD0:XPKeywords"])
    slashed = [name for name, joint in PATH_FIELDS.items() if joint == "/" and name in held]
    for name in slashed:
        assert set(held[name]) == {"sea", "Tier/Katze", "animal/dog"} | {
            word for word in ODD if "/" not in word and "|" not in word
        }
    if "XMP-lr:HierarchicalSubject" in held:
        assert set(ODD) <= set(held["XMP-lr:HierarchicalSubject"])
    told = {note.partition(" ")[0] for note in made.notes}
    assert told == {"IPTC:Keywords", "IFD0:XPKeywords", *slashed}
    assert all("AC/DC" in note for note in made.notes if note.startswith(tuple(slashed) or "-"))
    assert plan(writer, jpeg, ODD).notes == ()
    assert plan(writer, jpeg, ODD).changes == ()
    write(writer, jpeg, [], ODD)
    left = read(writer, jpeg)
    assert set(left.keywords()) == {"sea", "Tier|Katze"}
    writer.close()


def test_an_old_word_with_a_slash_stands_in_a_tree_of_slashes_as_it_was_read(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path
) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=24/7", "-IPTC:Keywords=24/7")
    writer = with_settings(program, tmp_path / "locks", preset="all")
    made = write(writer, jpeg, ["animal|dog"])
    held = read(writer, jpeg)
    assert held.values["XMP-digiKam:TagsList"] == ("24/7", "animal/dog")
    assert held.keywords() == ("24/7", "dog", "animal|dog")  # and is one word, no tree
    writer.write(writer.restore_plan(made, held))
    assert "XMP-digiKam:TagsList" not in read(writer, jpeg).values
    writer.close()


@pytest.mark.parametrize("keyword", ["a\nb", "a\tb", "a\x01b", "a\u2028b", "", "a||b"])
def test_a_word_that_no_field_can_hold_costs_the_photo_that_word_alone(
    writer: ExifToolWriter, jpeg: Path, keyword: str
) -> None:
    made = write(writer, jpeg, ["dog", keyword])
    assert (values_of(made.added, KEYWORD), values_of(made.left, KEYWORD)) == (("dog",), (keyword,))
    assert repr(keyword) in made.notes[0]
    assert values(writer, jpeg, "XMP-dc:Subject") == ("dog",)
