"""A confirmed face or object follows its photo through what other programs do to it; nothing false is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from phototagger.catalog.photos import photos
from phototagger.domain.findings import Task
from phototagger.domain.frames import turn_between, turned
from phototagger.domain.records import Box
from phototagger.domain.writing import NOT_MET, placed
from phototagger.exiftool.process.pool import ExifTool
from phototagger.jobs.people import People
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import run as job
from tests.support.photos import exiftool, prepare
from tests.support.studio import (
    ANNA,
    BEN,
    DECODER,
    DOG,
    NETWORKS,
    WHERE_ANNA,
    WHERE_BEN,
    WHERE_DOG,
    Studio,
    couple,
    open_studio,
    scene,
    with_patches,
)

TRANSPOSES = list(Image.Transpose)
BOTH = ["Anna", "Anna", "Ben", "Ben"]  # each in both fields for faces
Make = Callable[..., Studio]


@pytest.fixture
def make(tmp_path: Path, tool: ExifTool) -> Iterator[Make]:
    made: list[Studio] = []

    def open_one(*photos: Image.Image, **settings: object) -> Studio:
        made.append(open_studio(tmp_path, tool, list(photos or (couple(),)), **settings))
        return made[-1]

    yield open_one
    for studio in made:
        studio.writer.close()
        studio.world.catalog.close()


@pytest.fixture
def studio(make: Make) -> Studio:
    """A couple, named and written."""
    made = make()
    made.analyse()
    made.name()
    assert made.world.write(made.writer).written == 1
    assert made.names() == BOTH
    assert made.is_true()
    return made


def nothing_to_write(studio: Studio) -> bool:
    return [plan for plan in studio.world.plan(studio.writer) if plan.changes or plan.notes] == []


# --- the orientation flag -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [True, False], ids=["written", "not yet written"])
@pytest.mark.parametrize("before", [1, 3, 6, 7])
def test_a_photo_that_is_turned_by_its_flag(make: Make, before: int, written: bool) -> None:
    studio = make(*[couple()] * 8)
    for number in range(8):
        studio.flag(before, number)
    studio.analyse()
    studio.name()
    if written:
        studio.world.write(studio.writer)
    for number in range(8):
        studio.flag(number + 1, number)
    studio.analyse()
    if written:  # boxes in files count in the stored pixels: they are right already
        assert nothing_to_write(studio)
    else:
        studio.world.write(studio.writer)
    for number in range(8):
        assert set(studio.named(number)) == {"Anna", "Ben"}
        assert studio.names(number) == BOTH
        assert studio.is_true(number)


@pytest.mark.parametrize("written", [True, False], ids=["written", "not yet written"])
def test_a_face_that_is_not_found_any_more_is_turned_with_its_photo(make: Make, written: bool) -> None:
    studio = make(*[couple()] * 8)
    studio.analyse()
    studio.name()
    if written:
        studio.world.write(studio.writer)
    for number in range(8):
        studio.flag(number + 1, number)
    studio.blind = True
    studio.analyse()
    for number in range(8):
        there = turned(WHERE_ANNA, turn_between(1, number + 1))
        assert studio.named(number)["Anna"].iou(there) > 0.9
    studio.world.write(studio.writer)
    for number in range(8):
        assert studio.names(number) == BOTH
        assert studio.is_true(number)


@pytest.mark.parametrize("there", [(1, 6), (8, 3)], ids=str)
def test_there_and_back_again(studio: Studio, there: tuple[int, ...]) -> None:
    data = studio.pixels().tobytes()
    for orientation in (*there, 1):
        studio.flag(orientation)
        studio.blind = orientation != 1
        studio.analyse()
        assert nothing_to_write(studio)
        assert studio.is_true()
    assert studio.pixels().tobytes() == data


# --- pixels -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", [1, 6])
@pytest.mark.parametrize("turn", TRANSPOSES, ids=lambda turn: turn.name)
@pytest.mark.parametrize("blind", [False, True], ids=["found", "not found"])
def test_pixels_that_another_program_turned_or_mirrored(
    make: Make, turn: Image.Transpose, flag: int, blind: bool
) -> None:
    """The couple changes places in a mirror, and no names."""
    studio = make()
    studio.flag(flag)
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    studio.edit(studio.pixels().transpose(turn))
    studio.blind = blind
    studio.analyse()
    assert set(studio.named()) == {"Anna", "Ben"}
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()
    assert not studio.world.photo(0).pending_changes


@pytest.mark.parametrize("flag", [2, 3, 6, 8])
def test_pixels_turned_upright_and_the_flag_reset(make: Make, flag: int) -> None:
    studio = make()
    studio.flag(flag)
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    upright = {2: 0, 3: 3, 6: 4, 8: 2}[flag]
    studio.edit(studio.pixels().transpose(TRANSPOSES[upright]))
    studio.flag(1)
    studio.blind = True
    studio.analyse()
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()


@pytest.mark.parametrize("size", [(300, 200), (1200, 800), (301, 200)], ids=str)
def test_a_resized_photo_needs_no_new_box(studio: Studio, size: tuple[int, int]) -> None:
    studio.edit(studio.pixels().resize(size))
    studio.analyse()
    assert nothing_to_write(studio)
    assert studio.names() == BOTH
    assert studio.is_true()


CROPS = {
    "same shape": (60, 40, 600, 400),
    "same shape and size": (60, 40, 600, 400),
    "wider": (0, 60, 600, 400),
    "taller": (90, 0, 560, 400),
    "a little": (12, 8, 600, 400),
    "narrower by little": (0, 0, 582, 400),
}


@pytest.mark.parametrize("crop", CROPS)
def test_a_cropped_photo_takes_its_boxes_along(studio: Studio, crop: str) -> None:
    cropped = studio.pixels().crop(CROPS[crop])
    studio.edit(cropped.resize((600, 400)) if "size" in crop else cropped)
    studio.analyse()
    assert set(studio.named()) == {"Anna", "Ben"}
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()
    assert nothing_to_write(studio)


def test_a_crop_written_can_be_undone(studio: Studio) -> None:
    studio.edit(studio.pixels().crop((60, 40, 600, 400)))
    before = exiftool(studio.tool, "-j", "-struct", "-XMP:all", studio.world.paths[0])
    studio.analyse()
    studio.world.write(studio.writer)
    assert studio.world.undo(studio.writer).restored == 1
    assert exiftool(studio.tool, "-j", "-struct", "-XMP:all", studio.world.paths[0]) == before


@pytest.mark.parametrize("resized", [False, True])
def test_who_was_cut_away_leaves_the_file_and_is_held_back(studio: Studio, resized: bool) -> None:
    whole = shutil.copy2(studio.world.paths[0], studio.world.folder.parent / "whole.jpg")
    cropped = studio.pixels().crop((0, 0, 360, 240))
    studio.edit(cropped.resize((600, 400)) if resized else cropped)
    studio.analyse()
    assert set(studio.named()) == {"Anna"}
    assert studio.held() == ["Ben"]
    (plan,) = studio.world.plan(studio.writer)
    assert plan.notes == (f"The box of Ben is held back: {NOT_MET}.",)
    assert [region.name for region in placed(plan.left)] == ["Ben"]
    studio.world.write(studio.writer)
    assert studio.names() == ["Anna", "Anna"]
    assert studio.is_true()
    assert "Ben" not in exiftool(studio.tool, "-XMP:all", studio.world.paths[0])
    # The person's word is kept: with the whole photo back, Ben is there again.
    shutil.copy(whole, studio.world.paths[0])
    studio.analyse()
    assert studio.held() == []
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()


@pytest.mark.parametrize("written", [True, False], ids=["written", "not yet written"])
@pytest.mark.parametrize("stranger", [False, True])
def test_another_photo_in_the_place_of_this_one_gets_no_names(
    make: Make, written: bool, stranger: bool
) -> None:
    studio = make()
    studio.analyse()
    studio.name()
    if written:
        studio.world.write(studio.writer)
    other = scene(7)
    # Somebody of whom the networks make no face that is known stands where Anna was.
    studio.edit(with_patches(other, ((200, 120, 80), WHERE_ANNA)) if stranger else other)
    studio.analyse()
    assert studio.named() == {}
    assert studio.held() == ["Anna", "Ben"]
    assert studio.world.photo(0).pending_changes
    notes = [note for plan in studio.world.plan(studio.writer) for note in plan.notes]
    assert notes == [f"The box of {name} is held back: {NOT_MET}." for name in ("Anna", "Ben")]
    studio.world.write(studio.writer)
    assert studio.names() == []
    studio.read_names()
    assert studio.named() == {}


def test_a_face_that_was_never_looked_for_is_held_till_it_is(studio: Studio) -> None:
    studio.networks = {Task.OBJECTS: NETWORKS[Task.OBJECTS]}
    studio.edit(studio.pixels().crop((60, 40, 600, 400)))
    studio.analyse()
    assert studio.held() == ["Anna", "Ben"]
    studio.world.write(studio.writer)
    assert studio.names() == []
    studio.networks = dict(NETWORKS)
    studio.look_at(studio.world.ids[0], studio.world.paths[0])
    assert studio.held() == []
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()


def test_without_the_network_for_faces_a_turned_photo_turns_them(studio: Studio) -> None:
    studio.networks = {}
    studio.flag(6)
    studio.analyse()
    assert nothing_to_write(studio)
    assert studio.is_true()


def test_a_stale_box_of_ours_names_nobody_who_stands_there_now(make: Make) -> None:
    """After a crop Ben, of whom nobody said who he is, stands where the file's old box of Anna is."""
    studio = make(with_patches(scene(), (ANNA, Box(0.4, 0.4, 0.1, 0.15)), (BEN, Box(0.7, 0.7, 0.1, 0.15))))
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    studio.edit(with_patches(scene(7), (BEN, Box(0.4, 0.4, 0.1, 0.15))))
    studio.analyse()
    studio.read_names()
    assert set(studio.named()) <= {"Ben"}
    studio.world.write(studio.writer)
    assert studio.is_true()


# --- twins, and other people's words --------------------------------------------------------------------------


TWINS = {ANNA: (1.0, 0.0), BEN: (1.0, 0.1)}


@pytest.mark.parametrize("change", ["mirrored", "cropped", "mirrored and cropped", "turned", "replaced"])
def test_twins_never_change_names(make: Make, change: str) -> None:
    """Whom no network can tell apart: what is round them can, or nobody is named."""
    studio = make()
    studio.vectors = dict(TWINS)
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    pixels = studio.pixels()
    if "mirrored" in change:
        pixels = pixels.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if "cropped" in change:
        pixels = pixels.crop((48, 32, 600, 400))
    if change == "replaced":
        pixels = with_patches(scene(9), (BEN, WHERE_ANNA), (ANNA, WHERE_BEN))
    studio.edit(pixels.transpose(Image.Transpose.ROTATE_90) if change == "turned" else pixels)
    studio.analyse()
    studio.world.write(studio.writer)
    assert studio.is_true()
    assert studio.names() == ([] if change == "replaced" else BOTH)


def test_who_somebody_is_not_is_remembered_through_a_crop(make: Make) -> None:
    studio = make()
    studio.analyse()
    studio.name()
    people = People(studio.world.catalog)
    (anna,) = [row for row in people.clusters() if row.person == "Anna"]
    people.reject([face.id for face in people.faces(anna.id)])
    studio.edit(studio.pixels().crop((60, 40, 600, 400)))
    studio.analyse()
    assert set(studio.named()) == {"Ben"}
    studio.world.write(studio.writer)
    assert studio.names() == ["Ben", "Ben"]
    assert studio.is_true()


def test_names_that_another_program_wrote_follow_too(make: Make) -> None:
    studio = make()
    region = (
        "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=600,H=400,Unit=pixel},RegionList=[{Name=Anna,Type=Face,"
        "Area={X=0.25,Y=0.325,W=0.12,H=0.16,Unit=normalized}}]}"
    )
    prepare(studio.tool, studio.world.paths[0], region)
    studio.analyse()
    studio.read_names()
    assert set(studio.named()) == {"Anna"}
    studio.edit(studio.pixels().crop((60, 20, 600, 400)))
    studio.analyse()
    studio.read_names()
    (anna,) = studio.named().values()
    assert anna.iou(Box(60 / 540, 80 / 380, 60 / 540, 60 / 380)) > 0.9
    # The other program's own box stays as it is, and ours does not come beside it while it says another size.
    (plan,) = studio.world.plan(studio.writer)
    assert "drawn before the photo was cropped or turned" in plan.notes[0]
    assert plan.changes == ()


@pytest.mark.parametrize("change", ["flag", "crop", "replaced"])
def test_a_catalog_that_does_not_know_yet_how_photos_looked(make: Make, change: str) -> None:
    studio = make()
    studio.sketches = False
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    studio.sketches = True
    if change == "flag":
        studio.flag(8)
    else:
        studio.edit(studio.pixels().crop((60, 30, 600, 400)) if change == "crop" else scene(5, 300, 300))
    studio.analyse()
    studio.world.write(studio.writer)
    assert studio.is_true()
    assert studio.names() == ([] if change == "replaced" else BOTH)


# --- between analysis and write -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scanned", [True, False])
@pytest.mark.parametrize("turn", ["by flag", "by flag, time kept", "in pixels", "cropped", "replaced"])
def test_a_photo_changed_after_its_analysis_gets_no_box(make: Make, turn: str, scanned: bool) -> None:
    studio = make()
    studio.flag(1)
    studio.analyse()
    studio.name()
    size = studio.world.paths[0].stat().st_size
    if "flag" in turn:
        studio.flag(6, 0, *(["-P"] if "kept" in turn else []))
        assert size == studio.world.paths[0].stat().st_size
    else:
        pixels = studio.pixels()
        studio.edit(
            {
                "in pixels": pixels.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
                "cropped": pixels.crop((60, 40, 600, 400)).resize((600, 400)),
                "replaced": scene(7),
            }[turn]
        )
    if scanned:
        studio.world.scan()
    (plan,) = studio.world.plan(studio.writer)
    assert plan.changes == ()
    assert all("was changed by another program after it was analysed" in note for note in plan.notes)
    assert {region.name for region in placed(plan.left)} == {"Anna", "Ben"}
    studio.world.write(studio.writer)
    assert studio.names() == []
    studio.analyse()  # a photo that no scan would notice waits for it as well
    studio.world.write(studio.writer)
    assert studio.names() == ([] if turn == "replaced" else BOTH)
    assert studio.is_true()


def test_words_written_elsewhere_do_not_keep_boxes_back(make: Make) -> None:
    studio = make()
    studio.analyse()
    studio.name()
    prepare(studio.tool, studio.world.paths[0], "-XMP-dc:Title=A couple")
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()


@pytest.mark.parametrize("beside", [False, True], ids=["into the photo", "into a sidecar"])
def test_a_photo_turned_after_the_preview_gets_no_box(make: Make, beside: bool) -> None:

    studio = make(**({"sidecar_formats": "JPEG"} if beside else {}))
    studio.flag(1)
    studio.analyse()
    studio.name()
    plans = studio.world.plan(studio.writer)
    studio.flag(3)
    run_to_end(job.write_plans(studio.world.catalog, studio.writer, plans, Cancel()))
    assert studio.names() == []


def test_an_avif_lies_as_its_container_says_whatever_its_exif(make: Make) -> None:
    studio = make()
    exif = Image.Exif()
    exif[0x0112] = 6
    path = studio.world.paths[0].with_suffix(".avif")
    couple().save(path, quality=95, exif=exif)  # which makes it turned by its container
    seen = DECODER.decode(path, 1600)
    assert (seen.facts.width, seen.facts.orientation) == (400, 6)
    frame = studio.frame(path)
    assert (frame.width, frame.height, frame.orientation) == (600, 400, 6)
    prepare(studio.tool, path, "-n", "-IFD0:Orientation=3")
    assert studio.frame(path) == frame
    assert DECODER.decode(path, 1600).facts.orientation == 6


def test_a_face_found_again_a_little_elsewhere_needs_no_write(studio: Studio) -> None:
    """Networks draw otherwise on a turned photo; what stands in the file is as good."""
    studio.flag(3)
    studio.jitter = 0.1
    studio.analyse()
    assert nothing_to_write(studio)
    assert studio.is_true()


def test_a_sidecar_of_ours_lies_as_its_photo_does(make: Make) -> None:
    studio = make(sidecar_formats="JPEG")
    studio.flag(1)
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    sidecar = studio.world.paths[0].with_name("0.jpg.xmp")
    studio.flag(6)
    studio.analyse()
    studio.world.write(studio.writer)
    assert studio.is_true()
    assert exiftool(studio.tool, "-n", "-s3", "-XMP-tiff:Orientation", sidecar).strip() == "6"
    assert nothing_to_write(studio)
    assert studio.world.undo(studio.writer).restored == 1
    assert exiftool(studio.tool, "-n", "-s3", "-XMP-tiff:Orientation", sidecar).strip() == "1"


def test_a_photo_renamed_over_another_takes_its_own_faces_along(make: Make) -> None:
    anna, ben = with_patches(scene(2), (ANNA, WHERE_ANNA)), with_patches(scene(5), (BEN, WHERE_ANNA))
    studio = make(anna, ben)
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    first, second = studio.world.paths
    second.replace(first)
    studio.world.paths.pop()
    for _ in range(2):  # the first joins the two photos of the catalog
        studio.world.ids = [
            photo.id for photo in studio.world.catalog.read(lambda c: photos.by_path(c, [first]))
        ]
        studio.analyse()
    studio.world.write(studio.writer)
    assert set(studio.named()) == {"Ben"}
    assert studio.names() == ["Ben", "Ben"]
    assert studio.is_true()


def test_boxes_in_sidecars_follow_too(make: Make) -> None:
    studio = make(sidecar_formats="JPEG")
    studio.analyse()
    studio.name()
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    studio.edit(studio.pixels().transpose(Image.Transpose.ROTATE_90).crop((20, 0, 400, 540)))
    studio.analyse()
    studio.world.write(studio.writer)
    assert studio.names() == BOTH
    assert studio.is_true()


# --- objects ------------------------------------------------------------------------------------------------------


@pytest.fixture
def kennel(make: Make) -> Studio:
    made = make(with_patches(scene(), (DOG, WHERE_DOG)))
    made.analyse()
    made.want_dog()
    made.world.write(made.writer)
    assert made.names() == ["dog"]
    assert made.is_true()
    return made


@pytest.mark.parametrize("blind", [False, True], ids=["found", "not found"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_an_object_turns_with_its_photo(kennel: Studio, orientation: int, blind: bool) -> None:
    kennel.flag(orientation)
    kennel.blind = blind
    kennel.analyse()
    kennel.look_at(kennel.world.ids[0], kennel.world.paths[0])  # another look changes nothing
    assert nothing_to_write(kennel)
    assert kennel.names() == ["dog"]
    assert kennel.is_true()


@pytest.mark.parametrize("turn", TRANSPOSES, ids=lambda turn: turn.name)
@pytest.mark.parametrize("blind", [False, True], ids=["found", "not found"])
def test_an_object_goes_with_turned_pixels(kennel: Studio, turn: Image.Transpose, blind: bool) -> None:
    kennel.edit(kennel.pixels().transpose(turn))
    kennel.blind = blind
    kennel.analyse()
    kennel.world.write(kennel.writer)
    assert kennel.names() == ["dog"]
    assert kennel.is_true()


def test_an_object_goes_with_a_crop_and_is_held_back_where_it_was_cut_away(kennel: Studio) -> None:
    kennel.edit(kennel.pixels().crop((90, 60, 600, 400)))
    kennel.analyse()
    kennel.world.write(kennel.writer)
    assert kennel.names() == ["dog"]
    assert kennel.is_true()
    kennel.edit(kennel.pixels().crop((0, 0, 510, 200)))
    kennel.analyse()
    assert kennel.held() == ["dog"]
    notes = [note for plan in kennel.world.plan(kennel.writer) for note in plan.notes]
    assert notes == [f"The box of dog is held back: {NOT_MET}."]
    kennel.world.write(kennel.writer)
    assert kennel.names() == []
