"""Ctrl+C in the terminal, a polite kill, a terminal that closes: the window ends as if the person closed it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from phototagger.processes.signals import Listening

LOOK_MS = 100


class Interrupts:
    """From now till :meth:`remove`, signals that ask the program to end close the window; made on the main thread.

    ``leave`` ends the process at once when a second one comes. What a journal tells of a file being written then is
    settled at the next start.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self._listening = Listening(leave)
        self._timer: QTimer | None = None

    def watch(self, parent: QObject, close: Callable[[], object]) -> None:
        """Calls ``close`` once, from the event loop, when a signal has come or when one comes."""

        def look() -> None:
            if self._listening.is_wanted():
                timer.stop()
                close()

        timer = self._timer = QTimer(parent)
        timer.timeout.connect(look)
        timer.start(LOOK_MS)

    def remove(self) -> None:
        """Signals do again what they did before."""
        if self._timer is not None:
            self._timer.stop()
        self._listening.remove()
