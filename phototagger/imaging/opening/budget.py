"""How much memory one photo may take, and all that are decoded at once: known from the header, before a pixel is.

The system's own limit stands behind it where there is one, for what no header tells.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said

SIDE_LIMIT = 200_000
"""Pixels; the longest panoramas are a tenth of it, and a line of 300 million is no photo."""

BUDGET_BYTES = 3 * 2**29
"""1.5 GiB: a PNG of 300 megapixels, or a HEIC of 160."""

_PER_LIMIT_PIXEL = 5  # whoever raises the pixel limit raises the budget: so many bytes for each pixel
_SUSPICIOUS_BYTES = 2**29
"""Up to this size a file may say whatever it wants; beyond it no photo is packed tighter than the next three."""
_BYTES_A_BYTE = 300  # drawings and maps without loss have up to about 100, a page of one colour a thousand
_PIXELS_A_BYTE = 250  # in AVIF, HEIC, WebP ...: strongly packed ones have about 80
_JPEG_PIXELS_A_BYTE = 100
_WITH_LOSS = dict.fromkeys(("WEBP", "HEIF", "AVIF", "JPEG2000", "JXL"), _PIXELS_A_BYTE) | dict.fromkeys(
    ("JPEG", "MPO"), _JPEG_PIXELS_A_BYTE
)

_SLACK_BYTES = 2**30  # what the system allows beyond the budget: the networks', and what no header tells

_BYTES = {"1": 1, "L": 1, "P": 5, "I;16": 5, "I;16B": 5, "I;16L": 5, "I": 9, "F": 9}  # a pixel, in Pillow
_COST = {"WEBP": 16, "HEIF": 10, "AVIF": 10, "GIF": 7, "JPEG2000": 20, "JXL": 12}
"""Bytes a pixel of the formats whose decoders hold more than Pillow does: measured on photos of 24 megapixels."""


def bytes_needed(size: tuple[int, int], mode: str, kind: str = "", each: int = 0) -> int:
    """About what decoding takes at its peak. ``each``: bytes a pixel where the caller knows better."""
    return size[0] * size[1] * (each or _COST.get(kind) or _BYTES.get(mode, 4))


def check_size(
    path: Path,
    size: tuple[int, int],
    mode: str,
    pixel_limit: int,
    each: int = 0,
    kind: str = "",
    length: int | None = None,
) -> int:
    """The bytes that decoding will take. Raises PhotoError (TOO_LARGE) where side, pixels or bytes exceed what they
    may, or a photo of that size cannot lie in a file of ``length`` bytes (the file's, where it is not given)."""
    width, height = size
    if width * height > pixel_limit:
        raise too_large(
            path,
            size,
            said("more than the limit of {pixel_limit} megapixels", pixel_limit=pixel_limit // 1000000),
        )
    if max(size) > SIDE_LIMIT:
        raise PhotoError(
            ErrorKind.TOO_LARGE,
            said(
                "{path} says it has {width} x {height} pixels; no side may have more than {side_limit:,}. "
                "If it is a real photo, cut it into parts.",
                path=path,
                width=width,
                height=height,
                side_limit=SIDE_LIMIT,
            ),
        )
    needed = bytes_needed(size, mode, kind, each)
    if needed > _SUSPICIOUS_BYTES:
        have = path.stat().st_size if length is None else length
        packed = width * height / _WITH_LOSS[kind] if kind in _WITH_LOSS else needed / _BYTES_A_BYTE
        if packed > have:
            raise PhotoError(
                ErrorKind.TOO_LARGE,
                said(
                    "{path} says it has {width} x {height} pixels, but its {have:,} bytes cannot hold such a "
                    "photo. It is damaged or made to fill the memory. Restore it from the camera or a backup.",
                    path=path,
                    width=width,
                    height=height,
                    have=have,
                ),
            )
    most = budget(pixel_limit)
    if needed > most:
        raise too_large(
            path,
            size,
            said(
                "for which some {needed:,} MB of memory are needed, and {most:,} are allowed",
                needed=needed >> 20,
                most=most >> 20,
            ),
        )
    return needed


def too_large(path: Path, size: tuple[int, int], than: str) -> PhotoError:
    return PhotoError(
        ErrorKind.TOO_LARGE,
        said(
            "{path} says it has {width} x {height} pixels, {than}. If it is a real photo, raise the "
            "pixel limit in the settings.",
            path=path,
            width=size[0],
            height=size[1],
            than=than,
        ),
    )


def budget(pixel_limit: int) -> int:
    """Bytes that all photos being decoded may take together."""
    return max(BUDGET_BYTES, pixel_limit * _PER_LIMIT_PIXEL)


class Purse:
    """Lets decoders of several threads start only while what they need together stays within the budget. One photo
    always may, whatever it needs."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._taken = 0

    @contextmanager
    def take(self, needed: int, most: int) -> Iterator[None]:
        """Waits for its turn, then holds ``needed`` of ``most`` bytes while inside."""
        with self._change:
            self._change.wait_for(lambda: not self._taken or self._taken + needed <= most)
            self._taken += needed
        try:
            yield
        finally:
            with self._change:
                self._taken -= needed
                self._change.notify_all()


PURSE = Purse()
"""That of this process."""


def limit_memory(pixel_limit: int) -> bool:
    """Has the system refuse this process more than it holds now, the budget and a gigabyte; whether it does.

    Only Linux counts what is really a process's own (RLIMIT_DATA, since 4.7); address space (RLIMIT_AS) would not
    do, for networks map far more than they use. A photo that wants more then fails with MemoryError, or its decoder
    dies, and the computer does not swap.
    """
    if sys.platform != "linux":
        return False
    import resource

    with suppress(OSError, ValueError, StopIteration):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmData:"))
        most = int(line.split()[1]) * 1024 + budget(pixel_limit) + _SLACK_BYTES
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        return True
    return False
