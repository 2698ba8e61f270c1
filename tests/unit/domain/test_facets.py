"""What facets declare."""

from __future__ import annotations

from collections import Counter

import pytest

from phototagger.domain.facets import FACETS, FIELDS, VALUE_FACETS, books, kinds_of, spec_of
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries


def test_a_field_stands_in_the_table_once() -> None:
    declared = Counter(spec.name for facet in FACETS for spec in facet.fields)
    declared.update(spec.name for spec in books.FIELDS)
    assert {name: count for name, count in declared.items() if count > 1} == {}
    assert set(declared) <= set(FIELDS)


def test_an_exif_field_that_is_written_has_its_number() -> None:
    """By which a TIFF's tags are told from those that must stay as they are."""
    written = [spec for spec in FIELDS.values() if spec.in_exif and spec.planned]
    assert written
    assert all(spec.exif_tag for spec in written)


def test_a_kind_is_of_one_facet() -> None:
    kinds = [str(kind) for facet in FACETS for kind in facet.kinds]
    assert sorted(kinds) == sorted(set(kinds))


@pytest.mark.parametrize("facet", VALUE_FACETS, ids=lambda facet: facet.kind)
def test_a_value_that_a_person_may_give_stands_in_a_file_and_is_read_there_as_it_was(
    facet: ValueFacet,
) -> None:
    assert any(spec.carries is Carries.ALWAYS for spec in facet.fields)
    for value in facet.choices or ("Möwen, 1723",):
        kept = facet.typed(value)
        assert not facet.says_nothing(kept)
        assert facet.plain(kept) == kept
        for spec in facet.fields:
            back = facet.plain(spec.from_field(spec.to_field(kept)))
            # A field without a word for it says nothing rather than something else.
            assert back == kept or facet.says_nothing(back)


def test_a_text_in_another_language_is_of_its_field() -> None:
    for name in ("XMP-dc:Title-de", "XMP-dc:Title-pt-BR"):
        spec = spec_of(name)
        assert spec is not None
        assert spec.name == "XMP-dc:Title"
    assert spec_of("XMP-dc:Creator") is None
    assert kinds_of("IFD0:RatingPercent") == ("rating",)
