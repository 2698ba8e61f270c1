"""Walking folders for photos: names, sizes and times only, no file is opened."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog import folders, moves, photos
from phototagger.catalog.connection import Catalog
from phototagger.catalog.paths import absolute
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain import Changes, FileSignature, FoundFile
from phototagger.errors import UsageError
from phototagger.jobs.ports import Decoder
from phototagger.jobs.progress import Cancel, Job, Meter, Progress
from phototagger.pairs import leaders, live_films

BATCH = 500  # photos a transaction: large enough to be fast, small enough to show soon
REPORT_EVERY = 0.25  # seconds

# Folders that hold no photos of the person's own, beside those whose name begins with a dot.
IGNORED = frozenset(
    ("$recycle.bin", "system volume information", "lost+found", "#recycle", "@eadir", "__macosx")
)


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """``found``: photos met; of these ``new`` and ``changed``. ``missing``: photos known and not met any more.
    ``unreadable_folders`` could not be listed (or are not there); what is known below them stays as it is.
    ``paired``: raws beside the JPEG or HEIC that leads them, which are one photo with it and not in ``found``."""

    found: int
    new: int
    changed: int
    missing: int
    unreadable_folders: tuple[Path, ...]
    paired: int = 0


def scan_folders(
    catalog: Catalog, decoder: Decoder, roots: Sequence[Path], cancel: Cancel
) -> Job[ScanSummary]:
    """Takes up every photo at or below ``roots`` (folders, or single photo files), and marks what is gone.

    Hidden and trash folders are passed over; links are followed only to places outside all roots. A root that
    cannot be reached loses nothing. Raises UsageError when no root is a folder or a photo, before anything is
    scanned.
    """
    meter = Meter("scan", None, cancel)
    known = catalog.read(photos.roots)
    tops, unreadable = _usable(known, decoder, roots)
    walker = Walker(decoder, cancel, [*known, *tops])
    walker.unreadable += unreadable
    scan = _Scan(catalog, walker, meter, catalog.write(photos.next_scan))
    yield meter.report()
    for top in tops:
        yield from scan.run(top)
    return ScanSummary(
        scan.found, scan.new, scan.changed, scan.missing, tuple(walker.unreadable), walker.paired
    )


def remove_root(catalog: Catalog, path: Path, thumbnails: ThumbnailStore | None = None) -> Changes:
    """Forgets a folder the person added, with its photos, their review and thumbnails; no file is touched.

    Raises UsageError when the path was not added.
    """
    forgotten = catalog.write(lambda c: folders.remove_root(c, path))
    if thumbnails is not None:
        thumbnails.remove_many(forgotten)
    return Changes(photo_list=True, folders=True)


def fold_nested(paths: Sequence[Path]) -> list[Path]:
    """Absolute paths, each once, without those inside another one."""
    ordered = sorted({absolute(path) for path in paths}, key=lambda path: path.parts)
    kept: list[Path] = []
    for path in ordered:
        if not kept or not path.is_relative_to(kept[-1]):
            kept.append(path)
    return kept


def _usable(known: list[Path], decoder: Decoder, roots: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The roots to scan, and those that are not there; files that are no photos are passed over."""
    usable: list[Path] = []
    absent: list[Path] = []
    refused: list[str] = []
    for top in fold_nested(roots):
        if _is_folder(top) or (decoder.can_decode(top) and _is_file(top)):
            usable.append(top)
        elif os.path.lexists(top):
            refused.append(f"{top} is neither a folder nor a photo of a kind that phototagger reads.")
        elif any(top.is_relative_to(root) for root in known):
            usable.append(top)  # gone, or its disk is away: for the scan to find out
        else:
            absent.append(top)
            refused.append(f"There is no folder or photo at {top}. Check the path.")
    if not usable:
        raise UsageError(refused[0] if refused else "No folder was given. Name at least one.")
    return usable, absent


@dataclass(slots=True)
class _Scan:
    """One run of the job: what it counted, and how a root is scanned."""

    catalog: Catalog
    walker: Walker
    meter: Meter
    scan_id: int
    found: int = 0
    new: int = 0
    changed: int = 0
    missing: int = 0

    def run(self, top: Path) -> Iterator[Progress]:
        single = _is_file(top)
        root_id = self.catalog.write(lambda c: folders.add_root(c, top, single))
        if not self._reachable(root_id):
            self.walker.unreadable.append(top)
            return
        yield self.meter.record(changes=Changes(folders=True))
        batch: list[FoundFile] = []
        last = time.monotonic()
        for found in self.walker.walk(top):
            batch += found
            while len(batch) >= BATCH or (batch and time.monotonic() - last >= REPORT_EVERY):
                yield self._store(root_id, batch[:BATCH])
                del batch[:BATCH]
                last = time.monotonic()
                self.walker.cancel.check()
            if time.monotonic() - last >= REPORT_EVERY:
                yield self.meter.report()
                last = time.monotonic()
        if batch:
            yield self._store(root_id, batch)
        self.walker.cancel.check()
        if self._reachable(root_id):
            yield self._sweep(root_id, top)

    def _reachable(self, root_id: int) -> bool:
        """Whether the root can be judged. An empty folder where a disk was mounted says nothing about the
        photos on that disk."""
        base = self.catalog.read(lambda c: folders.root_base(c, root_id))
        if not _is_folder(base):
            return False
        mounted = os.path.ismount(base)
        before = self.catalog.read(lambda c: folders.was_mounted(c, root_id))
        if before and not mounted and not any(base.iterdir()):
            return False
        if mounted != before:
            self.catalog.write(lambda c: folders.set_mounted(c, root_id, mounted))
        return True

    def _store(self, root_id: int, batch: list[FoundFile]) -> Progress:
        done = self.catalog.write(lambda c: photos.upsert(c, root_id, batch, self.scan_id))
        self.found += len(batch)
        self.new += done.new
        self.changed += done.changed
        self.meter.step(len(batch))
        return self.meter.record(str(batch[-1].path.parent), done.changes)

    def _sweep(self, root_id: int, top: Path) -> Progress:
        def sweep(c: sqlite3.Connection) -> tuple[Changes, int]:
            whole = folders.root_path(c, root_id) == top
            under = None if whole else top
            changes = photos.mark_missing(c, root_id, self.scan_id, under, self.walker.unreadable)
            gone = sorted(changes.photos)
            moved = moves.settle_missing(c, gone)
            moved += moves.settle_pairs(c, [lost for lost in gone if lost not in moved])
            return changes | Changes(photo_list=bool(moved)), len(changes.photos) - len(moved)

        changes, missing = self.catalog.write(sweep)
        self.missing += missing
        return self.meter.record(changes=changes)


class Walker:
    """Lists folders without recursion. ``roots``: links into these are not followed, their targets are met
    anyway. ``unreadable`` collects the folders that could not be listed, ``paired`` counts the raws that
    another file leads."""

    def __init__(self, decoder: Decoder, cancel: Cancel, roots: Sequence[Path]) -> None:
        self._decoder = decoder
        self.cancel = cancel
        self._real_roots = [Path(os.path.realpath(root)) for root in roots]
        self.unreadable: list[Path] = []
        self.paired = 0

    def walk(self, top: Path) -> Iterator[list[FoundFile]]:
        """The photos of each folder at or below ``top``, or of the single file ``top``. Each folder is met once,
        under its own name before any link to it, so no loop of links goes round."""
        if not _is_folder(top):
            yield self._file(top)
            return
        waiting, links = [str(top)], list[str]()
        visited: set[tuple[int, int]] = set()
        while waiting or links:
            self.cancel.check()
            folder = waiting.pop() if waiting else links.pop()
            try:
                mark = Path(folder).stat()
                place = (mark.st_dev, mark.st_ino)
                if mark.st_ino and place in visited:  # some file systems number nothing
                    continue
                visited.add(place)
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError:
                self._could_not_list(folder, top)
                continue
            yield self._sort(entries, waiting, links)

    def _could_not_list(self, folder: str, top: Path) -> None:
        """A folder below the top that is gone meanwhile is gone; anything else is unreadable."""
        if os.path.lexists(folder) or Path(folder) == top:
            self.unreadable.append(Path(folder))

    def _sort(self, entries: list[os.DirEntry[str]], waiting: list[str], links: list[str]) -> list[FoundFile]:
        found: list[str] = []
        below: list[str] = []
        for entry in entries:
            if _passed_over(entry):
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            elif entry.is_symlink() and self._met_anyway(entry.path):
                continue
            elif entry.is_dir():
                links.append(entry.path)
            elif entry.is_file() and self._decoder.can_decode(Path(entry.path)):
                found.append(entry.path)
        waiting += reversed(below)
        led = leaders(Path(path).name for path in found)  # a raw with its JPEG is one photo
        self.paired += len(led)
        led = {**led, **dict.fromkeys(live_films(Path(path).name for path in found), "")}
        return [file for path in map(Path, found) if path.name not in led for file in self._file(path)]

    def _met_anyway(self, link: str) -> bool:
        target = Path(os.path.realpath(link))
        return any(target.is_relative_to(root) for root in self._real_roots)

    def _file(self, path: Path) -> list[FoundFile]:
        try:
            mark = path.stat()
        except FileNotFoundError:
            return []
        except OSError:
            self.unreadable.append(path.parent)
            return []
        return [FoundFile(path, FileSignature(mark.st_size, mark.st_mtime_ns))]


def _is_folder(path: Path) -> bool:
    """False where :meth:`Path.is_dir` would raise, as in a folder closed to us."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _passed_over(entry: os.DirEntry[str]) -> bool:
    """Hidden by its name or, on Windows, by its attribute; or a system's or a NAS's own folder."""
    if entry.name.startswith(".") or entry.name.casefold() in IGNORED:
        return True
    if os.name != "nt":
        return False
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)
