"""How paths and words stand in the catalog.

A path is kept as the bytes the file system uses (``os.fsencode``), because a file name need not be valid
UTF-8; what is searched and sorted is kept beside it as folded text.
"""

from __future__ import annotations

import os
from pathlib import Path

_NO_LETTER = "\ufffd".encode()


def encode(path: Path | str) -> bytes:
    """The path as the file system's bytes; names that are not valid UTF-8 survive the way back."""
    return os.fsencode(path)


def decode(stored: bytes) -> Path:
    """The inverse of :func:`encode`. A zero byte, which no name has, comes of damage: nothing is found there."""
    return Path(os.fsdecode(stored.replace(b"\0", _NO_LETTER)))


def join(folder: bytes, name: bytes) -> Path:
    """The path of a photo from its two stored parts."""
    return decode(os.path.join(folder, name))


def absolute(path: Path) -> Path:
    """Absolute and without ``..``, symlinks left as the person wrote them."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symlinks


def below_bounds(folder: Path) -> tuple[bytes, bytes]:
    """Least and first-beyond bytes of every path strictly inside ``folder``, for an index range."""
    stored = encode(folder)
    separator = os.fsencode(os.sep)
    prefix = stored if stored.endswith(separator) else stored + separator
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])
