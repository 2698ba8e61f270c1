"""One running exiftool: what it is asked, what it says, and what it may take for one file."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

import psutil

BASE_TIMEOUT = 60.0  # seconds a file may take ...
TIMEOUT_PER_MIB = 1.0  # ... plus this for each MiB of it
CPU_SHARE = (
    1 / 3
)  # of that time may be work: a file that keeps the processor busy for longer is built to do so
BASE_MEMORY = 2**30  # bytes that exiftool may hold for a file ...
MEMORY_PER_BYTE = 4  # ... plus this for each byte of it
BASE_ANSWER = 64 * 2**20  # bytes that it may say of a file, likewise
_LOOK_SECONDS = 0.25  # how often a working exiftool is looked at
_ANSWER_END = b"\n}"  # of one file, with -j: what is inside is indented


class Why(StrEnum):
    """What ended an exiftool in the middle of a command."""

    DIED = "died"  # by itself, or somebody ended it
    MEMORY = "memory"  # over its limit of memory
    LATE = "late"  # no answer in time, and not for being busy: a disk that is asleep, slow or away
    BUSY = "busy"  # too much work
    WORDY = "wordy"  # too long an answer


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds of clock and of processor, bytes of exiftool's memory and of its answer."""

    seconds: float
    cpu_seconds: float
    memory: int
    answer: int


def timeout_for(size: int) -> float:
    """Seconds that a command on files of together ``size`` bytes may take."""
    return BASE_TIMEOUT + TIMEOUT_PER_MIB * size / 2**20


def limits_for(size: int, timeout: float | None = None) -> Limits:
    """For a file of ``size`` bytes, or a command that may take ``timeout`` seconds."""
    seconds = timeout_for(size) if timeout is None else timeout
    more = MEMORY_PER_BYTE * size
    return Limits(seconds, seconds * CPU_SHARE, BASE_MEMORY + more, BASE_ANSWER + more)


class Ended(Exception):  # noqa: N818 - an event, which the driver tells of
    """exiftool ended in the middle of a command; it may still have to be buried."""

    def __init__(self, why: Why, limits: Limits, said: bytes = b"") -> None:
        super().__init__(why)
        self.why = why
        self.limits = limits
        self.said = said


class Process:
    """One running exiftool and what it has said since the last command."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self.popen = popen
        self.commands = 0
        self._changed = threading.Condition()
        self._said: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._ended: set[str] = set()
        self._answers = 0  # files that the present command has answered
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
                    said = self._said[name]
                    if name == "stdout":
                        self._answers += (said[-1:] + block).count(_ANSWER_END)
                    said += block
                else:
                    self._ended.add(name)
                self._changed.notify_all()
            if not block:
                return

    def ask(self, lines: bytes, sentinel: bytes, limits: Sequence[Limits]) -> tuple[bytes, bytes]:
        """Both streams up to the sentinel. ``limits``: for each file of a command that answers file by file (-j),
        in order; the last holds for all that follow. Raises Ended when exiftool died or went over a limit."""
        with self._changed:
            for said in self._said.values():
                said.clear()
            self._answers = 0
        self.commands += 1
        _limit_memory(self.popen.pid, max(limit.memory for limit in limits))
        late = threading.Event()

        def end_it() -> None:
            late.set()
            self.kill()

        # A hanging exiftool may not even take our arguments: the write would block for ever. Killing it
        # breaks the pipe, which frees us.
        watchdog = threading.Timer(limits[0].seconds, end_it)
        watchdog.daemon = True
        watchdog.start()
        try:
            assert self.popen.stdin is not None
            self.popen.stdin.write(lines)
            self.popen.stdin.flush()
        except OSError as error:
            raise Ended(Why.LATE if late.is_set() else self._cause(), limits[0]) from error
        finally:
            watchdog.cancel()
        return self._wait(sentinel, limits)

    def _wait(self, sentinel: bytes, limits: Sequence[Limits]) -> tuple[bytes, bytes]:
        answers, long_said, since = 0, 0, time.monotonic()
        looked, worked = since, self._usage()[0]
        with self._changed:
            while True:
                ends = {name: said[-64:].rstrip().endswith(sentinel) for name, said in self._said.items()}
                out, err = self._said["stdout"], self._said["stderr"]
                if all(ends.values()):
                    return bytes(out.rstrip()).removesuffix(sentinel), bytes(err.rstrip()).removesuffix(
                        sentinel
                    )
                now = time.monotonic()
                limit = limits[min(self._answers, len(limits) - 1)]
                if self._answers > answers:  # the next file has its own time
                    answers, long_said, since = self._answers, len(out), now
                    looked, worked = now, self._usage()[0]
                why = None
                if any(name in self._ended and not done for name, done in ends.items()):
                    why = self._cause()
                elif now - since >= limit.seconds:
                    why = Why.LATE
                elif len(out) - long_said > limit.answer or len(err) > limit.answer:
                    why = Why.WORDY
                elif now - looked >= _LOOK_SECONDS:
                    looked = now
                    work, memory = self._usage()
                    if memory > limit.memory:
                        why = Why.MEMORY
                    elif work - worked > limit.cpu_seconds:
                        why = Why.BUSY
                if why is not None:
                    raise Ended(why, limit, bytes(out))
                self._changed.wait(min(_LOOK_SECONDS, since + limit.seconds - now))

    def _cause(self) -> Why:
        """Of a death that was not of our making. Perl says so when it gets no more memory."""
        return Why.MEMORY if "out of memory" in self.last_words().casefold() else Why.DIED

    def _usage(self) -> tuple[float, int]:
        """Seconds of work so far, and bytes of memory now; nothing of one that is gone."""
        work, memory = 0.0, 0
        for process in _family(self.popen.pid):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                work += times.user + times.system
                memory += process.memory_info().rss
        return work, memory

    def kill(self) -> None:
        """Ends it at once, with what it started."""
        for process in _family(self.popen.pid)[1:]:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.popen.kill()

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
            self.kill()
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


def _family(pid: int) -> list[psutil.Process]:
    """The process, and on Windows the Perl that a packed exiftool starts."""
    try:
        process = psutil.Process(pid)
        return [process, *(process.children(recursive=True) if sys.platform == "win32" else ())]
    except psutil.Error:
        return []


if sys.platform == "linux":
    import resource

    def _limit_memory(pid: int, memory: int) -> None:
        """The system's own limit, which no allocation gets past; elsewhere we look every quarter of a second."""
        with contextlib.suppress(OSError, ValueError):  # gone, or less is allowed already
            _, hard = resource.prlimit(pid, resource.RLIMIT_AS)
            resource.prlimit(pid, resource.RLIMIT_AS, (memory, hard))

else:

    def _limit_memory(pid: int, memory: int) -> None:
        """Nothing that the system would keep to."""
