"""What window and command line are given: the jobs, review, and looks at photos."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phototagger import __version__
from phototagger.app import newer_version
from phototagger.app.networks import models_folder
from phototagger.app.newer_version import is_newer
from phototagger.app.work import Work
from phototagger.catalog.analysis import offers
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.domain.errors import PhotoError, SettingsError, UpdateError, UsageError
from phototagger.domain.findings import Decoded
from phototagger.domain.records import Box, Changes, ErrorKind, Photo
from phototagger.domain.writing import FileFields
from phototagger.inference.zoo.models import ModelCheck, describe_models, verify_models
from phototagger.jobs import review
from phototagger.jobs.analysis import scan
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.words import captions
from phototagger.keywords.sources.facts import place_by
from phototagger.settings.locations import (
    copy_samples,
    default_catalog_path,
    default_settings_path,
    keep_own_folders_private,
)
from phototagger.settings.store import check_settings, load_settings, save_settings, unknown_settings

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

log = logging.getLogger(__name__)

FACE_MARGIN = 1.6  # of a face's side: what is shown of the photo round it
FACE_DECODE_MAX = 4000  # pixels of the longer side


def crop_face(pixels: Pixels, box: Box) -> Pixels:
    """The square round a face (cut off at the photo's edges), ``FACE_MARGIN`` times its longer side."""
    rows, columns = pixels.shape[:2]
    reach = max(box.w * columns, box.h * rows) * FACE_MARGIN / 2
    middle_x, middle_y = (box.x + box.w / 2) * columns, (box.y + box.h / 2) * rows
    left, top = max(0, round(middle_x - reach)), max(0, round(middle_y - reach))
    right, bottom = max(left + 1, round(middle_x + reach)), max(top + 1, round(middle_y + reach))
    return pixels[top:bottom, left:right]


class App(Work):
    """Everything window and command line may do. Methods are safe from any thread and never belong on the
    window's own thread, for they read files and SQL."""

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
        keep_own_folders_private()
        app = App(Catalog.open(catalog_path or default_catalog_path()), settings, settings_path, in_process)
        app._device = device
        app.notices += unknown_settings(settings, settings_path)
        app._choose_boxes()
        app._recover()
        app.keywords.start_languages()
        return app

    def telling_damage(self) -> AbstractContextManager[None]:
        """A fault inside is told as the catalog's where that is damaged. Raises CatalogError."""
        return self._catalog.telling_damage()

    # --- review: one history step each ----------------------------------------------------------------------

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.confirm(self._catalog, self._whole_folders(suggestion_ids)))

    def reject(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.reject(self._catalog, self._whole_folders(suggestion_ids)))

    def reset(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._learn(review.reset(self._catalog, self._whole_folders(suggestion_ids)))

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes:
        return self._learn(review.accept_above(self._catalog, score, photo_ids))

    def accept_keyword(self, keyword: str, photo_ids: Sequence[int] | None, score: float = 0.0) -> Changes:
        return self._learn(review.accept_keyword(self._catalog, keyword, photo_ids, score))

    def nearest_offered(self, keyword: str, photo_ids: Sequence[int] | None) -> list[str]:
        return review.nearest_offered(self._catalog, keyword, photo_ids)

    def reject_keyword(self, keyword: str, photo_ids: Sequence[int] | None) -> Changes:
        return self._learn(review.reject_keyword(self._catalog, keyword, photo_ids))

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        """Adds a keyword by hand; a word that the tree or the person's list knows joins the keyword there (see
        :meth:`KeywordBook.named`). Raises UsageError."""
        keyword = self.keywords.named(keyword, photo_ids)
        return self._learn(review.add_keyword(self._catalog, photo_ids, keyword))

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        """Takes a keyword off photos, by its path or by what these photos have of that name. Raises UsageError."""
        keyword = self.keywords.named(keyword, photo_ids, on_them=True)
        return self._learn(review.remove_keyword(self._catalog, photo_ids, keyword))

    def accept_captions(self, photo_ids: Sequence[int] | None, text: str | None = None) -> Changes:
        """Accepts what waits on these photos, or on all; with ``text`` that, where no file says something else (see
        :meth:`give_caption`). Raises UsageError where none can be given it."""
        if text is None:
            return review.accept_captions(self._catalog, photo_ids)
        ids = self.library.photo_ids(PhotoFilter()) if photo_ids is None else photo_ids
        given = run_to_end(self.give_caption(ids, text, Cancel()))
        if given.kept and not given.changes:
            raise UsageError("\n".join(starmap(captions.kept_sentence, given.kept)))
        return given.changes

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
        return changes | self.keywords.learn(changes.photos) if changes else changes

    def _whole_folders(self, suggestion_ids: Sequence[int]) -> list[int]:
        """A folder's word is decided on once, for all its photos."""
        return self._catalog.read(lambda c: offers.whole_folders(c, suggestion_ids))

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

    # --- looking --------------------------------------------------------------------------------------------

    def photo_pixels(self, photo_id: int, longest_side: int) -> Decoded:
        """The photo for the big view, decoded in a process of its own. Raises PhotoError, at once for a photo
        that is known to fail."""
        photo = self.library.details(photo_id).photo
        if photo.failure is not None:
            raise PhotoError(photo.failure.kind, photo.failure.message)
        return self._viewer.decode(photo.path, longest_side, self.settings.analysis.pixel_limit_megapixels)

    def place(self, photo: Photo) -> tuple[str, ...] | None:
        """(country, region, town) where the photo was taken, as far as its position or else its file tells."""
        named = self.library.named_place(photo.id)
        return place_by(photo.latitude, photo.longitude, named, self._gazetteer)

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
        with self._lend(self.writer) as writer:
            return writer.read(paths)

    def keywords_in_file(self, photo_id: int) -> tuple[str, ...]:
        """Raises PhotoError when the file cannot be read, ExifToolError without exiftool."""
        path = self.library.details(photo_id).photo.path
        found = self.fields_in_files([path]).get(path)
        if found is None:
            raise PhotoError(ErrorKind.GONE, f"{path} is not there any more.")
        if isinstance(found, Exception):
            raise found
        return found.keywords()

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
        """A folder of the person's own with a copy of the sample photos. Raises SettingsError."""
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
