"""A person's walk through the real window: drop, review, write, look into the file, undo."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phototagger.app.program import Program
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import keyword_leaf
from phototagger.domain.writing import values_of
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.photos.photos_page import PhotosPage
from phototagger.gui.shell import application
from phototagger.gui.shell.main_window import MainWindow
from phototagger.gui.write.write_dialog import WriteDialog
from tests.e2e.conftest import read_back

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
    # Qt 6.12 takes a QPointF there and calls this one deprecated; before, there was no other.
    pytest.mark.filterwarnings("ignore:.*QDragEnterEvent:DeprecationWarning"),
]

ANALYSIS_MS = 90_000  # the networks are loaded, and exported once, on the machine that runs the test


@pytest.fixture(params=[True, False], ids=["one process", "engine process"])
def window(
    request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> Iterator[MainWindow]:
    """The real program with a catalog of its own: all in this process, and as a person has it."""
    application.application().setQuitOnLastWindowClosed(False)  # or no later test has an event loop
    gc.disable()
    runner = JobRunner()
    made = MainWindow(runner)
    made.resize(1200, 800)
    made.show()
    home = tmp_path / "home"
    made.attach(
        Program.open(home / "catalog.sqlite", home / "settings.toml", device="cpu", in_process=request.param)
    )
    yield made
    made.close()
    assert runner.shutdown()
    made.deleteLater()
    qapp.sendPostedEvents()
    gc.enable()


def drop(window: MainWindow, folder: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(QPoint(200, 200), *how), QDropEvent(QPointF(200, 200), *how)):
        QApplication.sendEvent(window, event)
        assert event.isAccepted()


def id_of(photos_page: PhotosPage, name: str) -> int:
    rows = range(photos_page.model.rowCount())
    return next(
        photos_page.model.photo_id(row) for row in rows if photos_page.model.index(row).data() == name
    )


def leaves(exiftool: str, path: Path) -> list[str]:
    """The flat words that plain exiftool reads from the file."""
    return read_back(exiftool, path).get("XMP-dc:Subject", [])


def test_drop_review_write_undo(
    qtbot: QtBot, window: MainWindow, samples: Path, tmp_path: Path, exiftool: str
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("cat-turned.jpg", "astronaut.jpg"):
        shutil.copy(samples / name, folder)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    photos_page, review = window.photos_page, window.review
    assert photos_page is not None
    assert review is not None

    drop(window, folder)
    qtbot.waitUntil(
        lambda: any("1 photo could not be analysed" in text for text in window.messages.texts()),
        timeout=ANALYSIS_MS,
    )
    qtbot.waitUntil(lambda: photos_page.model.rowCount() == 3 and window.problems.list.count() == 1)
    qtbot.waitUntil(lambda: all(photos_page.model.index(row).data() is not None for row in range(3)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "looking writes nothing"

    photos_page.grid.show_photo(id_of(photos_page, "cat-turned.jpg"))
    qtbot.waitUntil(lambda: len(review.lines.to_review) > 0)
    assert any("cat" in line.keyword for line in review.lines.to_review)
    accepted = next(line for line in review.lines.to_review if "cat" in line.keyword)
    window.activateWindow()
    review.list.setCurrentRow(review.lines.to_review.index(accepted))
    review.list.setFocus()
    QTest.keyClick(review.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [word.keyword for word in review.lines.keywords] == [accepted.keyword])

    photos_page.grid.show_photo(id_of(photos_page, "astronaut.jpg"))
    qtbot.waitUntil(
        lambda: review.lines.photos == 1 and not review.lines.keywords and bool(review.lines.to_review)
    )
    rejected = review.lines.to_review[0]
    photos_page.grid.setFocus()
    QTest.keyClick(photos_page.grid, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: [line.keyword for line in review.lines.rejected] == [rejected.keyword])

    qtbot.waitUntil(window.actions_.write.isEnabled)
    window.actions_.write.trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(WriteDialog)), timeout=20_000)
    dialog = window.findChildren(WriteDialog)[0]
    assert [plan.path.name for plan in dialog.plans] == ["cat-turned.jpg"]
    assert values_of(dialog.plans[0].added, KEYWORD) == (accepted.keyword,)
    assert not dialog.write_button.isEnabled(), "the first write needs consent"
    dialog.consent.setChecked(True)
    dialog.write_button.click()
    qtbot.waitUntil(lambda: "Written into 1 file." in window.messages.texts(), timeout=20_000)
    assert keyword_leaf(accepted.keyword) in leaves(exiftool, folder / "cat-turned.jpg")
    assert (folder / "astronaut.jpg").read_bytes() == before["astronaut.jpg"]

    qtbot.waitUntil(lambda: window.history.runs.count() == 1)
    window.side.setCurrentWidget(window.history)
    qtbot.waitUntil(lambda: window.history.undo_run_button.height() > 20)  # laid out by now
    QTest.mouseClick(window.history.undo_run_button, Qt.MouseButton.LeftButton)
    said = "Put back as before the write: 1 file."
    qtbot.waitUntil(lambda: said in window.messages.texts(), timeout=20_000)
    assert leaves(exiftool, folder / "cat-turned.jpg") == []
