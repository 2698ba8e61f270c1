"""The read side for window and command line. Every method is safe from any thread; none is for the GUI thread."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phototagger.catalog import history
from phototagger.catalog.analysis import suggestions
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import regions
from phototagger.catalog.photos import file_facts, findings, photos, search
from phototagger.catalog.photos.folders import FolderRow as FolderRow
from phototagger.catalog.photos.search import PhotoChoice as PhotoChoice
from phototagger.catalog.photos.summaries import Counts as Counts
from phototagger.catalog.photos.summaries import PhotoRow as PhotoRow
from phototagger.catalog.photos.summaries import photo_counts, photo_rows
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.catalog.words import keywords, values
from phototagger.catalog.writing import journal
from phototagger.domain.findings import TextLine
from phototagger.domain.records import HistoryStep, Keyword, KnownValue, Photo, Region, Suggestion
from phototagger.domain.writing import FieldConflict, WriteRun
from phototagger.files.pairs import belongings
from phototagger.keywords.sources.folders import FOLDERS as FOLDERS


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Which photos. ``folder``: it and everything below it. ``text``: every word must stand in the file's name,
    its folder, a keyword (suggested or confirmed), a person's name, the text in the photo, its caption or title;
    case is ignored."""

    folder: Path | None = None
    state: PhotoChoice = "all"
    text: str = ""


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """All that is known of one photo. ``keywords``: wanted, or written in the file; ``text``: read in the photo."""

    photo: Photo
    suggestions: list[Suggestion]
    keywords: list[Keyword]
    regions: list[Region]
    run: int | None = None  # the last run that wrote it and was not taken back
    text: tuple[TextLine, ...] = ()
    values: Mapping[str, KnownValue] = field(default_factory=dict)  # by kind: proposed, accepted, rejected
    leaving: Mapping[str, str] = field(default_factory=dict)  # by kind: to be taken out of the file


class Library:
    """Questions about the catalog."""

    def __init__(self, catalog: Catalog, thumbnails: ThumbnailStore) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails

    def folders(self) -> list[FolderRow]:
        """Every folder from the roots down, by path; each counts the photos in it and below it."""
        return self._catalog.read(photos.folders)

    def roots(self) -> list[Path]:
        """What the person added: folders, and single photo files."""
        return self._catalog.read(photos.roots)

    def photo_ids(self, wanted: PhotoFilter) -> array[int]:
        """Ids of the photos that pass the filter, by folder, then name."""
        return self._catalog.read(lambda c: search.ids(c, wanted.folder, wanted.state, wanted.text))

    def ids_under(self, paths: Sequence[Path]) -> array[int]:
        """Ids of the photos at or below any of the paths (files or folders), by folder, then name."""
        return self._catalog.read(lambda c: search.ids_under(c, list(paths)))

    def unknown(self, paths: Sequence[Path]) -> list[Path]:
        """Those of these paths at or below which the catalog has no photo."""
        return self._catalog.read(lambda c: search.unknown(c, paths))

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        """A page of the grid, in the order asked for; ids that are gone are left out."""
        return self._catalog.read(lambda c: photo_rows(c, ids))

    def named_place(self, photo_id: int) -> tuple[str, ...]:
        """Country, region and town as the photo's file names them; empty where it does not."""
        return self._catalog.read(lambda c: file_facts.named_place(c, photo_id))

    def details(self, photo_id: int) -> PhotoDetails:
        """Raises KeyError when the photo is gone from the catalog."""
        found = self.details_of([photo_id])
        if not found:
            raise KeyError(photo_id)
        return found[0]

    def details_of(self, ids: Sequence[int]) -> list[PhotoDetails]:
        """Details of several photos in the order asked for; ids that are gone are left out."""

        def query(c: sqlite3.Connection) -> list[PhotoDetails]:
            suggested: dict[int, list[Suggestion]] = {}
            for suggestion in suggestions.for_photos(c, ids):
                suggested.setdefault(suggestion.photo_id, []).append(suggestion)
            words = keywords.keywords_of(c, ids)
            boxes = regions.for_photos(c, ids)
            texts = findings.text_of(c, ids)
            known = values.of_photos(c, ids)
            going = values.leaving(c, ids)
            return [
                PhotoDetails(
                    photo,
                    suggested.get(photo.id, []),
                    words.get(photo.id, []),
                    boxes.get(photo.id, []),
                    journal.last_run_of(c, photo.id),
                    texts.get(photo.id, ()),
                    known.get(photo.id, {}),
                    going.get(photo.id, {}),
                )
                for photo in photos.by_id(c, ids)
            ]

        return self._catalog.read(query)

    def files_beside(self, photo_id: int) -> list[str]:
        """The names of the files that belong to this photo: its raws, the film of a live photo. Lists its folder.

        Raises KeyError when the photo is gone from the catalog.
        """
        path = self.details(photo_id).photo.path
        try:
            return belongings(path.name, (entry.name for entry in path.parent.iterdir()))
        except OSError:  # the folder is away: reported where the photo itself is missed
            return []

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        """The photos in the order asked for; ids that are gone are left out."""
        return self._catalog.read(lambda c: photos.by_id(c, ids))

    def by_path(self, paths: Sequence[Path]) -> list[Photo]:
        """The photos at exactly these paths; paths the catalog does not know are left out."""
        return self._catalog.read(lambda c: photos.by_path(c, paths))

    def thumbnail(self, photo_id: int) -> bytes | None:
        """A small upright JPEG, or None while there is none."""
        return self._thumbnails.get(photo_id)

    def problems(self) -> list[Photo]:
        """Failed and quarantined photos, by folder and name."""
        return self._catalog.read(photos.problems)

    def counts(self) -> Counts:
        return self._catalog.read(photo_counts)

    def keywords_in_use(self) -> list[str]:
        """Every keyword in use, for completion."""
        return self._catalog.read(keywords.known)

    def history(self, limit: int = 100) -> list[HistoryStep]:
        """The newest catalog edits, newest first."""
        return self._catalog.read(lambda c: history.steps(c, limit))

    def conflicts(self, run_id: int) -> list[FieldConflict]:
        """The fields that undo of this run left alone, because others had edited them."""
        return self._catalog.read(lambda c: journal.conflicts(c, run_id))

    def runs(self) -> list[WriteRun]:
        """Runs of write-back, newest first."""
        return self._catalog.read(journal.runs)
