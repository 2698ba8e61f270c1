"""Traces of a process that died at once: Python's faulthandler writes its stacks into a file of its own, which the
next start finds. A process that ends as it should takes its file away.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import re
import sys
import time
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import psutil

from phototagger import __version__
from phototagger.diagnostics.log import logs_folder
from phototagger.diagnostics.private_marks import Known
from phototagger.files.whole_file import make_folder, open_private, read_file

log = logging.getLogger(__name__)

_NAME = re.compile(r"(running|crash)-([a-z]+)-(\d+)\.txt")
_TOLD = 3  # crashes that are kept for a report after they were shown
_LONGEST = 256 * 1024  # bytes of one file
_CLOCKS_DIFFER = 2.0  # seconds between a file system's clock and the system's


class FaultFile:
    """Where this process writes its stacks, should it crash."""

    def __init__(self, path: Path, file: TextIOWrapper) -> None:
        self.path = path
        self._file: TextIOWrapper | None = file
        self._before = faulthandler.is_enabled()
        faulthandler.enable(file, all_threads=True)

    def descriptor(self) -> int:
        """For more to be written there. Raises ValueError once it is closed."""
        if self._file is None:
            raise ValueError("the file is closed")
        return self._file.fileno()

    def close(self) -> None:
        """This process ends as it should: nothing is left of the file. Idempotent."""
        file, self._file = self._file, None
        if file is None:
            return
        faulthandler.disable()
        if self._before and sys.__stderr__ is not None:
            with contextlib.suppress(OSError, ValueError):
                faulthandler.enable(sys.__stderr__)
        file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


@dataclass(frozen=True, slots=True)
class Crash:
    """One process that crashed. ``text``: what faulthandler wrote of it, below a line of ours."""

    part: str
    text: str


def watch(part: str, folder: Path | None = None) -> FaultFile | None:
    """From now on a crash of this process leaves its traces. None where no file can be made.

    ``part``: one word of small letters, for the file's name.
    """
    place = logs_folder() if folder is None else folder
    path = place / f"running-{part}-{os.getpid()}.txt"
    try:
        make_folder(place)
        handle = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    except OSError:
        return None
    file = os.fdopen(handle, "w", encoding="utf-8", errors="replace")
    file.write(f"phototagger {__version__}, {part}, started {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
    file.flush()
    return FaultFile(path, file)


def take(part: str, process: int, folder: Path | None = None) -> str:
    """What a child process of ours that is dead wrote as it crashed, if anything; its file goes."""
    path = (logs_folder() if folder is None else folder) / f"running-{part}-{process}.txt"
    text = _stacks(path)
    with contextlib.suppress(OSError):
        path.unlink()
    return text


def find_new(folder: Path | None = None, *, but_of: str = "") -> list[Crash]:
    """Crashes that nobody has seen yet; they count as shown now, and the last few are kept for a report.
    ``but_of``: a part whose crashes are somebody else's to tell."""
    place = logs_folder() if folder is None else folder
    found = []
    for path in sorted(_files(place, "running"), key=_time):
        match = _NAME.fullmatch(path.name)
        assert match is not None
        if match[2] == but_of or _still_runs(int(match[3]), path):
            continue
        text = _stacks(path)
        try:
            if text:
                path.replace(path.with_name(f"crash-{match[2]}-{match[3]}.txt"))
                found.append(Crash(match[2], text))
                log.info("An earlier %s crashed; its traces are kept for a report", Known(match[2]))
            else:
                path.unlink()
                log.info(
                    "An earlier %s ended without a word: it was killed, or the power went", Known(match[2])
                )
        except OSError:
            continue  # another phototagger was quicker
    for path in sorted(_files(place, "crash"), key=_time)[:-_TOLD]:
        with contextlib.suppress(OSError):
            path.unlink()
    return found


def find_all(folder: Path | None = None) -> list[Crash]:
    """The crashes kept, oldest first, for a report."""
    place = logs_folder() if folder is None else folder
    crashes = []
    for path in sorted([*_files(place, "crash"), *_files(place, "running")], key=_time):
        match = _NAME.fullmatch(path.name)
        text = _stacks(path, whole=True)
        if match is not None and text:
            crashes.append(Crash(match[2], text))
    return crashes


def _files(folder: Path, state: str) -> list[Path]:
    try:
        return [
            path for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)) and match[1] == state
        ]
    except OSError:
        return []


def _time(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _stacks(path: Path, whole: bool = False) -> str:
    """What stands below our own line; with ``whole``, that line too where anything does. Empty if nothing does."""
    try:
        text = read_file(path, _LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""
    stacks = text.partition("\n")[2].strip()
    return text.strip() if stacks and whole else stacks


def _still_runs(process: int, path: Path) -> bool:
    """Whether it is the process that made the file; a later one may have got its number."""
    try:
        return float(psutil.Process(process).create_time()) <= path.stat().st_mtime + _CLOCKS_DIFFER
    except (psutil.Error, OSError):
        return False
