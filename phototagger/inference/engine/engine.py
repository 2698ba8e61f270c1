"""The engine as a child process: it may crash, hang or run out of memory, and the program goes on.

This module is what the window's process imports: no torch, no Pillow.
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path

from phototagger.diagnostics.private_marks import Known
from phototagger.domain.errors import Cancelled, EngineError
from phototagger.domain.findings import AnalyseRequest, Answer
from phototagger.domain.records import ErrorKind, Failure, FileSignature
from phototagger.domain.sentences import Said, said
from phototagger.inference.engine.in_flight import Blame, Flight
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
    Stop,
    ToEngine,
    Work,
)
from phototagger.inference.engine.steps import LONGEST_SIDE, THUMBNAIL_SIDE, AnalyserLike, DecoderLike, failed
from phototagger.inference.engine.worker import work
from phototagger.processes.child import Child, ChildDied, ChildNotStarted
from phototagger.settings.locations import samples_folder

log = logging.getLogger(__name__)
EngineChild = Child[ToEngine, FromEngine]

_LOOK_SECONDS = 0.25  # how often a waiting call looks whether it has been closed
_BATCHES_AHEAD = 3
_MOST_DEATHS = 3
_MOST_FROM_OUTSIDE = 10
_SLEEP_SECONDS = (
    5.0  # a look that took so much longer than it should: the computer slept, on some systems' clock
)
GOOD_PICTURE = "coffee.jpg"  # among the samples
_NO_PHOTO = -1
_NOT_THERE = (ErrorKind.GONE, ErrorKind.UNREADABLE)  # of the good picture: then nothing is proved either way


def usual_decode_threads() -> int:
    """One core is left for the networks' own thread, and more than eight decoders outrun any device."""
    return min(8, max(1, (os.cpu_count() or 1) - 1))


class ProcessEngine:
    """Decodes and analyses in a spawned child process. See ``jobs.ports.Engine`` for the contract.

    When the child dies, or falls silent with photos in its hands, it is started again and those photos are
    tried one at a time. After a death with one photo alone in its hands it has to analyse a picture that is known
    to be good; a photo at whose hands it dies alone twice is answered as quarantined. The engine gives up with
    EngineError when it fails on the good picture twice, when it dies three times in a row with no photo in its
    hands, or twice while starting.

    Args:
        make_analyser, make_decoder: Picklable factories (module-level functions, or ``functools.partial`` of
            them), called in the child. ModelError, DeviceError and the like come to the caller of ``analyse``.
        batch: Photos handed to the networks at once.
        decode_threads: None for one less than the cores, 1 to 8.
        longest_side, thumbnail_side: Pixels of the longer side of decoded photos and of thumbnails.
        photo_seconds: Most time to decode one photo, and to analyse one batch of up to eight.
        silent_seconds: A child without heartbeat for so long counts as hanging.
        beat_seconds: Time between two heartbeats.
        good_picture: None for one of the samples that come with the program.
    """

    def __init__(
        self,
        make_analyser: Callable[[], AnalyserLike],
        make_decoder: Callable[[], DecoderLike],
        batch: int = 8,
        decode_threads: int | None = None,
        longest_side: int = LONGEST_SIDE,
        thumbnail_side: int = THUMBNAIL_SIDE,
        photo_seconds: float = 120.0,
        silent_seconds: float = 60.0,
        beat_seconds: float = 1.0,
        good_picture: Path | None = None,
    ) -> None:
        threads = decode_threads or usual_decode_threads()
        self._setup = Setup(
            pickle.dumps((make_analyser, make_decoder)),
            batch,
            threads,
            longest_side,
            thumbnail_side,
            photo_seconds,
            beat_seconds,
        )
        self._window = _BATCHES_AHEAD * batch + threads
        self._silent_seconds = silent_seconds
        self._working = threading.Lock()  # held by the one running call
        self._child: EngineChild | None = None
        self._closed = False
        self._interrupted = False
        self._next_token = 0
        self._listening_since = 0.0
        self._restarts = 0
        self._idle_deaths = 0
        self._good_picture = good_picture or samples_folder() / GOOD_PICTURE
        self._description: dict[str, str] = {}
        self._stats: dict[str, float] = {}  # of the present child
        self._earlier: dict[str, float] = {}  # summed over those before it

    # --- the port -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the child and loads the networks, so that the first photo need not wait; blocks meanwhile.

        Raises EngineError, DeviceError or ModelError when that fails.
        """
        with self._work():
            self._interrupted = False
            self._listening_since = time.monotonic()
            self._ensure_child()

    def analyse(self, requests: Iterable[AnalyseRequest]) -> Generator[Answer, None, None]:
        """Exactly one answer for each request, in any order, as they become ready. At most three batches are in
        flight. Closing the iterator drops what is queued; the child stays for the next call.

        Raises EngineError (see the class), DeviceError or ModelError; also when another call is still running.
        """
        with self._work():
            try:
                yield from self._run(Flight(requests, self._window))
            finally:
                self._interrupted = False  # not at the start: a wish to stop may come just before it
                self._drop_work()

    def describe(self) -> dict[str, str]:
        """Device, backend and networks once the child has told them; before that only ``state``."""
        if self._closed:
            state = "closed"
        elif self._child is None or not self._description:
            state = "not started"
        else:
            state = "running"
        return {"state": state, "engine": "process", **self._description}

    def stats(self) -> dict[str, float]:
        """Counters since the engine was made: ``photos`` (answers), ``decoded``, ``decode_busy_s`` and
        ``prepare_busy_s`` (both summed over ``decode_threads``), ``inferred``, ``inference_busy_s``, ``batches``,
        ``peak_mib`` (the child's largest memory so far), ``restarts``."""
        names = self._stats.keys() | self._earlier.keys()
        merged = {name: _merge(name, self._stats, self._earlier) for name in sorted(names)}
        return {
            **merged,
            "decode_threads": float(self._setup.decode_threads),
            "restarts": float(self._restarts),
        }

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        return self._child.pid if self._child else None

    def interrupt(self) -> None:
        """A call that still waits for the networks to load (up to a minute, the first time) raises Cancelled. One
        that has begun to answer is ended by closing its iterator."""
        self._interrupted = True

    def close(self) -> None:
        """Ends the child; idempotent, from any thread. A call still running ends with EngineError."""
        self._closed = True
        child, self._child = self._child, None
        if child is not None:
            child.close(Stop())

    # --- one call -------------------------------------------------------------------------------------------

    def _work(self) -> _Held:
        return _Held(self._working)

    def _run(self, flight: Flight) -> Iterator[Answer]:
        self._listening_since = time.monotonic()
        self._ensure_child()
        while True:
            answers = self._advance(flight)
            if answers:
                yield from answers
                # While the caller was busy with the answers, nobody listened: that is no silence of the child's.
                self._listening_since = time.monotonic()
            elif flight.finished:
                return

    def _advance(self, flight: Flight) -> list[Answer]:
        """Sends what may be sent, takes one message, and gives the answers that come of it."""
        try:
            # Not asked whether it lives: a dead child's last messages are still to be taken from its pipe.
            child = self._child or self._ensure_child()
            while (request := flight.next_request()) is not None:
                token = self._token()
                flight.sent(token, request)
                try:
                    child.send(Work(token, request))
                except ChildDied:
                    break  # receiving tells of it, after the dead child's last messages: they say who was busy
            if not flight.in_flight:
                return []
            message = self._receive(child)
            if isinstance(message, Beat) and message.overdue:
                return self._overdue(flight, child, message.overdue)
            return self._take(flight, message)
        except ChildDied as death:
            how = death.death
            blame = self._bury(flight, from_outside=how.from_outside)
            most = _MOST_FROM_OUTSIDE if how.from_outside else _MOST_DEATHS
            return self._judge(blame, how.reason, ErrorKind.CRASHED, most)
        except _Silent:
            return self._judge(self._bury(flight), said("stopped answering"), ErrorKind.TIMED_OUT)

    def _take(self, flight: Flight, message: FromEngine) -> list[Answer]:
        if isinstance(message, Busy):
            flight.busy(message.tokens)
        elif isinstance(message, Idle):
            flight.idle(message.token)
        elif isinstance(message, Failed):
            self._discard_child()
            raise message.as_error()
        elif isinstance(message, Done):
            self._stats = message.stats
            return [answer for token, answer in message.answers if self._is_ours(flight, token, answer)]
        return []

    def _is_ours(self, flight: Flight, token: int, answer: Answer) -> bool:
        request = flight.done(token)
        if request is None:  # a late answer to a call that was cancelled
            return False
        flight.acquitted(request)
        if answer.findings is not None:  # decoder, networks and device all work
            self._idle_deaths = 0
        return True

    def _overdue(self, flight: Flight, child: EngineChild, overdue: tuple[int, ...]) -> list[Answer]:
        child.kill()
        return self._judge(self._bury(flight, overdue), said("took too long"), ErrorKind.TIMED_OUT)

    def _bury(
        self, flight: Flight, overdue: tuple[int, ...] | None = None, *, from_outside: bool = False
    ) -> Blame:
        self._discard_child()
        self._check_open()
        self._restarts += 1
        return flight.died(overdue, from_outside=from_outside)

    def _judge(self, blame: Blame, reason: Said, kind: ErrorKind, most: int = _MOST_DEATHS) -> list[Answer]:
        """After a death: who is to blame, who is tried again? Raises EngineError when it is the engine itself: also
        after so many deaths as ``most`` for which no photo is to blame."""
        if not blame.suspects:
            self._idle_deaths += 1
            if self._idle_deaths >= most:
                self._idle_deaths = 0
                raise EngineError(_keeps_dying(reason))
        if blame.alone is None:
            return []
        self._prove_itself()
        return [_condemned(blame.alone, reason, kind)] if blame.guilty else []

    def _prove_itself(self) -> None:
        """Analyses a picture that is known to be good, nothing else in flight. Raises EngineError when that fails,
        and fails again in a fresh child (the first may have been ended by somebody)."""
        for last in (False, True):
            child = self._ensure_child()
            token = self._token()
            request = AnalyseRequest(_NO_PHOTO, self._good_picture, FileSignature(0, 0))
            try:
                child.send(Work(token, request))
                answer = self._answer_to(child, token)
            except ChildDied as death:
                reason = death.death.reason
            except _Silent:
                reason = said("stopped answering")
            else:
                if answer.findings is not None or answer.failure is None or answer.failure.kind in _NOT_THERE:
                    return
                if last:
                    raise EngineError(_keeps_failing(answer.failure))
                continue
            self._discard_child()
            self._check_open()
            self._restarts += 1
            if last:
                raise EngineError(_keeps_dying(reason))

    def _answer_to(self, child: EngineChild, token: int) -> Answer:
        """The answer to the one request under way. Raises ChildDied; _Silent, also when it is overdue."""
        while True:
            message = self._receive(child)
            if isinstance(message, Beat) and token in message.overdue:
                child.kill()
                raise _Silent
            if isinstance(message, Failed):
                self._discard_child()
                raise message.as_error()
            if isinstance(message, Done):
                self._stats = message.stats
                for number, answer in message.answers:
                    if number == token:
                        return answer

    # --- the child ------------------------------------------------------------------------------------------

    def _ensure_child(self) -> EngineChild:
        """The running child, networks loaded. Raises EngineError and whatever its factories raised."""
        self._check_open()
        if self._child is not None and self._child.alive:
            return self._child
        for attempt in (1, 2):
            self._discard_child()
            try:
                return self._start_child()
            except (ChildDied, _Silent) as death:
                reason = death.death.reason if isinstance(death, ChildDied) else said("stopped answering")
                self._discard_child()
                self._check_open()
                if attempt == 2:
                    raise EngineError(
                        said(
                            "The engine {reason} while it was starting, twice. Choose the processor (cpu) as "
                            "device in the settings; if that does not help, install phototagger again.",
                            reason=reason,
                        )
                    ) from death
                self._restarts += 1
        raise AssertionError("unreachable")

    def _start_child(self) -> EngineChild:
        try:
            child = self._child = Child("engine", work, self._setup)
        except ChildNotStarted as error:
            raise EngineError(
                said(
                    "The engine's process cannot be started ({reason}). Close other programs, then try again.",
                    reason=error,
                )
            ) from error
        self._listening_since = time.monotonic()
        while True:
            message = self._receive(child, starting=True)
            if isinstance(message, Started):
                self._description = message.description
                # Networks may be of the person's own, and so are their names then.
                known = {name: text for name, text in message.description.items() if name != "networks"}
                log.info("The engine is ready: %s; %s", Known(known), message.description.get("networks"))
                return child
            if isinstance(message, Failed):
                self._discard_child()
                raise message.as_error()

    def _receive(self, child: EngineChild, starting: bool = False) -> FromEngine:
        """The child's next message. Raises ChildDied, _Silent after too long without any, or Cancelled."""
        while True:
            before = time.monotonic()
            message = child.receive(_LOOK_SECONDS)
            if time.monotonic() - before > _LOOK_SECONDS + _SLEEP_SECONDS:
                self._listening_since = time.monotonic()
            if starting and self._interrupted:
                self._discard_child()
                raise Cancelled(said("Stopped at your request while the networks were loading."))
            if message is not None:
                if isinstance(message, Beat):
                    self._stats = message.stats
                return message
            self._check_open()
            if time.monotonic() - max(child.heard, self._listening_since) > self._silent_seconds:
                child.kill()
                raise _Silent

    def _discard_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
        for name in self._stats:
            self._earlier[name] = _merge(name, self._stats, self._earlier)
        self._stats = {}

    def _drop_work(self) -> None:
        """Tells the child to forget what the ending call had sent; it finishes what is in its hands."""
        child = self._child
        if child is not None:
            try:
                child.send(Drop(self._next_token - 1))
            except ChildDied:
                self._discard_child()

    def _token(self) -> int:
        token = self._next_token
        self._next_token += 1
        return token

    def _check_open(self) -> None:
        if self._closed:
            self._discard_child()
            raise EngineError(said("The engine has been closed. Start phototagger again."))


class _Silent(Exception):  # noqa: N818 - an event, dealt with in this module
    pass


class _Held:
    """The engine's one place of work. Raises EngineError when it is taken."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise EngineError(said("The engine is busy with another job. Wait until it is done, or stop it."))

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _merge(name: str, one: dict[str, float], other: dict[str, float]) -> float:
    values = (one.get(name, 0.0), other.get(name, 0.0))
    return max(values) if name == "peak_mib" else sum(values)


def _condemned(request: AnalyseRequest, reason: Said, kind: ErrorKind) -> Answer:
    what = (
        said("takes too long to decode or analyse") if kind is ErrorKind.TIMED_OUT else said("makes it crash")
    )
    return failed(
        request,
        Failure(
            kind,
            said(
                "{path} took the engine down twice, alone: it {what} (the engine {reason}). It is left "
                "out from now on. Save it again with another program, or remove it.",
                path=request.path,
                what=what,
                reason=reason,
            ),
        ),
        quarantined=True,
    )


_ADVICE = said("Choose the processor (cpu) as device in the settings, or update the graphics driver.")


def _keeps_dying(reason: Said) -> Said:
    return said(
        "The engine keeps failing (it {reason}), whatever photo it is given, good ones too. What "
        "is done so far is kept. {advice}",
        reason=reason,
        advice=_ADVICE,
    )


def _keeps_failing(failure: Failure) -> Said:
    return said(
        "The engine fails on a picture that is known to be good ({message}) What is done so far "
        "is kept. {advice}",
        message=failure.message,
        advice=_ADVICE,
    )
