"""What runs in the engine's child process, and the messages between it and the engine.

Threads in the child: one reads the pipe, a few decode, the main thread owns the device and runs the networks,
one sends a heartbeat. Only paths come in, only answers go out. The child ends when its pipe closes, that is,
whenever its parent is gone, however the parent went.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from phototagger.diagnostics.log import log_plainly
from phototagger.domain.errors import DeviceError, EngineError, ModelError, PhotoTaggerError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.inference.engine.steps import (
    Counters,
    DecoderLike,
    DeviceLostError,
    Networks,
    Ready,
    analyse_batch,
    decode_one,
)

FLUSH_SECONDS = 0.5  # a photo waits at most this long for others to fill its batch
_DEVICE_LOST = 75  # exit status
_SLEEP_SECONDS = 5.0  # a beat that came so late: the computer slept
_STUCK_SECONDS = 300.0  # after so long without running any Python, the child ends itself


@dataclass(frozen=True, slots=True)
class Setup:
    """All the child needs to know. ``factories`` is the pickled pair (make_analyser, make_decoder): unpickled in
    the child, where the heavy imports then happen under the heartbeat."""

    factories: bytes
    batch: int
    decode_threads: int
    longest_side: int
    thumbnail_side: int
    photo_seconds: float
    beat_seconds: float


# --- to the child -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    token: int  # names this request for the life of the engine; never used twice
    request: AnalyseRequest


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget all work with tokens up to this one that is not in the device yet."""

    last_token: int


@dataclass(frozen=True, slots=True)
class Stop:
    pass


# --- from the child -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    description: dict[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine itself cannot go on. ``kind`` names the class of error."""

    kind: str
    message: str

    def as_error(self) -> PhotoTaggerError:
        kinds = {kind.__name__: kind for kind in (ModelError, DeviceError, EngineError)}
        return kinds.get(self.kind, EngineError)(self.message)


@dataclass(frozen=True, slots=True)
class Beat:
    """Every ``beat_seconds``. ``overdue``: tokens whose decoding or batch has exceeded its time."""

    stats: dict[str, float]
    overdue: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Busy:
    """These photos are being worked on from now (a decoder, or the networks, has them in its hands)."""

    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Idle:
    """This photo has been decoded and waits for the networks."""

    token: int


@dataclass(frozen=True, slots=True)
class Done:
    answers: tuple[tuple[int, Answer], ...]
    stats: dict[str, float] = field(default_factory=dict)


# --- the child ----------------------------------------------------------------------------------------------


def run_child(connection: Connection, setup: Setup) -> None:
    """The child's whole life. Leaves by ``os._exit``: nothing here needs the interpreter's own farewell, which
    could hang or crash on decode threads inside a codec."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to judge
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _mute_c_libraries()
    log_plainly()
    worker = _Worker(connection, setup)
    status = 1
    try:
        status = worker.run()
    finally:
        os._exit(status)


def _mute_c_libraries() -> None:
    """Sends what C libraries write to stderr (libtiff has much to say on damaged files) nowhere; Python's own
    stderr stays."""
    with contextlib.suppress(OSError, ValueError):  # no stderr at all in a windowed program
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        sys.stderr = os.fdopen(kept, "w", buffering=1, encoding="utf-8", errors="replace")


class _Worker:
    """State shared by the child's threads, all of it under ``_change``."""

    def __init__(self, connection: Connection, setup: Setup) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._setup = setup
        self._counters = Counters()
        self._change = threading.Condition()
        self._queue: deque[Work] = deque()
        self._decoding: dict[int, float] = {}  # token -> when it was begun
        self._ready: deque[tuple[int, Ready, float]] = deque()  # token, photo, since when it waits
        self._running: tuple[int, ...] = ()
        self._running_since = 0.0
        self._dropped = -1  # highest token that is no longer wanted
        self._stopping = False

    def run(self) -> int:
        for target in (self._read, self._beat, _guard_against_getting_stuck):
            _spawn(target)
        try:
            make_analyser, make_decoder = pickle.loads(self._setup.factories)
            networks = Networks(make_analyser())
            decoder: DecoderLike = make_decoder()
            description = networks.describe()
        except PhotoTaggerError as error:
            self._send(Failed(type(error).__name__, str(error)))
            return 1
        except Exception as error:  # noqa: BLE001 - the boundary of the process: the parent must hear of it
            self._send(Failed("EngineError", _start_sentence(error)))
            return 1
        self._send(Started(description))
        for _ in range(self._setup.decode_threads):
            _spawn(lambda: self._decode_for_ever(decoder, networks))
        while batch := self._next_batch():
            try:
                answers = analyse_batch(networks, [ready for _, ready in batch], self._counters)
            except DeviceLostError:
                return _DEVICE_LOST  # a death like any other: the parent starts anew and tries one by one
            except PhotoTaggerError as error:
                self._send(Failed(type(error).__name__, str(error)))
                return 1
            with self._change:
                self._running = ()
            self._send_done([(token, answer) for (token, _), answer in zip(batch, answers, strict=True)])
        return 0

    def _next_batch(self) -> list[tuple[int, Ready]]:
        """The next photos for the networks, oldest first: a full batch, or fewer when no more are on their way
        or the oldest has waited long enough. Empty: stop."""
        size = self._setup.batch
        with self._change:
            while not self._stopping:
                waited = time.monotonic() - self._ready[0][2] if self._ready else 0.0
                nothing_follows = not self._queue and not self._decoding
                if len(self._ready) >= size or (self._ready and (nothing_follows or waited >= FLUSH_SECONDS)):
                    taken = [self._ready.popleft() for _ in range(min(size, len(self._ready)))]
                    self._running = tuple(token for token, _, _ in taken)
                    self._running_since = time.monotonic()
                    break
                self._change.wait(FLUSH_SECONDS - waited if self._ready else None)
            else:
                return []
        self._send(Busy(self._running))
        return [(token, ready) for token, ready, _ in taken]

    def _decode_for_ever(self, decoder: DecoderLike, networks: Networks) -> None:
        sides = (self._setup.longest_side, self._setup.thumbnail_side)
        while True:
            with self._change:
                while not self._queue:
                    self._change.wait()
                work = self._queue.popleft()
                self._decoding[work.token] = time.monotonic()
            self._send(Busy((work.token,)))
            result = decode_one(decoder, networks, work.request, sides, self._counters)
            if isinstance(result, Ready):
                self._send(Idle(work.token))
            else:
                self._send_done([(work.token, result)])
            with self._change:
                del self._decoding[work.token]
                if isinstance(result, Ready) and work.token > self._dropped:
                    self._ready.append((work.token, result, time.monotonic()))
                self._change.notify_all()

    def _read(self) -> None:
        """Takes messages until the parent is gone or says stop; then ends the process, whatever it is doing."""
        try:
            while True:
                message = self._connection.recv()
                with self._change:
                    if isinstance(message, Work):
                        self._queue.append(message)
                    elif isinstance(message, Drop):
                        self._drop(message.last_token)
                    else:
                        break
                    self._change.notify_all()
        finally:
            os._exit(0)

    def _drop(self, last_token: int) -> None:
        self._dropped = last_token
        self._queue = deque(work for work in self._queue if work.token > last_token)
        self._ready = deque(entry for entry in self._ready if entry[0] > last_token)

    def _beat(self) -> None:
        while True:
            self._send(Beat(self._stats(), self._overdue()))
            before = time.monotonic()
            time.sleep(self._setup.beat_seconds)
            late = time.monotonic() - before - self._setup.beat_seconds
            if late > _SLEEP_SECONDS:
                self._forgive(late)

    def _forgive(self, seconds: float) -> None:
        """The computer slept for so long, which some systems' clocks count: no photo is late for that."""
        with self._change:
            self._decoding = {token: since + seconds for token, since in self._decoding.items()}
            self._running_since += seconds

    def _overdue(self) -> tuple[int, ...]:
        limit = self._setup.photo_seconds
        with self._change:
            now = time.monotonic()
            late = [token for token, since in self._decoding.items() if now - since > limit]
            # Eight photos a batch are common; a batch of hundreds on a slow machine is given more.
            if self._running and now - self._running_since > limit * max(1.0, len(self._running) / 8):
                late += self._running
        return tuple(late)

    def _stats(self) -> dict[str, float]:
        return {**self._counters.snapshot(), "peak_mib": _peak_mib()}

    def _send_done(self, answers: list[tuple[int, Answer]]) -> None:
        self._counters.add(photos=len(answers))
        self._send(Done(tuple(answers), self._stats()))

    def _send(self, message: Any) -> None:
        """Raises nothing: when the parent is gone, the process ends here."""
        try:
            with self._sending:
                self._connection.send(message)
        except OSError:
            os._exit(0)


def _spawn(target: Callable[[], None]) -> None:
    threading.Thread(target=target, daemon=True).start()


def _guard_against_getting_stuck() -> None:
    """Ends the process when no Python has run for minutes (a codec that hangs with the interpreter's lock in its
    hands): then neither the reader nor anything else here could notice that the parent is gone. faulthandler's
    timer is a plain thread that needs no lock."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        while True:
            faulthandler.dump_traceback_later(_STUCK_SECONDS, exit=True, file=nowhere)
            time.sleep(_STUCK_SECONDS / 20)


def _start_sentence(error: Exception) -> str:
    return (
        f"The engine could not start ({type(error).__name__}: {error})."
        " Install phototagger again, or report it if that does not help."
    )


def _peak_mib() -> float:
    """Most memory this process has held so far, in MiB; 0 where the system does not tell."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    with contextlib.suppress(OSError, ValueError, StopIteration):
        # Not getrusage here: on Linux its peak includes what the parent held when it forked.
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS
