"""A small DNG laid out as cameras do: a JPEG preview in its first directory, the sensor's values in a second."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support.made_photos import encoded

BYTE, ASCII, SHORT, LONG, RATIONAL, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 10
_CODES = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "L"}
Entry = tuple[int, int, bytes | list[int]]


def dng(photo: Image.Image, orientation: int = 1, preview: Image.Image | None = None) -> bytes:
    """``photo``: as it is stored, even sides. Its colours come back roughly, through a colour matrix."""
    values = _mosaic(photo)
    raw: list[Entry] = [
        (254, LONG, [0]),
        *((256, LONG, [photo.width]), (257, LONG, [photo.height]), (258, SHORT, [16]), (259, SHORT, [1])),
        *((262, SHORT, [32803]), (277, SHORT, [1]), (278, LONG, [photo.height])),
        *((33421, SHORT, [2, 2]), (33422, BYTE, b"\x00\x01\x01\x02"), (50717, LONG, [65535])),
    ]
    head: list[Entry] = [
        (254, LONG, [1]),
        *((271, ASCII, b"Maker\0"), (272, ASCII, b"Model 1\0"), (274, SHORT, [orientation])),
        *((306, ASCII, b"2024:05:01 10:20:30\0"), (50706, BYTE, b"\x01\x04\x00\x00")),
        (50708, ASCII, b"Maker Model 1\0"),
        # XYZ to camera: that of sRGB, so that the camera's colours are sRGB's.
        (50721, SIGNED_RATIONAL, [32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572]),
        (50728, RATIONAL, [10000, 10000, 10000]),
    ]
    stored = b""
    if preview is not None:
        stored = encoded(preview, "JPEG", quality=95)
        head += [
            *((256, LONG, [preview.width]), (257, LONG, [preview.height]), (258, SHORT, [8, 8, 8])),
            *((259, SHORT, [7]), (262, SHORT, [6]), (277, SHORT, [3]), (278, LONG, [preview.height])),
        ]
    return _tiff(head, stored, raw, values.tobytes())


def _mosaic(photo: Image.Image) -> NDArray[np.uint16]:
    """RGGB, linear, 16 bits."""
    rgb = (np.asarray(photo, np.float64) / 255) ** 2.2 * 65535
    values = rgb[..., 1].copy()
    values[0::2, 0::2] = rgb[0::2, 0::2, 0]
    values[1::2, 1::2] = rgb[1::2, 1::2, 2]
    return values.astype("<u2")


def _tiff(head: list[Entry], preview: bytes, raw: list[Entry], pixels: bytes) -> bytes:
    """II, directory of ``head``, its SubIFD ``raw``, then both strips."""
    strip = [(273, LONG, [0]), (279, LONG, [0])]  # filled in on the second pass, when their places are known
    first = [*head, (330, LONG, [0]), *(strip if preview else [])]
    second = [*raw, *strip]
    place = len(_directory(first, 8))
    start = 8 + place + len(_directory(second, 8 + place))
    first = _placed(first, {330: 8 + place, 273: start, 279: len(preview)})
    second = _placed(second, {273: start + len(preview), 279: len(pixels)})
    return b"".join(
        (
            b"II*\0" + struct.pack("<L", 8),
            _directory(first, 8),
            _directory(second, 8 + place),
            preview,
            pixels,
        )
    )


def _placed(entries: list[Entry], values: dict[int, int]) -> list[Entry]:
    return [(tag, kind, [values[tag]] if tag in values else content) for tag, kind, content in entries]


def _directory(entries: list[Entry], at: int) -> bytes:
    """A directory at byte ``at``, with its longer values behind it."""
    listed, behind = b"", b""
    start = at + 2 + 12 * len(entries) + 4
    for tag, kind, content in sorted(entries, key=lambda entry: entry[0]):
        if kind in (RATIONAL, SIGNED_RATIONAL):
            data = b"".join(struct.pack("<ll", number, 10000) for number in content)
        else:
            data = struct.pack(f"<{len(content)}{_CODES[kind]}", *content)
        listed += struct.pack("<HHL", tag, kind, len(content))
        if len(data) <= 4:
            listed += data.ljust(4, b"\0")
        else:
            listed += struct.pack("<L", start + len(behind))
            behind += data + b"\0" * (len(data) % 2)
    return struct.pack("<H", len(entries)) + listed + struct.pack("<L", 0) + behind
