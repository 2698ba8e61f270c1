"""The kinds of statement that a photo can have, a module each: where files hold them, how a value is cleaned, what
says nothing. Pure declarations; what comes in knows no file, no catalog and no window."""

from __future__ import annotations

from collections.abc import Mapping

from phototagger.domain.facets import books, caption, keyword, rating, region, title
from phototagger.domain.facets.facet import Facet, ValueFacet
from phototagger.domain.facets.field import FieldSpec, Purpose

VALUE_FACETS: tuple[ValueFacet, ...] = (title.FACET, caption.FACET, rating.FACET)
FACETS: tuple[Facet, ...] = (keyword.FACET, region.FACET, *VALUE_FACETS)

# Only ever copied into a sidecar that is made.
_COPIED = (FieldSpec("XMP-xmp:Label", Purpose.OTHER, single=True, seeded=True),)

FIELDS: Mapping[str, FieldSpec] = {
    spec.name: spec
    for specs in (
        keyword.FACET.fields,
        books.FIELDS,
        region.FACET.fields,
        _COPIED,
        *(facet.fields for facet in VALUE_FACETS),
    )
    for spec in specs
}
"""Every metadata field that is read or written as a statement, by exiftool's name."""

_IN_LANGUAGES = tuple(spec for spec in FIELDS.values() if spec.languages)
VALUE_KINDS = tuple(facet.kind for facet in VALUE_FACETS)
_BY_KIND = {facet.kind: facet for facet in VALUE_FACETS}


def value_facet(kind: str) -> ValueFacet:
    """Raises KeyError where no single value is of that kind."""
    return _BY_KIND[kind]


def spec_of(field: str) -> FieldSpec | None:
    """The row of a field, also of one in a language of its own (``XMP-dc:Title-de``); None where there is none."""
    spec = FIELDS.get(field)
    if spec is not None:
        return spec
    return next((base for base in _IN_LANGUAGES if field.startswith(f"{base.name}-")), None)


def kinds_of(field: str) -> tuple[str, ...]:
    """The kinds of the statements that stand in a field."""
    return next((facet.kinds for facet in FACETS if any(spec.name == field for spec in facet.fields)), ())


def purposes() -> tuple[str, ...]:
    """What fields are for, in the order in which a person is told."""
    told = [purpose for purpose in Purpose if purpose not in (Purpose.BOOKS, Purpose.OTHER)]
    return (*told, *(facet.kind for facet in VALUE_FACETS), Purpose.BOOKS, Purpose.OTHER)
