"""One child process: it answers, logs, dies in every way, and its parent hears how."""

from __future__ import annotations

import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnProcess
from typing import Any

import psutil
import pytest

from phototagger.diagnostics.log import MarkingFormatter, logs_folder
from phototagger.diagnostics.private_marks import Known
from phototagger.processes.child import Child, ChildDied, ChildNotStarted
from phototagger.processes.child_side import ToParent

HERE = "phototagger.tests.child"


def work(parent: ToParent[str, str], greeting: str) -> int:
    """Does what it is told."""
    while True:
        word = parent.receive()
        if word == "log":
            logging.getLogger(HERE).info("%s looks at %s", Known("a child"), "/home/Zyxanna")
            logging.getLogger(HERE).debug("not wanted")
            warnings.warn("a library warns of Zyxanna", stacklevel=1)
            try:
                raise ValueError("Zyxanna")
            except ValueError:
                logging.getLogger(HERE).exception("A fault")
        if word == "abort":
            look_at_a_photo()
        if word in ("exit", "speak and exit"):
            if word != "exit":
                parent.send("last words")
            os._exit(7)
        if word == "return":
            return 5
        if word == "raise":
            raise ValueError(word)
        if word == "sleep":
            threading.Event().wait()
        if word.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, word))
            threading.Event().wait()
        parent.send(f"{greeting} {word}")


def look_at_a_photo() -> None:
    os.abort()


@pytest.fixture
def child() -> Iterator[Child[str, str]]:
    made: Child[str, str] = Child("tester", work, "hello")
    yield made
    made.kill()
    assert not list(logs_folder().glob("running-tester-*")), "nothing of it is left"


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What the log file would hold."""
    caplog.set_level(logging.INFO, "phototagger")
    form = MarkingFormatter()
    return lambda: "\n".join(map(form.format, caplog.records))


def asked(child: Child[str, str], word: str) -> str | None:
    child.send(word)
    return child.receive(30)


def death_of(child: Child[str, str], word: str) -> ChildDied:
    child.send(word)
    with pytest.raises(ChildDied) as died:
        child.receive(30)
    assert not child.alive
    return died.value


def test_a_child_answers_and_ends(child: Child[str, str]) -> None:
    assert asked(child, "you") == "hello you"
    number = child.pid
    assert number is not None
    assert child.alive
    child.kill()
    child.kill()
    assert not psutil.pid_exists(number)
    assert child.pid is None
    with pytest.raises(ChildDied) as died:
        child.send("again")
    assert died.value.death.closed


def test_who_says_nothing_in_time_is_not_waited_for(child: Child[str, str]) -> None:
    child.send("sleep")
    assert child.receive(0.05) is None


def test_what_a_child_logs_is_in_its_parents_log(records: Callable[[], str]) -> None:
    made: Child[str, str] = Child("tester", work, "hello")  # it takes over what its parent's log wants
    try:
        assert asked(made, "log") == "hello log"
    finally:
        made.kill()
    said = records()
    assert f"INFO {made._number} {HERE}: a child looks at «/home/Zyxanna»" in said
    assert "not wanted" not in said
    assert "A fault\n  " in said
    assert "ValueError: «Zyxanna»" in said
    assert "a library warns of" in said
    assert f"The tester has started as process {made._number}" in said
    assert "was ended by us" in said


@pytest.mark.parametrize(
    ("word", "reason", "outside"),
    [
        ("exit", "ended with exit status 7", False),
        ("return", "ended with exit status 5", False),
        ("raise", "ended with exit status 1", False),
        ("SIGTERM", "ended with SIGTERM", True),
        ("SIGKILL", "ended with SIGKILL", False),
        ("SIGSEGV", "ended with SIGSEGV", False),
    ],
)
def test_how_a_child_died_is_told(child: Child[str, str], word: str, reason: str, outside: bool) -> None:
    death = death_of(child, word).death
    assert death.reason == reason
    assert death.from_outside is outside
    assert death.was_killed is (word == "SIGKILL")


def test_a_fault_that_ends_a_child_is_in_the_log_with_where_it_came_from(
    child: Child[str, str], records: Callable[[], str]
) -> None:
    death_of(child, "raise")
    told = records()
    assert "A fault of ours ends the tester" in told
    assert "phototagger/processes/child_side.py, line " in told
    assert "ValueError: «raise»" in told


def test_a_child_that_crashes_leaves_its_stacks_in_the_log(
    child: Child[str, str], records: Callable[[], str]
) -> None:
    assert death_of(child, "abort").death.signal == "SIGABRT"
    child.kill()
    said = records()
    assert said.count("ended with SIGABRT") == 1
    assert "Fatal Python error: Aborted" in said
    assert "in look_at_a_photo" in said


def test_last_words_are_heard(child: Child[str, str]) -> None:
    child.send("speak and exit")
    assert child.receive(30) == "last words"
    with pytest.raises(ChildDied):
        child.receive(30)


def test_a_child_may_be_closed_by_another_thread_while_it_is_listened_to(child: Child[str, str]) -> None:
    child.send("sleep")
    told: list[ChildDied] = []

    def listen() -> None:
        try:
            child.receive(30)
        except ChildDied as death:
            told.append(death)

    thread = threading.Thread(target=listen)
    thread.start()
    child.kill()
    thread.join(30)
    assert len(told) == 1


def test_ctrl_c_is_left_to_the_parent(child: Child[str, str]) -> None:
    assert asked(child, "you") == "hello you"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGINT)
    assert asked(child, "again") == "hello again"


def test_a_process_that_the_system_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> None:
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(SpawnProcess, "start", refuse)
    with pytest.raises(ChildNotStarted, match="temporarily unavailable"):
        Child("tester", work, "hello")


def test_a_farewell_lets_a_child_end_by_itself(child: Child[str, str], records: Callable[[], str]) -> None:
    child.close("return")
    assert not child.alive
    assert "ended with exit status 5" in records()
