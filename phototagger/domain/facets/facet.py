"""What a kind of statement declares of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phototagger.domain.facets.field import FieldSpec
from phototagger.domain.sentences import Said


@dataclass(frozen=True, slots=True)
class Facet:
    """``kinds``: of the statements; ``fields``: where files hold them."""

    kinds: tuple[str, ...]
    fields: tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True)
class ValueFacet(Facet):
    """A kind of which a photo has one value, a text. ``noun``: what the command line calls it. ``typed`` makes of
    what a person typed the value that is kept, and raises UsageError; ``plain`` is the form in which values of
    files are compared; ``says_nothing`` is true of a (plain) value that nobody gave the photo. ``choices``: all
    values that a person may give; empty: any text, of so many ``lines``. ``replaces``: a person may give the photo
    another than the one in its file; where not, that one stays."""

    noun: Said
    typed: Callable[[str], str]
    plain: Callable[[str], str]
    says_nothing: Callable[[str], bool]
    lines: int = 1
    choices: tuple[str, ...] = ()
    replaces: bool = True

    @property
    def kind(self) -> str:
        return self.kinds[0]
