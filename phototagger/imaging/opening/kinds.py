"""What a file is by its first bytes, and what Pillow may try. By its name: ``files.suffixes``."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from phototagger.files.suffixes import JPEG_SUFFIXES, RAW_SUFFIXES

PILLOW_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "DIB", "HEIF", "AVIF", "PSD", "JPEG2000")
"""The formats the decoder lets Pillow try ("MPO" comes with "JPEG"). All others stay shut: EPS would start
Ghostscript, and FITS and the like have cost other programs minutes and gigabytes on crafted files. So have the
layers of a PSD: only its merged picture is read."""

_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys(
        (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"), "HEIF"
    ),
    b"crx ": "Canon raw",
    **dict.fromkeys((b"qt  ", b"isom", b"mp41", b"mp42", b"M4V "), "movie"),
}

_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"FUJIFILMCCD-RAW", "Fuji raw"),
    (b"IIRO", "Olympus raw"),
    (b"IIU\x00", "Panasonic raw"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
)

READABLE = frozenset({"JPEG", "PNG", "GIF", "TIFF", "BMP", "WebP", "HEIF", "AVIF", "Photoshop", "JPEG 2000"})
"""Those names of :func:`sniff` that the decoder reads."""


def sniff(head: bytes) -> str | None:
    """What the first 16 bytes or more of a file say it is ("JPEG", "HEIF", "JPEG XL", ...), or None."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    return None


_RIGHT_SUFFIXES = {
    "JPEG": (".jpg", JPEG_SUFFIXES),
    "PNG": (".png", {".png", ".apng"}),
    "GIF": (".gif", {".gif"}),
    "WebP": (".webp", {".webp"}),
    "TIFF": (".tif", {".tif", ".tiff"} | RAW_SUFFIXES),  # which most raw formats are made of
    "BMP": (".bmp", {".bmp", ".dib"}),
    "HEIF": (".heic", {".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs"}),
    "AVIF": (".avif", {".avif", ".avifs", ".heif", ".heifs"}),
    "JPEG XL": (".jxl", {".jxl"}),
    "Photoshop": (".psd", {".psd", ".psb"}),
}
_MAYBE_JPEG = frozenset({".insp", ".jps", ".pns", ".raw"})  # made of a JPEG, or with one in front


def right_suffix(path: Path) -> str | None:
    """The suffix that a photo should have, by its first bytes, in the letters of the one it has; None where that is
    right already, or its content is of no kind whose suffix is certain. Raises OSError."""
    with path.open("rb") as file:
        kind = sniff(file.read(64))
    suffix = path.suffix
    right, fitting = _RIGHT_SUFFIXES.get(kind or "", ("", frozenset[str]()))
    if not right or suffix.lower() in fitting or (kind == "JPEG" and suffix.lower() in _MAYBE_JPEG):
        return None
    return right.upper() if suffix.isupper() else right


def is_tiff(file: IO[bytes]) -> bool:
    """Whether the content is a TIFF's."""
    file.seek(0)
    return sniff(file.read(16)) == "TIFF"
