"""A catalog, a folder of photos, and write-back over both."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.analysis import moves
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import folders, photos
from phototagger.catalog.words import keywords
from phototagger.catalog.writing import journal
from phototagger.catalog.writing.journal import RowState
from phototagger.domain.findings import PhotoFacts
from phototagger.domain.records import FileSignature, FoundFile, Keyword, Photo
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs import review
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import run as job
from tests.support.photos import make_photo


@dataclass
class World:
    """A catalog and a folder with three photos in it, ids in order."""

    catalog: Catalog
    folder: Path
    paths: list[Path]
    ids: list[int]

    def want(self, keyword: str, *numbers: int) -> None:
        review.add_keyword(self.catalog, [self.ids[number] for number in numbers], keyword)

    def drop(self, keyword: str, *numbers: int) -> None:
        review.remove_keyword(self.catalog, [self.ids[number] for number in numbers], keyword)

    def keywords(self, number: int) -> list[Keyword]:
        return self.catalog.read(lambda c: keywords.keywords(c, self.ids[number]))

    def photo(self, number: int) -> Photo:
        return self.catalog.read(lambda c: photos.by_id(c, [self.ids[number]]))[0]

    def states(self, run_id: int) -> list[RowState]:
        return [row.state for row in self.catalog.read(lambda c: journal.rows_of_run(c, run_id))]

    def scan(self) -> None:
        """As a scan of the folder does, and the analysis that knows a moved photo by its content."""

        def work(c: sqlite3.Connection) -> None:
            scan_id = photos.next_scan(c)
            files = [found(path) for path in sorted(self.folder.rglob("*.jpg"))]
            root = folders.add_root(c, self.folder)
            photos.upsert(c, root, files, scan_id)
            photos.mark_missing(c, root, scan_id)
            for photo in photos.by_path(c, [file.path for file in files]):
                content = hashlib.sha256(photo.path.read_bytes()).digest()
                moves.settle(c, photo.id, PhotoFacts("JPEG", 64, 42, fingerprint=content))

        self.catalog.write(work)

    def move(self, number: int, path: Path, sidecar: Path | None = None) -> None:
        """The person moves or renames a photo (and its sidecar), and a scan meets it."""
        path.parent.mkdir(exist_ok=True)
        if sidecar is not None:
            self.paths[number].with_name(self.paths[number].name + ".xmp").rename(sidecar)
        self.paths[number] = self.paths[number].rename(path)
        self.scan()
        assert self.photo(number).path == path

    def plan(self, writer: ExifToolWriter) -> list[WritePlan]:
        return run_to_end(job.plan_writes(self.catalog, writer, None, Cancel()))

    def write(self, writer: ExifToolWriter) -> job.WriteSummary:
        return run_to_end(job.write_plans(self.catalog, writer, self.plan(writer), Cancel()))

    def remove_added(self, writer: ExifToolWriter, run_id: int | None = None) -> job.RemovalSummary:
        return run_to_end(job.remove_added(self.catalog, writer, run_id, Cancel()))

    def undo(self, writer: ExifToolWriter, run_id: int | None = None) -> job.UndoSummary:
        return run_to_end(job.undo_run(self.catalog, writer, run_id, Cancel()))


def found(path: Path) -> FoundFile:
    status = path.stat()
    return FoundFile(path, FileSignature(status.st_size, status.st_mtime_ns))


def open_world(folder: Path, catalog_path: Path) -> World:
    folder.mkdir()
    paths = [make_photo(folder / f"{name}.jpg", seed=number) for number, name in enumerate("abc")]
    return world_of(folder, catalog_path, paths)


def world_of(folder: Path, catalog_path: Path, paths: list[Path]) -> World:
    """A new catalog that knows these photos below the folder."""
    catalog = Catalog.open(catalog_path)
    files = [found(path) for path in paths]

    def fill(c: sqlite3.Connection) -> list[int]:
        root = folders.add_root(c, folder)
        photos.upsert(c, root, files, photos.next_scan(c))
        return [photo.id for photo in photos.by_path(c, paths)]

    return World(catalog, folder, paths, catalog.write(fill))
