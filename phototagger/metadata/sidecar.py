"""Finding the ``.xmp`` files that belong to a photo. Nothing here writes one."""

from __future__ import annotations

from pathlib import Path

# fmt: off
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
})
# fmt: on


def find_sidecars(photo: Path) -> tuple[Path, ...]:
    """The existing sidecars of this photo, the surest first.

    ``IMG.CR2.xmp`` (darktable, digiKam) always belongs to ``IMG.CR2``. ``IMG.xmp`` (Lightroom, Bridge) belongs
    to the raw file where one lies beside it, else to this photo.
    """
    found = []
    for name in (photo.name + ".xmp", photo.name + ".XMP"):
        candidate = photo.with_name(name)
        if _is_file(candidate):
            found.append(candidate)
            break
    shared = next(
        (path for path in (photo.with_suffix(".xmp"), photo.with_suffix(".XMP")) if _is_file(path)), None
    )
    if shared is not None and (photo.suffix.lower() in RAW_SUFFIXES or not _raw_beside(photo)):
        found.append(shared)
    return tuple(found)


def _raw_beside(photo: Path) -> bool:
    return any(
        _is_file(photo.with_suffix(suffix)) or _is_file(photo.with_suffix(suffix.upper()))
        for suffix in RAW_SUFFIXES
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long with the suffix added
        return False
