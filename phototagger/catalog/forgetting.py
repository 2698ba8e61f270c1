"""Forgetting all faces: what identifies people leaves the catalog for good. There is no undo.

What each table keeps of people is declared in the module that fills it (:class:`Personal`); here all of them are
asked for the names that they hold, and then to forget.
"""

from __future__ import annotations

import sqlite3

from phototagger.catalog import history
from phototagger.catalog.analysis import examples, suggestions
from phototagger.catalog.people import file_names, following, people, regions, written
from phototagger.catalog.photos import file_facts, findings, folders, photos
from phototagger.catalog.schema import migrations
from phototagger.catalog.store.personal import Names, Personal
from phototagger.catalog.words import keywords, languages, values, words
from phototagger.catalog.writing import journal, journal_of_people, renames
from phototagger.domain.records import Changes

PERSONAL: tuple[Personal, ...] = (
    *journal_of_people.PERSONAL,
    *journal.PERSONAL,
    *renames.PERSONAL,
    *photos.PERSONAL,
    *folders.PERSONAL,
    *findings.PERSONAL,
    *file_facts.PERSONAL,
    *suggestions.PERSONAL,
    *examples.PERSONAL,
    *following.PERSONAL,
    *regions.PERSONAL,
    *written.PERSONAL,
    *file_names.PERSONAL,
    *people.PERSONAL,
    *keywords.PERSONAL,
    *words.PERSONAL,
    *languages.PERSONAL,
    *values.PERSONAL,
    *history.PERSONAL,
    *migrations.PERSONAL,
)
"""In the order in which they forget."""


def forget_all(c: sqlite3.Connection) -> Changes:
    """Removes all that identifies people; the freed bytes are overwritten. What is called as a keyword of the
    person's is called, may stay in what is said about that."""
    c.execute("PRAGMA secure_delete = ON")
    shown = c.execute("SELECT DISTINCT photo FROM region WHERE kind = 0").fetchall()
    held = {name.strip().casefold() for table in PERSONAL if table.names for name in table.names(c)}
    names = Names(held - keywords.leaves(c))
    for table in PERSONAL:
        if table.emptied:
            c.execute(f"DELETE FROM {table.table}")
        if table.forget is not None:
            table.forget(c, names)
    c.execute("UPDATE meta SET value = value + 1 WHERE key = 'people_revision'")
    c.execute("PRAGMA secure_delete = OFF")
    return Changes(frozenset(row[0] for row in shown), history=True)
