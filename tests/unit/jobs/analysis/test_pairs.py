"""What belongs to one photo: a raw and its JPEG, a live photo's film. Scanned, written and undone as one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import PhotoError
from phototagger.exiftool.process.pool import ExifTool
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.files.pairs import belongings, leaders
from phototagger.imaging import PillowDecoder
from phototagger.jobs import review
from phototagger.jobs.analysis.scan import scan_folders
from phototagger.jobs.library import Library
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import run as job
from phototagger.jobs.write.run import WriteSummary
from tests.support.made_photos import corners
from tests.support.made_raws import dng
from tests.support.photos import exiftool, exiv2, make_photo, read


def test_what_belongs_to_a_photo() -> None:
    names = ["a.CR2", "a.heic", "a.MOV", "a.jpg.xmp", "b.jpg", "b.mp4", "c.dng", "c.mov"]
    assert belongings("a.heic", names) == ["a.CR2", "a.MOV"]
    assert belongings("b.jpg", names) == ["b.mp4"]
    assert belongings("c.dng", names) == []
    assert belongings("a.CR2", names) == []
    assert belongings("a.heic", ["A.CR2", "a.MOV", "a.heic"]) == ["A.CR2", "a.MOV"]
    assert belongings("a.heic", ["A.mov", "a.MOV", "a.heic"]) == ["a.MOV"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


def raw(path: Path) -> Path:
    path.write_bytes(dng(corners(240, 160), 1, corners(240, 160)))
    return path


def scan(catalog: Catalog, folder: Path) -> dict[str, int]:
    """The photos that are there, by name."""
    run_to_end(scan_folders(catalog, PillowDecoder(), [folder], Cancel()))
    known = catalog.read(lambda c: photos.by_id(c, photos.ids(c)))
    return {str(photo.path.relative_to(folder)): photo.id for photo in known if photo.state != "missing"}


def write(catalog: Catalog, writer: ExifToolWriter) -> WriteSummary:
    plans = run_to_end(job.plan_writes(catalog, writer, None, Cancel()))
    return run_to_end(job.write_plans(catalog, writer, plans, Cancel()))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("files", "led"),
    [
        (["a.CR2", "a.JPG"], {"a.CR2": "a.JPG"}),
        (["a.dng", "a.heic", "a.mov"], {"a.dng": "a.heic"}),
        (["a.cr2", "a.dng", "a.jpg", "a.heic"], {"a.cr2": "a.jpg", "a.dng": "a.jpg"}),
        (["a.nef", "a.jpg", "a.jpeg"], {}),  # which of the two?
        (["a.nef", "a.tif", "a.png", "b.jpg", "a.nef.jpg"], {}),
        (["a.jpg", "a.jpg.xmp", "a.mov"], {}),
        (["IMG.CR2", "img.jpg"], {"IMG.CR2": "img.jpg"}),
        (["B\u00e4r.dng", "Ba\u0308r.HEIC"], {"B\u00e4r.dng": "Ba\u0308r.HEIC"}),
        (["IMG.CR2", "IMG.JPG", "img.jpg"], {"IMG.CR2": "IMG.JPG"}),  # the very name before any other
        (["IMG.CR2", "img.CR2", "img.jpg"], {"img.CR2": "img.jpg"}),
        (["IMG.CR2", "img.jpg", "Img.JPG"], {}),
        (["P.RAW-01.COVER.jpg", "P.RAW-02.ORIGINAL.dng"], {"P.RAW-02.ORIGINAL.dng": "P.RAW-01.COVER.jpg"}),
    ],
)
def test_who_leads_whom(files: list[str], led: dict[str, str]) -> None:
    assert leaders(files) == led


def test_a_pair_is_one_photo_and_both_files_get_its_words(
    catalog: Catalog, writer: ExifToolWriter, folder: Path
) -> None:
    negative, jpeg = raw(folder / "a.dng"), make_photo(folder / "a.jpg")
    data, before = negative.read_bytes(), jpeg.read_bytes()
    other = folder / "other"
    other.mkdir()
    raw(other / "a.dng")
    found = scan(catalog, folder)
    assert set(found) == {"a.jpg", str(Path("other", "a.dng"))}
    review.add_keyword(catalog, [found["a.jpg"]], "animal|dog")

    done = write(catalog, writer)
    assert (done.written, done.refused, done.failed) == (1, [], [])
    assert exiv2(jpeg, "Xmp.dc.subject") == ["dog"]
    assert exiv2(folder / "a.dng.xmp", "Xmp.dc.subject") == ["dog"]
    assert exiv2(folder / "a.dng.xmp", "Xmp.lr.hierarchicalSubject") == ["animal|dog"]
    assert negative.read_bytes() == data
    assert names(other) == {"a.dng"}
    assert write(catalog, writer).run_id is None  # nothing waits any more

    assert scan(catalog, folder) == found
    undone = run_to_end(job.undo_run(catalog, writer, None, Cancel()))
    assert (undone.conflicts, undone.failed) == ([], [])
    assert names(folder) == {"a.dng", "a.jpg", "other"}
    assert read(writer, jpeg).keywords() == ()
    assert len(jpeg.read_bytes()) <= len(before) + 4096  # an empty packet may stay


@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [
        ("a.jpg", "a.JPG.xmp"),
        ("a.dng", "a.DNG.XMP"),
        ("a.dng", "A.xmp"),
        ("B\u00e4r.dng", "Ba\u0308r.dng.xmp"),
    ],
)
def test_a_sidecar_spelled_differently_is_read_written_and_put_back_and_no_second_is_made(
    catalog: Catalog, writer: ExifToolWriter, tool: ExifTool, folder: Path, photo: str, sidecar: str
) -> None:
    made = raw(folder / photo) if photo.endswith("dng") else make_photo(folder / photo)
    exiftool(tool, "-XMP-dc:Subject=mine", folder / "new.xmp")
    before = (folder / "new.xmp").rename(folder / sidecar).read_bytes()
    assert read(writer, made).keywords() == ("mine",)
    review.add_keyword(catalog, [scan(catalog, folder)[photo]], "dog")
    assert write(catalog, writer).written == 1
    assert exiv2(folder / sidecar, "Xmp.dc.subject") == ["mine, dog"]
    assert names(folder) == {photo, sidecar}
    undone = run_to_end(job.undo_run(catalog, writer, None, Cancel()))
    assert (undone.conflicts, undone.failed) == ([], [])
    assert exiv2(folder / sidecar, "Xmp.dc.subject") == ["mine"]
    assert len((folder / sidecar).read_bytes()) - len(before) < 4096


def test_the_raws_own_sidecar_and_its_words_are_kept(
    catalog: Catalog, writer: ExifToolWriter, tool: ExifTool, folder: Path
) -> None:
    """``a.xmp`` could be either's; as everywhere it is the raw's."""
    raw(folder / "a.dng")
    jpeg = make_photo(folder / "a.jpg")
    exiftool(tool, "-XMP-dc:Subject=mine", folder / "a.xmp")
    photo = scan(catalog, folder)["a.jpg"]
    review.add_keyword(catalog, [photo], "dog")
    write(catalog, writer)
    assert exiv2(folder / "a.xmp", "Xmp.dc.subject") == ["mine, dog"]
    assert exiv2(jpeg, "Xmp.dc.subject") == ["dog"]
    assert names(folder) == {"a.dng", "a.jpg", "a.xmp"}

    review.remove_keyword(catalog, [photo], "dog")
    write(catalog, writer)
    assert exiv2(folder / "a.xmp", "Xmp.dc.subject") == ["mine"]
    assert exiv2(jpeg, "Xmp.dc.subject") == []


def test_a_raw_that_came_later_gets_all_words(catalog: Catalog, writer: ExifToolWriter, folder: Path) -> None:
    make_photo(folder / "a.jpg")
    photo = scan(catalog, folder)["a.jpg"]
    review.add_keyword(catalog, [photo], "animal|dog")
    write(catalog, writer)
    raw(folder / "a.dng")
    assert scan(catalog, folder) == {"a.jpg": photo}
    review.add_keyword(catalog, [photo], "beach")
    write(catalog, writer)
    assert set(read(writer, folder / "a.dng.xmp").keywords()) == {"dog", "beach", "animal|dog"}
    assert write(catalog, writer).run_id is None

    (folder / "a.dng.xmp").unlink()
    review.remove_keyword(catalog, [photo], "animal|dog")
    review.add_keyword(catalog, [photo], "sea")
    write(catalog, writer)
    assert set(read(writer, folder / "a.dng.xmp").keywords()) == {"beach", "sea"}


def test_a_pair_written_beside_only_keeps_the_two_sidecars_apart(
    catalog: Catalog, beside: ExifToolWriter, folder: Path
) -> None:
    raw(folder / "a.dng")
    data = make_photo(folder / "a.jpg").read_bytes()
    review.add_keyword(catalog, [scan(catalog, folder)["a.jpg"]], "dog")
    write(catalog, beside)
    assert names(folder) == {"a.dng", "a.dng.xmp", "a.jpg", "a.jpg.xmp"}
    assert (folder / "a.jpg").read_bytes() == data


def test_a_raw_that_nothing_can_read_does_not_stop_its_jpeg(
    catalog: Catalog, writer: ExifToolWriter, folder: Path
) -> None:
    (folder / "a.nef").touch()
    jpeg = make_photo(folder / "a.jpg")
    review.add_keyword(catalog, [scan(catalog, folder)["a.jpg"]], "dog")
    (plan,) = run_to_end(job.plan_writes(catalog, writer, None, Cancel()))
    assert "a.nef" in plan.notes[0]
    write(catalog, writer)
    assert exiv2(jpeg, "Xmp.dc.subject") == ["dog"]
    assert names(folder) == {"a.nef", "a.jpg"}


@pytest.mark.parametrize(("first", "second"), [("a.dng", "a.jpg"), ("a.jpg", "a.dng")])
def test_the_review_goes_on_when_a_half_comes_or_goes(
    catalog: Catalog, writer: ExifToolWriter, folder: Path, first: str, second: str
) -> None:
    """A raw that gets its JPEG is no photo of its own any more; one that loses its JPEG is again."""
    make = {"a.dng": raw, "a.jpg": make_photo}
    make[first](folder / first)
    review.add_keyword(catalog, [scan(catalog, folder)[first]], "dog")
    write(catalog, writer)
    make[second](folder / second)
    if first == "a.jpg":
        (folder / first).unlink()
    found = scan(catalog, folder)
    assert set(found) == {second}
    write(catalog, writer)
    assert read(writer, folder / second).keywords() == ("dog",)
    assert write(catalog, writer).run_id is None
    if first == "a.dng":
        for _ in range(2):
            assert run_to_end(job.undo_run(catalog, writer, None, Cancel())).restored == 1
        assert names(folder) == {"a.dng", "a.jpg"}
        assert read(writer, folder / second).keywords() == ()


@pytest.mark.parametrize(("first", "second"), [("a.dng", "a.jpg"), ("a.jpg", "a.dng")])
def test_a_half_that_nobody_reviewed_is_not_called_missing(
    catalog: Catalog, folder: Path, first: str, second: str
) -> None:
    make = {"a.dng": raw, "a.jpg": make_photo}
    make[first](folder / first)
    (photo,) = scan(catalog, folder).values()
    make[second](folder / second)
    if first == "a.jpg":
        (folder / first).unlink()
    assert scan(catalog, folder) == {second: photo}
    assert catalog.read(lambda c: photos.ids(c)).tolist() == [photo]


def test_names_in_the_raws_sidecar_are_those_of_the_pair(
    writer: ExifToolWriter, tool: ExifTool, folder: Path
) -> None:
    raw(folder / "a.dng")
    jpeg = make_photo(folder / "a.jpg")
    area = "{Area={X=0.5,Y=0.5,W=0.2,H=0.2,Unit=normalized},Name=Anna,Type=Face}"
    exiftool(tool, f"-XMP-mwg-rs:RegionList={area}", folder / "a.xmp")
    found = writer.face_names([jpeg])[jpeg]
    assert not isinstance(found, PhotoError)
    assert [face.name for face in found] == ["Anna"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
@pytest.mark.parametrize("protected", ["a.jpg", "a.dng.xmp"])
def test_a_pair_of_which_one_file_cannot_be_written_is_refused_as_a_whole(
    catalog: Catalog, writer: ExifToolWriter, tool: ExifTool, folder: Path, protected: str
) -> None:
    raw(folder / "a.dng")
    make_photo(folder / "a.jpg")
    exiftool(tool, "-XMP-dc:Subject=mine", folder / "a.dng.xmp")
    review.add_keyword(catalog, [scan(catalog, folder)["a.jpg"]], "dog")
    (folder / protected).chmod(0o444)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = write(catalog, writer)
    assert (done.written, done.failed) == (0, [])
    ((path, failure),) = done.refused
    assert path == folder / "a.jpg"
    assert f"{folder / protected} is read-only" in failure.message
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_live_photos_film_is_left_alone(catalog: Catalog, writer: ExifToolWriter, folder: Path) -> None:
    still = make_photo(folder / "IMG_1.jpg")
    film = folder / "IMG_1.MOV"
    film.write_bytes(b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(64))
    data = film.read_bytes()
    found = scan(catalog, folder)
    assert set(found) == {"IMG_1.jpg"}
    thumbnails = ThumbnailStore.open(folder.parent / "thumbnails.sqlite")
    library = Library(catalog, thumbnails)
    assert library.files_beside(found["IMG_1.jpg"]) == ["IMG_1.MOV"]
    thumbnails.close()
    review.add_keyword(catalog, [found["IMG_1.jpg"]], "dog")
    write(catalog, writer)
    assert exiv2(still, "Xmp.dc.subject") == ["dog"]
    assert film.read_bytes() == data
    assert names(folder) == {"IMG_1.jpg", "IMG_1.MOV"}


def test_undo_finds_both_files_of_a_pair_that_was_renamed(
    catalog: Catalog, writer: ExifToolWriter, folder: Path
) -> None:
    raw(folder / "a.dng")
    make_photo(folder / "a.jpg")
    review.add_keyword(catalog, [scan(catalog, folder)["a.jpg"]], "dog")
    write(catalog, writer)
    for suffix in (".dng", ".dng.xmp", ".jpg"):
        (folder / f"a{suffix}").rename(folder / f"b{suffix}")
    catalog.write(lambda c: c.execute("UPDATE photo SET name = ?", (b"b.jpg",)))
    undone = run_to_end(job.undo_run(catalog, writer, None, Cancel()))
    assert (undone.conflicts, undone.failed) == ([], [])
    assert names(folder) == {"b.dng", "b.jpg"}


def test_a_pair_whose_second_file_failed_is_finished_by_the_next_write(
    catalog: Catalog, writer: ExifToolWriter, folder: Path
) -> None:
    raw(folder / "a.dng")
    jpeg = make_photo(folder / "a.jpg")
    review.add_keyword(catalog, [scan(catalog, folder)["a.jpg"]], "dog")

    def fail(step: Step, path: Path) -> None:
        if step is Step.VERIFIED and path.suffix == ".jpg":
            raise OSError("the cable was pulled")

    writer.on_step = fail
    done = write(catalog, writer)
    assert (done.written, len(done.failed)) == (0, 1)
    assert names(folder) == {"a.dng", "a.dng.xmp", "a.jpg"}
    writer.on_step = lambda step, path: None
    assert write(catalog, writer).written == 1
    assert exiv2(jpeg, "Xmp.dc.subject") == ["dog"]
    assert exiv2(folder / "a.dng.xmp", "Xmp.dc.subject") == ["dog"]
    assert write(catalog, writer).run_id is None
