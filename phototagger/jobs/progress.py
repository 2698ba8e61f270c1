"""Reporting and cancelling in one call, so that no job can do one and forget the other."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from phototagger.domain.errors import Cancelled
from phototagger.domain.records import Changes

Result = TypeVar("Result")
LEAST_SECONDS = 0.5  # before that a rate is a guess that frightens or flatters


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a running job. ``total`` is None while it is not known. ``rate`` is items a second over
    the last few seconds; ``seconds_left`` None while it cannot be told."""

    job: str  # "scan", "analyse", "write", "undo", ...
    done: int
    total: int | None = None
    failed: int = 0
    note: str = ""
    rate: float | None = None
    seconds_left: float | None = None
    changes: Changes = field(default_factory=Changes)


# A job: yields reports, returns its summary, raises Cancelled when asked to stop.
Job = Generator[Progress, None, Result]


class Cancel:
    """A flag that one thread sets and a job looks at between two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._told: list[Callable[[], None]] = []

    def set(self) -> None:
        """Also from a signal handler: those told must only leave a note, never wait."""
        self._event.set()
        for tell in tuple(self._told):
            tell()

    @contextmanager
    def telling(self, tell: Callable[[], None]) -> Iterator[None]:
        """While inside, ``tell`` is called when the person asks to stop: for what waits where it cannot look."""
        self._told.append(tell)
        try:
            yield
        finally:
            self._told.remove(tell)

    def is_set(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled once the flag is set."""
        if self._event.is_set():
            raise Cancelled("Stopped at your request. Everything finished so far is kept.")


class Meter:
    """Counts a job's items and tells rate and time left from the last ``window`` seconds."""

    def __init__(self, job: str, total: int | None, cancel: Cancel, window: float = 15.0) -> None:
        self._job = job
        self._cancel = cancel
        self._window = window
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self.total = total
        self.done = 0
        self.failed = 0

    def step(self, count: int = 1, failed: int = 0) -> None:
        if not self.done:  # what came before the first item was getting ready; it tells nothing of the rest
            self._marks = deque([(time.monotonic(), count)])
        self.done += count
        self.failed += failed

    @property
    def asked_to_stop(self) -> bool:
        return self._cancel.is_set()

    def check(self) -> None:
        """Raises Cancelled when the person asked to stop."""
        self._cancel.check()

    def report(self, note: str = "") -> Progress:
        """A report of now. Raises Cancelled when the person asked to stop: so every report is a place to stop."""
        self._cancel.check()
        return self.record(note)

    def told(self, changes: Changes, note: str = "") -> Iterator[Progress]:
        """Reports changes that are committed, which the window must hear of, and then is a place to stop."""
        yield self.record(note, changes)
        self._cancel.check()

    def record(self, note: str = "", changes: Changes | None = None) -> Progress:
        """A report that never stops the job: for changes that are committed, where it must not stop."""
        now = time.monotonic()
        self._marks.append((now, self.done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self._window:
            self._marks.popleft()
        then, before = self._marks[0]
        passed = now - then
        rate = (self.done - before) / passed if passed >= LEAST_SECONDS and self.done > before else None
        left = (self.total - self.done) / rate if rate and self.total is not None else None
        return Progress(self._job, self.done, self.total, self.failed, note, rate, left, changes or Changes())


def run_to_end(job: Job[Result]) -> Result:
    """Drives a job without a listener and gives its summary."""
    while True:
        try:
            next(job)
        except StopIteration as ending:
            result: Result = ending.value
            return result
