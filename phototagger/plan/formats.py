"""The kinds of files, by exiftool's names, and what may be written into each."""

from __future__ import annotations

from phototagger.files.suffixes import RAW_SUFFIXES

# exiftool's FileType -> the suffixes it may stand under. These are the formats we write into.
EMBEDDED = {
    "JPEG": {".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif"},
    "MPO": {".jpg", ".jpeg", ".mpo"},
    "PNG": {".png"},
    "APNG": {".png", ".apng"},
    "WEBP": {".webp"},
    "TIFF": {".tif", ".tiff"},
    "PSD": {".psd"},
    "HEIC": {".heic", ".heif", ".hif"},
    "HEIF": {".heic", ".heif", ".hif"},
    "HEICS": {".heic", ".heif", ".heics"},
    "AVIF": {".avif"},
}


# Those that are written into only where a setting asks for it.
ON_REQUEST = frozenset({"DNG", "GIF"})


SIDECAR_TYPE = "XMP"


BIG_TIFF = "BTF"  # a TIFF with room for more than 4 GB, under the same suffixes; exiftool does not write it


# Photos of any kind: under a wrong suffix their words go beside them. What is none (a film, a page) gets none.
PHOTO_TYPES = frozenset(
    {
        *EMBEDDED,
        *ON_REQUEST,
        "BMP",
        BIG_TIFF,
        "JXL",
        "JP2",
        "JPX",
        "JPM",
        "J2C",
        "JPH",
        "JPS",
        "INSP",
        "ICO",
        "FLIF",
        "BPG",
    }
    | {suffix[1:].upper() for suffix in RAW_SUFFIXES}
)


HEIF_TYPES = frozenset({"HEIC", "HEIF", "HEICS", "AVIF"})


IPTC_TYPES = frozenset({"JPEG", "MPO", "TIFF", "PSD"})
