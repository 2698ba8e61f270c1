"""How fast photos are written safely, beside exiftool's own overwriting and a mere copy, in one run."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from phototagger.errors import UsageError
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.jobs.write import WORKERS

MOST_PHOTOS = 60
WORDS = ("animal|dog|golden retriever", "place|beach", "holiday")
_SUFFIXES = frozenset({".jpg", ".jpeg"})
_BLOCK = 20  # photos between two looks at the cancel button


def run_write_benchmark(
    folder: Path, writer: MetadataWriter, bare: Callable[[Path, Sequence[str]], None], cancel: Cancel
) -> Job[dict[str, Any]]:
    """Writes three keywords into copies of the JPEGs below ``folder``, on as many threads as write-back has.

    The photos themselves are only read. ``safe_photos_per_s`` reads, plans, writes and proves, as write-back does;
    ``bare_exiftool_photos_per_s`` overwrites without a check, ``copy_fsync_photos_per_s`` copies and syncs. Raises
    UsageError when there is no JPEG, ExifToolError, WriteError, Cancelled.
    """
    photos = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)[:MOST_PHOTOS]
    if not photos:
        raise UsageError(f"There is no JPEG in {folder}. Name a folder of photos to measure with.")
    meter = Meter("benchmark", 3 * len(photos), cancel)
    yield meter.report()
    with tempfile.TemporaryDirectory(prefix="phototagger-benchmark-") as name:
        rates = {}
        tasks: dict[str, Callable[[Sequence[Path]], None]] = {
            "safe": lambda paths: _write_safely(writer, paths),
            "bare_exiftool": lambda paths: _on_threads(lambda path: bare(path, WORDS), paths),
            "copy_fsync": lambda paths: _on_threads(_copy_and_sync, paths),
        }
        for label, task in tasks.items():
            copies = _copies(photos, Path(name) / label)
            first, copies = copies[:WORKERS], copies[WORKERS:]
            task(first)  # starts the processes
            seconds = 0.0
            for start in range(0, len(copies), _BLOCK):
                block = copies[start : start + _BLOCK]
                seconds += _timed(task, block)
                meter.step(len(block))
                yield meter.report(label.replace("_", " "))
            rates[f"{label}_photos_per_s"] = round(len(copies) / max(seconds, 1e-9), 2)
    megabytes = sum(path.stat().st_size for path in photos) / len(photos) / 1e6
    return {"photos": len(photos), "mean_megabytes": round(megabytes, 2), **rates}


def _copies(photos: Sequence[Path], folder: Path) -> list[Path]:
    """Copies of the first photo, one for each thread, and of all."""
    folder.mkdir()
    numbered = enumerate([photos[0]] * WORKERS + list(photos))
    return [Path(shutil.copyfile(photo, folder / f"{number}{photo.suffix}")) for number, photo in numbered]


def _timed(task: Callable[[Sequence[Path]], None], paths: Sequence[Path]) -> float:
    start = time.perf_counter()
    task(paths)
    return time.perf_counter() - start


def _on_threads(task: Callable[[Path], None], paths: Sequence[Path]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(task, paths):
            pass


def _write_safely(writer: MetadataWriter, paths: Sequence[Path]) -> None:
    """Reads many at once, as planning does, then writes one by one."""
    fields = writer.read(paths)

    def write(path: Path) -> None:
        found = fields[path]
        if isinstance(found, Exception):
            raise found
        for plan in writer.plans(0, found, WORDS, []):
            if plan.changes or plan.refused is not None:
                writer.write(plan)

    _on_threads(write, paths)


def _copy_and_sync(path: Path) -> None:
    temporary = path.with_name(f"copy-{path.name}")
    shutil.copyfile(path, temporary)
    handle = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)
