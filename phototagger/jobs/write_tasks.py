"""What writing and undoing many files share: a few threads, and what became of each photo."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from phototagger.domain import Changes, Failure
from phototagger.jobs.progress import Meter, Progress
from phototagger.writing import FieldConflict

WORKERS = 3  # one more than the writer has exiftool processes: somebody always waits for the disk
ATTEMPTS = 3  # plans made anew when another program writes the same file meanwhile

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


def on_threads(
    tasks: Sequence[Callable[[], Outcome]], meter: Meter
) -> Generator[Progress, None, list[Outcome]]:
    """Runs the tasks on a few threads and reports each; on cancel what is running is finished first."""
    outcomes: list[Outcome] = []
    running: set[Future[Outcome]] = set()
    todo = iter(tasks)
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="write")
    try:
        while True:
            while len(running) < WORKERS and (task := next(todo, None)) is not None:
                running.add(pool.submit(task))
            if not running:
                return outcomes
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                outcome = future.result()
                outcomes.append(outcome)
                bad = outcome.end in (End.FAILED, End.REFUSED, End.CONFLICT)
                meter.step(failed=int(bad))
                changes = Changes(frozenset({outcome.photo_id}), history=True)
                yield meter.report(outcome.path.name, changes)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def problems(outcomes: Iterable[Outcome], end: End) -> FileProblems:
    return [
        (outcome.path, outcome.failure)
        for outcome in outcomes
        if outcome.end is end and outcome.failure is not None
    ]
