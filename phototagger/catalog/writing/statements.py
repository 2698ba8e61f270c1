"""What photos should say and what their files say, over all kinds: keywords, boxes, and single values."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import replace

from phototagger.catalog.people import written
from phototagger.catalog.words import keywords, values
from phototagger.catalog.writing import journal
from phototagger.domain.facets import value_facet
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import Changes, RegionKind
from phototagger.domain.writing import (
    Difference,
    PlacedRegion,
    Statement,
    placed,
    statements,
    values_of,
)


def difference(c: sqlite3.Connection, photo_id: int, boxes: Collection[RegionKind]) -> Difference:
    """What the photo's file should gain, and what of ours it should lose; boxes of these kinds only."""
    add, unwanted = keywords.changes_of(c, photo_id)
    words = Difference(
        statements(KEYWORD, add),
        statements(KEYWORD, (keyword.keyword for keyword in unwanted)),
        written.region_changes(c, photo_id, boxes),
    )
    single = values.difference(c, photo_id)
    going = {one.kind for one in single.remove} - {one.kind for one in single.add}
    names = frozenset(spec.name for kind in going for spec in value_facet(kind).fields)
    return words | replace(single, replaced=journal.replaced(c, photo_id, names) if names else ())


def wrote(
    c: sqlite3.Connection,
    photo_id: int,
    added: Iterable[Statement],
    removed: Iterable[Statement],
    ours: Collection[str],
) -> None:
    """The file was written: it says by our hand what was added, and not what was removed. ``ours``: the keywords
    that nobody had put there before."""
    added, removed = tuple(added), tuple(removed)
    keywords.set_written(c, photo_id, values_of(added, KEYWORD), values_of(removed, KEYWORD), ours)
    written.add(c, photo_id, placed(added), ours=True)
    written.remove(c, photo_id, placed(removed))
    values.set_written(c, photo_id, _single(added), _single(removed))


def took_back(
    c: sqlite3.Connection, photo_id: int, gone: Iterable[Statement], back: Iterable[Statement]
) -> None:
    """A write was taken back: the file does not say any more what is in ``gone``, and says again what is in
    ``back``. What we took away was ours, and is again."""
    gone, back = tuple(gone), tuple(back)
    words = values_of(back, KEYWORD)
    keywords.set_written(c, photo_id, words, values_of(gone, KEYWORD), ours=words)
    written.remove(c, photo_id, placed(gone))
    written.add(c, photo_id, placed(back), ours=True)
    values.set_written(c, photo_id, _single(back), _single(gone))


def found(
    c: sqlite3.Connection,
    photo_id: int,
    held: Iterable[Statement],
    gone: Iterable[Statement],
    ours: Collection[str],
) -> Changes:
    """The file was found to say already what is wanted, and not to say what is not; whose keywords it holds, the
    file tells now (``ours`` are this program's)."""
    held, gone = tuple(held), tuple(gone)
    written.confirm(c, photo_id, placed(held))
    written.remove(c, photo_id, placed(gone))
    values.set_written(c, photo_id, _single(held), _single(gone))
    words = values_of(held, KEYWORD)
    return keywords.set_written(c, photo_id, words, values_of(gone, KEYWORD), ours, set(words) - set(ours))


def _single(said: Iterable[Statement]) -> list[Statement]:
    return [one for one in said if one.kind != KEYWORD and not isinstance(one, PlacedRegion)]
