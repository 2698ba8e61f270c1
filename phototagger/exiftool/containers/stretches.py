"""Files read piece by piece, so that comparing two large photos takes little memory.

Not by mmap: a file that another program cuts short meanwhile would kill this process (SIGBUS).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, overload

BLOCK = 2**20  # bytes compared or searched at once


class FileBytes:
    """An open file's bytes by index and slice, as of ``bytes``, read when asked for. For one thread."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = os.fstat(file.fileno()).st_size

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> bytes: ...
    def __getitem__(self, index: int | slice) -> int | bytes:
        if isinstance(index, slice):
            start, end, _ = index.indices(self._length)
            self._file.seek(start)
            return self._file.read(max(0, end - start))
        self._file.seek(index)
        return self._file.read(1)[0]


Data = bytes | FileBytes


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Bytes of a file that are equal to another stretch's if all of them are; read block by block for that."""

    data: Data
    start: int
    end: int

    def __len__(self) -> int:
        return max(0, min(self.end, len(self.data)) - self.start)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stretch):
            return NotImplemented
        return len(self) == len(other) and all(
            self._block(at) == other._block(at) for at in range(0, len(self), BLOCK)
        )

    def __hash__(self) -> int:
        return hash((len(self), self.data[self.start : min(self.end, self.start + 64)]))

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, piece by piece."""
        return (self._block(at) for at in range(0, len(self), BLOCK))

    def _block(self, at: int) -> bytes:
        return self.data[self.start + at : min(self.end, self.start + at + BLOCK)]


def unpack_from(layout: str, data: Data, place: int) -> tuple[Any, ...]:
    """As ``struct.unpack_from``. Raises struct.error where the file ends before."""
    return struct.unpack(layout, data[place : place + struct.calcsize(layout)])


def find(data: Data, word: bytes, start: int) -> int:
    """As ``bytes.find``."""
    for at in range(start, len(data), BLOCK):
        found = data[at : at + BLOCK + len(word) - 1].find(word)
        if found >= 0:
            return at + found
    return -1
