"""On a small screen, or at twice the size of everything, no window is larger than what there is to see it on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSettings
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.keywords.keywords_dialog import KeywordsDialog
from phototagger.gui.settings.settings_dialog import SettingsDialog
from phototagger.gui.shell.main_window import MainWindow
from phototagger.gui.write.skipped_files_dialog import SkippedFilesDialog
from phototagger.gui.write.write_dialog import WriteDialog
from phototagger.settings.declared import Settings
from tests.gui.fakes.program import FakeProgram

WIDTH, HEIGHT = 960, 540  # of 1920 x 1080 at 200 %


def test_every_window_opens_within_a_small_screen(
    qtbot: QtBot, runner: JobRunner, geometry: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QScreen, "availableGeometry", lambda _: QRect(0, 0, WIDTH, HEIGHT))
    app = FakeProgram(3)
    made: list[QWidget] = [
        MainWindow(runner, geometry),
        SettingsDialog(Settings(), analysing=True),
        KeywordsDialog(app.words.book, runner),
        SkippedFilesDialog("Left", [(Path("/a.jpg"), "a reason")]),
        WriteDialog([], agreed=False),
    ]
    for window in made:
        qtbot.addWidget(window)
        window.show()
        assert window.width() <= WIDTH, window
        assert window.height() < HEIGHT, window
