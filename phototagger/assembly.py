"""The only place where real parts meet: the catalog, the decoder, the engine, exiftool and the jobs over them."""

from __future__ import annotations

import functools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from phototagger import __version__
from phototagger.catalog import locks, photos
from phototagger.catalog.connection import Catalog
from phototagger.catalog.pending import choose_boxes
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.domain import Box, Changes, Decoded, ErrorKind, FileFields, Photo, Task, WritePlan
from phototagger.errors import CatalogError, ExifToolError, PhotoError, SettingsError, UpdateError
from phototagger.imaging.apart import ApartDecoder
from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.facts import fingerprint
from phototagger.imaging.formats import is_photo_name
from phototagger.inference.analyser import Analyser, load_analyser
from phototagger.inference.engine import ProcessEngine
from phototagger.inference.inline import InlineEngine
from phototagger.inference.models import ModelCheck, describe_models, verify_models
from phototagger.jobs import (
    analyse,
    benchmark,
    benchmark_write,
    captions,
    evaluate,
    newer_version,
    own_data,
    read_names,
    resuggest,
    review,
    scan,
    suggest,
    translate,
    write,
)
from phototagger.jobs.analyse import AnalyseSummary
from phototagger.jobs.captions import CaptionsSummary
from phototagger.jobs.file_truth import read_file_truth
from phototagger.jobs.ground_truth import GroundTruth, NoGroundTruthError, find_ground_truth
from phototagger.jobs.keyword_book import KeywordBook
from phototagger.jobs.library import Library, PhotoFilter
from phototagger.jobs.newer_version import Release, is_newer
from phototagger.jobs.own_data import OwnData
from phototagger.jobs.people import People
from phototagger.jobs.places import Gazetteer
from phototagger.jobs.ports import Engine
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.read_names import NamesSummary
from phototagger.jobs.resuggest import ResuggestSummary
from phototagger.jobs.scan import ScanSummary
from phototagger.jobs.words_in_photos import TakenWords, take_words_of_photos
from phototagger.jobs.write import RemovalSummary, UndoSummary, WriteSummary
from phototagger.jobs.yolo_truth import object_names
from phototagger.metadata.bare import BareExifTool
from phototagger.metadata.planning import wanted_kinds
from phototagger.metadata.sidecar import photos_of
from phototagger.metadata.writer import PROCESSES, ExifToolWriter
from phototagger.settings import (
    LANGUAGES,
    Settings,
    check_settings,
    copy_samples,
    default_cache_folder,
    default_catalog_path,
    default_settings_path,
    licence_file,
    load_settings,
    resources_folder,
    samples_folder,
    save_settings,
)

if TYPE_CHECKING:
    from phototagger.domain import Pixels

log = logging.getLogger(__name__)

FACE_MARGIN = 1.6  # of a face's side: what is shown of the photo round it
FACE_DECODE_MAX = 4000  # pixels of the longer side
PROOF_SECONDS = 300.0  # most time to decode all frames of a photo at full size
FULL_SIZE = 1_000_000  # pixels: no photo is larger, so none is decoded at reduced scale


class Closeable(Protocol):
    def close(self) -> None: ...


Part = TypeVar("Part", bound=Closeable)


def models_folder() -> Path:
    return resources_folder() / "models"


def make_analyser(device: str, tasks: tuple[Task, ...]) -> Analyser:
    """The embedded networks on one device. Module-level, so that the engine's child can import it."""
    return load_analyser(models_folder(), default_cache_folder() / "networks", device, tasks)


def make_plain_analyser(device: str) -> Analyser:
    """The same networks as a first sketch would run them: torch, full precision."""
    return load_analyser(models_folder(), default_cache_folder() / "networks", device, plain=True)


def make_decoder(pixel_limit_megapixels: int) -> PillowDecoder:
    """The decoder, by an importable name for the engine's child."""
    return PillowDecoder(pixel_limit_megapixels)


def crop_face(pixels: Pixels, box: Box) -> Pixels:
    """The square round a face (cut off at the photo's edges), ``FACE_MARGIN`` times its longer side."""
    rows, columns = pixels.shape[:2]
    reach = max(box.w * columns, box.h * rows) * FACE_MARGIN / 2
    middle_x, middle_y = (box.x + box.w / 2) * columns, (box.y + box.h / 2) * rows
    left, top = max(0, round(middle_x - reach)), max(0, round(middle_y - reach))
    right, bottom = max(left + 1, round(middle_x + reach)), max(top + 1, round(middle_y + reach))
    return pixels[top:bottom, left:right]


def file_fingerprint(path: Path) -> bytes:
    """Tells a file's content wherever it lies. Raises OSError."""
    with path.open("rb") as file:
        return fingerprint(file)


def licence_texts() -> str:
    """Our licence in a word, and in a build all those of its parts."""
    try:
        return licence_file().read_text(encoding="utf-8")
    except OSError:
        return (
            "phototagger is licensed under Apache-2.0. This is no packed build: every Python package that it uses "
            "came with its own licence, the networks' are in resources/models/LICENCES."
        )


def find_own_data(catalog: Path | None, settings: Path | None) -> OwnData:
    """What phototagger keeps here; with a catalog or settings file named, only these.

    Raises CatalogError while a phototagger has the catalog open.
    """
    path = catalog or default_catalog_path()
    if locks.is_in_use(path):
        raise CatalogError(f"phototagger is running with the catalog {path}. Close it, then try again.")
    chosen_settings = settings or default_settings_path()
    ours = [default_catalog_path().parent, default_settings_path().parent, default_cache_folder()]
    return own_data.find_own_data(path, chosen_settings, [] if catalog or settings else ours, is_photo_name)


def newest_release(settings: Path | None) -> Release:
    """The newest version that the address in the settings tells of. Raises SettingsError, UpdateError."""
    address = load_settings(settings or default_settings_path()).updates.address
    if not address:
        raise UpdateError(
            "No address to ask for newer versions is set: updates.address in the settings file."
        )
    return newer_version.newest_release(address)


class App:
    """Everything window and command line may do. Methods are safe from any thread and never belong on the
    window's own thread, for they read files and SQL."""

    def __init__(self, catalog: Catalog, settings: Settings, settings_path: Path, in_process: bool) -> None:
        self.settings = settings
        self.notices: list[str] = []
        self._device: str | None = None  # for this run, instead of the one in the settings
        self._settings_path = settings_path
        self._in_process = in_process
        self._catalog = catalog
        self._thumbnails = ThumbnailStore.open(catalog.path.with_name(catalog.path.name + ".thumbs"))
        self.library = Library(catalog, self._thumbnails)
        self._decoder = make_decoder(settings.analysis.pixel_limit_megapixels)
        self._viewer = ApartDecoder(PillowDecoder)
        # Not the viewer: a photo that a person looks at does not wait for one that is being compared.
        self._prover = ApartDecoder(PillowDecoder, PROOF_SECONDS)
        self._suggester = self._make_suggester()
        self._gazetteer = Gazetteer(resources_folder() / "places")
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._writer: ExifToolWriter | None = None
        self._lent: Counter[Closeable] = Counter()  # engines and writers that jobs are using

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
        app = App(Catalog.open(catalog_path or default_catalog_path()), settings, settings_path, in_process)
        app._device = device
        app._choose_boxes()
        app._recover()
        app.keywords.start_languages()
        return app

    def _make_suggester(self) -> suggest.Suggester:
        return suggest.Suggester(resources_folder() / "vocabulary", self.settings.analysis.strictness)

    def _choose_boxes(self) -> None:
        """So that photos count as not yet written for the boxes that the settings want, and for no others."""
        kinds = wanted_kinds(self.settings.write)
        self._catalog.write(lambda c: choose_boxes(c, kinds))

    def _recover(self) -> None:
        """At the start: nothing to say while another phototagger is writing, for its rows are not dead."""
        if not write.needs_recovery(self._catalog):
            write.sweep(self._catalog, self.writer())
            return
        try:
            with locks.writing(self._catalog):
                self.notices += write.recover(self._catalog, self.writer())
        except ExifToolError as error:
            self.notices.append(f"An earlier write was interrupted and cannot be checked yet. {error}")
        except CatalogError:
            return

    @contextmanager
    def _writing(self) -> Iterator[ExifToolWriter]:
        """The writer for one job that is alone at the photos; what a killed run left is settled first."""
        with self._lend(self.writer) as writer, locks.writing(self._catalog):
            if write.needs_recovery(self._catalog):
                self.notices += write.recover(self._catalog, writer)
            yield writer

    # --- parts made when first needed -----------------------------------------------------------------------

    def engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                analysis = self.settings.analysis
                objects = (Task.OBJECTS,) if analysis.objects else ()
                faces = (Task.FACES, Task.IDENTITY) if analysis.faces else ()
                text = (Task.TEXT,) if analysis.text else ()
                tasks = (Task.CLASSIFY, *objects, *faces, *text)
                analyser = functools.partial(make_analyser, self._device or analysis.device, tasks)
                decoder = functools.partial(make_decoder, analysis.pixel_limit_megapixels)
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
                    lock_folder=default_catalog_path().parent / "locks",  # the same for every catalog
                )
            return self._writer

    def _pixel_digest(self, path: Path) -> bytes:
        """In a process of its own, so that a photo on which its decoder dies fails alone."""
        return self._prover.pixel_digest(path, self.settings.analysis.pixel_limit_megapixels)

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

    # --- jobs -----------------------------------------------------------------------------------------------

    def photos_of(self, paths: Sequence[Path]) -> dict[Path, Path]:
        """Those of these files that are no photos of the catalog but belong to one, with that photo: a raw beside
        its JPEG, the film of a live photo, a sidecar."""
        return photos_of(path for path in paths if not self.library.by_path([path]))

    def scan(self, roots: Sequence[Path], cancel: Cancel) -> Job[ScanSummary]:
        return scan.scan_folders(self._catalog, self._decoder, roots, cancel)

    def analyse(self, folders: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        with self._engine_for(cancel) as engine:
            return (
                yield from analyse.analyse_photos(
                    self._catalog,
                    self._thumbnails,
                    engine,
                    self.keywords.proposer(),
                    cancel,
                    folders,
                    lacking=Task.TEXT if self.settings.analysis.text else None,
                )
            )

    def scan_and_analyse(self, roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        """What a drop does. Of a pair or a live photo either half may be dropped."""
        owned = self.photos_of(roots)
        roots = list(dict.fromkeys(owned.get(root, root) for root in roots))
        scanned = yield from self.scan(roots, cancel)
        summary = yield from self.analyse(roots, cancel)
        if self.reads_names():
            yield from self.read_names(roots, cancel)
        yield from self.propose_captions(roots, cancel)
        return replace(summary, found=scanned.found, unreadable_folders=scanned.unreadable_folders)

    def reads_names(self) -> bool:
        """Whether faces are wanted, and exiftool is there to read their names with."""
        return self.settings.analysis.faces and self.exiftool_status() is None

    def read_names(self, folders: Sequence[Path], cancel: Cancel) -> Job[NamesSummary]:
        """Names that other programs gave to faces. Raises ExifToolError without exiftool."""
        with self._lend(self.writer) as writer:
            return (yield from read_names.read_names(self._catalog, writer, cancel, folders))

    def resuggest(self, folders: Sequence[Path], cancel: Cancel) -> Job[ResuggestSummary]:
        """New suggestions with the settings and words of now, out of what is kept; no photo is decoded."""
        summary = yield from resuggest.resuggest(self._catalog, self.keywords.proposer(), cancel, folders)
        yield from self.propose_captions(folders, cancel)
        return summary

    def propose_captions(self, folders: Sequence[Path], cancel: Cancel) -> Job[CaptionsSummary]:
        """The text in photos as captions, where that is wanted and exiftool is there to look whether they have one;
        what waits is withdrawn where it is not wanted."""
        if not self.settings.words.caption:
            captions.withdraw_captions(self._catalog)
        elif self.exiftool_status() is None:
            with self._lend(self.writer) as reader:
                return (yield from captions.propose_captions(self._catalog, reader, cancel, folders))
        return captions.CaptionsSummary()

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]:
        with self._writing() as writer:
            return (yield from write.plan_writes(self._catalog, writer, photo_ids, cancel))

    def plan_each(
        self,
        photo_ids: Sequence[int] | None,
        take: Callable[[Sequence[WritePlan]], object],
        cancel: Cancel,
    ) -> Job[None]:
        """Like ``plan``, but hands the plans on as they are made."""
        with self._writing() as writer:
            yield from write.plan_each(self._catalog, writer, photo_ids, take, cancel)

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]:
        with self._writing() as writer:
            return (yield from write.write_plans(self._catalog, writer, plans, cancel))

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]:
        with self._writing() as writer:
            return (yield from write.undo_run(self._catalog, writer, run_id, cancel))

    def remove_added(self, run_id: int | None, cancel: Cancel) -> Job[RemovalSummary]:
        """Takes out only what a run added."""
        with self._writing() as writer:
            return (yield from write.remove_added(self._catalog, writer, run_id, cancel))

    def import_from_photos(
        self, photo_ids: Sequence[int] | None, match: bool, cancel: Cancel
    ) -> Job[TakenWords]:
        """Takes the keywords that these photos (None: all) have in their files into the person's list."""
        ids = self.library.photo_ids(PhotoFilter()) if photo_ids is None else photo_ids
        with self._lend(self.writer) as reader:
            return (yield from take_words_of_photos(self._catalog, reader, self.keywords, ids, match, cancel))

    def evaluate(
        self,
        dataset: Path,
        cancel: Cancel,
        report: Path | None = None,
        only_held_out: bool = False,
        by_files: bool = False,
    ) -> Job[dict[str, Any]]:
        """Accuracy against the ground truth in a folder or, ``by_files`` or where it has none, against the keywords
        in its photos' files."""
        truth = self._ground_truth(dataset, by_files, cancel)
        with self._engine_for(cancel) as engine:
            return (
                yield from evaluate.evaluate_dataset(
                    dataset, engine, self._suggester, cancel, report, only_held_out, truth
                )
            )

    def _ground_truth(self, dataset: Path, by_files: bool, cancel: Cancel) -> GroundTruth:
        vocabulary = self._suggester.vocabulary
        if not by_files:
            try:
                return find_ground_truth(dataset, object_names(vocabulary))
            except NoGroundTruthError:
                if self.exiftool_status() is not None:
                    raise
        folder = resources_folder() / "vocabulary"
        names = [translate.names(folder, vocabulary, language) for language in LANGUAGES]
        with self._lend(self.writer) as writer:
            return read_file_truth(dataset, self._decoder, writer, vocabulary, names, cancel)

    def benchmark(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        """Speed against one photo after another, decoded whole, by torch as it comes."""
        naive = functools.partial(
            InlineEngine,
            functools.partial(make_plain_analyser, self._device or self.settings.analysis.device),
            functools.partial(make_decoder, self.settings.analysis.pixel_limit_megapixels),
            batch=1,
            longest_side=FULL_SIZE,
        )
        with self._engine_for(cancel) as engine:
            return (
                yield from benchmark.run_benchmark(
                    folder or samples_folder(), engine, self._decoder, naive, cancel
                )
            )

    def benchmark_write(self, folder: Path | None, cancel: Cancel) -> Job[dict[str, Any]]:
        """Speed of writing, on copies of the JPEGs in the folder. Raises ExifToolError, UsageError."""
        bare = BareExifTool(self.settings.write.exiftool, PROCESSES)
        try:
            return (
                yield from benchmark_write.run_write_benchmark(
                    folder or samples_folder(), self.writer(), bare, cancel
                )
            )
        finally:
            bare.close()

    # --- review: one history step each ----------------------------------------------------------------------

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.confirm(self._catalog, suggestion_ids))

    def reject(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.reject(self._catalog, suggestion_ids))

    def reset(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.reset(self._catalog, suggestion_ids))

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes:
        return self._learn(review.accept_above(self._catalog, score, photo_ids))

    def reject_keyword(self, keyword: str, photo_ids: Sequence[int] | None) -> Changes:
        return self._learn(review.reject_keyword(self._catalog, keyword, photo_ids))

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        return self._learn(review.add_keyword(self._catalog, photo_ids, keyword))

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        return self._learn(review.remove_keyword(self._catalog, photo_ids, keyword))

    def accept_captions(self, photo_ids: Sequence[int] | None, text: str | None = None) -> Changes:
        return review.accept_captions(self._catalog, photo_ids, text)

    def reject_captions(self, photo_ids: Sequence[int] | None) -> Changes:
        return review.reject_captions(self._catalog, photo_ids)

    def reset_captions(self, photo_ids: Sequence[int]) -> Changes:
        return review.reset_captions(self._catalog, photo_ids)

    def undo(self) -> tuple[Changes, str] | None:
        return self._learn_after(review.undo(self._catalog))

    def redo(self) -> tuple[Changes, str] | None:
        return self._learn_after(review.redo(self._catalog))

    def _learn(self, changes: Changes) -> Changes:
        """What an edit changed, with the suggestions that follow from it where it gave or took an example."""
        return changes | self.keywords.learn() if changes else changes

    def _learn_after(self, done: tuple[Changes, str] | None) -> tuple[Changes, str] | None:
        if done is None:
            return None
        # Where a change of languages was undone, new suggestions must speak as the photos do.
        languages, set_ones = self.keywords.languages(), self.settings.words.languages
        if languages and (languages[0], set(languages)) != (set_ones[0], set(set_ones)):
            words = replace(self.settings.words, language=", ".join(languages))
            self.update_settings(replace(self.settings, words=words))
        return self._learn(done[0]), done[1]

    def remove_root(self, path: Path) -> Changes:
        """Forgets the folder, its photos and what was reviewed on them; no file is touched."""
        return scan.remove_root(self._catalog, path, self._thumbnails)

    def retry(self, photo_ids: Sequence[int]) -> Changes:
        """Makes failed and quarantined photos pending again."""
        return self._catalog.write(lambda c: photos.retry(c, photo_ids))

    @property
    def keywords(self) -> KeywordBook:
        return KeywordBook(
            self._catalog,
            self._suggester,
            self.settings.words,
            self._gazetteer,
            resources_folder() / "vocabulary",
        )

    @property
    def people(self) -> People:
        return People(self._catalog)

    # --- looking --------------------------------------------------------------------------------------------

    def photo_pixels(self, photo_id: int, longest_side: int) -> Decoded:
        """The photo for the big view, decoded in a process of its own. Raises PhotoError, at once for a photo
        that is known to fail."""
        photo = self.library.details(photo_id).photo
        if photo.failure is not None:
            raise PhotoError(photo.failure.kind, photo.failure.message)
        return self._viewer.decode(photo.path, longest_side, self.settings.analysis.pixel_limit_megapixels)

    def place(self, photo: Photo) -> tuple[str, ...] | None:
        """(country, region, town) where the photo was taken, as far as its position tells; None without one."""
        if photo.latitude is None or photo.longitude is None:
            return None
        return self._gazetteer.place(photo.latitude, photo.longitude)

    def face_pixels(self, photo_id: int, box: Box, side: int) -> Pixels:
        """A face with some of what is round it, square where the photo allows it, at least as sharp as ``side``
        pixels ask for where the photo is. Raises PhotoError."""
        share = max(box.w, box.h, 0.01) * FACE_MARGIN
        longest = min(FACE_DECODE_MAX, max(side, round(side / share)))
        pixels = self.photo_pixels(photo_id, longest).pixels
        return crop_face(pixels, box)

    def known_keywords(self) -> list[str]:
        """Every keyword of the vocabulary and of the catalog, for completion."""
        book = self.keywords
        known = {*book.program_words(), *book.own_words(), *self.library.keywords_in_use()}
        return sorted(known, key=str.casefold)

    def fields_in_files(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        """What each file (its sidecars included) holds now, read by exiftool."""
        return self.writer().read(paths)

    def use_preset(self, preset: str) -> None:
        """Writes for this target program from now on; the settings file stays as it is."""
        with self._lock:
            self.settings = replace(self.settings, write=replace(self.settings.write, preset=preset))
            self._close_writer()

    def keywords_in_file(self, photo_id: int) -> tuple[str, ...]:
        """Raises PhotoError when the file cannot be read, ExifToolError without exiftool."""
        path = self.library.details(photo_id).photo.path
        found = self.fields_in_files([path]).get(path)
        if found is None:
            raise PhotoError(ErrorKind.GONE, f"{path} is not there any more.")
        if isinstance(found, Exception):
            raise found
        return found.keywords()

    def exiftool_status(self) -> str | None:
        """None when exiftool is fine, else what to do."""
        try:
            self.writer().version()
        except ExifToolError as error:
            return str(error)
        return None

    def update_to_tell(self) -> str | None:
        """A sentence on a newer version, once for each and only if the person agreed to such a look; a look that
        fails is tried again at the next start, without a word."""
        updates = self.settings.updates
        if not updates.check or not updates.address:
            return None
        try:
            release = newer_version.newest_release(updates.address)
            if release.version == updates.told or not is_newer(release.version, __version__):
                return None
            # Into the file as it is: what the command line chose for this start alone stays out of it.
            saved = load_settings(self._settings_path)
            told = replace(saved.updates, told=release.version)
            save_settings(replace(saved, updates=told), self._settings_path)
        except (UpdateError, SettingsError) as error:
            log.info("%s", error)
            return None
        with self._lock:
            self.settings = replace(self.settings, updates=told)
        return release.sentence()

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

    def change_language(self, language: str) -> Changes:
        """Calls the program's keywords by another language from now on, on photos too, with the words of further
        ones beside them (``"de, en"``), and saves that in the settings. ``resuggest`` follows for what waits for
        review. Raises SettingsError for an unknown language."""
        changed = replace(self.settings, words=replace(self.settings.words, language=language))
        check_settings(changed, self._settings_path)
        changes = self.keywords.change_language(language)
        self.update_settings(changed)
        return changes

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
