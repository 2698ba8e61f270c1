"""The crop (``clap``) in HEIF and AVIF files: ISO/IEC 14496-12, 12.1.4 and 23008-12, 6.5.

libheif 1.23 takes what it may use from the cropped size, so that a photo cropped to a part of what is coded is
refused by it. Such a photo is decoded whole, its crop widened in memory, and cropped here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from PIL import Image

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Crop:
    """``at``: where the crop's 32 bytes lie in the file. ``coded``: width and height of what is coded, ``box``:
    left, top, right, bottom in it. Then it is turned ``quarters`` times to the left and flipped (``mirror``:
    0 top to bottom, 1 left to right)."""

    at: int
    coded: tuple[int, int]
    box: Box
    quarters: int = 0
    mirror: int | None = None

    def upright(self) -> Box:
        """The box in what is turned and flipped already."""
        left, top, right, bottom = self.box
        width, height = self.coded
        for _ in range(self.quarters):
            left, top, right, bottom = top, width - right, bottom, width - left
            width, height = height, width
        if self.mirror == 0:
            top, bottom = height - bottom, height - top
        elif self.mirror == 1:
            left, right = width - right, width - left
        return left, top, right, bottom


def crop_of(data: bytes) -> Crop | None:
    """The crop of the file's primary picture; None where it has none, or none that makes sense."""
    try:
        return _crop_of(data)
    except (struct.error, IndexError, ZeroDivisionError):
        return None


def widened(data: bytes, crop: Crop) -> bytes:
    """The file with a crop that takes nothing away."""
    width, height = crop.coded
    return data[: crop.at] + struct.pack(">8i", width, 1, height, 1, 0, 1, 0, 1) + data[crop.at + 32 :]


def cut_to_crop(photo: Image.Image, crop: Crop) -> Image.Image:
    """The part of an upright photo that is shown."""
    found = photo.crop(crop.upright())
    found.info, found.format = photo.info, photo.format
    return found


def _crop_of(data: bytes) -> Crop | None:
    meta = next(((at + 4, end) for kind, at, end in _boxes(data, 0, len(data)) if kind == b"meta"), None)
    if meta is None:
        return None
    parts = {kind: (at, end) for kind, at, end in _boxes(data, *meta)}
    if b"pitm" not in parts or b"iprp" not in parts:
        return None
    primary = _primary(data, parts[b"pitm"][0])
    inside = {kind: (at, end) for kind, at, end in _boxes(data, *parts[b"iprp"])}
    properties = list(_boxes(data, *inside[b"ipco"])) if b"ipco" in inside else []
    wanted = _associated(data, primary, *inside[b"ipma"]) if b"ipma" in inside else []
    crop: Crop | None = None
    coded = (0, 0)
    for number in wanted:
        if not 1 <= number <= len(properties):
            continue
        kind, at, _ = properties[number - 1]
        if kind == b"ispe":
            coded = struct.unpack_from(">II", data, at + 4)
        elif kind == b"clap":
            crop = _read(data, at, coded)
        elif kind == b"irot" and crop:
            crop = replace(crop, quarters=data[at] & 3)
        elif kind == b"imir" and crop:
            crop = replace(crop, mirror=data[at] & 1)
    return crop


def _read(data: bytes, at: int, coded: tuple[int, int]) -> Crop | None:
    numbers = struct.unpack_from(">8i", data, at)
    width, height, right, down = (Fraction(*numbers[place : place + 2]) for place in (0, 2, 4, 6))
    left = round(right + Fraction(coded[0] - 1, 2) - (width - 1) / 2)
    top = round(down + Fraction(coded[1] - 1, 2) - (height - 1) / 2)
    box = (left, top, left + round(width), top + round(height))
    if 0 <= box[0] < box[2] <= coded[0] and 0 <= box[1] < box[3] <= coded[1]:
        return Crop(at, coded, box)
    return None


def _primary(data: bytes, at: int) -> int:
    (number,) = struct.unpack_from(">I" if data[at] else ">H", data, at + 4)
    return int(number)


def _associated(data: bytes, item: int, at: int, end: int) -> list[int]:
    """Numbers of the properties of one item, in order."""
    version, wide = data[at], data[at + 3] & 1
    (entries,) = struct.unpack_from(">I", data, at + 4)
    at += 8
    for _ in range(entries):
        if at >= end:
            break
        (this,) = struct.unpack_from(">H" if version < 1 else ">I", data, at)
        at += 2 if version < 1 else 4
        count = data[at]
        at += 1
        step = 2 if wide else 1
        if this == item:
            raw = [int.from_bytes(data[at + n * step : at + (n + 1) * step], "big") for n in range(count)]
            return [one & (0x7FFF if wide else 0x7F) for one in raw]
        at += count * step
    return []


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where its content begins, where it ends)"""
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, at + 8), 16
        stop = min(end, at + length) if length else end
        if stop < at + head:
            return
        yield kind, at + head, stop
        at = stop
