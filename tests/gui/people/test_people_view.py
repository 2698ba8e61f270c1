"""The people view over the real catalog: stacks, names, yes and no by key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from phototagger.catalog.connection import Catalog
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.operations.people import forget
from phototagger.gui.people.face_crops import FaceCrop
from phototagger.gui.people.people_view import PeopleView
from phototagger.gui.shell.main_window import MainWindow
from phototagger.jobs import review
from phototagger.jobs.people import People
from tests.gui.conftest import context_of, open_window
from tests.gui.fakes.program import FakeProgram
from tests.support.catalog_parts import add_photos, answer, face, save

ANNA, NEAR_ANNA, BOB = (1.0,), (1.0, 1.9), (0.0, 0.0, 1.0)
Key = Qt.Key


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Anna on three photos, Bob on two, somebody a little like Anna on one."""
    made = Catalog.open(tmp_path / "catalog.sqlite")
    photos = add_photos(made, Path("/photos"), *(f"{number}.jpg" for number in range(6)))
    for photo, vector in zip(photos, (ANNA, ANNA, ANNA, BOB, BOB, NEAR_ANNA), strict=True):
        save(made, answer(photo, faces=[face(0.1, vector)]))
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, runner: JobRunner, catalog: Catalog) -> MainWindow:
    """The people view is open and has read."""
    app = FakeProgram(6)
    app.people = People(catalog)
    made = open_window(qtbot, app, runner)
    made.actions_.people.trigger()
    view = people(made)
    qtbot.waitUntil(lambda: view.model.rowCount() == 3)
    return made


def people(window: MainWindow) -> PeopleView:
    assert window.people is not None
    return window.people.view


def titles(view: PeopleView) -> list[tuple[str, str, int]]:
    return [(card.title, card.subtitle, card.count) for card in view.model.cards()]


def choose(view: PeopleView, *rows: int) -> None:
    model = view.list.selectionModel()
    model.clearSelection()
    for row in rows:
        model.select(view.model.index(row), QItemSelectionModel.SelectionFlag.Select)
    view.list.setFocus()


def press(view: PeopleView, key: Key) -> None:
    QTest.keyClick(view.list, key)


def type_name(view: PeopleView, name: str) -> None:
    press(view, Key.Key_N)
    QTest.keyClicks(view.head.name, name)
    QTest.keyClick(view.head.name, Key.Key_Return)


def test_stacks_stand_biggest_first(window: MainWindow) -> None:
    view = people(window)
    assert titles(view) == [("3 photos", "", 3), ("2 photos", "", 2), ("1 photo", "", 1)]
    assert window.stack.currentWidget() is view
    assert view.head.segments["unnamed"].text() == "To name  3"


def test_naming_once_brings_suggestions_to_say_yes_to(
    qtbot: QtBot, window: MainWindow, catalog: Catalog
) -> None:
    view = people(window)
    choose(view, 0)
    type_name(view, "Anna")
    qtbot.waitUntil(lambda: len(view.model.cards()) == 2)
    (like,) = [card for card in view.model.cards() if card.asks]
    assert like.subtitle.startswith("Anna?  ")
    choose(view, view.model.cards().index(like))
    press(view, Key.Key_A)
    qtbot.waitUntil(lambda: len(view.model.cards()) == 1)
    assert view.head.segments["named"].text() == "Named  2"
    assert People(catalog).persons() == [("Anna", 4, False)]
    review.undo(catalog)
    assert People(catalog).persons() == [("Anna", 3, False)]


def test_a_no_takes_the_suggestion_away_for_good(qtbot: QtBot, window: MainWindow, catalog: Catalog) -> None:
    view = people(window)
    choose(view, 0)
    type_name(view, "Anna")
    qtbot.waitUntil(lambda: any(card.asks for card in view.model.cards()))
    choose(view, next(row for row, card in enumerate(view.model.cards()) if card.asks))
    press(view, Key.Key_R)
    qtbot.waitUntil(lambda: not any(card.asks for card in view.model.cards()))
    assert len(view.model.cards()) == 2
    assert [row.suggested for row in People(catalog).clusters()] == [None] * 3


def test_many_are_named_and_merged_at_once(qtbot: QtBot, window: MainWindow, catalog: Catalog) -> None:
    view = people(window)
    choose(view, 0, 2)
    press(view, Key.Key_M)
    qtbot.waitUntil(lambda: titles(view) == [("4 photos", "", 4), ("2 photos", "", 2)])
    choose(view, 0, 1)
    type_name(view, "The team")
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    assert not view.list.isVisible()
    assert view.empty.text() == "Every group of faces has a name."
    assert People(catalog).persons() == [("The team", 6, False)]
    undone = review.undo(catalog)
    assert undone is not None
    assert undone[1] == "Named 2 groups The team"
    assert People(catalog).persons() == [("The team", 0, False)]


def test_a_stack_is_set_aside_and_taken_back(qtbot: QtBot, window: MainWindow) -> None:
    view = people(window)
    choose(view, 1)
    press(view, Key.Key_I)
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    view.head.segments["aside"].click()
    assert [card.faint for card in view.model.cards()] == [True]
    choose(view, 0)
    assert "I take back" in view.hint.text()
    press(view, Key.Key_I)
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)


def test_a_person_is_hidden(qtbot: QtBot, window: MainWindow, catalog: Catalog) -> None:
    view = people(window)
    choose(view, 1)
    type_name(view, "Bob")
    view.head.segments["named"].click()
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    choose(view, 0)
    press(view, Key.Key_H)
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    assert People(catalog).persons() == [("Bob", 2, True)]


def test_faces_of_a_stack_are_split_moved_and_rejected(
    qtbot: QtBot, window: MainWindow, catalog: Catalog
) -> None:
    view = people(window)
    view.open(view.model.cards()[0].key)
    qtbot.waitUntil(lambda: view.model.rowCount() == 3 and view.model.cards()[0].count == 1)
    choose(view, 0)
    press(view, Key.Key_S)
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    choose(view, 0, 1)
    type_name(view, "Anna")
    qtbot.waitUntil(lambda: People(catalog).persons() == [("Anna", 2, False)])
    QTest.keyClick(view.list, Key.Key_Escape)
    view.head.segments["named"].click()
    qtbot.waitUntil(lambda: [card.title for card in view.model.cards()] == ["Anna"])
    view.open(view.model.cards()[0].key)
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    choose(view, 0)
    press(view, Key.Key_R)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    assert People(catalog).persons() == [("Anna", 1, False)]


def test_escape_leads_back_to_the_stacks_and_to_the_photos(qtbot: QtBot, window: MainWindow) -> None:
    view = people(window)
    assert not window.actions_.accept.isEnabled()  # A means something else here
    view.open(view.model.cards()[1].key)
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    press(view, Key.Key_Escape)
    assert len(view.model.cards()) == 3
    press(view, Key.Key_Escape)
    assert window.stack.currentWidget() is window.photos_page
    assert window.actions_.accept.isEnabled()
    assert window._folder_dock.isVisible()


def test_a_face_leads_to_its_photo(qtbot: QtBot, window: MainWindow) -> None:
    view = people(window)
    choose(view, 1)
    photo = view.model.cards()[1].photo
    press(view, Key.Key_P)
    assert window.photos_page is not None
    photos_page = window.photos_page
    qtbot.waitUntil(lambda: list(photos_page.selected_ids()) == [photo])


def test_crops_come_from_the_photo(qtbot: QtBot, window: MainWindow) -> None:
    view = people(window)
    card = view.model.cards()[0]
    qtbot.waitUntil(lambda: view._crops.get(FaceCrop(card.face, card.photo, card.box)) is not None)
    found = view._crops.get(FaceCrop(card.face, card.photo, card.box))
    assert found is not None
    colour = QColor(found.toImage().pixel(QPoint(3, 3)))
    assert abs(colour.red() - card.photo % 255) <= 1


def test_without_faces_it_says_what_to_do(qtbot: QtBot, runner: JobRunner) -> None:
    window = open_window(qtbot, FakeProgram(2), runner)
    window.actions_.people.trigger()
    view = people(window)
    qtbot.waitUntil(lambda: view.empty.isVisible())
    assert view.empty.text().startswith("No faces yet.")


def test_forgetting_is_asked_first_and_said(qtbot: QtBot, window: MainWindow, catalog: Catalog) -> None:
    view, to = people(window), context_of(window)
    asked = forget(to, view)
    assert asked.defaultButton() is not asked.forget
    asked.close()
    assert len(People(catalog).clusters()) == 3
    forget(to, view).forget.click()
    qtbot.waitUntil(lambda: "All faces and names are deleted from the catalog." in window.messages.texts())
    assert People(catalog).clusters() == []
    qtbot.waitUntil(lambda: view.empty.isVisible())


def test_a_selection_of_all_stays_one_when_the_list_is_read_again(qtbot: QtBot, window: MainWindow) -> None:
    view = people(window)
    view.list.selectAll()
    assert view.merge.isEnabled()
    arrived: list[bool] = []
    view.model.modelReset.connect(lambda: arrived.append(True))
    view.read()
    qtbot.waitUntil(lambda: bool(arrived))
    qtbot.waitUntil(lambda: len(view.list.selectionModel().selectedIndexes()) == 3)
    assert view.merge.isEnabled()
