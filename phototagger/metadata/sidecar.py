"""Which ``.xmp`` files belong to a photo, and what a new one is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

from phototagger.pairs import RAW_SUFFIXES, is_film, is_raw, leaders, owners

# fmt: off
PHOTO_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".png", ".apng", ".webp", ".tif", ".tiff", ".psd", ".gif",
    ".bmp", ".dib", ".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs", ".jxl", ".jp2",
})
VIDEO_SUFFIXES = frozenset({
    ".mp4", ".mov", ".m4v", ".avi", ".mkv", ".mts", ".m2ts", ".3gp", ".webm",
})
# fmt: on
SUFFIX = ".xmp"
# A sidecar without a field in it.
EMPTY = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n</rdf:RDF>\n</x:xmpmeta>\n"
    "<?xpacket end='w'?>"
)


def find_sidecars(photo: Path) -> tuple[Path, ...]:
    """The existing sidecars of this file, the surest first; a sidecar itself has none.

    ``IMG.CR2.xmp`` (darktable, digiKam) always belongs to ``IMG.CR2``. ``IMG.xmp`` (Lightroom, Bridge) says nothing
    of the kind: where several files in the folder are called IMG it belongs to the one raw photo among them, or,
    without one, to the one photo (and not to the film beside a live photo); else to nobody. ``IMG.CR2.xmp`` is
    never that of an ``IMG.CR2.jpg``.
    """
    return _named_as_sidecars(photo, _is_file)


def broken_sidecars(photo: Path) -> tuple[Path, ...]:
    """Links called as a sidecar of this file that lead nowhere, so that nobody knows what the sidecar says."""
    return _named_as_sidecars(photo, leads_nowhere)


def _named_as_sidecars(photo: Path, accept: Callable[[Path], bool]) -> tuple[Path, ...]:
    if photo.suffix.lower() == SUFFIX:
        return ()
    found = []
    for name in (photo.name + ".xmp", photo.name + ".XMP"):
        candidate = photo.with_name(name)
        if accept(candidate):
            found.append(candidate)
            break
    shared = next(
        (path for path in (photo.with_suffix(".xmp"), photo.with_suffix(".XMP")) if accept(path)), None
    )
    if shared is not None and _owner_of_shared(photo):
        found.append(shared)
    return tuple(found)


def find_companions(photos: Iterable[Path]) -> dict[Path, tuple[Path, ...]]:
    """The raw photos that each of these photos leads, by name; each folder is listed once."""
    found: dict[Path, list[Path]] = {photo: [] for photo in photos if not is_raw(photo)}
    for folder in {photo.parent for photo in found}:
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:
            continue
        for raw, leader in leaders(names).items():
            found.get(folder / leader, []).append(folder / raw)
    return {photo: tuple(raws) for photo, raws in found.items()}


def photos_of(paths: Iterable[Path]) -> dict[Path, Path]:
    """Those of these files that belong to a photo beside them, with that photo: raws that a JPEG leads, films of
    live photos, sidecars (of a led raw: of its JPEG). Each folder is listed once."""
    groups: dict[Path, list[Path]] = {}
    for path in paths:
        if is_raw(path) or is_film(path) or path.suffix.lower() == SUFFIX:
            groups.setdefault(path.parent, []).append(path)
    found: dict[Path, Path] = {}
    for folder, group in groups.items():
        try:
            names = {entry.name for entry in folder.iterdir()}
        except OSError:
            continue
        owned = owners(names)
        for path in (path for path in group if path.name in names):
            name = _photo_of_sidecar(path, names) if path.suffix.lower() == SUFFIX else path.name
            photo = path.with_name(owned.get(name, name))
            if photo != path:
                found[path] = photo
    return found


def _photo_of_sidecar(sidecar: Path, names: Iterable[str]) -> str:
    """The name of the photo or raw that this sidecar is of; its own where there is none."""
    stem = os.path.normcase(sidecar.stem)
    for name in names:
        if stem in (os.path.normcase(name), os.path.normcase(PurePath(name).stem)):
            photo = sidecar.with_name(name)
            if sidecar in (*find_sidecars(photo), *broken_sidecars(photo)):
                return name
    return sidecar.name


def new_sidecar(photo: Path, names: str) -> Path:
    """Where a sidecar is made: ``names`` as in the settings, "full" or "adobe" (which is for raw photos alone)."""
    if names == "adobe" and photo.suffix.lower() in RAW_SUFFIXES and _owner_of_shared(photo):
        return photo.with_suffix(SUFFIX)
    return photo.with_name(photo.name + SUFFIX)


def _owner_of_shared(photo: Path) -> bool:
    """Whether ``IMG.xmp`` is this file's: the best kind of file called IMG, and the only one of it."""
    if _rank(Path(photo.stem).suffix.lower()) != _NO_PHOTO:  # the full name of another photo's sidecar
        return False
    stem, suffix = os.path.normcase(photo.stem), photo.suffix.lower()
    try:
        with os.scandir(photo.parent) as entries:
            others = [
                path.suffix.lower()
                for path in (Path(entry.name) for entry in entries)
                if os.path.normcase(path.stem) == stem and path.name != photo.name
            ]
    except OSError:
        return False
    mine = _rank(suffix)
    return all(_rank(other) > mine for other in others if _rank(other) != _NO_PHOTO)


_NO_PHOTO = 3


def _rank(suffix: str) -> int:
    return next(
        (rank for rank, kind in enumerate((RAW_SUFFIXES, PHOTO_SUFFIXES, VIDEO_SUFFIXES)) if suffix in kind),
        _NO_PHOTO,
    )


def leads_nowhere(path: Path) -> bool:
    """Whether this is a link whose end is not there, or that leads back to itself."""
    try:
        return path.is_symlink() and not path.exists()
    except OSError:  # a name too long with the suffix added
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long with the suffix added
        return False
