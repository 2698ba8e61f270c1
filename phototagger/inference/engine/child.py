"""The parent's handle on one child process: start it, send, receive, kill. Knows nothing of photos."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import Any

from phototagger.domain.errors import EngineError
from phototagger.inference.engine.worker import Setup, Stop, run_child

_FAREWELL_SECONDS = 2.0
_ENDED_WITH = "ended with "


_POLITE = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")  # only somebody outside ends a process by these


class ChildDied(Exception):  # noqa: N818 - an event the engine deals with, no error a person sees
    """The child is gone: ``reason`` says how, as part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def from_outside(self) -> bool:
        """Whether somebody ended it who is none of us; SIGKILL may also be the system's answer to a photo that took
        all memory."""
        return self.reason.removeprefix(_ENDED_WITH) in _POLITE


class Child:
    """A spawned, running child. The pipe is the only thing shared with it: no semaphores that could be left over.

    Raises EngineError when the system does not let us start a process.
    """

    def __init__(self, setup: Setup) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe(duplex=True)
        # Daemonic: multiprocessing ends it at our exit even if close() was never called.
        self._process = context.Process(target=run_child, args=(theirs, setup), name="engine", daemon=True)
        try:
            with _interrupts_held_back():
                self._process.start()
        except OSError as error:
            self._connection.close()
            raise EngineError(
                f"The engine's process cannot be started ({error}). Close other programs, then try again."
            ) from error
        finally:
            theirs.close()
        self._sentinel = self._process.sentinel
        self._ending = threading.Lock()
        self._sending = threading.Lock()
        self._ended = False
        self.heard = time.monotonic()

    @property
    def pid(self) -> int | None:
        return None if self._ended else self._process.pid

    @property
    def alive(self) -> bool:
        return not self._ended and self._process.is_alive()

    def send(self, message: Any) -> None:
        """Raises ChildDied."""
        try:
            with self._sending:
                self._connection.send(message)
        except OSError as error:
            raise ChildDied(self._how_it_ended()) from error

    def receive(self, seconds: float) -> Any:
        """The next message, or None when none comes within ``seconds``. What a dying child had sent is still
        received; then raises ChildDied."""
        try:
            found = wait([self._connection, self._sentinel], seconds)
            # The sentinel alone may be ready while messages are left: the pipe's word counts first.
            if self._connection in found or (found and self._connection.poll()):
                message = self._connection.recv()
                self.heard = time.monotonic()
                return message
        except (EOFError, OSError, pickle.UnpicklingError) as error:  # cut off, perhaps in mid-message
            raise ChildDied(self._how_it_ended()) from error
        if found:
            raise ChildDied(self._how_it_ended())
        return None

    def _how_it_ended(self) -> str:
        if self._ended:
            return "was closed"
        try:
            self._process.join(_FAREWELL_SECONDS)
            code = self._process.exitcode
        except ValueError:  # closed by another thread just now
            return "was closed"
        if code is None:
            return "stopped answering"
        if code < 0:
            with_name = {number.value: number.name for number in signal.Signals}
            return f"{_ENDED_WITH}{with_name.get(-code, f'signal {-code}')}"
        return f"ended with exit status {code}"

    def kill(self) -> None:
        """Ends the process at once and reaps it; idempotent, from any thread."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
            self._process.kill()
            self._process.join()
            self._connection.close()
            with suppress(
                ValueError
            ):  # somebody else in this program has reaped it: it cannot tell, and minds
                self._process.close()

    def close(self) -> None:
        """Asks the process to end, waits for a moment, then kills it; idempotent."""
        if not self._ended:
            try:
                self.send(Stop())
                self._process.join(_FAREWELL_SECONDS)
            except (ChildDied, ValueError):  # already gone, or closed by another thread
                pass
        self.kill()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Starts the child with SIGINT blocked, so that a Ctrl-C cannot hit it before it has chosen to ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it within would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
