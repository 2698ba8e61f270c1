"""What writing and undoing many files share: a few threads, and what became of each photo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from phototagger.domain.records import Changes, Failure
from phototagger.domain.writing import FieldConflict
from phototagger.jobs.progress import Job, Meter

WORKERS = 3  # one more than the writer has exiftool processes: somebody always waits for the disk
ATTEMPTS = 3  # plans made again when another program writes the same file meanwhile

FileProblems = list[tuple[Path, Failure]]


class End(StrEnum):
    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    photo_id: int
    path: Path
    end: End
    failure: Failure | None = None
    left: tuple[FieldConflict, ...] = ()
    lost: bool = False  # an undo could not put all back: names and boxes of faces were forgotten


@dataclass(frozen=True, slots=True)
class PhotoPart:
    """One photo's part of a job; ``items``: what it counts for in the job's total."""

    photo_id: int
    run: Callable[[], Outcome]
    items: int = 1


Ended = tuple[PhotoPart, Future[Outcome]]


def on_threads(tasks: Sequence[PhotoPart], meter: Meter) -> Job[list[Outcome]]:
    """Runs the tasks on a few threads and reports each. On cancel, and where one raises, what is running is
    finished and reported first."""
    outcomes: list[Outcome] = []

    def take(ended: Sequence[Ended]) -> None:
        for task, future in ended:
            meter.changed(Changes(frozenset({task.photo_id}), history=True))
            meter.note = ""
            if future.exception() is not None:
                meter.fail()
                continue
            outcome = future.result()
            outcomes.append(outcome)
            meter.note = outcome.path.name
            meter.fail(outcome.end in (End.FAILED, End.REFUSED, End.CONFLICT))

    yield from meter.pages(_ended(tasks, meter), take, lambda ended: ended[0].items, stops_itself=True)
    return outcomes


def _ended(tasks: Sequence[PhotoPart], meter: Meter) -> Iterator[Sequence[Ended]]:
    """Each task as it has ended; raises what one of them raised when all that were begun have ended."""
    running: dict[Future[Outcome], PhotoPart] = {}
    todo = iter(tasks)
    fault: BaseException | None = None
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="write")
    try:
        while True:
            going_on = fault is None and not meter.asked_to_stop
            while going_on and len(running) < WORKERS and (task := next(todo, None)) is not None:
                running[pool.submit(task.run)] = task
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                fault = fault or future.exception()
                yield [(task, future)]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if fault is not None:
        raise fault


def problems(outcomes: Iterable[Outcome], end: End) -> FileProblems:
    return [
        (outcome.path, outcome.failure)
        for outcome in outcomes
        if outcome.end is end and outcome.failure is not None
    ]
