"""Renames that change nothing but capitals or composition reach every keyword field of the file, and are undone."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from phototagger.catalog.words import words
from phototagger.domain.records import Keyword
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs import review
from tests.support.photos import exiftool, make_photo, prepare, read
from tests.support.write_world import World, world_of

SUBJECT, IPTC, XP = "XMP-dc:Subject", "IPTC:Keywords", "IFD0:XPKeywords"
PATHS = {
    "XMP-lr:HierarchicalSubject": "|",
    "XMP-digiKam:TagsList": "/",
    "XMP-microsoft:LastKeywordXMP": "/",
    "XMP-mediapro:CatalogSets": "|",
}
CATEGORIES = "XMP-acdsee:Categories"
RECORD = "XMP-ptag:AutoTags"
ASSIGNED = '<Categories><Category Assigned="1">Old</Category></Categories>'
EVERY_FIELD = [
    *(f"-{name}=Old" for name in (SUBJECT, IPTC, XP, *PATHS)),
    f"-{CATEGORIES}={ASSIGNED}",
]


def rename(world: World, old: str, new: str) -> None:
    world.catalog.write(lambda c: words.rename_own(c, old, new))


@pytest.mark.parametrize(
    ("old", "new", "suffix"),
    [
        ("animal|dog", "animal|Dog", ".jpg"),
        ("animal|dog", "Animal|DOG", ".jpg"),
        ("trips|cafe", "trips|Café", ".jpg"),
        ("trips|Café", "trips|café", ".jpg"),
        ("trips|strasse", "trips|Straße", ".jpg"),  # equal without case
        ("ΟΔΟΣ", "οδος", ".jpg"),
        ("dog", "Dog", ".jpg"),
        *(("animal|café", "Animal|CAFÉ", suffix) for suffix in (".tif", ".png", ".webp", ".psd", ".gif")),
    ],
)
def test_a_new_spelling_reaches_all_fields_and_undo_brings_the_old_one_back(
    tmp_path: Path, writer: ExifToolWriter, tool: ExifTool, suffix: str, old: str, new: str
) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    photo = folder / f"a{suffix}"
    make_psd(photo) if suffix == ".psd" else make_photo(photo)
    target = photo.with_name(photo.name + ".xmp") if suffix == ".gif" else photo
    if suffix == ".gif":
        exiftool(tool, "-o", target, "-XMP-dc:Subject=Old", photo)
    fields = [entry for entry in EVERY_FIELD if suffix != ".gif" or "XMP" in entry]
    prepare(tool, target, *fields)
    world = world_of(folder, tmp_path / "catalog.sqlite", [photo])
    world.want(old, 0)
    world.write(writer)
    first = read(writer, target).values
    rename(world, old, new)
    assert world.write(writer).written == 1
    now = read(writer, target).values
    leaf = new.split("|")[-1]
    assert now[SUBJECT] == ("Old", leaf)
    for name in (IPTC, XP):
        if len(first.get(name, ())) > 1:  # else this format gets no words there
            assert now[name] == ("Old", leaf)
    for name, separator in PATHS.items():
        assert now[name] == ("Old", new.replace("|", separator))
    assert all(old.split("|")[-1] not in text for text in now[CATEGORIES])
    assert leaf in now[CATEGORIES][0]
    assert set(now[RECORD]) == {leaf, new}
    assert world.keywords(0) == [Keyword(new, wanted=True, written=True, ours=True)]
    assert world.plan(writer) == []
    assert world.undo(writer).restored == 1
    assert read(writer, target).values == first
    assert review.undo(world.catalog) is not None
    assert world.plan(writer) == []


def make_psd(path: Path) -> None:
    """The smallest there is: one pixel, no layers."""
    header = b"8BPS\0\1" + bytes(6) + b"\0\3" + b"\0\0\0\1" * 2 + b"\0\x08\0\3"
    path.write_bytes(header + bytes(12) + b"\0\0" + b"\1\2\3")


def test_words_of_others_keep_their_spelling_and_it_is_said(
    world: World, writer: ExifToolWriter, tool: ExifTool
) -> None:
    prepare(tool, world.paths[0], f"-{SUBJECT}=DOG", f"-{IPTC}=DOG")
    world.want("dog", 0)
    world.write(writer)
    before = world.paths[0].read_bytes()
    rename(world, "dog", "Dog")
    (plan,) = world.plan(writer)
    assert not plan.changes
    assert "dog stays in a.jpg" in plan.notes[0]
    assert world.plan(writer) == []
    assert world.paths[0].read_bytes() == before


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_word_that_another_program_decomposed_is_still_ours(
    world: World, writer: ExifToolWriter, tool: ExifTool, everywhere: bool
) -> None:
    world.want("trips|café", 0)
    world.write(writer)
    decomposed = unicodedata.normalize("NFD", "café")
    prepare(
        tool,
        world.paths[0],
        f"-{SUBJECT}={decomposed}",
        f"-XMP-lr:HierarchicalSubject=trips|{decomposed}",
        *((f"-{RECORD}={decomposed}", f"-{RECORD}=trips|{decomposed}") if everywhere else ()),
    )
    world.want("sea", 0)
    (plan,) = world.plan(writer)
    assert plan.rejects == ()  # nobody took it out
    rename(world, "trips|café", "trips|Café")
    world.write(writer)
    assert set(read(writer, world.paths[0]).values[SUBJECT]) == {"Café", "sea"}


def test_a_branch_with_new_capitals_takes_all_below_it_along_parents_too(
    world: World, writer: ExifToolWriter
) -> None:
    for word in ("trips|rome", "trips|rome|forum", "trips|paris"):
        world.want(word, 0)
    world.write(writer)
    rename(world, "trips", "Trips")
    world.write(writer)
    held = read(writer, world.paths[0]).values
    assert held["XMP-lr:HierarchicalSubject"] == ("Trips|paris", "Trips|rome", "Trips|rome|forum")
    assert sorted(held[SUBJECT]) == ["forum", "paris", "rome"]


def test_taking_out_what_the_first_run_added_leaves_the_new_spelling(
    world: World, writer: ExifToolWriter
) -> None:
    world.want("dog", 0)
    first = world.write(writer).run_id
    rename(world, "dog", "Dog")
    world.write(writer)
    assert world.remove_added(writer, first).cleared == 0
    assert read(writer, world.paths[0]).values[SUBJECT] == ("Dog",)
