"""What a table keeps of people, declared beside what fills it: ``catalog/forgetting.py`` acts on all of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from phototagger.domain.sentences import from_text, said, to_text

_PAGE = 500
_WORD = re.compile(r"\w+")
_UNTOLD = said("Not shown any more: it was about faces that were forgotten since.")


class Names:
    """Names of persons, and whether a text has one of them in it, as whole words; case is ignored."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first_word: dict[str, list[str]] = {}
        for name in names:
            words = _WORD.findall(name.casefold())
            if words:
                self._by_first_word.setdefault(words[0], []).append(name.strip().casefold())

    def in_text(self, text: str) -> bool:
        folded = text.casefold()
        return any(
            re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded)
            for word in set(_WORD.findall(folded))
            for name in self._by_first_word.get(word, ())
        )


@dataclass(frozen=True, slots=True)
class Personal:
    """A table with texts or bytes. ``kept``: why each such column names and shows nobody, once all faces were
    forgotten; a table that is ``emptied`` then needs no reasons.

    ``names``: the names of persons that stand in it. ``forget``: takes what identifies people out of it; the names
    are those of all tables. What is damaged may name somebody all the same and must not stop either."""

    table: str
    kept: Mapping[str, str] = field(default_factory=dict)
    emptied: bool = False
    names: Callable[[sqlite3.Connection], Iterable[str]] | None = None
    forget: Callable[[sqlite3.Connection, Names], None] | None = None


def named(query: str) -> Callable[[sqlite3.Connection], Iterable[str]]:
    """The names that a query gives, one a row."""
    return lambda c: [row[0] for row in c.execute(query)]


def deleted(statement: str) -> Callable[[sqlite3.Connection, Names], None]:
    """Forgetting by one statement."""

    def forget(c: sqlite3.Connection, _names: Names) -> None:
        c.execute(statement)

    return forget


def blank_messages(c: sqlite3.Connection, table: str, names: Names) -> None:
    """Messages about failures that name somebody are not told any more."""
    rows = c.execute(f"SELECT id, error_message FROM {table} WHERE error_message NOT NULL").fetchall()
    c.executemany(
        f"UPDATE {table} SET error_message = ? WHERE id = ?",
        [(to_text(_UNTOLD), identity) for identity, message in rows if names.in_text(from_text(message))],
    )


def in_pages(c: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """All rows that ``query`` gives, a page after the other: its parameters are the last key and the limit."""
    after = 0
    while rows := c.execute(query, (after, _PAGE)).fetchall():
        yield from rows
        after = rows[-1][0]
