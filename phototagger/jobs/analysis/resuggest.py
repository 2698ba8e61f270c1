"""New suggestions out of what is kept: after a change of strictness, words or examples no photo is opened."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from phototagger.catalog.analysis import suggestions
from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import findings
from phototagger.catalog.photos.findings import KeptFindings
from phototagger.domain.records import Changes
from phototagger.jobs.analysis.analyse import Suggests
from phototagger.jobs.progress import Cancel, Job, Meter

PAGE = 256  # photos a transaction


@dataclass(frozen=True, slots=True)
class ResuggestSummary:
    """Photos looked at and how many of them changed; ``without``: analysed by a version that kept no findings
    (they keep their suggestions until they are analysed again); seconds the job took."""

    photos: int
    changed: int
    without: int
    seconds: float


def resuggest(
    catalog: Catalog, suggester: Suggests, cancel: Cancel, folders: Sequence[Path] = ()
) -> Job[ResuggestSummary]:
    """Makes the suggestions of every analysed photo again, at or below ``folders`` or all. What a person confirmed
    or rejected stands; suggestions no longer proposed are set aside. Raises Cancelled; what was done by then stays.
    """
    started = time.monotonic()
    total, without = catalog.read(partial(findings.counts, folders=folders))
    meter = Meter("resuggest", total, cancel)
    words: dict[str, int] = {}
    changed = 0

    def save(page: Sequence[KeptFindings]) -> None:
        nonlocal changed
        ids = catalog.write(saver(page, suggester, words))
        meter.changed(Changes(ids, folders=bool(ids)))
        changed += len(ids)

    yield from meter.pages(_pages(catalog, folders), save)
    return ResuggestSummary(meter.done, changed, without, time.monotonic() - started)


def _pages(catalog: Catalog, folders: Sequence[Path]) -> Iterator[Sequence[KeptFindings]]:
    after = 0
    while page := catalog.read(partial(findings.page, after_id=after, limit=PAGE, folders=folders)):
        yield page
        after = page[-1].photo_id


def saver(
    page: Sequence[KeptFindings], suggester: Suggests, words: dict[str, int]
) -> Callable[[sqlite3.Connection], frozenset[int]]:
    """What saves the suggestions of these photos made again, and gives those that changed. The pure part is done
    here, before the one writer of the catalog is taken."""
    planned = [
        (
            kept.photo_id,
            replace(kept.findings, objects=suggester.sure_objects(kept.findings)),
            suggester.suggest(kept.findings, kept.facts),
        )
        for kept in page
        if not kept.damaged
    ]
    damaged = [kept.photo_id for kept in page if kept.damaged]

    def save(c: sqlite3.Connection) -> frozenset[int]:
        findings.forget(c, damaged)
        return frozenset(damaged) | frozenset(
            photo_id
            for photo_id, sure, proposals in planned
            if suggestions.suggest_again(c, photo_id, sure, proposals, words)
        )

    return save
