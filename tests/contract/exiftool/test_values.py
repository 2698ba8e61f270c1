"""Single values (titles, ratings) in real files of each format: written in every field that readers look in, in the
place of what a person agreed to replace, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from phototagger.domain.facets.rating import RATING, REJECTED_RATING
from phototagger.domain.facets.title import TITLE
from phototagger.domain.writing import NO_REGIONS, Difference
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.plan.value_plan import ValueChange
from tests.support.photos import Snapshot, exiftool, make_photo, prepare, read, values
from tests.support.said import wanted


@dataclass(frozen=True)
class Case:
    """A kind: two values, a camera's own text, and the fields that hold them, with how they are spelled there."""

    kind: str
    new: str
    old: str
    nothing: str
    xmp: str
    others: dict[str, dict[str, str]]

    def spelled(self, field: str, value: str) -> str:
        return self.others[field].get(value, value)


def asked(case: Case, change: ValueChange, *keywords: str) -> Difference:
    return wanted(keywords, (), NO_REGIONS, **{case.kind: change})


CASES = [
    Case(
        TITLE,
        "Zum Löwen, 1723",
        "Inn",
        "OLYMPUS DIGITAL CAMERA",
        "XMP-dc:Title",
        {"IPTC:ObjectName": {}, "IFD0:XPTitle": {}},
    ),
    Case(
        RATING,
        "4",
        "2",
        "0",
        "XMP-xmp:Rating",
        {
            "IFD0:Rating": {},
            "IFD0:RatingPercent": {"4": "75", "2": "25"},
            "XMP-microsoft:RatingPercent": {"4": "75", "2": "25"},
        },
    ),
]
each_kind = pytest.mark.parametrize("case", CASES, ids=[case.kind for case in CASES])


@each_kind
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_value_is_written_in_every_format_and_goes_without_a_trace(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str, case: Case
) -> None:
    photo = make_photo(tmp_path / f"a{suffix}")
    prepare(tool, photo, "-IFD0:Make=Maker", f"-{case.xmp}={case.nothing}")
    before, held = Snapshot.of(photo, tool), read(writer, photo)
    assert held.said(case.kind) == ()
    change = asked(case, ValueChange(add=case.new), "sign")
    (plan,) = writer.plans(1, held, change)
    writer.write(plan)
    assert values(writer, photo, case.xmp) == (case.new,)
    assert read(writer, photo).said(case.kind) == (case.new,)
    (again,) = writer.plans(1, read(writer, photo), change)
    assert again.changes == ()
    writer.write(writer.restore_plan(plan, read(writer, photo)))
    assert read(writer, photo).values == held.values
    before.check(tool)


@each_kind
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_value_of_another_hand_is_replaced_only_where_that_was_agreed_to_and_comes_back(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str, case: Case
) -> None:
    photo = make_photo(tmp_path / f"a{suffix}")
    has_iptc = suffix in (".jpg", ".tif")
    others = [field for field in case.others if has_iptc or not field.startswith("IPTC")]
    args = [f"-{field}={case.spelled(field, case.old)}" for field in others]
    city = ["-IPTC:City=Wien"] if has_iptc else []
    prepare(tool, photo, "-IFD0:Make=Maker", *city, f"-{case.xmp}={case.old}", *args)
    before, held = Snapshot.of(photo, tool), read(writer, photo)
    assert held.said(case.kind) == (case.old,)
    (nothing,) = writer.plans(1, held, asked(case, ValueChange(add=case.new)))
    assert nothing.changes == ()
    agreed = ValueChange(add=case.new, over=(case.old,))
    (plan,) = writer.plans(1, held, asked(case, agreed))
    writer.write(plan)
    assert read(writer, photo).said(case.kind) == (case.new,)
    for field in others:
        assert values(writer, photo, field) == (case.spelled(field, case.new),)
    writer.write(writer.restore_plan(plan, read(writer, photo)))
    assert read(writer, photo).said(case.kind) == (case.old,)
    before.check(tool)


@each_kind
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_value_taken_back_leaves_the_rest_of_its_blocks(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str, case: Case
) -> None:
    """Also where it was all that stood in one."""
    photo = make_photo(tmp_path / f"a{suffix}")
    exif = [field for field in case.others if field.startswith("IFD0")]
    prepare(tool, photo, *(f"-{field}={case.spelled(field, case.old)}" for field in exif))
    agreed = ValueChange(add=case.new, over=(case.old,))
    (plan,) = writer.plans(1, read(writer, photo), asked(case, agreed))
    writer.write(plan)
    (gone,) = writer.plans(1, read(writer, photo), asked(case, ValueChange(remove=case.new)))
    assert gone.refused is None
    writer.write(gone)
    assert read(writer, photo).said(case.kind) == ()
    assert [name for name in read(writer, photo).values if name.startswith("XMP-ptag")] == []


@each_kind
def test_undo_leaves_what_another_program_wrote_since_and_names_it(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, case: Case
) -> None:
    photo = make_photo(tmp_path / "a.jpg")
    (plan,) = writer.plans(1, read(writer, photo), asked(case, ValueChange(add=case.new)))
    writer.write(plan)
    exiftool(tool, "-overwrite_original", f"-{case.xmp}={case.old}", photo)
    undo = writer.restore_plan(plan, read(writer, photo))
    assert [conflict.field for conflict in undo.conflicts] == [case.xmp]
    assert undo.removed == ()
    writer.write(undo)
    assert values(writer, photo, case.xmp) == (case.old,)


def test_a_title_that_iptc_cannot_hold_is_left_out_there_and_told(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    long = "Möwen über dem Hafen von Triest, im Winter, vor dem großen Sturm"
    photo = prepare(tool, make_photo(tmp_path / "a.jpg"), "-IPTC:City=Wien", "-IPTC:ObjectName=Inn")
    (plan,) = writer.plans(1, read(writer, photo), wanted(title=ValueChange(add=long, over=("Inn",))))
    assert any("IPTC:ObjectName of a.jpg does not get" in note for note in plan.notes)
    writer.write(plan)
    assert not any("keeps another" in note for note in plan.notes)
    assert values(writer, photo, "XMP-dc:Title") == (long,)
    assert values(writer, photo, "IPTC:ObjectName") == ()
    assert read(writer, photo).said(TITLE) == (long,)


@pytest.mark.parametrize(
    ("suffix", "field", "args"),
    [
        (".jpg", "IPTC:ObjectName", ("-charset", "iptc=cyrillic", "-IPTC:ObjectName=Старый дом у реки")),
        (".png", "PNG:Title", ("-PNG:Title=Inn of old",)),
        (".jpg", "XMP-dc:Title-de", ("-XMP-dc:Title-de=Gasthof",)),
    ],
)
def test_a_field_that_keeps_a_title_that_was_to_be_replaced_is_told(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, suffix: str, field: str, args: tuple[str, ...]
) -> None:
    photo = prepare(tool, make_photo(tmp_path / f"a{suffix}"), "-XMP-dc:Title=Inn", *args)
    held = read(writer, photo)
    assert len(held.said(TITLE)) == 2
    (plan,) = writer.plans(1, held, wanted(title=ValueChange(add="Our inn", over=held.said(TITLE))))
    assert [note for note in plan.notes if note.startswith(f"{field} of a{suffix} keeps another title")]
    writer.write(plan)
    assert values(writer, photo, "XMP-dc:Title") == ("Our inn",)
    assert read(writer, photo).said(TITLE) == ("Our inn", held.said(TITLE)[1])


def test_a_title_in_another_language_is_a_title_of_its_own(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    photo = prepare(tool, make_photo(tmp_path / "a.jpg"), "-XMP-dc:Title-de=Gasthof")
    assert read(writer, photo).said(TITLE) == ("Gasthof",)
    (plan,) = writer.plans(1, read(writer, photo), wanted(title=ValueChange(add="Inn")))
    assert plan.changes == ()


def test_a_rejected_photo_has_no_stars_where_there_is_no_word_for_it(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    stars = ("-IFD0:Rating=3", "-IFD0:RatingPercent=50", "-XMP-xmp:Rating=3")
    photo = prepare(tool, make_photo(tmp_path / "a.jpg"), *stars)
    change = wanted(rating=ValueChange(add=REJECTED_RATING, over=("3",)))
    (plan,) = writer.plans(1, read(writer, photo), change)
    writer.write(plan)
    assert read(writer, photo).said(RATING) == (REJECTED_RATING,)
    fields = ("XMP-xmp:Rating", "IFD0:Rating", "IFD0:RatingPercent")
    assert [values(writer, photo, field) for field in fields] == [("-1",), ("0",), ("0",)]
    (again,) = writer.plans(1, read(writer, photo), change)
    assert (again.changes, again.added) == ((), ())
    (gone,) = writer.plans(1, read(writer, photo), wanted(rating=ValueChange(remove=REJECTED_RATING)))
    writer.write(gone)
    assert [values(writer, photo, field) for field in fields] == [(), (), ()]


def test_stars_of_windows_and_odd_ones_are_read(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    photo = prepare(tool, make_photo(tmp_path / "a.jpg"), "-IFD0:RatingPercent=99")
    assert read(writer, photo).said(RATING) == ("5",)
    photo = prepare(tool, make_photo(tmp_path / "b.jpg"), "-XMP-xmp:Rating=3.5")
    assert read(writer, photo).said(RATING) == ("3.5",)
