"""Which words a field of a file goes without, because it cannot hold them, and how a person hears of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from phototagger.domain.facets import FIELDS
from phototagger.domain.facets.keyword import (
    CATEGORIES,
    IPTC_KEYWORDS,
    IPTC_LIMIT,
    LAST_KEYWORD,
    SUBJECT,
    TAGS_LIST,
    XP_KEYWORDS,
)
from phototagger.domain.sentences import Said, plain, said

_REASONS = {
    SUBJECT: said("The encoding of the old IPTC keywords is unknown"),
    IPTC_KEYWORDS: said("A keyword has at most {most} bytes there", most=IPTC_LIMIT),
    XP_KEYWORDS: said("A semicolon separates keywords there"),
    TAGS_LIST: said("A slash separates the levels of a tree there"),
    LAST_KEYWORD: said("A slash separates the levels of a tree there"),
    CATEGORIES: said("Its text could not be edited without changing something else in it"),
}
_SHOWN = 40  # letters of a long word
_MANY = 5  # words in one sentence


class Shortfalls:
    """The words that each field goes without."""

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {}

    def add(self, field: str, word: str) -> None:
        """``word`` does not go into ``field``."""
        words = self._words.setdefault(field, [])
        if word not in words:
            words.append(word)

    def update(self, other: Shortfalls) -> None:
        """All of the other too."""
        for field, words in other._words.items():
            for word in words:
                self.add(field, word)

    def notes(self, file: str) -> Iterator[Said]:
        """A sentence on each field of the file called so."""
        for field, words in self._words.items():
            shown = [word if len(word) <= _SHOWN else f"{word[: _SHOWN - 1]}…" for word in words[:_MANY]]
            left = plain(", ".join(f'"{word}"' for word in shown))
            if len(words) > _MANY:
                left = said("{names} and %n more", "", len(words) - _MANY, names=left)
            elsewhere = (
                said("they stay where they are") if field == SUBJECT else said("the other fields have it")
            )
            yield said(
                "{field} of {file} does not get {left}. {reason}; {elsewhere}.",
                field=field,
                file=file,
                left=left,
                reason=_reason(field),
                elsewhere=elsewhere,
            )


def _reason(field: str) -> Said:
    return _REASONS.get(field) or said("A value has at most {limit} bytes there", limit=FIELDS[field].limit)
