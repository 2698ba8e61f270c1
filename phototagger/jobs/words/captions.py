"""Captions: the text in photos is proposed where nobody has given them one; a person may give any photo theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import captions, values
from phototagger.catalog.words.captions import TextPhoto
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import Changes
from phototagger.domain.writing import FileFields
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.jobs.write.settling import READ_BATCH
from phototagger.keywords.caption_text import caption_of


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

    def look(page: Sequence[TextPhoto]) -> None:
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


def _unlooked(catalog: Catalog, folders: Sequence[Path]) -> Iterator[Sequence[TextPhoto]]:
    after = 0
    while page := catalog.read(partial(captions.unlooked, after_id=after, limit=READ_BATCH, folders=folders)):
        yield page
        after = page[-1].id


def withdraw_captions(catalog: Catalog) -> Changes:
    """The switch is off: captions that wait for review go; what was decided stands."""
    return catalog.write(lambda c: values.withdraw(c, CAPTION))


def _store(
    c: sqlite3.Connection,
    page: Sequence[TextPhoto],
    texts: Mapping[int, str | None],
    found: Mapping[Path, FileFields | Exception],
) -> Changes:
    changed = set()
    for photo in page:
        fields = found.get(photo.path)
        if isinstance(fields, Exception) or (fields is not None and fields.unread()):
            continue
        free = isinstance(fields, FileFields) and not fields.said(CAPTION)
        text = texts[photo.id] if free else None
        if values.propose(c, CAPTION, photo.id, photo.mark, text) and text is not None:
            changed.add(photo.id)
    return Changes(frozenset(changed), folders=bool(changed))
