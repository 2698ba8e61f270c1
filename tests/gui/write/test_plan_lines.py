"""The preview's words, from the plans that the real writer makes of real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phototagger.cli.commands.render import plan_lines, plan_record, totals_text
from phototagger.domain.facets.books import IPTC_CHARSET
from phototagger.domain.facets.field import Purpose
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.facets.region import MWG_SIZE
from phototagger.domain.records import Box, RegionKind, keyword_leaf
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FieldChange, PlacedRegion, RegionChanges, WritePlan
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.gui.write.plan_lines import Kind, PlanLine, PlanLines
from phototagger.gui.write.write_dialog import WriteDialog
from phototagger.plan.fields import fields as metadata_fields
from phototagger.plan.fields import regions as metadata_regions
from phototagger.plan.preview import lines_of, place_in_photo, purpose_of, totals
from phototagger.settings.declared import WriteSettings
from tests.support.photos import make_photo, read
from tests.support.said import wanted, words

ANNA = PlacedRegion(RegionKind.FACE, "Anna, the elder", Box(0.05, 0.1, 0.2, 0.25))
DOG = PlacedRegion(RegionKind.OBJECT, "dog", Box(0.7, 0.7, 0.2, 0.2), "coco:16")
WORDS = ["people|Anna, the elder", "animal|dog"]


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, WritePlan]]:
    """A photo to be written, one whose face bears another name in the file, one for which a sidecar is made, one
    that was turned by another program, and one that is no photo whatever its name says."""
    folder = tmp_path_factory.mktemp("photos")
    settings = WriteSettings(preset="all", sidecar_formats="PNG")
    writer = ExifToolWriter(settings, lock_folder=tmp_path_factory.mktemp("locks"), spare_bytes=0)
    whole = RegionChanges((ANNA, DOG))
    paths = {name: make_photo(folder / name) for name in ("new.jpg", "named.jpg", "aside.png")}
    other = RegionChanges((PlacedRegion(RegionKind.FACE, "Hanna", ANNA.box),))
    named = read(writer, paths["named.jpg"])
    writer.write(writer.plans(2, named, wanted([], [], other))[-1])
    paths["kept.jpg"] = folder / "kept.jpg"
    paths["kept.jpg"].write_text("Dear reader, this is a letter.")
    made = {
        name: writer.plans(
            number, read(writer, path), wanted([] if name == "named.jpg" else WORDS, [], changes)
        )[-1]
        for number, (name, path) in enumerate(paths.items(), 1)
        for changes in [RegionChanges((ANNA,)) if name == "named.jpg" else whole]
    }
    made["gone.jpg"] = writer.plans(
        9, read(writer, paths["named.jpg"]), wanted([], [], RegionChanges((), other.add))
    )[-1]
    yield made
    writer.close()


def lines(plan: WritePlan) -> dict[str, PlanLine]:
    source = PlanLines([plan])
    return {line.title: line for line in source.below(0)}


def test_a_named_face_gives_few_lines(plans: dict[str, WritePlan]) -> None:
    plan = plans["new.jpg"]
    assert len(plan.changes) > 10
    shown = lines(plan)
    assert {title: [text for _, text in line.words] for title, line in shown.items()} == {
        "Keywords (XMP)": ["Anna, the elder", "dog"],
        "Keyword tree (Lightroom, digiKam)": ["people › Anna, the elder", "animal › dog"],
        "Faces (MWG, Microsoft)": ["Anna, the elder (face, top left)"],
        "Objects (IPTC)": ["dog (object, bottom right)"],
        "Names of people (IPTC)": ["Anna, the elder"],
        "For programs": [shown["For programs"].words[0][1]],
    }
    assert "5\u202f% from the left, 10\u202f% from the top" in shown["Faces (MWG, Microsoft)"].tip
    below = {line.tip for line in shown["For programs"].below}
    assert {"XMP-ptag:AutoTags", "XMP-mwg-rs:RegionAppliedToDimensions"} <= below
    in_lines = {change.field for line in lines_of(plan) for change in line.changes}
    assert in_lines == {change.field for change in plan.changes}  # nothing is hidden


def test_the_window_shows_every_file(plans: dict[str, WritePlan], qtbot: QtBot) -> None:
    dialog = WriteDialog(list(plans.values()), agreed=True)
    qtbot.addWidget(dialog)
    model = dialog.tree.model()
    rows = {model.index(row, 0).data(): row for row in range(model.rowCount())}
    into = {name: model.index(row, 2).data() for name, row in rows.items()}
    assert into["new.jpg"] == "the photo itself"
    assert into["aside.png"] == "new sidecar aside.png.xmp"
    assert into["kept.jpg"] == "nothing"
    said = model.index(rows["kept.jpg"], 1).data()
    assert "kept.jpg" in said
    assert len(dialog.plans) == 3  # new, aside, gone
    sums = totals(plans.values())
    assert sums.added == {KEYWORD: 4, RegionKind.FACE: 2, RegionKind.OBJECT: 2}
    assert (sums.removed[RegionKind.FACE], sums.sidecars_made, sums.left) == (1, 1, 1)


def test_a_box_left_out_says_why(plans: dict[str, WritePlan]) -> None:
    line = PlanLines([plans["named.jpg"]]).file(0)
    ((kind, text),) = line.words
    assert kind is Kind.NOTE
    assert "called Hanna" in text


def test_a_box_that_goes_is_named_with_its_place(plans: dict[str, WritePlan]) -> None:
    shown = lines(plans["gone.jpg"])
    assert shown["Faces (MWG, Microsoft)"].words == ((Kind.REMOVED, "Hanna (face, top left)"),)


def test_the_command_line_says_the_same(plans: dict[str, WritePlan]) -> None:
    text = "\n".join(plan_lines(plans["new.jpg"]))
    assert "XMP-mwg-rs:RegionList: + Anna, the elder (face, top left)" in text
    assert "{" not in text.split("XMP-mwg-rs:RegionAppliedToDimensions")[0]
    record = plan_record(plans["new.jpg"])
    assert record["regions_added"][0] == {"kind": "face", "name": ANNA.name, "box": ANNA.box.as_list()}
    assert record["deletes"] is False
    assert "2 named faces will be added" in totals_text(totals(plans.values()))


def test_every_field_that_may_be_written_has_a_purpose() -> None:
    written = {*metadata_fields.LIST_FIELDS, *metadata_regions.REGION_LISTS, MWG_SIZE}
    written.add(IPTC_CHARSET)
    assert [field for field in written if purpose_of(field) is Purpose.OTHER] == []


@pytest.mark.parametrize(
    ("field", "before", "after", "added"),
    [
        ("XMP-acdsee:Categories", "", '<Categories><Category Assigned="0">a<Category Assigned="1">b</Category>'
         "</Category></Categories>", ["a › b"]),
        ("XMP-digiKam:TagsList", "", "a/b", ["a › b"]),
        ("XMP-mwg-rs:RegionList", "", "{Area={H=0.1},Name=O|,Brien |[x|],Type=Face}", ["O,Brien [x]"]),
        ("XMP-mwg-rs:RegionList", "", "{Area={H=0.1},Type=Focus}", [""]),
        ("XMP-foo:Bar", "", "a|b", ["a|b"]),
    ],
)  # fmt: skip
def test_values_are_read_as_people_write_them(field: str, before: str, after: str, added: list[str]) -> None:
    change = FieldChange(field, tuple(filter(None, [before])), (after,))
    (line,) = lines_of(WritePlan(1, Path("a.jpg"), Path("a.jpg"), (change,)))
    assert [value.text for value in line.added] == added


def test_two_of_one_name_keep_their_places() -> None:
    one, two = (PlacedRegion(RegionKind.OBJECT, "dog", Box(x, 0.4, 0.1, 0.1)) for x in (0.0, 0.9))
    change = FieldChange("XMP-iptcExt:ImageRegion", (), ("{Name=dog,RId=1}", "{Name=dog,RId=2}"))
    plan = WritePlan(1, Path("a.jpg"), Path("a.jpg"), (change,), added=(one, two))
    (line,) = lines_of(plan)
    assert [place_in_photo(value.region.box) for value in line.added if value.region] == ["left", "right"]


def test_files_of_one_name_are_told_apart() -> None:
    paths = [Path("/photos/May/a.jpg"), Path("/photos/June/a.jpg")]
    change = FieldChange("XMP-dc:Subject", (), ("dog",))
    made = [
        WritePlan(number, path, path, (change,), words("animal|dog")) for number, path in enumerate(paths)
    ]
    assert [PlanLines(made).file(row).title for row in range(2)] == ["May/a.jpg", "June/a.jpg"]
    assert PlanLines(made).file(0).words == ((Kind.ADDED, keyword_leaf("animal|dog")),)


def test_a_note_is_marked_on_its_file_and_comes_before_files_without() -> None:
    change = FieldChange("XMP-dc:Subject", (), ("dog",))
    quiet = WritePlan(1, Path("a.jpg"), Path("a.jpg"), (change,), words("dog"))
    noted = WritePlan(
        2, Path("b.jpg"), Path("b.xmp"), (change,), words("dog"), notes=(plain("It is darktable's too."),)
    )
    alone = WritePlan(3, Path("c.jpg"), Path("c.jpg"), (), notes=(plain("Nothing fits."),))
    source = PlanLines([quiet, noted, alone])
    assert [source.file(row).title for row in range(3)] == ["c.jpg", "b.jpg", "a.jpg"]
    assert source.file(1).words == ((Kind.MARK, "1 note"), (Kind.ADDED, "dog"))
    assert source.below(1)[0].words == ((Kind.NOTE, "It is darktable's too."),)
