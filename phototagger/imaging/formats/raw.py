"""Raw photos by LibRaw: the preview that the camera stored in them, or where there is none of use, developed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO, cast

import numpy as np
import rawpy
from PIL import Image

from phototagger.domain.sentences import said
from phototagger.domain.when_where import parse_time
from phototagger.imaging.opening.budget import PURSE, budget, check_size
from phototagger.imaging.opening.facts import ExifFacts, facts_of, read_exif
from phototagger.imaging.opening.kinds import sniff
from phototagger.imaging.opening.scans import costly_scans
from phototagger.imaging.opening.source import as_photo_errors, damaged, hush_pillow, truncated, unsupported

# Pixels of the longer side from which a preview is used; smaller ones are thumbnails, some with black bars.
PREVIEW_SIDE = 1000
_UPRIGHT = {0: 1, 1: 2, 2: 4, 3: 3, 4: 5, 5: 8, 6: 6, 7: 7}  # EXIF's orientation for each of LibRaw's flips
_SIDEWAYS = 5  # EXIF orientations from here on swap width and height
_TIFF_LIKE = (b"IIRO", b"IIRS", b"IIU\x00")  # Olympus and Panasonic: TIFF but for the number in its head
_HEAD = 4 * 1024 * 1024  # their EXIF lies in here
_DATE_TIME = 306
_BYTES_EACH = 8  # a pixel of the sensor, while it is developed at half its size


@dataclass(frozen=True, slots=True)
class RawPhoto:
    """``photo``: stored pixels, of the preview or developed. ``size``: the raw's, as it is stored. ``turn``: the
    EXIF orientation that brings ``photo`` upright. ``exif``: what the file says."""

    photo: Image.Image
    size: tuple[int, int]
    turn: int
    exif: ExifFacts


def open_raw(file: IO[bytes], path: Path, longest_side: int, pixel_limit: int) -> RawPhoto:
    """The raw photo with pixels of about ``longest_side`` or more where its preview has them.

    Raises PhotoError: UNSUPPORTED, DAMAGED, TRUNCATED, TOO_LARGE or NO_MEMORY.
    """
    hush_pillow()
    file.seek(0)
    # Only ``sizes`` is asked of rawpy 0.28: its ``other`` and ``lens`` bring the process down a call later.
    with _libraw(file, path), rawpy.imread(cast(BinaryIO, file)) as raw:
        size = _checked_size(raw, path, pixel_limit)
        orientation = _UPRIGHT.get(raw.sizes.flip, 1)
        preview, side = _preview(raw, longest_side, pixel_limit)
        photo = preview
        if photo is None or side < min(PREVIEW_SIDE, max(size) // 2):
            with PURSE.take(size[0] * size[1] * _BYTES_EACH, budget(pixel_limit)):
                photo = _developed(raw, preview)
    exif = _exif(file, preview)
    lacking = exif.taken_at is None or (exif.latitude is None and path.suffix.lower() == ".dng")
    exif = replace(exif, orientation=orientation, more=lacking)
    turn = 1 if photo is preview and _stands_already(photo, size, orientation) else orientation
    return RawPhoto(photo, size, turn, exif)


def digest_raw(file: IO[bytes], path: Path, pixel_limit: int) -> bytes:
    """32 bytes that stay the same while the sensor's values and the preview do. Raises as :func:`open_raw`."""
    file.seek(0)
    with _libraw(file, path), rawpy.imread(cast(BinaryIO, file)) as raw:
        digest = hashlib.blake2b(repr(_checked_size(raw, path, pixel_limit)).encode(), digest_size=32)
        values = np.ascontiguousarray(raw.raw_image)
        digest.update(repr(values.shape).encode())
        digest.update(values.data)
        with suppress(rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
            preview = raw.extract_thumb().data
            digest.update(preview if isinstance(preview, bytes) else np.ascontiguousarray(preview).data)
        return digest.digest()


def _checked_size(raw: rawpy.RawPy, path: Path, pixel_limit: int) -> tuple[int, int]:
    """Width and height as they are stored. Raises PhotoError (TOO_LARGE)."""
    sizes = raw.sizes
    check_size(path, (sizes.width, sizes.height), "L", pixel_limit, _BYTES_EACH)
    return sizes.width, sizes.height


def _preview(raw: rawpy.RawPy, longest_side: int, pixel_limit: int) -> tuple[Image.Image | None, int]:
    """The largest preview, decoded no larger than needed, and its longer side as it is stored; None and 0 where
    there is none that can be decoded."""
    try:
        found = raw.extract_thumb()
        if not isinstance(found.data, bytes):
            return Image.fromarray(found.data), max(found.data.shape[:2])
        photo = Image.open(io.BytesIO(found.data), formats=["JPEG"])
        side = max(photo.size)
        if photo.width * photo.height > pixel_limit or costly_scans(io.BytesIO(found.data), photo.size):
            return None, 0
        photo.draft(None, (longest_side, longest_side))
        photo.load()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - no preview, or whatever Pillow raises of a damaged one: the raw is developed
        return None, 0
    return photo, side


def _developed(raw: rawpy.RawPy, preview: Image.Image | None) -> Image.Image:
    """The raw itself at half its size, as it is stored; where that fails, the small preview, if any."""
    try:
        pixels = raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0)
    except (rawpy.LibRawError, rawpy.NotSupportedError):
        if preview is None:
            raise
        return preview
    return Image.fromarray(pixels)


def _stands_already(preview: Image.Image, size: tuple[int, int], orientation: int) -> bool:
    """Whether a preview was stored upright although the raw lies on its side. It shows in its shape alone."""
    if orientation < _SIDEWAYS or size[0] == size[1]:
        return False
    return (preview.width > preview.height) != (size[0] > size[1])


def _exif(file: IO[bytes], preview: Image.Image | None) -> ExifFacts:
    """EXIF of the raw where it is a TIFF inside, else of its preview (LibRaw gives it some where it has none)."""
    file.seek(0)
    head = file.read(4)
    exif = Image.Exif()
    try:
        if head in _TIFF_LIKE:
            exif.load_from_fp(io.BytesIO(b"II*\x00" + file.read(_HEAD)))
        elif head in (b"II*\x00", b"MM\x00*"):
            file.seek(0)
            exif.load_from_fp(file)
    except Exception:  # noqa: BLE001 - Pillow's EXIF reader raises nearly anything on crafted bytes
        return ExifFacts()
    facts = facts_of(exif)
    if not len(exif) and preview is not None:
        facts = read_exif(preview)
        exif = preview.getexif()
    return facts if facts.taken_at else replace(facts, taken_at=parse_time(exif.get(_DATE_TIME)))


@contextmanager
def _libraw(file: IO[bytes], path: Path) -> Iterator[None]:
    """LibRaw's errors as a PhotoError."""
    try:
        with as_photo_errors(path):
            try:
                yield
            except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
                raise _error(error, file, path) from error
    finally:
        file.seek(0)


def _error(error: Exception, file: IO[bytes], path: Path) -> Exception:
    reason = str(error.args[0]) if error.args else ""
    reason = (
        reason if reason and not reason.startswith("b'") else reason[2:].rstrip("'") or type(error).__name__
    )
    if isinstance(error, rawpy.LibRawUnsufficientMemoryError):
        return MemoryError()
    if isinstance(error, rawpy.LibRawIOError):
        return truncated(path, reason)
    if isinstance(error, (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError)):
        file.seek(0)
        name = sniff(file.read(32))
        if name is None:
            return damaged(path, said("its head is that of no raw photo"))
        if name in ("TIFF", "Canon raw", "Fuji raw", "Olympus raw", "Panasonic raw"):
            return unsupported(path, said("a raw photo of a kind that LibRaw does not know"))
        return unsupported(path, said("a {name} file under the name of a raw photo", name=name))
    return damaged(path, reason)
