"""What the command line prints, and where."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Generator
from datetime import datetime
from typing import Any, TextIO, TypeVar

from tqdm import tqdm

from phototagger.cli.terminal.stopping import CANCELLED as CANCELLED
from phototagger.cli.terminal.stopping import Stopping
from phototagger.cli.terminal.streams import abandon
from phototagger.domain.errors import PhotoTaggerError, UsageError
from phototagger.domain.plain_text import one_line
from phototagger.domain.sentences import Said, in_words, joined, said
from phototagger.jobs.logged import logged
from phototagger.jobs.progress import Cancel, Progress

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2
JSON_VERSION = 1  # of the objects on stdout; resources/json.md says when it rises
Result = TypeVar("Result")
VERBS = {
    "scan": "Scanning",
    "analyse": "Analysing",
    "resuggest": "Updating suggestions",
    "read_facts": "Reading times and places",
    "read_names": "Reading names of people",
    "captions": "Looking for captions",
    "values": "Looking into the files",
    "plan": "Reading files",
    "write": "Writing",
    "undo": "Undoing",
    "names": "Looking at files",
    "rename": "Renaming",
    "evaluate": "Evaluating",
    "benchmark": "Measuring",
}


class OutputError(PhotoTaggerError):
    """Results cannot be printed: the disk they go to is full, or the terminal is gone."""

    name = "output"


class Console:
    """Results go to stdout, all else to stderr; ``quiet`` keeps errors only. What is told is put into words here,
    in English so far. Whatever stands in a text, each line of ours is one line on the terminal and steers it in
    nothing."""

    def __init__(self, as_json: bool, quiet: bool, stopping: Stopping | None = None) -> None:
        self.json = as_json
        self.last_error = ""
        self._quiet = quiet
        self._stopping = stopping or Stopping(Cancel())
        self._bar: tqdm[Any] | None = None
        self._job = ""

    def result(self, *lines: str) -> None:
        for line in lines:
            self._print_result(one_line(in_words(line)))

    def record(self, record: dict[str, Any]) -> None:
        """One JSON object on its own line. Escaped to ASCII: no terminal, pipe or code page can spoil it, and
        file names that are not valid text come through."""
        self._print_result(json.dumps(_finite({"schema": JSON_VERSION, **record}), allow_nan=False))

    def tell_wrong(self, kind: str, message: str) -> None:
        """Where results are JSON: why there is none, or no more of them."""
        if self.json:
            self.record({"error": {"kind": kind, "message": message}})

    def remark(self, text: str) -> None:
        if not self._quiet:
            self._print_aside(in_words(text))

    def error(self, text: str) -> None:
        self.last_error = text
        self._print_aside(f"phototagger: {in_words(text)}")

    def ask(self, question: str) -> bool:
        """Whether the person at the terminal says yes."""
        self._write(sys.stderr, f"{one_line(in_words(question))} [y/N] ")
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    def run(self, made: Generator[Progress, None, Result], files: bool = False) -> Result:
        """Drives a job, showing its progress, and gives its result. ``files``: it changes files, and finishes the
        one in its hands whatever happens."""
        job = logged(getattr(made, "__name__", "job"), made)
        try:
            with self._stopping.job(files):
                while True:
                    try:
                        self._show(next(job))
                    except StopIteration as ending:
                        result: Result = ending.value
                        return result
        finally:
            with self._stopping.job(files=True):
                job.close()
            self.close()

    def flush(self) -> None:
        """Raises OutputError when results cannot be printed."""
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._lost(error)

    def close(self) -> None:
        bar, self._bar, self._job = self._bar, None, ""
        if bar is not None:
            try:
                bar.close()
            except OSError:
                abandon(sys.stderr)

    def _show(self, progress: Progress) -> None:
        """On a terminal alone: in a log, or the mail of a nightly job, progress is noise."""
        if self._quiet or not sys.stderr.isatty():
            return
        try:
            self._move_bar(progress)
        except OSError:  # the terminal is gone; the work is not
            self._bar = None
            abandon(sys.stderr)

    def _move_bar(self, progress: Progress) -> None:
        if self._job != progress.job or self._bar is None:
            self.close()
            self._job = progress.job
            verb = VERBS.get(progress.job, progress.job.capitalize())
            self._bar = tqdm(total=progress.total, desc=verb, unit=" photos", dynamic_ncols=True, leave=False)
        if progress.total is not None and self._bar.total != progress.total:
            self._bar.total = progress.total
        self._bar.set_postfix_str(f"{progress.failed} failed" if progress.failed else "", refresh=False)
        self._bar.update(progress.done - self._bar.n)

    def _print_result(self, line: str) -> None:
        self._clear_bar()
        try:
            print(_encodable(line, sys.stdout), file=sys.stdout)
        except BrokenPipeError:
            raise
        except OSError as error:
            self._lost(error)

    def _lost(self, error: OSError) -> None:
        abandon(sys.stdout)
        raise OutputError(
            said(
                "The results cannot be printed ({reason}). What was done is done; `phototagger show` and "
                "`phototagger history` show it.",
                reason=error.strerror,
            )
        ) from error

    def _print_aside(self, text: str) -> None:
        self._clear_bar()
        self._write(sys.stderr, one_line(text) + "\n")

    def _clear_bar(self) -> None:
        if self._bar is not None:
            try:
                self._bar.clear()
            except OSError:
                abandon(sys.stderr)

    def _write(self, stream: TextIO, text: str) -> None:
        """Where nobody hears our remarks, the work goes on without."""
        try:
            stream.write(_encodable(text, stream))
            stream.flush()
        except OSError:
            abandon(stream)


def agree(console: Console, question: str, refused: Said) -> None:
    """Asks before what cannot be taken back. Raises UsageError, which begins with ``refused``, unless the answer of
    a person at a terminal is yes: a pipe that says so may have been meant for something else."""
    if not sys.stdin.isatty():
        asked = said("That is only done when asked at a terminal, or with --yes.")
        raise UsageError(joined((refused, asked)))
    if not console.ask(said("{question} There is no way back.", question=question)):
        raise UsageError(refused)


def _finite(value: Any) -> Any:
    """JSON has no number for what is not known: it is null there."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return value


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def plain_percent(score: float) -> str:
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
