"""Analysers and decoders for the engine's contract, importable in its child. What happens to a photo is told by
the name of its file, so that both engines can be asked the same."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from phototagger.domain.errors import DeviceError, ModelError, PhotoError
from phototagger.domain.findings import Decoded, Findings, LabelScore, PhotoFacts, Task
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import plain

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

BAD_PIXEL = 251  # first pixel of a photo on which the analyser raises
WHOLE_PIXEL = 252  # ... raises for the whole batch
DEADLY_PIXEL = 253  # ... kills the process
LOST_PIXEL = 254  # ... loses the device


class FakeDecoder:
    """``fine-*``: grey pixels. Others by the first word of their name; see the code."""

    def can_decode(self, path: Path) -> bool:
        return True

    def decode(self, path: Path, longest_side: int) -> Decoded:
        word = path.name.split("-")[0]
        if word == "gone":
            raise PhotoError(ErrorKind.GONE, plain(f"{path} is no longer there. Scan the folder again."))
        if word == "fault":
            raise ZeroDivisionError("our own fault")
        if word == "exit":
            os._exit(3)
        if word == "segfault":
            _signal_self(signal.SIGSEGV)
        if word == "killed":
            _signal_self(signal.SIGKILL)
        if word == "hangs":
            threading.Event().wait()
        if word == "stuck":  # hangs with the interpreter's lock held: no heartbeat either
            ctypes.PyDLL(None).pause()
        if word == "once":  # kills the process at its first sight only
            mark = path.with_suffix(".seen")
            if not mark.exists():
                mark.touch()
                os._exit(4)
        value = {"bad": BAD_PIXEL, "whole": WHOLE_PIXEL, "deadly": DEADLY_PIXEL, "lost": LOST_PIXEL}.get(
            word, 7
        )
        pixels = np.full((4, 6, 3), value, dtype=np.uint8)
        number = path.stem.rpartition("-")[2]
        pixels[0, 0, 1] = int(number) % 256 if number.isdigit() else 0
        return Decoded(pixels, PhotoFacts("JPEG", 6, 4, fingerprint=path.name.encode()))

    def thumbnail(self, pixels: Pixels, side: int) -> bytes:
        return b"thumbnail %d" % side


def _signal_self(number: int) -> None:
    os.kill(os.getpid(), number)
    threading.Event().wait()  # the signal may take effect a moment after the call returns


class FakeAnalyser:
    device = "fake"

    def describe(self) -> dict[str, str]:
        return {"backend": "none", "torch": str("torch" in sys.modules)}

    def analyse(self, photos: Sequence[Pixels]) -> list[Findings | Exception]:
        firsts = [int(pixels[0, 0, 0]) for pixels in photos]
        if DEADLY_PIXEL in firsts:
            os._exit(5)
        if WHOLE_PIXEL in firsts:
            raise RuntimeError("the whole batch")
        if LOST_PIXEL in firsts:
            raise DeviceError(plain("The graphics card is gone. Choose cpu."))
        return [
            ValueError("only this one") if first == BAD_PIXEL else _findings(pixels, len(photos))
            for first, pixels in zip(firsts, photos, strict=True)
        ]


def _findings(pixels: Pixels, batch: int) -> Findings:
    number = int(pixels[0, 0, 1])
    return Findings(
        (LabelScore(f"fake:{number}", f"batch of {batch}", 0.9),), networks={Task.CLASSIFY: "fake@1"}
    )


class AcceleratorError(RuntimeError):
    """By the name of torch's own."""


class PreparingAnalyser(FakeAnalyser):
    """In two halves, as the real one. ``bad``: raises while preparing; ``lost``: the device breaks in this
    process, and is well in the next one."""

    def __init__(self) -> None:
        self.networks = {"classify": "fake@1"}

    def prepare(self, pixels: Pixels, _facts: PhotoFacts) -> tuple[str, Pixels]:
        if pixels[0, 0, 0] == BAD_PIXEL:
            raise ValueError("only this one")
        return threading.current_thread().name, pixels

    def analyse_prepared(self, photos: Sequence[tuple[str, Pixels]]) -> list[Findings | Exception]:
        if any(pixels[0, 0, 0] == LOST_PIXEL for _, pixels in photos):
            return [AcceleratorError("CUDA error: unspecified launch failure") for _ in photos]
        assert all(name != threading.current_thread().name for name, _ in photos)
        return [_findings(pixels, len(photos)) for _, pixels in photos]


def make_preparing_analyser() -> PreparingAnalyser:
    return PreparingAnalyser()


class CalmAnalyser:
    """For real photos: finds the same on each, whatever its pixels."""

    device = "fake"

    def analyse(self, photos: Sequence[Pixels]) -> list[Findings | Exception]:
        return [Findings(networks={Task.CLASSIFY: "fake@1"}) for _ in photos]


def make_calm_analyser() -> CalmAnalyser:
    return CalmAnalyser()


def make_analyser() -> FakeAnalyser:
    return FakeAnalyser()


def make_decoder() -> FakeDecoder:
    return FakeDecoder()


def analyser_without_model() -> FakeAnalyser:
    raise ModelError(plain("The file of a network is missing. Install phototagger again."))


def analyser_with_fault() -> FakeAnalyser:
    raise ImportError("no such library")


def analyser_that_dies() -> FakeAnalyser:
    os._exit(9)
