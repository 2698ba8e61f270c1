"""Offers folder names and what most photos of a day have, wherever photos come, are analysed or are reviewed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from phototagger.catalog.analysis import offers
from phototagger.catalog.analysis.offers import DAYS, Offer, PlacedPhoto
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import findings
from phototagger.domain.findings import Findings
from phototagger.domain.records import Changes, keyword_leaf, keyword_lineage
from phototagger.domain.spelling import fold
from phototagger.jobs.progress import Cancel, Job, Meter, Result
from phototagger.keywords.registry import place_sources
from phototagger.keywords.rules import Rules
from phototagger.keywords.sources.folders import FOLDERS, album_words
from phototagger.keywords.sources.source import KeywordSource, PhotoContext, PhotoPlace, asked
from phototagger.settings.declared import WordSettings

PAGE = 256  # photos a transaction

Names = Sequence[Mapping[str, Collection[str]]]
"""What keywords are called, folded: of each list, asked in turn, the keywords of a name."""


@dataclass(slots=True)
class Offers:
    """``names`` of the program's keywords, by their English paths; ``own`` words of the person by path and last
    part; ``unseen``: branches of which a day says nothing (formats, flaws); ``sources``: what folders are asked by.
    For one job or edit: words change."""

    catalog: Catalog
    switches: WordSettings = field(default_factory=WordSettings)
    rules: Rules = field(default_factory=Rules)
    names: Names = ()
    own: Mapping[str, Collection[str]] = field(default_factory=dict)
    unseen: Sequence[str] = ()
    sources: Sequence[KeywordSource] = field(default_factory=place_sources)
    _albums: dict[int, tuple[int, Counter[str]]] = field(default_factory=dict)

    def refresh(self, photo_ids: Collection[int]) -> Changes:
        """Looks again at these photos. Pages of :data:`PAGE` are for the caller to make."""
        if not photo_ids:
            return Changes()
        planned = self.catalog.read(partial(self._by_folder, photo_ids=photo_ids))

        def save(c: sqlite3.Connection) -> frozenset[int]:
            changed = (
                offers.offer_by_folder(c, planned)
                if self.switches.folders
                else offers.withdraw(c, FOLDERS, photo_ids)
            )
            return changed | self._offer_days(c, photo_ids)

        changed = self.catalog.write(save)
        return Changes(changed, folders=bool(changed))

    def refresh_days(self, photo_ids: Collection[int]) -> Changes:
        """After an edit of these photos, for the others of their days."""
        if not photo_ids or not self.switches.days:
            return Changes()
        changed = self.catalog.write(lambda c: self._offer_days(c, photo_ids))
        return Changes(changed, folders=bool(changed))

    def _offer_days(self, c: sqlite3.Connection, photo_ids: Collection[int]) -> frozenset[int]:
        if not self.switches.days:
            return offers.withdraw(c, DAYS, photo_ids)
        return offers.offer_by_day(c, photo_ids, self.unseen)

    def _by_folder(self, c: sqlite3.Connection, photo_ids: Collection[int]) -> dict[PlacedPhoto, list[Offer]]:
        if not self.switches.folders:
            return {}
        planned: dict[PlacedPhoto, list[Offer]] = {}
        for folder, photos in groupby(offers.placed(c, photo_ids), key=lambda photo: photo.folder):
            album = self._album(c, folder)
            for photo in photos:
                planned[photo] = self._offers(photo.path, photo.root, album)
        return planned

    def _album(self, c: sqlite3.Connection, folder: int) -> Counter[str]:
        """Counted once for each state of a folder, which may hold many thousands."""
        count = offers.photos_in(c, folder)
        known = self._albums.get(folder)
        if known is None or known[0] != count:
            known = self._albums[folder] = count, album_words(offers.names_in(c, folder))
        return known[1]

    def _offers(self, path: Path, root: Path, album: Mapping[str, int]) -> list[Offer]:
        found: dict[str, Offer] = {}
        place = PhotoPlace(path, root, album)
        photo = PhotoContext(Findings(), None, self.switches, "normal", place=place)
        for source in self.sources:
            for word in asked(source, photo):
                keyword = self.keyword(word.keyword)
                if keyword is not None:
                    found.setdefault(keyword, Offer(keyword, word.label, word.score))
        return list(found.values())

    def keyword(self, word: str) -> str | None:
        """The keyword that a folder's word joins, as it is called now: the program's or the person's own of that
        name, or else a new one. None where that is hidden."""
        folded = fold(word)
        mine = self.own.get(folded, ())
        if len(mine) == 1:
            return next(iter(mine))
        meant = next((names[folded] for names in self.names if folded in names), ())
        if len(meant) != 1:
            return word
        (program,) = meant
        if not self.rules.hidden.isdisjoint(keyword_lineage(program)):
            return None
        return self.rules.renamed(program)


def beside(job: Job[Result], made: Offers) -> Job[Result]:
    """The job, with what follows from the photos that it changes offered as they do."""
    try:
        while True:
            try:
                report = next(job)
            except StopIteration as over:
                summary: Result = over.value
                return summary
            ids = sorted(report.changes.photos)
            changes = report.changes
            try:
                for start in range(0, len(ids), PAGE):
                    changes |= made.refresh(ids[start : start + PAGE])
            finally:  # what the job itself changed is told all the same
                yield replace(report, changes=changes)
    finally:
        job.close()


def offer_all(catalog: Catalog, made: Offers, cancel: Cancel, folders: Sequence[Path] = ()) -> Job[int]:
    """Looks at all analysed photos at or below ``folders``, or anywhere; gives how many changed."""
    total = sum(catalog.read(partial(findings.counts, folders=folders)))
    meter = Meter("resuggest", total, cancel)
    changed = frozenset[int]()

    def refresh(page: Sequence[int]) -> None:
        nonlocal changed
        changes = made.refresh(page)
        meter.changed(changes)
        changed |= changes.photos

    yield from meter.pages(_pages(catalog, folders), refresh)
    return len(changed)


def _pages(catalog: Catalog, folders: Sequence[Path]) -> Iterator[Sequence[int]]:
    after = 0
    while page := catalog.read(partial(offers.page, after_id=after, limit=PAGE, folders=folders)):
        yield page
        after = page[-1]


def by_name(named: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Keyword -> what it is called, turned round and folded."""
    found: dict[str, set[str]] = {}
    for keyword, names in named.items():
        for name in names:
            found.setdefault(fold(name), set()).add(keyword)
    return found


def own_by_name(keywords: Collection[str]) -> dict[str, set[str]]:
    """The person's words by their whole paths and by their last parts; a whole path alone where both are there."""
    found = by_name({keyword: (keyword_leaf(keyword),) for keyword in keywords})
    return found | by_name({keyword: (keyword,) for keyword in keywords})
