"""Reading the names that other programs gave to faces, after an analysis found the faces."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import file_names
from phototagger.catalog.people.file_names import FacesPhoto
from phototagger.domain.records import Changes
from phototagger.domain.writing import NamedFace
from phototagger.files.suffixes import PICASA_NAMES
from phototagger.jobs.ports import NamesReader
from phototagger.jobs.progress import Cancel, Job, Meter

PAGE = 200


@dataclass(frozen=True, slots=True)
class NamesSummary:
    """Photos whose files were read, names found in them, and photos whose file could not be read."""

    read: int
    names: int
    failed: int


def read_names(
    catalog: Catalog, reader: NamesReader, cancel: Cancel, folders: Sequence[Path] = ()
) -> Job[NamesSummary]:
    """Reads the files of photos with faces that changed since they were last read, and matches names to faces by
    place. What a person said about a face is never changed by it.

    Raises ExifToolError, Cancelled; what was read by then is kept.
    """
    total = catalog.read(partial(file_names.count_with_faces, folders=folders))
    meter = Meter("read_names", total, cancel)
    read = names = failed = 0

    def look(page: Sequence[FacesPhoto]) -> None:
        nonlocal read, names, failed
        marks = {photo.path: _mark(photo) for photo in page}
        stale = [photo for photo in page if photo.mark != marks[photo.path]]
        found = reader.face_names([photo.path for photo in stale]) if stale else {}
        good = {photo: faces for photo in stale if isinstance(faces := found.get(photo.path), tuple)}
        if good:
            meter.changed(catalog.write(partial(_store, good=good, marks=marks)))
        read += len(good)
        names += sum(len(faces) for faces in good.values())
        failed += len(stale) - len(good)
        meter.fail(len(stale) - len(good))

    yield from meter.pages(_pages(catalog, folders), look)
    return NamesSummary(read, names, failed)


def _pages(catalog: Catalog, folders: Sequence[Path]) -> Iterator[Sequence[FacesPhoto]]:
    after = 0
    while page := catalog.read(partial(file_names.with_faces, after_id=after, limit=PAGE, folders=folders)):
        yield page
        after = page[-1].id


def _store(
    c: sqlite3.Connection, good: dict[FacesPhoto, tuple[NamedFace, ...]], marks: dict[Path, str]
) -> Changes:
    changes = Changes()
    for photo, faces in good.items():
        changes |= file_names.store(c, photo.id, marks[photo.path], faces)
    return changes


def _mark(photo: FacesPhoto) -> str:
    """What tells that a photo or a file beside it changed."""
    path = photo.path
    beside = [path.with_name(path.name + ".xmp"), path.with_suffix(".xmp")]
    beside += [path.with_name(name) for name in PICASA_NAMES]
    return ":".join(map(str, (photo.size, photo.mtime_ns, *(_time(one) for one in beside))))


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
