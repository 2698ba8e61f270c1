"""One folder, one name: where a path lies in the catalog, by whatever links, mounts or capitals it was reached."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from phototagger.catalog.store.paths import absolute
from phototagger.files.foreign_folders import Foreign, by_content, foreign_by_name
from phototagger.files.pairs import spelling

Identity = tuple[int, int]


def identity_of(folder: Path | str) -> Identity | None:
    """Device and number of a folder; None where it is not there, or its file system numbers nothing."""
    try:
        status = os.stat(folder)  # noqa: PTH116 - of every folder of a scan
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def is_folder(path: Path) -> bool:
    """False where :meth:`Path.is_dir` would raise, as in a folder closed to us."""
    return os.path.isdir(path)  # noqa: PTH112


_MARKS_HIDDEN = os.name == "nt" or sys.platform == "darwin"


def is_marked_hidden(path: Path | str) -> bool:
    """Whether Windows' or macOS' file manager hides this file or folder."""
    if not _MARKS_HIDDEN:
        return False
    try:
        return is_hidden(os.lstat(path))
    except OSError:
        return False


def is_hidden(status: os.stat_result) -> bool:
    """Whether the file or folder of this status is marked as hidden."""
    attributes, flags = getattr(status, "st_file_attributes", 0), getattr(status, "st_flags", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN or flags & stat.UF_HIDDEN)


class CatalogPaths:
    """The paths that the catalog has for files and folders, given its roots. Looks at the disk, and keeps what it
    saw: made for one command."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots: list[Path] = []
        self._known: set[Path] = set()
        self._real: dict[Path, Path] = {}
        self._listed: dict[Path, frozenset[str]] = {}
        self._numbers: dict[Path, Identity | None] = {}
        self.by_identity: dict[Identity, Path] = {}
        self._by_real: dict[Path, Path] = {}
        for root in roots:
            self.add(root)

    def add(self, root: Path) -> None:
        """One more root; where several are one folder, the first counts."""
        self.roots.append(root)
        self._known.add(root)
        number = self._number(root) if is_folder(root) else None
        if number is not None:
            self.by_identity.setdefault(number, root)
        else:
            self._by_real.setdefault(self._real_of(root), root)

    def of(self, path: Path) -> Path:
        """What the catalog calls this place, or would: absolute; as it was given where it is in no root."""
        given = absolute(path)
        if given in self._known:
            return given
        real = self._real_of(given)
        if real in self._by_real:
            return self._by_real[real]
        for above in (real, *real.parents):
            number = self._number(above)
            root = self.by_identity.get(number) if number is not None else None
            if root is not None:
                below = real.relative_to(above)
                inside = given.relative_to(root) if given.is_relative_to(root) else None
                return self._as_listed(root, inside if inside == below else below)
        return given

    def fold(self, paths: Iterable[Path], keep: Foreigners) -> list[Path]:
        """These places by their names in the catalog, each once and without those inside another, but for those
        that a scan of the other would pass over."""
        kept: dict[Path, None] = {}
        for path in sorted(dict.fromkeys(map(self.of, paths)), key=lambda path: path.parts):
            place = self.of(path)
            above = next((one for one in (place, *place.parents) if one in kept), None)
            if above is None or (above != place and keep.between(above, place) is not None):
                kept[place] = None
                if is_folder(place):
                    self.add(place)
        return list(kept)

    def _as_listed(self, root: Path, below: Path) -> Path:
        """A path below a root in the letters of its folders' own listings: on a disk without case it may be given
        in others."""
        place = root
        for name in below.parts:
            listed = self._names_in(place)
            if name not in listed and os.path.lexists(place / name):
                name = next((other for other in sorted(listed) if spelling(other) == spelling(name)), name)
            place /= name
        return place

    def _names_in(self, folder: Path) -> frozenset[str]:
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 - names are wanted
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def _real_of(self, path: Path) -> Path:
        if path.parent not in self._real:
            self._real[path.parent] = Path(os.path.realpath(path.parent))
        real = self._real[path.parent] / path.name
        return Path(os.path.realpath(real)) if os.path.islink(real) else real  # noqa: PTH114 - which never raises

    def _number(self, folder: Path) -> Identity | None:
        if folder not in self._numbers:
            self._numbers[folder] = identity_of(folder) if is_folder(folder) else None
        return self._numbers[folder]


class Foreigners:
    """Whether folders are passed over by a scan, with their listings kept: made for one job."""

    def __init__(self) -> None:
        self._judged: dict[Path, Foreign | None] = {}

    def between(self, root: Path, path: Path) -> Path | None:
        """The outermost folder below ``root`` and above (or at) ``path`` that a scan of the root passes over."""
        for place in reversed([path, *path.parents]):
            if place != root and place.is_relative_to(root) and self._reason(place) is not None:
                return place
        return None

    def _reason(self, folder: Path) -> Foreign | None:
        if folder not in self._judged:
            self._judged[folder] = self._judge(folder)
        return self._judged[folder]

    def _judge(self, folder: Path) -> Foreign | None:
        if folder.name.startswith(".") or is_marked_hidden(folder):
            return Foreign.SYSTEM if is_folder(folder) else None
        try:
            names = os.listdir(folder)  # noqa: PTH208 - names are wanted
        except OSError:
            names = []
        try:
            beside = os.listdir(folder.parent) if folder.name.lower() in ("thumbs", "trash") else []  # noqa: PTH208
        except OSError:
            beside = []
        by_names = (
            foreign_by_name(folder.name, folder.parent.name, beside) if names or is_folder(folder) else None
        )
        return by_names or by_content(folder.name, names)
