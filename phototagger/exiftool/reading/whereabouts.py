"""When and where a photo was taken, by everything that its file and its sidecars say.

The order is the MWG's (Guidelines for Handling Image Metadata 2.0, chapter 5): EXIF, then XMP, unless IPTC was
changed after it (its digest tells), then IPTC. A time of taking comes before any time of scanning. The sidecar of a
raw photo comes before what is in it, for programs write nowhere else; that of another photo after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import FileFacts
from phototagger.domain.when_where import parse_position, parse_time
from phototagger.exiftool.process.asking import ask_with_sidecars
from phototagger.exiftool.process.pool import ExifTool
from phototagger.files.suffixes import is_raw

_OPTIONS = [*("-j", "-G1", "-n", "-m", "-charset", "filename=UTF8"), "-ExifIFD:DateTimeOriginal"]
_OPTIONS += ["-ExifIFD:CreateDate", "-GPS:GPSLatitude", "-GPS:GPSLatitudeRef", "-GPS:GPSLongitude"]
_OPTIONS += ["-GPS:GPSLongitudeRef", "-XMP-exif:GPSLatitude", "-XMP-exif:GPSLongitude"]
_OPTIONS += ["-XMP-exif:GPSLatitudeRef", "-XMP-exif:GPSLongitudeRef"]
_OPTIONS += ["-XMP-exif:DateTimeOriginal", "-XMP-exif:DateTimeDigitized", "-XMP-xmp:CreateDate"]
_OPTIONS += ["-XMP-photoshop:all", "-XMP-iptcExt:LocationShown*", "-XMP-iptcExt:LocationCreated*"]
_OPTIONS += ["-IPTC:all", "-Photoshop:IPTCDigest", "-File:CurrentIPTCDigest", "-PNG:CreationTime"]
_MOST_LETTERS = 80  # of the name of a place


def read_facts(tool: ExifTool, paths: Sequence[Path]) -> dict[Path, FileFacts | PhotoError]:
    """The facts of each photo; sidecars of the raws it leads count too, last of all.

    A PhotoError stands for a photo that cannot be read. Raises ExifToolError when exiftool itself fails.
    """
    beside, raw = ask_with_sidecars(tool, paths, _OPTIONS)
    answers: dict[Path, FileFacts | PhotoError] = {}
    for path, sidecars in beside.items():
        own = raw.get(path, {})
        if isinstance(own, PhotoError):
            answers[path] = own
            continue
        read = [found for one in sidecars if isinstance(found := raw.get(one), Mapping)]
        answers[path] = facts_of([*read, own] if is_raw(path) else [own, *read])
    return answers


def facts_of(sources: Sequence[Mapping[str, Any]]) -> FileFacts:
    """Out of exiftool's answers (``-n -G1``), the most certain first."""
    sayings = [_Sayings(source) for source in sources]
    times = [one.taken() for one in sayings] + [one.digitized() for one in sayings]
    positions = [one.position() for one in sayings]
    names = [one.names() for one in sayings]
    latitude, longitude = next((found for found in positions if found[0] is not None), (None, None))
    return FileFacts(
        next((found for found in times if found), None),
        latitude,
        longitude,
        next((found for found in names if found), ()),
    )


class _Sayings:
    """What one file says."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        current, known = raw.get("File:CurrentIPTCDigest"), raw.get("Photoshop:IPTCDigest")
        self._iptc_is_newer = current is not None and known is not None and current != known

    def _time(self, *names: str) -> str | None:
        return parse_time(
            " ".join(str(value) for name in names if (value := self._raw.get(name)) is not None)
        )

    def _iptc_time(self, kind: str) -> str | None:
        day, clock = f"IPTC:{kind}Date", f"IPTC:{kind}Time"
        if kind == "":
            day, clock = "IPTC:DateCreated", "IPTC:TimeCreated"
        return self._time(day, clock) or self._time(day)

    def taken(self) -> str | None:
        xmp = self._time("XMP-photoshop:DateCreated") or self._time("XMP-exif:DateTimeOriginal")
        iptc = self._iptc_time("")
        return self._time("ExifIFD:DateTimeOriginal") or (
            (iptc or xmp) if self._iptc_is_newer else (xmp or iptc)
        )

    def digitized(self) -> str | None:
        xmp = self._time("XMP-xmp:CreateDate") or self._time("XMP-exif:DateTimeDigitized")
        iptc = self._iptc_time("DigitalCreation")
        rest = (iptc or xmp) if self._iptc_is_newer else (xmp or iptc)
        return self._time("ExifIFD:CreateDate") or rest or self._time("PNG:CreationTime")

    def position(self) -> tuple[float | None, float | None]:
        get = self._raw.get
        found = parse_position(
            get("GPS:GPSLatitude"),
            get("GPS:GPSLatitudeRef"),
            get("GPS:GPSLongitude"),
            get("GPS:GPSLongitudeRef"),
        )
        if found[0] is not None:
            return found
        # exiftool gives these with their sign; a letter that is lacking is north or east. It has no place in XMP
        # beside the number, where some programs put it.
        north, east = get("XMP-exif:GPSLatitudeRef", "N"), get("XMP-exif:GPSLongitudeRef", "E")
        return parse_position(get("XMP-exif:GPSLatitude"), north, get("XMP-exif:GPSLongitude"), east)

    def names(self) -> tuple[str, ...]:
        """Country, region, town: as far as they are known, from the country down."""
        xmp = self._names("XMP-photoshop:Country", "XMP-photoshop:State", "XMP-photoshop:City")
        for kind in ("Shown", "Created"):
            head = f"XMP-iptcExt:Location{kind}"
            xmp = xmp or self._names(f"{head}CountryName", f"{head}ProvinceState", f"{head}City")
        iptc = self._names("IPTC:Country-PrimaryLocationName", "IPTC:Province-State", "IPTC:City")
        return (iptc or xmp) if self._iptc_is_newer else (xmp or iptc)

    def _names(self, *fields: str) -> tuple[str, ...]:
        found = []
        for field in fields:
            value = self._raw.get(field)
            value = value[0] if isinstance(value, list) and value else value
            text = "" if value is None or isinstance(value, bool | list | dict) else str(value)
            found.append("".join(letter for letter in text if letter.isprintable()).strip()[:_MOST_LETTERS])
        return tuple(found) if any(found) else ()
