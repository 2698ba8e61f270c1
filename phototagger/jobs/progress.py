"""What every job is made of: turns that are counted, reported and a place to stop, so that no job can do one and
forget the other."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from phototagger.domain.errors import Cancelled
from phototagger.domain.records import Changes
from phototagger.domain.sentences import said

Item = TypeVar("Item")
Result = TypeVar("Result")
LEAST_SECONDS = 0.5  # before that a rate is a guess that frightens or flatters


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a running job. ``total`` is None while it is not known. ``rate`` is items a second over
    the last few seconds; ``seconds_left`` None while it is not known."""

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
        """Also from a signal handler: those called must only leave a note, never wait."""
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
            raise Cancelled(said("Stopped at your request. Everything finished so far is kept."))


class Meter:
    """The turns of a job. A job works in :meth:`pages`, :meth:`each` and :meth:`once` alone, for nothing else gives
    a report: so each turn is a place to stop, is counted and reported, and what it changed is told, however the job
    ends.

    Inside a turn, ``changed`` takes note of what was committed and ``fail`` of items that failed; ``note`` is what
    the next reports say. Rate and time left are told from the last ``window`` seconds.
    """

    def __init__(self, job: str, total: int | None, cancel: Cancel, window: float = 15.0) -> None:
        self._job = job
        self._cancel = cancel
        self._window = window
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self._untold = Changes()
        self._inside = False
        self._reported = False
        self.total = total
        self.done = 0
        self.failed = 0
        self.note = ""

    def pages(
        self,
        source: Iterable[Sequence[Item]],
        do: Callable[[Sequence[Item]], object],
        weigh: Callable[[Item], int] = lambda _: 1,
        *,
        stops_itself: bool = False,
    ) -> Iterator[Progress]:
        """Runs ``do`` on each page that ``source`` gives, and closes it in the end. ``weigh``: what an item counts
        for in the total. A source that has long found nothing gives an empty page, which is only reported.

        ``stops_itself``: the source looks at ``asked_to_stop``, and first gives what it has in hand. Raises
        Cancelled when the person asked to stop.
        """
        self._cancel.check()
        if not self._reported:
            yield self._report()
        pages = iter(source)
        try:
            while True:
                if not stops_itself:
                    self._cancel.check()
                with self._turn():
                    page = next(pages, None)
                    if page:
                        do(page)
                if page is None:
                    break
                self._count(sum(map(weigh, page)))
                yield self._report()
        except Exception:
            yield from self._rest()
            raise
        finally:
            close(pages)
        yield from self._rest()
        self._cancel.check()

    def each(self, source: Iterable[Item], do: Callable[[Item], object]) -> Iterator[Progress]:
        """:meth:`pages` of one item each."""
        return self.pages(_singly(source), lambda page: do(page[0]))

    def once(self, do: Callable[[], Result], count: int = 0) -> Job[Result]:
        """A turn that is no page of many, and counts for so much; gives what ``do`` gives. Raises Cancelled."""
        self._cancel.check()
        try:
            with self._turn():
                result = do()
        except Exception:
            yield from self._rest()
            raise
        self._count(count)
        yield self._report()
        self._cancel.check()
        return result

    def changed(self, changes: Changes) -> None:
        """Takes note of what was committed in this turn."""
        if not self._inside:
            raise RuntimeError("a job changes the catalog in its turns alone, or nobody may hear of it")
        self._untold |= changes

    def fail(self, count: int = 1) -> None:
        """So many of this turn's items failed."""
        self.failed += count

    @property
    def asked_to_stop(self) -> bool:
        return self._cancel.is_set()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._inside = True
        try:
            yield
        finally:
            self._inside = False

    def _count(self, items: int) -> None:
        if not self.done:  # what came before the first item was getting ready; it tells nothing of the rest
            self._marks = deque([(time.monotonic(), items)])
        self.done += items

    def _rest(self) -> Iterator[Progress]:
        """What no report has told yet."""
        if self._untold:
            yield self._report()

    def _report(self) -> Progress:
        now = time.monotonic()
        self._marks.append((now, self.done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self._window:
            self._marks.popleft()
        then, before = self._marks[0]
        passed = now - then
        rate = (self.done - before) / passed if passed >= LEAST_SECONDS and self.done > before else None
        left = (self.total - self.done) / rate if rate and self.total is not None else None
        changes, self._untold = self._untold, Changes()
        self._reported = True
        return Progress(self._job, self.done, self.total, self.failed, self.note, rate, left, changes)


def paged(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in pages of so many."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def close(iterator: Iterator[object]) -> None:
    """Ends an iterator that may hold processes, threads or files."""
    end = getattr(iterator, "close", None)
    if end is not None:
        end()


def _singly(source: Iterable[Item]) -> Iterator[Sequence[Item]]:
    items = iter(source)
    try:
        for item in items:
            yield (item,)
    finally:
        close(items)


def run_to_end(job: Job[Result]) -> Result:
    """Drives a job without a listener and gives its summary."""
    while True:
        try:
            next(job)
        except StopIteration as ending:
            result: Result = ending.value
            return result
