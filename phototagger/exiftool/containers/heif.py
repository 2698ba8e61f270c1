"""The parts of HEIC and AVIF files outside XMP, byte for byte. No pixel is decoded.

Layout: ISO/IEC 14496-12 (boxes, items) and 23008-12.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from phototagger.exiftool.containers.parts import Part
from phototagger.exiftool.containers.stretches import Data, Stretch, unpack_from

_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_XMP_MIME = b"application/rdf+xml"
# Boxes of the file that hold what items lie in, or nothing; and those of a film inside, whose places move.
_NOT_COMPARED = frozenset({b"meta", b"mdat", b"free", b"skip", b"moov"})
_LISTS = frozenset({b"iloc", b"iinf", b"iref", b"idat", b"free", b"skip"})  # compared by what they list


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int  # of the contents
    end: int


def heif_parts(data: Data) -> list[Part]:
    """All boxes that do not only say where things lie, and the bytes of every item but XMP, sorted.

    Raises ValueError, IndexError or struct.error for what is no such file, or is cut off.
    """
    top = list(_boxes(data, 0, len(data)))
    if not top or top[0].kind != b"ftyp":
        raise ValueError("no HEIF signature")
    meta = next((box for box in top if box.kind == b"meta"), None)
    if meta is None:
        raise ValueError("no list of items")
    parts = [
        (f"HEIF box {_name(box.kind)}", data[box.start : box.end])
        for box in top
        if box.kind not in _NOT_COMPARED
        and not (box.kind == b"uuid" and data[box.start : box.start + 16] == _XMP_UUID)
    ]
    inner = {box.kind: box for box in _boxes(data, meta.start + 4, meta.end)}
    parts += [
        (f"HEIF box {_name(kind)}", data[box.start : box.end])
        for kind, box in inner.items()
        if kind not in _LISTS
    ]
    items = _items(data, inner.get(b"iinf"))
    xmp = {number for number, (kind, entry) in items.items() if kind == b"mime" and _XMP_MIME in entry}
    names = {number: _name(kind) for number, (kind, _) in items.items()}
    parts += [("HEIF item", entry) for number, (_, entry) in items.items() if number not in xmp]
    parts += [
        ("HEIF reference", entry)
        for whose, entry in _references(data, inner.get(b"iref"))
        if whose not in xmp
    ]
    stretches: list[Part] = []
    for number, piece in _places(data, inner.get(b"iloc"), inner.get(b"idat")):
        if number not in xmp:
            stretches.append((f"HEIF item {names.get(number, 'unlisted')}", piece))
    return [*sorted(parts, key=repr), *stretches]


def _boxes(data: Data, place: int, end: int) -> Iterator[_Box]:
    while place < end:
        length, kind = unpack_from(">I4s", data, place)
        head = 8
        if length == 1:
            (length,) = unpack_from(">Q", data, place + 8)
            head = 16
        elif length == 0:  # to the end of the file
            length = end - place
        if length < head or place + length > end:
            raise ValueError(f"the box {_name(kind)} is cut off")
        yield _Box(kind, place + head, place + length)
        place += length


def _items(data: Data, box: _Box | None) -> dict[int, tuple[bytes, bytes]]:
    """Kind and whole entry of each item, by its number."""
    if box is None:
        return {}
    start = box.start + (6 if data[box.start] == 0 else 8)
    found = {}
    for entry in _boxes(data, start, box.end):
        wide = data[entry.start] >= 3
        (number,) = unpack_from(">I" if wide else ">H", data, entry.start + 4)
        at = entry.start + (10 if wide else 8)
        found[number] = (data[at : at + 4], data[entry.start : entry.end])
    return found


def _references(data: Data, box: _Box | None) -> Iterator[tuple[int, bytes]]:
    """The item that each reference is of, and its bytes."""
    if box is None:
        return
    wide = data[box.start] != 0
    for entry in _boxes(data, box.start + 4, box.end):
        (number,) = unpack_from(">I" if wide else ">H", data, entry.start)
        yield number, entry.kind + data[entry.start : entry.end]


def _places(data: Data, box: _Box | None, inside: _Box | None) -> Iterator[tuple[int, Stretch]]:
    """Each piece of each item, by the item's number, in the order of the list."""
    if box is None:
        return
    version = data[box.start]
    sizes = data[box.start + 4 : box.start + 6]
    offset, length, base, index = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4, sizes[1] & 15
    index = index if version else 0
    number_size = 4 if version == 2 else 2
    reader = _Reader(data, box.start + 6, box.end)
    for _ in range(reader.number(number_size)):
        number = reader.number(number_size)
        method = reader.number(2) & 15 if version else 0
        outside = reader.number(2)
        start = reader.number(base)
        for _ in range(reader.number(2)):
            reader.number(index)
            at, size = start + reader.number(offset), reader.number(length)
            if outside or method > 1 or (method == 1 and inside is None):
                raise ValueError("an item is stored in an odd way")
            if method == 1 and inside is not None:
                at += inside.start
            if at + size > len(data):
                raise ValueError("an item is cut off")
            yield number, Stretch(data, at, at + size if size else len(data))


class _Reader:
    """Whole numbers of odd sizes, one after the other."""

    def __init__(self, data: Data, place: int, end: int) -> None:
        self._data, self._place, self._end = data, place, end

    def number(self, size: int) -> int:
        """The next one of so many bytes."""
        if self._place + size > self._end:
            raise struct.error("the list of places is cut off")
        value = int.from_bytes(self._data[self._place : self._place + size], "big")
        self._place += size
        return value


def _name(kind: bytes) -> str:
    return kind.decode("latin-1")
