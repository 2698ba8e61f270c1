"""A moved file keeps its review, and a copy does not take it."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.catalog import history
from phototagger.catalog.analysis import moves
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.domain.records import FileSignature, Photo
from phototagger.jobs import review
from phototagger.jobs.people import People
from tests.support.catalog_parts import (
    SIGNATURE,
    add_photos,
    answer,
    face,
    regions_of,
    save,
    states,
    suggestion_ids,
    wanted,
)

ROOT = Path("/photos")
LATER = FileSignature(SIGNATURE.size, SIGNATURE.mtime_ns + 7)


@pytest.fixture
def old(catalog: Catalog) -> int:
    """An analysed photo: dog confirmed, cat rejected, cow waiting, beach added by hand, a face named Anna."""
    (photo,) = add_photos(catalog, ROOT, "old/a.jpg")
    three = (("dog", 0.9), ("cat", 0.8), ("cow", 0.7))
    save(catalog, answer(photo, *three, faces=[face()], fingerprint=b"A"))
    ids = suggestion_ids(catalog, photo)
    review.confirm(catalog, [ids["dog"]])
    review.reject(catalog, [ids["cat"]])
    review.add_keyword(catalog, [photo], "beach")
    People(catalog).name(1, "Anna")
    return photo


def lose(catalog: Catalog, photo: int) -> None:
    catalog.write(lambda c: photos.set_missing(c, [photo]))


def all_photos(catalog: Catalog) -> list[Photo]:
    return catalog.read(lambda c: photos.by_id(c, photos.ids(c)))


def test_the_review_moves_to_the_new_path(catalog: Catalog, old: int) -> None:
    lose(catalog, old)
    (new,) = add_photos(catalog, ROOT, "new/b.jpg", signature=LATER)
    again = answer(new, ("dog", 0.9), ("cat", 0.8), faces=[face()], fingerprint=b"A", signature=LATER)
    saved = save(catalog, again)
    assert saved.moved == {new: old}
    assert saved.changes.photo_list
    assert saved.changes.photos == {new, old}
    (photo,) = all_photos(catalog)
    assert (photo.id, photo.path, photo.signature) == (old, ROOT / "new" / "b.jpg", LATER)
    assert photo.state == "analysed"
    assert states(catalog, old) == {"dog": "confirmed", "cat": "rejected"}
    assert wanted(catalog, old) == {"dog", "beach"}
    assert [region.person for region in regions_of(catalog, old)] == ["Anna"]
    assert [row.path for row in catalog.read(photos.folders)] == [ROOT, ROOT / "new"]


def test_undo_still_reaches_a_moved_photo(catalog: Catalog, old: int) -> None:
    lose(catalog, old)
    (new,) = add_photos(catalog, ROOT, "new/b.jpg", signature=LATER)
    save(catalog, answer(new, ("dog", 0.9), fingerprint=b"A", signature=LATER))
    while review.undo(catalog):
        pass
    assert wanted(catalog, old) == set()
    assert len(catalog.read(lambda c: history.steps(c, 9))) == 4


def test_a_copy_does_not_take_the_review(catalog: Catalog, old: int) -> None:
    (copy,) = add_photos(catalog, ROOT, "copy.jpg", signature=LATER)
    saved = save(catalog, answer(copy, ("dog", 0.9), fingerprint=b"A", signature=LATER))
    assert saved.moved == {}
    assert states(catalog, copy) == {"dog": "suggested"}
    assert wanted(catalog, old) == {"dog", "beach"}


def test_other_content_does_not_take_the_review(catalog: Catalog, old: int) -> None:
    lose(catalog, old)
    (other,) = add_photos(catalog, ROOT, "b.jpg", signature=LATER)
    assert save(catalog, answer(other, fingerprint=b"B", signature=LATER)).moved == {}
    assert wanted(catalog, other) == set()


def test_a_reviewed_photo_takes_over_what_it_does_not_know(catalog: Catalog, old: int) -> None:
    """A reviewed photo is overwritten by another one that moved there: its own review wins."""
    (heir,) = add_photos(catalog, ROOT, "heir.jpg", signature=LATER)
    save(catalog, answer(heir, ("dog", 0.9), ("cat", 0.8), fingerprint=b"H", signature=LATER))
    review.reject(catalog, [suggestion_ids(catalog, heir)["dog"]])
    lose(catalog, old)
    saved = save(catalog, answer(heir, ("cow", 0.9), fingerprint=b"A", signature=LATER))
    assert saved.moved == {}
    assert [photo.id for photo in all_photos(catalog)] == [heir]
    assert states(catalog, heir) == {"dog": "rejected", "cat": "rejected", "cow": "suggested"}
    assert wanted(catalog, heir) == {"beach"}
    assert [region.person for region in regions_of(catalog, heir)] == ["Anna"]


def test_after_our_own_write_size_and_time_tell_a_move(catalog: Catalog, old: int) -> None:
    written = FileSignature(1234, SIGNATURE.mtime_ns + 99)
    catalog.write(lambda c: photos.set_signature(c, old, SIGNATURE, written))
    lose(catalog, old)
    (other,) = add_photos(catalog, ROOT, "other.jpg", signature=LATER)
    assert save(catalog, answer(other, fingerprint=b"O", signature=LATER)).moved == {}
    (new,) = add_photos(catalog, ROOT, "new.jpg", signature=written)
    assert save(catalog, answer(new, fingerprint=b"W", signature=written)).moved == {new: old}


def test_coarse_times_need_the_same_name(catalog: Catalog, old: int) -> None:
    coarse = FileSignature(1234, 1_700_000_000_000_000_000)
    catalog.write(lambda c: photos.set_signature(c, old, SIGNATURE, coarse))
    lose(catalog, old)
    renamed, kept = add_photos(catalog, ROOT, "renamed.jpg", "new/a.jpg", signature=coarse)
    assert save(catalog, answer(renamed, fingerprint=b"R", signature=coarse)).moved == {}
    assert save(catalog, answer(kept, fingerprint=b"K", signature=coarse)).moved == {kept: old}


def test_a_copy_whose_original_goes_away_later_takes_the_review(catalog: Catalog, old: int) -> None:
    (copy,) = add_photos(catalog, ROOT, "copy.jpg", signature=LATER)
    save(catalog, answer(copy, ("dog", 0.9), fingerprint=b"A", signature=LATER))
    lose(catalog, old)
    assert catalog.write(lambda c: moves.settle_missing(c, [old])) == [old]
    (photo,) = all_photos(catalog)
    assert (photo.id, photo.path, photo.state) == (old, ROOT / "copy.jpg", "analysed")
    assert wanted(catalog, old) == {"dog", "beach"}


def test_two_reviewed_copies_stay_two(catalog: Catalog, old: int) -> None:
    (copy,) = add_photos(catalog, ROOT, "copy.jpg", signature=LATER)
    save(catalog, answer(copy, ("dog", 0.9), fingerprint=b"A", signature=LATER))
    review.add_keyword(catalog, [copy], "mine")
    lose(catalog, old)
    assert catalog.write(lambda c: moves.settle_missing(c, [old])) == []
    assert len(all_photos(catalog)) == 2
