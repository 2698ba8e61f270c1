"""What the command line prints, and where."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator
from datetime import datetime
from typing import Any, TypeVar

from tqdm import tqdm

from phototagger.jobs.progress import Progress

DONE, SOME_FAILED, WRONG_USE, CANCELLED = 0, 1, 2, 130
SECONDS_BETWEEN_LINES = 10.0  # without a terminal a bar would fill a log file
Result = TypeVar("Result")
VERBS = {
    "scan": "Scanning",
    "analyse": "Analysing",
    "resuggest": "Suggesting anew",
    "read_names": "Reading names of people",
    "captions": "Looking for captions",
    "plan": "Reading files",
    "write": "Writing",
    "undo": "Undoing",
    "evaluate": "Evaluating",
    "benchmark": "Measuring",
}


class Console:
    """Results go to stdout, all else to stderr; ``quiet`` keeps errors only."""

    def __init__(self, as_json: bool, quiet: bool) -> None:
        self.json = as_json
        self._quiet = quiet
        self._bar: tqdm[Any] | None = None
        self._job = ""
        self._last_line = 0.0

    def result(self, text: str) -> None:
        self._print(text, sys.stdout)

    def record(self, record: dict[str, Any]) -> None:
        """One JSON object on its own line. Escaped to ASCII: no terminal, pipe or code page can spoil it, and
        file names that are not valid text come through."""
        self._print(json.dumps(record), sys.stdout)

    def remark(self, text: str) -> None:
        if not self._quiet:
            self._print(text, sys.stderr)

    def error(self, text: str) -> None:
        self._print(f"phototagger: {text}", sys.stderr)

    def run(self, job: Generator[Progress, None, Result]) -> Result:
        """Drives a job, showing its progress, and gives its result."""
        try:
            while True:
                try:
                    self._show(next(job))
                except StopIteration as ending:
                    result: Result = ending.value
                    return result
        finally:
            job.close()
            self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._job = ""

    def _show(self, progress: Progress) -> None:
        if self._quiet:
            return
        verb = VERBS.get(progress.job, progress.job.capitalize())
        if not sys.stderr.isatty():
            self._show_line(progress, verb)
            return
        if self._job != progress.job or self._bar is None:
            self.close()
            self._job = progress.job
            self._bar = tqdm(total=progress.total, desc=verb, unit=" photos", dynamic_ncols=True, leave=False)
        if progress.total is not None and self._bar.total != progress.total:
            self._bar.total = progress.total
        self._bar.set_postfix_str(f"{progress.failed} failed" if progress.failed else "", refresh=False)
        self._bar.update(progress.done - self._bar.n)

    def _show_line(self, progress: Progress, verb: str) -> None:
        now = time.monotonic()
        if self._job == progress.job and now - self._last_line < SECONDS_BETWEEN_LINES:
            return
        self._job, self._last_line = progress.job, now
        total = f" of {progress.total}" if progress.total is not None else ""
        rate = f", {progress.rate:.1f} a second" if progress.rate else ""
        left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
        print(f"{verb}: {progress.done}{total}{rate}{left}", file=sys.stderr, flush=True)

    def _print(self, text: str, stream: Any) -> None:
        safe = text.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8")
        if self._bar is not None:
            self._bar.clear()
        print(safe, file=stream, flush=stream is sys.stderr)


def percent(score: float) -> str:
    """``93%``; never 100 for what is not certain."""
    whole = round(score * 100)
    return f"{99 if whole == 100 and score < 1.0 else whole}%"


def local_time(iso_utc: str) -> str:
    """A moment in UTC as ``2024-05-01 12:20`` by this computer's clock; the text itself when it is no moment."""
    try:
        return datetime.fromisoformat(iso_utc).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return iso_utc


def plural(count: int, word: str, many: str = "") -> str:
    """``1 photo``, ``2 photos``, ``3 entries``."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"
