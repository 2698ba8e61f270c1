"""What a scan leaves alone: other programs' folders, bins, snapshots, marked ones, other kinds, the cloud."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import plain
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.files.cloud import in_cloud_only, placeholder_of
from phototagger.imaging.decode import PillowDecoder
from phototagger.jobs import review
from phototagger.jobs.analysis.analyse import analyse_photos
from phototagger.jobs.analysis.passed_over import sentences
from phototagger.jobs.analysis.roots import is_hidden
from phototagger.jobs.analysis.scan import ScanSummary, scan_folders
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import run as job
from tests.support.photos import make_photo, read
from tests.unit.jobs.analysis.test_analyse import LabelSuggester

E_ACUTE, E_APART = "\u00e9", "e\u0301"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    make(made / "good.jpg")
    return made


def make(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def scan(catalog: Catalog, *roots: Path) -> ScanSummary:
    return run_to_end(scan_folders(catalog, PillowDecoder(), roots, Cancel()))


def there(catalog: Catalog, root: Path) -> set[str]:
    found = catalog.read(lambda c: photos.by_id(c, photos.ids(c)))
    return {photo.path.relative_to(root).as_posix() for photo in found if photo.state != "missing"}


FOLDERS = [
    *(
        "Photos Library.photoslibrary",
        "iPhoto Library.photolibrary",
        "X.migratedphotolibrary",
        "Old.aplibrary",
    ),
    *("Trip Previews.lrdata", "Lightroom Library.lrlibrary", "Trip.lrcat-data", "Wedding.cocatalog"),
    *("CaptureOne/Cache", "Photo Booth Library", "Film.imovielibrary", "Vault.apvault"),
    *("Google Photos/Trash", "Google Fotos/Papierkorb", "Generated Images.bundle"),
    *("@Recycle", "@Recently-Snapshot", "#recycle", "#snapshot", "@eaDir", "@tmp", "~snapshot", "@SynoThumb"),
    *("$RECYCLE.BIN", "System Volume Information", "RECYCLER", "Recycled", "lost+found", "__MACOSX"),
    *("Network Trash Folder", "Temporary Items", "iPod Photo Cache", "Backups.backupdb", "x.sparsebundle"),
    *("[Originals]", "node_modules", "encoded-video", "files_trashbin", "files_versions", "appdata_oc1x2y"),
    *(
        "@GMT-2024.01.01-00.00.00",
        "timeshift/snapshots",
        "Network Recycle Bin 1",
        "Cache.noindex",
        "FileHistory",
    ),
    *(
        ".Trash-1000",
        ".Trashes",
        ".thumbnails",
        ".cache",
        ".@__thumb",
        ".picasaoriginals",
        ".zfs",
        ".snapshots",
    ),
    *(".dtrash", ".stversions", ".streams", ".Spotlight-V100", ".photostructure"),
]


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_of_others_are_left_alone_whatever_their_capitals(
    catalog: Catalog, root: Path, name: str
) -> None:
    variants = {name, name.upper(), name.lower(), name.swapcase()}
    for number, variant in enumerate(sorted(variants)):
        make(root / str(number) / variant / "deep" / "x.jpg")
    summary = scan(catalog, root)
    assert there(catalog, root) == {"good.jpg"}
    told = [] if name.startswith(".") else sorted(variants)
    assert sorted(one.path.relative_to(root).as_posix()[2:] for one in summary.left.folders) == told


@pytest.mark.parametrize(
    "name",
    [".nomedia", ".NoMedia", ".noimage", ".nomemories", "CACHEDIR.TAG", ".metadata_never_index", ".immich"],
)
def test_a_folder_marked_to_be_left_alone_is(catalog: Catalog, root: Path, name: str) -> None:
    make(root / "a" / name, root / "a" / "x.jpg", root / "a" / "below" / "y.jpg", root / "b" / "z.jpg")
    assert [one.path for one in scan(catalog, root).left.folders] == [root / "a"]
    assert there(catalog, root) == {"good.jpg", "b/z.jpg"}


@pytest.mark.parametrize(
    "names",
    [
        ("iPhoto Library/Library6.iPhoto", "iPhoto Library/Originals/x.jpg"),
        ("Catalog/Catalog.cocatalogdb", "Catalog/Originals/x.jpg"),
        ("Some.app/Contents/Resources/x.png",),
        ("Letter.pages/Data/x.jpg", "Letter.pages/Index.zip"),
        ("Old/Database/x", "Old/Masters/a.jpg", "Old/Previews/b.jpg", "Old/Thumbnails/c.jpg"),
        ("Lib/database/x", "Lib/originals/a.jpg", "Lib/resources/b.jpg", "Lib/private/c"),
        ("Poster.pxd/QuickLook/x.webp", "Poster.pxd/metadata.info"),
        ("immich/thumbs/x.webp", "immich/upload/readme", "immich/encoded-video/a"),
        ("Session/Session.cosessiondb", "Session/Trash/x.jpg"),
    ],
)
def test_what_lies_in_or_beside_a_folder_tells_whose_it_is(
    catalog: Catalog, root: Path, names: tuple[str, ...]
) -> None:
    make(*(root / name for name in names))
    scan(catalog, root)
    assert there(catalog, root) == {"good.jpg"}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Cache",
            "Trash",
            "thumbs",
            "Originals",
            "Recycling",
            "My.band",
            "Library",
            "snapshots",
            "CaptureOne",
        ),
        *("Live at Rock.app", "Timeshift", "appdata", f"Caf{E_ACUTE}.lib", "Lightroom", "Photo Library"),
    ],
)
def test_folders_that_only_sound_so_are_the_persons_own(catalog: Catalog, root: Path, name: str) -> None:
    make(root / name / "x.jpg")
    assert not scan(catalog, root).left
    assert there(catalog, root) == {"good.jpg", f"{name}/x.jpg"}


@pytest.mark.parametrize("name", ["nomedia", "#recycle", "X.photoslibrary", ".private"])
def test_naming_that_very_folder_adds_it_on_purpose_for_good(catalog: Catalog, root: Path, name: str) -> None:
    marked = root / "a" / name
    make(marked / "x.jpg", marked / "below" / "y.jpg")
    if name == "nomedia":
        make(marked / ".nomedia")
    assert scan(catalog, root).found == 1
    assert scan(catalog, marked).new == 2
    again = scan(catalog, root)
    assert (again.found, again.missing, again.left.folders) == (3, 0, ())
    everything = {"good.jpg", f"a/{name}/x.jpg", f"a/{name}/below/y.jpg"}
    assert there(catalog, root) == everything
    assert scan(catalog, root.parent).missing == 0  # a wider folder does not swallow it either
    assert there(catalog, root) == everything
    assert scan(catalog, root, marked).found == 3


def test_a_photo_named_itself_is_added_on_purpose(catalog: Catalog, root: Path) -> None:
    make(root / "#recycle" / "x.jpg", root / "#recycle" / "y.jpg")
    scan(catalog, root)
    assert scan(catalog, root / "#recycle" / "x.jpg").new == 1
    assert scan(catalog, root).missing == 0
    assert there(catalog, root) == {"good.jpg", "#recycle/x.jpg"}


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own elsewhere")
def test_a_link_into_a_library_is_not_followed(catalog: Catalog, root: Path, tmp_path: Path) -> None:
    make(tmp_path / "X.photoslibrary" / "originals" / "0" / "x.jpg", tmp_path / "fine" / "y.jpg")
    (root / "all").symlink_to(tmp_path / "X.photoslibrary" / "originals")
    (root / "fine").symlink_to(tmp_path / "fine")
    scan(catalog, root)
    assert there(catalog, root) == {"good.jpg", "fine/y.jpg"}


@pytest.mark.parametrize("place", ["@Recycle", "marked", "X.photoslibrary"])
def test_photos_known_from_before_are_not_written(
    catalog: Catalog, writer: ExifToolWriter, root: Path, place: str
) -> None:
    """The catalog of an earlier version, which took such folders up; a folder is marked after it was scanned."""
    folder = root / "own"
    folder.mkdir()
    photo = make_photo(folder / "x.jpg")
    scan(catalog, root)
    (identity,) = catalog.read(lambda c: [one.id for one in photos.by_path(c, [photo])])
    review.add_keyword(catalog, [identity], "dog")
    moved = folder.rename(root / place) if place != "marked" else folder
    catalog.write(
        lambda c: c.execute("UPDATE folder SET path = ? WHERE path = ?", (bytes(moved), bytes(folder)))
    )
    if place == "marked":
        make(moved / ".nomedia")
    before = (moved / "x.jpg").read_bytes()
    (plan,) = run_to_end(job.plan_writes(catalog, writer, None, Cancel()))
    assert plan.refused is not None
    assert "Nothing was changed" in plan.refused.message
    assert run_to_end(job.write_plans(catalog, writer, [plan], Cancel())).written == 0
    summary = scan(catalog, root)
    assert (summary.left.known, "1 photo known from there will not" in sentences(summary.left)[0]) == (
        1,
        True,
    )
    assert run_to_end(job.plan_writes(catalog, writer, None, Cancel())) == []
    assert (moved / "x.jpg").read_bytes() == before

    scan(catalog, moved)  # on purpose
    (plan,) = run_to_end(job.plan_writes(catalog, writer, None, Cancel()))
    done = run_to_end(job.write_plans(catalog, writer, [plan], Cancel()))
    if place.endswith("photoslibrary"):  # whose database knows each file's bytes
        assert plan.refused is not None
        assert (moved / "x.jpg").read_bytes() == before
    else:
        assert done.written == 1
        assert read(writer, moved / "x.jpg").keywords() == ("dog",)


def test_one_line_names_what_was_passed_over_libraries_first(catalog: Catalog, root: Path) -> None:
    for number in range(12):
        make(root / str(number) / "@eaDir" / "x.jpg")
    make(root / "#recycle" / "x.jpg", root / "X.photoslibrary" / "x.jpg", root / "lost+found" / "x.jpg")
    (line,) = sentences(scan(catalog, root).left)
    assert "X.photoslibrary, #recycle, @eaDir (12) and 1 more." in line
    assert "phototagger scan FOLDER" in line


def test_kinds_that_are_not_read_are_told_once_with_their_numbers(catalog: Catalog, root: Path) -> None:
    make(*(root / f"{number}.xcf" for number in range(3)), root / "a.GPR", root / "b.svg", root / "c.exr")
    make(root / "notes.txt", root / "film.mts", root / ".hidden.xcf", root / "#recycle" / "d.kra")
    left = scan(catalog, root).left
    assert left.kinds == {".xcf": 3, ".gpr": 1, ".svg": 1, ".exr": 1}
    assert "6 files of kinds that phototagger does not read: .xcf (3), .exr, .gpr and 1 more." in sentences(
        left
    )


class Status:
    """A file's status with what other systems have in it."""

    def __init__(self, real: Any, **more: int) -> None:
        self._real, self._more = real, more

    def __getattr__(self, name: str) -> Any:
        return self._more[name] if name in self._more else getattr(self._real, name)


MARKS = [
    {"st_file_attributes": 0x1000 | 0x20},
    {"st_file_attributes": 0x400000 | 0x20},
    {"st_file_attributes": 0x40000},
    {"st_file_attributes": 5248544},  # as OneDrive has it
    {"st_flags": 0x40000000 | 0x20},
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_file_that_is_in_the_cloud_only_is_known_by_its_status(
    tmp_path: Path, mark: dict[str, int]
) -> None:
    assert in_cloud_only(Status(tmp_path.stat(), **mark))  # type: ignore[arg-type]
    assert not in_cloud_only(Status(tmp_path.stat(), st_file_attributes=0x20, st_flags=0x20))  # type: ignore[arg-type]
    (tmp_path / "small").write_bytes(b"x")
    assert not in_cloud_only(Status((tmp_path / "small").stat(), st_blocks=0))  # type: ignore[arg-type]


def test_hidden_by_the_systems_mark(tmp_path: Path) -> None:
    assert is_hidden(Status(tmp_path.stat(), st_file_attributes=2))  # type: ignore[arg-type]
    assert is_hidden(Status(tmp_path.stat(), st_flags=0x8000))  # type: ignore[arg-type]
    assert not is_hidden(tmp_path.stat())


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of files that are in the cloud only; opening one is a fault."""
    names: set[str] = set()
    real_stat, real_open = Path.stat, Path.open

    def fake_stat(path: Path, **options: bool) -> Any:
        status = real_stat(path, **options)
        return Status(status, st_file_attributes=0x400000) if path.name in names else status

    def fake_open(path: Path, *args: Any, **options: Any) -> Any:
        assert path.name not in names, f"{path} was fetched"
        return real_open(path, *args, **options)

    monkeypatch.setattr(Path, "stat", fake_stat)
    monkeypatch.setattr(Path, "open", fake_open)
    return names


def test_photos_in_the_cloud_wait_there_and_are_told_of(
    catalog: Catalog, root: Path, cloud: set[str]
) -> None:
    make(root / "new.heic", root / "seen.jpg", root / ".apple.heic.icloud", root / "next.jpg.nextcloud")
    make(root / "notes.txt.nextcloud")
    cloud |= {"new.heic"}
    summary = scan(catalog, root)
    assert (summary.found, summary.new, summary.left.in_cloud) == (2, 2, 3)
    assert there(catalog, root) == {"good.jpg", "seen.jpg"}
    assert any(
        "3 photos wait in the cloud and will not be fetched" in text for text in sentences(summary.left)
    )
    cloud |= {"seen.jpg"}  # pushed out since: it is not missing, and its review is kept
    (root / "good.jpg").rename(root / ".good.jpg.icloud")
    again = scan(catalog, root)
    assert (again.missing, again.changed, again.left.in_cloud) == (0, 0, 5)
    assert there(catalog, root) == {"good.jpg", "seen.jpg"}
    cloud.clear()
    assert scan(catalog, root).new == 1


def test_no_metadata_is_read_out_of_a_file_in_the_cloud(
    writer: ExifToolWriter, root: Path, cloud: set[str]
) -> None:
    photo, beside = make_photo(root / "x.jpg"), make_photo(root / "y.jpg")
    shutil.copyfile(beside, root / "y.jpg.xmp")
    cloud |= {"x.jpg", "y.jpg.xmp"}
    found = writer.read([photo, beside])
    assert "lies in the cloud only" in str(found[photo])
    assert not isinstance(found[beside], Exception)
    faces = writer.face_names([photo, beside])
    assert ["lies in the cloud only" in str(faces[path]) for path in (photo, beside)] == [True, True]


class OpeningEngine:
    """Opens each photo that it is asked about."""

    def analyse(self, requests: Iterable[AnalyseRequest]) -> Iterator[Answer]:
        for request in requests:
            request.path.open("rb").close()
            yield Answer(
                request.photo_id, request.signature, failure=Failure(ErrorKind.EMPTY, plain("empty"))
            )


def test_an_analysis_fetches_nothing_and_tells_what_waits(
    catalog: Catalog, thumbnails: ThumbnailStore, root: Path, cloud: set[str]
) -> None:
    make(root / "away.jpg", root / "last.jpg")
    scan(catalog, root)
    cloud |= {"away.jpg", "last.jpg"}
    run = analyse_photos(catalog, thumbnails, OpeningEngine(), LabelSuggester(), Cancel())  # type: ignore[arg-type]
    assert run_to_end(run).failed == 3
    told = {photo.path.name: photo.failure for photo in catalog.read(photos.problems)}
    assert [name for name, failure in told.items() if failure and "in the cloud only" in failure.message] == [
        "away.jpg",
        "last.jpg",
    ]
    cloud.clear()
    scan(catalog, root)  # here again: they wait for the analysis
    assert catalog.read(photos.count_pending) == 2


@pytest.mark.parametrize(
    ("name", "stands_for"),
    [
        (".IMG_1.HEIC.icloud", "IMG_1.HEIC"),
        ("a.jpg.nextcloud", "a.jpg"),
        ("a.jpg", None),
        ("a.jpg.cloud", "a.jpg"),
    ],
)
def test_placeholders(name: str, stands_for: str | None) -> None:
    assert placeholder_of(name) == stands_for
