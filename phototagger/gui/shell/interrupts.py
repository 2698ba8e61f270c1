"""Ctrl+C in the terminal, a polite kill, a terminal that closes: the window ends as if the person closed it.

A signal comes at any moment, also while the window's thread holds a lock, so nothing is done where Python hands it
over. A thread of our own hears of it through a socket and leaves a note, which the window reads from its event
loop. That thread also ends the process when a second signal comes, whatever the window's thread is stuck in.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 100
AGAIN_S = 0.3  # a closing terminal or session sends several at once; a person who insists takes longer
# On Windows Ctrl+Break, and what closes its console, come as SIGBREAK.
NUMBERS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
_OVER = b"\0"  # no signal has this number


class Interrupts:
    """From now till :meth:`remove`, signals that ask the program to end close the window; made on the main thread.

    ``leave`` ends the process at once, with the status that shells give to a program ended by that signal. What a
    journal tells of a file being written then is settled at the next start.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self._leave = leave
        self._wanted = threading.Event()
        self._timer: QTimer | None = None
        self._heard, self._told = socket.socketpair()
        self._told.setblocking(False)  # a full socket must not hold a signal up
        self._wakeup_before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._thread.start()
        # One that is ignored stays so: that is how nohup and a shell's background jobs want it.
        self._before = {
            number: signal.signal(number, _nothing)
            for number in NUMBERS
            if signal.getsignal(number) not in (signal.SIG_IGN, None)
        }

    def watch(self, parent: QObject, close: Callable[[], object]) -> None:
        """Calls ``close`` once, from the event loop, when a signal has come or when one comes."""

        def look() -> None:
            if self._wanted.is_set():
                timer.stop()
                close()

        timer = self._timer = QTimer(parent)
        timer.timeout.connect(look)
        timer.start(LOOK_MS)

    def remove(self) -> None:
        """Signals do again what they did before."""
        if self._timer is not None:
            self._timer.stop()
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
            numbers = [number for number in heard if number in NUMBERS]
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
