"""Words in several languages: the first is the one that photos have; the others are its translations.

Translations are never chosen: the triggers of ``schema/translations`` let them come and go with their word, so
only what a person decides stands in the history.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from phototagger.catalog import history
from phototagger.catalog.store.personal import Personal
from phototagger.catalog.words.keywords import keyword_id

# What a language is in the catalog, for ever: a new one gets the next place, up to 31, whatever its place in lists.
PLACES = {"en": 0, "de": 1, "fr": 2, "es": 3, "zh": 4}
_CODES = {place: code for code, place in PLACES.items()}
_FIRST = 1 << 32  # in the number that stands for several: above their bits, the place of the first


def chosen(c: sqlite3.Connection) -> tuple[str, ...]:
    """The languages of this catalog, first the main one; empty while nobody ever changed them."""
    row = c.execute("SELECT value FROM meta WHERE key = 'languages'").fetchone()
    if row is None:
        return ()
    first, bits = divmod(int(row[0]), _FIRST)
    others = [code for code, place in PLACES.items() if bits >> place & 1 and place != first]
    return (_CODES[first], *others) if first in _CODES else ()


def begin(c: sqlite3.Connection, languages: Sequence[str]) -> None:
    """Languages of a catalog that has none yet; no history step, for there is nothing to go back to."""
    c.execute("INSERT OR IGNORE INTO meta VALUES ('languages', ?)", (_value(languages),))


def names(c: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """As :func:`name_words` was last given."""
    found: dict[str, dict[str, str]] = {}
    rows = c.execute("SELECT meaning, language, path FROM word_name JOIN keyword ON keyword.id = keyword")
    for meaning, bit, path in rows:
        if bit.bit_length() - 1 in _CODES:
            found.setdefault(meaning, {})[_CODES[bit.bit_length() - 1]] = path
    return found


def name_words(c: sqlite3.Connection, names: Mapping[str, Mapping[str, str]]) -> None:
    """What each of the program's words is called: meaning -> language -> keyword."""
    c.execute("DELETE FROM word_name")
    c.executemany(
        "INSERT INTO word_name VALUES (?, ?, ?)",
        [
            (meaning, 1 << PLACES[code], keyword_id(c, keyword))
            for meaning, words in names.items()
            for code, keyword in words.items()
        ],
    )


def plan_change(c: sqlite3.Connection, step: int, languages: Sequence[str]) -> None:
    """The step changes the languages to these."""
    row = c.execute("SELECT value FROM meta WHERE key = 'languages'").fetchone()
    before, after = row[0] if row else None, _value(languages)
    if before != after:
        c.execute("INSERT INTO language_change VALUES (?, ?, ?)", (step, before, after))


def refresh(c: sqlite3.Connection) -> None:
    """Translations as they should be on every photo, after the words were named again."""
    history.refresh_translations(c)


def _value(languages: Sequence[str]) -> int:
    first, *others = languages
    bits = sum(1 << PLACES[code] for code in {first, *others}) if others else 0
    return _FIRST * PLACES[first] + bits


PERSONAL = (Personal("word_name", {"meaning": "a word of the tree"}),)
