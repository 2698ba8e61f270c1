"""JPEG XL by libjxl, where the optional package imagecodecs is installed.

Sizes and boxes: ISO/IEC 18181-1 (codestream, its size header) and 18181-2 (container).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import IO

import numpy as np
from PIL import Image

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.imaging.opening.budget import PURSE, budget, check_size
from phototagger.imaging.opening.facts import ExifFacts, facts_of
from phototagger.imaging.opening.kinds import sniff
from phototagger.imaging.opening.source import as_photo_errors, damaged, hush_pillow, truncated

CODESTREAM = b"\xff\x0a"
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # width : height, from 1 on
_SIDE_BITS = (9, 13, 18, 30)
_HEAD = 64  # bytes of the codestream that hold the header


def is_jxl(file: IO[bytes]) -> bool:
    """Whether the content is JPEG XL's."""
    file.seek(0)
    return sniff(file.read(12)) == "JPEG XL"


@dataclass(frozen=True, slots=True)
class JxlPhoto:
    """``photo`` is upright already, ``exif.orientation`` what it was stored as."""

    photo: Image.Image
    exif: ExifFacts


def open_jxl(file: IO[bytes], path: Path, pixel_limit: int) -> JxlPhoto:
    """The first frame, decoded. Raises PhotoError: UNSUPPORTED, DAMAGED, TRUNCATED, TOO_LARGE or NO_MEMORY."""
    hush_pillow()
    codecs = _codecs(path)
    file.seek(0)
    data = file.read()
    with as_photo_errors(path):
        try:
            stream, exif = _parts(data)
            width, height, orientation = read_header(stream)
        except (IndexError, struct.error) as error:
            raise truncated(path, said("its header is cut off")) from error
        needed = check_size(path, (width, height), "RGB", pixel_limit, kind="JXL", length=len(data))
        try:
            with PURSE.take(needed, budget(pixel_limit)):
                pixels = codecs.jpegxl_decode(data, index=0, numthreads=1)
        except (codecs.JpegxlError, IndexError) as error:
            raise damaged(path, str(error) or said("no frame in it")) from error
        return JxlPhoto(Image.fromarray(_eight_bits(pixels)), _facts(exif, orientation))


def _codecs(path: Path) -> ModuleType:
    try:
        import imagecodecs  # optional: 80 MB with all that it brings
    except ImportError as error:
        raise PhotoError(
            ErrorKind.UNSUPPORTED,
            said(
                "{path} is a JPEG XL file, whose decoder is not installed. Install it with pip install "
                "imagecodecs, or export the photo as JPEG or TIFF.",
                path=path,
            ),
        ) from error
    codecs: ModuleType = imagecodecs
    return codecs


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """The beginning of the codestream, and the EXIF (TIFF, empty where there is none or it is compressed)."""
    if data.startswith(CODESTREAM):
        return data[:_HEAD], b""
    stream = exif = b""
    for kind, content in _boxes(data):
        if kind == b"Exif" and len(content) > 4:
            exif = exif or content[4 + struct.unpack_from(">I", content)[0] :]
        elif kind in (b"jxlc", b"jxlp") and len(stream) < _HEAD:
            stream += content[4 if kind == b"jxlp" else 0 :][:_HEAD]
    return stream, exif


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, place + 8), 16
        end = place + length if length else len(data)
        if end < place + head:
            return
        yield kind, data[place + head : end]
        place = end


def read_header(stream: bytes) -> tuple[int, int, int]:
    """(width, height, EXIF orientation) of a codestream; the sides as they are stored. Raises IndexError."""
    bits = _Bits(stream)
    bits.take(16)  # the signature
    small = bits.take(1)
    height = 8 * (bits.take(5) + 1) if small else 1 + bits.take(_SIDE_BITS[bits.take(2)])
    ratio = bits.take(3)
    if ratio:
        numerator, denominator = _RATIOS[ratio - 1]
        width = height * numerator // denominator
    else:
        width = 8 * (bits.take(5) + 1) if small else 1 + bits.take(_SIDE_BITS[bits.take(2)])
    plain = bits.take(1)
    orientation = 1 if plain or not bits.take(1) else bits.take(3) + 1
    return width, height, orientation


class _Bits:
    """Reads numbers from the lowest bit of the first byte on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> int:
        value = 0
        for number in range(count):
            byte, bit = divmod(self._at + number, 8)
            value |= (self._data[byte] >> bit & 1) << number
        self._at += count
        return value


def _eight_bits(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Grey (height, width), grey with alpha, RGB or RGBA in 8 bits."""
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    if np.issubdtype(pixels.dtype, np.integer):
        return (pixels.astype(np.uint16) >> 8).astype(np.uint8)
    light = np.nan_to_num(pixels.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0)
    return np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)


def _facts(exif: bytes, orientation: int) -> ExifFacts:
    """What the EXIF says, but for the orientation: the codestream's counts."""
    read = Image.Exif()
    try:
        read.load(b"Exif\x00\x00" + exif)
        facts = facts_of(read)
    except Exception:  # noqa: BLE001 - Pillow's EXIF reader raises nearly anything on crafted bytes
        facts = ExifFacts()
    return replace(facts, orientation=orientation)
