"""Starting, not starting, faults of ours, and what the window's process may load."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import plain
from phototagger.gui.bridge import runner
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit import theme
from phototagger.gui.shell import application
from phototagger.gui.shell.main_window import MainWindow
from tests.gui.fakes.program import FakeProgram


def the_window() -> MainWindow | None:
    windows = [
        one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()
    ]
    return windows[0] if windows else None


def end_when(ready: object, qapp: QApplication) -> QTimer:
    """Closes the window once ``ready(window)`` is true, as a person would."""
    timer = QTimer(qapp)

    def look() -> None:
        window = the_window()
        if window is not None and ready(window):  # type: ignore[operator]
            timer.stop()
            window.close()
            qapp.quit()

    timer.timeout.connect(look)
    timer.start(20)
    return timer


def test_run_shows_the_window_opens_the_program_and_adds_folders(qapp: QApplication) -> None:
    fake = FakeProgram()
    threads: list[str] = []

    def open_app() -> FakeProgram:
        threads.append(threading.current_thread().name)
        return fake

    timer = end_when(lambda _: ("scan_and_analyse", [Path("/holiday")]) in fake.world.calls, qapp)
    assert application.run(open_app, [Path("/holiday")]) == 0
    timer.deleteLater()
    assert threads[0].startswith("read"), "the catalog opens behind the window"
    assert fake.closed


def test_the_process_ends_though_a_read_hangs(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WAIT_S", 0.05)
    monkeypatch.setattr(JobRunner.shutdown, "__defaults__", (0.05,))
    gate, begun = threading.Event(), threading.Event()
    left: list[int] = []
    asked: list[MainWindow] = []

    def hang() -> None:
        begun.set()
        gate.wait(30)

    def ready(window: MainWindow) -> bool:
        if not asked:
            asked.append(window)
            window._runner.call(hang, lambda _: None)
        return begun.is_set()

    timer = end_when(ready, qapp)
    try:
        application.run(FakeProgram, leave=left.append)
    finally:
        gate.set()
    timer.deleteLater()
    assert left == [1]


def test_a_catalog_that_does_not_open_is_told_in_the_window(qapp: QApplication) -> None:
    def open_app() -> FakeProgram:
        raise CatalogError(plain("The catalog is from a newer phototagger. Update it."))

    said: list[str] = []

    def ready(window: MainWindow) -> bool:
        said[:] = window.messages.texts()
        return bool(said)

    timer = end_when(ready, qapp)
    assert application.run(open_app) == 0
    timer.deleteLater()
    assert said == ["The catalog is from a newer phototagger. Update it."]


@pytest.mark.parametrize("where", ["main", "thread"])
def test_a_fault_of_ours_is_told_and_the_window_goes_on(qtbot: QtBot, runner: JobRunner, where: str) -> None:
    window = MainWindow(runner)
    qtbot.addWidget(window)
    hook = application.CrashHook(window)
    try:
        if where == "main":
            sys.excepthook(ValueError, ValueError("a fault"), None)
        else:
            args = threading.ExceptHookArgs((ValueError, ValueError("a fault"), None, None))
            thread = threading.Thread(target=lambda: threading.excepthook(args))
            thread.start()
            thread.join()
        qtbot.waitUntil(lambda: any("a fault" in text for text in window.messages.texts()))
    finally:
        hook.remove()


def test_look_follows_the_setting(qtbot: QtBot, qapp: QApplication, runner: JobRunner) -> None:
    window = MainWindow(runner)
    qtbot.addWidget(window)
    look = application.ThemeKeeper(qapp, window)
    try:
        look.use("dark")
        assert theme.colours() is theme.DARK
        look.use("light")
        assert theme.colours() is theme.LIGHT
    finally:
        theme.apply(qapp, "system")


def test_the_window_loads_no_network_and_no_photo_library() -> None:
    script = (
        "import sys, phototagger.gui.shell.application\n"
        "heavy = {'torch', 'onnxruntime', 'timm', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
