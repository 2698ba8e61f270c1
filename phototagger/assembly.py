"""The only place where real parts meet: the catalog, the decoder, the engine, exiftool and the jobs over them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from phototagger.catalog import photos
from phototagger.catalog.connection import Catalog
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain import Changes, Decoded, ErrorKind, Task, WritePlan
from phototagger.errors import ExifToolError, PhotoError
from phototagger.imaging.decode import PillowDecoder
from phototagger.inference.analyser import Analyser, load_analyser
from phototagger.inference.engine import ProcessEngine
from phototagger.inference.inline import InlineEngine
from phototagger.inference.models import ModelCheck, describe_models, verify_models
from phototagger.jobs import analyse, benchmark, evaluate, review, scan, suggest, write
from phototagger.jobs.analyse import AnalyseSummary
from phototagger.jobs.library import Library
from phototagger.jobs.people import People
from phototagger.jobs.ports import Engine
from phototagger.jobs.progress import Cancel, Job, Progress
from phototagger.jobs.scan import ScanSummary
from phototagger.jobs.write import UndoSummary, WriteSummary
from phototagger.metadata.writer import ExifToolWriter
from phototagger.settings import (
    Settings,
    copy_samples,
    default_cache_folder,
    default_catalog_path,
    default_settings_path,
    load_settings,
    resources_folder,
    samples_folder,
    save_settings,
)


def models_folder() -> Path:
    return resources_folder() / "models"


def make_analyser(device: str, tasks: tuple[Task, ...]) -> Analyser:
    """The embedded networks on one device. Module-level, so that the engine's child can import it."""
    return load_analyser(models_folder(), default_cache_folder() / "networks", device, tasks)


def make_decoder(pixel_limit_megapixels: int) -> PillowDecoder:
    """The decoder, by an importable name for the engine's child."""
    return PillowDecoder(pixel_limit_megapixels)


class App:
    """Everything window and command line may do. Methods are safe from any thread and never belong on the
    window's own thread, for they read files and SQL."""

    def __init__(self, catalog: Catalog, settings: Settings, settings_path: Path, in_process: bool) -> None:
        self.settings = settings
        self.notices: list[str] = []
        self._settings_path = settings_path
        self._in_process = in_process
        self._catalog = catalog
        self._thumbnails = ThumbnailStore.open(catalog.path.with_name(catalog.path.name + ".thumbs"))
        self.library = Library(catalog, self._thumbnails)
        self._decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
        self._suggester = self._make_suggester()
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._writer: ExifToolWriter | None = None

    @staticmethod
    def open(
        catalog_path: Path | None = None,
        settings_path: Path | None = None,
        device: str | None = None,
        in_process: bool = False,
    ) -> App:
        """Opens catalog and settings and settles what a killed run left behind.

        Raises CatalogError, SettingsError.
        """
        settings_path = settings_path or default_settings_path()
        settings = load_settings(settings_path)
        if device:
            settings = replace(settings, analysis=replace(settings.analysis, device=device))
        app = App(Catalog.open(catalog_path or default_catalog_path()), settings, settings_path, in_process)
        app._recover()
        return app

    def _make_suggester(self) -> suggest.Suggester:
        return suggest.Suggester(resources_folder() / "vocabulary", self.settings.analysis.strictness)

    def _recover(self) -> None:
        if not write.needs_recovery(self._catalog):
            return
        try:
            self.notices += write.recover(self._catalog, self.writer())
        except ExifToolError as error:
            self.notices.append(f"An earlier write was interrupted and cannot be checked yet. {error}")

    # --- parts made when first needed -----------------------------------------------------------------------

    def engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                analysis = self.settings.analysis
                objects = (Task.OBJECTS,) if analysis.objects else ()
                faces = (Task.FACES, Task.IDENTITY) if analysis.faces else ()
                tasks = (Task.CLASSIFY, *objects, *faces)
                analyser = functools.partial(make_analyser, analysis.device, tasks)
                decoder = functools.partial(make_decoder, analysis.pixel_limit_megapixels)
                maker = InlineEngine if self._in_process else ProcessEngine
                self._engine = maker(analyser, decoder, batch=analysis.batch)
            return self._engine

    def writer(self) -> ExifToolWriter:
        """Raises ExifToolError when exiftool is missing or too old."""
        with self._lock:
            if self._writer is None:
                self._writer = ExifToolWriter(self.settings.write, pixel_digest=self._decoder.pixel_digest)
            return self._writer

    # --- jobs -----------------------------------------------------------------------------------------------

    def scan(self, roots: Sequence[Path], cancel: Cancel) -> Job[ScanSummary]:
        return scan.scan_folders(self._catalog, self._decoder, roots, cancel)

    def analyse(self, folders: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        return analyse.analyse_photos(
            self._catalog, self._thumbnails, self.engine(), self._suggester, cancel, folders
        )

    def scan_and_analyse(
        self, roots: Sequence[Path], cancel: Cancel
    ) -> Generator[Progress, None, AnalyseSummary]:
        """What a drop does."""
        yield from self.scan(roots, cancel)
        return (yield from self.analyse(roots, cancel))

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]:
        return write.plan_writes(self._catalog, self.writer(), photo_ids, cancel)

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]:
        return write.write_plans(self._catalog, self.writer(), plans, cancel)

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]:
        return write.undo_run(self._catalog, self.writer(), run_id, cancel)

    def evaluate(self, dataset: Path, cancel: Cancel) -> Job[dict[str, Any]]:
        return evaluate.evaluate_dataset(dataset, self.engine(), self._suggester, cancel)

    def benchmark(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        naive = functools.partial(
            InlineEngine,
            functools.partial(make_analyser, self.settings.analysis.device, tuple(Task)),
            functools.partial(make_decoder, self.settings.analysis.pixel_limit_megapixels),
            batch=1,
        )
        return benchmark.run_benchmark(
            folder or samples_folder(), self.engine(), self._decoder, naive, cancel
        )

    # --- review: one history step each ----------------------------------------------------------------------

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes:
        return review.confirm(self._catalog, suggestion_ids)

    def reject(self, suggestion_ids: Sequence[int]) -> Changes:
        return review.reject(self._catalog, suggestion_ids)

    def reset(self, suggestion_ids: Sequence[int]) -> Changes:
        return review.reset(self._catalog, suggestion_ids)

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes:
        return review.accept_above(self._catalog, score, photo_ids)

    def reject_keyword(self, keyword: str, photo_ids: Sequence[int] | None) -> Changes:
        return review.reject_keyword(self._catalog, keyword, photo_ids)

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        return review.add_keyword(self._catalog, photo_ids, keyword)

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        return review.remove_keyword(self._catalog, photo_ids, keyword)

    def undo(self) -> tuple[Changes, str] | None:
        return review.undo(self._catalog)

    def redo(self) -> tuple[Changes, str] | None:
        return review.redo(self._catalog)

    def remove_root(self, path: Path) -> Changes:
        """Forgets the folder, its photos and what was reviewed on them; no file is touched."""
        return scan.remove_root(self._catalog, path, self._thumbnails)

    def retry(self, photo_ids: Sequence[int]) -> Changes:
        """Makes failed and quarantined photos pending again."""
        return self._catalog.write(lambda c: photos.retry(c, photo_ids))

    @property
    def people(self) -> People:
        return People(self._catalog)

    # --- looking --------------------------------------------------------------------------------------------

    def photo_pixels(self, photo_id: int, longest_side: int) -> Decoded:
        """The photo for the big view. Raises PhotoError."""
        photo = self.library.details(photo_id).photo
        return self._decoder.decode(photo.path, longest_side)

    def known_keywords(self) -> list[str]:
        """Every keyword of the vocabulary and of the catalog, for completion."""
        return sorted(
            {*self._suggester.vocabulary.keywords(), *self.library.keywords_in_use()}, key=str.casefold
        )

    def keywords_in_files(self, paths: Sequence[Path]) -> dict[Path, tuple[str, ...] | Exception]:
        """The keywords that each file (its sidecar included) holds now, read by exiftool."""
        read = self.writer().read(paths)
        return {
            path: fields if isinstance(fields, Exception) else fields.keywords()
            for path, fields in read.items()
        }

    def keywords_in_file(self, photo_id: int) -> tuple[str, ...]:
        """Raises PhotoError when the file cannot be read, ExifToolError without exiftool."""
        path = self.library.details(photo_id).photo.path
        found = self.keywords_in_files([path]).get(path)
        if found is None:
            raise PhotoError(ErrorKind.GONE, f"{path} is not there any more.")
        if isinstance(found, Exception):
            raise found
        return found

    def exiftool_status(self) -> str | None:
        """None when exiftool is fine, else what to do."""
        try:
            self.writer().version()
        except ExifToolError as error:
            return str(error)
        return None

    def engine_status(self) -> dict[str, str]:
        return self.engine().describe()

    def models(self) -> list[dict[str, Any]]:
        """One dictionary a network. Raises ModelError."""
        return describe_models(models_folder())

    def verify_models(self) -> list[ModelCheck]:
        """Whether each network's weights are the ones that shipped. Raises ModelError."""
        return verify_models(models_folder())

    def sample_photos(self) -> Path:
        """A folder of the person's own with a copy of the sample photos. Raises UsageError."""
        return copy_samples()

    # --- settings and ending --------------------------------------------------------------------------------

    def update_settings(self, settings: Settings) -> None:
        """Saves the settings; parts that depend on a changed one are made anew when next needed."""
        save_settings(settings, self._settings_path)
        with self._lock:
            before, self.settings = self.settings, settings
            if settings.analysis != before.analysis:
                self._close_engine()
                self._suggester = self._make_suggester()
                self._decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
            if replace(settings.write, agreed=True) != replace(before.write, agreed=True):
                self._close_writer()

    def _close_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def close(self) -> None:
        """Ends engine, exiftool and catalog; idempotent. Running jobs must be cancelled first."""
        with self._lock:
            self._close_engine()
            self._close_writer()
        self._thumbnails.close()
        self._catalog.close()
