"""Walking folders for photos: names, sizes and times only, no file is opened."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from phototagger.catalog.analysis import moves
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import folders, photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Changes, FoundFile
from phototagger.domain.sentences import Said, said
from phototagger.jobs.analysis.passed_over import NOTHING_LEFT, Left
from phototagger.jobs.analysis.roots import CatalogPaths, Foreigners, is_folder
from phototagger.jobs.analysis.walk import Walker
from phototagger.jobs.ports import Decoder
from phototagger.jobs.progress import Cancel, Job, Meter, paged

BATCH = 500  # photos a transaction: large enough to be fast, small enough to show soon
REPORT_EVERY = 0.25  # seconds
Found = tuple[int, FoundFile]  # with the root below which it lies
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """``found``: photos met; of these ``new`` and ``changed``. ``missing``: photos known and not met any more.
    ``unreadable_folders`` could not be listed (or are not there); what is known below them stays as it is.
    ``paired``: raws beside the JPEG or HEIC that leads them, which are one photo with it and not in ``found``.
    ``left``: what was met and left alone."""

    found: int
    new: int
    changed: int
    missing: int
    unreadable_folders: tuple[Path, ...]
    paired: int = 0
    left: Left = NOTHING_LEFT


def scan_folders(
    catalog: Catalog, decoder: Decoder, roots: Sequence[Path], cancel: Cancel
) -> Job[ScanSummary]:
    """Takes up every photo at or below ``roots`` (folders, or single photo files), and marks what is gone.

    Hidden folders and those of other programs (see ``files.foreign``) are passed over, but for roots,
    which were named on purpose; links are followed only to places outside all roots. A folder that a root was added
    for under another name has that name. A root that cannot be reached loses nothing. Raises UsageError when no
    root is a folder or a photo, before anything is scanned.
    """
    meter = Meter("scan", None, cancel)
    known = catalog.read(photos.roots)
    names, foreign = CatalogPaths(known), Foreigners()
    tops, unreadable = _usable(set(known), decoder, names.fold(roots, foreign))
    walker = Walker(decoder, cancel, names)
    walker.unreadable += unreadable
    scan = _Scan(catalog, walker, meter, foreign, catalog.write(photos.next_scan))
    yield from scan.run(tops)
    left = replace(walker.left(catalog.read(photos.roots)), in_cloud=scan.in_cloud)
    if left.folders:
        places = [one.path for one in left.folders]
        left = replace(left, known=catalog.read(lambda c: photos.count_missing(c, places)))
    return ScanSummary(
        scan.found, scan.new, scan.changed, scan.missing, tuple(walker.unreadable), walker.paired, left
    )


def remove_root(catalog: Catalog, path: Path, thumbnails: ThumbnailStore | None = None) -> Changes:
    """Forgets a folder the person added, with its photos, their review and thumbnails; no file is touched.

    Raises UsageError when the path was not added.
    """
    forgotten = catalog.write(lambda c: folders.remove_root(c, path))
    if thumbnails is not None:
        thumbnails.remove_many(forgotten)
    return Changes(photo_list=True, folders=True)


def _usable(known: set[Path], decoder: Decoder, roots: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The roots to scan, and those that are not there; files that are no photos are passed over."""
    usable: list[Path] = []
    absent: list[Path] = []
    refused: list[Said] = []
    for top in roots:
        if is_folder(top) or (decoder.can_decode(top) and _is_file(top)):
            usable.append(top)
        elif os.path.lexists(top):
            refused.append(
                said("{top} is neither a folder nor a photo of a kind that phototagger reads.", top=top)
            )
        elif not known.isdisjoint((top, *top.parents)):
            usable.append(top)  # gone, or its disk is away: for the scan to find out
        else:
            absent.append(top)
            refused.append(said("There is no folder or photo at {top}. Check the path.", top=top))
    if not usable:
        raise UsageError(refused[0] if refused else said("No folder was given. Name at least one."))
    return usable, absent


@dataclass(slots=True)
class _Scan:
    """One run of the job: what it counted, and how a root is scanned."""

    catalog: Catalog
    walker: Walker
    meter: Meter
    foreign: Foreigners
    scan_id: int
    found: int = 0
    new: int = 0
    changed: int = 0
    missing: int = 0
    in_cloud: int = 0

    def run(self, tops: Sequence[Path]) -> Job[None]:
        """Folders one by one, with what was added below them on purpose; single photos folder by folder."""
        singles: dict[Path, list[Path]] = {}
        done: set[Path] = set()
        for top in tops:
            if not is_folder(top) and self.walker.decoder.can_decode(top):
                singles.setdefault(top.parent, []).append(top)
                continue
            yield from self._folder(top)
            done.add(top)
            for root, single in self.catalog.read(partial(folders.roots_below, top=top)):
                if root not in done and root not in tops:
                    if single:
                        singles.setdefault(root.parent, []).append(root)
                    else:
                        yield from self._folder(root)
        for group in singles.values():
            yield from self._singles(group)

    def _folder(self, top: Path) -> Job[None]:
        self._name_as_met(top)
        root_id = yield from self._added(lambda c: folders.add_root(c, top, apart=self._apart))
        if not self._reachable([root_id]):
            self.walker.unreadable.append(top)
            return
        yield from self.meter.pages(self._walk(root_id, top), self._store)
        if self._reachable([root_id]):
            yield from self._sweep([(root_id, [top])])

    def _walk(self, root_id: int, top: Path) -> Iterator[Sequence[Found]]:
        """What is met, as many files as are stored at a time; an empty page where nothing was met for long."""
        batch: list[Found] = []
        last = time.monotonic()
        for found in self.walker.walk(top):
            batch += [(root_id, file) for file in found]
            while len(batch) >= BATCH or time.monotonic() - last >= REPORT_EVERY:
                yield batch[:BATCH]
                del batch[:BATCH]
                last = time.monotonic()
        yield batch

    def _singles(self, paths: Sequence[Path]) -> Job[None]:
        """Photos of one folder that were named one by one: a thousand cost about what the folder would."""
        ids = yield from self._added(lambda c: folders.add_roots(c, paths, single=True, apart=self._apart))
        roots: dict[int, list[Path]] = {}
        for root_id, path in zip(ids, paths, strict=True):
            roots.setdefault(root_id, []).append(path)
        reachable = self._reachable(list(roots))
        self.walker.unreadable += [
            path for root_id in roots if root_id not in reachable for path in roots[root_id]
        ]
        found = [
            (root_id, file)
            for root_id in reachable
            for path in roots[root_id]
            for file in self.walker.file(path)
        ]
        yield from self.meter.pages(paged(found, BATCH), self._store)
        met = {file.path for _, file in found}
        gone = [(root_id, [path for path in roots[root_id] if path not in met]) for root_id in reachable]
        yield from self._sweep([(root_id, paths) for root_id, paths in gone if paths])

    def _name_as_met(self, top: Path) -> None:
        """What lies below the top and was added by a link gets the name under which the walk will find it."""
        real_top = Path(os.path.realpath(top))
        for root, single in self.catalog.read(partial(folders.roots_below, top=top)):
            place = root.parent if single else root
            real = Path(os.path.realpath(place))
            if real.is_relative_to(real_top) and not self._apart(top, root):
                met = top / real.relative_to(real_top)
                if met != place:
                    self.catalog.write(partial(folders.rename_below, old=place, new=met))

    def _apart(self, above: Path, below: Path) -> bool:
        return self.foreign.between(above, below) is not None

    def _reachable(self, root_ids: Sequence[int]) -> list[int]:
        """Those of these roots that can be judged. An empty folder where a disk was mounted says nothing about the
        photos on that disk."""
        bases = self.catalog.read(lambda c: folders.root_bases(c, root_ids))
        mounted = {base: is_folder(base) and os.path.ismount(base) for base, _ in bases.values()}
        held = {base: mounted[base] or _holds_any(base) for base in mounted}
        fit = [one for one, (base, before) in bases.items() if is_folder(base) and (held[base] or not before)]
        turned = {one: mounted[bases[one][0]] for one in fit if mounted[bases[one][0]] != bases[one][1]}
        if turned:
            self.catalog.write(lambda c: folders.set_mounted(c, turned))
        return fit

    def _added(self, add: Callable[[sqlite3.Connection], Result]) -> Job[Result]:
        def change() -> Result:
            added = self.catalog.write(add)
            self.meter.changed(Changes(folders=True))
            return added

        return self.meter.once(change)

    def _store(self, batch: Sequence[Found]) -> None:
        by_root: dict[int, list[FoundFile]] = {}
        for root_id, file in batch:
            if not file.in_cloud:
                by_root.setdefault(root_id, []).append(file)
        waiting = [file.path for _, file in batch if file.in_cloud]

        def store(c: sqlite3.Connection) -> tuple[int, photos.Upserted]:
            done = photos.Upserted(0, 0, Changes())
            for root_id, files in by_root.items():
                done |= photos.upsert(c, root_id, files, self.scan_id)
            return photos.waiting_in_cloud(c, waiting, self.scan_id), done

        waits, done = self.catalog.write(store)
        self.in_cloud += waits
        self.found += len(batch) - len(waiting)
        self.new += done.new
        self.changed += done.changed
        self.meter.note = str(batch[-1][1].path.parent)
        self.meter.changed(done.changes)

    def _sweep(self, tops: Sequence[tuple[int, Sequence[Path]]]) -> Job[None]:
        """Marks what was not met at or below these places of roots."""
        placeholders, self.walker.placeholders = self.walker.placeholders, []

        def sweep(c: sqlite3.Connection) -> tuple[Changes, int, int]:
            waits = photos.waiting_in_cloud(c, placeholders, self.scan_id)
            changes = Changes()
            for root_id, paths in tops:
                under = [] if folders.root_path(c, root_id) in paths else paths
                changes |= photos.mark_missing(c, root_id, self.scan_id, under, self.walker.unreadable)
            gone = sorted(changes.photos)
            moved = moves.settle_missing(c, gone)
            moved += moves.settle_pairs(c, [lost for lost in gone if lost not in moved])
            return changes | Changes(photo_list=bool(moved)), len(changes.photos) - len(moved), waits

        def change() -> None:
            changes, missing, waits = self.catalog.write(sweep)
            self.meter.changed(changes)
            self.missing += missing
            self.in_cloud += waits

        return self.meter.once(change)


def _holds_any(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
