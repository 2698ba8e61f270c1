"""The one bridge between threads and Qt.

Long work is a job (a generator, see :mod:`phototagger.jobs.progress`) and runs in a thread of its own; the
window polls its last report ten times a second. Quick reads and edits go through small pools, and the window
polls for their answers while it waits for any. Every listener is called on the window's own thread, so nothing
else in the window needs a lock; and no other thread ever calls into Qt's objects, for emitting a signal from a
thread lost wake-ups and damaged Python's reference counts with PySide6 6.12.0.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from phototagger.diagnostics.private_marks import Known
from phototagger.domain.errors import Cancelled, PhotoTaggerError
from phototagger.domain.records import Changes
from phototagger.jobs.logged import logged
from phototagger.jobs.progress import Cancel, Job, Progress

log = logging.getLogger(__name__)

T = TypeVar("T")
POLL_MS = 100
ANSWER_MS = 8  # how often answers are looked for, only while one is awaited
WAIT_S = 60.0  # for a job that was cancelled
DELIVERY_BUDGET_S = 0.03  # of one turn of the event loop, so that a thousand answers do not freeze the window


class _Mailbox:
    """What a job's thread leaves for the window: the last report, all changes since, and the ending."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._changes = Changes()
        self._ending: tuple[str, Any] | None = None

    def report(self, progress: Progress) -> None:
        with self._lock:
            self._progress = progress
            self._changes = self._changes | progress.changes

    def end(self, how: str, what: object) -> None:
        with self._lock:
            self._ending = (how, what)

    def take(self) -> tuple[Progress | None, Changes, tuple[str, Any] | None]:
        with self._lock:
            taken = self._progress, self._changes, self._ending
            self._progress, self._changes = None, Changes()
            return taken


def _drive(name: str, make: Callable[[Cancel], Job[Any]], cancel: Cancel, box: _Mailbox) -> None:
    """Runs one job to its end on the calling thread. Whatever happens, exactly one ending is left in the box."""
    how: str = "failed"
    what: object = RuntimeError("the job ended without a word")
    try:
        job = logged(name, _made(make, cancel))
        while True:
            box.report(next(job))
    except StopIteration as ending:
        how, what = "done", ending.value
    except Cancelled as ending:
        how, what = "cancelled", ending
    except PhotoTaggerError as error:
        how, what = "failed", error
    except Exception as error:  # noqa: BLE001 - the log has it; the thread's end is told all the same
        how, what = "failed", error
    finally:
        box.end(how, what)


def _made(make: Callable[[Cancel], Job[Any]], cancel: Cancel) -> Job[Any]:
    """The job, made only when it begins: what is wrong with that is told as its own fault."""
    return (yield from make(cancel))


class RunningJob(QObject):
    """One job on its way. Exactly one of ``done``, ``cancelled``, ``failed`` is emitted, then ``ended``."""

    progressed = Signal(object)  # Progress, at most ten a second
    done = Signal(object)  # the summary
    cancelled = Signal(object)  # Cancelled
    failed = Signal(object)  # the exception
    ended = Signal()

    def __init__(
        self, name: str, make: Callable[[Cancel], Job[Any]], parent: QObject, must_end: bool = False
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.must_end = must_end  # it writes files: the program waits for it however long it takes
        self._cancel = Cancel()
        self._box = _Mailbox()
        self._thread = threading.Thread(
            target=_drive, args=(name, make, self._cancel, self._box), name=f"job-{name}", daemon=True
        )

    def begin(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Asks the job to stop; ``cancelled`` follows once it has finished what it has in hand."""
        self._cancel.set()

    def join(self, seconds: float | None = None) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def poll(self) -> tuple[Changes, bool]:
        """Emits what is new; gives the changes and whether this was the end."""
        progress, changes, ending = self._box.take()
        if progress is not None:
            self.progressed.emit(progress)
        if ending is None:
            return changes, False
        self._thread.join()
        how, what = ending
        {"done": self.done, "cancelled": self.cancelled, "failed": self.failed}[how].emit(what)
        self.ended.emit()
        return changes, True


class Ticket:
    """Stands for one answer to come. ``forget`` stops a late delivery for good, and the work itself where that
    has not begun."""

    __slots__ = ("_work", "forgotten")

    def __init__(self) -> None:
        self.forgotten = False
        self._work: Future[None] | None = None

    def stands_for(self, work: Future[None] | None) -> None:
        self._work = work

    def forget(self) -> None:
        self.forgotten = True
        if self._work is not None:
            self._work.cancel()


class JobRunner(QObject):
    """Runs jobs, reads and edits away from the window's thread, and brings their answers back to it."""

    changed = Signal(object)  # Changes, merged over all jobs and edits of one turn
    started = Signal(object)  # RunningJob
    crashed = Signal(object)  # an exception that nobody listens for
    ended = Signal()  # after ``end``: all is over

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[RunningJob] = []
        self._reads = ThreadPoolExecutor(4, thread_name_prefix="read")
        self._looks = ThreadPoolExecutor(1, thread_name_prefix="look")  # big photos keep no row waiting
        self._edits = ThreadPoolExecutor(1, thread_name_prefix="edit")  # one: edits happen in the order made
        self._look = Ticket()
        self._last_jobs: list[RunningJob] = []
        self._ending: threading.Thread | None = None
        self._hangs = False
        self._answers: deque[Callable[[], None]] = deque()
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._awaited = 0
        self._answer_timer = QTimer(self)
        self._answer_timer.setInterval(ANSWER_MS)
        self._answer_timer.timeout.connect(self._deliver)

    # --- jobs -----------------------------------------------------------------------------------------------

    @property
    def jobs(self) -> list[RunningJob]:
        return list(self._jobs)

    def start(self, name: str, make: Callable[[Cancel], Job[Any]], must_end: bool = False) -> RunningJob:
        """Runs ``make(cancel)`` in a thread of its own. Connect to the answer before returning to the loop."""
        job = RunningJob(name, make, self, must_end)
        self._jobs.append(job)
        self.started.emit(job)
        job.begin()
        self._timer.start()
        return job

    def _poll(self) -> None:
        changes = Changes()
        for job in list(self._jobs):
            more, over = job.poll()
            changes = changes | more
            if over:
                self._jobs.remove(job)
                job.deleteLater()
        if changes:
            self.changed.emit(changes)
        if not self._jobs:
            self._timer.stop()

    # --- quick calls ----------------------------------------------------------------------------------------

    def call(
        self,
        fn: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[Exception], None] | None = None,
    ) -> Ticket:
        """Runs ``fn`` in the reading pool and hands its result to ``on_result`` on the window's thread.

        Without ``on_error`` an exception goes to ``crashed``.
        """
        return self._submit(self._reads, fn, on_result, on_error)

    def look(
        self,
        fn: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[Exception], None] | None = None,
    ) -> Ticket:
        """Like ``call``, for slow looks at one thing after another: they have one slot of their own, and the
        latest takes the place of the one that waits for it."""
        self._look.forget()
        self._look = self._submit(self._looks, fn, on_result, on_error)
        return self._look

    def edit(
        self,
        fn: Callable[[], T],
        on_result: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> Ticket:
        """Like ``call``, but one after the other in the order asked for. ``Changes`` in the result (alone, or
        first of a tuple) are announced through ``changed``, also when the ticket was forgotten."""

        def deliver(result: T, ticket: Ticket) -> None:
            if on_result is not None and not ticket.forgotten:
                on_result(result)
            first = result[0] if isinstance(result, tuple) and result else result
            if isinstance(first, Changes) and first:
                self.changed.emit(first)

        ticket = Ticket()
        self._work(self._edits, fn, lambda result: deliver(result, ticket), on_error)
        return ticket

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        fn: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[Exception], None] | None,
    ) -> Ticket:
        ticket = Ticket()

        def result(value: T) -> None:
            if not ticket.forgotten:
                on_result(value)

        def error(problem: Exception) -> None:
            if ticket.forgotten:
                return
            if on_error is not None:
                on_error(problem)
            else:
                self.crashed.emit(problem)

        ticket.stands_for(self._work(pool, fn, result, error))
        return ticket

    def _work(
        self,
        pool: ThreadPoolExecutor,
        fn: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[Exception], None] | None,
    ) -> Future[None] | None:
        if self._closed:
            return None
        fail = on_error if on_error is not None else self.crashed.emit

        def work() -> None:
            try:
                value = fn()
            except PhotoTaggerError as problem:
                log.info("Told: an error of the kind %s: %s", Known(problem.name), problem)
                answer = _bound(fail, problem)
            except Exception as problem:
                log.exception("A call failed")
                answer = _bound(fail, problem)
            else:
                answer = _bound(on_result, value)
            self._answers.append(answer)

        self._awaited += 1
        future = pool.submit(work)
        future.add_done_callback(self._count_cancelled)
        if not self._answer_timer.isActive():
            self._answer_timer.start()
        return future

    @property
    def awaits_answers(self) -> bool:
        """Whether anything asked for is still to be delivered."""
        return self._awaited > 0

    def _count_cancelled(self, work: Future[None]) -> None:
        if work.cancelled():
            self._answers.append(lambda: None)

    def _deliver(self) -> None:
        until = time.monotonic() + DELIVERY_BUDGET_S
        while self._answers and not self._closed:
            self._awaited -= 1
            self._answers.popleft()()
            if time.monotonic() > until:
                break  # the rest with the next tick
        if not self._awaited:
            self._answer_timer.stop()

    # --- ending ---------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """At once: cancels all jobs and what is queued; nothing starts and nothing is delivered any more."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        self._answer_timer.stop()
        self._last_jobs, self._jobs = self._jobs, []
        for job in self._last_jobs:
            job.cancel()
        for pool in (self._reads, self._looks):
            pool.shutdown(wait=False, cancel_futures=True)
        self._edits.shutdown(wait=False)  # what the person did is kept
        self._answers.clear()

    def end(self, then: Callable[[], None] = lambda: None) -> None:
        """Stops, and returns. A thread waits for what is in hand and calls ``then``; ``ended`` follows. ``then``
        is left out when a read, or a job that writes no file, does not stop within a minute."""
        self.stop()
        if self._ending is not None:
            return

        def work() -> None:
            try:
                if self._wait(WAIT_S):
                    then()
                else:
                    log.error("A job or a read did not stop; the program ends without it")
            except Exception:
                log.exception("Ending failed")

        ending = self._ending = threading.Thread(target=work, name="ending")
        ending.start()
        timer = QTimer(self)

        def look() -> None:
            if not ending.is_alive():
                timer.stop()
                self.ended.emit()

        timer.timeout.connect(look)
        timer.start(POLL_MS // 4)

    def _wait(self, seconds: float) -> bool:
        """Any thread: waits for what is in hand. Jobs that write files and edits are waited for without end; a read
        may hang for ever, as on a network drive that went away, so it is not."""
        until = time.monotonic() + (0.0 if self._hangs else seconds)

        def left() -> float:
            return max(0.0, until - time.monotonic())

        self._edits.shutdown(wait=True)
        stopped = [job.join(None if job.must_end else left()) for job in self._last_jobs]
        stopped += [_is_over(pool, left()) for pool in (self._reads, self._looks)]
        self._hangs = not all(stopped)
        return not self._hangs

    def shutdown(self, seconds: float = WAIT_S) -> bool:
        """Stops and waits here, for a thread that shows no window. False when a job or a read did not end in time:
        Python itself would wait for it at its exit, so leave by ``os._exit``."""
        self.stop()
        stopped = self._wait(seconds)
        if self._ending is not None:
            self._ending.join()
        return stopped


def _is_over(pool: ThreadPoolExecutor, seconds: float) -> bool:
    """Whether a pool's work has ended within that time."""
    waiter = threading.Thread(target=pool.shutdown, name="pool-ending", daemon=True)
    waiter.start()
    waiter.join(seconds)
    return not waiter.is_alive()


def _bound(fn: Callable[[Any], None], value: object) -> Callable[[], None]:
    return lambda: fn(value)
