"""A folder's word in the real parts: one press decides for all photos of the folder, one takes that back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phototagger.app.program import Program
from phototagger.catalog.connection import Catalog
from phototagger.domain.records import ReviewState
from phototagger.jobs.progress import Cancel, run_to_end
from tests.support.catalog_parts import add_photos, answer, save


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Program]:
    """Three analysed photos in a folder that says something."""
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    ids = add_photos(
        catalog, Path("/pictures"), *(f"Holiday in Rome/IMG_{number}.jpg" for number in range(3))
    )
    save(catalog, *map(answer, ids))
    catalog.close()
    opened = Program.open(path, tmp_path / "settings.toml")
    run_to_end(opened.analysis.resuggest([], Cancel()))
    yield opened
    opened.close()


def states(app: Program) -> list[ReviewState]:
    details = app.library.details_of([1, 2, 3])
    return [one.state for each in details for one in each.suggestions if one.keyword == "Holiday in Rome"]


def test_one_press_decides_for_the_folder(app: Program) -> None:
    assert states(app) == [ReviewState.SUGGESTED] * 3
    (first,) = [one for one in app.library.details(1).suggestions if one.keyword == "Holiday in Rome"]
    assert app.review.confirm([first.id]).photos == {1, 2, 3}
    assert states(app) == [ReviewState.CONFIRMED] * 3
    app.review.undo()
    assert states(app) == [ReviewState.SUGGESTED] * 3
    app.review.reject([first.id])
    run_to_end(app.analysis.resuggest([], Cancel()))
    assert states(app) == [ReviewState.REJECTED] * 3


def test_a_folder_s_word_alone_keeps_no_photo_waiting_for_review(app: Program) -> None:
    """It is one decision for the folder, and offered beside whatever else each photo is reviewed for."""

    def waiting() -> list[int]:
        return [row.to_review for row in app.library.rows([1, 2, 3])]

    others = [
        one.id
        for each in app.library.details_of([1, 2, 3])
        for one in each.suggestions
        if one.keyword != "Holiday in Rome"
    ]
    assert waiting() == [len(others) / 3] * 3
    app.review.confirm(others)
    assert waiting() == [0, 0, 0]
    assert app.library.counts().to_review == 0
    (first,) = [one for one in app.library.details(1).suggestions if one.keyword == "Holiday in Rome"]
    for decide in (app.review.confirm, app.review.reject):
        decide([first.id])
        assert waiting() == [0, 0, 0]
        app.review.undo()
        assert waiting() == [0, 0, 0]
