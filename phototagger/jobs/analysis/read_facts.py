"""Reading when and where photos were taken where their EXIF does not tell: out of XMP, IPTC and sidecars.

The analysis reads EXIF alone, in its own process and at once. It marks the photos whose file may tell more; those,
and the photos beside which a sidecar came, changed or went, are read here by exiftool, many at a time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import file_facts, findings
from phototagger.catalog.photos.file_facts import MarkedPhoto
from phototagger.domain.errors import PhotoError
from phototagger.domain.findings import FileFacts
from phototagger.domain.records import Changes
from phototagger.files.pairs import spelling
from phototagger.files.suffixes import is_film
from phototagger.jobs.analysis.analyse import Suggests
from phototagger.jobs.analysis.resuggest import saver
from phototagger.jobs.ports import FactsReader
from phototagger.jobs.progress import Cancel, Job, Meter

PAGE = 500
READ_BATCH = 100
SIDECAR_SUFFIX = ".xmp"


@dataclass(frozen=True, slots=True)
class FactsSummary:
    """Photos whose files were read, those in which something new was found, and those that could not be read."""

    read: int
    changed: int
    failed: int


def read_facts(
    catalog: Catalog,
    reader: FactsReader,
    suggester: Suggests,
    countries: Mapping[str, str],
    cancel: Cancel,
    folders: Sequence[Path] = (),
) -> Job[FactsSummary]:
    """Reads what waits to be read at or below ``folders`` or anywhere, and makes the suggestions of photos again
    whose time or place changed. ``countries``: name in small letters -> the program's name.

    Raises ExifToolError, Cancelled; what was read by then is kept.
    """
    meter = Meter("read_facts", None, cancel)
    words: dict[str, int] = {}
    changed = 0

    def look(batch: Sequence[MarkedPhoto]) -> None:
        nonlocal changed
        found = reader.file_facts([photo.path for photo in batch])
        ids = catalog.write(partial(_store, batch=batch, found=found, countries=countries))
        meter.changed(Changes(frozenset(ids), folders=bool(ids)))
        kept = catalog.read(partial(findings.of_photos, photo_ids=ids))
        catalog.write(saver(kept, suggester, words))
        changed += len(ids)
        meter.fail(sum(isinstance(found.get(photo.path), PhotoError) for photo in batch))

    yield from meter.pages(_stale(catalog, folders, _Beside()), look)
    return FactsSummary(meter.done, changed, meter.failed)


def _stale(catalog: Catalog, folders: Sequence[Path], beside: _Beside) -> Iterator[Sequence[MarkedPhoto]]:
    """The photos whose files must be read, with the marks of now; at least one page, if an empty one, for each that
    is asked of the catalog."""
    after = 0
    while page := catalog.read(partial(file_facts.page, after_id=after, limit=PAGE, folders=folders)):
        marked = [
            replace(photo, mark=mark)
            for photo in page
            if not is_film(photo.path) and (mark := beside.mark(photo.path)) != photo.mark
        ]
        for start in range(0, max(len(marked), 1), READ_BATCH):
            yield marked[start : start + READ_BATCH]
        after = page[-1].id


def _store(
    c: sqlite3.Connection,
    batch: Sequence[MarkedPhoto],
    found: Mapping[Path, FileFacts | PhotoError],
    countries: Mapping[str, str],
) -> list[int]:
    """The photos that changed. One that cannot be read keeps what it has, and is not read again before something
    beside it changes."""
    changed = []
    for photo in batch:
        facts = found.get(photo.path)
        facts = _in_english(facts, countries) if isinstance(facts, FileFacts) else None
        if file_facts.store(c, photo.id, photo.mark, facts):
            changed.append(photo.id)
    return changed


def _in_english(facts: FileFacts, countries: Mapping[str, str]) -> FileFacts:
    if not facts.named_place:
        return facts
    country, *rest = facts.named_place
    return replace(facts, named_place=(countries.get(country.casefold(), country), *rest))


class _Beside:
    """What lies beside photos that may be their sidecars; each folder is listed once, and no photo is looked at."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._sidecars: dict[str, list[str]] = {}

    def mark(self, photo: Path) -> str:
        """Changes when a sidecar of a file of that stem comes, changes or goes; empty where there is none."""
        if photo.parent != self._folder:
            self._folder, self._sidecars = photo.parent, self._listed(photo.parent)
        return ":".join(sorted(self._sidecars.get(_stem(photo.name), ())))

    def _listed(self, folder: Path) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.casefold().endswith(SIDECAR_SUFFIX):
                        status = entry.stat()
                        told = f"{entry.name!a}/{status.st_size}/{status.st_mtime_ns}"
                        name = entry.name[: -len(SIDECAR_SUFFIX)]
                        for stem in {spelling(name), _stem(name)}:
                            found.setdefault(stem, []).append(told)
        except OSError:  # gone, or not to be read: the next scan says so
            return found
        return found


def _stem(name: str) -> str:
    return spelling(PurePath(name).stem)
