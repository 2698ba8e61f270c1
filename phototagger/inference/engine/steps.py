"""The two steps every engine takes with a photo: decode it, then analyse it in a batch. No thread, no process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import DeviceError, EngineError, ModelError, PhotoError, PhotoTaggerError
from phototagger.domain.findings import AnalyseRequest, Answer, Decoded, Findings, PhotoFacts
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import said

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

LONGEST_SIDE = 1600
"""Pixels of the longer side handed to the networks: the face detector looks at 1280, and face crops gain a
little from the rest."""
THUMBNAIL_SIDE = 256


class DecoderLike(Protocol):
    """The two verbs of ``jobs.ports.Decoder`` that an engine needs (siblings and jobs are not imported here)."""

    def decode(self, path: Path, longest_side: int) -> Decoded: ...

    def thumbnail(self, pixels: Pixels, side: int) -> bytes: ...


class AnalyserLike(Protocol):
    """All networks on a batch of decoded photos: one Findings, or the exception that only this photo raised, for
    each photo, in order.

    One that also has ``prepare(pixels, facts)`` (thread-safe) and ``analyse_prepared(prepared)`` has its photos
    scaled in the decode threads. ``device_name``, ``networks`` or a whole ``describe()`` are shown where it has
    them.
    """

    device: str

    def analyse(self, photos: Sequence[Pixels]) -> list[Findings | Exception]: ...


class DeviceLostError(DeviceError):
    """The device's state is beyond repair in this process; a new process may find it well."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A decoded photo on its way to the networks. ``prepared``: what the analyser's own prepare made of it."""

    request: AnalyseRequest
    facts: PhotoFacts
    prepared: Any
    thumbnail: bytes


class Networks:
    """An analyser in two halves: ``prepare`` for the decode threads, ``run`` for the one that owns the device."""

    def __init__(self, analyser: AnalyserLike) -> None:
        self._analyser = analyser
        whole = not (hasattr(analyser, "prepare") and hasattr(analyser, "analyse_prepared"))
        self.prepare: Callable[[Pixels, PhotoFacts], Any] = (
            _as_it_is if whole else getattr(analyser, "prepare")  # noqa: B009
        )
        self.run: Callable[[Sequence[Any]], list[Findings | Exception]] = (
            analyser.analyse if whole else getattr(analyser, "analyse_prepared")  # noqa: B009
        )

    def describe(self) -> dict[str, str]:
        """Device, backend and networks as the analyser itself names them; at least its device."""
        analyser = self._analyser
        described = {"device": analyser.device}
        if hasattr(analyser, "device_name"):
            described["device_name"] = str(analyser.device_name)
        if hasattr(analyser, "networks"):
            described["networks"] = ", ".join(map(str, analyser.networks.values()))
        describe = getattr(analyser, "describe", dict)
        return described | {str(key): str(value) for key, value in describe().items()}


def _as_it_is(pixels: Pixels, _facts: PhotoFacts) -> Pixels:
    return pixels


class Counters:
    """Busy seconds and photos of each stage, for `benchmark`. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values = {
            "photos": 0.0,  # answers given, failures included
            "decoded": 0.0,
            "decode_busy_s": 0.0,  # summed over the decode threads, thumbnails included
            "prepare_busy_s": 0.0,  # likewise: scaling for the networks
            "inferred": 0.0,
            "inference_busy_s": 0.0,
            "batches": 0.0,
        }

    def add(self, **amounts: float) -> None:
        with self._lock:
            for name, amount in amounts.items():
                self._values[name] += amount

    def snapshot(self) -> dict[str, float]:
        with self._lock:
            return dict(self._values)


def decode_one(
    decoder: DecoderLike,
    networks: Networks,
    request: AnalyseRequest,
    sides: tuple[int, int],
    counters: Counters,
) -> Ready | Answer:
    """The decoded photo with its thumbnail, or the answer that says why there is none. Never raises.

    ``sides``: longest side of the photo and of its thumbnail, in pixels.
    """
    facts: PhotoFacts | None = None
    thumbnail: bytes | None = None
    start = decoded_at = time.perf_counter()
    try:
        decoded = decoder.decode(request.path, sides[0])
        facts = decoded.facts
        thumbnail = decoder.thumbnail(decoded.pixels, sides[1])
        decoded_at = time.perf_counter()
        counters.add(decode_busy_s=decoded_at - start)
        prepared = networks.prepare(decoded.pixels, decoded.facts)
        counters.add(prepare_busy_s=time.perf_counter() - decoded_at)
        return Ready(request, facts, prepared, thumbnail)
    except Exception as error:  # noqa: BLE001 - a fault of ours with one photo must not stop the others
        failure = photo_failure(error, request.path)
        return Answer(request.photo_id, request.signature, facts, None, thumbnail, failure)
    finally:
        if thumbnail is None:
            counters.add(decode_busy_s=time.perf_counter() - start)
        counters.add(decoded=1)


def analyse_batch(networks: Networks, batch: Sequence[Ready], counters: Counters) -> list[Answer]:
    """One answer for each photo, in order. When the whole batch raises, its photos are tried one by one.

    Raises EngineError (DeviceError, DeviceLostError) and ModelError: these mean the engine, not a photo.
    """
    start = time.perf_counter()
    try:
        found = _findings(networks, batch)
    finally:
        counters.add(inferred=len(batch), batches=1, inference_busy_s=time.perf_counter() - start)
    return [_answer(ready, result) for ready, result in zip(batch, found, strict=True)]


def _findings(networks: Networks, batch: Sequence[Ready]) -> list[Findings | Exception]:
    try:
        found = networks.run([ready.prepared for ready in batch])
    except (EngineError, ModelError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever one photo raises, the others get their chance
        if len(batch) > 1:
            return [result for ready in batch for result in _findings(networks, [ready])]
        found = [error]
    if len(found) != len(batch):
        fault = RuntimeError(f"{len(found)} answers for {len(batch)} photos")
        return [fault for _ in batch]
    for result in found:
        if isinstance(result, Exception) and _device_is_lost(result):
            raise DeviceLostError(
                said(
                    "The device has failed ({result}). Update its driver, or choose the processor (cpu) in "
                    "the settings.",
                    result=result,
                )
            ) from result
    return found


def _device_is_lost(error: Exception) -> bool:
    """torch's AcceleratorError ("CUDA error: ..."), after which nothing works on that device in this process.
    Told by name, because torch is not imported here."""
    return any(kind.__name__ == "AcceleratorError" for kind in type(error).__mro__) or "CUDA error" in str(
        error
    )


def _answer(ready: Ready, result: Findings | Exception) -> Answer:
    request = ready.request
    if isinstance(result, Findings):
        return Answer(request.photo_id, request.signature, ready.facts, result, ready.thumbnail)
    failure = photo_failure(result, request.path)
    return Answer(request.photo_id, request.signature, ready.facts, None, ready.thumbnail, failure)


def failed(request: AnalyseRequest, failure: Failure, quarantined: bool = False) -> Answer:
    """The answer for a photo of which nothing could be learnt."""
    return Answer(request.photo_id, request.signature, failure=failure, quarantined=quarantined)


def photo_failure(error: Exception, path: Path) -> Failure:
    """The failure one photo's exception stands for."""
    if isinstance(error, PhotoError):
        return error.failure
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # the latter is torch's
        return Failure(
            ErrorKind.NO_MEMORY,
            said(
                "There is not enough memory to analyse {path}. Close other programs, then try again.",
                path=path,
            ),
        )
    if isinstance(error, PhotoTaggerError):
        return Failure(
            ErrorKind.INTERNAL, said("{path} could not be analysed. {reason}", path=path, reason=error)
        )
    log.error("A fault while %s was analysed", path, exc_info=error)
    return Failure(
        ErrorKind.INTERNAL,
        said(
            "{path} could not be analysed through a fault in phototagger ({name}: {reason}). Please "
            "report it. {where_more}",
            path=path,
            name=type(error).__name__,
            reason=error,
            where_more=where_more(),
        ),
    )
