"""How fast photos are analysed, how near that is to what the slowest stage allows, and what it costs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import psutil

from phototagger.domain.errors import EngineError, UsageError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.records import ErrorKind, Failure, FileSignature
from phototagger.domain.sentences import said
from phototagger.jobs.ports import Decoder, Engine
from phototagger.jobs.progress import Cancel, Job, Meter

WARM_UP = 8  # photos analysed before the clock starts: the networks are loaded and exported meanwhile
MOST_NAIVE = 24  # photos the slow way is tried on; evenly spread over all when there are more
SAMPLE_SECONDS = 0.1

Bad = tuple[Path, Failure]  # a photo and what is wrong with it


@runtime_checkable
class CountingEngine(Engine, Protocol):
    """An engine that counts: ``decoded``, ``decode_busy_s`` (summed over ``decode_threads``), ``inferred``,
    ``inference_busy_s``."""

    def stats(self) -> dict[str, float]: ...


def run_benchmark(
    folder: Path, engine: Engine, decoder: Decoder, naive: Callable[[], Engine], cancel: Cancel
) -> Job[dict[str, Any]]:
    """Analyses every photo below ``folder`` and returns the figures.

    ``photos_per_s`` is end to end: from the first request to the last answer. Each stage has ``photos_per_s``,
    what it would do if never made to wait, and ``busy``, the share of the time it worked;
    ``bound_photos_per_s`` is the slower of the two, ``share_of_bound`` how much of it was reached. The ratio is
    to ``naive``, an engine that takes the same photos one after another, run in the same call. ``peak_mib`` is
    the memory of this process and its children while the engine worked. Only ratios mean something on another
    machine. ``failed`` is there when some photos could not be analysed: path, kind and sentence of each. They are
    left out, and the others measured without them.

    Raises UsageError when there is no photo, or none that can be read; EngineError; Cancelled.
    """
    if not isinstance(engine, CountingEngine):
        raise EngineError(said("This engine does not count its work, so it cannot be measured."))
    photos = _photos(folder, decoder)
    warm_up, failed = photos[:WARM_UP], list[Bad]()
    meter = Meter("benchmark", len(warm_up) + len(photos) + 1 + len(_some(photos)), cancel)
    _, bad = yield from _run(engine, warm_up, meter, "starting the networks")
    while True:
        failed += bad
        photos = _without(photos, bad, folder)
        meter.total = meter.done + len(photos) + 1 + len(_some(photos))
        before = engine.stats()
        with PeakMemory() as memory:
            seconds, bad = yield from _run(engine, photos, meter, "as phototagger works")
        if not bad:
            break
    slow = _some(photos)
    counted = {name: value - before.get(name, 0.0) for name, value in engine.stats().items()}
    counted["decode_threads"] = engine.stats().get("decode_threads", 1.0)
    device = engine.describe().get("device", "unknown")
    naive_seconds = yield from _run_naive(naive, slow, meter)
    rate = len(photos) / seconds
    stages = stage_figures(counted, seconds)
    bound = min(stage["photos_per_s"] for stage in stages.values())
    figures: dict[str, Any] = {
        "photos": len(photos),
        "photos_per_s": round(rate, 3),
        "bound_photos_per_s": round(bound, 3),
        "share_of_bound": round(rate / bound, 3),
        "ratio_to_naive": round(rate * naive_seconds / len(slow), 3),
        "peak_mib": round(memory.peak_mib),
        "device": device,
        "stages": {name: {key: round(v, 3) for key, v in stage.items()} for name, stage in stages.items()},
    }
    return {**figures, "failed": failures_told(failed)} if failed else figures


def failures_told(failed: Iterable[Bad]) -> list[dict[str, str]]:
    """Photos and what is wrong with them, as evaluate tells of them too."""
    return [
        {"path": str(path), "kind": failure.kind.value, "message": failure.message}
        for path, failure in sorted(failed, key=lambda item: item[0])
    ]


def _some(photos: Sequence[Path]) -> Sequence[Path]:
    """Those that the slow way is tried on."""
    return photos[:: -(-len(photos) // MOST_NAIVE)]


def _without(photos: list[Path], bad: Sequence[Bad], folder: Path) -> list[Path]:
    """Raises UsageError where none is left."""
    left = [path for path in photos if path not in {path for path, _ in bad}]
    if not left:
        raise UsageError(
            said(
                "None of the photos in {folder} can be analysed, so nothing was measured. The first "
                "fault: {message}",
                folder=folder,
                message=bad[0][1].message,
            )
        )
    return left


def stage_figures(counted: dict[str, float], seconds: float) -> dict[str, dict[str, float]]:
    """What each stage did in ``seconds`` of wall clock: its rate at full use and the share of time it worked."""
    threads = max(counted.get("decode_threads", 1.0), 1.0)
    amounts = {
        "decode": (counted.get("decoded", 0.0), counted.get("decode_busy_s", 0.0) / threads),
        "inference": (counted.get("inferred", 0.0), counted.get("inference_busy_s", 0.0)),
    }
    return {
        name: {"photos_per_s": count / max(busy, 1e-9), "busy": min(busy / seconds, 1.0)}
        for name, (count, busy) in amounts.items()
    }


class PeakMemory:
    """Samples the resident memory of this process and all its children while the block runs."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="peak-memory", daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, _resident_mib())
            if self._done.wait(SAMPLE_SECONDS):
                return


def _resident_mib() -> float:
    here = psutil.Process()
    total = 0
    for process in (here, *here.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.Error:  # it ended between the two calls
            continue
    return total / 2**20


def _photos(folder: Path, decoder: Decoder) -> list[Path]:
    """All photos below a folder (or the one file), sorted. Raises UsageError for none."""
    if folder.is_file():
        found = [folder]
    else:
        found = [
            Path(parent) / name
            for parent, _, names in os.walk(folder)
            for name in names
            if decoder.can_decode(Path(parent) / name)
        ]
    if not found:
        raise UsageError(
            said("There is no photo in {folder}. Name a folder of photos to measure with.", folder=folder)
        )
    return sorted(found)


def _requests(photos: Sequence[Path]) -> Iterator[AnalyseRequest]:
    for number, path in enumerate(photos):
        try:
            status = path.stat()
            signature = FileSignature(status.st_size, status.st_mtime_ns)
        except OSError:  # gone meanwhile: the engine's decoder says so, as for any other photo
            signature = FileSignature(0, 0)
        yield AnalyseRequest(number, path, signature)


def _run(engine: Engine, photos: Sequence[Path], meter: Meter, note: str) -> Job[tuple[float, list[Bad]]]:
    """Seconds of wall clock for these photos, and those of them that failed."""
    failed: list[Bad] = []
    meter.note = note

    def take(answer: Answer) -> None:
        if answer.findings is None:
            path = photos[answer.photo_id]
            fault = Failure(ErrorKind.INTERNAL, said("{path} got no findings.", path=path))
            failed.append((path, answer.failure or fault))
            meter.fail()

    start = time.perf_counter()
    yield from meter.each(engine.analyse(_requests(photos)), take)
    return time.perf_counter() - start, failed


def _run_naive(make: Callable[[], Engine], photos: Sequence[Path], meter: Meter) -> Job[float]:
    """Seconds of wall clock for these photos one after another; starting is not counted."""
    note = "one photo after another, for comparison"
    engine = make()
    try:
        yield from _run(engine, photos[:1], meter, note)
        seconds, _ = yield from _run(engine, photos, meter, note)
    finally:
        engine.close()
    return seconds
