"""What an analysis leaves behind, and what a second one may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.catalog.analysis import suggestions
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.store import pending
from phototagger.catalog.words import keywords
from phototagger.domain.errors import UsageError
from phototagger.domain.findings import Task
from phototagger.domain.records import Box, ErrorKind, Failure, Keyword
from phototagger.domain.sentences import plain
from phototagger.jobs import review
from tests.support.catalog_parts import (
    NETWORKS,
    add_photos,
    answer,
    dog,
    face,
    failed,
    regions_of,
    save,
    states,
    suggestion_ids,
    wanted,
)

ROOT = Path("/photos")


@pytest.fixture
def photo(catalog: Catalog) -> int:
    return add_photos(catalog, ROOT, "a.jpg")[0]


def test_suggestions_come_surest_first_with_their_network(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, ("animal|cat", 0.6), ("animal|dog", 0.9)))
    found = catalog.read(lambda c: suggestions.for_photos(c, [photo]))
    assert [(s.keyword, s.label, s.score, s.network, s.state) for s in found] == [
        ("animal|dog", "wn:animal|dog", 0.9, "classifier@1", "suggested"),
        ("animal|cat", "wn:animal|cat", 0.6, "classifier@1", "suggested"),
    ]
    assert {s.photo_id for s in found} == {photo}


def test_review_stands_when_the_networks_change(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, ("dog", 0.9), ("cat", 0.8), ("cow", 0.7)))
    ids = suggestion_ids(catalog, photo)
    review.confirm(catalog, [ids["dog"]])
    review.reject(catalog, [ids["cat"]])
    newer = {**NETWORKS, Task.CLASSIFY: "classifier@2"}
    save(catalog, answer(photo, ("cat", 0.99), ("pig", 0.6), networks=newer))
    assert states(catalog, photo) == {"dog": "confirmed", "cat": "rejected", "pig": "suggested"}
    assert wanted(catalog, photo) == {"dog"}
    assert suggestion_ids(catalog, photo)["cat"] == ids["cat"]


def test_a_suggestion_that_comes_again_keeps_its_id(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, ("dog", 0.9)))
    first = suggestion_ids(catalog, photo)
    save(catalog, answer(photo))
    assert states(catalog, photo) == {}
    save(catalog, answer(photo, ("dog", 0.7)))
    assert suggestion_ids(catalog, photo) == first
    assert states(catalog, photo) == {"dog": "suggested"}


def test_only_the_tasks_that_ran_replace(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, ("dog", 0.9), objects=[dog()], faces=[face()]))
    save(catalog, answer(photo, networks={Task.OBJECTS: "objects@1"}))
    assert states(catalog, photo) == {"dog": "suggested"}
    assert [r.kind for r in regions_of(catalog, photo)] == ["face"]


def test_a_keyword_added_by_hand_is_not_asked_again(catalog: Catalog, photo: int) -> None:
    review.add_keyword(catalog, [photo], "dog")
    save(catalog, answer(photo, ("dog", 0.9), ("cat", 0.9)))
    assert states(catalog, photo) == {"dog": "confirmed", "cat": "suggested"}


def test_a_keyword_proposed_twice_keeps_the_better_score(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, ("dog", 0.4), ("dog", 0.9), ("dog", 0.6)))
    assert [s.score for s in catalog.read(lambda c: suggestions.for_photos(c, [photo]))] == [0.9]


def test_regions_are_kept_as_found(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, faces=[face()], objects=[dog(0.75)]))
    first, second = regions_of(catalog, photo)
    assert (first.kind, first.label, first.name, first.quality) == ("face", "face", "face", 0.9)
    assert (second.kind, second.label, second.name, second.score) == ("object", "coco:18", "dog", 0.75)
    assert second.box == Box(0.5, 0.5, 0.25, 0.25)
    assert (first.network, second.network) == ("faces@1", "objects@1")
    assert second.cluster is None


def test_features_and_the_analysis_record_are_kept(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo))
    assert catalog.read(lambda c: c.execute("SELECT vector FROM feature").fetchall()) == [(b"\0\1",)]
    record = catalog.read(lambda c: c.execute("SELECT networks, size FROM analysis").fetchall())
    key = "classify=classifier@1;faces=faces@1;identity=identity@1;objects=objects@1"
    assert record == [(key, 1000)]
    assert suggestions.networks_key(NETWORKS) == key


def test_a_failure_keeps_what_was_known(catalog: Catalog, photo: int) -> None:
    save(catalog, answer(photo, ("dog", 0.9)))
    saved = save(catalog, failed(photo, Failure(ErrorKind.DAMAGED, plain("It is damaged."))))
    assert saved.changes.photos == {photo}
    assert states(catalog, photo) == {"dog": "suggested"}
    assert catalog.read(lambda c: photos.by_id(c, [photo]))[0].failure == Failure(
        ErrorKind.DAMAGED, plain("It is damaged.")
    )


def test_an_answer_about_a_forgotten_photo_is_passed_over(catalog: Catalog, photo: int) -> None:
    catalog.write(lambda c: photos.remove_root(c, ROOT))
    assert not save(catalog, answer(photo, ("dog", 0.9))).changes


def test_pending_changes_follow_wanted_and_written(catalog: Catalog, photo: int) -> None:
    def changed() -> list[int]:
        return catalog.read(lambda c: pending.photos_waiting(c, ()))

    review.add_keyword(catalog, [photo], "dog")
    assert changed() == [photo]
    assert catalog.read(lambda c: keywords.changes_of(c, photo)) == (["dog"], [])
    catalog.write(lambda c: keywords.set_written(c, photo, written=["dog"], ours=["dog"]))
    assert changed() == []
    assert catalog.read(lambda c: keywords.keywords(c, photo)) == [Keyword("dog", True, True, True)]
    review.remove_keyword(catalog, [photo], "dog")
    assert catalog.read(lambda c: pending.photos_waiting(c, (), [photo, 99])) == [photo]
    assert catalog.read(lambda c: keywords.changes_of(c, photo)) == ([], [Keyword("dog", False, True, True)])
    catalog.write(lambda c: keywords.set_written(c, photo, gone=["dog"]))
    assert catalog.read(lambda c: keywords.keywords(c, photo)) == []
    assert changed() == []


def test_what_the_file_held_before_is_not_ours(catalog: Catalog, photo: int) -> None:
    catalog.write(lambda c: keywords.set_written(c, photo, written=["theirs"]))
    assert catalog.read(lambda c: keywords.keywords(c, photo)) == [Keyword("theirs", False, True, False)]


@pytest.mark.parametrize("keyword", ["", " ", "a||b", "|a", "line\nbreak", "\udcff"])
def test_a_keyword_that_is_none_is_refused(catalog: Catalog, photo: int, keyword: str) -> None:
    with pytest.raises(UsageError, match="is no keyword"):
        review.add_keyword(catalog, [photo], keyword)
    assert wanted(catalog, photo) == set()


def test_keywords_are_cleaned_and_known(catalog: Catalog, photo: int) -> None:
    review.add_keyword(catalog, [photo], " Zoe\u0308 | Party ")
    assert catalog.read(keywords.known) == ["Zo\u00eb|Party"]
