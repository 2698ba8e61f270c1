"""Starting the window: the application object, the look, the crash hook, and opening the program behind."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from phototagger.diagnostics.session import with_log
from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import said
from phototagger.files.whole_file import make_folder
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Program
from phototagger.gui.kit import icons, theme
from phototagger.gui.kit.wording import install_translations, tr
from phototagger.gui.operations.report import Reports
from phototagger.gui.shell.interrupts import Interrupts
from phototagger.gui.shell.main_window import MainWindow
from phototagger.settings.locations import default_settings_path, keep_own_folders_private

log = logging.getLogger(__name__)

COLLECT_MS = 1000
FAULTS_MS = 200


def _no_report(path: Path) -> None:
    """For a window with no program behind it."""
    raise UsageError(said("{path} was not written: there is no program to report on.", path=path))


def run(
    open_app: Callable[[], Program],
    folders: Sequence[Path] = (),
    leave: Callable[[int], object] = os._exit,
    save_report: Callable[[Path], None] = _no_report,
    log_level: str = "info",
) -> int:
    """Shows the window, opens the program behind it in a thread, and adds ``folders``. Gives the exit status.
    ``save_report`` writes a report into a file, from any thread, whether or not the program could be opened.

    ``leave`` ends the process where something hangs in the system that Python would wait for at its exit, for ever
    and without a window, or where a second signal insists on it. Nothing is lost: what writes was waited for, or
    is settled at the next start.
    """
    interrupts = Interrupts(leave)
    try:
        _keep_private()
        with with_log("window", log_level, queued=True):
            status, over = _run(open_app, folders, interrupts, save_report)
        if not over:
            leave(1)
        return status
    finally:
        interrupts.remove()


def _keep_private() -> None:
    """Of whatever Qt and we put into our own folders."""
    with contextlib.suppress(OSError):  # a window all the same
        make_folder(default_settings_path().parent)  # Qt keeps the window's size there
        keep_own_folders_private()


def _run(
    open_app: Callable[[], Program],
    folders: Sequence[Path],
    interrupts: Interrupts,
    save_report: Callable[[Path], None],
) -> tuple[int, bool]:
    """The exit status, and whether all that was in hand has ended."""
    app = application()
    app.setQuitOnLastWindowClosed(False)  # the end comes when all is finished behind the closed window
    runner = JobRunner()
    runner.ended.connect(app.quit)
    programs: list[Program] = []

    def open_noted() -> Program:
        programs.append(open_app())
        return programs[0]

    window = MainWindow(runner, QSettings("phototagger", "window"))
    look = ThemeKeeper(app, window)
    hook = CrashHook(window)
    collector = Collector(app)
    window.add(folders)
    window.show()
    runner.call(
        open_noted, lambda opened: _opened(opened, window, look), lambda error: _not_opened(error, window)
    )
    interrupts.watch(window, window.close)
    reports = Reports(window, window.messages, runner, save_report)
    window.actions_.report.triggered.connect(reports.ask)
    reports.look_for_crashes()
    over = False
    try:
        status = app.exec()
    finally:
        collector.timer.stop()
        hook.remove()
        gc.enable()
        over = runner.shutdown()
        if over:
            for program in programs:  # closed already, unless the window was while this one opened
                program.close()
    return status, over


def application() -> QApplication:
    """The one QApplication, with names, icon and translations."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("phototagger")
    app.setApplicationDisplayName("phototagger")
    app.setDesktopFileName("org.phototagger.phototagger")
    install_translations(app)
    theme.apply(app, "system")
    app.setWindowIcon(icons.app_icon())
    return app


def _opened(opened: Program, window: MainWindow, look: ThemeKeeper) -> None:
    look.use(opened.preferences.settings.window.theme)
    window.attach(opened)


def _not_opened(error: Exception, window: MainWindow) -> None:
    window.tell(error)
    window.bar.rest(tr("The catalog is not open."))


class ThemeKeeper(QObject):
    """Keeps the look as the setting wants it, following the system where it says so."""

    def __init__(self, app: QApplication, window: MainWindow) -> None:
        super().__init__(window)
        self._app = app
        self._window = window
        self._theme = "system"
        app.styleHints().colorSchemeChanged.connect(lambda _: self.use(self._theme))
        window.look_wanted.connect(self.use)

    def use(self, name: str) -> None:
        """Switches to the theme of this name."""
        before = theme.colours()
        self._theme = name
        if theme.apply(self._app, name) is not before:
            self._window.refresh_look()


class CrashHook(QObject):
    """Our own faults, in whichever thread, are logged and said in the window; it goes on."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._faults: deque[BaseException] = deque()
        self._timer = QTimer(self)  # a thread may not call into the window, so the window looks
        self._timer.timeout.connect(self._tell)
        self._timer.start(FAULTS_MS)
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._main
        threading.excepthook = self._thread

    def _tell(self) -> None:
        while self._faults:
            self._window.tell(self._faults.popleft())

    def remove(self) -> None:
        """Python's own hooks again."""
        self._timer.stop()
        sys.excepthook, threading.excepthook = self._before

    def _main(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("A fault of ours", exc_info=(kind, error, trace))
        self._faults.append(error)

    def _thread(self, what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            self._main(what.exc_type, what.exc_value, what.exc_traceback)


class Collector(QObject):
    """Runs Python's garbage collection on the window's thread alone: a widget that a worker thread collects
    would be destroyed there, which Qt does not survive."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self.timer = QTimer(self)
        self.timer.setInterval(COLLECT_MS)
        self.timer.timeout.connect(self._collect)
        self.timer.start()

    def _collect(self) -> None:
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
