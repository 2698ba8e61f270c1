"""Scanning real folders: what is met, what is passed over, what is called missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import folders, photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import Cancelled, UsageError
from phototagger.domain.records import Changes, Photo
from phototagger.imaging.decode import PillowDecoder
from phototagger.jobs.analysis import scan
from phototagger.jobs.analysis.roots import CatalogPaths, Foreigners
from phototagger.jobs.analysis.scan import ScanSummary, scan_folders
from phototagger.jobs.progress import Cancel, run_to_end

DECODER = PillowDecoder()
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
not_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind the superuser"
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "data" / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "photos")


def make(folder: Path, *names: str) -> Path:
    """Empty files: a scan opens none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def run(catalog: Catalog, *roots: Path) -> ScanSummary:
    return run_to_end(scan_folders(catalog, DECODER, roots, Cancel()))


def known(catalog: Catalog) -> dict[Path, Photo]:
    found = catalog.read(lambda c: photos.by_id(c, photos.ids(c)))
    return {photo.path: photo for photo in found}


def missing(catalog: Catalog) -> set[Path]:
    return {path for path, photo in known(catalog).items() if photo.state == "missing"}


def test_photos_are_met_at_any_depth(catalog: Catalog, root: Path) -> None:
    make(root, "a.jpg", "b.JPEG", "sub/deep/c.png", "notes.txt", "no_suffix", "d.jpg/inside.webp")
    summary = run(catalog, root)
    assert summary == ScanSummary(4, 4, 0, 0, ())
    names = {path.relative_to(root).as_posix() for path in known(catalog)}
    assert names == {"a.jpg", "b.JPEG", "sub/deep/c.png", "d.jpg/inside.webp"}
    assert {photo.state for photo in known(catalog).values()} == {"pending"}
    a = (root / "a.jpg").stat()
    signature = known(catalog)[root / "a.jpg"].signature
    assert (signature.size, signature.mtime_ns) == (a.st_size, a.st_mtime_ns)


def test_a_raw_beside_its_jpeg_is_no_photo_of_its_own(catalog: Catalog, root: Path) -> None:
    make(root, "a.CR2", "a.JPG", "b.nef", "one/c.arw", "two/c.jpg")
    assert run(catalog, root) == ScanSummary(4, 4, 0, 0, (), paired=1)
    assert {path.name for path in known(catalog)} == {"a.JPG", "b.nef", "c.arw", "c.jpg"}


def test_hidden_and_trash_are_passed_over(catalog: Catalog, root: Path) -> None:
    make(
        root, ".hidden/a.jpg", ".Trash-1000/b.jpg", "$RECYCLE.BIN/c.jpg", "@eaDir/d.jpg", "._e.jpg", ".f.jpg"
    )
    make(root, "lost+found/g.jpg", "seen.jpg", "Trash of Trash/h.jpg")
    run(catalog, root)
    assert {path.name for path in known(catalog)} == {"seen.jpg", "h.jpg"}


def test_a_hidden_root_that_was_named_is_scanned(catalog: Catalog, tmp_path: Path) -> None:
    assert run(catalog, make(tmp_path / ".private", "a.jpg")).found == 1


def test_a_second_scan_finds_only_what_changed(catalog: Catalog, root: Path) -> None:
    make(root, "same.jpg", "changes.jpg", "goes.jpg")
    run(catalog, root)
    (root / "changes.jpg").write_bytes(b"longer")
    (root / "goes.jpg").unlink()
    make(root, "comes.jpg")
    assert run(catalog, root) == ScanSummary(3, 1, 1, 1, ())
    assert missing(catalog) == {root / "goes.jpg"}
    make(root, "goes.jpg")
    run(catalog, root)
    assert missing(catalog) == set()


def test_the_window_hears_of_all_changes(catalog: Catalog, root: Path) -> None:
    make(root, *(f"{number:04}.jpg" for number in range(1100)))
    reports = list(scan_folders(catalog, DECODER, [root], Cancel()))
    changes = Changes()
    for report in reports:
        changes |= report.changes
    assert changes.photos == set(catalog.read(photos.ids))
    assert changes.photo_list
    assert changes.folders
    assert max(len(report.changes.photos) for report in reports) == scan.BATCH
    assert reports[-1].done == 1100


@needs_links
def test_links_are_followed_only_to_new_places_and_never_in_circles(
    catalog: Catalog, root: Path, tmp_path: Path
) -> None:
    make(root, "a/own.jpg")
    outside = make(tmp_path / "outside", "far.jpg", "deeper/far2.jpg")
    (root / "a" / "up").symlink_to(root)
    (root / "aa_link_to_a").symlink_to(root / "a")
    (root / "out").symlink_to(outside)
    (root / "out_again").symlink_to(outside / "deeper")
    (outside / "back").symlink_to(root)
    (outside / "self").symlink_to(outside)
    (root / "copy.jpg").symlink_to(root / "a" / "own.jpg")
    (root / "single.jpg").symlink_to(outside / "far.jpg")
    (root / "broken.jpg").symlink_to(root / "nowhere.jpg")
    run(catalog, root)
    names = sorted(path.relative_to(root).as_posix() for path in known(catalog))
    assert names in (
        ["a/own.jpg", "out/deeper/far2.jpg", "out/far.jpg", "single.jpg"],
        ["a/own.jpg", "out/far.jpg", "out_again/far2.jpg", "single.jpg"],
    )
    assert run(catalog, root) == ScanSummary(4, 0, 0, 0, ())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_no_photo(catalog: Catalog, root: Path) -> None:
    os.mkfifo(root / "pipe.jpg")
    assert run(catalog, root).found == 0


def test_nested_roots_are_folded(catalog: Catalog, root: Path) -> None:
    make(root, "a/b/x.jpg", "c/y.jpg")
    assert CatalogPaths([]).fold([root / "a" / "b", root, root / "a", root], Foreigners()) == [root]
    assert run(catalog, root / "a" / "b", root, root / "c").found == 2
    assert catalog.read(photos.roots) == [root]


def test_scanning_part_of_a_root_judges_only_that_part(catalog: Catalog, root: Path) -> None:
    make(root, "a/x.jpg", "b/y.jpg", "b/z.jpg")
    run(catalog, root)
    for name in ("a/x.jpg", "b/y.jpg"):
        (root / name).unlink()
    assert run(catalog, root / "b").missing == 1
    assert missing(catalog) == {root / "b" / "y.jpg"}
    assert catalog.read(photos.roots) == [root]


def test_a_folder_removed_inside_a_root_is_missing(catalog: Catalog, root: Path) -> None:
    make(root, "a/x.jpg", "b/y.jpg")
    run(catalog, root)
    (root / "a" / "x.jpg").unlink()
    (root / "a").rmdir()
    assert run(catalog, root / "a") == ScanSummary(0, 0, 0, 1, ())
    assert missing(catalog) == {root / "a" / "x.jpg"}


def test_a_root_that_cannot_be_reached_loses_nothing(catalog: Catalog, root: Path, tmp_path: Path) -> None:
    make(root, "a.jpg")
    run(catalog, root)
    root.rename(tmp_path / "unplugged")
    assert run(catalog, root) == ScanSummary(0, 0, 0, 0, (root,))
    assert missing(catalog) == set()


def test_an_empty_place_where_a_disk_was_loses_nothing(catalog: Catalog, root: Path) -> None:
    make(root, "a.jpg")
    run(catalog, root)
    catalog.write(lambda c: folders.set_mounted(c, {photos.add_root(c, root): True}))
    (root / "a.jpg").unlink()
    assert run(catalog, root).unreadable_folders == (root,)
    assert missing(catalog) == set()
    make(root, "other.jpg")
    assert run(catalog, root).missing == 1


@not_root
def test_a_closed_folder_keeps_its_photos(catalog: Catalog, root: Path) -> None:
    make(root, "closed/deep/a.jpg", "open/b.jpg")
    run(catalog, root)
    (root / "open" / "b.jpg").unlink()
    (root / "closed").chmod(0)
    summary = run(catalog, root)
    (root / "closed").chmod(0o700)
    assert summary == ScanSummary(0, 0, 0, 1, (root / "closed",))
    assert missing(catalog) == {root / "open" / "b.jpg"}


def test_a_cancelled_scan_calls_nothing_missing(catalog: Catalog, root: Path) -> None:
    make(root, *(f"{number:04}.jpg" for number in range(700)))
    run(catalog, root)
    (root / "0699.jpg").unlink()
    cancel = Cancel()
    job = scan_folders(catalog, DECODER, [root], cancel)
    for _ in range(3):
        next(job)
    cancel.set()
    with pytest.raises(Cancelled):
        run_to_end(job)
    assert missing(catalog) == set()


def test_a_cancelled_scan_keeps_what_it_met(catalog: Catalog, root: Path) -> None:
    make(root, *(f"{number:04}.jpg" for number in range(700)))
    cancel = Cancel()
    changes = Changes()
    job = scan_folders(catalog, DECODER, [root], cancel)
    while not cancel.is_set():
        report = next(job)
        changes |= report.changes
        if report.done:
            cancel.set()
    with pytest.raises(Cancelled):
        next(job)
    assert len(known(catalog)) == scan.BATCH
    assert changes.photos == {photo.id for photo in known(catalog).values()}


def test_single_photos_are_roots_too(catalog: Catalog, root: Path) -> None:
    make(root, "a.jpg", "b.jpg", "c.jpg", "notes.txt")
    assert run(catalog, root / "a.jpg", root / "b.jpg", root / "notes.txt").found == 2
    assert set(known(catalog)) == {root / "a.jpg", root / "b.jpg"}
    (root / "a.jpg").unlink()
    assert run(catalog, root / "a.jpg") == ScanSummary(0, 0, 0, 1, ())
    assert missing(catalog) == {root / "a.jpg"}
    assert run(catalog, root).new == 1
    assert catalog.read(photos.roots) == [root]


def test_wrong_roots_are_told(catalog: Catalog, root: Path) -> None:
    make(root, "notes.txt")
    with pytest.raises(UsageError, match=r"There is no folder or photo at .*nowhere\. Check the path"):
        run(catalog, root / "nowhere")
    with pytest.raises(UsageError, match="neither a folder nor a photo"):
        run(catalog, root / "notes.txt")
    with pytest.raises(UsageError, match="Name at least one"):
        run(catalog)
    assert catalog.read(photos.roots) == []
    assert run(catalog, root, root.parent / "nowhere").unreadable_folders == (root.parent / "nowhere",)


@pytest.mark.parametrize("name", ["line\nbreak.jpg", "\U0001f600.jpg", "-rf.jpg", "a'b\"c.jpg"])
def test_odd_names(catalog: Catalog, root: Path, name: str) -> None:
    make(root, f"{name}_folder/{name}")
    run(catalog, root)
    assert list(known(catalog)) == [root / f"{name}_folder" / name]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are always valid text here")
def test_names_that_are_not_utf8(catalog: Catalog, root: Path) -> None:
    folder = os.fsencode(root) + b"/d\xe9"
    make(Path(os.fsdecode(folder)), os.fsdecode(b"caf\xe9.jpg"))
    run(catalog, root)
    (path,) = known(catalog)
    assert os.fsencode(path) == folder + b"/caf\xe9.jpg"
    assert path.exists()
    assert run(catalog, root) == ScanSummary(1, 0, 0, 0, ())


def test_removing_a_root_touches_no_file(catalog: Catalog, root: Path) -> None:
    make(root, "a.jpg")
    run(catalog, root)
    (photo,) = known(catalog).values()
    store = ThumbnailStore.open(root.parent / "thumbs")
    store.put(photo.id, photo.signature, b"jpeg")
    assert scan.remove_root(catalog, root, store) == Changes(photo_list=True, folders=True)
    assert known(catalog) == {}
    assert store.get(photo.id) is None
    store.close()
    assert (root / "a.jpg").exists()


@needs_links
def test_a_folder_reached_by_a_link_is_not_doubled(catalog: Catalog, root: Path, tmp_path: Path) -> None:
    make(root, "a.jpg", "sub/b.jpg")
    link = tmp_path / "Pictures"
    link.symlink_to(root)
    (tmp_path / "deep").symlink_to(root / "sub")
    assert run(catalog, root).new == 2
    summary = run(catalog, link)
    assert (summary.found, summary.new, summary.missing) == (2, 0, 0)
    assert run(catalog, tmp_path / "deep").found == 1
    assert run(catalog, tmp_path / "deep" / "b.jpg", link / "a.jpg", link / "sub" / ".." / "a.jpg").found == 2
    assert run(catalog, link, root, tmp_path / "deep").found == 2
    assert set(known(catalog)) == {root / "a.jpg", root / "sub" / "b.jpg"}
    assert catalog.read(photos.roots) == [root]


@needs_links
@pytest.mark.parametrize("first", ["link", "link to link", "part"])
def test_what_was_added_by_a_link_keeps_that_name(
    catalog: Catalog, root: Path, tmp_path: Path, first: str
) -> None:
    """A family's Pictures is a link to a network disk, and later somebody adds the disk."""
    make(root, "a.jpg", "other/c.jpg")
    make(root.parent, "beside.jpg")
    (tmp_path / "home").mkdir()
    link = tmp_path / "home" / "Pictures"
    link.symlink_to(root / "other" if first == "part" else root)
    (tmp_path / "home" / "again").symlink_to(link)
    added = tmp_path / "home" / "again" if first == "link to link" else link
    count = 1 if first == "part" else 2
    assert run(catalog, added).new == count
    summary = run(catalog, root)
    assert (summary.new, summary.missing) == (2 - count, 0)
    wide = run(catalog, root.parent)  # which holds the link and what it leads to
    assert wide.missing == 0
    assert wide.new == 1
    paths = set(known(catalog))
    assert len({os.path.realpath(path) for path in paths}) == len(paths) == 3
    assert missing(catalog) == set()


@needs_links
def test_two_names_of_one_new_folder_add_it_once(catalog: Catalog, root: Path, tmp_path: Path) -> None:
    make(root, "a.jpg", "sub/b.jpg")
    (tmp_path / "0link").symlink_to(root)
    (tmp_path / "zsub").symlink_to(root / "sub")
    assert run(catalog, tmp_path / "0link", root, tmp_path / "zsub").found == 2
    assert len(known(catalog)) == 2


def test_another_mount_of_a_folder_is_that_folder(
    catalog: Catalog, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bind mount, or one disk mounted twice: no link, but the same device and number."""
    make(root, "a.jpg", "sub/b.jpg")
    other = make(tmp_path / "mounted", "a.jpg", "sub/b.jpg")
    same = {str(other): str(root), str(other / "sub"): str(root / "sub")}
    real = os.stat

    def stat(path: object, **options: bool) -> os.stat_result:
        return real(same.get(os.fspath(path), path), **options)  # type: ignore[arg-type, call-overload]

    monkeypatch.setattr(os, "stat", stat)
    run(catalog, root)
    names = CatalogPaths([root])
    assert names.of(other) == root
    assert names.of(other / "sub" / "b.jpg") == root / "sub" / "b.jpg"
    assert run(catalog, other).new == 0
    assert set(known(catalog)) == {root / "a.jpg", root / "sub" / "b.jpg"}


def test_on_a_disk_without_case_the_letters_of_the_listing_count(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, "Sub/Bild.jpg")
    real = os.path.lexists
    folded = {str(root / "SUB").lower(), str(root / "Sub" / "BILD.JPG").lower()}
    monkeypatch.setattr(os.path, "lexists", lambda path: real(path) or str(path).lower() in folded)
    assert CatalogPaths([root]).of(root / "SUB" / "BILD.JPG") == root / "Sub" / "Bild.jpg"
    assert CatalogPaths([root]).of(root / "Sub" / "Bild.jpg") == root / "Sub" / "Bild.jpg"
    assert CatalogPaths([root]).of(root / "other" / "new.jpg") == root / "other" / "new.jpg"


def test_photos_named_one_by_one_cost_no_transaction_each(catalog: Catalog, root: Path) -> None:
    make(root, *(f"{number:04}.jpg" for number in range(1200)))
    paths = [root / f"{number:04}.jpg" for number in range(1200)]
    reports = list(scan_folders(catalog, DECODER, paths, Cancel()))
    assert len(known(catalog)) == 1200
    assert len(reports) < 8
    paths[0].unlink()
    assert run(catalog, *paths) == ScanSummary(1199, 0, 0, 1, ())
    assert run(catalog, root) == ScanSummary(1199, 0, 0, 0, ())
    assert catalog.read(photos.roots) == [root]
    assert len(list(scan_folders(catalog, DECODER, paths, Cancel()))) < 8
