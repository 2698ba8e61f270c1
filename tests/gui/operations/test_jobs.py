"""Long jobs: one a slot, one in front, and what follows them."""

from __future__ import annotations

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.operations import folders, words, write
from phototagger.gui.operations.jobs import Slot
from tests.gui.conftest import context_of, open_window
from tests.gui.fakes.program import FakeProgram


def scanned(app: FakeProgram) -> list[object]:
    return [what for name, what in app.world.calls if name == "scan_and_analyse"]


def test_folders_wait_for_the_analysis_before_them_and_go_together(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.world.gate = threading.Event()
    to = context_of(open_window(qtbot, app, runner))
    for name in ("/a", "/b", "/b/below", "/c"):
        folders.add(to, [Path(name)])
    app.world.gate.set()
    qtbot.waitUntil(lambda: not to.jobs.busy(Slot.ANALYSIS))
    assert scanned(app) == [[Path("/a")], [Path("/b"), Path("/c")]]


def test_stop_lets_the_folders_go_that_waited(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    to = context_of(window)
    folders.add(to, [Path("/a")])
    folders.add(to, [Path("/b")])
    window.bar.cancel_button.click()
    folders.add(to, [Path("/c")])  # while the first is still stopping: only this one is wanted
    app.world.gate.set()
    qtbot.waitUntil(lambda: len(scanned(app)) == 2 and not to.jobs.busy(Slot.ANALYSIS))
    assert scanned(app) == [[Path("/a")], [Path("/c")]]


def test_stop_means_suggestions_by_newer_settings_too(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    to = context_of(window)
    words.resuggest(to)
    words.resuggest(to)
    window.bar.cancel_button.click()
    app.world.gate.set()
    qtbot.waitUntil(lambda: not to.jobs.busy(Slot.SUGGESTIONS))
    assert [name for name, _ in app.world.calls].count("resuggest") == 1
    assert "Stopped. Some suggestions still follow the old settings." in window.messages.texts()


def test_one_job_is_at_the_files_and_it_is_in_front(qtbot: QtBot, runner: JobRunner) -> None:
    app = FakeProgram(1)
    app.world.gate = threading.Event()
    window = open_window(qtbot, app, runner)
    to = context_of(window)
    folders.add(to, [Path("/a")])
    write.plan(to, None)
    assert window.bar.text() == "Comparing with the files"
    write.plan(to, None)
    assert "Files are being written. Wait until that is done." in window.messages.texts()
    app.world.gate.set()
    qtbot.waitUntil(lambda: not to.jobs.busy(Slot.FILES) and not to.jobs.busy(Slot.ANALYSIS))
