"""Saving a report from the window, and being told that the last run ended badly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from phototagger.app.report import save_report
from phototagger.diagnostics.log import log_path, logs_folder
from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import plain
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit.wording import sentence
from phototagger.gui.operations.report import Reports
from phototagger.gui.shell import application
from phototagger.gui.shell.main_window import MainWindow
from tests.gui.fakes.program import FakeProgram
from tests.gui.shell.test_application import end_when

DIES = """
import os
from phototagger.diagnostics.session import with_log
with with_log("{part}"):
    os.abort()
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Logs of this test alone."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def die(part: str) -> None:
    done = subprocess.run([sys.executable, "-c", DIES.format(part=part)], capture_output=True, check=False)
    assert done.returncode < 0, done.stderr


def said_at_start(qapp: QApplication, wanted: int = 1) -> list[str]:
    """What the window has said once it is open."""
    said: list[str] = []
    fake = FakeProgram()

    def ready(window: MainWindow) -> bool:
        said[:] = window.messages.texts()
        return len(said) >= wanted and window.photos_page is not None

    timer = end_when(ready, qapp)
    assert application.run(lambda: fake) == 0
    timer.deleteLater()
    return said


def test_a_crash_is_told_at_the_next_start_and_only_then(qapp: QApplication) -> None:
    die("window")
    assert any("closed unexpectedly" in text for text in said_at_start(qapp))
    assert not any("closed unexpectedly" in text for text in said_at_start(qapp, 0))


def test_the_death_of_an_engine_is_no_news_at_the_next_start(qapp: QApplication) -> None:
    die("engine")
    assert not any("closed unexpectedly" in text for text in said_at_start(qapp, 0))
    assert list(logs_folder().glob("crash-engine-*")), "but a report has it"


def test_a_window_that_ends_as_it_should_is_not_told_of(qapp: QApplication) -> None:
    said_at_start(qapp, 0)
    assert "The window ends after" in log_path().read_text(encoding="utf-8")
    assert not list(logs_folder().glob("running-*"))
    assert not any("closed unexpectedly" in text for text in said_at_start(qapp, 0))


def reports(qtbot: QtBot, runner: JobRunner) -> tuple[MainWindow, Reports]:
    window = MainWindow(runner)
    qtbot.addWidget(window)
    made = Reports(window, window.messages, runner, lambda path: save_report(path))
    window.actions_.report.triggered.connect(made.ask)
    return window, made


def test_a_report_is_saved_also_where_no_catalog_is_open(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, _held = reports(qtbot, runner)
    target = tmp_path / "report.txt"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(target.with_suffix("")), "Text (*.txt)")
    )
    window.actions_.report.trigger()
    qtbot.waitUntil(lambda: any(str(target) in text for text in window.messages.texts()))
    assert "[versions]" in target.read_text(encoding="utf-8")
    (text,) = window.messages.texts()
    assert "left out" in text


def test_a_report_that_cannot_be_saved_is_told(qtbot: QtBot, runner: JobRunner, tmp_path: Path) -> None:
    window, made = reports(qtbot, runner)
    made.save_to(tmp_path / "photo.jpg")
    qtbot.waitUntil(lambda: bool(window.messages.texts()))
    assert "ends in .txt" in window.messages.texts()[0]
    assert not (tmp_path / "photo.jpg").exists()


def test_a_fault_of_ours_names_the_log() -> None:
    assert str(log_path()) in sentence(ZeroDivisionError("x"))
    assert str(log_path()) not in sentence(CatalogError(plain("The catalog is away.")))
