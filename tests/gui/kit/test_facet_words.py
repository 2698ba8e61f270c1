"""The window has words for every kind of statement."""

from __future__ import annotations

import pytest

from phototagger.domain.facets import FACETS, VALUE_FACETS
from phototagger.domain.facets.facet import ValueFacet
from phototagger.gui.kit.facet_words import facet_words, kind_counts, quoted


@pytest.mark.parametrize("facet", VALUE_FACETS, ids=lambda facet: facet.kind)
def test_every_value_has_a_name_and_is_quoted(facet: ValueFacet) -> None:
    words = facet_words(facet.kind)
    assert all((words.name, words.in_file, facet.choices or words.hint))
    for value in facet.choices or ("two\nlines",):
        assert words.choice(value).splitlines()[0] in quoted(facet.kind, value)


def test_every_kind_is_counted() -> None:
    kinds = [kind for facet in FACETS for kind in facet.kinds]
    assert len(kind_counts(dict.fromkeys(kinds, 2))) == len(kinds)
