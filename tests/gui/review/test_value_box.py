"""Captions in the review panel, by mouse and by key, on real widgets."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from phototagger.domain.errors import UsageError
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.facets.rating import RATING
from phototagger.domain.facets.title import TITLE
from phototagger.domain.records import Changes, KnownValue, ReviewState
from phototagger.domain.sentences import plain
from phototagger.gui.review.review_panel import ReviewPanel
from phototagger.gui.review.value_box import ValueBox
from phototagger.gui.review.value_editors import ChoiceEditor, LinesEditor
from tests.gui.fakes.program import FakeProgram

SIGN = 2  # the photo with a sign on it


@pytest.fixture
def app() -> FakeProgram:
    made = FakeProgram(5)
    made.library.shelves[SIGN].values[CAPTION] = KnownValue(
        SIGN, CAPTION, "Zum Löwen\nsince 1723", ReviewState.SUGGESTED
    )
    made.library.shelves[4].values[CAPTION] = KnownValue(4, CAPTION, "Stop", ReviewState.SUGGESTED)
    return made


def show(qtbot: QtBot, panel: ReviewPanel, *ids: int) -> ValueBox:
    panel.show_photos(array("q", ids))
    qtbot.waitUntil(lambda: panel.lines.photos == len(ids) and not panel.reading)
    return panel.values.boxes[CAPTION]


def words(box: ValueBox) -> list[str]:
    """The labels and buttons of the box that can be seen."""
    texts = [one.text() for one in box.findChildren(QLabel) if one.isVisible()]
    return texts + [one.text() for one in box.findChildren(QPushButton) if one.isVisible()]


def stored(app: FakeProgram, photo: int = SIGN) -> tuple[str, ReviewState]:
    caption = app.library.shelves[photo].values.get(CAPTION)
    assert caption is not None
    return caption.text, caption.state


def test_any_one_photo_can_be_given_a_caption(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    box = show(qtbot, panel, 1)
    assert words(box) == ["Caption"]  # nothing to accept, reject or save yet
    assert box.editor.placeholderText() == "Write a caption…"
    box.accept()
    assert CAPTION not in app.library.shelves[1].values
    QTest.keyClicks(box.editor, "My own")
    assert words(box) == ["Caption", "Save"]
    panel.on_changes(Changes(frozenset({1})))  # read again, it stays
    qtbot.waitUntil(lambda: not panel.reading)
    assert box.editor.value() == "My own"
    QTest.mouseClick(box.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words(box) == ["Caption", "Remove"])
    assert stored(app, 1) == ("My own", ReviewState.CONFIRMED)
    assert show(qtbot, panel, 3).editor.value() == ""
    assert words(box) == ["Caption"]


def test_a_caption_that_the_file_has_already_is_told_and_what_was_typed_stays(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Changes:
        raise UsageError(plain("a.jpg has a caption already, which stays: 'Our inn'."))

    monkeypatch.setattr(app.review, "give_value", refuse)
    box = show(qtbot, panel, 1)
    box.editor.show_value("Mine")
    with qtbot.waitSignal(panel.problem) as told:
        box.accept()
    assert "which stays: 'Our inn'" in str(told.args[0])
    assert box.editor.value() == "Mine"
    assert box.accept_button.isEnabled()


def test_a_caption_typed_is_saved_when_another_photo_or_several_are_chosen(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    QTest.keyClicks(show(qtbot, panel, 1).editor, "Anna on the pier")
    QTest.keyClicks(show(qtbot, panel, 3).editor, "Grandpa")
    qtbot.waitUntil(lambda: CAPTION in app.library.shelves[1].values)
    assert stored(app, 1) == ("Anna on the pier", ReviewState.CONFIRMED)
    show(qtbot, panel, 1, 3)
    qtbot.waitUntil(lambda: CAPTION in app.library.shelves[3].values)
    assert stored(app, 3) == ("Grandpa", ReviewState.CONFIRMED)
    assert show(qtbot, panel, 1).editor.value() == "Anna on the pier"
    assert [name for name, _ in app.world.calls if name == "give_value"] == ["give_value"] * 2


def test_a_proposal_left_half_reworded_is_not_decided_and_its_words_come_back(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    show(qtbot, panel, SIGN).editor.show_value("Our inn, half ty")
    show(qtbot, panel, 3)
    assert stored(app) == ("Zum Löwen\nsince 1723", ReviewState.SUGGESTED)
    box = show(qtbot, panel, SIGN)
    assert box.editor.value() == "Our inn, half ty"
    assert words(box) == ["Caption, read in the photo", "Accept", "Reject"]


def test_a_caption_that_could_not_be_saved_on_leaving_comes_back_with_its_photo(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Changes:
        raise UsageError(plain("a.jpg has a caption already, which stays: 'Our inn'."))

    monkeypatch.setattr(app.review, "give_value", refuse)
    show(qtbot, panel, 1).editor.show_value("Mine")
    with qtbot.waitSignal(panel.problem):
        show(qtbot, panel, 3)
    assert show(qtbot, panel, 1).editor.value() == "Mine"


def test_nothing_typed_goes_to_the_photo_that_is_coming(qtbot: QtBot, panel: ReviewPanel) -> None:
    box = show(qtbot, panel, 1)
    box.editor.show_value("of the first")
    panel.show_photos(array("q", [3]))
    assert (box.editor.value(), box.editor.isEnabled(), words(box)) == ("", False, ["Caption"])
    qtbot.waitUntil(lambda: not panel.reading)
    assert box.editor.isEnabled()


def test_a_click_accepts_and_nothing_is_left_to_accept(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    box = show(qtbot, panel, SIGN)
    assert words(box) == ["Caption, read in the photo", "Accept", "Reject"]
    assert box.editor.value() == "Zum Löwen\nsince 1723"
    QTest.mouseClick(box.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words(box) == ["Caption", "Remove"])
    assert ("accept_values", (CAPTION, [SIGN], None)) in app.world.calls
    assert box.editor.toolTip() == "Not yet written to the file"


def test_a_reworded_caption_is_what_is_accepted_and_may_be_reworded_again(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    box = show(qtbot, panel, SIGN)
    assert isinstance(box.editor, LinesEditor)
    box.editor.selectAll()
    QTest.keyClicks(box.editor, "Our inn")
    QTest.keyClick(box.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: words(box) == ["Caption", "Remove"])
    assert stored(app) == ("Our inn", ReviewState.CONFIRMED)
    QTest.keyClicks(box.editor, "The ")
    assert words(box) == ["Caption", "Save", "Remove"]
    QTest.mouseClick(box.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stored(app) == ("The Our inn", ReviewState.CONFIRMED))


def test_an_empty_caption_cannot_be_accepted(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    box = show(qtbot, panel, SIGN)
    box.editor.show_value(" \n ")
    assert not box.accept_button.isEnabled()
    box.accept()
    assert stored(app)[1] is ReviewState.SUGGESTED


def test_a_rejected_caption_can_be_reviewed_again(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    box = show(qtbot, panel, SIGN)
    QTest.mouseClick(box.reject_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words(box) == ["Caption rejected", "Review again"])
    assert not box.editor.isVisible()
    QTest.mouseClick(box.again_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words(box) == ["Caption, read in the photo", "Accept", "Reject"])
    assert stored(app)[1] is ReviewState.SUGGESTED


def test_typing_is_not_disturbed_when_the_photo_is_read_again(qtbot: QtBot, panel: ReviewPanel) -> None:
    box = show(qtbot, panel, SIGN)
    box.editor.show_value("half typ")
    panel.on_changes(Changes(frozenset({SIGN})))
    qtbot.waitUntil(lambda: not panel.reading)
    assert box.editor.value() == "half typ"
    show(qtbot, panel, 4)
    assert box.editor.value() == "Stop"


def test_keys_of_the_review_are_letters_in_the_field(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    box = show(qtbot, panel, SIGN)
    box.editor.setFocus()
    QTest.keyClicks(box.editor, "aru")
    assert box.editor.value().startswith("aru")
    assert [name for name, _ in app.world.calls if name in ("confirm", "reject", "undo")] == []


def test_of_several_photos_it_says_how_many_wait(qtbot: QtBot, panel: ReviewPanel) -> None:
    box = show(qtbot, panel, 1, SIGN, 4)
    assert words(box) == ["Caption", "2 proposed; select one photo to see it."]
    assert not show(qtbot, panel, 1, 3).isVisible()


def test_only_a_caption_left_is_not_called_nothing(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    app.library.shelves[SIGN].suggestions.clear()
    show(qtbot, panel, SIGN)
    texts = [one.text() for one in panel.findChildren(QLabel)]
    assert "Only the caption is left to review" in texts
    assert "Nothing left to review" not in texts


def test_what_cannot_be_stored_is_told(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = show(qtbot, panel, SIGN)
    told: list[object] = []
    panel.problem.connect(told.append)

    def fail(*_: object) -> Changes:
        raise OSError("the disk is full")

    monkeypatch.setattr(app.review, "reject_values", fail)
    QTest.mouseClick(box.reject_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(told) == 1)
    assert box.reject_button.isEnabled()


def test_a_title_in_the_file_is_shown_and_typing_over_it_replaces_that_one(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    app.world.file_values[1] = {TITLE: ("Inn",)}
    show(qtbot, panel, 1)
    box = panel.values.boxes[TITLE]
    qtbot.waitUntil(lambda: words(box) == ["Title, in the file"])
    assert box.editor.value() == "Inn"
    box.editor.show_value("Our inn")
    QTest.keyClick(box.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: words(box) == ["Title", "In the file: title “Inn”", "Remove"])
    assert app.world.shelves[1].values[TITLE].text == "Our inn"
    assert app.review.replaced == [("Inn",)]


def test_stars_are_chosen_and_taken_away_again(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    show(qtbot, panel, 1)
    box = panel.values.boxes[RATING]
    qtbot.waitUntil(box.editor.isEnabled)
    assert isinstance(box.editor, ChoiceEditor)
    assert [box.editor.itemText(row) for row in range(6)] == ["–", "★", "★★", "★★★", "★★★★", "★★★★★"]
    QTest.keyClick(box.editor, Qt.Key.Key_End)
    QTest.keyClick(box.editor, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: words(box) == ["Rating", "Remove"])
    assert app.world.shelves[1].values[RATING].text == "5"
    QTest.keyClick(box.editor, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: ("reject_values", (RATING, [1], None)) in app.world.calls)


def test_what_would_be_replaced_must_have_been_seen(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    box = panel.values.boxes[TITLE]
    panel.values.await_photo()
    box.show_value(1, None)
    assert not box.editor.isEnabled()  # the file is being read
    box.show_in_file(["Inn"])
    assert box.editor.isEnabled()
    assert box.editor.value() == "Inn"


def test_all_that_would_be_replaced_is_shown_not_only_the_first(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    """Fields of a file may differ, and another program may have written since a title was given here."""
    app.world.file_values[1] = {TITLE: ("Inn", "Inn\nof old", "<b>" + "x" * 200)}
    app.world.file_values[3] = {TITLE: ("Pub",)}
    app.world.file_values[4] = {CAPTION: ("A caption is never replaced",)}
    app.world.shelves[3].values[TITLE] = KnownValue(3, TITLE, "Our inn", ReviewState.CONFIRMED, True)
    box = panel.values.boxes[TITLE]
    show(qtbot, panel, 1)
    long = "<b>" + "x" * 76 + "…"
    qtbot.waitUntil(
        lambda: words(box) == ["Title, in the file", f"In the file: title “Inn / of old”, title “{long}”"]
    )
    show(qtbot, panel, 3)
    qtbot.waitUntil(lambda: words(box) == ["Title", "In the file: title “Pub”", "Remove"])
    show(qtbot, panel, 4)
    qtbot.waitUntil(lambda: words(box) == ["Title"])
    assert words(panel.values.boxes[CAPTION]) == ["Caption, read in the photo", "Accept", "Reject"]


@pytest.mark.parametrize(
    "title", ["two\nlines", "tab\there", "nbsp\u00a0here", "x" * 40_000, "\u2028line", "a\x07bell"]
)
def test_an_odd_title_of_a_file_is_not_saved_as_another_for_being_looked_at(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram, title: str
) -> None:
    app.world.file_values[1] = {TITLE: (title,)}
    show(qtbot, panel, 1)
    box = panel.values.boxes[TITLE]
    qtbot.waitUntil(lambda: words(box) == ["Title, in the file"])  # and no button to save it
    assert not box.is_reworded()
    show(qtbot, panel, 3)
    assert not [call for call in app.world.calls if call[0] == "give_value"]


def test_stars_that_others_gave_are_not_taken_away_and_that_is_told(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    app.world.file_values[1] = {RATING: ("3",)}
    show(qtbot, panel, 1)
    box = panel.values.boxes[RATING]
    qtbot.waitUntil(lambda: words(box) == ["Rating, in the file"])
    with qtbot.waitSignal(panel.problem) as told:
        QTest.keyClick(box.editor, Qt.Key.Key_Home)
    assert str(told.args[0]).startswith("rating ★★★ stays")
    assert box.editor.value() == "3"
