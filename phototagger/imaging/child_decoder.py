"""Decoding in a process of its own, for the window: a photo that brings its decoder down takes no window along.

The engine has a process for its own photos; this one decodes what a person wants to look at, or what write-back
has to compare. It starts with the first photo asked for, holds nothing but Pillow, and is started again after it
died.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import Decoded
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import Said, said
from phototagger.imaging.opening.budget import limit_memory
from phototagger.imaging.opening.source import file_error
from phototagger.processes.child import Child, ChildDied, ChildNotStarted, Death
from phototagger.processes.child_side import ToParent

log = logging.getLogger(__name__)

PHOTO_SECONDS = 60.0
_FROM_OUTSIDE = ("SIGTERM", "SIGKILL")


class Decodes(Protocol):
    def decode(self, path: Path, longest_side: int) -> Decoded: ...
    def pixel_digest(self, path: Path) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """One wish to the child: the photo, or its digest where no ``longest_side`` is named."""

    path: Path
    longest_side: int | None
    pixel_limit_megapixels: int


Looked = Decoded | bytes | Failure
DecoderChild = Child[Wanted, Looked]


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
        self._child: DecoderChild | None = None
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
            child = self._running()
            try:
                child.send(Wanted(path, longest_side, pixel_limit_megapixels))
                answer = child.receive(self._seconds)
            except ChildDied as error:
                self._end()
                raise self._why(path, error.death) from error
            if answer is None:
                self._end()
                text = said(
                    "{path} took longer than {seconds} s to read. Copy it to a faster disk; if that does not "
                    "help, it is built to take so long: store it again from its source.",
                    path=path,
                    seconds=f"{self._seconds:.0f}",
                )
                raise PhotoError(ErrorKind.TIMED_OUT, text)
        if isinstance(answer, Failure):
            raise PhotoError(answer.kind, answer.message)
        return answer

    def _why(self, path: Path, death: Death) -> PhotoError:
        """What the end of the child says of the photo in its hands."""
        if self._closed or death.closed:
            return PhotoError(ErrorKind.INTERNAL, said("{path} is not read: phototagger ends.", path=path))
        if death.signal in _FROM_OUTSIDE:
            return PhotoError(ErrorKind.INTERNAL, _ended(path))
        return PhotoError(ErrorKind.CRASHED, _crashed(path))

    def _running(self) -> DecoderChild:
        with self._parts:
            if self._closed:
                raise PhotoError(ErrorKind.INTERNAL, said("No photo is read any more: phototagger ends."))
            if self._child is None or not self._child.alive:
                if self._child is not None:
                    self._child.kill()
                self._child = self._start()
            return self._child

    def _start(self) -> DecoderChild:
        try:
            return Child("decoder", serve, self._make_decoder)
        except ChildNotStarted as error:
            text = said(
                "The process that reads photos cannot be started ({reason}). Close other programs.",
                reason=error,
            )
            raise PhotoError(ErrorKind.INTERNAL, text) from error

    def _end(self) -> None:
        with self._parts:
            child, self._child = self._child, None
        if child is not None:
            child.kill()

    def close(self) -> None:
        """Ends the child, also in mid-photo; idempotent, from any thread."""
        self._closed = True
        self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        with self._parts:
            return self._child.pid if self._child is not None else None


def _crashed(path: Path) -> Said:
    return said(
        "{path} crashed its decoder, so it is damaged or was made to do that. Save it again from its source.",
        path=path,
    )


def _ended(path: Path) -> Said:
    return said(
        "The process that read {path} was ended from outside, perhaps for want of memory. Close "
        "other programs, then try again.",
        path=path,
    )


def _fault(path: Path, error: Exception) -> Failure:
    return Failure(
        ErrorKind.INTERNAL,
        said(
            "{path} could not be read through a fault in phototagger ({name}: {reason}). Please "
            "report it. {where_more}",
            path=path,
            name=type(error).__name__,
            reason=error,
            where_more=where_more(),
        ),
    )


def serve(parent: ToParent[Wanted, Looked], make_decoder: Callable[[int], Decodes]) -> None:
    """The child: answers one wish after the other until its pipe ends."""
    limited = False
    with suppress(EOFError, OSError):
        while True:
            wanted = parent.receive()
            limited = limited or limit_memory(wanted.pixel_limit_megapixels * 1_000_000)
            parent.send(_answer(wanted, make_decoder))


def _answer(wanted: Wanted, make_decoder: Callable[[int], Decodes]) -> Looked:
    path = wanted.path
    try:
        decoder = make_decoder(wanted.pixel_limit_megapixels)
        if wanted.longest_side is None:
            return decoder.pixel_digest(path)
        return decoder.decode(path, wanted.longest_side)
    except PhotoError as error:
        return error.failure
    except MemoryError:
        return Failure(
            ErrorKind.NO_MEMORY,
            said(
                "There is not enough memory to read {path}. Close other programs, then try again.", path=path
            ),
        )
    except OSError as error:
        return file_error(path, error).failure
    except Exception as error:  # a fault of ours must neither end us nor blame the photo
        log.exception("A fault while %s was read", path)
        return _fault(path, error)
