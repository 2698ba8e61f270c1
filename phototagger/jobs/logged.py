"""Jobs in the log: when each stage begins and ends, and how many photos it did."""

from __future__ import annotations

import logging
import time
from dataclasses import fields, is_dataclass
from typing import TypeVar

from phototagger.diagnostics.private_marks import Known
from phototagger.domain.errors import Cancelled, PhotoTaggerError
from phototagger.jobs.progress import Job, Progress

log = logging.getLogger(__name__)

Result = TypeVar("Result")


def logged(name: str, job: Job[Result]) -> Job[Result]:
    """The same job, with its start and end in the log. ``name``: what it is called there as a whole."""
    begun = time.monotonic()
    stage = _Stage()
    log.info("The job %s begins", Known(name))
    try:
        while True:
            try:
                progress = next(job)
            except StopIteration as ending:
                stage.end("done")
                log.info(
                    "The job %s is done after %.1f s%s",
                    Known(name),
                    time.monotonic() - begun,
                    _counts(ending.value),
                )
                result: Result = ending.value
                return result
            stage.take(progress)
            yield progress
    except Cancelled:
        stage.end("stopped")
        log.info("The job %s was stopped after %.1f s", Known(name), time.monotonic() - begun)
        raise
    except PhotoTaggerError as error:
        stage.end("broken off")
        log.info("The job %s ended with an error of the kind %s: %s", Known(name), Known(error.name), error)
        raise
    except Exception:
        stage.end("broken off")
        log.exception("The job %s ended with a fault of ours", Known(name))
        raise
    finally:
        job.close()


class _Stage:
    """What the reports of one stage (scan, analyse) say, from its first to the first of the next."""

    def __init__(self) -> None:
        self._last: Progress | None = None
        self._begun = 0.0

    def take(self, progress: Progress) -> None:
        if self._last is None or self._last.job != progress.job:
            self.end("done")
            self._begun = time.monotonic()
        self._last = progress

    def end(self, how: str) -> None:
        last, self._last = self._last, None
        if last is not None:
            log.info(
                "%s %s: %d of %s, %d failed, in %.1f s",
                *(
                    Known(last.job),
                    Known(how),
                    last.done,
                    last.total,
                    last.failed,
                    time.monotonic() - self._begun,
                ),
            )


def _counts(summary: object) -> Known:
    """The figures of a job's summary, by their names in the program."""
    if not is_dataclass(summary):
        return Known("")
    figures = ((entry.name, getattr(summary, entry.name)) for entry in fields(summary))
    named = [f"{name} {value}" for name, value in figures if isinstance(value, int)]
    return Known(": " + ", ".join(named) if named else "")
