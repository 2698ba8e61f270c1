"""Giving photos a value of the person's own: a caption, a title, a rating."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.words import values
from phototagger.domain.errors import ExifToolError
from phototagger.domain.facets import value_facet
from phototagger.domain.facets.texts import short
from phototagger.domain.records import Changes, Photo, PhotoState
from phototagger.domain.sentences import Said, joined, said
from phototagger.domain.writing import FileFields
from phototagger.jobs import review
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.write.settling import READ_BATCH


@dataclass(frozen=True, slots=True)
class GivenValue:
    """What became of a value of the person's own: ``kept`` are photos that say something else already, which is not
    of this program's making, and that."""

    kind: str
    changes: Changes
    kept: tuple[tuple[Path, str], ...] = ()


def give_value(
    catalog: Catalog,
    reader: MetadataWriter,
    kind: str,
    photo_ids: Sequence[int],
    text: str,
    over: Collection[str] | None,
    cancel: Cancel,
) -> Job[GivenValue]:
    """Gives these photos a value of the person's own, in one history step, whatever was proposed or decided before.
    One that a file has by another hand stays, unless it is among those that the person agreed to replace (``over``;
    None: whichever). A file that cannot be read now is looked at when it is written.

    Raises UsageError for what is no such value, Cancelled.
    """
    facet = value_facet(kind)
    text = facet.typed(text)
    meter = Meter("values", len(photo_ids), cancel)
    given: dict[tuple[str, ...], list[int]] = {}
    kept: list[tuple[Path, str]] = []

    def look(ids: Sequence[int]) -> None:
        page = catalog.read(partial(photos.by_id, ids=ids))
        ours = catalog.read(partial(values.written_on, kind=kind, photo_ids=ids))
        for photo, held in _held(reader, kind, page):
            others = [other for other in held if other not in (text, ours.get(photo.id))]
            agreed = () if not facet.replaces else others if over is None else over
            staying = [other for other in others if other not in agreed]
            if staying:
                kept.append((photo.path, staying[0]))
            else:
                given.setdefault(tuple(others), []).append(photo.id)

    def give() -> Changes:
        changes = review.give_value(catalog, kind, text, given) if given else Changes()
        meter.changed(changes)
        return changes

    yield from meter.pages(paged(photo_ids, READ_BATCH), look)
    changes = yield from meter.once(give)
    return GivenValue(kind, changes, tuple(kept))


def kept_sentence(kind: str, path: Path, value: str) -> Said:
    """What to tell of a photo that keeps the value it has."""
    facet = value_facet(kind)
    stays = said(
        "{path} has a {kind} already, which stays: {value}.", path=path, kind=facet.noun, value=short(value)
    )
    if facet.replaces:
        how = said("To have another, replace it (--replace, or type over it in the window).")
    else:
        how = said("To have another, take it out with the program that wrote it.")
    return joined((stays, how))


def _held(reader: MetadataWriter, kind: str, page: Sequence[Photo]) -> Iterator[tuple[Photo, Sequence[str]]]:
    """Each photo with the values in its files, none where they cannot be read."""
    there = [photo.path for photo in page if photo.state is not PhotoState.MISSING]
    try:
        found = reader.read(there)
    except ExifToolError:
        found = {}
    for photo in page:
        fields = found.get(photo.path)
        yield photo, fields.said(kind) if isinstance(fields, FileFields) else ()
