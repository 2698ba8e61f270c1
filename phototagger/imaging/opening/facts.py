"""What a photo file says about itself beside its pixels: orientation, time, place, and its fingerprint."""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from PIL import ExifTags, Image

from phototagger.domain.findings import PhotoShot
from phototagger.domain.when_where import parse_position, parse_time

FINGERPRINT_BYTES = 16
_WHOLE = 256 * 1024  # files up to this size are hashed whole
_EDGE = 64 * 1024  # of larger files: this much of both ends ...
_BLOCK = 16 * 1024  # ... and this much at eight places in between
_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """EXIF as far as we need it. ``orientation`` 1..8; ``taken_at`` ISO 8601 local time without zone;
    ``latitude`` and ``longitude`` WGS84 degrees. ``digitized``: the time is that of the scan, for want of another.
    ``more``: XMP or IPTC in the file may tell what is missing here."""

    orientation: int = 1
    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    shot: PhotoShot = field(default_factory=PhotoShot)
    digitized: bool = False
    more: bool = False


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
    original = parse_time(details.get(ExifTags.Base.DateTimeOriginal))
    taken_at = original or parse_time(details.get(ExifTags.Base.DateTimeDigitized))
    latitude, longitude = parse_place(_ifd(exif, ExifTags.IFD.GPSInfo))
    shot = _shot(exif, details)
    return ExifFacts(orientation, taken_at, latitude, longitude, shot, digitized=original is None)


_PLACE_WORDS = re.compile(rb"GPSLatitude|City|Country|State|LocationShown|Sublocation|HasExtendedXMP")
_TIME_WORDS = re.compile(rb"DateCreated|DateTimeOriginal|CreateDate|DateTimeDigitized|HasExtendedXMP")
_IPTC_PLACE = re.compile(rb"\x1c\x02[\x5a\x5f\x65]")  # City, Province-State, Country: IIM 4.2, dataset 2
_IPTC_TIME = re.compile(rb"\x1c\x02[\x37\x3e]")  # DateCreated, DigitalCreationDate


def may_tell_more(photo: Image.Image, info: Mapping[Any, Any], facts: ExifFacts) -> bool:
    """Whether XMP or IPTC in an open photo may have the time or the place that its EXIF lacks. Quick: it decides
    whether exiftool is asked."""
    wanted = [_PLACE_WORDS, _IPTC_PLACE] if facts.latitude is None else []
    wanted += [_TIME_WORDS, _IPTC_TIME] if facts.taken_at is None or facts.digitized else []
    if not wanted:
        return False
    if photo.format in ("TIFF", "PSD", "GIF", "JPEG2000"):
        return True
    said = [value for name, value in info.items() if _TELLING.match(str(name))]
    said += [info["photoshop"].get(0x0404, b"")] if isinstance(info.get("photoshop"), dict) else []
    texts = [one if isinstance(one, bytes) else str(one).encode("utf-8", "replace") for one in said]
    told = any(str(name).startswith("Raw profile") for name in info)
    if _TIME_WORDS in wanted:
        told |= any(_CREATION_TIME.match(str(name)) for name in info)  # of a PNG, which exiftool knows
    return told or any(words.search(text) for words in wanted for text in texts)


_TELLING = re.compile(r"xmp$|XML:com\.adobe\.xmp|Raw profile", re.IGNORECASE)
_CREATION_TIME = re.compile(r"creation.?time$", re.IGNORECASE)


def _shot(exif: Image.Exif, details: dict[int, Any]) -> PhotoShot:
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    return PhotoShot(
        camera=model if model.lower().startswith(make.lower()) else f"{make} {model}".strip(),
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


def parse_place(gps: dict[int, Any]) -> tuple[float | None, float | None]:
    """(latitude, longitude) in degrees from EXIF's GPS directory, as ``when_where.parse_position`` reads them."""
    gps_tag = ExifTags.GPS
    return parse_position(
        gps.get(gps_tag.GPSLatitude),
        gps.get(gps_tag.GPSLatitudeRef),
        gps.get(gps_tag.GPSLongitude),
        gps.get(gps_tag.GPSLongitudeRef),
    )


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
