"""Ctrl+C, by what goes on just then."""

from __future__ import annotations

import signal
import threading

import pytest

from phototagger.cli.terminal.stopping import SECONDS_FOR_A_JOB, Stopping
from phototagger.jobs.progress import Cancel


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def alarmed() -> bool:
    """Whether the alarm is ours: the one that watches over this test has minutes."""
    return hasattr(signal, "getitimer") and 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= SECONDS_FOR_A_JOB


def test_what_is_no_job_is_interrupted_at_once() -> None:
    cancel = Cancel()
    with Stopping(cancel).listening(), pytest.raises(KeyboardInterrupt):
        press()
    assert cancel.is_set()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarm on this system")
def test_a_job_that_does_not_look_at_its_flag_is_interrupted() -> None:
    stopping = Stopping(Cancel())

    def endless() -> None:
        press()
        threading.Event().wait(200)

    with stopping.listening(), pytest.raises(KeyboardInterrupt), stopping.job():
        endless()


def test_a_job_that_stops_by_itself_is_left_to() -> None:
    cancel = Cancel()
    stopping = Stopping(cancel)
    with stopping.listening():
        with stopping.job():
            press()
            assert cancel.is_set()
        stopping.leave()
    assert not alarmed(), "no alarm is left behind"


def test_files_in_hand_are_finished_unless_the_person_insists() -> None:
    stopping = Stopping(Cancel())
    with stopping.listening(), stopping.job(files=True):
        press()
        assert not alarmed(), "nothing will interrupt it"
        with pytest.raises(KeyboardInterrupt):
            press()


def test_closing_is_not_interrupted() -> None:
    stopping = Stopping(Cancel())
    with stopping.listening():
        stopping.leave()
        press()


def test_the_handlers_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Stopping(Cancel()).listening():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
