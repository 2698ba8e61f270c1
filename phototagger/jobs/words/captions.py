"""Captions: the text in photos is proposed where nobody has given them one; a person may give any photo theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.words import captions
from phototagger.catalog.words.captions import ReadPhoto
from phototagger.domain.errors import ExifToolError
from phototagger.domain.records import Changes, Photo, PhotoState
from phototagger.domain.writing import FileFields
from phototagger.jobs import review
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.write.captions import short
from phototagger.jobs.write.settling import READ_BATCH
from phototagger.keywords.caption_text import caption_of, caption_typed


@dataclass(frozen=True, slots=True)
class CaptionsSummary:
    """Photos with text that were looked at, captions proposed, and photos whose file could not be read."""

    looked: int = 0
    proposed: int = 0
    failed: int = 0


def has_unlooked(catalog: Catalog, folders: Sequence[Path] = ()) -> bool:
    """Whether :func:`propose_captions` has any photo to look at."""
    return bool(catalog.read(partial(captions.unlooked, after_id=0, limit=1, folders=folders)))


def propose_captions(
    catalog: Catalog, reader: MetadataWriter, cancel: Cancel, folders: Sequence[Path] = ()
) -> Job[CaptionsSummary]:
    """Looks at the files of photos with text that are new or changed: one without a caption (what cameras write by
    themselves is none) gets a proposal. A file that cannot be read is looked at again the next time.

    Raises ExifToolError, Cancelled; what was proposed by then stays.
    """
    meter = Meter("captions", None, cancel)
    proposed = 0

    def look(page: Sequence[ReadPhoto]) -> None:
        nonlocal proposed
        texts = {photo.id: caption_of(photo.lines) for photo in page}
        with_text = [photo.path for photo in page if texts[photo.id] is not None]
        found = reader.read(with_text) if with_text else {}
        changes = catalog.write(partial(_store, page=page, texts=texts, found=found))
        meter.changed(changes)
        meter.fail(sum(isinstance(fields, Exception) for fields in found.values()))
        proposed += len(changes.photos)

    yield from meter.pages(_unlooked(catalog, folders), look)
    return CaptionsSummary(meter.done, proposed, meter.failed)


def _unlooked(catalog: Catalog, folders: Sequence[Path]) -> Iterator[Sequence[ReadPhoto]]:
    after = 0
    while page := catalog.read(partial(captions.unlooked, after_id=after, limit=READ_BATCH, folders=folders)):
        yield page
        after = page[-1].id


@dataclass(frozen=True, slots=True)
class GivenCaption:
    """What became of a caption of the person's own: ``kept`` are photos that say something else already, in a
    caption that is not of this program's making, and that."""

    changes: Changes
    kept: tuple[tuple[Path, str], ...] = ()


def give_caption(
    catalog: Catalog, reader: MetadataWriter, photo_ids: Sequence[int], text: str, cancel: Cancel
) -> Job[GivenCaption]:
    """Gives these photos a caption of the person's own wording, in one history step, whatever was proposed or
    decided before. One that a file has by another hand stays. A file that cannot be read now is looked at when it
    is written.

    Raises UsageError for an empty or too long text, Cancelled.
    """
    text = caption_typed(text)
    meter = Meter("captions", len(photo_ids), cancel)
    given: list[int] = []
    kept: list[tuple[Path, str]] = []

    def look(ids: Sequence[int]) -> None:
        page = catalog.read(partial(photos.by_id, ids=ids))
        ours = catalog.read(partial(captions.written_on, photo_ids=ids))
        for photo, held in _held(reader, page):
            others = [other for other in held if other not in (text, ours.get(photo.id))]
            if others:
                kept.append((photo.path, others[0]))
            else:
                given.append(photo.id)

    def give() -> Changes:
        changes = review.accept_captions(catalog, given, text) if given else Changes()
        meter.changed(changes)
        return changes

    yield from meter.pages(paged(photo_ids, READ_BATCH), look)
    changes = yield from meter.once(give)
    return GivenCaption(changes, tuple(kept))


def kept_sentence(path: Path, caption: str) -> str:
    """What to tell of a photo that keeps the caption it has."""
    return (
        f"{path} has a caption already, which stays: {short(caption)}. To have another, take it out with the "
        "program that wrote it."
    )


def _held(reader: MetadataWriter, page: Sequence[Photo]) -> Iterator[tuple[Photo, Sequence[str]]]:
    """Each photo with the captions in its files, none where they cannot be read."""
    there = [photo.path for photo in page if photo.state is not PhotoState.MISSING]
    try:
        found = reader.read(there)
    except ExifToolError:
        found = {}
    for photo in page:
        fields = found.get(photo.path)
        yield photo, fields.captions() if isinstance(fields, FileFields) else ()


def withdraw_captions(catalog: Catalog) -> Changes:
    """The switch is off: captions that wait for review go; what was decided stands."""
    return catalog.write(captions.withdraw)


def _store(
    c: sqlite3.Connection,
    page: Sequence[ReadPhoto],
    texts: Mapping[int, str | None],
    found: Mapping[Path, FileFields | Exception],
) -> Changes:
    changed = set()
    for photo in page:
        fields = found.get(photo.path)
        if isinstance(fields, Exception) or (fields is not None and fields.unread()):
            continue
        free = isinstance(fields, FileFields) and not fields.captions()
        text = texts[photo.id] if free else None
        if captions.propose(c, photo.id, photo.mark, text) and text is not None:
            changed.add(photo.id)
    return Changes(frozenset(changed), folders=bool(changed))
