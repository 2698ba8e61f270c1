"""What a photo file says about itself beside its pixels: orientation, time, place, and its fingerprint."""

from __future__ import annotations

import hashlib
import io
import math
import re
from dataclasses import dataclass, field
from typing import IO, Any

from PIL import ExifTags, Image

from phototagger.findings import PhotoShot

FINGERPRINT_BYTES = 16
_WHOLE = 256 * 1024  # files up to this size are hashed whole
_EDGE = 64 * 1024  # of larger files: this much of both ends ...
_BLOCK = 16 * 1024  # ... and this much at eight places in between
_BLOCKS = 8

_TIME = re.compile(r"\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """EXIF as far as we need it. ``orientation`` 1..8; ``taken_at`` ISO 8601 local time without zone;
    ``latitude`` and ``longitude`` WGS84 degrees."""

    orientation: int = 1
    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    shot: PhotoShot = field(default_factory=PhotoShot)


def read_exif(photo: Image.Image) -> ExifFacts:
    """The facts in the EXIF (or, for orientation, XMP) of an open photo. Damaged parts read as absent."""
    try:
        return facts_of(photo.getexif())
    except Exception:  # noqa: BLE001 - Pillow's EXIF reader raises nearly anything on crafted bytes
        return ExifFacts()


def facts_of(exif: Image.Exif) -> ExifFacts:
    """The facts in EXIF. Raises nearly anything where its first directory is damaged."""
    orientation = valid_orientation(exif.get(ExifTags.Base.Orientation))
    details = _ifd(exif, ExifTags.IFD.Exif)
    taken_at = parse_time(details.get(ExifTags.Base.DateTimeOriginal)) or parse_time(
        details.get(ExifTags.Base.DateTimeDigitized)
    )
    latitude, longitude = parse_place(_ifd(exif, ExifTags.IFD.GPSInfo))
    return ExifFacts(orientation, taken_at, latitude, longitude, _shot(exif, details))


def _shot(exif: Image.Exif, details: dict[int, Any]) -> PhotoShot:
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    return PhotoShot(
        camera=model if model.lower().startswith(make.lower()) else f"{make} {model}".strip(),
        lens=_text(details.get(ExifTags.Base.LensModel)),
        exposure_s=_positive(details.get(ExifTags.Base.ExposureTime)),
        distance_m=_positive(details.get(ExifTags.Base.SubjectDistance)),
        comment=_text(details.get(ExifTags.Base.UserComment)),
    )


def _text(value: object) -> str:
    """A short plain text; UserComment's eight bytes of character code go."""
    if isinstance(value, bytes):
        value = value[8:] if value[:5] in (b"ASCII", b"UNICO") else value
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:80]


def _positive(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever EXIF holds there
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 < number < 1e6 else None


def _ifd(exif: Image.Exif, which: int) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(which))
    except Exception:  # noqa: BLE001 - as above: one damaged directory must not hide the others
        return {}


def valid_orientation(value: object) -> int:
    """EXIF's 1..8; 1 for anything else."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def parse_time(value: object) -> str | None:
    """``2024-05-01T10:20:30`` of EXIF's ``2024:05:01 10:20:30``; None for what is no time."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    match = _TIME.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if not (year and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{min(second, 59):02}"


def parse_place(gps: dict[int, Any]) -> tuple[float | None, float | None]:
    """(latitude, longitude) in degrees from EXIF's GPS directory; (None, None) unless both make sense.

    Exactly 0, 0 counts as absent: it lies in the open sea and is what cameras without a fix write.
    """
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(parts: object, reference: object, negative: str, limit: float) -> float | None:
    if not isinstance(parts, tuple | list) or not 1 <= len(parts) <= 3:
        return None
    try:
        value = math.fsum(float(part) / 60.0**place for place, part in enumerate(parts))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not math.isfinite(value) or not 0 <= value <= limit:
        return None
    if isinstance(reference, bytes):
        reference = reference.decode("ascii", "replace")
    if isinstance(reference, str) and reference.strip("\0 ").upper() == negative:
        value = -value
    return round(value, 7)


def fingerprint(file: IO[bytes]) -> bytes:
    """16 bytes that tell a file's content wherever it lies: BLAKE2b over its length and its bytes.

    Files over 256 KiB are sampled: 64 KiB of both ends and eight blocks of 16 KiB spread between them, so
    that a 50 MB TIFF costs as little as a JPEG. Two photos would have to agree in length, header and all
    samples to be taken for one another. A change of metadata changes the fingerprint.

    The file's position is moved. Raises OSError when it cannot be read.
    """
    size = file.seek(0, io.SEEK_END)
    digest = hashlib.blake2b(size.to_bytes(8, "little"), digest_size=FINGERPRINT_BYTES)
    if size <= _WHOLE:
        spans = [(0, size)]
    else:
        step = (size - 2 * _EDGE) // _BLOCKS
        middle = [(_EDGE + step * number + (step - _BLOCK) // 2, _BLOCK) for number in range(_BLOCKS)]
        spans = [(0, _EDGE), *middle, (size - _EDGE, _EDGE)]
    for start, length in spans:
        file.seek(max(start, 0))
        digest.update(file.read(length))
    return digest.digest()
