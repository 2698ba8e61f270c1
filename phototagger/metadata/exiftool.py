"""A stay-open exiftool that cannot hang: bytes on three pipes, a sentinel per command, a deadline per command.

The protocol (tried on 12.57 and 13.59): arguments one a line, then ``-echo3``/``-echo4`` lines that make
exiftool say its status on standard output and the end of the command on standard error, then ``-executeN``.
The answer is complete when both streams have shown sentinel N. The end of a stream is a dead exiftool.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil
from exiftool_wrapper import ExifToolWrapper

from phototagger.errors import ExifToolError
from phototagger.metadata.locate import FoundExifTool, find_exiftool, shipped_config

BASE_TIMEOUT = 60.0  # seconds a command may take ...
TIMEOUT_PER_MIB = 1.0  # ... plus this for each MiB of the files it handles
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


def timeout_for(size: int) -> float:
    """Seconds that a command on files of together ``size`` bytes may take."""
    return BASE_TIMEOUT + TIMEOUT_PER_MIB * size / 2**20


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


class _Process:
    """One running exiftool and what it has said since the last command."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self.popen = popen
        self.commands = 0
        self._changed = threading.Condition()
        self._said: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._ended: set[str] = set()
        self._readers = [
            threading.Thread(target=self._listen, args=(name, stream), name=f"exiftool-{name}", daemon=True)
            for name, stream in (("stdout", popen.stdout), ("stderr", popen.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def _listen(self, name: str, stream: IO[bytes]) -> None:
        handle = stream.fileno()
        while True:
            try:
                block = os.read(handle, 65536)
            except OSError:
                block = b""
            with self._changed:
                if block:
                    self._said[name] += block
                else:
                    self._ended.add(name)
                self._changed.notify_all()
            if not block:
                return

    def ask(self, lines: bytes, sentinel: bytes, timeout: float) -> tuple[bytes, bytes]:
        """Both streams up to the sentinel. Raises EOFError when exiftool died, TimeoutError when it is late."""
        with self._changed:
            for said in self._said.values():
                said.clear()
        self.commands += 1
        deadline = time.monotonic() + timeout
        late = threading.Event()

        def end_it() -> None:
            late.set()
            self.popen.kill()

        # A hanging exiftool may not even take our arguments: the write would block for ever. Killing it
        # breaks the pipe, which frees us.
        watchdog = threading.Timer(timeout, end_it)
        watchdog.daemon = True
        watchdog.start()
        try:
            assert self.popen.stdin is not None
            self.popen.stdin.write(lines)
            self.popen.stdin.flush()
            return self._wait(sentinel, deadline)
        except TimeoutError:  # an OSError too
            raise
        except (OSError, EOFError) as error:
            raise (TimeoutError if late.is_set() else EOFError) from error
        finally:
            watchdog.cancel()

    def _wait(self, sentinel: bytes, deadline: float) -> tuple[bytes, bytes]:
        with self._changed:
            while True:
                ends = {name: said[-64:].rstrip().endswith(sentinel) for name, said in self._said.items()}
                if all(ends.values()):
                    out, err = (bytes(self._said[name].rstrip()) for name in ("stdout", "stderr"))
                    return out.removesuffix(sentinel), err.removesuffix(sentinel)
                if any(name in self._ended and not done for name, done in ends.items()):
                    raise EOFError
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._changed.wait(left)

    def last_words(self) -> str:
        """What a dead exiftool wrote to stderr; its end may reach us a moment after that of stdout."""
        with self._changed:
            self._changed.wait_for(lambda: "stderr" in self._ended, timeout=1.0)
            return self._said["stderr"].decode("utf-8", "replace").strip()[-300:]

    def end(self, *, patience: float) -> None:
        """Asks it to leave, kills it after ``patience`` seconds, and waits: no zombie, no open pipe stays."""
        if patience > 0 and self.popen.poll() is None:
            try:
                assert self.popen.stdin is not None
                self.popen.stdin.write(b"-stay_open\nFalse\n")
                self.popen.stdin.flush()
                self.popen.wait(patience)
            except (OSError, subprocess.TimeoutExpired):
                pass
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        if self.popen.stdin is not None:
            try:
                self.popen.stdin.close()
            except OSError:
                pass  # unsent arguments to a dead process
        for reader in self._readers:
            reader.join(5)
        for stream in (self.popen.stdout, self.popen.stderr):
            if stream is not None:
                stream.close()


class ExifTool(ExifToolWrapper):  # type: ignore[misc]  # the base has no types
    """One exiftool process behind one lock, started on first use and again after it died.

    Keeps the base's way of being used (``process``, ``process_json``, ``process_json_many``) and adds
    ``execute`` with status, warnings and a deadline. Every method raises ExifToolError when exiftool cannot
    start, dies or does not answer; the next call starts a new process.
    """

    def __init__(
        self,
        found: FoundExifTool,
        config: Path | None = None,
        *,
        commands_per_process: int = COMMANDS_PER_PROCESS,
    ) -> None:
        super().__init__(None)
        self.found = found
        self._config = config
        self._limit = commands_per_process
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._number = 0
        self._closed = False

    def execute(self, args: Sequence[Argument], *, timeout: float = BASE_TIMEOUT) -> Reply:
        """Runs one command. ``args`` as on a command line, file names absolute; see the class for errors."""
        try:
            lines = [encode_argument(argument) for argument in args]
        except ValueError as error:
            raise ExifToolError(f"This cannot be passed to exiftool: {error}.") from error
        with self._lock:
            self._number += 1
            sentinel = b"{ready%d}" % self._number
            lines += [b"-echo3", _STATUS + b"${status}", b"-echo4", sentinel, b"-execute%d" % self._number]
            process = self._running()
            try:
                out, err = process.ask(b"\n".join(lines) + b"\n", sentinel, timeout)
            except TimeoutError:
                self._drop(patience=0)
                raise ExifToolError(
                    f"exiftool did not answer within {timeout:.0f} s and was ended. Try again; if it happens "
                    "again, the file or its disk is at fault."
                ) from None
            except EOFError:
                words = process.last_words()
                self._drop(patience=0)
                raise ExifToolError(
                    f"exiftool ended unexpectedly{f' ({words})' if words else ''}. Try again; if it happens "
                    "again, reinstall exiftool."
                ) from None
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

    def _running(self) -> _Process:
        if self._closed:
            raise ExifToolError("exiftool has been closed already.")
        process = self._process
        if process is not None and process.commands >= self._limit:
            self._drop(patience=2.0)
            process = None
        if process is None or process.popen.poll() is not None:
            self._drop(patience=0)
            process = self._process = _Process(self._create_pipe())
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
            raise ExifToolError(f"exiftool cannot be started ({error}). Reinstall it.") from error

    def _drop(self, *, patience: float) -> None:
        if self._process is not None:
            self._process.end(patience=patience)
            self._process = None


def _reply(out: bytes, err: bytes) -> Reply:
    body, mark, status = out.rstrip().rpartition(_STATUS)
    if not mark or not status.isdigit():
        raise ExifToolError("exiftool's answer has no status line. Update exiftool to 12.15 or newer.")
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
        raise ExifToolError(f"exiftool's answer is not JSON ({error}). Update exiftool.") from error
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
                raise ExifToolError("exiftool has been closed already.")
            try:
                return self._free.get_nowait()
            except queue.Empty:
                if len(self._tools) < self._count:
                    tool = ExifTool(found, self._config or shipped_config())
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
