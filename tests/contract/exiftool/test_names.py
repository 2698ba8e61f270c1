"""Names of faces in real files of Lightroom, digiKam, Windows and Picasa, read and given to the faces found."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import people
from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import FaceFinding
from phototagger.domain.records import Box
from phototagger.domain.writing import NamedFace
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.reading.names import named_faces
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.analysis.read_names import NamesSummary, read_names
from phototagger.jobs.people import People
from phototagger.jobs.progress import Cancel, run_to_end
from tests.support.catalog_parts import add_photos, answer, face, save
from tests.support.photos import prepare

INI = """[Contacts2]
c0ffee=Anna Berg;;
5afe=Ben;;
[A.jpg]
star=yes
faces=rect64(1999199980008000),c0ffee;rect64(80001999c0008000),ffffffffffffffff
[other.jpg]
faces=rect64(1999199980008000),5afe
[broken.jpg]
faces=rect64(zz),5afe;rect64(80008000199919
"""


def _names(writer: ExifToolWriter, path: Path) -> tuple[NamedFace, ...]:
    found = writer.face_names([path])[path]
    assert isinstance(found, tuple), found
    return found


def _near(box: Box, *sides: float) -> None:
    assert box.as_list() == pytest.approx(sides, abs=0.001)


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("portrait.jpg", ["Marie Curie", "Pierre Curie"]),  # digiKam: MWG and MP, the same two faces
        ("metadata-extractor-dotnet issue 51.jpg", ["Bill Murray"]),  # Windows Photo Gallery: MP
        ("issue-exifr-59.jpg", ["Alvin the Squirrel"]),  # Lightroom: MWG
        ("Issue 177.jpg", []),  # an iPhone's focus regions are nobody
        ("IPTC.jpg", []),
    ],
)
def test_names_of_real_files(
    writer: ExifToolWriter, shared_photos: Path, file: str, names: list[str]
) -> None:
    found = _names(writer, shared_photos / "existing_metadata" / file)
    assert sorted(face.name for face in found) == names
    assert all(0 < face.box.w < 1 and 0 <= face.box.x < 1 for face in found)


def test_picasa_names_are_read_beside_the_photo(writer: ExifToolWriter, jpeg: Path) -> None:
    (jpeg.parent / ".picasa.ini").write_text(INI, encoding="utf-8")
    (found,) = _names(writer, jpeg)  # a.jpg: Windows and Picasa do not mind the case
    assert found.name == "Anna Berg"
    _near(found.box, 0.1, 0.1, 0.4, 0.4)


def test_a_damaged_picasa_file_says_nothing(writer: ExifToolWriter, jpeg: Path) -> None:
    (jpeg.parent / ".picasa.ini").write_bytes(b"no section\n\xff\xfe=\x00")
    assert _names(writer, jpeg) == ()


def test_boxes_of_a_turned_photo_come_upright(writer: ExifToolWriter, tool: ExifTool, jpeg: Path) -> None:
    region = (
        "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=64,H=42,Unit=pixel},RegionList=[{Name=Anna,Type=Face,"
        "Area={X=0.2,Y=0.3,W=0.2,H=0.4,Unit=normalized}}]}"
    )
    prepare(tool, jpeg, region, "-IFD0:Orientation#=6")
    (found,) = _names(writer, jpeg)
    _near(found.box, 0.5, 0.1, 0.4, 0.2)  # turned right: what was low left is high left, tall is wide


def test_boxes_drawn_before_a_crop_or_turn_name_nobody(
    writer: ExifToolWriter, tool: ExifTool, jpeg: Path
) -> None:
    region = (
        "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=42,H=64,Unit=pixel},RegionList=[{Name=Anna,Type=Face,"
        "Area={X=0.2,Y=0.3,W=0.2,H=0.4,Unit=normalized}}]}"
    )
    prepare(tool, jpeg, region)
    assert _names(writer, jpeg) == ()
    prepare(tool, jpeg, "-IFD0:Orientation#=8")  # some programs count the upright size
    assert [face.name for face in _names(writer, jpeg)] == ["Anna"]


def test_a_photo_that_is_gone_is_told(writer: ExifToolWriter, jpeg: Path) -> None:
    gone = jpeg.with_name("gone.jpg")
    found = writer.face_names([jpeg, gone])
    assert found[jpeg] == ()
    assert isinstance(found[gone], PhotoError)


def test_odd_regions_are_passed_over() -> None:
    areas = [{"X": 0.5, "Y": 0.5, "W": 0.2}, {"X": "a", "Y": 0, "W": 1, "H": 1}, {"X": 5, "Unit": "pixel"}, 3]
    raw = {
        "XMP-mwg-rs:RegionInfo": {"RegionList": [{"Name": "Anna", "Area": area} for area in areas]},
        "XMP-MP:RegionInfoMP": {"Regions": {"PersonDisplayName": "Ben", "Rectangle": "0.1, 0.1, 0.2"}},
    }
    assert named_faces(raw, 1) == []


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog.open(tmp_path / "catalog.sqlite")


def test_names_go_to_the_faces_they_lie_on(
    writer: ExifToolWriter, shared_photos: Path, tmp_path: Path, catalog: Catalog
) -> None:
    photo = tmp_path / "portrait.jpg"
    shutil.copy(shared_photos / "existing_metadata" / "portrait.jpg", photo)
    marie, pierre = sorted(_names(writer, photo), key=lambda named: named.name)
    (photo_id,) = add_photos(catalog, tmp_path, "portrait.jpg")
    boxes = (marie.box.x, pierre.box.x)
    save(catalog, answer(photo_id, faces=[_face_at(marie.box), _face_at(pierre.box, (0.0, 1.0))]))

    summary = run_to_end(read_names(catalog, writer, Cancel()))

    assert summary == NamesSummary(1, 2, 0)
    found = catalog.read(lambda c: people.confirmed_faces(c, photo_id))
    assert sorted(face.name for face in found) == ["Marie Curie", "Pierre Curie"]
    assert {face.name: face.box.x for face in found} == pytest.approx(
        dict(zip(("Marie Curie", "Pierre Curie"), boxes, strict=True)), abs=0.01
    )
    assert sorted(row.person or "" for row in People(catalog).clusters()) == ["Marie Curie", "Pierre Curie"]
    assert run_to_end(read_names(catalog, writer, Cancel())) == NamesSummary(0, 0, 0)  # nothing changed

    # What a person says stands against the file, also when that is read again.
    known = People(catalog)
    (face_id,) = [
        f.id for row in known.clusters() if row.person == "Marie Curie" for f in known.faces(row.id)
    ]
    known.reject([face_id])
    photo.with_suffix(".xmp").write_text("", encoding="utf-8")
    assert run_to_end(read_names(catalog, writer, Cancel())).read == 1
    found = catalog.read(lambda c: people.confirmed_faces(c, photo_id))
    assert [face.name for face in found] == ["Pierre Curie"]
    catalog.close()


def _face_at(box: Box, embedding: tuple[float, ...] = (1.0,)) -> FaceFinding:
    return replace(face(box.x, embedding), box=Box(box.x + 0.002, box.y, box.w, box.h))
