"""The parent's handle on one child process: start it, send, receive, kill, and tell how it ended."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from phototagger.diagnostics import crash
from phototagger.diagnostics.log import Logged
from phototagger.diagnostics.private_marks import OURS, Known
from phototagger.diagnostics.redaction import stack_lines
from phototagger.domain.sentences import Said, said
from phototagger.processes.child_side import begin
from phototagger.processes.signals import held_back

log = logging.getLogger(__name__)

Sent = TypeVar("Sent")  # what is sent to this kind of child
Told = TypeVar("Told")  # what it tells

_FAREWELL_SECONDS = 2.0
_POLITE = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")  # only somebody outside ends a process by these


class ChildNotStarted(Exception):  # noqa: N818 - who wanted the child says it in a sentence of its own
    """The system does not let us start a process."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a child ended. ``signal``: the name of the one that ended it, if one did; ``status``: else its exit
    status; neither: it does not answer and has not ended, or was closed by ourselves."""

    reason: Said  # as part of a sentence: "ended with SIGSEGV"
    signal: str | None = None
    status: int | None = None
    closed: bool = False

    @property
    def from_outside(self) -> bool:
        """Whether somebody ended it who is none of us. SIGKILL is none of these: it may also be the system's answer
        to a photo that took all memory."""
        return self.signal in _POLITE

    @property
    def was_killed(self) -> bool:
        return self.signal == "SIGKILL"


class ChildDied(Exception):  # noqa: N818 - an event the child's owner deals with, no error a person sees
    """The child is gone, as ``death`` tells."""

    def __init__(self, death: Death) -> None:
        super().__init__(death.reason)
        self.death = death


class Child(Generic[Sent, Told]):
    """A spawned, running child. The pipe is the only thing shared with it: no semaphores that could be left over.

    What it logs arrives with what it tells, and goes into this process' log; so do its start, its end and, where it
    crashed, its stacks.

    Args:
        part: What it is, in one word of small letters.
        work: Importable there; called as ``work(parent, *arguments)``, see :func:`.inside.begin`.

    Raises ChildNotStarted.
    """

    def __init__(self, part: str, work: Callable[..., int | None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._part = part
        self._connection, theirs = context.Pipe(duplex=True)
        level = logging.getLogger(OURS).getEffectiveLevel()
        # Daemonic: multiprocessing ends it at our exit even if close() was never called.
        self._process = context.Process(
            target=begin, args=(part, theirs, level, work, arguments), name=part, daemon=True
        )
        try:
            with held_back():
                self._process.start()
        except OSError as error:
            self._connection.close()
            raise ChildNotStarted(str(error)) from error
        finally:
            theirs.close()
        self._number = self._process.pid or 0
        self._sentinel = self._process.sentinel
        self._ending = threading.Lock()
        self._sending = threading.Lock()
        self._ended = False
        self._death_told = False
        self.heard = time.monotonic()
        log.info("The %s has started as process %d", Known(part), self._number)

    @property
    def pid(self) -> int | None:
        return None if self._ended else self._process.pid

    @property
    def alive(self) -> bool:
        with suppress(ValueError):  # closed by another thread just now
            return not self._ended and self._process.is_alive()
        return False

    def send(self, message: Sent) -> None:
        """Raises ChildDied."""
        try:
            with self._sending:
                self._connection.send(message)
        except (OSError, ValueError) as error:
            raise ChildDied(self._how_it_ended()) from error

    def receive(self, seconds: float) -> Told | None:
        """The next message, or None when none comes within ``seconds``. What a dying child had sent is still
        received; then raises ChildDied."""
        until = time.monotonic() + seconds
        while True:
            message = self._next(max(0.0, until - time.monotonic()))
            if not isinstance(message, Logged):
                return message
            message.hand_over()

    def _next(self, seconds: float) -> Told | Logged | None:
        try:
            found = wait([self._connection, self._sentinel], seconds)
            # The sentinel alone may be ready while messages are left: the pipe's word counts first.
            if self._connection in found or (found and self._connection.poll()):
                message: Told | Logged = self._connection.recv()
                self.heard = time.monotonic()
                return message
        except (
            EOFError,
            OSError,
            ValueError,
            pickle.UnpicklingError,
        ) as error:  # cut off, perhaps in mid-message
            raise ChildDied(self._how_it_ended()) from error
        if found:
            raise ChildDied(self._how_it_ended())
        return None

    def _how_it_ended(self) -> Death:
        if self._ended:
            return Death(said("was closed"), closed=True)
        try:
            self._process.join(_FAREWELL_SECONDS)
            code = self._process.exitcode
        except ValueError:  # closed by another thread
            return Death(said("was closed"), closed=True)
        death = _death(code)
        self._tell(death)
        return death

    def _tell(self, death: Death) -> None:
        """Into the log, once, with the stacks of a crash."""
        if self._death_told:
            return
        self._death_told = True
        stacks = [f"  {line}" for line in stack_lines(crash.take(self._part, self._number)) if line.strip()]
        log.info(
            "The %s, process %d, %s",
            Known(self._part),
            self._number,
            Known(death.reason),
            extra={"trace": stacks},
        )

    def kill(self) -> None:
        """Ends the process at once and reaps it; idempotent, from any thread."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
            code = self._process.exitcode  # of one that ended by itself
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._tell(Death(said("was ended by us")) if code is None else _death(code))
            with suppress(
                ValueError
            ):  # somebody else in this program has reaped it: it cannot tell, and minds
                self._process.close()

    def close(self, farewell: Sent) -> None:
        """Asks the process to end, waits for a moment, then kills it; idempotent."""
        if not self._ended:
            try:
                self.send(farewell)
                self._process.join(_FAREWELL_SECONDS)
            except (ChildDied, ValueError):  # already gone, or closed by another thread
                pass
        self.kill()


def _death(code: int | None) -> Death:
    if code is None:
        return Death(said("stopped answering"))
    if code < 0:
        names = {number.value: number.name for number in signal.Signals}
        name = names.get(-code, f"signal {-code}")
        return Death(said("ended with {name}", name=name), signal=name)
    return Death(said("ended with exit status {code}", code=code), status=code)
