"""What `show --json` prints of a photo."""

from __future__ import annotations

from pathlib import Path

from phototagger.cli.commands import render
from phototagger.domain.records import Box, FileSignature, Photo, PhotoState, Region, RegionKind
from phototagger.domain.writing import FileRegion, FileSays
from phototagger.jobs.library import PhotoDetails

PHOTO = Photo(1, Path("/photos/a.jpg"), FileSignature(1, 1), PhotoState.ANALYSED)


def names_in_file(faces: list[Box], *boxes: tuple[str, Box]) -> list[str | None]:
    regions = [
        Region(number, 1, RegionKind.FACE, "face", "face", box, 0.9, "faces@1")
        for number, box in enumerate(faces)
    ]
    held = [
        FileRegion(field, name, "Face" if field.startswith("XMP-mwg") else "", box)
        for field in ("XMP-mwg-rs:RegionList", "XMP-MP:RegionInfoRegions")
        for name, box in boxes
    ]
    record = render.photo_record(PhotoDetails(PHOTO, [], [], regions), FileSays(), None, held)
    assert [face["box"] for face in record["faces"]] == [box.as_list() for box in faces]
    return [face["name_in_file"] for face in record["faces"]]


def test_a_face_is_called_by_the_larger_box_that_another_program_drew() -> None:
    face, bust, elsewhere = Box(0.4, 0.3, 0.1, 0.12), Box(0.33, 0.24, 0.24, 0.3), Box(0.7, 0.3, 0.1, 0.12)
    assert names_in_file([face, elsewhere], ("Bob", bust)) == ["Bob", None]


def test_a_box_names_one_face_though_it_stands_in_two_fields() -> None:
    father, child = Box(0.4, 0.3, 0.1, 0.12), Box(0.35, 0.45, 0.08, 0.08)
    assert names_in_file([child, father], ("Bob", Box(0.33, 0.24, 0.24, 0.3))) == [None, "Bob"]
    both = (("Bob", Box(0.33, 0.24, 0.24, 0.3)), ("Ann", Box(0.34, 0.44, 0.1, 0.1)))
    assert names_in_file([child, father], *both) == ["Ann", "Bob"]
