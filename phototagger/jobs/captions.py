"""Proposing the text in photos as their captions, where nobody has given them one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from phototagger.catalog import captions
from phototagger.catalog.captions import ReadPhoto
from phototagger.catalog.connection import Catalog
from phototagger.domain import Changes
from phototagger.jobs.caption_text import caption_of
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.jobs.write_settle import READ_BATCH
from phototagger.writing import FileFields


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
    looked = proposed = failed = after = 0
    while page := catalog.read(partial(captions.unlooked, after_id=after, limit=READ_BATCH, folders=folders)):
        after = page[-1].id
        texts = {photo.id: caption_of(photo.lines) for photo in page}
        with_text = [photo.path for photo in page if texts[photo.id] is not None]
        found = reader.read(with_text) if with_text else {}
        bad = sum(isinstance(fields, Exception) for fields in found.values())
        changes = catalog.write(partial(_store, page=page, texts=texts, found=found))
        looked += len(page)
        proposed += len(changes.photos)
        failed += bad
        meter.step(len(page), failed=bad)
        yield meter.report(changes=changes)
    return CaptionsSummary(looked, proposed, failed)


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
