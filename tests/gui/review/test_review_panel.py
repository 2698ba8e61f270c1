"""Review by mouse and by key, on real widgets."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from phototagger.domain.errors import UsageError
from phototagger.domain.records import Changes, PhotoState
from phototagger.domain.sentences import plain
from phototagger.gui.kit.widgets import Chip
from phototagger.gui.review import review_panel
from phototagger.gui.review.review_panel import ReviewPanel
from phototagger.gui.review.suggestion_row import SuggestionRow
from tests.gui.fakes.program import FakeProgram


@pytest.fixture
def app() -> FakeProgram:
    return FakeProgram(5)


def show(qtbot: QtBot, panel: ReviewPanel, *ids: int) -> None:
    panel.show_photos(array("q", ids))
    qtbot.waitUntil(lambda: panel.lines.photos == len(ids))


def chips(panel: ReviewPanel) -> list[str]:
    return [chip.button.accessibleName() for chip in panel.findChildren(Chip) if not chip.isHidden()]


def calls(app: FakeProgram, name: str) -> list[object]:
    return [what for called, what in app.world.calls if called == name]


def test_suggestions_show_keyword_path_and_percent(qtbot: QtBot, panel: ReviewPanel) -> None:
    show(qtbot, panel, 5)
    texts = [item.data(Qt.ItemDataRole.AccessibleTextRole) for item in map(panel.list.item, range(2))]
    assert texts == ["animal, dog, golden retriever, 95\u202f%", "nature, water, lakeside, 75\u202f%"]


def test_a_narrower_panel_does_not_cut_the_buttons(qtbot: QtBot, panel: ReviewPanel) -> None:
    show(qtbot, panel, 5)
    panel.resize(300, 260)  # low, so that a scroll bar takes width from the rows as well
    row = panel.findChildren(SuggestionRow)[0]
    qtbot.waitUntil(lambda: panel.list.viewport().width() < 280)
    qtbot.waitUntil(lambda: row.width() == panel.list.viewport().width())


def test_a_photo_not_analysed_yet_is_not_called_done(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    (waiting,) = app.world.add_photos(Path("/new"), 1, PhotoState.PENDING)
    show(qtbot, panel, waiting)
    texts = [one.text() for one in panel.findChildren(QLabel)]
    assert "Waiting for analysis" in texts
    assert "Nothing left to review" not in texts


def test_enter_accepts_and_the_next_is_current(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    show(qtbot, panel, 5)
    second = panel.lines.to_review[1]
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert panel.lines.to_review == (second,), "the panel answers at once, before it is stored"
    assert panel.current_line() == second
    qtbot.waitUntil(lambda: chips(panel) == ["Remove golden retriever"])
    assert calls(app, "confirm") == [[50]]


def test_delete_rejects_and_the_word_can_come_back(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    show(qtbot, panel, 5)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: chips(panel) == ["Review golden retriever again"])
    assert calls(app, "reject") == [[50]]
    chip = next(chip for chip in panel.findChildren(Chip) if not chip.isHidden())
    QTest.mouseClick(chip.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.lines.to_review) == 2)
    assert calls(app, "reset") == [[50]]


def test_arrows_move_and_buttons_act_on_their_row(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    show(qtbot, panel, 5)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.list.currentRow() == 1
    row = panel.list.itemWidget(panel.list.item(0))
    assert isinstance(row, SuggestionRow)
    QTest.mouseClick(row.reject_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: calls(app, "reject") == [[50]])


def test_accept_all_is_one_step(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    show(qtbot, panel, 5)
    QTest.mouseClick(panel.accept_all_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: calls(app, "confirm") == [[50, 51]])
    assert len(app.world.steps) == 1


def test_several_photos_accept_the_word_on_all_of_them(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    show(qtbot, panel, 4, 5)  # "person" first of 4, "golden retriever" second of 4 and first of 5
    shared = panel.lines.to_review[0]
    assert (shared.keyword, shared.photos) == ("animal|dog|golden retriever", 2)
    panel.accept([shared])
    qtbot.waitUntil(lambda: calls(app, "confirm") == [sorted(shared.suggestion_ids)])


def test_own_keyword_goes_to_every_selected_photo(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    show(qtbot, panel, 1, 2)
    panel.complete_with(app.words.known())
    QTest.keyClicks(panel.field, "pizza")
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: calls(app, "add_keyword") == [([1, 2], "food|pizza")])
    qtbot.waitUntil(lambda: panel.field.text() == "")


def test_a_word_that_may_be_several_stays_in_the_field_and_is_told(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_ids: object, keyword: str) -> Changes:
        raise UsageError(plain(f"{keyword!r} may be films|rome or trips|rome."))

    monkeypatch.setattr(app.review, "add_keyword", refuse)
    show(qtbot, panel, 1)
    panel.field.setText("rome")
    with qtbot.waitSignal(panel.problem) as told:
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert "may be films|rome or trips|rome" in str(told.args[0])
    assert panel.field.text() == "rome"


def test_a_chip_takes_its_keyword_off(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    app.review.add_keyword([1], "holiday")
    show(qtbot, panel, 1)
    qtbot.waitUntil(lambda: chips(panel) == ["Remove holiday"])
    chip = next(chip for chip in panel.findChildren(Chip) if not chip.isHidden())
    QTest.mouseClick(chip.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: calls(app, "remove_keyword") == [([1], "holiday")])
    qtbot.waitUntil(lambda: chips(panel) == [])


def test_the_raw_of_a_pair_is_named(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    app.library.beside[1] = ["IMG_1.CR2", "IMG_1.MOV"]
    show(qtbot, panel, 1)
    named = "with IMG_1.CR2, IMG_1.MOV"
    qtbot.waitUntil(lambda: any(named in label.text() for label in panel.findChildren(QLabel)))
    show(qtbot, panel, 2)
    qtbot.waitUntil(lambda: not any("IMG_1.CR2" in label.text() for label in panel.findChildren(QLabel)))


def test_keywords_in_the_file_are_shown(qtbot: QtBot, panel: ReviewPanel, app: FakeProgram) -> None:
    app.world.file_words[1] = ("summer", "place|Norway")
    show(qtbot, panel, 1)
    qtbot.waitUntil(lambda: panel.file_keywords() == ["summer", "place › Norway"])
    show(qtbot, panel, 2)
    qtbot.waitUntil(lambda: panel.file_keywords() == [])


def test_a_failing_edit_is_told_and_the_line_comes_back(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    show(qtbot, panel, 5)

    def broken(_: object) -> object:
        raise OSError("disk full")

    app.review.confirm = broken  # type: ignore[assignment,method-assign]
    with qtbot.waitSignal(panel.problem):
        panel.accept_current()
    qtbot.waitUntil(lambda: len(panel.lines.to_review) == 2)


def test_nothing_selected_says_so(qtbot: QtBot, panel: ReviewPanel) -> None:
    show(qtbot, panel, 1)
    panel.show_photos(array("q"))
    assert panel.lines.photos == 0
    assert panel.current_line() is None
    panel.accept_current()  # and does nothing
    panel.accept_all()


def test_a_fast_hand_reviews_the_photo_it_moved_to(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram
) -> None:
    show(qtbot, panel, 5)
    panel.selection_moves()
    panel.accept_current()
    panel.on_changes(Changes(frozenset({5})))  # news of the photo before must not set the key free
    qtbot.waitUntil(lambda: not panel.reading)
    assert calls(app, "confirm") == []
    panel.show_photos(array("q", [4]))
    qtbot.waitUntil(lambda: calls(app, "confirm") == [[40]])


def test_of_many_keywords_those_on_most_photos_are_shown(
    qtbot: QtBot, panel: ReviewPanel, app: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_panel, "CHIPS_MAX", 2)
    for word, ids in (("alone", [1]), ("everywhere", [1, 2, 3]), ("often", [2, 3]), ("sometimes", [3])):
        app.review.add_keyword(ids, word)
    show(qtbot, panel, 1, 2, 3)
    qtbot.waitUntil(lambda: chips(panel) == ["Remove everywhere", "Remove often"])
    more = [text.text() for text in panel.findChildren(QLabel) if text.text().startswith("and ")]
    assert more == ["and 2 more keywords, on fewer photos"]
    show(qtbot, panel, 3)
    qtbot.waitUntil(lambda: len(chips(panel)) == 3)  # of one photo, all can be taken away
    assert not panel._more_keywords.isVisible()
