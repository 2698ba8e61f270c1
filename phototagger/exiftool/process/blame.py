"""Which files end exiftool: each is reported once in full and not given to it again while it stays as it is."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import said
from phototagger.exiftool.process.process import Limits, Why

_DISK_PATIENCE = 120.0  # seconds after which a file that came too late from its disk is tried again

_Key = tuple[str, int, int]  # path, bytes, nanoseconds of its last change


class HarmfulFiles:
    """Remembers guilty files, for all exiftools of a pool. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._guilty: dict[_Key, tuple[Failure, float]] = {}

    def known(self, path: Path) -> Failure | None:
        """What is known against this file as it is now."""
        key = _key(path)
        with self._lock:
            failure, until = self._guilty.get(key, (None, 0.0)) if key else (None, 0.0)
            return failure if time.monotonic() < until else None

    def blame(self, path: Path, why: Why, limits: Limits) -> Failure:
        """Remembers the file, and gives what to tell of it."""
        failure = _failure(path, why, limits)
        key = _key(path)
        if key is not None:
            until = time.monotonic() + _DISK_PATIENCE if why is Why.LATE else float("inf")
            with self._lock:
                self._guilty[key] = (failure, until)
        return failure


def _key(path: Path) -> _Key | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return os.path.abspath(path), status.st_size, status.st_mtime_ns  # noqa: PTH100 - symlinks stay as they are


def _failure(path: Path, why: Why, limits: Limits) -> Failure:
    kind, what = {
        Why.DIED: (ErrorKind.CRASHED, said("makes exiftool crash")),
        Why.MEMORY: (
            ErrorKind.NO_MEMORY,
            said("takes more memory than the {size} it may have", size=_mib(limits.memory)),
        ),
        Why.BUSY: (
            ErrorKind.TIMED_OUT,
            said("keeps exiftool busy for more than {seconds} s", seconds=f"{limits.cpu_seconds:.0f}"),
        ),
        Why.WORDY: (ErrorKind.TOO_LARGE, said("has more than {size} of metadata", size=_mib(limits.answer))),
        Why.LATE: (
            ErrorKind.TIMED_OUT,
            said("could not be read within {seconds} s", seconds=f"{limits.seconds:.0f}"),
        ),
    }[why]
    if why is Why.LATE:
        return Failure(
            kind, said("{path} {what}. Its disk may be slow or away: try again later.", path=path, what=what)
        )
    return Failure(
        kind,
        said(
            "{path} {what}, so its metadata is damaged or built to do so. It is left as it is. Save "
            "it again with the program that made it, or remove it.",
            path=path,
            what=what,
        ),
    )


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
