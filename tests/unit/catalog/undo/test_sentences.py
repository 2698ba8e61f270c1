"""What history tells is stored as template and parameters; what earlier versions stored stays readable."""

from __future__ import annotations

from pathlib import Path

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import in_words, said
from phototagger.jobs import review
from tests.support.catalog_parts import add_photos

PHOTOS = Path("/photos")


def shouting(template: str, note: str, count: int | None) -> str:
    """A translation that tells templates from what fills them."""
    return template.replace("Added", "ADDED").replace("photo(s)", "PHOTOS").replace("is empty", "IS EMPTY")


def test_a_step_is_told_in_another_language_than_it_was_made_in(catalog: Catalog) -> None:
    ids = add_photos(catalog, PHOTOS, "a.jpg", "b.jpg")
    review.add_keyword(catalog, ids, "Added|dog")
    (step,) = catalog.read(lambda c: history.steps(c, 5))
    assert step.text == "Added Added|dog to 2 photos"
    assert in_words(step.text, shouting) == "ADDED Added|dog to 2 PHOTOS"
    undone = review.undo(catalog)
    assert undone is not None
    assert in_words(undone[1], shouting) == "ADDED Added|dog to 2 PHOTOS"


def test_steps_of_an_earlier_version_are_told_as_they_were(catalog: Catalog) -> None:
    ids = add_photos(catalog, PHOTOS, "a.jpg")
    review.add_keyword(catalog, ids, "dog")
    catalog.write(lambda c: c.execute("UPDATE history_step SET text = 'Added {dog} to 1 photo(s)'"))
    (step,) = catalog.read(lambda c: history.steps(c, 5))
    assert in_words(step.text, shouting) == step.text == "Added {dog} to 1 photo(s)"


def test_a_photos_failure_is_kept_the_same_way(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, PHOTOS, "a.jpg")
    failure = Failure(ErrorKind.EMPTY, said("{path} is empty", path="/is empty.jpg"))
    catalog.write(lambda c: photos.set_failed(c, photo, failure, quarantined=False))
    (kept,) = catalog.read(photos.problems)
    assert kept.failure is not None
    assert in_words(kept.failure.message, shouting) == "/is empty.jpg IS EMPTY"
