"""What the window calls the kinds of statements: one entry each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.facets.rating import CHOICES, RATING, REJECTED_RATING
from phototagger.domain.facets.title import TITLE
from phototagger.domain.records import RegionKind
from phototagger.gui.kit.wording import tr


@dataclass(frozen=True, slots=True)
class FacetWords:
    """Of a kind of which a photo has one value. ``in_file``: of one that the file has by itself. ``hint``: in an
    empty field. ``quoted``: one of them among others that are written. ``proposed``, ``rejected``: of kinds that
    are proposed. ``choice``: what a choice is called."""

    name: str
    in_file: str
    hint: str
    quoted: Callable[[str], str]
    proposed: str = ""
    rejected: str = ""
    choice: Callable[[str], str] = str


def _caption() -> FacetWords:
    return FacetWords(
        tr("Caption"),
        tr("Caption, in the file"),
        tr("Write a caption…"),
        lambda text: tr("caption “{text}”", text=text),
        tr("Caption, read in the photo"),
        tr("Caption rejected"),
    )


def _title() -> FacetWords:
    return FacetWords(
        tr("Title"),
        tr("Title, in the file"),
        tr("Write a title…"),
        lambda text: tr("title “{text}”", text=text),
    )


def _rating() -> FacetWords:
    return FacetWords(
        tr("Rating"),
        tr("Rating, in the file"),
        "",
        lambda stars: tr("rating {stars}", stars=stars),
        choice=lambda rating: tr("rejected") if rating == REJECTED_RATING else _stars(rating),
    )


def _stars(rating: str) -> str:
    """A rating of other programs that is no whole number is told as it is."""
    return "★" * int(rating) if rating in CHOICES else rating


_VALUES: Mapping[str, Callable[[], FacetWords]] = {TITLE: _title, CAPTION: _caption, RATING: _rating}
_COUNTS: Mapping[str, Callable[[int], str]] = {
    KEYWORD: lambda count: tr("%n keyword(s)", "", count),
    RegionKind.FACE: lambda count: tr("%n face(s) with a name", "", count),
    RegionKind.OBJECT: lambda count: tr("%n object(s)", "", count),
    TITLE: lambda count: tr("%n title(s)", "", count),
    CAPTION: lambda count: tr("%n caption(s)", "", count),
    RATING: lambda count: tr("%n rating(s)", "", count),
}


def facet_words(kind: str) -> FacetWords:
    """Raises KeyError where a photo may have several of that kind."""
    return _VALUES[kind]()


def quoted(kind: str, value: str) -> str:
    """A value in one line, said to be what it is."""
    words = facet_words(kind)
    return words.quoted(words.choice(" / ".join(value.splitlines())))


def kind_counts(numbers: Mapping[str, int]) -> list[str]:
    """How many there are of each kind, those without any left out."""
    return [say(numbers[kind]) for kind, say in _COUNTS.items() if numbers.get(kind)]
