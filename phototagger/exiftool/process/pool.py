"""A stay-open exiftool that cannot hang: bytes on three pipes, a sentinel per command, limits for each file.

The protocol (tried on 12.57 and 13.59): arguments one a line, then ``-echo3``/``-echo4`` lines that make
exiftool say its status on standard output and the end of the command on standard error, then ``-executeN``.
The answer is complete when both streams have shown sentinel N. The end of a stream is a dead exiftool.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from exiftool_wrapper import ExifToolWrapper

from phototagger.diagnostics.private_marks import Known
from phototagger.domain.errors import ExifToolError
from phototagger.domain.sentences import Said, said
from phototagger.exiftool.process.blame import HarmfulFiles
from phototagger.exiftool.process.locate import FoundExifTool, find_exiftool, shipped_config
from phototagger.exiftool.process.process import Ended, Limits, Process, Why, limits_for, timeout_for

log = logging.getLogger(__name__)

__all__ = [
    "Argument",
    "ExifTool",
    "ExifToolEndedError",
    "ExifToolPool",
    "Reply",
    "Why",
    "encode_argument",
    "end_orphans",
    "parse_json",
    "timeout_for",
]

COMMANDS_PER_PROCESS = 1000  # then a fresh process, so that a leak in it stays small
_STATUS = b"S="
OWNER = (
    "PHOTOTAGGER_PROCESS"  # in the environment of each exiftool of ours: the id of the process it works for
)
_ORPHAN_PATIENCE = 2.0  # seconds that a killed one may take to be gone

Argument = str | bytes | Path


@dataclass(frozen=True, slots=True)
class Reply:
    """exiftool's answer to one command. ``status`` is its exit status: 0 is necessary, not sufficient."""

    status: int
    stdout: bytes
    stderr: str


class ExifToolEndedError(ExifToolError):
    """exiftool ended in the middle of a command: the file in its hands may be at fault. ``said``: its standard
    output until then; ``limits``: those of that file."""

    def __init__(self, message: Said, ended: Ended) -> None:
        super().__init__(message)
        self.why = ended.why
        self.limits = ended.limits
        self.said = ended.said


def encode_argument(argument: Argument) -> bytes:
    """One line of an argument file. A line break inside is written as a C escape.

    Raises ValueError for a NUL byte or a lone surrogate that stands for no byte of a file name.
    """
    line = argument if isinstance(argument, bytes) else os.fsencode(argument)
    if b"\0" in line:
        raise ValueError("an argument must not hold a NUL byte")
    if line[:1] not in (b"#", b" ", b"\t") and not any(mark in line for mark in (b"\n", b"\r")):
        return line
    for plain, escaped in ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t")):
        line = line.replace(plain, escaped)
    return b"#[CSTR]" + line


class ExifTool(ExifToolWrapper):  # type: ignore[misc]  # the base has no types
    """One exiftool process behind one lock, started on first use and again after it died.

    Keeps the base's way of being used (``process``, ``process_json``, ``process_json_many``) and adds
    ``execute`` with status, warnings and a deadline. Every method raises ExifToolError when exiftool cannot
    start, dies or does not answer; the next call starts a new process. ``blame``: the files it ended over.
    """

    def __init__(
        self,
        found: FoundExifTool,
        config: Path | None = None,
        *,
        commands_per_process: int = COMMANDS_PER_PROCESS,
        blame: HarmfulFiles | None = None,
    ) -> None:
        super().__init__(None)
        self.found = found
        self.blame = blame or HarmfulFiles()
        # Our configuration makes exiftool say each answer as soon as it has it.
        self.answers_at_once = config is not None
        self._config = config
        self._limit = commands_per_process
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._number = 0
        self._closed = False

    def execute(
        self, args: Sequence[Argument], *, timeout: float | None = None, sizes: Sequence[int] = (0,)
    ) -> Reply:
        """Runs one command. ``args`` as on a command line, file names absolute; see the class for errors,
        ExifToolEndedError where it ended in the middle. ``sizes``: bytes of each file that it handles, in order:
        what each may cost depends on that, in time, memory and length of the answer; or ``timeout``, in seconds."""
        try:
            lines = [encode_argument(argument) for argument in args]
        except ValueError as error:
            raise ExifToolError(said("This cannot be passed to exiftool: {reason}.", reason=error)) from error
        limits = [limits_for(size, timeout) for size in sizes]
        with self._lock:
            self._number += 1
            sentinel = b"{ready%d}" % self._number
            lines += [b"-echo3", _STATUS + b"${status}", b"-echo4", sentinel, b"-execute%d" % self._number]
            process = self._running()
            try:
                out, err = process.ask(b"\n".join(lines) + b"\n", sentinel, limits)
            except Ended as ended:
                log.info("exiftool, process %d, ended: %s", process.popen.pid, ended.why)
                words = process.last_words() if ended.why is Why.DIED else ""
                self._drop(patience=0)
                raise ExifToolEndedError(_end_sentence(ended, words), ended) from None
            except BaseException:
                self._drop(patience=0)  # half an answer may be under way: it must not meet the next question
                raise
        return _reply(out, err)

    def process(self, *args: Argument, encoding: str = "utf-8") -> bytes:
        """The base's call: standard output of one command."""
        lines = [argument.encode(encoding) if isinstance(argument, str) else argument for argument in args]
        return self.execute(lines).stdout

    def process_json_many(self, *args: Argument, encoding: str = "utf-8") -> list[dict[str, Any]]:
        """The base's call; numbers stay text, so that the keyword ``007`` does not become 7."""
        return parse_json(self.process("-j", *args, encoding=encoding))

    def close(self) -> None:
        """Ends the process; idempotent. Waits for a command under way."""
        with self._lock:
            self._closed = True
            self._drop(patience=2.0)

    def _running(self) -> Process:
        if self._closed:
            raise ExifToolError(said("exiftool has been closed already."))
        process = self._process
        if process is not None and process.commands >= self._limit:
            self._drop(patience=2.0)
            process = None
        if process is None or process.popen.poll() is not None:
            self._drop(patience=0)
            process = self._process = Process(self._create_pipe())
            log.info("exiftool %s has started as process %d", Known(self.found.version), process.popen.pid)
        return process

    def _create_pipe(self) -> subprocess.Popen[bytes]:
        command = list(self.found.command)
        if self._config is not None:
            command += ["-config", str(self._config)]  # exiftool wants it first
        # A signal to our terminal's group (Ctrl-C) must not end exiftool in the middle of a file.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            return subprocess.Popen(
                [*command, "-stay_open", "True", "-@", "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, OWNER: str(os.getpid())},
                **apart,
            )
        except OSError as error:
            raise ExifToolError(
                said("exiftool cannot be started ({reason}). Reinstall it.", reason=error)
            ) from error

    def _drop(self, *, patience: float) -> None:
        if self._process is not None:
            self._process.end(patience=patience)
            self._process = None


def _end_sentence(ended: Ended, words: str) -> Said:
    limits: Limits = ended.limits
    if ended.why is Why.DIED:
        if not words:
            return said("exiftool ended unexpectedly. Try again; if it happens again, reinstall exiftool.")
        return said(
            "exiftool ended unexpectedly ({words}). Try again; if it happens again, reinstall exiftool.",
            words=words,
        )
    what = {
        Why.LATE: said("did not answer within {seconds} s", seconds=f"{limits.seconds:.0f}"),
        Why.BUSY: said(
            "worked for more than {seconds} s without an answer", seconds=f"{limits.cpu_seconds:.0f}"
        ),
        Why.MEMORY: said("needed more than {memory} MiB of memory", memory=f"{limits.memory / 2**20:.0f}"),
        Why.WORDY: said("had more than {size} MiB to say", size=f"{limits.answer / 2**20:.0f}"),
    }[ended.why]
    return said(
        "exiftool {what} and was ended. Try again; if it happens again, the file or its disk is at fault.",
        what=what,
    )


def _reply(out: bytes, err: bytes) -> Reply:
    body, mark, status = out.rstrip().rpartition(_STATUS)
    if not mark or not status.isdigit():
        raise ExifToolError(said("exiftool's answer has no status line. Update exiftool to 12.15 or newer."))
    return Reply(int(status), body, err.decode("utf-8", "replace").strip())


def end_orphans() -> None:
    """Ends exiftools whose phototagger was killed: they finish their command first, and may still be making a
    temporary when the next start has removed all. They never write an original."""
    orphans = [process for process in psutil.process_iter() if _is_orphan(process)]
    for orphan in orphans:
        with contextlib.suppress(psutil.Error):
            orphan.kill()
    psutil.wait_procs(orphans, timeout=_ORPHAN_PATIENCE)


def _is_orphan(process: psutil.Process) -> bool:
    try:
        owner = process.environ().get(OWNER, "")
    except (psutil.Error, OSError):  # another person's, or gone meanwhile
        return False
    return owner.isdigit() and not psutil.pid_exists(int(owner))


def parse_json(text: bytes) -> list[dict[str, Any]]:
    """exiftool's ``-j`` output; every number stays the text that it was. Raises ExifToolError."""
    if not text.strip():
        return []
    try:
        decoded = text.decode("utf-8", "replace")
        answer = json.loads(decoded, parse_int=str, parse_float=str, parse_constant=str, strict=False)
    except json.JSONDecodeError as error:
        raise ExifToolError(
            said("exiftool's answer is not JSON ({reason}). Update exiftool.", reason=error)
        ) from error
    return list(answer)


class ExifToolPool:
    """Up to ``count`` exiftool processes, each started when it is first needed. Thread-safe."""

    def __init__(self, setting: str = "", count: int = 2, config: Path | None = None) -> None:
        self._setting = setting
        self._config = config
        self._count = count
        self._lock = threading.Lock()
        self._found: FoundExifTool | None = None
        self._tools: list[ExifTool] = []
        # Last in, first out: one thread alone keeps using one process.
        self._free: queue.LifoQueue[ExifTool] = queue.LifoQueue()
        self._closed = False
        self._blame = HarmfulFiles()

    def found(self) -> FoundExifTool:
        """Which exiftool it is; looked for once. Raises ExifToolError."""
        with self._lock:
            if self._found is None:
                self._found = find_exiftool(self._setting)
            return self._found

    @contextmanager
    def lease(self) -> Iterator[ExifTool]:
        """An exiftool for this thread alone; waits while all are busy. Raises ExifToolError."""
        tool = self._take()
        try:
            yield tool
        finally:
            self._free.put(tool)

    def _take(self) -> ExifTool:
        found = self.found()
        with self._lock:
            if self._closed:
                raise ExifToolError(said("exiftool has been closed already."))
            try:
                return self._free.get_nowait()
            except queue.Empty:
                if len(self._tools) < self._count:
                    tool = ExifTool(found, self._config or shipped_config(), blame=self._blame)
                    self._tools.append(tool)
                    return tool
        return self._free.get()

    def close(self) -> None:
        """Ends all processes; idempotent."""
        with self._lock:
            self._closed = True
            tools, self._tools = self._tools, []
        for tool in tools:
            tool.close()
