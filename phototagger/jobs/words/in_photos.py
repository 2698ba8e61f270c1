"""Taking up the keywords that photos bring along in their files: trees of digiKam and Lightroom, and flat words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.words import keywords
from phototagger.domain.records import Failure
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.words.own_words import Imported
from phototagger.jobs.write.settling import READ_BATCH, file_failure


@dataclass(frozen=True, slots=True)
class TakenWords:
    """What was taken up, and the files that could not be read."""

    imported: Imported
    failed: list[tuple[Path, Failure]] = field(default_factory=list)


def take_words_of_photos(
    catalog: Catalog,
    reader: MetadataWriter,
    book: KeywordBook,
    photo_ids: Sequence[int],
    match: bool,
    cancel: Cancel,
) -> Job[TakenWords]:
    """Reads these photos' files and takes their keywords into the person's list, all at the end; ``match`` as in
    :func:`words.import_list`. Raises ExifToolError, Cancelled."""
    meter = Meter("import", len(photo_ids), cancel)
    found: set[str] = set()
    failed: list[tuple[Path, Failure]] = []

    def look(ids: Sequence[int]) -> None:
        paths = [photo.path for photo in catalog.read(partial(photos.by_id, ids=ids))]
        for path, fields in reader.read(paths).items():
            if isinstance(fields, Exception):
                failed.append((path, file_failure(fields)))
                meter.fail()
            else:
                found.update(filter(None, map(keywords.mended, fields.keywords())))
                failed.extend((path, failure) for failure in fields.unread())

    def take() -> Imported:
        imported = book.take_words(sorted(found), match)
        meter.changed(imported.changes)
        return imported

    yield from meter.pages(paged(photo_ids, READ_BATCH), look)
    imported = yield from meter.once(take)
    return TakenWords(imported, failed)
