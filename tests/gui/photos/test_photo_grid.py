"""The grid: selection that survives, zoom, keys, and what is painted."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phototagger.domain.records import Changes, ErrorKind
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit.theme import colours
from phototagger.gui.photos.photo_grid import SIDES, PhotoGrid
from phototagger.gui.photos.photo_model import PhotoModel
from phototagger.gui.photos.thumbnails import thumbnails
from phototagger.jobs.library import PhotoFilter
from tests.gui.fakes.program import FakeProgram


def shown_grid(qtbot: QtBot, runner: JobRunner, app: FakeProgram) -> tuple[PhotoGrid, PhotoModel]:
    loader = thumbnails(app.library, app.viewing, runner)
    model = PhotoModel(app.library, runner, loader)
    loader.setParent(model)
    grid = PhotoGrid(model, 128)
    model.setParent(grid)
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.show()
    with qtbot.waitSignal(model.listed):
        model.set_filter(PhotoFilter())
    qtbot.waitUntil(lambda: model.rowCount() == 0 or model.index(0).data() is not None)
    return grid, model


def test_selection_is_told_once_when_it_rests(qtbot: QtBot, runner: JobRunner) -> None:
    grid, _ = shown_grid(qtbot, runner, FakeProgram(50))
    told: list[array[int]] = []
    grid.selected.connect(told.append)
    for photo_id in (3, 4, 5):
        grid.show_photo(photo_id)
    qtbot.waitUntil(lambda: bool(told))
    assert [list(ids) for ids in told] == [[5]]


def test_selection_and_place_survive_a_new_list(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(400)
    grid, model = shown_grid(qtbot, runner, app)
    grid.select_ids({7, 8, 9, 300}, 300)
    grid.scrollTo(model.index(299))
    top = grid.indexAt(QPoint(60, 60)).row()
    app.world.add_photos(Path("/another"), 40)  # before all others
    with qtbot.waitSignal(model.listed):
        model.on_changes(Changes(photo_list=True))
    assert list(grid.selected_ids()) == [7, 8, 9, 300]
    assert grid.current_id() == 300
    now = grid.indexAt(QPoint(60, 60)).row()
    assert abs(now - (top + 40)) <= grid.viewport().width() // grid.gridSize().width()


def test_selecting_everything_gives_every_id_in_order(qtbot: QtBot, runner: JobRunner) -> None:
    grid, model = shown_grid(qtbot, runner, FakeProgram(1000))
    grid.selectAll()
    assert grid.selected_ids() == model.ids()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_keys_open_the_current_photo(qtbot: QtBot, runner: JobRunner, key: Qt.Key) -> None:
    grid, _ = shown_grid(qtbot, runner, FakeProgram(5))
    grid.show_photo(2)
    with qtbot.waitSignal(grid.opened) as told:
        QTest.keyClick(grid, key)
    assert told.args == [2]


def test_double_click_opens(qtbot: QtBot, runner: JobRunner) -> None:
    grid, model = shown_grid(qtbot, runner, FakeProgram(5))
    place = grid.visualRect(model.index(1)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(grid.opened) as told:
        QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [2]


def test_arrows_walk_through_the_grid(qtbot: QtBot, runner: JobRunner) -> None:
    grid, _ = shown_grid(qtbot, runner, FakeProgram(50))
    columns = grid.viewport().width() // grid.gridSize().width()
    grid.show_photo(1)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current_id() == 2
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current_id() == 2 + columns
    assert grid.step(1) == 3 + columns
    grid.show_photo(50)
    assert grid.step(1) is None


def test_zoom_by_key_and_wheel_stays_within_its_steps(qtbot: QtBot, runner: JobRunner) -> None:
    grid, _ = shown_grid(qtbot, runner, FakeProgram(5))
    QTest.keyClick(grid, Qt.Key.Key_Plus)
    assert grid.side == 160
    QTest.keyClick(grid, Qt.Key.Key_Minus)
    assert grid.side == 128
    wheel = QWheelEvent(
        QPointF(50, 50),
        QPointF(50, 50),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), wheel)
    assert grid.side == 160
    grid.zoom(99)
    assert grid.side == SIDES[-1]
    grid.zoom(-99)
    assert grid.side == SIDES[0]


def test_columns_share_the_whole_width(qtbot: QtBot, runner: JobRunner) -> None:
    grid, _ = shown_grid(qtbot, runner, FakeProgram(50))
    for width in (500, 613, 777, 1000):
        grid.resize(width, 500)
        columns = grid.viewport().width() // grid.gridSize().width()
        assert grid.viewport().width() - columns * grid.gridSize().width() <= columns + 1


def colours_in(grid: PhotoGrid, row: int) -> set[str]:
    rect = grid.visualRect(grid.model().index(row, 0))
    picture = grid.viewport().grab(rect).toImage()
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


def test_badges_tell_the_state(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(3)
    app.review.reject([30, 31])
    app.world.break_photo(2, ErrorKind.EMPTY, "It is empty.")
    grid, model = shown_grid(qtbot, runner, app)
    qtbot.waitUntil(lambda: model.index(2).data(0) is not None)
    assert colours().accent in colours_in(grid, 0), "two suggestions to review"
    assert colours().accent not in colours_in(grid, 2), "nothing to review"
    assert colours().warning in colours_in(grid, 1), "a failed photo"
