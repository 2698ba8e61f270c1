"""Photos whose name has the wrong suffix: tagged by a sidecar, or renamed, and the renaming taken back."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from phototagger.app.naming import NAME_TOOLS
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.writing import journal, renames
from phototagger.domain.errors import UsageError
from phototagger.exiftool.writing import in_place
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging.decode import PillowDecoder
from phototagger.jobs import review
from phototagger.jobs.analysis.scan import scan_folders
from phototagger.jobs.progress import Cancel, Job, run_to_end
from phototagger.jobs.write import fix_names
from phototagger.jobs.write import run as job
from phototagger.jobs.write.fix_names import NameTools, NewName, RenameSummary
from tests.support.photos import exiv2, make_photo, read

CASES = [
    ("a.heic", "JPEG", "a.jpg"),
    ("a.HEIC", "JPEG", "a.JPG"),
    ("a.png", "JPEG", "a.jpg"),
    ("a.webp", "JPEG", "a.jpg"),
    ("a.tif", "JPEG", "a.jpg"),
    ("a.cr2", "JPEG", "a.jpg"),
    ("a.jpg", "PNG", "a.png"),
    ("a.heic", "PNG", "a.png"),
    ("a.JPG", "WEBP", "a.WEBP"),
    ("a.jpeg", "HEIF", "a.heic"),
    ("a.jpg", "TIFF", "a.tif"),
    ("a.jpg", "GIF", "a.gif"),
    ("a.png", "BMP", "a.bmp"),
    ("a.jpg", "AVIF", "a.avif"),
]


def wrong(path: Path, kind: str) -> Path:
    """A photo of this kind under whatever name."""
    right = make_photo(path.with_name("made.png"))
    with Image.open(right) as photo:
        if kind == "HEIF":
            pillow_heif.from_pillow(photo).save(path.with_name("made.heic"), quality=50)
            path.with_name("made.heic").rename(path)
        else:
            photo.save(path, format=kind)
    right.unlink()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


def scan(catalog: Catalog, folder: Path) -> dict[str, int]:
    """The photos that are there, by name."""
    run_to_end(scan_folders(catalog, PillowDecoder(), [folder], Cancel()))
    known = catalog.read(lambda c: photos.by_id(c, photos.ids(c)))
    return {photo.path.name: photo.id for photo in known if photo.state != "missing"}


def write(catalog: Catalog, writer: ExifToolWriter) -> int:
    plans = run_to_end(job.plan_writes(catalog, writer, None, Cancel()))
    return run_to_end(job.write_plans(catalog, writer, plans, Cancel())).written


def plan(catalog: Catalog, folder: Path) -> list[NewName]:
    return run_to_end(
        fix_names.plan_names(catalog, NAME_TOOLS, list(scan(catalog, folder).values()), Cancel())
    )


def fix(catalog: Catalog, folder: Path, tools: NameTools = NAME_TOOLS) -> RenameSummary:
    return run_to_end(fix_names.rename(catalog, tools, plan(catalog, folder), Cancel()))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(("name", "kind", "right"), CASES)
def test_a_photo_of_a_wrong_suffix_is_tagged_beside_it_or_renamed(
    catalog: Catalog, writer: ExifToolWriter, folder: Path, name: str, kind: str, right: str
) -> None:
    photo = wrong(folder / name, kind)
    before, status = photo.read_bytes(), photo.stat()
    identity = scan(catalog, folder)[name]
    review.add_keyword(catalog, [identity], "dog")
    (planned,) = run_to_end(job.plan_writes(catalog, writer, None, Cancel()))
    assert any("fix-names" in note for note in planned.notes) or kind in ("GIF", "BMP") or "cr2" in name
    assert write(catalog, writer) == 1
    (sidecar,) = names(folder) - {name}
    assert exiv2(folder / sidecar, "Xmp.dc.subject") == ["dog"]
    assert photo.read_bytes() == before
    assert read(writer, photo).keywords() == ("dog",)

    done = fix(catalog, folder)
    assert (done.renamed, done.failed) == (1, [])
    beside = sidecar if sidecar == "a.xmp" else f"{right}.xmp"
    assert names(folder) == {right, beside}
    assert (folder / right).read_bytes() == before
    assert (folder / right).stat().st_mtime_ns == status.st_mtime_ns
    assert scan(catalog, folder) == {right: identity}
    assert read(writer, folder / right).keywords() == ("dog",)
    assert plan(catalog, folder) == []

    assert done.run_id is not None
    undone = run_to_end(fix_names.undo_names(catalog, NAME_TOOLS, done.run_id, Cancel()))
    assert (undone.restored, undone.failed) == (1, [])
    assert names(folder) == {name, sidecar}
    assert scan(catalog, folder) == {name: identity}
    with pytest.raises(UsageError, match="nothing to undo"):
        run_to_end(fix_names.undo_names(catalog, NAME_TOOLS, done.run_id, Cancel()))


@pytest.mark.parametrize("name", ["a.jpg", "a.JPE", "a.jfif", "a.mpo", "a.insp", "a.raw"])
def test_suffixes_that_a_jpeg_may_have_stay(catalog: Catalog, folder: Path, name: str) -> None:
    wrong(folder / name, "JPEG")
    assert plan(catalog, folder) == []


@pytest.mark.parametrize("content", [b"%PDF-1.7 " * 30, b"hello " * 50, b"\0\0\0\x18ftypmp42" + bytes(300)])
def test_what_is_no_photo_is_neither_renamed_nor_tagged(
    catalog: Catalog, writer: ExifToolWriter, folder: Path, content: bytes
) -> None:
    (folder / "a.jpg").write_bytes(content)
    review.add_keyword(catalog, list(scan(catalog, folder).values()), "dog")
    assert plan(catalog, folder) == []
    assert write(catalog, writer) == 0
    assert names(folder) == {"a.jpg"}


def test_all_of_them_are_one_run_with_what_lies_beside_them(catalog: Catalog, folder: Path) -> None:
    for number in range(20):
        wrong(folder / f"{number}.HEIC", "JPEG")
        (folder / f"{number}.HEIC.json").write_text("{}")  # Google's
        (folder / f"{number}.heic.xmp").write_text("<x/>")
        (folder / f"{number}.HEIC.png").write_bytes(b"another photo")
    before = names(folder)
    done = fix(catalog, folder)
    assert done.renamed == 20
    after = {
        name.replace("HEIC", "JPG").replace("heic", "JPG") for name in before if not name.endswith("png")
    }
    assert names(folder) == after | {f"{number}.HEIC.png" for number in range(20)}
    (run,) = catalog.read(journal.runs)
    assert (run.files, run.renamed, run.undone_files) == (20, True, 0)
    (folder / "3.JPG.pp3").write_text("made since")
    run_to_end(fix_names.undo_names(catalog, NAME_TOOLS, run.id, Cancel()))
    assert {name.lower() for name in names(folder)} == {name.lower() for name in before} | {"3.heic.pp3"}
    assert (folder / "3.HEIC.pp3").read_text() == "made since"


@pytest.mark.parametrize("taken", ["a.jpg", "A.JPG", "a.jpg.xmp"])
def test_no_file_is_ever_replaced(catalog: Catalog, folder: Path, taken: str) -> None:
    wrong(folder / "a.heic", "JPEG")
    (folder / "a.heic.xmp").write_text("<x/>")
    (folder / taken).write_bytes(b"another")
    done = fix(catalog, folder)
    assert (done.run_id, done.renamed) == (None, 0)
    ((path, failure),) = done.failed
    assert path == folder / "a.heic"
    assert "keeps its name: there is a file called" in failure.message
    assert names(folder) == {"a.heic", "a.heic.xmp", taken}


def test_a_name_that_somebody_takes_meanwhile_is_theirs(catalog: Catalog, folder: Path) -> None:
    wrong(folder / "a.heic", "JPEG")
    (folder / "a.heic.xmp").write_text("<x/>")
    planned = plan(catalog, folder)
    (folder / "a.jpg").write_bytes(b"theirs")
    done = run_to_end(fix_names.rename(catalog, NAME_TOOLS, planned, Cancel()))
    assert "there is a file called a.jpg already" in done.failed[0][1].message
    assert names(folder) == {"a.heic", "a.heic.xmp", "a.jpg"}  # its sidecar is called as it was, too
    assert (folder / "a.jpg").read_bytes() == b"theirs"
    assert set(scan(catalog, folder)) == {"a.heic", "a.jpg"}


def test_two_that_would_get_one_name_do_not(catalog: Catalog, folder: Path) -> None:
    wrong(folder / "a.heic", "JPEG")
    wrong(folder / "a.png", "JPEG")
    done = fix(catalog, folder)
    assert (done.renamed, len(done.failed)) == (1, 1)
    assert len(names(folder)) == 2


@pytest.mark.skipif(os.name != "posix", reason="folders have no such mode elsewhere")
def test_a_folder_that_is_read_only_is_told(catalog: Catalog, folder: Path) -> None:
    wrong(folder / "a.heic", "JPEG")
    folder.chmod(0o500)
    try:
        assert "is read-only" in fix(catalog, folder).failed[0][1].message
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.skipif(os.name != "posix", reason="Windows' own rename refuses")
def test_where_no_rename_refuses_a_taken_name(
    catalog: Catalog, folder: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def not_here(*_: object, **__: object) -> None:
        raise OSError(errno.EINVAL, "not here")

    monkeypatch.setattr(in_place, "_rename", not_here)
    if not links:
        monkeypatch.setattr(os, "link", not_here)
    before = wrong(folder / "a.heic", "JPEG").read_bytes()
    assert fix(catalog, folder).renamed == 1
    assert names(folder) == {"a.jpg"}
    assert (folder / "a.jpg").read_bytes() == before
    (folder / "b").write_bytes(b"1")
    with pytest.raises(Exception, match="there is a file called"):
        in_place.rename_in_place(folder / "b", folder / "a.jpg")
    assert (folder / "a.jpg").read_bytes() == before


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("undoing", [False, True])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_kill_leaves_all_of_a_photos_files_together(
    catalog: Catalog, folder: Path, undoing: bool, at: int, moment: str
) -> None:
    """``between``: where a rename is two steps, both names are the file's for a moment."""
    before = wrong(folder / "a.heic", "JPEG").read_bytes()
    (folder / "a.heic.xmp").write_text("<x/>")
    (folder / "a.heic.json").write_text("{}")
    identity = scan(catalog, folder)["a.heic"]
    run_id = fix(catalog, folder).run_id if undoing else None
    left = at

    def rename(source: Path, target: Path) -> None:
        nonlocal left
        if left == 0 and moment == "before":
            raise Killed
        if left == 0 and moment == "between" and os.name == "posix":
            os.link(source, target)
            raise Killed
        in_place.rename_in_place(source, target)
        if left == 0:
            raise Killed
        left -= 1

    deadly = NameTools(NAME_TOOLS.right_suffix, NAME_TOOLS.beside, rename, NAME_TOOLS.finish)
    if run_id is not None:
        run: Job[object] = fix_names.undo_names(catalog, deadly, run_id, Cancel())
    else:
        run = fix_names.rename(catalog, deadly, plan(catalog, folder), Cancel())
    with pytest.raises(Killed):
        run_to_end(run)
    assert len(fix_names.recover_names(catalog, NAME_TOOLS)) == 1
    assert catalog.read(renames.unfinished) == []
    assert fix_names.recover_names(catalog, NAME_TOOLS) == []
    stem = {name.split(".")[1] for name in names(folder)}
    assert len(stem) == 1
    assert len(names(folder)) == 3
    (photo,) = (path for path in folder.iterdir() if path.suffix in (".jpg", ".heic"))
    assert photo.read_bytes() == before
    assert scan(catalog, folder) == {photo.name: identity}


def test_a_write_before_the_renaming_can_still_be_taken_back(
    catalog: Catalog, writer: ExifToolWriter, folder: Path
) -> None:
    wrong(folder / "a.heic", "JPEG")
    review.add_keyword(catalog, [scan(catalog, folder)["a.heic"]], "dog")
    assert write(catalog, writer) == 1
    assert fix(catalog, folder).renamed == 1
    assert names(folder) == {"a.jpg", "a.jpg.xmp"}
    undone = run_to_end(job.undo_run(catalog, writer, None, Cancel()))
    assert (undone.run_id, undone.restored, undone.failed) == (1, 1, [])
    assert names(folder) == {"a.jpg"}


def test_a_photo_added_by_itself_keeps_being_added(catalog: Catalog, folder: Path) -> None:
    photo = wrong(folder / "a.heic", "JPEG")
    run_to_end(scan_folders(catalog, PillowDecoder(), [photo], Cancel()))
    ids = catalog.read(photos.ids)
    planned = run_to_end(fix_names.plan_names(catalog, NAME_TOOLS, ids, Cancel()))
    assert run_to_end(fix_names.rename(catalog, NAME_TOOLS, planned, Cancel())).renamed == 1
    assert catalog.read(photos.roots) == [folder / "a.jpg"]
