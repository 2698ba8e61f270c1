"""Decoding in a process of its own, for the window: a photo that brings its decoder down takes no window along.

The engine has a process for its own photos; this one decodes what a person wants to look at, or what write-back
has to compare. It starts with the first photo asked for, holds nothing but Pillow, and is started anew after it
died.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import Decoded
from phototagger.domain.records import ErrorKind, Failure
from phototagger.imaging.opening.budget import limit_memory
from phototagger.imaging.opening.source import file_error

PHOTO_SECONDS = 60.0
_FAREWELL_SECONDS = 2.0
_FROM_OUTSIDE = (-signal.SIGTERM, -getattr(signal, "SIGKILL", signal.SIGTERM))


class Decodes(Protocol):
    def decode(self, path: Path, longest_side: int) -> Decoded: ...
    def pixel_digest(self, path: Path) -> bytes: ...


class ApartDecoder:
    """Decodes one photo at a time in a spawned child; safe from any thread, further callers wait.

    Args:
        make_decoder: Picklable factory (module-level, or ``functools.partial`` of such), given the limit in
            megapixels and called in the child.
        seconds: Most time for one photo.
    """

    def __init__(self, make_decoder: Callable[[int], Decodes], seconds: float = PHOTO_SECONDS) -> None:
        self._make_decoder = make_decoder
        self._seconds = seconds
        self._turn = threading.Lock()  # one photo at a time
        self._parts = threading.Lock()  # guards the two below; never held while waiting
        self._child: tuple[BaseProcess, Connection] | None = None
        self._closed = False

    def decode(self, path: Path, longest_side: int, pixel_limit_megapixels: int) -> Decoded:
        """As ``PillowDecoder.decode``. Raises PhotoError also of kind CRASHED or TIMED_OUT; the next photo then
        gets a fresh child."""
        answer = self._ask(path, longest_side, pixel_limit_megapixels)
        assert isinstance(answer, Decoded)
        return answer

    def pixel_digest(self, path: Path, pixel_limit_megapixels: int) -> bytes:
        """As ``PillowDecoder.pixel_digest``. Raises PhotoError as :meth:`decode` does."""
        answer = self._ask(path, None, pixel_limit_megapixels)
        assert isinstance(answer, bytes)
        return answer

    def _ask(self, path: Path, longest_side: int | None, pixel_limit_megapixels: int) -> Decoded | bytes:
        """The child's answer: the photo, or with no ``longest_side`` its digest."""
        with self._turn:
            process, connection = self._running()
            try:
                connection.send((path, longest_side, pixel_limit_megapixels))
                ready = wait([connection, process.sentinel], self._seconds)
                answer = connection.recv() if ready else None
            except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
                process.join(
                    _FAREWELL_SECONDS
                )  # so that its exit code is its own, not that of our killing it
                self._end()
                if self._closed:
                    raise PhotoError(ErrorKind.INTERNAL, f"{path} is not read: phototagger ends.") from error
                if process.exitcode in _FROM_OUTSIDE:
                    raise PhotoError(ErrorKind.INTERNAL, _ended(path)) from error
                raise PhotoError(ErrorKind.CRASHED, _crashed(path)) from error
            if answer is None:
                self._end()
                text = (
                    f"{path} took longer than {self._seconds:.0f} s to read. Copy it to a faster disk; if that"
                    " does not help, it is built to take so long: store it anew from its source."
                )
                raise PhotoError(ErrorKind.TIMED_OUT, text)
        if isinstance(answer, Failure):
            raise PhotoError(answer.kind, answer.message)
        assert isinstance(answer, (Decoded, bytes))
        return answer

    def _running(self) -> tuple[BaseProcess, Connection]:
        with self._parts:
            if self._closed:
                raise PhotoError(ErrorKind.INTERNAL, "No photo is read any more: phototagger ends.")
            if self._child is None or not self._child[0].is_alive():
                self._child = self._start()
            return self._child

    def _start(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # Daemonic: ended at our exit even without close(). Killed with us, for its pipe then ends.
        process = context.Process(
            target=_serve, args=(theirs, self._make_decoder), name="viewer", daemon=True
        )
        try:
            process.start()
        except OSError as error:
            ours.close()
            text = f"The process that reads photos cannot be started ({error}). Close other programs."
            raise PhotoError(ErrorKind.INTERNAL, text) from error
        finally:
            theirs.close()
        return process, ours

    def _end(self) -> None:
        with self._parts:
            child, self._child = self._child, None
        if child is not None:
            process, connection = child
            process.kill()
            process.join()
            connection.close()

    def close(self) -> None:
        """Ends the child, also in mid-photo; idempotent, from any thread."""
        self._closed = True
        self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        with self._parts:
            return self._child[0].pid if self._child is not None else None


def _crashed(path: Path) -> str:
    return (
        f"{path} brought its decoder down, so it is damaged or built to do so. Store it anew from its source."
    )


def _ended(path: Path) -> str:
    return (
        f"The process that read {path} was ended from outside, perhaps for want of memory. Close other programs,"
        " then try again."
    )


def _fault(path: Path, error: Exception) -> Failure:
    return Failure(
        ErrorKind.INTERNAL,
        f"{path} could not be read through a fault in phototagger ({type(error).__name__}: {error}). Please report"
        " it.",
    )


def _serve(connection: Connection, make_decoder: Callable[[int], Decodes]) -> None:
    """The child: answers each (path, longest side, limit) with a Decoded, or a digest where no side is named, or a
    Failure, until its pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window, which then ends us
    limited = False
    with suppress(EOFError, OSError):
        while True:
            path, longest_side, limit = connection.recv()
            limited = limited or limit_memory(limit * 1_000_000)
            answer: Decoded | bytes | Failure
            try:
                decoder = make_decoder(limit)
                digest_wanted = longest_side is None
                answer = decoder.pixel_digest(path) if digest_wanted else decoder.decode(path, longest_side)
            except PhotoError as error:
                answer = error.failure
            except MemoryError:
                answer = Failure(
                    ErrorKind.NO_MEMORY,
                    f"There is not enough memory to read {path}. Close other programs, then try again.",
                )
            except OSError as error:
                answer = file_error(path, error).failure
            except Exception as error:  # noqa: BLE001 - a fault of ours must neither end us nor blame the photo
                answer = _fault(path, error)
            connection.send(answer)
