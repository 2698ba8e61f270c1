"""What a scan brings in, and which photos wait for analysis."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from phototagger.catalog.analysis.suggestions import networks_key
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import folders, photos
from phototagger.catalog.photos.photos import Upserted
from phototagger.domain.errors import UsageError
from phototagger.domain.records import (
    Changes,
    ErrorKind,
    Failure,
    FileSignature,
    FoundFile,
    Photo,
    PhotoState,
)
from phototagger.domain.sentences import plain, said
from phototagger.jobs import review
from tests.support.catalog_parts import NETWORKS, SIGNATURE, add_photos, answer, failed, save, wanted
from tests.support.catalog_parts import suggestion_ids as ids_of

ROOT = Path("/photos")
NEWER = FileSignature(2000, SIGNATURE.mtime_ns + 5)
BROKEN = Failure(ErrorKind.TRUNCATED, plain("It ends too early."))


def one(catalog: Catalog, photo_id: int) -> Photo:
    return catalog.read(lambda c: photos.by_id(c, [photo_id]))[0]


def meet(catalog: Catalog, name: str, signature: FileSignature = SIGNATURE) -> Upserted:
    def work(c: sqlite3.Connection) -> Upserted:
        files = [FoundFile(ROOT / name, signature)]
        return photos.upsert(c, photos.add_root(c, ROOT), files, photos.next_scan(c))

    return catalog.write(work)


def sweep(catalog: Catalog, **limits: object) -> Changes:
    """As after a scan that met nothing."""

    def work(c: sqlite3.Connection) -> Changes:
        return photos.mark_missing(c, photos.add_root(c, ROOT), photos.next_scan(c), **limits)  # type: ignore[arg-type]

    return catalog.write(work)


def pending(catalog: Catalog, **limits: object) -> list[int]:
    found = catalog.read(lambda c: photos.pending(c, 0, 99, **limits))  # type: ignore[arg-type]
    return [request.photo_id for request in found]


def test_a_new_file_is_pending(catalog: Catalog) -> None:
    done = meet(catalog, "a.jpg")
    (found,) = catalog.read(lambda c: photos.by_path(c, [ROOT / "a.jpg"]))
    assert (done.new, done.changed) == (1, 0)
    assert done.changes == Changes(frozenset([found.id]), photo_list=True, folders=True)
    assert found == Photo(found.id, ROOT / "a.jpg", SIGNATURE, PhotoState.PENDING)


def test_a_file_met_again_as_it_was_changes_nothing(catalog: Catalog) -> None:
    meet(catalog, "a.jpg")
    again = meet(catalog, "a.jpg")
    assert (again.new, again.changed, bool(again.changes)) == (0, 0, False)


def test_a_changed_file_waits_again_and_keeps_its_review(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo, ("dog", 0.9)))
    review.confirm(catalog, [ids_of(catalog, photo)["dog"]])
    done = meet(catalog, "a.jpg", NEWER)
    assert (done.new, done.changed) == (0, 1)
    assert one(catalog, photo).state == PhotoState.PENDING
    assert one(catalog, photo).signature == NEWER
    assert wanted(catalog, photo) == {"dog"}
    assert pending(catalog) == [photo]


@pytest.mark.parametrize("first", ["pending", "analysed", "failed", "quarantined"])
def test_a_missing_photo_that_comes_back_is_what_it_was(catalog: Catalog, first: str) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    if first == "analysed":
        save(catalog, answer(photo))
    elif first != "pending":
        catalog.write(lambda c: photos.set_failed(c, photo, BROKEN, first == "quarantined"))
    before = one(catalog, photo)
    assert before.state == first
    assert sweep(catalog).photos == {photo}
    assert one(catalog, photo).state == PhotoState.MISSING
    assert pending(catalog) == []
    assert not sweep(catalog).photos
    assert meet(catalog, "a.jpg").changes.photos == {photo}
    assert one(catalog, photo) == before


def test_a_missing_photo_that_comes_back_changed_waits(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo))
    sweep(catalog)
    meet(catalog, "a.jpg", NEWER)
    assert one(catalog, photo).state == PhotoState.PENDING


def test_missing_is_limited_to_what_was_walked_and_could_be_read(catalog: Catalog) -> None:
    kept, deep, gone, closed = add_photos(catalog, ROOT, "k.jpg", "a/b/deep.jpg", "a/gone.jpg", "a/c/x.jpg")
    assert sweep(catalog, under=[ROOT / "a"], spared=[ROOT / "a" / "c"]).photos == {deep, gone}
    assert one(catalog, kept).state == one(catalog, closed).state == PhotoState.PENDING
    assert sweep(catalog, under=[ROOT / "k.jpg"]).photos == {kept}


def test_a_folder_with_a_like_name_is_another_folder(catalog: Catalog) -> None:
    inside, beside = add_photos(catalog, ROOT, "a/x.jpg", "ab/x.jpg")
    assert pending(catalog, folders=[ROOT / "a"]) == [inside]
    assert pending(catalog, folders=[ROOT / "ab", ROOT / "a" / "x.jpg"]) == [inside, beside]


@pytest.mark.parametrize(
    "kind", [ErrorKind.GONE, ErrorKind.UNREADABLE, ErrorKind.NO_MEMORY, ErrorKind.TIMED_OUT]
)
def test_a_passing_failure_is_tried_again_at_the_next_scan(catalog: Catalog, kind: ErrorKind) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    catalog.write(lambda c: photos.set_failed(c, photo, Failure(kind, plain("For now.")), quarantined=False))
    assert one(catalog, photo).failure == Failure(kind, plain("For now."))
    meet(catalog, "a.jpg")
    assert one(catalog, photo).state == PhotoState.PENDING
    assert one(catalog, photo).failure is None


def test_a_lasting_failure_stays_until_the_file_changes_or_a_retry(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, failed(photo, BROKEN))
    meet(catalog, "a.jpg")
    assert one(catalog, photo).failure == BROKEN
    assert [found.id for found in catalog.read(photos.problems)] == [photo]
    catalog.write(lambda c: photos.retry(c, [photo]))
    assert pending(catalog) == [photo]
    save(catalog, failed(photo, BROKEN))
    meet(catalog, "a.jpg", NEWER)
    assert pending(catalog) == [photo]
    assert catalog.read(photos.problems) == []


def test_pending_comes_in_pages_by_id(catalog: Catalog) -> None:
    every = add_photos(catalog, ROOT, *(f"{number}.jpg" for number in range(7)))
    save(catalog, answer(every[2]))
    first = catalog.read(lambda c: photos.pending(c, 0, 3))
    rest = catalog.read(lambda c: photos.pending(c, first[-1].photo_id, 99))
    assert [request.photo_id for request in (*first, *rest)] == every[:2] + every[3:]
    assert first[0].path == ROOT / "0.jpg"
    assert first[0].signature == SIGNATURE
    assert catalog.read(photos.count_pending) == 6


def test_photos_of_other_networks_wait_when_asked(catalog: Catalog) -> None:
    old, new = add_photos(catalog, ROOT, "old.jpg", "new.jpg")
    save(catalog, answer(old, networks={}), answer(new))
    now = networks_key(NETWORKS)
    assert pending(catalog) == []
    assert pending(catalog, networks=now) == [old]
    assert catalog.read(lambda c: photos.count_pending(c, networks=now)) == 1


def test_an_answer_about_an_older_file_leaves_the_photo_waiting(catalog: Catalog) -> None:
    ok, bad = add_photos(catalog, ROOT, "a.jpg", "b.jpg")
    meet(catalog, "a.jpg", NEWER)
    meet(catalog, "b.jpg", NEWER)
    save(catalog, answer(ok), failed(bad, BROKEN))
    assert pending(catalog) == [ok, bad]
    save(catalog, answer(ok, signature=NEWER), failed(bad, BROKEN, NEWER))
    assert pending(catalog) == []


def test_facts_are_kept(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo))
    found = one(catalog, photo)
    assert (found.format, found.width, found.height, found.orientation) == ("JPEG", 400, 300, 6)
    assert (found.taken_at, found.latitude, found.longitude) == ("2024-05-01T10:20:30", 52.5, 13.4)


def test_our_own_write_is_no_change(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo))
    catalog.write(lambda c: photos.set_signature(c, photo, SIGNATURE, NEWER))
    assert not meet(catalog, "a.jpg", NEWER).changes
    assert one(catalog, photo).state == PhotoState.ANALYSED


def test_roots_fold_into_the_outer_one(catalog: Catalog) -> None:
    (inner,) = add_photos(catalog, ROOT / "2024" / "may", "a.jpg")
    (outer,) = add_photos(catalog, ROOT / "2024", "b.jpg")
    assert catalog.read(photos.roots) == [ROOT / "2024"]
    again = catalog.write(lambda c: photos.add_root(c, ROOT / "2024" / "may"))
    assert catalog.read(lambda c: folders.root_path(c, again)) == ROOT / "2024"
    assert {photo.id for photo in catalog.read(lambda c: photos.by_id(c, [inner, outer]))} == {inner, outer}
    catalog.write(lambda c: photos.remove_root(c, ROOT / "2024"))
    assert catalog.read(lambda c: photos.by_id(c, [inner, outer])) == []


def test_removing_a_root_leaves_the_others(catalog: Catalog) -> None:
    first, second = ROOT / "first", ROOT / "second"
    (gone,) = add_photos(catalog, first, "a/a.jpg")
    (stays,) = add_photos(catalog, second, "a.jpg")
    save(catalog, answer(gone, ("dog", 0.9)), answer(stays, ("dog", 0.9)))
    catalog.write(lambda c: photos.remove_root(c, first))
    assert [row.path for row in catalog.read(photos.folders)] == [second]
    assert ids_of(catalog, gone) == {}
    assert len(ids_of(catalog, stays)) == 1
    with pytest.raises(UsageError, match="not one of the folders"):
        catalog.write(lambda c: photos.remove_root(c, first))


def test_single_photos_share_a_folder(catalog: Catalog) -> None:
    def work(c: sqlite3.Connection) -> None:
        for name in ("a.jpg", "b.jpg"):
            root = photos.add_root(c, ROOT / name, single=True)
            photos.upsert(c, root, [FoundFile(ROOT / name, SIGNATURE)], photos.next_scan(c))

    catalog.write(work)
    (row,) = catalog.read(photos.folders)
    assert (row.path, row.root, row.photos) == (ROOT, True, 2)
    catalog.write(lambda c: photos.remove_root(c, ROOT))
    assert catalog.read(photos.folders) == []


def test_folders_count_everything_below_them(catalog: Catalog) -> None:
    top, review_me, broken, lost = add_photos(catalog, ROOT, "t.jpg", "a/b/r.jpg", "a/b/f.jpg", "a/m.jpg")
    save(catalog, answer(review_me, ("dog", 0.9), ("cat", 0.8)), failed(broken, BROKEN), answer(top))
    catalog.write(lambda c: photos.set_missing(c, [lost]))
    rows = {row.path: row for row in catalog.read(photos.folders)}
    assert list(rows) == [ROOT, ROOT / "a", ROOT / "a" / "b"]
    assert [row.root for row in rows.values()] == [True, False, False]
    assert [row.photos for row in rows.values()] == [4, 3, 2]
    assert [row.failed for row in rows.values()] == [1, 1, 1]
    assert [row.to_review for row in rows.values()] == [1, 1, 1]
    assert [row.pending for row in rows.values()] == [0, 0, 0]


def test_ids_are_never_used_twice(catalog: Catalog) -> None:
    (first,) = add_photos(catalog, ROOT, "a.jpg")
    catalog.write(lambda c: photos.remove_root(c, ROOT))
    (second,) = add_photos(catalog, ROOT, "a.jpg")
    assert second > first


def test_a_failure_that_names_a_file_whose_name_is_no_text_is_kept_and_told(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, b"caf\xe9.jpg".decode("utf-8", "surrogateescape"))
    told = Failure(ErrorKind.TRUNCATED, said("{path} ends too early.", path=one(catalog, photo).path))
    catalog.write(lambda c: photos.set_failed(c, photo, told, quarantined=False))
    assert one(catalog, photo).failure == told
