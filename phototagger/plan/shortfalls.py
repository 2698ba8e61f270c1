"""Which words a field of a file goes without, because it cannot hold them, and how a person is told. Pure."""

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

_REASONS = {
    SUBJECT: "The encoding of the old IPTC keywords is unknown",
    IPTC_KEYWORDS: f"A keyword has at most {IPTC_LIMIT} bytes there",
    XP_KEYWORDS: "A semicolon separates keywords there",
    TAGS_LIST: "A slash separates the levels of a tree there",
    LAST_KEYWORD: "A slash separates the levels of a tree there",
    CATEGORIES: "Its text could not be edited without changing something else in it",
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

    def notes(self, file: str) -> Iterator[str]:
        """A sentence on each field of the file called so."""
        for field, words in self._words.items():
            shown = [word if len(word) <= _SHOWN else f"{word[: _SHOWN - 1]}…" for word in words[:_MANY]]
            more = f" and {len(words) - _MANY} more" if len(words) > _MANY else ""
            left = ", ".join(f'"{word}"' for word in shown)
            elsewhere = "they stay where they are" if field == SUBJECT else "the other fields have it"
            yield f"{field} of {file} goes without {left}{more}. {_reason(field)}; {elsewhere}."


def _reason(field: str) -> str:
    return _REASONS.get(field) or f"A value has at most {FIELDS[field].limit} bytes there"
