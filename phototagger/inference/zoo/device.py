"""Which device runs the networks. torch is imported only where an accelerator may be there."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

from phototagger.domain.errors import DeviceError
from phototagger.domain.sentences import said
from phototagger.settings.declared import DEVICES

__all__ = ["Device", "pick_device"]

_WORDS = {
    "cuda": said("NVIDIA graphics card (CUDA)"),
    "mps": said("Apple graphics (MPS)"),
    "xpu": said("Intel graphics (XPU)"),
}
_PREFERENCE = ("cuda", "mps", "xpu")
_CPU_ONLY_BUILD = "+cpu"


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run: `kind` is cpu, cuda, mps or xpu; `name` is what a person would call it."""

    kind: str
    name: str

    @property
    def accelerated(self) -> bool:
        """Whether it is anything but the CPU."""
        return self.kind != "cpu"


def pick_device(wish: str = "auto") -> Device:
    """The device for a wish; ``auto`` takes the first accelerator that works, else the CPU.

    An accelerator counts as working once it has added two numbers in half precision: drivers that are too
    old for the card or for torch fail there.

    Raises:
        DeviceError: The wish is none of auto, cpu, cuda, mps and xpu, or cannot be had here.
    """
    if wish not in DEVICES:
        raise DeviceError(
            said(
                "There is no device called {wish}. Use one of {devices}.",
                wish=repr(wish),
                devices=", ".join(DEVICES),
            )
        )
    if wish == "cpu":
        return _cpu()
    if wish == "auto":
        for kind in _PREFERENCE:
            if _likely(kind) and not _obstacle(kind):
                return Device(kind, _card_name(kind))
        return _cpu()
    obstacle = _obstacle(wish)
    if obstacle:
        raise DeviceError(
            said(
                "The {words} cannot be used: {obstacle}. Choose auto or cpu instead.",
                words=_WORDS[wish],
                obstacle=obstacle,
            )
        )
    return Device(wish, _card_name(wish))


def _cpu() -> Device:
    return Device("cpu", f"CPU ({platform.machine()})")


def _likely(kind: str) -> bool:
    """Without importing torch: could there be such a device? A wrong yes costs time only."""
    try:
        build = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return False
    if kind == "mps":
        return sys.platform == "darwin" and platform.machine() == "arm64"
    if kind == "xpu":
        return "+xpu" in build
    if sys.platform == "darwin" or _CPU_ONLY_BUILD in build:
        return False
    if sys.platform == "win32":
        return find_library("nvcuda") is not None
    return any(Path(path).exists() for path in ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/kfd"))


def _obstacle(kind: str) -> str:
    """Why torch cannot use the device, as the end of a sentence; empty if it can."""
    try:
        import torch
    except ImportError as error:
        return said("torch cannot be imported ({reason})", reason=error)
    available: dict[str, Callable[[], bool]] = {
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
        "xpu": torch.xpu.is_available,
    }
    if not available[kind]():
        return said("torch finds no such device or no driver for it")
    try:
        total = torch.ones(1, device=kind, dtype=torch.float16) + 1
        works = float(total.item()) == 2.0
    except RuntimeError as error:
        return said("it fails at the simplest sum ({reason})", reason=str(error).splitlines()[0])
    return "" if works else said("it adds wrongly")


def _card_name(kind: str) -> str:
    import torch

    if kind == "cuda":
        return torch.cuda.get_device_name()
    if kind == "xpu":
        return torch.xpu.get_device_name()
    return _WORDS[kind]
