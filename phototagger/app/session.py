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
from phototagger.domain.findings import Task, WantedNetworks
from phototagger.domain.frames import PhotoVersion
from phototagger.domain.sentences import Said, said
from phototagger.exiftool.planning.write_planner import wanted_kinds
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.imaging.child_decoder import ApartDecoder
from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.opening.facts import fingerprint
from phototagger.inference.engine.engine import ProcessEngine
from phototagger.inference.engine.inline import InlineEngine
from phototagger.inference.engine.steps import LONGEST_SIDE
from phototagger.inference.loading import wanted_networks
from phototagger.jobs.library import Library
from phototagger.jobs.ports import Engine
from phototagger.jobs.progress import Cancel
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.write import run
from phototagger.jobs.write.fix_names import recover_names
from phototagger.keywords.scoring import suggest
from phototagger.keywords.sources.everyday import Everyday
from phototagger.keywords.sources.extensions import sources_of_others
from phototagger.keywords.sources.places import Gazetteer
from phototagger.settings.declared import Settings, networks_named
from phototagger.settings.locations import default_catalog_path, keep_own_folders_private, resources_folder
from phototagger.settings.store import load_settings, save_settings, unknown_settings
from phototagger.specs.extensions import Problem
from phototagger.specs.found import find_networks

PROOF_SECONDS = 300.0  # most time to decode all frames of a photo at full size


class Closeable(Protocol):
    def close(self) -> None: ...


Part = TypeVar("Part", bound=Closeable)


def file_fingerprint(path: Path) -> bytes:
    """Tells a file's content wherever it lies. Raises OSError."""
    with path.open("rb") as file:
        return fingerprint(file)


class Session:
    """The parts and the settings that they are made by, for as long as the program is open. Engine and writer are
    had only for as long as they are lent, so that none is closed under its user.

    Methods are safe from any thread.
    """

    def __init__(self, catalog: Catalog, settings: Settings, settings_path: Path, in_process: bool) -> None:
        self.settings = settings
        self.notices: list[Said] = []
        self.device: str | None = None  # for this run, instead of the one in the settings
        self.settings_path = settings_path
        self._in_process = in_process
        self.catalog = catalog
        self.thumbnails = ThumbnailStore.open(catalog.path.with_name(catalog.path.name + THUMBNAILS))
        self.library = Library(catalog, self.thumbnails)
        self.decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
        self.viewer = ApartDecoder(PillowDecoder)
        # Not the viewer: a photo that a person looks at does not wait for one that is being compared.
        self._prover = ApartDecoder(PillowDecoder, PROOF_SECONDS)
        self.networks = find_networks()
        for problem in self.networks.problems:
            self._tell(problem)
        self.suggester = self._make_suggester()
        self.further = sources_of_others(self._tell)
        self.gazetteer = Gazetteer(resources_folder() / "places")
        self.everyday = Everyday.load(resources_folder() / "models", self.suggester.vocabulary)
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._writer: ExifToolWriter | None = None
        self._lent: Counter[Closeable] = Counter()  # engines and writers that jobs are using

    @staticmethod
    def open(catalog: Path, settings_path: Path, device: str | None, in_process: bool) -> Session:
        """Opens catalog and settings and settles what a killed run left behind.

        Raises CatalogError, SettingsError.
        """
        settings = load_settings(settings_path)
        keep_own_folders_private()
        session = Session(Catalog.open(catalog), settings, settings_path, in_process)
        session.device = device
        session.notices += unknown_settings(settings, settings_path)
        session._choose_boxes()
        session._recover()
        session.keywords.start_languages()
        return session

    def _make_suggester(self) -> suggest.Suggester:
        folder, strictness = resources_folder() / "vocabulary", self.settings.analysis.strictness
        names = networks_named(self.settings.analysis.networks)
        chosen = [spec for spec in self.networks.more if spec.name in names]
        return suggest.Suggester(folder, strictness, networks=chosen)

    def _tasks(self) -> tuple[Task, ...]:
        """Those that are switched on."""
        analysis = self.settings.analysis
        objects = (Task.OBJECTS,) if analysis.objects else ()
        faces = (Task.FACES, Task.IDENTITY, Task.TRAITS) if analysis.faces else ()
        text = (Task.TEXT,) if analysis.text else ()
        return (Task.CLASSIFY, *objects, *faces, *text)

    def wanted_networks(self) -> WantedNetworks:
        """See :func:`phototagger.inference.loading.wanted_networks`."""
        names = networks_named(self.settings.analysis.networks)
        return wanted_networks(self.networks, self._tasks(), names)

    def _tell(self, problem: Problem) -> None:
        """Of an extension or a network of the person's own: once, and everything else goes on."""
        if problem.message not in self.notices:
            self.notices.append(problem.message)

    def _choose_boxes(self) -> None:
        """So that photos count as not yet written for the boxes that the settings want, and for no others."""
        kinds = wanted_kinds(self.settings.write)
        self.catalog.write(lambda c: choose_boxes(c, kinds))

    def _recover(self) -> None:
        """At the start: nothing to say while another phototagger is writing, for its rows are not dead."""
        self._recover_names()
        if not run.needs_recovery(self.catalog):
            with self.reader() as writer:
                run.sweep(self.catalog, writer)
            return
        try:
            with self.reader() as writer, locks.writing(self.catalog):
                self.notices += run.recover(self.catalog, writer)
        except ExifToolError as error:
            self.notices.append(
                said("An earlier write was interrupted and cannot be checked yet. {reason}", reason=error)
            )
        except CatalogError:
            return

    def _recover_names(self) -> None:
        """Settles renames that a killed run left half done; nothing while another phototagger is at the photos."""
        if self.catalog.read(renames.unfinished):
            with suppress(CatalogError), locks.writing(self.catalog):
                self.notices += recover_names(self.catalog, NAME_TOOLS)

    # --- parts, lent for one use ----------------------------------------------------------------------------

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The engine for one use, which keeps it even when the settings change meanwhile."""
        with self._lend(self._made_engine) as engine:
            yield engine

    @contextmanager
    def analysing(self, cancel: Cancel) -> Iterator[Engine]:
        """The engine for one job, which a cancel does not wait for."""
        with self.engine() as engine, cancel.telling(engine.interrupt):
            yield engine

    @contextmanager
    def reader(self) -> Iterator[ExifToolWriter]:
        """exiftool for one use that writes no file. Raises ExifToolError when it is missing or too old."""
        with self._lend(self._made_writer) as writer:
            yield writer

    @contextmanager
    def writer(self) -> Iterator[ExifToolWriter]:
        """The writer for one job that is alone at the photos; what a killed run left is settled first."""
        with self.reader() as writer, locks.writing(self.catalog):
            if run.needs_recovery(self.catalog):
                self.notices += run.recover(self.catalog, writer)
            yield writer

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For one job that is alone at the photos and needs no exiftool."""
        with locks.writing(self.catalog):
            self.notices += recover_names(self.catalog, NAME_TOOLS)
            yield

    def exiftool_status(self) -> Said | None:
        """None when exiftool is fine, else what to do."""
        try:
            with self.reader() as reader:
                reader.version()
        except ExifToolError as error:
            return error.message
        return None

    @property
    def keywords(self) -> KeywordBook:
        """What keywords are called, by the settings of now."""
        return KeywordBook(
            self.catalog,
            self.suggester,
            self.settings.words,
            self.gazetteer,
            resources_folder() / "vocabulary",
            self.everyday,
            self.further,
        )

    # --- how they are made ----------------------------------------------------------------------------------

    def _made_engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                analysis = self.settings.analysis
                names = networks_named(analysis.networks)
                analyser = functools.partial(
                    make_analyser, self.device or analysis.device, self._tasks(), names
                )
                make = make_decoder if self._in_process else make_child_decoder
                decoder = functools.partial(make, analysis.pixel_limit_megapixels)
                maker = InlineEngine if self._in_process else ProcessEngine
                self._engine = maker(analyser, decoder, batch=analysis.batch)
            return self._engine

    def _made_writer(self) -> ExifToolWriter:
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

    def _pixel_digest(self, path: Path) -> bytes:
        """In a process of its own, so that a photo on which its decoder dies fails alone."""
        return self._prover.pixel_digest(path, self.settings.analysis.pixel_limit_megapixels)

    def _version_of(self, path: Path) -> PhotoVersion:
        """Likewise. Raises PhotoError."""
        limit = self.settings.analysis.pixel_limit_megapixels
        facts = self._prover.decode(path, LONGEST_SIDE, limit).facts
        return PhotoVersion(facts.width, facts.height, facts.orientation, facts.sketch)

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
        """Saves the settings; parts that depend on a changed one are made again when next needed."""
        save_settings(settings, self.settings_path)
        with self._lock:
            before, self.settings = self.settings, settings
            if settings.analysis.device != before.analysis.device:
                self.device = None
            if settings.analysis != before.analysis:
                if replace(settings.analysis, strictness=before.analysis.strictness) != before.analysis:
                    self._close_engine()
                self.suggester = self._make_suggester()
                self.decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
            if replace(settings.write, agreed=True) != replace(before.write, agreed=True):
                self._close_writer()
                self._choose_boxes()

    def use_preset(self, preset: str) -> None:
        """Writes for this target program from now on; the settings file stays as it is."""
        with self._lock:
            self.settings = replace(self.settings, write=replace(self.settings.write, preset=preset))
            self._close_writer()

    def note_told(self, version: str) -> None:
        """Remembers that the person has heard of this version. Raises SettingsError."""
        # Into the file as it is: what the command line chose for this start alone stays out of it.
        saved = load_settings(self.settings_path)
        told = replace(saved.updates, told=version)
        save_settings(replace(saved, updates=told), self.settings_path)
        with self._lock:
            self.settings = replace(self.settings, updates=told)

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
        self.viewer.close()
        self._prover.close()
        self.thumbnails.close()
        self.catalog.close()
