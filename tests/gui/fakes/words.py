"""What keywords are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phototagger.domain.records import (
    Changes,
)
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.words.in_photos import TakenWords
from phototagger.jobs.words.keyword_book import BookRow, KeywordBook
from phototagger.jobs.words.own_words import Imported
from tests.gui.fakes.world import WORDS, World


class NoKeywords(KeywordBook):
    """No keyword is in use; tests of the keyword book put the real thing in its place."""

    def __init__(self) -> None:
        """Over nothing."""

    def rows(self, everything: bool = False, parents: bool = False) -> list[BookRow]:
        return []


class FakeWords:
    def __init__(self, world: World) -> None:
        self._world = world
        self.book: KeywordBook = NoKeywords()

    def known(self) -> list[str]:
        return list(WORDS)

    def change_language(self, language: str) -> Changes:
        self._world.calls.append(("change_language", language))
        self._world.settings = replace(
            self._world.settings, words=replace(self._world.settings.words, language=language)
        )
        return Changes()

    def import_from_photos(
        self, photo_ids: Sequence[int] | None, match: bool, cancel: Cancel
    ) -> Job[TakenWords]:
        self._world.calls.append(("import_from_photos", match))
        yield from self._world.job("import", list(self._world.shelves), cancel)
        return TakenWords(Imported(5, 3, {"animal|dog": "Tiere|Hund"}))
