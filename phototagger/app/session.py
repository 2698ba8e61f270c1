"""The real parts - catalog, decoders, engine, exiftool - made when first needed, lent to jobs, and ended."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from phototagger.app.naming import NAME_TOOLS
from phototagger.app.networks import make_analyser, make_child_decoder, make_decoder
from phototagger.catalog.connection import Catalog
from phototagger.catalog.store.own_files import THUMBNAILS
from phototagger.catalog.store.pending import choose_boxes
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.catalog.writing import locks, renames
from phototagger.domain.errors import CatalogError, ExifToolError
from phototagger.domain.findings import Task
from phototagger.domain.frames import PhotoVersion
from phototagger.exiftool.planning.maker import wanted_kinds
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging.child_decoder import ApartDecoder
from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.opening.facts import fingerprint
from phototagger.inference.engine.engine import ProcessEngine
from phototagger.inference.engine.inline import InlineEngine
from phototagger.inference.engine.steps import LONGEST_SIDE
from phototagger.jobs.library import Library
from phototagger.jobs.people import People
from phototagger.jobs.ports import Engine
from phototagger.jobs.progress import Cancel
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.write import run
from phototagger.jobs.write.fix_names import recover_names
from phototagger.keywords.scoring import suggest
from phototagger.keywords.sources.everyday import Everyday
from phototagger.keywords.sources.places import Gazetteer
from phototagger.settings.declared import Settings
from phototagger.settings.locations import default_catalog_path, resources_folder
from phototagger.settings.store import save_settings

PROOF_SECONDS = 300.0  # most time to decode all frames of a photo at full size


class Closeable(Protocol):
    def close(self) -> None: ...


Part = TypeVar("Part", bound=Closeable)


def file_fingerprint(path: Path) -> bytes:
    """Tells a file's content wherever it lies. Raises OSError."""
    with path.open("rb") as file:
        return fingerprint(file)


class Parts:
    """The parts and the settings that they are made by. Methods are safe from any thread."""

    def __init__(self, catalog: Catalog, settings: Settings, settings_path: Path, in_process: bool) -> None:
        self.settings = settings
        self.notices: list[str] = []
        self._device: str | None = None  # for this run, instead of the one in the settings
        self._settings_path = settings_path
        self._in_process = in_process
        self._catalog = catalog
        self._thumbnails = ThumbnailStore.open(catalog.path.with_name(catalog.path.name + THUMBNAILS))
        self.library = Library(catalog, self._thumbnails)
        self._decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
        self._viewer = ApartDecoder(PillowDecoder)
        # Not the viewer: a photo that a person looks at does not wait for one that is being compared.
        self._prover = ApartDecoder(PillowDecoder, PROOF_SECONDS)
        self._suggester = self._make_suggester()
        self._gazetteer = Gazetteer(resources_folder() / "places")
        self._everyday = Everyday.load(resources_folder() / "models", self._suggester.vocabulary)
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._writer: ExifToolWriter | None = None
        self._lent: Counter[Closeable] = Counter()  # engines and writers that jobs are using

    def _make_suggester(self) -> suggest.Suggester:
        return suggest.Suggester(resources_folder() / "vocabulary", self.settings.analysis.strictness)

    def _choose_boxes(self) -> None:
        """So that photos count as not yet written for the boxes that the settings want, and for no others."""
        kinds = wanted_kinds(self.settings.write)
        self._catalog.write(lambda c: choose_boxes(c, kinds))

    def _recover(self) -> None:
        """At the start: nothing to say while another phototagger is writing, for its rows are not dead."""
        self._recover_names()
        if not run.needs_recovery(self._catalog):
            run.sweep(self._catalog, self.writer())
            return
        try:
            with locks.writing(self._catalog):
                self.notices += run.recover(self._catalog, self.writer())
        except ExifToolError as error:
            self.notices.append(f"An earlier write was interrupted and cannot be checked yet. {error}")
        except CatalogError:
            return

    def _recover_names(self) -> None:
        """Settles renames that a killed run left half done; nothing while another phototagger is at the photos."""
        if self._catalog.read(renames.unfinished):
            with suppress(CatalogError), locks.writing(self._catalog):
                self.notices += recover_names(self._catalog, NAME_TOOLS)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """For one job that is alone at the photos and needs no exiftool."""
        with locks.writing(self._catalog):
            self.notices += recover_names(self._catalog, NAME_TOOLS)
            yield

    @contextmanager
    def _writing(self) -> Iterator[ExifToolWriter]:
        """The writer for one job that is alone at the photos; what a killed run left is settled first."""
        with self._lend(self.writer) as writer, locks.writing(self._catalog):
            if run.needs_recovery(self._catalog):
                self.notices += run.recover(self._catalog, writer)
            yield writer

    # --- parts made when first needed -----------------------------------------------------------------------

    @property
    def keywords(self) -> KeywordBook:
        return KeywordBook(
            self._catalog,
            self._suggester,
            self.settings.words,
            self._gazetteer,
            resources_folder() / "vocabulary",
            self._everyday,
        )

    @property
    def people(self) -> People:
        return People(self._catalog)

    def engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                analysis = self.settings.analysis
                objects = (Task.OBJECTS,) if analysis.objects else ()
                faces = (Task.FACES, Task.IDENTITY, Task.TRAITS) if analysis.faces else ()
                text = (Task.TEXT,) if analysis.text else ()
                tasks = (Task.CLASSIFY, *objects, *faces, *text)
                analyser = functools.partial(make_analyser, self._device or analysis.device, tasks)
                make = make_decoder if self._in_process else make_child_decoder
                decoder = functools.partial(make, analysis.pixel_limit_megapixels)
                maker = InlineEngine if self._in_process else ProcessEngine
                self._engine = maker(analyser, decoder, batch=analysis.batch)
            return self._engine

    def writer(self) -> ExifToolWriter:
        """Raises ExifToolError when exiftool is missing or too old."""
        with self._lock:
            if self._writer is None:
                self._writer = ExifToolWriter(
                    self.settings.write,
                    pixel_digest=self._pixel_digest,
                    fingerprint=file_fingerprint,
                    version_of=self._version_of,
                    lock_folder=default_catalog_path().parent / "locks",  # the same for every catalog
                )
            return self._writer

    def exiftool_status(self) -> str | None:
        """None when exiftool is fine, else what to do."""
        try:
            with self._lend(self.writer) as writer:
                writer.version()
        except ExifToolError as error:
            return str(error)
        return None

    def _pixel_digest(self, path: Path) -> bytes:
        """In a process of its own, so that a photo on which its decoder dies fails alone."""
        return self._prover.pixel_digest(path, self.settings.analysis.pixel_limit_megapixels)

    def _version_of(self, path: Path) -> PhotoVersion:
        """Likewise. Raises PhotoError."""
        limit = self.settings.analysis.pixel_limit_megapixels
        facts = self._prover.decode(path, LONGEST_SIDE, limit).facts
        return PhotoVersion(facts.width, facts.height, facts.orientation, facts.sketch)

    @contextmanager
    def _engine_for(self, cancel: Cancel) -> Iterator[Engine]:
        """The engine for one job, which keeps it even when the settings change meanwhile."""
        with self._lend(self.engine) as engine, cancel.telling(engine.interrupt):
            yield engine

    @contextmanager
    def _lend(self, part: Callable[[], Part]) -> Iterator[Part]:
        """A part that is not closed while inside: one that was replaced meanwhile is closed at the end."""
        with self._lock:
            lent = part()
            self._lent[lent] += 1
        try:
            yield lent
        finally:
            with self._lock:
                self._lent[lent] -= 1
                unused = not self._lent[lent] and lent is not self._engine and lent is not self._writer
            if unused:
                lent.close()

    # --- settings and ending --------------------------------------------------------------------------------

    def update_settings(self, settings: Settings) -> None:
        """Saves the settings; parts that depend on a changed one are made anew when next needed."""
        save_settings(settings, self._settings_path)
        with self._lock:
            before, self.settings = self.settings, settings
            if settings.analysis.device != before.analysis.device:
                self._device = None
            if settings.analysis != before.analysis:
                if replace(settings.analysis, strictness=before.analysis.strictness) != before.analysis:
                    self._close_engine()
                self._suggester = self._make_suggester()
                self._decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
            if replace(settings.write, agreed=True) != replace(before.write, agreed=True):
                self._close_writer()
                self._choose_boxes()

    def use_preset(self, preset: str) -> None:
        """Writes for this target program from now on; the settings file stays as it is."""
        with self._lock:
            self.settings = replace(self.settings, write=replace(self.settings.write, preset=preset))
            self._close_writer()

    def _close_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None and not self._lent[engine]:
            engine.close()

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None and not self._lent[writer]:
            writer.close()

    def close(self) -> None:
        """Ends engine, exiftool and catalog; idempotent. Running jobs must be cancelled first."""
        with self._lock:
            self._close_engine()
            self._close_writer()
        self._viewer.close()
        self._prover.close()
        self._thumbnails.close()
        self._catalog.close()
