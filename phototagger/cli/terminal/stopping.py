"""Ctrl+C: every command ends within a second, and a photo in the making is finished first."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from phototagger.jobs.progress import Cancel
from phototagger.processes.signals import handled_by

CANCELLED = 130
SECONDS_FOR_A_JOB = 0.4  # to come to a place where it looks at its flag


class Stopping:
    """What Ctrl+C (or a polite kill) does, by what goes on just then.

    A job is asked to stop, and interrupted where it does not do so in time; one that has files in its hands is
    left to finish them, for nothing may stand half written. Everything else is interrupted at once: the catalog
    ends the change in its hands, or takes it back. A second Ctrl+C interrupts whatever it is.
    """

    def __init__(self, cancel: Cancel) -> None:
        self._cancel = cancel
        self._jobs = 0
        self._files = 0
        self._leaving = False
        self._before: tuple[float, float] | None = None  # the alarm that ours stands in for

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While inside, signals come here."""
        wanted = {signal.SIGINT: self._stop, signal.SIGTERM: self._stop}
        if hasattr(signal, "SIGALRM"):
            wanted[signal.SIGALRM] = self._too_late
        with handled_by(wanted):
            try:
                yield
            finally:
                self._no_alarm()

    @contextmanager
    def job(self, files: bool = False) -> Iterator[None]:
        """While inside, something looks at the flag. ``files``: it changes files."""
        self._jobs += 1
        self._files += files
        try:
            yield
        finally:
            self._jobs -= 1
            self._files -= files

    def leave(self) -> None:
        """From now on everything is being closed; only a second Ctrl+C interrupts that."""
        self._leaving = True
        self._no_alarm()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        again = self._cancel.is_set()
        self._cancel.set()
        if again and self._leaving:
            os._exit(CANCELLED)  # as a kill would: the catalog's log and the write journal are made for it
        if again or not (self._jobs or self._leaving):
            raise KeyboardInterrupt
        if self._jobs and not self._files and not self._leaving and hasattr(signal, "setitimer"):
            self._before = signal.setitimer(signal.ITIMER_REAL, SECONDS_FOR_A_JOB)

    def _too_late(self, number: int, frame: FrameType | None) -> None:
        if not self._files and not self._leaving:
            raise KeyboardInterrupt

    def _no_alarm(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            signal.setitimer(signal.ITIMER_REAL, *before)
