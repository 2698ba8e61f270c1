"""Walking folders: which files are photos, which folders are somebody else's. No photo is opened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from phototagger.domain.records import FileSignature, FoundFile
from phototagger.files.cloud import in_cloud_only, placeholder_of
from phototagger.files.foreign_folders import by_content, foreign_by_name
from phototagger.files.pairs import leaders, live_films
from phototagger.jobs.analysis.passed_over import PHOTO_KINDS, Left, LeftFolder
from phototagger.jobs.analysis.roots import CatalogPaths, Identity, is_folder, is_marked_hidden
from phototagger.jobs.ports import Decoder
from phototagger.jobs.progress import Cancel


class Walker:
    """Lists folders without recursion. ``roots``: what the catalog has, links into which are not followed, for
    their targets are met anyway. ``unreadable`` collects the folders that could not be listed, ``paired`` counts
    the raws that another file leads."""

    def __init__(self, decoder: Decoder, cancel: Cancel, roots: CatalogPaths) -> None:
        self.decoder = decoder
        self.cancel = cancel
        self._roots = roots
        self._real_roots = [Path(os.path.realpath(root)) for root in roots.roots if is_folder(root)]
        self.unreadable: list[Path] = []
        self.paired = 0
        self._folders: list[LeftFolder] = []
        self._kinds: Counter[str] = Counter()
        self.placeholders: list[Path] = []  # where photos would be that are in a cloud

    def left(self, roots: Sequence[Path]) -> Left:
        """The folders and kinds that were met and left alone so far; not those added on purpose, as ``roots``."""
        folders = tuple(one for one in self._folders if one.path not in roots)
        return Left(folders, dict(self._kinds))

    def walk(self, top: Path) -> Iterator[list[FoundFile]]:
        """The photos of each folder at or below ``top``, or of the single file ``top``. Each folder is met once,
        under its own name before any link to it, so no loop of links goes round. The top itself was named on
        purpose, whatever it is called."""
        if not is_folder(top):
            yield self.file(top)
            return
        waiting, links = [str(top)], list[str]()
        visited: set[Identity] = set()
        while waiting or links:
            self.cancel.check()
            folder = waiting.pop() if waiting else links.pop()
            try:
                mark = Path(folder).stat()
                place = (mark.st_dev, mark.st_ino)
                if mark.st_ino:  # some file systems number nothing
                    if place in visited or self._is_another_root(place, top, folder):
                        continue
                    visited.add(place)
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError:
                self._could_not_list(folder, top)
                continue
            if Path(folder) != top and self._is_foreign(folder, entries):
                continue
            yield self._sort(Path(folder), entries, waiting, links)

    def _is_another_root(self, place: Identity, top: Path, folder: str) -> bool:
        """Whether this folder is one that the person added under another name: its photos have that one's."""
        root = self._roots.by_identity.get(place)
        return root is not None and root != Path(folder) and not root.is_relative_to(top)

    def _is_foreign(self, folder: str, entries: list[os.DirEntry[str]]) -> bool:
        reason = by_content(PurePath(folder).name, [entry.name for entry in entries])
        if reason is not None:
            self._folders.append(LeftFolder(Path(folder), reason))
        return reason is not None

    def _could_not_list(self, folder: str, top: Path) -> None:
        """A folder below the top that is gone meanwhile is gone; anything else is unreadable."""
        if os.path.lexists(folder) or Path(folder) == top:
            self.unreadable.append(Path(folder))

    def _sort(
        self, folder: Path, entries: list[os.DirEntry[str]], waiting: list[str], links: list[str]
    ) -> list[FoundFile]:
        found: list[str] = []
        below: list[str] = []
        names = [entry.name for entry in entries]
        for entry in entries:
            if entry.name.startswith(".") or is_marked_hidden(entry.path):
                self._look_for_placeholder(Path(entry.path))
            elif entry.is_symlink() and self._met_anyway(entry.path):
                continue
            elif entry.is_dir():
                if self._passed_over(entry, folder, names):
                    continue
                (links if entry.is_symlink() else below).append(entry.path)
            elif not entry.is_file():
                continue
            elif self.decoder.can_decode(Path(entry.path)):
                found.append(entry.path)
            else:
                self._count_kind(Path(entry.path))
        waiting += reversed(below)
        led = leaders(Path(path).name for path in found)  # a raw with its JPEG is one photo
        self.paired += len(led)
        led = {**led, **dict.fromkeys(live_films(Path(path).name for path in found), "")}
        return [file for path in map(Path, found) if path.name not in led for file in self.file(path)]

    def _passed_over(self, entry: os.DirEntry[str], folder: Path, siblings: list[str]) -> bool:
        """A folder that its name says is not the person's; a link to one, or to what lies inside one, is too."""
        reason = foreign_by_name(entry.name, folder.name, siblings)
        if reason is None and entry.is_symlink():
            real, ours = Path(os.path.realpath(entry.path)), Path(os.path.realpath(folder))
            common = next((above for above in (ours, *ours.parents) if real.is_relative_to(above)), None)
            parts = (real.relative_to(common) if common is not None else real).parts  # none: on another drive
            above = (foreign_by_name(part, parent) for part, parent in zip(parts, ("", *parts), strict=False))
            reason = next((one for one in above if one is not None), None)
        if reason is not None:
            self._folders.append(LeftFolder(Path(entry.path), reason))
        return reason is not None

    def _count_kind(self, path: Path) -> None:
        suffix = path.suffix.lower()
        if suffix in PHOTO_KINDS:
            self._kinds[suffix] += 1
        else:
            self._look_for_placeholder(path)

    def _look_for_placeholder(self, path: Path) -> None:
        name = placeholder_of(path.name)
        if name is not None and self.decoder.can_decode(path.with_name(name)):
            self.placeholders.append(path.with_name(name))

    def _met_anyway(self, link: str) -> bool:
        target = Path(os.path.realpath(link))
        return any(target.is_relative_to(root) for root in self._real_roots)

    def file(self, path: Path) -> list[FoundFile]:
        """The photo at this path, if it is there."""
        try:
            mark = path.stat()
        except FileNotFoundError:
            return []
        except OSError:
            self.unreadable.append(path.parent)
            return []
        return [FoundFile(path, FileSignature(mark.st_size, mark.st_mtime_ns), in_cloud_only(mark))]
