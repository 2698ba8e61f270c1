"""What keywords are called, and which there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phototagger.app.session import Session
from phototagger.domain.records import Changes
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.words.in_photos import TakenWords, take_words_of_photos
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.settings.store import check_settings


class Words:
    """The person's own list over the program's tree."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def book(self) -> KeywordBook:
        """The list, by the settings of now."""
        return self._session.keywords

    def known(self) -> list[str]:
        """Every keyword of the vocabulary and of the catalog, for completion."""
        book = self.book
        known = {*book.program_words(), *book.own_words(), *self._session.library.keywords_in_use()}
        return sorted(known, key=str.casefold)

    def change_language(self, language: str) -> Changes:
        """Calls the program's keywords by another language from now on, on photos too, with the words of further
        ones beside them (``"de, en"``), and saves that in the settings. ``resuggest`` follows for what waits for
        review. Raises SettingsError for an unknown language."""
        settings = self._session.settings
        changed = replace(settings, words=replace(settings.words, language=language))
        check_settings(changed, self._session.settings_path)
        changes = self.book.change_language(language)
        self._session.update_settings(changed)
        return changes

    def import_from_photos(
        self, photo_ids: Sequence[int] | None, match: bool, cancel: Cancel
    ) -> Job[TakenWords]:
        """Takes the keywords that these photos (None: all) have in their files into the person's list."""
        ids = self._session.library.photo_ids(PhotoFilter()) if photo_ids is None else photo_ids
        with self._session.reader() as reader:
            return (
                yield from take_words_of_photos(self._session.catalog, reader, self.book, ids, match, cancel)
            )
