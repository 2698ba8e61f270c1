"""What runs in the engine's child process.

Threads in the child: one reads the pipe, a few decode, the main thread owns the device and runs the networks,
one sends a heartbeat. The child ends when its pipe closes, that is, whenever its parent is gone, however the parent
went.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import pickle
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.findings import Answer
from phototagger.domain.sentences import Said, joined, said
from phototagger.inference.engine.messages import (
    Beat,
    Busy,
    Done,
    Drop,
    Failed,
    FromEngine,
    Idle,
    Setup,
    Started,
    ToEngine,
    Work,
)
from phototagger.inference.engine.steps import (
    Counters,
    DecoderLike,
    DeviceLostError,
    Networks,
    Ready,
    analyse_batch,
    decode_one,
)
from phototagger.processes.child_side import ToParent

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5  # a photo waits at most this long for others to fill its batch
_DEVICE_LOST = 75  # exit status
_SLEEP_SECONDS = 5.0  # a beat that came so late: the computer slept
_STUCK_SECONDS = 300.0  # after so long without running any Python, the child ends itself


def work(parent: ToParent[ToEngine, FromEngine], setup: Setup) -> int:
    """The engine's work in its child process, till its end; gives the exit status."""
    _mute_c_libraries()
    return _Worker(parent, setup).run()


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

    def __init__(self, parent: ToParent[ToEngine, FromEngine], setup: Setup) -> None:
        self._parent = parent
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
        for target in (self._read, self._beat, self._guard_against_getting_stuck):
            _spawn(target)
        try:
            make_analyser, make_decoder = pickle.loads(self._setup.factories)
            networks = Networks(make_analyser())
            decoder: DecoderLike = make_decoder()
            description = networks.describe()
        except PhotoTaggerError as error:
            self._parent.send(Failed(type(error).__name__, error.message))
            return 1
        except Exception as error:
            log.exception("The engine could not start")
            self._parent.send(Failed("EngineError", _start_sentence(error)))
            return 1
        self._parent.send(Started(description))
        for _ in range(self._setup.decode_threads):
            _spawn(lambda: self._decode_for_ever(decoder, networks))
        while batch := self._next_batch():
            try:
                answers = analyse_batch(networks, [ready for _, ready in batch], self._counters)
            except DeviceLostError:
                return _DEVICE_LOST  # a death like any other: the parent starts again and tries one by one
            except PhotoTaggerError as error:
                self._parent.send(Failed(type(error).__name__, error.message))
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
        self._parent.send(Busy(self._running))
        return [(token, ready) for token, ready, _ in taken]

    def _decode_for_ever(self, decoder: DecoderLike, networks: Networks) -> None:
        sides = (self._setup.longest_side, self._setup.thumbnail_side)
        while True:
            with self._change:
                while not self._queue:
                    self._change.wait()
                work = self._queue.popleft()
                self._decoding[work.token] = time.monotonic()
            self._parent.send(Busy((work.token,)))
            result = decode_one(decoder, networks, work.request, sides, self._counters)
            if isinstance(result, Ready):
                self._parent.send(Idle(work.token))
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
                message = self._parent.receive()
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
            self._parent.send(Beat(self._stats(), self._overdue()))
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
        self._parent.send(Done(tuple(answers), self._stats()))

    def _guard_against_getting_stuck(self) -> None:
        """Ends the process when no Python has run for minutes (a codec that hangs with the interpreter's lock in
        its hands): then neither the reader nor anything else here could notice that the parent is gone.
        faulthandler's timer is a plain thread that needs no lock; where it hung, the log tells."""
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            faults = self._parent.faults
            file = nowhere.fileno() if faults is None else faults.descriptor()
            while True:
                faulthandler.dump_traceback_later(_STUCK_SECONDS, exit=True, file=file)
                time.sleep(_STUCK_SECONDS / 20)


def _spawn(target: Callable[[], None]) -> None:
    threading.Thread(target=target, daemon=True).start()


def _start_sentence(error: Exception) -> Said:
    told = said(
        "The engine could not start ({name}: {reason}). Install phototagger again, or report it if that does not "
        "help.",
        name=type(error).__name__,
        reason=error,
    )
    return joined((told, where_more()))


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
