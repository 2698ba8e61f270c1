"""Signals that ask the program to end, at the worst moments, each in a process of its own with a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from phototagger.gui.shell.interrupts import Interrupts
from phototagger.processes.signals import ENDING as NUMBERS

SECONDS = 60
ENDING = [signal.Signals(number).name for number in NUMBERS]

PROGRAM = """
import faulthandler, signal, sys, threading
faulthandler.dump_traceback_later({seconds}, exit=True)
from concurrent.futures import ThreadPoolExecutor
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from phototagger.gui.shell import application
from phototagger.processes import signals
from phototagger.gui.shell.main_window import MainWindow
from phototagger.gui.bridge.runner import JobRunner
from tests.gui.fakes.program import FakeProgram

number = signal.Signals[sys.argv[1]]
# As at a terminal: a shell that runs the tests in the background has them and their children ignore some signals.
signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
fake = FakeProgram()
{moment}
status = application.run(lambda: fake)
print("closed" if fake.closed else "left open", flush=True)
sys.exit(status)
"""

# The moment at which the signal comes. submit() holds its pool's lock while it makes the thread.
INSIDE_SUBMIT = """
inside, left = ThreadPoolExecutor._adjust_thread_count, [{count}]
def adjust(pool):
    inside(pool)
    left[0] -= 1
    if left[0] == 0:
        signal.raise_signal(number)
ThreadPoolExecutor._adjust_thread_count = adjust
"""
INSIDE_A_QUESTION = """
def ask():
    window = next(one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow))
    QTimer.singleShot(0, lambda: signal.raise_signal(number))
    QMessageBox.question(window, "A question", "Is it?")
real = MainWindow.attach
def attach(window, opened):
    real(window, opened)
    QTimer.singleShot(0, ask)
MainWindow.attach = attach
"""
BEFORE_THE_WINDOW = """
real = application.application
def made():
    signal.raise_signal(number)
    return real()
application.application = made
"""
HELD_UP = """
real = MainWindow.closeEvent
def close(window, event):
    print("closing", flush=True)
    threading.Event().wait()
MainWindow.closeEvent = close
signals.AGAIN_S = 0.0
application.MainWindow.attach = lambda window, opened: signal.raise_signal(number)
"""


def start(moment: str, number: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(seconds=SECONDS - 10, moment=moment), number],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


def ended(running: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        out, err = running.communicate(timeout=SECONDS)
    finally:
        running.kill()
        running.wait()
    return running.returncode, out, err


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_signal_from_within_submit_ends_the_window(number: str, count: int) -> None:
    status, out, err = ended(start(INSIDE_SUBMIT.format(count=count), number))
    assert (status, out) == (0, "closed\n"), err
    assert "Traceback" not in err


@pytest.mark.parametrize("moment", [INSIDE_A_QUESTION, BEFORE_THE_WINDOW], ids=["question", "start"])
def test_a_signal_at_another_moment_ends_the_window(moment: str) -> None:
    status, out, err = ended(start(moment, "SIGTERM"))
    assert (status, out) == (0, "closed\n"), err
    assert "Traceback" not in err


def test_a_second_signal_ends_the_process_though_the_window_is_stuck() -> None:
    running = start(HELD_UP, "SIGINT")
    assert running.stdout is not None
    assert running.stdout.readline() == "closing\n"
    running.send_signal(signal.SIGTERM)
    status, _, err = ended(running)
    assert status == 128 + signal.SIGTERM, err


def test_several_signals_at_once_are_one(qtbot: QtBot) -> None:
    left: list[int] = []
    closed: list[int] = []
    parent = QObject()
    interrupts = Interrupts(left.append)
    try:
        interrupts.watch(parent, lambda: closed.append(1))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
        qtbot.waitUntil(lambda: bool(closed))
    finally:
        interrupts.remove()
    assert (closed, left) == ([1], [])


def test_handlers_are_as_before_when_the_window_is_gone() -> None:
    before = [signal.getsignal(number) for number in NUMBERS]
    interrupts = Interrupts(lambda _: None)
    assert [signal.getsignal(number) for number in NUMBERS] != before
    interrupts.remove()
    assert [signal.getsignal(number) for number in NUMBERS] == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_under_nohup_a_closing_terminal_ends_nothing() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        interrupts = Interrupts(lambda _: None)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        interrupts.remove()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
