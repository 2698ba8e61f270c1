"""Every signal that asks a program of ours to end is taken, heard of and left to others here.

Three needs: the window hears of a signal through a socket and a flag (:class:`Listening`), for nothing may be done
where Python hands one over; the command line has handlers of its own while a command runs (:func:`handled_by`); a
child leaves Ctrl+C to its parent (:func:`leave_to_parent`), from its first moment on (:func:`held_back`).
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

AGAIN_S = 0.3  # a closing terminal or session sends several at once; a person who insists takes longer
# On Windows Ctrl+Break, and what closes its console, come as SIGBREAK.
ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
Handler = Callable[[int, FrameType | None], object]
_OVER = b"\0"  # no signal has this number


class Listening:
    """From now till :meth:`remove`, signals that ask the program to end set a flag; made on the main thread.

    A signal comes at any moment, also while the main thread holds a lock, so nothing is done where Python hands it
    over: a thread of our own hears of it through a socket. That thread also calls ``leave``, with the status that
    shells give to a program ended by that signal, when a second one comes, whatever the main thread is stuck in.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self._leave = leave
        self._wanted = threading.Event()
        self._heard, self._told = socket.socketpair()
        self._told.setblocking(False)  # a full socket must not hold a signal up
        self._wakeup_before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._thread.start()
        # One that is ignored stays so: that is how nohup and a shell's background jobs want it.
        self._before = {
            number: signal.signal(number, _nothing)
            for number in ENDING
            if signal.getsignal(number) not in (signal.SIG_IGN, None)
        }

    def is_wanted(self) -> bool:
        """Whether the program has been asked to end."""
        return self._wanted.is_set()

    def remove(self) -> None:
        """Signals do again what they did before."""
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._wakeup_before)
        self._told.setblocking(True)
        self._told.sendall(_OVER)
        self._thread.join()
        self._told.close()
        self._heard.close()

    def _listen(self) -> None:
        first = None
        while _OVER[0] not in (heard := self._heard.recv(64)):
            numbers = [number for number in heard if number in ENDING]
            if not numbers:
                continue
            now = time.monotonic()
            if first is None:
                first = now
                self._wanted.set()
            elif now - first >= AGAIN_S:
                self._leave(128 + numbers[0])


def _nothing(*_: object) -> None:
    """For a signal that is only to be heard of."""


@contextmanager
def handled_by(handlers: Mapping[signal.Signals, Handler]) -> Iterator[None]:
    """While inside, on the main thread, these signals go to these handlers."""
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_to_parent() -> None:
    """In a child: Ctrl+C, which a terminal sends to it too, is its parent's to judge."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def held_back() -> Iterator[None]:
    """A child that is started inside has SIGINT blocked, so that a Ctrl+C cannot hit it before it has chosen to
    ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it within would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
