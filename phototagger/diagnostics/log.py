"""The one log of window, command line and their child processes: a file that begins again at 1 MB and keeps two.

Every module writes to ``logging.getLogger(__name__)`` as usual, with a literal as its template. At INFO it holds
versions at the start, each job's stages with counts, each child process' start and death, and faults with where
they came from. Several processes write into it: each record is written under a lock, and the file closed after it.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import platform
import queue
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from filelock import FileLock

from phototagger import __version__
from phototagger.diagnostics.private_marks import OURS, Known, filled_in, sentence_of, without_marks
from phototagger.diagnostics.traces import exception_lines
from phototagger.domain.plain_text import one_line, several_lines
from phototagger.domain.sentences import Said, said
from phototagger.files.whole_file import OWNER_FILE, make_folder, open_private, refuse_odd
from phototagger.settings.locations import default_catalog_path, keep_own_folders_private

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
KEPT = 2
LOCK = ".lock"  # beside the log, after its name
_EARLIER = ("window.log", "window.log.1")  # of versions whose window alone had a log
LEVELS = ("debug", "info", "warning", "error", "off")
_LOCK_SECONDS = 1.0  # then another process sits on it; the record is written all the same
_MOST_WAITING = 10_000  # records; more than that come from a fault that repeats itself


def logs_folder() -> Path:
    return default_catalog_path().parent / "logs"


def log_path() -> Path:
    return logs_folder() / "phototagger.log"


def where_more() -> Said:
    """A sentence for every message on a fault of our own: where its log is, and how to send what it holds."""
    return said(
        "The log {path} tells more. To send what it says, use Help > Save a report… in the window or "
        "`phototagger report`: names and folders are left out of that.",
        path=log_path(),
    )


def log_plainly() -> None:
    """Warnings, the libraries' too, go to stderr as plain text, where no other handler takes them. A fault with its
    trace is told to the person as a sentence anyway, and stands in the log file."""
    root = logging.getLogger()
    if root.handlers or sys.stderr is None:
        return
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(SentenceFormatter())
    handler.addFilter(lambda record: not _trace(record))
    root.addHandler(handler)
    logging.captureWarnings(True)


class MarkingFormatter(logging.Formatter):
    """Lines of the log file: what is the person's own stands between marks (see :mod:`.marks`)."""

    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} {record.levelname} {record.process} {record.name}: "
        return "\n".join(map(one_line, [head + filled_in(record), *_trace(record)]))


class SentenceFormatter(logging.Formatter):
    """For a terminal: what is said and no more."""

    def format(self, record: logging.LogRecord) -> str:
        return several_lines(without_marks(filled_in(record)))


def _trace(record: logging.LogRecord) -> list[str]:
    told: list[str] | None = getattr(record, "trace", None)
    if told is not None:
        return told
    error = record.exc_info[1] if record.exc_info else None
    return exception_lines(error) if error is not None else []


class SharedFile(logging.handlers.RotatingFileHandler):
    """A rotating log for its owner alone, into which several processes write. Nothing that goes wrong with it is
    told: a program without a log is better than none."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(
            path, maxBytes=most_bytes, backupCount=KEPT, encoding="utf-8", errors="replace", delay=True
        )
        self._between = FileLock(f"{path}{LOCK}", timeout=_LOCK_SECONDS, mode=OWNER_FILE, is_singleton=False)
        self.setFormatter(MarkingFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            with self._between:
                super().emit(record)
                self._let_go()
        except (OSError, NotImplementedError):  # somebody sits on the lock, or the disk knows no locks
            self._write_only(record)

    def _write_only(self, record: logging.LogRecord) -> None:
        """Without the lock no other name may be given to the file; to its end anybody can write."""
        try:
            logging.FileHandler.emit(self, record)
            self._let_go()
        except OSError:
            self.handleError(record)

    def _let_go(self) -> None:
        """An open file could not be renamed on Windows, and elsewhere we would write on into the renamed one."""
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.close()

    def _open(self) -> TextIOWrapper:
        handle = open_private(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """No log, but a program."""


class Log:
    """The log of this process, from :func:`start` to :meth:`close`."""

    def __init__(self, file: SharedFile, level: int, queued: bool) -> None:
        self._file = file
        self._listener: logging.handlers.QueueListener | None = None
        self._handler: logging.Handler = file
        if queued:
            waiting: queue.Queue[Any] = queue.Queue(_MOST_WAITING)
            self._handler = _Queued(waiting)
            self._listener = _Listener(waiting, file)
            self._listener.start()
        self._handler.setLevel(level)
        self._ours = logging.getLogger(OURS)
        self._before = self._ours.level
        self._ours.setLevel(level)
        logging.getLogger().addHandler(self._handler)

    def close(self) -> None:
        """Writes what waits; idempotent."""
        logging.getLogger().removeHandler(self._handler)
        self._ours.setLevel(self._before)
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()
        self._file.close()


class _Queued(logging.handlers.QueueHandler):
    """For the window, whose own thread touches no file."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return carried(record).record()

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return


def forget_all() -> None:
    """Deletes what the log holds, here and of earlier runs: a person wants nobody named any more."""
    path = log_path()
    for name in (path.name, *(f"{path.name}.{number}" for number in range(1, KEPT + 1))):
        with contextlib.suppress(OSError):
            path.with_name(name).unlink()


class _Listener(logging.handlers.QueueListener):
    def enqueue_sentinel(self) -> None:
        """The end of the queue; where that is full, there is room in a moment."""
        self.queue.put(self._sentinel)  # type: ignore[attr-defined]


def start(part: str, level: str = "info", queued: bool = False) -> Log | None:
    """From now on this process writes into the log. None where there can be none, or ``level`` is "off".

    ``part``: window or command. ``queued``: a thread of its own writes, so that nobody waits for the disk.
    """
    if level == "off":
        return None
    path = log_path()
    try:
        make_folder(path.parent)
        keep_own_folders_private()
        refuse_odd(path)
        refuse_odd(path.with_name(path.name + LOCK))
    except OSError:
        return None
    for name in _EARLIER:
        with contextlib.suppress(OSError):
            path.with_name(name).unlink()
    made = Log(SharedFile(path), logging.getLevelNamesMapping()[level.upper()], queued)
    log.info(
        "phototagger %s starts as %s; Python %s, %s",
        Known(__version__),
        Known(part),
        Known(platform.python_version()),
        Known(platform.platform()),
    )
    return made


# --- from a child process ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Logged:
    """One record on its way from a child process to the parent's log."""

    logger: str
    level: int
    template: str
    arguments: tuple[object, ...]
    trace: tuple[str, ...]
    made: float  # seconds since the epoch
    process: int

    def record(self) -> logging.LogRecord:
        record = logging.LogRecord(self.logger, self.level, "", 0, self.template, self.arguments, None)
        record.created, record.process = self.made, self.process
        record.msecs = (self.made % 1) * 1000
        record.trace = list(self.trace)
        return record

    def hand_over(self) -> None:
        """Into this process' log, as if it had been said here."""
        logger = logging.getLogger(self.logger)
        if logger.isEnabledFor(self.level):
            logger.handle(self.record())


def carried(record: logging.LogRecord) -> Logged:
    """What a record says, as plain values that need nothing of the process that they come from."""
    arguments: tuple[object, ...] = ()
    if record.name != OURS and not record.name.startswith(OURS + "."):
        template = record.getMessage()  # marked as a whole where it is written
    elif isinstance(record.args, Mapping):
        template = filled_in(record)
    else:
        template, arguments = str(record.msg), record.args or ()
    return Logged(
        record.name,
        record.levelno,
        template,
        tuple(_plain(value) for value in arguments),
        tuple(_trace(record)),
        record.created,
        record.process or 0,
    )


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, Known)):
        return value
    if isinstance(value, Enum):
        return Known(value)
    told = sentence_of(value)
    return str(value) if told is None else told
