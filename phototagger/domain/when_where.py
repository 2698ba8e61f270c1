"""What cameras and programs write for when and where a photo was taken, in all its spellings. Pure."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

EARLIEST_YEAR = 1800  # before photography
_NEWEST_KNOWN = 2026  # a computer whose clock stands lower does not make its photos future ones

_DATE = r"\s*(\d{4})(?:[:\-/.] ?(\d{1,2})(?:[:\-/.] ?(\d{1,2}))?)?"
_CLOCK = r"(\d{1,2})[:.] ?(\d{1,2})(?:[:.] ?(\d{1,2})(?:[.,]\d*)?)?\s*([ap]\.?m\.?)?"
_TIME = re.compile(rf"{_DATE}(?:[ T,]+{_CLOCK})?(?![\d:])", re.IGNORECASE)
_PACKED = re.compile(r"\s*(\d{4})(\d\d)(\d\d)(?:[ T]?(\d\d):?(\d\d):?(\d\d)?)?(?!\d)")
# Clocks that were never set: the first second of HFS, Unix, FAT; Unix's in any zone.
_UNSET = re.compile(r"(1904-01-01|1980-01-01)T00:00:00|(1970-01-01|1969-12-31)T\d\d:[034][05]:00")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BETWEEN = r"(?:[\s,;:°º'\"′″]|deg)"
_TEXT = re.compile(
    rf"\s*[-+]?\s*\d+(?:\.\d+)?(?:{_BETWEEN}+\d+(?:\.\d+)?){{0,2}}{_BETWEEN}*([a-z]*)\.?\s*", re.IGNORECASE
)
_NORTH_EAST_SOUTH_WEST = {"n": 1, "north": 1, "e": 1, "east": 1, "s": -1, "south": -1, "w": -1, "west": -1}


def parse_time(value: object) -> str | None:
    """``2024-05-01T10:20:30`` of EXIF's ``2024:05:01 10:20:30``, of XMP's and IPTC's ways, of ``12:00 pm``; a date
    alone is at midnight. ``2024`` and ``2024-05`` stay what they are. None for what is no time: months that there
    are not, years before photography or to come, clocks that were never set."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    packed = _PACKED.match(value)
    match = packed or _TIME.match(value)
    if match is None:
        return None
    numbers = [None if part is None else int(part) for part in match.groups()[:6]]
    half = None if packed else match[7]
    year, month, day, hour, minute, second = numbers
    if year is None or not EARLIEST_YEAR <= year <= max(date.today().year, _NEWEST_KNOWN) + 1:
        return None
    if not month:
        return None if month == 0 else f"{year:04}"
    if not 1 <= month <= 12:
        return None
    if not day:
        return None if day == 0 else f"{year:04}-{month:02}"
    if half is not None and hour is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    try:
        moment = datetime(year, month, day, hour or 0, minute or 0, min(second or 0, 59))
    except ValueError:
        return None
    text = moment.isoformat()
    return None if (second or 0) > 60 or _UNSET.fullmatch(text) else text


def parse_position(
    latitude: object, north: object, longitude: object, east: object
) -> tuple[float | None, float | None]:
    """(latitude, longitude) in degrees WGS84, or (None, None) unless both make sense.

    Each is a number, one to three numbers (degrees, minutes, seconds), or a text of such; its direction stands
    beside it or in the text, as a letter or a word; a sign does too. Without any the half of the earth is not
    known, and a guess would be a false place. Exactly 0, 0 counts as absent: it lies in the open sea and is what
    cameras without a fix write.
    """
    up = _degrees(latitude, north, ("n", "s"), 90)
    right = _degrees(longitude, east, ("e", "w"), 180)
    if up is None or right is None or (up == 0 and right == 0):
        return None, None
    return up, right


def _degrees(value: object, reference: object, letters: tuple[str, str], limit: float) -> float | None:
    text = _text(value)
    parts, direction = _parts(value), None
    match = _TEXT.fullmatch(text) if text is not None else None
    if match is not None and text is not None:
        parts, direction = [float(number) for number in _NUMBER.findall(text)], match[1]
        if text.startswith("-"):
            parts[0] = -parts[0]
    if not parts or len(parts) > 3 or not all(map(math.isfinite, parts)):
        return None
    sign = _sign(_text(reference), letters)
    if sign is None:
        sign = _sign(direction, letters)
    negative = any(math.copysign(1, part) < 0 for part in parts)
    if sign is None and not negative:
        return None
    size = math.fsum(abs(part) / 60.0**place for place, part in enumerate(parts))
    if size > limit:
        return None
    return round(-size if negative else size * (sign or 1), 7)


def _parts(value: object) -> list[float] | None:
    values: list[Any] = list(value) if isinstance(value, tuple | list) else [value]
    if any(isinstance(part, str | bytes) for part in values):
        if len(values) == 1 or not all(isinstance(part, str) for part in values):
            return None
        values = [part.replace(",", ".") for part in values]  # decimals as texts
    try:
        return [float(part) for part in values]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.replace("\0", " ").strip() if isinstance(value, str) else None


def _sign(reference: str | None, letters: tuple[str, str]) -> int | None:
    """1 or -1 by a letter or a word; None where it is neither, or that of the other axis."""
    word = (reference or "").strip(" .").casefold()
    return _NORTH_EAST_SOUTH_WEST.get(word) if word[:1] in letters else None
