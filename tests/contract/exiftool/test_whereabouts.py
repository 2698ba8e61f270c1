"""When and where photos were taken, wherever it stands: EXIF, XMP, IPTC, sidecars, in every format and spelling.
exiftool wrote the files and is asked for its own word on them."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import AnalyseRequest, Answer, FileFacts, Findings, Task
from phototagger.domain.records import Photo
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging import PillowDecoder
from phototagger.jobs.analysis import scan
from phototagger.jobs.analysis.analyse import analyse_photos
from phototagger.jobs.analysis.read_facts import FactsSummary, read_facts
from phototagger.jobs.library import Library
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.keywords.propose import Proposer
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.tree.translate import country_names
from phototagger.settings.declared import WordSettings, WriteSettings
from phototagger.settings.locations import resources_folder
from tests.support.catalog_parts import states
from tests.support.made_photos import corners, save
from tests.unit.jobs.analysis.test_analyse import ScriptedEngine

FORMATS = {
    "a.jpg": "JPEG", "a.png": "PNG", "a.webp": "WEBP", "a.tif": "TIFF", "a.gif": "GIF", "a.jp2": "JPEG2000",
}  # fmt: skip
VIENNA = ["-XMP-exif:GPSLatitude=48.2", "-XMP-exif:GPSLongitude=16.37"]
JANUARY = ["-XMP-photoshop:DateCreated=2024:01:10 12:00:00"]


def exiftool(*arguments: str | Path) -> None:
    ran = subprocess.run(
        ["exiftool", "-q", "-overwrite_original", *arguments], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


def asked(path: Path) -> dict[str, Any]:
    command = ["exiftool", "-j", "-n", "-GPSLatitude", "-GPSLongitude", str(path)]
    found: list[dict[str, Any]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found[0]


class World:
    """A folder, a catalog, and what a drop does with them; the networks find nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "photos"
        self.folder.mkdir()
        self.decoder = PillowDecoder()
        self.catalog = Catalog.open(folder / "catalog.sqlite")
        self.thumbnails = ThumbnailStore.open(folder / "thumbs")
        self.reader = ExifToolWriter(WriteSettings())
        vocabulary = resources_folder() / "vocabulary"
        self.gazetteer = Gazetteer(resources_folder() / "places")
        self.proposer = Proposer(
            Suggester(vocabulary, "normal"),
            words=WordSettings(place=True, season=True),
            gazetteer=self.gazetteer,
        )
        self.countries = country_names(vocabulary)
        self.library = Library(self.catalog, self.thumbnails)

    def close(self) -> None:
        self.reader.close()
        self.thumbnails.close()
        self.catalog.close()

    def drop(self) -> FactsSummary:
        run_to_end(scan.scan_folders(self.catalog, self.decoder, [self.folder], Cancel()))
        engine = ScriptedEngine(self._answer)
        run_to_end(analyse_photos(self.catalog, self.thumbnails, engine, self.proposer, Cancel()))
        return run_to_end(
            read_facts(self.catalog, self.reader, self.proposer, self.countries, Cancel(), [self.folder])
        )

    def _answer(self, request: AnalyseRequest) -> Answer:
        facts = self.decoder.decode(request.path, 64).facts
        return Answer(
            request.photo_id, request.signature, facts, Findings(networks={Task.CLASSIFY: "none@1"})
        )

    def photo(self, path: Path) -> Photo:
        return self.catalog.read(lambda c: photos.by_path(c, [path]))[0]

    def words(self, path: Path) -> set[str]:
        found = set(states(self.catalog, self.photo(path).id))
        return {word for word in found if word.startswith(("location", "season"))}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


AUSTRIA = {"season|winter", "location|Austria|Vienna"}


@pytest.mark.parametrize("name", FORMATS)
def test_xmp_in_every_format(world: World, name: str) -> None:
    path = save(corners(), world.folder / name, FORMATS[name])
    exiftool(*VIENNA, *JANUARY, path)
    assert world.drop() == FactsSummary(1, 1, 0)
    photo = world.photo(path)
    assert (photo.taken_at, photo.latitude, photo.longitude) == ("2024-01-10T12:00:00", 48.2, 16.37)
    assert {word[:16] for word in world.words(path)} == {word[:16] for word in AUSTRIA}
    assert world.drop() == FactsSummary(0, 0, 0)  # nothing is read twice


def test_compressed_xmp_of_a_png(world: World) -> None:
    path = save(corners(), world.folder / "a.png", "PNG")
    exiftool("-api", "Compress=1", *VIENNA, *JANUARY, path)
    world.drop()
    assert world.photo(path).latitude == 48.2


@pytest.mark.parametrize("suffix", [".xmp", ".jpg.xmp", ".JPG.XMP"])
@pytest.mark.parametrize("stem", ["a", "a.b", "\N{LATIN SMALL LETTER U WITH DIAERESIS}"])
def test_a_sidecar_comes_changes_and_goes(world: World, suffix: str, stem: str) -> None:
    path = save(corners(), world.folder / f"{stem}.jpg", "JPEG")
    assert world.drop() == FactsSummary(0, 0, 0)
    made = world.folder / "made.xmp"
    exiftool(*VIENNA, *JANUARY, "-o", made)
    sidecar = made.rename(world.folder / unicodedata.normalize("NFD", f"{stem}{suffix}"))
    assert world.drop() == FactsSummary(1, 1, 0)
    assert (world.photo(path).taken_at, world.photo(path).latitude) == ("2024-01-10T12:00:00", 48.2)
    exiftool("-XMP-exif:GPSLatitude=-33.87", "-XMP-exif:GPSLongitude=151.21", sidecar)
    assert world.drop() == FactsSummary(1, 1, 0)
    assert world.photo(path).latitude == -33.87
    assert "season|summer" in world.words(path)
    sidecar.unlink()
    world.drop()
    assert (world.photo(path).taken_at, world.photo(path).latitude) == (None, None)
    assert not world.words(path)


def test_exif_comes_before_xmp_before_a_sidecar(world: World) -> None:
    path = save(corners(), world.folder / "a.jpg", "JPEG")
    exiftool("-EXIF:DateTimeOriginal=2021:01:01 10:00:00", *JANUARY, *VIENNA, path)
    exiftool("-XMP-exif:GPSLatitude=10", "-XMP-exif:GPSLongitude=10", "-o", world.folder / "a.jpg.xmp")
    world.drop()
    photo = world.photo(path)
    assert (photo.taken_at, photo.latitude) == ("2021-01-01T10:00:00", 48.2)


def test_the_sidecar_of_a_raw_comes_first_and_serves_the_jpeg_beside_it_last(tmp_path: Path) -> None:
    raw = save(corners(), tmp_path / "a.dng", "TIFF")
    exiftool("-EXIF:DateTimeOriginal=2021:01:01 10:00:00", raw)
    exiftool(*VIENNA, *JANUARY, "-o", tmp_path / "a.xmp")
    led = save(corners(), tmp_path / "a.jpg", "JPEG")
    exiftool("-EXIF:DateTimeOriginal=2020:01:01 10:00:00", led)
    assert read(raw, led) == {
        raw: FileFacts("2024-01-10T12:00:00", 48.2, 16.37),
        led: FileFacts("2020-01-01T10:00:00", 48.2, 16.37),
    }


def read(*paths: Path) -> dict[Path, FileFacts | PhotoError]:
    reader = ExifToolWriter(WriteSettings())
    try:
        return reader.file_facts(paths)
    finally:
        reader.close()


def test_iptc_and_the_digest_that_says_which_is_newer(tmp_path: Path) -> None:
    path = save(corners(), tmp_path / "a.jpg", "JPEG")
    iptc = ["-IPTC:DateCreated=1975:07:01", "-IPTC:TimeCreated=11:30:00+01:00", "-IPTC:City=Graz"]
    exiftool(*iptc, path)
    assert read(path)[path] == FileFacts("1975-07-01T11:30:00", named_place=("", "", "Graz"))
    exiftool("-XMP-photoshop:DateCreated=1980:07", "-XMP-photoshop:City=Linz", path)
    assert read(path)[path] == FileFacts("1980-07", named_place=("", "", "Linz"))
    exiftool("-Photoshop:IPTCDigest=00112233445566778899aabbccddeeff", path)  # IPTC was changed since
    assert read(path)[path] == FileFacts("1975-07-01T11:30:00", named_place=("", "", "Graz"))


def test_the_time_of_taking_counts_and_not_that_of_the_scanner(world: World) -> None:
    path = save(corners(), world.folder / "a.jpg", "JPEG")
    exiftool("-EXIF:CreateDate=2020:05:05 12:00:00", "-XMP-photoshop:DateCreated=1968-08", *VIENNA, path)
    other = save(corners(), world.folder / "b.jpg", "JPEG")
    exiftool("-EXIF:CreateDate=2020:05:05 12:00:00", other)
    world.drop()
    assert world.photo(path).taken_at == "1968-08"
    assert "season|summer" in world.words(path)
    assert world.photo(other).taken_at == "2020-05-05T12:00:00"


def test_places_that_are_named_only(world: World) -> None:
    told = {
        "xmp.jpg": [
            "-XMP-photoshop:Country=Österreich",
            "-XMP-photoshop:State=Tirol",
            "-XMP-photoshop:City=Imst",
        ],
        "iptc.jpg": [
            "-IPTC:CodedCharacterSet=UTF8",
            "-IPTC:Country-PrimaryLocationName=Autriche",
            "-IPTC:City=Imst",
        ],
        "shown.jpg": ["-XMP-iptcExt:LocationShownCountryName=Austria", "-XMP-iptcExt:LocationShownCity=Imst"],
        "none.jpg": ["-XMP-dc:Title=City of Country"],
    }
    for name, fields in told.items():
        exiftool(*fields, save(corners(), world.folder / name, "JPEG"))
    world.drop()
    found = {name: world.words(world.folder / name) for name in told}
    assert found == {
        "xmp.jpg": {"location|Austria|Tirol|Imst"},
        "iptc.jpg": {"location|Austria|Imst"},
        "shown.jpg": {"location|Austria|Imst"},
        "none.jpg": set(),
    }
    assert world.library.named_place(world.photo(world.folder / "xmp.jpg").id) == ("Austria", "Tirol", "Imst")


def test_a_position_comes_before_names(world: World) -> None:
    path = save(corners(), world.folder / "a.jpg", "JPEG")
    exiftool(*VIENNA, "-XMP-photoshop:Country=France", path)
    world.drop()
    assert all(word.startswith("location|Austria") for word in world.words(path))


DEGREES: list[tuple[Any, Any]] = [
    ((37.0, 37.0, 6.96), (112.0, 9.0, 37.8)),
    ((37.6186,), (112.1605,)),
    ((37.0, 37.116), (112.0, 9.63)),
]


def rationals(parts: tuple[float, ...]) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(round(part * 100_000), 100_000) for part in parts)


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize(("north", "east"), [("North", "West"), ("n", "w"), ("S ", "EAST"), ("south", "e")])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_directions_as_exiftool_reads_them(
    tmp_path: Path, name: str, north: str, east: str, degrees: tuple[Any, Any]
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: north, 2: rationals(degrees[0]), 3: east, 4: rationals(degrees[1])})
    with Image.open(save(corners(), tmp_path / "made.jpg", "JPEG", exif=exif)) as made:
        packed = made.info["exif"]
    path = save(corners(), tmp_path / name, FORMATS[name], exif=packed)
    facts = PillowDecoder().decode(path, 64).facts
    by_exiftool = asked(path)
    wanted = (by_exiftool["GPSLatitude"], by_exiftool["GPSLongitude"])
    assert (facts.latitude, facts.longitude) == pytest.approx(wanted, abs=1e-6)
    assert facts.latitude is not None
    assert (facts.latitude < 0) is (north[0] in "Ss")
    told = read(path)[path]
    assert isinstance(told, FileFacts)
    assert (told.latitude, told.longitude) == pytest.approx(wanted, abs=1e-6)


def test_a_file_that_cannot_be_read_keeps_what_it_has_and_stops_nobody(world: World) -> None:
    good = save(corners(), world.folder / "b.jpg", "JPEG")
    exiftool(*VIENNA, good)
    bad = save(corners(), world.folder / "a.jpg", "JPEG")
    exiftool("-EXIF:DateTimeOriginal=2021:01:01 10:00:00", bad)
    nested = "<a>" * 200_000  # sidecars like it end exiftool, so it is not given them
    (world.folder / "a.jpg.xmp").write_text(nested)
    world.drop()
    assert world.photo(bad).taken_at == "2021-01-01T10:00:00"
    assert world.photo(good).latitude == 48.2
    assert world.drop().read == 0


def test_a_photo_analysed_again_is_read_again(world: World) -> None:
    path = save(corners(), world.folder / "a.jpg", "JPEG")
    exiftool(*VIENNA, *JANUARY, path)
    world.drop()
    exiftool("-XMP-exif:GPSLatitude=-33.87", "-XMP-exif:GPSLongitude=151.21", "-XMP-dc:Title=x", path)
    assert world.drop() == FactsSummary(1, 1, 0)
    assert world.photo(path).latitude == -33.87


def test_the_time_that_a_png_tells_as_text(world: World) -> None:
    path = save(corners(), world.folder / "a.png", "PNG")
    exiftool("-PNG:CreationTime=2024:01:10 12:00:00", path)
    world.drop()
    assert world.photo(path).taken_at == "2024-01-10T12:00:00"


def test_directions_beside_the_numbers_of_xmp(world: World) -> None:
    path = save(corners(), world.folder / "a.jpg", "JPEG")
    (world.folder / "a.jpg.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="37.6"'
        ' exif:GPSLatitudeRef="N" exif:GPSLongitude="112.16" exif:GPSLongitudeRef="West"/></rdf:RDF></x:xmpmeta>'
    )
    world.drop()
    photo = world.photo(path)
    assert (photo.latitude, photo.longitude) == (37.6, -112.16)
