"""Which ``.xmp`` files belong to a photo, and what a new one is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

from phototagger.files.pairs import owners, spelling
from phototagger.files.sidecar_owner import owner_named_in
from phototagger.files.suffixes import RAW_SUFFIXES, is_film, is_raw

# fmt: off
PHOTO_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".png", ".apng", ".webp", ".tif", ".tiff", ".psd", ".gif",
    ".bmp", ".dib", ".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs", ".jxl",
    ".jp2", ".jpf", ".jpx", ".jpm", ".j2k", ".j2c", ".jpc", ".jpt", ".jph", ".jhc", ".insp", ".jps", ".jfi",
})
VIDEO_SUFFIXES = frozenset({
    ".mp4", ".mov", ".m4v", ".avi", ".mkv", ".mts", ".m2ts", ".3gp", ".webm",
})
# fmt: on
SUFFIX = ".xmp"
# A sidecar without a field in it.
EMPTY_SIDECAR = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'>\n"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n</rdf:RDF>\n</x:xmpmeta>\n"
    "<?xpacket end='w'?>"
)


def find_sidecars(photo: Path) -> tuple[Path, ...]:
    """See :meth:`Neighbours.sidecars`."""
    return Neighbours().sidecars(photo)


def broken_sidecars(photo: Path) -> tuple[Path, ...]:
    """See :meth:`Neighbours.broken_sidecars`."""
    return Neighbours().broken_sidecars(photo)


class Neighbours:
    """What lies beside photos. Each folder is listed once and not looked at again, so one is made for each look.

    Names that differ in capitals or composition only (see ``pairs.spelling``) are one name where
    there is nothing to choose: a photo and a sidecar of exactly its name belong together before any others.
    """

    def __init__(self) -> None:
        self._folders: dict[Path, _Names] = {}

    def sidecars(self, photo: Path) -> tuple[Path, ...]:
        """The existing sidecars of this file, the most certain first; a sidecar itself has none.

        ``IMG.CR2.xmp`` (darktable, digiKam) always belongs to ``IMG.CR2``. ``IMG.xmp`` (Lightroom, Bridge) says
        nothing of the kind: where several files in the folder are called IMG it belongs to the one that it names
        inside; else to the one raw photo among them, or, without one, to the one photo (and not to the film beside
        a live photo); else to nobody. ``IMG.CR2.xmp`` is never that of an ``IMG.CR2.jpg``.
        """
        return self._named_as_sidecars(photo, _is_file)

    def broken_sidecars(self, photo: Path) -> tuple[Path, ...]:
        """Links called as a sidecar of this file that lead nowhere, so that nobody knows what the sidecar says."""
        return self._named_as_sidecars(photo, leads_nowhere)

    def _all_sidecars(self, photo: Path) -> tuple[Path, ...]:
        return (*self.sidecars(photo), *self.broken_sidecars(photo))

    def raws(self, photo: Path) -> tuple[Path, ...]:
        """The raw photos that this photo leads, by name."""
        return tuple(photo.with_name(raw) for raw in self._names(photo.parent).led_by(photo.name))

    def owner(self, path: Path) -> Path:
        """The photo beside it that this raw, film or sidecar belongs to (of a led raw's sidecar: the photo that
        leads); the path itself where there is none."""
        names = self._names(path.parent)
        name = path.name
        if path.suffix.lower() == SUFFIX:
            alike = dict.fromkeys([*names.of_name(path.stem), *names.of_stem(path.stem)])
            photos = map(path.with_name, alike)
            name = next((photo.name for photo in photos if path in self._all_sidecars(photo)), name)
        return path.with_name(names.owners().get(name, name))

    def is_there(self, path: Path) -> bool:
        """Whether a file of this name was there when its folder was listed."""
        return self._names(path.parent).has(path.name)

    def may_be_shared(self, photo: Path) -> bool:
        """Whether an ``IMG.xmp`` to be made would be this file's: the best kind of file called IMG, and the only
        one of it."""
        names = self._names(photo.parent)
        if _rank_of(photo.stem) != _NO_PHOTO or names.sidecars(photo.stem):
            return False
        others = [other for other in names.of_stem(photo.stem) if other != photo.name]
        return all(_rank_of(other) > _rank_of(photo.name) for other in others)

    def _named_as_sidecars(self, photo: Path, accept: Callable[[Path], bool]) -> tuple[Path, ...]:
        if photo.suffix.lower() == SUFFIX:
            return ()
        names = self._names(photo.parent)
        found = self._accepted(photo, names.own_sidecars(photo.name), accept)
        if not found:
            orphans = names.orphans(photo.name, names.of_name(photo.name))
            lacking = names.lacking(names.of_name(photo.name), lambda name: name)
            found = self._accepted(photo, orphans, accept, len(orphans)) if lacking == [photo.name] else []
        if _rank_of(photo.stem) != _NO_PHOTO:  # the full name of another photo's sidecar
            return tuple(found)
        shared = self._accepted(photo, names.own_sidecars(photo.stem), accept)
        if not shared:
            stems = map(_stem, names.of_stem(photo.stem))
            orphans = names.orphans(photo.stem, stems)
            shared = self._accepted(photo, orphans, accept, len(orphans))
        return (*found, *(one for one in shared if self._owns_shared(photo, one)))

    @staticmethod
    def _accepted(
        photo: Path, names: Iterable[str], accept: Callable[[Path], bool], most: int = 1
    ) -> list[Path]:
        return [path for path in map(photo.with_name, names) if accept(path)][:most]

    def _owns_shared(self, photo: Path, sidecar: Path) -> bool:
        """Whether this ``IMG.xmp`` is the photo's, of all that are called IMG."""
        names = self._names(photo.parent)
        alike = names.of_stem(sidecar.stem)
        able = [name for name in alike if _stem(name) == sidecar.stem] or names.lacking(alike, _stem)
        if not able:  # none of a kind that is known: whoever asks has it
            return _rank_of(photo.name) == _NO_PHOTO
        if photo.name not in able:
            return False
        best = min(map(_rank_of, able))
        first = [name for name in able if _rank_of(name) == best]
        if len(able) > 1:
            named = owner_named_in(sidecar, able, by_format=len(first) > 1)
            if named is not None:
                return photo.name == named
        return first == [photo.name]

    def _names(self, folder: Path) -> _Names:
        if folder not in self._folders:
            self._folders[folder] = _Names(folder)
        return self._folders[folder]


class _Names:
    """The names of one folder, by what the look-ups of sidecars ask for."""

    def __init__(self, folder: Path) -> None:
        try:
            with os.scandir(folder) as entries:
                self._all = {entry.name for entry in entries}
        except OSError:  # away or closed: reported where the photo itself is missed
            self._all = set()
        self._owners: dict[str, str] | None = None
        self._led: dict[str, list[str]] = {}
        self._sidecars: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        self._stems: dict[str, list[str]] = {}
        for name in sorted(self._all):
            stem, suffix = os.path.splitext(name)  # noqa: PTH122 - of a hundred thousand names
            if suffix.lower() == SUFFIX:
                self._sidecars.setdefault(spelling(stem), []).append(name)
            else:
                self._names.setdefault(spelling(name), []).append(name)
                if suffix:
                    self._stems.setdefault(spelling(stem), []).append(name)

    def has(self, name: str) -> bool:
        return name in self._all

    def owners(self) -> dict[str, str]:
        """See :func:`phototagger.files.pairs.owners`."""
        if self._owners is None:
            self._owners = owners(self._all)
            for raw, leader in self._owners.items():
                if is_raw(raw):
                    self._led.setdefault(leader, []).append(raw)
        return self._owners

    def led_by(self, name: str) -> list[str]:
        """The raws that this file leads."""
        self.owners()
        return sorted(self._led.get(name, ()))

    def of_name(self, name: str) -> list[str]:
        """The files called so, in whatever spelling."""
        return self._names.get(spelling(name), [])

    def of_stem(self, stem: str) -> list[str]:
        """The photos and films called so, in whatever spelling, whatever their suffix."""
        return [name for name in self._stems.get(spelling(stem), ()) if _rank_of(name) != _NO_PHOTO]

    def sidecars(self, stem: str) -> list[str]:
        """The sidecars called so, in whatever spelling."""
        return self._sidecars.get(spelling(stem), [])

    def own_sidecars(self, stem: str) -> list[str]:
        """The sidecars called so in just this spelling, of whose suffix the usual ones come first."""
        exact = [name for name in self.sidecars(stem) if _stem(name) == stem]
        usual = [stem + ending for ending in (".xmp", ".XMP") if stem + ending in exact]
        return [*usual, *(name for name in exact if name not in usual)]

    def orphans(self, stem: str, taken: Iterable[str]) -> list[str]:
        """The sidecars called so in a spelling that is none of those ``taken``."""
        spellings = set(taken)
        return [name for name in self.sidecars(stem) if _stem(name) not in spellings]

    def lacking(self, names: Iterable[str], called: Callable[[str], str]) -> list[str]:
        """Those of these files that have no sidecar of just their spelling; ``called`` gives that."""
        return [name for name in names if not self.own_sidecars(called(name))]


def find_raws_beside(
    photos: Iterable[Path], beside: Neighbours | None = None
) -> dict[Path, tuple[Path, ...]]:
    """The raw photos that each of these photos leads, by name; each folder is listed once."""
    beside = beside or Neighbours()
    return {photo: beside.raws(photo) for photo in photos if not is_raw(photo)}


def photos_of(paths: Iterable[Path]) -> dict[Path, Path]:
    """Those of these files that belong to a photo beside them, with that photo: raws that a JPEG leads, films of
    live photos, sidecars (of a led raw: of its JPEG). Each folder is listed once."""
    beside = Neighbours()
    found: dict[Path, Path] = {}
    for path in paths:
        if (is_raw(path) or is_film(path) or path.suffix.lower() == SUFFIX) and beside.is_there(path):
            photo = beside.owner(path)
            if photo != path:
                found[path] = photo
    return found


def new_sidecar(photo: Path, names: str) -> Path:
    """Where a sidecar is made: ``names`` as in the settings, "full" or "adobe" (which is for raw photos alone)."""
    if names == "adobe" and photo.suffix.lower() in RAW_SUFFIXES and Neighbours().may_be_shared(photo):
        return photo.with_suffix(SUFFIX)
    return photo.with_name(photo.name + SUFFIX)


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]  # noqa: PTH122 - as _Names takes them apart


_NO_PHOTO = 3


def _rank_of(name: str) -> int:
    """0 for a raw photo, 1 for another photo, 2 for a film, ``_NO_PHOTO`` for anything else."""
    suffix = PurePath(name).suffix.lower()
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
