"""What the review panel shows, computed: merging over photos, the order, what a typed word means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from phototagger.domain.records import ReviewState
from phototagger.gui.review.review_lines import LINES_MAX, merge, resolve
from phototagger.gui.review.suggestion_row import SuggestionRow
from tests.gui.fakes.program import FakeProgram
from tests.gui.fakes.world import WORDS


def test_one_photo_surest_first() -> None:
    lines = merge(FakeProgram(1).library.details_of([1]))
    assert [line.score for line in lines.to_review] == sorted((0.95, 0.75), reverse=True)
    assert lines.photos == 1


def test_several_photos_are_merged_with_counts_and_all_their_ids() -> None:
    app = FakeProgram(6)  # each of five words stands on two of the first five photos
    lines = merge(app.library.details_of([1, 2, 3, 4, 5, 6]))
    assert sum(line.photos for line in lines.to_review) == 12
    ids = [one for line in lines.to_review for one in line.suggestion_ids]
    assert sorted(ids) == sorted(
        one.id for shelf in app.library.shelves.values() for one in shelf.suggestions
    )
    assert [line.photos for line in lines.to_review] == sorted(
        (line.photos for line in lines.to_review), reverse=True
    )


def test_confirmed_and_rejected_leave_the_list() -> None:
    app = FakeProgram(1)
    first, second = app.library.shelves[1].suggestions
    app.review.confirm([first.id])
    app.review.reject([second.id])
    lines = merge(app.library.details_of([1]))
    assert lines.to_review == ()
    assert [word.keyword for word in lines.keywords] == [first.keyword]
    assert lines.keywords[0].unwritten
    assert [line.keyword for line in lines.rejected] == [second.keyword]
    assert app.library.shelves[1].suggestions[1].state is ReviewState.REJECTED


def test_lines_being_stored_are_not_shown_again() -> None:
    app = FakeProgram(2)
    lines = merge(app.library.details_of([1]))
    first = lines.to_review[0]
    assert first not in lines.without(set(first.suggestion_ids)).to_review
    assert lines.without(set()) is lines


def test_a_huge_selection_shows_a_bounded_list() -> None:
    app = FakeProgram(1)
    shelf = app.library.shelves[1]
    model = shelf.suggestions[0]
    shelf.suggestions = [replace(model, id=n, keyword=f"word {n}") for n in range(LINES_MAX + 7)]
    lines = merge(app.library.details_of([1]))
    assert (len(lines.to_review), lines.hidden) == (LINES_MAX, 7)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pizza", "food|pizza"),
        ("Pizza", "food|pizza"),
        ("  my   cat ", "my   cat"),
        ("animal | dog", "animal|dog"),
        ("||", ""),
        ("", ""),
        ("unheard of", "unheard of"),
    ],
)
def test_typed_words(typed: str, meant: str) -> None:
    assert resolve(typed, WORDS) == meant


def test_an_ambiguous_word_is_taken_as_typed() -> None:
    assert resolve("crane", ["animal|bird|crane", "machine|crane"]) == "crane"


def test_a_bar_before_a_word_stays() -> None:
    assert resolve(" |dog", WORDS) == "|dog"
    assert resolve("| Zoo | dog|", WORDS) == "|Zoo|dog"
    assert resolve(" | ", WORDS) == ""


def test_a_folders_word_is_known_as_one(qtbot: QtBot) -> None:
    app = FakeProgram(1)
    shelf = app.library.shelves[1]
    model = shelf.suggestions[0]
    shelf.suggestions = [replace(model, keyword="Holiday in Rome", network="folders@1")]
    (line,) = merge(app.library.details_of([1])).to_review
    assert line.of_folder
    row = SuggestionRow(line, 1)
    qtbot.addWidget(row)
    assert "every photo of the folder" in row.toolTip()
