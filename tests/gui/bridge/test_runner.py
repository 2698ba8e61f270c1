"""The bridge between threads and Qt: endings, merging, order, and a clean shutdown."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Generator

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phototagger.domain.errors import CatalogError
from phototagger.domain.records import Changes
from phototagger.domain.sentences import plain
from phototagger.gui.bridge import runner as runner_module
from phototagger.gui.bridge.runner import JobRunner, RunningJob
from phototagger.jobs.progress import Cancel, Job, Meter, Progress


def watch(job: RunningJob) -> list[tuple[str, object]]:
    heard: list[tuple[str, object]] = []
    for name in ("done", "cancelled", "failed"):
        getattr(job, name).connect(lambda what, name=name: heard.append((name, what)))
    job.ended.connect(lambda: heard.append(("ended", None)))
    return heard


def counting(cancel: Cancel, upto: int = 3, gate: threading.Event | None = None) -> Job[str]:
    meter = Meter("count", upto, cancel)

    def do(number: int) -> None:
        if gate is not None:
            gate.wait(5)
        meter.changed(Changes(frozenset({number})))

    yield from meter.each(range(upto), do)
    return "summary"


def test_done_arrives_once_with_the_summary_and_all_changes(qtbot: QtBot, runner: JobRunner) -> None:
    changes: list[Changes] = []
    runner.changed.connect(changes.append)
    job = runner.start("count", counting)
    heard = watch(job)
    with qtbot.waitSignal(job.ended):
        pass
    assert heard == [("done", "summary"), ("ended", None)]
    qtbot.waitUntil(lambda: bool(changes))
    merged = Changes()
    for one in changes:
        merged = merged | one
    assert merged.photos == {0, 1, 2}
    assert runner.jobs == []


def test_many_reports_are_told_at_most_ten_times_a_second(qtbot: QtBot, runner: JobRunner) -> None:
    told: list[Progress] = []
    job = runner.start("count", lambda cancel: counting(cancel, 20_000))
    job.progressed.connect(told.append)
    with qtbot.waitSignal(job.ended, timeout=20_000):
        pass
    assert told[-1].done == 20_000
    assert len(told) < 200  # far fewer than reports; exactly how many is the machine's speed


def test_cancel_ends_the_job_as_cancelled(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    job = runner.start("count", lambda cancel: counting(cancel, 3, gate))
    heard = watch(job)
    job.cancel()
    gate.set()
    with qtbot.waitSignal(job.ended):
        pass
    assert [name for name, _ in heard] == ["cancelled", "ended"]


@pytest.mark.parametrize("error", [CatalogError(plain("The disk is full.")), ValueError("ours")])
def test_an_error_ends_the_job_as_failed(qtbot: QtBot, runner: JobRunner, error: Exception) -> None:
    def failing(cancel: Cancel) -> Generator[Progress, None, None]:
        yield Progress("fail", 0)
        raise error

    job = runner.start("fail", failing)
    heard = watch(job)
    with qtbot.waitSignal(job.ended):
        pass
    assert heard == [("failed", error), ("ended", None)]


def test_an_error_before_the_first_report_is_an_ending_too(qtbot: QtBot, runner: JobRunner) -> None:
    def broken(cancel: Cancel) -> Job[None]:
        raise CatalogError(plain("No exiftool."))

    job = runner.start("broken", broken)
    heard = watch(job)
    with qtbot.waitSignal(job.ended):
        pass
    assert [name for name, _ in heard] == ["failed", "ended"]


def test_a_call_runs_elsewhere_and_answers_here(qtbot: QtBot, runner: JobRunner) -> None:
    where: list[str] = []
    answers: list[tuple[int, bool]] = []

    def work() -> int:
        where.append(threading.current_thread().name)
        return 7

    app = QCoreApplication.instance()
    assert app is not None
    runner.call(work, lambda value: answers.append((value, QThread.currentThread() is app.thread())))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [(7, True)]
    assert where[0].startswith("read")


def test_a_failed_call_reaches_its_listener(qtbot: QtBot, runner: JobRunner) -> None:
    errors: list[Exception] = []

    def work() -> None:
        raise CatalogError(plain("Gone."))

    runner.call(work, lambda _: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "Gone."


def test_a_failed_call_without_listener_is_a_crash_to_tell(qtbot: QtBot) -> None:
    runner = JobRunner()

    def work() -> None:
        raise CatalogError(plain("Gone."))

    with qtbot.waitSignal(runner.crashed) as told:
        runner.call(work, lambda _: None)
    assert told.args is not None
    assert str(told.args[0]) == "Gone."
    assert runner.shutdown(5)


def test_a_forgotten_ticket_is_never_delivered(qtbot: QtBot, runner: JobRunner) -> None:
    heard: list[str] = []
    ticket = runner.call(lambda: "late", heard.append)
    ticket.forget()
    runner.call(lambda: "wanted", heard.append)
    qtbot.waitUntil(lambda: "wanted" in heard)
    runner.call(lambda: "last", heard.append)
    qtbot.waitUntil(lambda: "last" in heard)
    assert heard == ["wanted", "last"]


def test_forgotten_calls_leave_the_queue(qtbot: QtBot, runner: JobRunner) -> None:
    gate, ran, heard = threading.Event(), list[int](), list[str]()
    for _ in range(4):  # every reading thread is busy
        runner.call(lambda: gate.wait(10), lambda _: None)
    tickets = [runner.call(functools.partial(ran.append, number), lambda _: None) for number in range(40)]
    for ticket in tickets:
        ticket.forget()
    runner.call(lambda: "wanted", heard.append)
    gate.set()
    qtbot.waitUntil(lambda: heard == ["wanted"])
    assert ran == []
    qtbot.waitUntil(lambda: not runner.awaits_answers)  # and the window stops looking for answers


def test_looks_have_one_slot_and_the_latest_wins(qtbot: QtBot, runner: JobRunner) -> None:
    gate, begun = threading.Event(), threading.Event()
    ran, heard = list[int](), list[str]()

    def slow() -> None:
        begun.set()
        gate.wait(10)

    runner.look(slow, lambda _: None)
    qtbot.waitUntil(begun.is_set)
    for number in range(20):
        runner.look(functools.partial(ran.append, number), lambda _: None)
    runner.call(lambda: "row", heard.append)
    qtbot.waitUntil(lambda: heard == ["row"])  # while the look still goes on
    assert not gate.is_set()
    gate.set()
    qtbot.waitUntil(lambda: ran == [19])


def test_edits_keep_their_order_and_announce_changes(qtbot: QtBot, runner: JobRunner) -> None:
    order: list[int] = []
    changes: list[Changes] = []
    runner.changed.connect(changes.append)

    def edit(number: int) -> Changes:
        order.append(number)
        return Changes(frozenset({number}))

    for number in range(20):
        runner.edit(functools.partial(edit, number))
    runner.edit(lambda: (Changes(history=True), "undo"))
    qtbot.waitUntil(lambda: len(changes) == 21)
    assert order == list(range(20))
    assert changes[-1].history


def test_shutdown_cancels_waits_and_drops_late_answers(qtbot: QtBot) -> None:
    runner = JobRunner()
    gate = threading.Event()
    heard: list[object] = []
    cancels: list[Cancel] = []

    def endless(cancel: Cancel) -> Job[str]:
        cancels.append(cancel)
        return counting(cancel, 10**9)

    runner.start("count", endless)
    runner.call(lambda: gate.wait(5), heard.append)
    gate.set()
    assert runner.shutdown(10)
    assert [cancel.is_set() for cancel in cancels] == [True]
    QCoreApplication.processEvents()
    assert heard == []
    runner.call(lambda: 1, heard.append)  # after the end nothing starts any more
    assert runner.jobs == []


def test_a_read_that_hangs_keeps_no_process_without_a_window(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a read from a network drive that went away: nobody can end it."""
    monkeypatch.setattr(runner_module, "WAIT_S", 0.05)
    runner = JobRunner()
    gate, begun = threading.Event(), threading.Event()
    kept, closed = [], []

    def hang() -> None:
        begun.set()
        gate.wait(30)

    runner.call(hang, lambda _: None)
    runner.edit(lambda: kept.append("what the person did"))
    assert begun.wait(5)
    with qtbot.waitSignal(runner.ended, timeout=5000):
        runner.end(lambda: closed.append(True))
    assert closed == []  # the read may still be using it
    assert kept == ["what the person did"]
    assert not runner.shutdown(20)  # at once: it was waited for already
    gate.set()
    qtbot.waitUntil(lambda: runner.shutdown(5))


def test_this_pyside_keeps_the_count_of_true(qapp: QApplication) -> None:
    """PySide6 6.12.0 drops one reference to True at every emit, until Python 3.11 dies of it."""
    runner = JobRunner()
    before = sys.getrefcount(True)
    for _ in range(200):
        runner.changed.emit(Changes())
    assert sys.getrefcount(True) > before - 100
    assert runner.shutdown(5)
