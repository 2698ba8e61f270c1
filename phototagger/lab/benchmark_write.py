"""How fast photos are written safely, beside exiftool's own overwriting and a mere copy, in one run."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoTaggerError, UsageError
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import said, with_texts
from phototagger.domain.writing import Difference, statements
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.write.run import WORKERS
from phototagger.jobs.write.settling import file_failure
from phototagger.lab.benchmark import Bad, failures_told

MOST_PHOTOS = 60
WORDS = ("animal|dog|golden retriever", "place|beach", "holiday")
_SUFFIXES = frozenset({".jpg", ".jpeg"})
_BLOCK = 20  # photos between two looks at the cancel button

Fault = tuple[Path, Exception]  # a copy and what was raised on it
Measured = Callable[[Sequence[Path]], list[Fault]]


def run_write_benchmark(
    folder: Path, writer: MetadataWriter, bare: Callable[[Path, Sequence[str]], None], cancel: Cancel
) -> Job[dict[str, Any]]:
    """Writes three keywords into copies of the JPEGs below ``folder``, on as many threads as write-back has.

    The photos themselves are only read. ``safe_photos_per_s`` reads, plans, writes and proves, as write-back does;
    ``bare_exiftool_photos_per_s`` overwrites without a check, ``copy_fsync_photos_per_s`` copies and syncs. Photos
    that cannot be written are left out, and ``failed`` has path, kind and sentence of each. Raises UsageError when
    there is no JPEG, or none that can be written, ExifToolError, Cancelled.
    """
    photos = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and not path.is_dir()
    )
    photos = photos[:MOST_PHOTOS]
    if not photos:
        raise UsageError(
            said("There is no JPEG in {folder}. Name a folder of photos to measure with.", folder=folder)
        )
    meter = Meter("benchmark", 3 * len(photos), cancel)
    tasks: list[tuple[str, Measured]] = [
        ("safe", lambda paths: _write_safely(writer, paths)),
        ("bare_exiftool", lambda paths: _on_threads(lambda path: bare(path, WORDS), paths)),
        ("copy_fsync", lambda paths: _on_threads(_copy_and_sync, paths)),
    ]
    rates: dict[str, float] = {}
    failed: list[Bad] = []
    for label, task in tasks:
        while True:
            rate, bad = yield from _measure(photos, task, meter, label.replace("_", " "))
            if not bad:
                break
            # The time that they took says nothing of the others: those are measured once more.
            failed += bad
            photos = [path for path in photos if path not in {path for path, _ in bad}]
            if not photos:
                raise UsageError(
                    said(
                        "No JPEG in {folder} can be written. The first fault: {message}",
                        folder=folder,
                        message=bad[0][1].message,
                    )
                )
            meter.total = meter.done + len(photos) * (len(tasks) - len(rates))
        rates[f"{label}_photos_per_s"] = rate
    megabytes = sum(path.stat().st_size for path in photos) / len(photos) / 1e6
    figures = {"photos": len(photos), "mean_megabytes": round(megabytes, 2), **rates}
    return {**figures, "failed": failures_told(failed)} if failed else figures


def _measure(photos: Sequence[Path], task: Measured, meter: Meter, note: str) -> Job[tuple[float, list[Bad]]]:
    """Photos a second on fresh copies of these photos, and those of them that failed."""
    with tempfile.TemporaryDirectory(prefix="phototagger-benchmark-") as name:
        originals, bad = _copies(photos, Path(name))
        copies = list(originals)
        try:
            first = [
                Path(shutil.copyfile(copy, copy.with_stem(f"first-{copy.stem}"))) for copy in copies[:WORKERS]
            ]
        except OSError as error:
            raise _disk_full(Path(name)) from error
        meter.note = note
        seconds = 0.0

        def measure(block: Sequence[Path]) -> None:
            nonlocal seconds, bad
            began = time.perf_counter()
            faults = task(block)
            seconds += time.perf_counter() - began
            bad += [(originals[copy], _of_original(error, copy, originals[copy])) for copy, error in faults]
            meter.fail(len(faults))

        # The first ones start the processes, and count as nothing; those that have no copy are done with.
        yield from meter.once(lambda: task(first), count=len(photos) - len(copies))
        yield from meter.pages(paged(copies, _BLOCK), measure)
    return round(len(copies) / max(seconds, 1e-9), 2), bad


def _copies(photos: Sequence[Path], folder: Path) -> tuple[dict[Path, Path], list[Bad]]:
    """A copy of each photo, with the photo it is of; those that cannot be copied apart."""
    originals: dict[Path, Path] = {}
    bad: list[Bad] = []
    for number, photo in enumerate(photos):
        try:
            if not stat.S_ISREG(photo.stat().st_mode):  # a device has no end: its copy would fill the disk
                raise OSError(errno.EINVAL, "not an ordinary file")
            copy = Path(shutil.copyfile(photo, folder / f"{number}{photo.suffix}"))
        except OSError as error:  # a pipe, gone, not to be read
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _disk_full(folder) from error
            reason = error.strerror or str(error)
            bad.append(
                (
                    photo,
                    Failure(
                        ErrorKind.UNREADABLE,
                        said("{photo} cannot be read ({reason}).", photo=photo, reason=reason),
                    ),
                )
            )
        else:
            originals[copy] = photo
    return originals, bad


def _disk_full(folder: Path) -> UsageError:
    return UsageError(
        said(
            "The copies to measure with do not fit into {parent}, or cannot be made there. Make room, "
            "or name another folder as TMPDIR.",
            parent=folder.parent,
        )
    )


def _of_original(error: Exception, copy: Path, original: Path) -> Failure:
    """What is wrong, said of the person's own photo."""
    failure = file_failure(error)
    return Failure(
        failure.kind, with_texts(failure.message, lambda text: text.replace(str(copy), str(original)))
    )


def _on_threads(task: Callable[[Path], object], paths: Sequence[Path]) -> list[Fault]:
    """What the task raised on which of the paths."""

    def run(path: Path) -> Fault | None:
        try:
            task(path)
        except (PhotoTaggerError, OSError) as error:
            return path, error
        return None

    with ThreadPoolExecutor(WORKERS) as pool:
        return [fault for fault in pool.map(run, paths) if fault is not None]


def _write_safely(writer: MetadataWriter, paths: Sequence[Path]) -> list[Fault]:
    """Reads many at once, as planning does, then writes one by one."""
    fields = writer.read(paths)

    def write(path: Path) -> None:
        found = fields[path]
        if isinstance(found, Exception):
            raise found
        for plan in writer.plans(0, found, Difference(statements(KEYWORD, WORDS))):
            if plan.changes or plan.refused is not None:
                writer.write(plan)

    return _on_threads(write, paths)


def _copy_and_sync(path: Path) -> None:
    temporary = path.with_name(f"copy-{path.name}")
    shutil.copyfile(path, temporary)
    handle = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)
