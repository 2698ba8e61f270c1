"""A Qt application with our look, and a watch over what a test leaves behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.operations.context import Context
from phototagger.gui.review.review_panel import ReviewPanel
from phototagger.gui.shell import application
from phototagger.gui.shell.main_window import MainWindow
from tests.gui.fakes.program import FakeProgram


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(scope="session", autouse=True)
def program_look(qapp: QApplication) -> QApplication:
    """Style, palette and plurals as the program has them. Closing a test's last window must not end the
    application: once it is told to quit outside of ``exec``, no later event loop runs any more."""
    qapp.setQuitOnLastWindowClosed(False)
    return application.application()


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """No test leaves a thread behind; garbage is collected on the window's thread, as the program does it."""
    before = set(threading.enumerate())
    gc.disable()
    yield
    qapp.sendPostedEvents()
    gc.collect()
    gc.enable()
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[JobRunner]:
    made = JobRunner()
    crashes: list[object] = []
    made.crashed.connect(crashes.append)
    yield made
    assert made.shutdown(10)
    assert not crashes, f"nobody listened for {crashes}"


@pytest.fixture
def geometry(tmp_path: Path) -> QSettings:
    """Where this test's window keeps its size."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def open_window(
    qtbot: QtBot, app: FakeProgram, runner: JobRunner, geometry: QSettings | None = None
) -> MainWindow:
    """A shown window with this program attached, its first lists read."""
    window = MainWindow(runner, geometry)
    qtbot.addWidget(window)
    window.resize(1200, 760)
    window.show()
    window.attach(app)
    assert window.photos_page is not None
    with qtbot.waitSignal(window.photos_page.model.listed):
        pass
    shown = window.photos_page if app.library.shelves else window.welcome
    qtbot.waitUntil(
        lambda: window.stack.currentWidget() is shown and bool(window.folders.tree.topLevelItemCount())
    )
    return window


def context_of(window: MainWindow) -> Context:
    """What the operations of this window work with."""
    assert window.context is not None
    return window.context


@pytest.fixture
def panel(qtbot: QtBot, runner: JobRunner, app: FakeProgram) -> ReviewPanel:
    """The review panel over the ``app`` of the test's module."""
    made = ReviewPanel(app.library, app.review, app.files, runner)
    qtbot.addWidget(made)
    runner.changed.connect(made.on_changes)
    made.resize(340, 700)
    made.show()
    return made
