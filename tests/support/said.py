"""Statements about photos, in short."""

from __future__ import annotations

from collections.abc import Iterable

from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.writing import NO_REGIONS, Difference, RegionChanges, Statement, statements
from phototagger.plan.value_plan import ValueChange


def words(*keywords: str) -> tuple[Statement, ...]:
    return statements(KEYWORD, keywords)


def wanted(
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    boxes: RegionChanges = NO_REGIONS,
    **values: ValueChange,
) -> Difference:
    """Keywords and boxes that a file should gain and lose, and single values by their kind."""
    return Difference(
        words(*add) + tuple(Statement(kind, it.add) for kind, it in values.items() if it.add is not None),
        words(*remove)
        + tuple(Statement(kind, it.remove) for kind, it in values.items() if it.remove is not None),
        boxes,
        tuple(Statement(kind, text) for kind, it in values.items() for text in it.over),
    )
