"""Which files are photos, raws or films, by the ends of their names. No file is opened."""

from __future__ import annotations

from pathlib import PurePath

# fmt: off
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
})
# fmt: on
FILM_SUFFIXES = frozenset({".mp4", ".mov", ".m4v"})

JPEG_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".mpo"),
        *(".insp", ".jps"),  # Insta360's spheres, stereo pairs
    }
)
JPEG_2000_SUFFIXES = frozenset({".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc", ".jpm"})
DECODED_SUFFIXES = (
    JPEG_SUFFIXES
    | JPEG_2000_SUFFIXES
    | {
        *(".png", ".apng", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".dib", ".psd"),
        *(".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs"),
    }
)
NAMED_SUFFIXES = frozenset({".jxl"})
"""Photo formats whose decoder may be missing here, but which a scan takes so that the person hears of it instead of
missing photos without a word."""

_SCANNED_RAW = RAW_SUFFIXES - {".raw"}  # many programs call other things so, disk images among them

# ``.thm`` is left out on purpose: cameras write it beside movies as a tiny preview, so it belongs to them.
# In which Picasa keeps the names of faces, for all photos of a folder.
PICASA_NAMES = (".picasa.ini", "Picasa.ini")


def is_raw(name: str | PurePath) -> bool:
    """Whether a file of this name is a raw photo."""
    return PurePath(name).suffix.lower() in RAW_SUFFIXES


def is_film(name: str | PurePath) -> bool:
    """Whether a file of this name is a film."""
    return PurePath(name).suffix.lower() in FILM_SUFFIXES


def is_photo_name(path: PurePath) -> bool:
    """Whether a scan should take a file of this name. No file is opened.

    Hidden files are no photos: they are AppleDouble halves (``._name``), our own temporaries
    (``.ptag-...``), or hidden because the person wants them left alone.
    """
    if path.name.startswith("."):
        return False
    suffix = path.suffix.lower()
    return suffix in DECODED_SUFFIXES or suffix in NAMED_SUFFIXES or suffix in _SCANNED_RAW
