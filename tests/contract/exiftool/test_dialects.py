"""Every program's own fields, sidecars and boxes on real files. exiv2 is the second reader.

Where each of the numbered cases of write-back is tested (w: test_metadata_writer, f: test_metadata_files, d: here,
x: unit/metadata/test_exiftool, v: unit/metadata/test_verify, j: unit/jobs/test_write, and
test_write_faults, test_write_disks and test_write_soak beside it,
c: test_metadata_containers):
1-6 w; 7, 8 w and unit/metadata/test_plans; 9 w; 10 d; 11-16 w; 17 d; 18-22 d; 23 w and d; 24 c; 25 c, d and
f; 26 d (made files under raw names, no camera's own); 27 c, test_films and test_psd; 28 c and v; 29 c (made
files); 30-33 f; 34-37 f; 38, 39 f and j; 40 f and x; 41 x; 42-44 f; 45 x and j; 46 d and
unit/jobs/test_pairs; 47 d; 48 f; 49 c (JXL is never written into); 50 j, at night.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from phototagger.domain.errors import WriteError
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.facets.region import MP_REGIONS, MWG_REGIONS
from phototagger.domain.records import Box, RegionKind
from phototagger.domain.writing import PlacedRegion, RegionChanges, WritePlan, placed, values_of
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.settings.declared import PRESETS
from tests.support.made_raws import dng
from tests.support.photos import (
    Snapshot,
    camera_exif,
    exiftool,
    exiv2,
    make_photo,
    plan,
    prepare,
    read,
    temporaries,
    values,
    with_settings,
    write,
)
from tests.support.said import wanted

needs_exiv2 = pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is the second reader")
ANNA = PlacedRegion(RegionKind.FACE, "Anna", Box(0.2, 0.15, 0.2, 0.1))
BOB = PlacedRegion(RegionKind.FACE, "Bob, jr. {2}", Box(0.6, 0.5, 0.2, 0.3))
DOG = PlacedRegion(RegionKind.OBJECT, "dog", Box(0.1, 0.2, 0.5, 0.6), "coco:18")


def boxes(
    writer: ExifToolWriter, path: Path, *add: PlacedRegion, remove: tuple[PlacedRegion, ...] = ()
) -> list[WritePlan]:
    """Plans and writes these boxes; gives the plans."""
    made = writer.plans(1, read(writer, path), wanted([], [], RegionChanges(add, remove)))
    for each in made:
        assert each.refused is None, each.refused
        writer.write(each)
    return list(made)


def undo(writer: ExifToolWriter, made: WritePlan) -> None:
    back = writer.restore_plan(made, read(writer, made.target))
    assert back.refused is None, back.refused
    writer.write(back)


# --- presets ------------------------------------------------------------------------------------------------------

MADE = {
    "all": {"XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList"},
    "lightroom": {"XMP-lr:HierarchicalSubject"},
    "digikam": {"XMP-lr:HierarchicalSubject", "XMP-digiKam:TagsList"},
    "darktable": {"XMP-lr:HierarchicalSubject"},
    "windows": {"XMP-microsoft:LastKeywordXMP"},
    "immich": {"XMP-digiKam:TagsList"},
    "apple": {"IPTC:Keywords", "IPTC:CodedCharacterSet"},
}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_makes_its_programs_fields_with_the_old_words_in_them(
    program: str, tool: ExifTool, jpeg: Path, tmp_path: Path, preset: str
) -> None:
    prepare(tool, jpeg, "-XMP-dc:Subject=Beach")
    before = Snapshot.of(jpeg, tool)
    writer = with_settings(program, tmp_path, preset=preset)
    made = write(writer, jpeg, ["animal|dog"])
    held = read(writer, jpeg).values
    own = {"XMP-dc:Subject", "XMP-ptag:AutoTags", "XMP-ptag:CreatedFields"}
    assert held.keys() - own == MADE[preset]
    for name in MADE[preset] - {"IPTC:CodedCharacterSet"}:
        assert held[name][0] == "Beach"
        assert held[name][1].replace("/", "|") in ("animal|dog", "dog")
    assert plan(writer, jpeg, ["animal|dog"]).changes == ()
    undo(writer, made)
    before.check(tool)
    assert read(writer, jpeg).values == {"XMP-dc:Subject": ("Beach",)}
    writer.close()


CATEGORIES = (
    '<Categories><Category Assigned="0">Tier<Category Assigned="1">Katze</Category></Category></Categories>'
)


@needs_exiv2
def test_fields_of_other_programs_are_extended_and_given_back(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    path = make_photo(tmp_path / "a.jpg", exif=camera_exif())
    prepare(
        tool,
        path,
        "-IFD0:XPKeywords=a;b",
        "-XMP-microsoft:LastKeywordXMP=Tier/Katze",
        "-XMP-mediapro:CatalogSets=Tier|Katze",
        f"-XMP-acdsee:Categories={CATEGORIES}",
    )
    before = Snapshot.of(path, tool)
    old = read(writer, path)
    assert old.keywords() == ("a", "b", "Tier|Katze")
    made = write(writer, path, ["Tier|Hund", "x;y"])
    held = read(writer, path).values
    assert held["IFD0:XPKeywords"] == ("a", "b", "Hund")  # which cannot hold a word with its own separator
    assert held["XMP-microsoft:LastKeywordXMP"] == ("Tier/Katze", "Tier/Hund", "x;y")
    assert held["XMP-mediapro:CatalogSets"] == ("Tier|Katze", "Tier|Hund", "x;y")
    assert '<Category Assigned="1">Hund</Category></Category>' in held["XMP-acdsee:Categories"][0]
    assert exiv2(path, "Xmp.MicrosoftPhoto.LastKeywordXMP") == ["Tier/Katze, Tier/Hund, x;y"]
    assert plan(writer, path, ["Tier|Hund", "x;y"]).changes == ()
    undo(writer, made)
    before.check(tool)
    assert read(writer, path).values == old.values
    write(writer, path, ["Tier|Hund"])
    write(writer, path, [], ["Tier|Hund"])
    before.check(tool)
    assert read(writer, path).values == old.values


# --- boxes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_face_stands_in_stored_pixels_whatever_the_orientation(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = make_photo(tmp_path / "a.jpg", exif=exif)
    before = Snapshot.of(path, tool)
    (made,) = boxes(writer, path, ANNA)
    assert placed(made.added) == (ANNA,)
    found = read(writer, path).regions()
    assert {region.field for region in found} == {MWG_REGIONS, MP_REGIONS}
    for region in found:
        assert region.name == "Anna"
        assert region.fits
        assert region.box.iou(ANNA.box) > 0.99
    # The person's own reading of the field: the middle, as the MWG guide has it for each orientation.
    # As one structure: asked for parts, an exiftool kept open answers nothing after some of the other tests.
    answer = json.loads(exiftool(tool, "-j", "-n", "-struct", "-XMP-mwg-rs:RegionInfo", path))
    area = answer[0]["RegionInfo"]["RegionList"][0]["Area"]
    places = {1: (0.3, 0.2), 2: (0.7, 0.2), 3: (0.7, 0.8), 4: (0.3, 0.8)}
    places |= {5: (0.2, 0.3), 6: (0.2, 0.7), 7: (0.8, 0.7), 8: (0.8, 0.3)}
    assert (float(area["X"]), float(area["Y"])) == pytest.approx(places[orientation])
    assert values(writer, path, "XMP-iptcExt:PersonInImage") == ("Anna",)
    undo(writer, made)
    before.check(tool)
    assert read(writer, path).values == {}


@needs_exiv2
def test_boxes_of_other_programs_stay_as_they_are(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    theirs = "{Area={X=0.5,Y=0.8,W=0.1,H=0.15,Unit=normalized},Name=Anna,Type=Face,Rotation=1.5}"
    size = "-XMP-mwg-rs:RegionAppliedToDimensions={W=6400,H=4200,Unit=pixel}"
    microsoft = "{PersonDisplayName=Cleo,Rectangle=0.1|, 0.7|, 0.1|, 0.1}"
    prepare(tool, jpeg, size, f"-XMP-mwg-rs:RegionList+={theirs}", f"-XMP-MP:RegionInfoRegions+={microsoft}")
    old = read(writer, jpeg).values
    boxes(writer, jpeg, ANNA, BOB)
    names = sorted((region.field, region.name) for region in read(writer, jpeg).regions())
    assert names == sorted(
        [(MWG_REGIONS, name) for name in ("Anna", "Anna", BOB.name)]
        + [(MP_REGIONS, name) for name in ("Cleo", "Anna", BOB.name)]
    )
    assert exiv2(jpeg, "Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:Rotation") == ["1.5"]
    assert boxes(writer, jpeg, ANNA, BOB)[-1].changes == ()
    boxes(writer, jpeg, remove=(ANNA, BOB))
    # Anna's name stays, because a box of theirs still says so.
    named = {"XMP-iptcExt:PersonInImage": ("Anna",), "XMP-ptag:AutoPersons": ("Anna",)}
    assert read(writer, jpeg).values == {**old, **named}


def test_a_face_that_is_named_already_is_not_doubled_or_renamed(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    boxes(writer, jpeg, ANNA)
    data = jpeg.read_bytes()
    near = PlacedRegion(RegionKind.FACE, "anna", Box(0.21, 0.16, 0.2, 0.1))
    assert boxes(writer, jpeg, near)[-1].changes == ()
    head = PlacedRegion(RegionKind.FACE, "Anna", Box(0.25, 0.175, 0.1, 0.06))  # of theirs, which is larger
    assert boxes(writer, jpeg, head)[-1].changes == ()
    other = PlacedRegion(RegionKind.FACE, "Eva", Box(0.21, 0.16, 0.2, 0.1))
    (made,) = boxes(writer, jpeg, other)
    assert placed(made.left) == (other,)
    assert "called Anna in the file already" in made.notes[0]
    assert jpeg.read_bytes() == data


@pytest.mark.parametrize(
    "theirs",
    [Box(0.22, 0.12, 0.24, 0.2), Box(0.1, 0.1, 0.4, 0.35)],  # IoU 0.35; and 0.14, with the face in the middle
    ids=["head", "bust"],
)
def test_a_face_in_a_larger_box_gets_no_second_name(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path, theirs: Box
) -> None:
    boxes(writer, jpeg, PlacedRegion(RegionKind.FACE, "Bob", theirs))
    data = jpeg.read_bytes()
    (made,) = boxes(writer, jpeg, ANNA)
    assert (made.changes, placed(made.left)) == ((), (ANNA,))
    assert made.notes == ("The face of Anna is called Bob in the file already. Correct one of the two.",)
    assert jpeg.read_bytes() == data


@pytest.mark.parametrize("written_before", [False, True])
def test_a_larger_box_counts_for_the_one_face_it_names(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path, written_before: bool
) -> None:
    """Anna's face lies in the box of Bob, who holds her: the box is his, so that hers may come."""
    bob = PlacedRegion(RegionKind.FACE, "Bob", Box(0.3, 0.3, 0.12, 0.15))
    held = Box(0.1, 0.1, 0.5, 0.6)
    boxes(writer, jpeg, PlacedRegion(RegionKind.FACE, "Bob", held))
    changes = RegionChanges((ANNA,), there=(bob,)) if written_before else RegionChanges((ANNA, bob))
    assert ANNA.box.face_fit(held) > 0
    (made,) = writer.plans(1, read(writer, jpeg), wanted([], [], changes))
    assert (placed(made.left), made.notes) == ((), ())
    writer.write(made)
    assert sorted(found.name for found in read(writer, jpeg).regions()) == ["Anna", "Anna", "Bob", "Bob"]


def test_a_dogs_box_names_no_child(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    pet = "{Area={X=0.3,Y=0.2,W=0.2,H=0.1,Unit=normalized},Name=Rex,Type=Pet}"
    prepare(tool, jpeg, f"-XMP-mwg-rs:RegionList+={pet}")
    (made,) = boxes(writer, jpeg, ANNA)
    assert placed(made.left) == ()
    assert {found.name for found in read(writer, jpeg).regions()} == {"Anna", "Rex"}


def test_boxes_drawn_before_a_crop_are_flagged_and_left(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    prepare(tool, jpeg, "-XMP-mwg-rs:RegionAppliedToDimensions={W=4200,H=6400,Unit=pixel}")
    theirs = "{Area={X=0.5,Y=0.8,W=0.1,H=0.15,Unit=normalized},Name=Cleo,Type=Face}"
    prepare(tool, jpeg, f"-XMP-mwg-rs:RegionList+={theirs}")
    data = jpeg.read_bytes()
    assert [region.fits for region in read(writer, jpeg).regions()] == [False]
    (made,) = boxes(writer, jpeg, ANNA)
    assert (made.changes, placed(made.left)) == ((), (ANNA,))
    assert "cropped or turned" in made.notes[0]
    assert jpeg.read_bytes() == data


def test_objects_go_into_image_regions_only(program: str, tool: ExifTool, jpeg: Path, tmp_path: Path) -> None:
    writer = with_settings(program, tmp_path, objects=True)
    assert writer.region_kinds() == {RegionKind.FACE, RegionKind.OBJECT}
    before = Snapshot.of(jpeg, tool)
    (made,) = boxes(writer, jpeg, DOG)
    assert [change.field for change in made.changes] == ["XMP-iptcExt:ImageRegion"]
    (found,) = read(writer, jpeg).regions()
    assert (found.name, found.box.iou(DOG.box) > 0.99) == ("dog", True)
    boxes(writer, jpeg, remove=(DOG,))
    before.check(tool)
    writer.close()


sides, sizes = st.floats(0, 1, allow_nan=False), st.floats(0.02, 1)
any_box = st.builds(lambda x, y, w, h: Box(x * (1 - w), y * (1 - h), w, h), sides, sides, sizes, sizes)


@pytest.mark.parametrize("orientation", range(1, 9))
@settings(max_examples=2, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(wanted=st.lists(any_box, min_size=3, max_size=12))
def test_any_box_comes_back_as_it_went(
    writer: ExifToolWriter, tmp_path: Path, wanted: list[Box], orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = make_photo(tmp_path / "a.jpg", side=16, exif=exif)
    named = {f"Anna {number}": box for number, box in enumerate(wanted)}
    faces = [PlacedRegion(RegionKind.FACE, name, box) for name, box in named.items()]
    boxes(writer, path, *faces)
    found = read(writer, path).regions()
    assert len(found) == 2 * len(wanted)
    assert all(region.box.iou(named[region.name]) > 0.99 for region in found)


# --- sidecars -----------------------------------------------------------------------------------------------------


@needs_exiv2
@pytest.mark.parametrize("name", ["a.gif", "a.bmp", "a.jp2", "a.cr2", "a.dng"])
def test_a_format_that_is_not_written_into_gets_a_sidecar(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    raw = path.suffix in (".cr2", ".dng")
    made_as = make_photo(tmp_path / "b.tif") if raw else make_photo(path)
    made_as.rename(path)
    data = path.read_bytes()
    made = write(writer, path, ["animal|dog", "Möwe"])
    sidecar = tmp_path / f"{name}.xmp"
    assert (made.target, made.creates) == (sidecar, True)
    assert path.read_bytes() == data
    assert exiv2(sidecar, "Xmp.dc.subject") == ["dog, Möwe"]
    assert read(writer, path).keywords() == ("dog", "Möwe", "animal|dog")
    assert plan(writer, path, ["animal|dog", "Möwe"]).changes == ()
    undo(writer, made)
    assert not sidecar.exists()
    assert temporaries(tmp_path) == []


def dng_with_everything(tool: ExifTool, folder: Path) -> Path:
    """What other programs put into a raw photo: words, texts, a face by name."""
    path = make_photo(folder / "b.tif", exif=camera_exif())
    texts = [
        "-XMP-dc:Description= A caption,\r\nof two lines ",
        "-IPTC:ObjectName=Möwe",
        "-XMP-xmp:Label=TRUE",
    ]
    words = ["-XMP-dc:Subject=mine", "-IPTC:Keywords=old", "-XMP-lr:HierarchicalSubject=sea|mine"]
    area = "Area={X=0.7,Y=0.7,W=0.1,H=0.2,Unit=normalized}"
    faces = [f"-XMP-mwg-rs:RegionInfo={{RegionList=[{{{area},Name=Bob| jr|,,Type=Face,Description=d}}]}}"]
    faces += [
        "-XMP-iptcExt:PersonInImage=Bob jr,",
        "-XMP-MP:RegionInfoRegions={PersonDisplayName=Bob,Rectangle=0|,0|,1|,1}",
    ]
    prepare(tool, path, "-IPTC:CodedCharacterSet=UTF8", "-XMP-xmp:Rating=4", *texts, *words, *faces)
    prepare(
        tool, path, "-XMP-dc:Title-de=Silbermöwe", "-XMP-dc:Title-pt-BR=Gaivota", "-XMP-dc:Description-fr=Dit"
    )
    return path.rename(folder / "a.dng")


def test_a_new_sidecar_says_what_the_photo_says(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    path = dng_with_everything(tool, tmp_path)
    said = read(writer, path)
    made = boxes(writer, path, ANNA)[-1]
    sidecar = read(writer, tmp_path / "a.dng.xmp")
    assert sidecar.values["XMP-dc:Subject"] == ("mine", "old")
    assert {
        name: sidecar.values[name]
        for name in ("XMP-xmp:Rating", "XMP-xmp:Label", "XMP-lr:HierarchicalSubject")
    } == {
        "XMP-xmp:Rating": ("4",),
        "XMP-xmp:Label": ("TRUE",),
        "XMP-lr:HierarchicalSubject": ("sea|mine",),
    }
    captions = exiv2(sidecar.path, "Xmp.dc.description")
    assert captions == ['lang="x-default" A caption,', 'of two lines, lang="fr" Dit']
    (titles,) = exiv2(sidecar.path, "Xmp.dc.title")
    expected = ['lang="de" Silbermöwe', 'lang="pt-BR" Gaivota', 'lang="x-default" Möwe']
    assert sorted(titles.split(", ")) == expected
    faces = {(face.field, face.name) for face in read(writer, path).regions()}
    assert faces == {(name, who) for name in (MWG_REGIONS, MP_REGIONS) for who in ("Anna",)} | {
        (face.field, face.name) for face in said.regions()
    }
    assert sidecar.values["XMP-tiff:Orientation"] == ("6",)
    assert [each.changes for each in boxes(writer, path, ANNA)] == [()]
    undo(writer, made)
    assert not sidecar.path.exists()
    # A face that the photo names already, here lying on its side, is not doubled.
    (bob,) = (face for face in said.regions() if face.field == MWG_REGIONS)
    again = writer.plans(
        1, said, wanted([], [], RegionChanges((PlacedRegion(RegionKind.FACE, bob.name, bob.box),), ()))
    )
    after = {change.field: change.after for change in again[-1].changes}
    assert (len(after[MWG_REGIONS]), len(after[MP_REGIONS])) == (1, 2)


@needs_exiv2
def test_a_sidecar_that_gained_more_keeps_what_the_photo_says(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    path = dng_with_everything(tool, tmp_path)
    sidecar = tmp_path / "a.dng.xmp"
    (made,) = writer.plans(1, read(writer, path), wanted(["animal|dog"], [], RegionChanges((ANNA,), ())))
    writer.write(made)
    prepare(tool, sidecar, "-XMP-dc:Subject+=since", "-XMP-xmp:Rating=5")
    undo(writer, made)
    now = read(writer, sidecar)
    assert set(now.keywords()) == {"mine", "old", "since", "sea|mine"}
    assert (now.values["XMP-xmp:Rating"], len(now.values["XMP-dc:Description"])) == (("5",), 1)
    assert (
        {face.name for face in now.regions()}
        == {face.name for face in read(writer, path).regions()}
        != {"Anna"}
    )
    assert now.own_words() == ()


def test_both_sidecars_are_kept_up_and_the_photo_with_them(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    full, short = jpeg.with_name("a.jpg.xmp"), jpeg.with_name("a.xmp")
    for sidecar in (full, short):
        exiftool(tool, "-XMP-dc:Subject=dog", "-XMP-dc:Title=theirs", sidecar)
    plans = writer.plans(1, read(writer, jpeg), wanted(["animal|dog"], []))
    assert [each.target.name for each in plans] == ["a.jpg.xmp", "a.xmp", "a.jpg"]
    assert [values_of(each.added, KEYWORD) for each in plans] == [(), (), ("animal|dog",)]
    for each in plans:
        writer.write(each)
    for path in (full, short, jpeg):
        assert values(writer, path, "XMP-lr:HierarchicalSubject") == ("dog", "animal|dog")[path == jpeg :]
    assert exiftool(tool, "-s3", "-XMP-dc:Title", full).strip() == "theirs"
    # The word of the person's own in the sidecars outlives the removal of ours in the photo.
    for each in writer.plans(1, read(writer, jpeg), wanted([], ["animal|dog"])):
        writer.write(each)
    assert values(writer, full, "XMP-dc:Subject") == ("dog",)
    assert values(writer, jpeg, "XMP-dc:Subject") == ()


def test_a_raw_photo_owns_the_short_name_and_twins_in_other_folders_do_not_mix(
    writer: ExifToolWriter, tool: ExifTool, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        make_photo(tmp_path / folder / "a.tif").rename(tmp_path / folder / "a.cr2")
        make_photo(tmp_path / folder / "a.jpg")
    exiftool(tool, "-XMP-dc:Subject=raw", tmp_path / "one" / "a.xmp")
    write(writer, tmp_path / "one" / "a.cr2", ["dog"])
    write(writer, tmp_path / "one" / "a.jpg", ["cat"])
    assert values(writer, tmp_path / "one" / "a.xmp", "XMP-dc:Subject") == ("raw", "dog")
    assert sorted(os.listdir(tmp_path / "one")) == ["a.cr2", "a.jpg", "a.xmp"]  # noqa: PTH208
    assert read(writer, tmp_path / "two" / "a.cr2").keywords() == ()


def test_names_and_places_follow_the_settings(program: str, tool: ExifTool, tmp_path: Path) -> None:
    writer = with_settings(program, tmp_path, sidecar_names="adobe", sidecar_formats="jpg")
    raw = make_photo(tmp_path / "a.tif").rename(tmp_path / "a.nef")
    jpeg = make_photo(tmp_path / "b.jpg")
    assert plan(writer, raw, ["dog"]).target.name == "a.xmp"
    assert plan(writer, jpeg, ["dog"]).target.name == "b.jpg.xmp"
    (tmp_path / "a.nrw").write_bytes(raw.read_bytes())
    assert plan(writer, raw, ["dog"]).target.name == "a.nef.xmp"  # two raw photos: neither owns a.xmp
    writer.close()


@pytest.mark.parametrize(
    ("preset", "names", "made"),
    [
        ("lightroom", "program", "a.xmp"),
        ("lightroom", "full", "a.nef.xmp"),
        ("darktable", "program", "a.nef.xmp"),
        ("all", "program", "a.nef.xmp"),
        ("all", "adobe", "a.xmp"),
    ],
)
def test_a_new_sidecar_is_called_as_the_presets_program_reads_it(
    program: str, tmp_path: Path, preset: str, names: str, made: str
) -> None:
    writer = with_settings(program, tmp_path, preset=preset, sidecar_names=names)
    raw = make_photo(tmp_path / "a.tif").rename(tmp_path / "a.nef")
    assert plan(writer, raw, ["dog"]).target.name == made
    writer.close()


def test_a_damaged_sidecar_is_refused_and_darktables_is_noted(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    sidecar = jpeg.with_name("a.jpg.xmp")
    exiftool(tool, "-XMP-dc:Subject=dog", sidecar)
    good = sidecar.read_text()
    sidecar.write_text(good.replace("</rdf:RDF>", "</rdf:RDX>"))
    assert plan(writer, jpeg, ["cat"]).refused is not None
    darktable = 'xmlns:darktable="http://darktable.sf.net/" darktable:xmp_version="5" rdf:about='
    sidecar.write_text(good.replace("rdf:about=", darktable, 1))
    assert "darktable" in plan(writer, jpeg, ["cat"]).notes[0]
    write(writer, sidecar.with_name("a.jpg"), ["cat"])


def test_a_sidecar_that_appears_meanwhile_is_not_overwritten(writer: ExifToolWriter, tmp_path: Path) -> None:
    path = make_photo(tmp_path / "a.gif")
    made = plan(writer, path, ["dog"])
    made.target.write_text("theirs")
    with pytest.raises(WriteError, match="appeared after"):
        writer.write(made)
    assert made.target.read_text() == "theirs"


@pytest.mark.parametrize(
    ("preset", "name", "words"),
    [
        ("windows", "a.bmp", "Windows reads words inside a.bmp only"),
        ("windows", "a.gif", 'write.embed_formats = "GIF"'),
        ("apple", "a.nef", "Apple Photos reads words inside a.nef only"),
        ("lightroom", "a.dng", 'write.embed_formats = "DNG"'),
        ("lightroom", "a.gif", "Lightroom reads words inside a.gif only"),
        ("lightroom", "a.nef", ""),
        ("digikam", "a.nef", ""),
        ("all", "a.gif", ""),
        ("windows", "a.jpg", ""),
    ],
)
def test_a_place_that_the_presets_program_does_not_read_is_told(
    program: str, tmp_path: Path, preset: str, name: str, words: str
) -> None:
    writer = with_settings(program, tmp_path / "locks", preset=preset)
    path = tmp_path / name
    if name == "a.dng":
        path.write_bytes(dng(Image.new("RGB", (64, 48))))
    elif name == "a.nef":
        make_photo(tmp_path / "a.tif").rename(path)
    else:
        make_photo(path)
    made = write(writer, path, ["dog"])
    assert len(made.notes) == bool(words)
    assert words in " ".join(made.notes)
    assert plan(writer, path, ["dog"]).notes == ()
    writer.close()


def test_lightroom_is_told_of_a_sidecar_under_another_name(
    program: str, tool: ExifTool, tmp_path: Path
) -> None:
    writer = with_settings(program, tmp_path / "locks", preset="lightroom")
    path = make_photo(tmp_path / "a.tif").rename(tmp_path / "a.nef")
    exiftool(tool, "-XMP-xmp:Rating=4", tmp_path / "a.nef.xmp")
    made = write(writer, path, ["dog"])
    assert made.notes == ("Lightroom reads the words of a.nef in a.xmp only, not in a.nef.xmp.",)
    writer.close()


def test_old_exiftools_heic_is_told_with_what_helps(program: str, tmp_path: Path) -> None:
    writer = with_settings(program, tmp_path / "locks", preset="apple")
    made = plan(writer, make_photo(tmp_path / "a.heic"), ["dog"])
    if made.creates:
        assert "Update exiftool to 13.25" in made.notes[0]
    writer.close()
