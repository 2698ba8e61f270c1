"""What undo does to the person's own words: their list, and what the program's keywords are called instead."""

from __future__ import annotations

from phototagger.catalog.undo.undoable import ChangeTable, Undoable

_WORDS = ChangeTable("word_change", ("subject", "path"))

# path: the program's keyword; what it is called, '' where it is hidden, NULL where there is no rule.
RULE = Undoable(
    _WORDS,
    0,
    apply=(
        "DELETE FROM word_rule WHERE path IN"
        " (SELECT path FROM word_change WHERE step = ?1 AND subject = 0 AND {side} IS NULL)",
        "INSERT INTO word_rule SELECT path, nullif({side}, '') FROM word_change"
        " WHERE step = ?1 AND subject = 0 AND {side} NOT NULL ON CONFLICT DO UPDATE SET target = excluded.target",
    ),
    of_words=True,
)

# path: a keyword of the person's; its synonyms, NULL where it is not on the list.
OWN_WORD = Undoable(
    _WORDS,
    1,
    apply=(
        "DELETE FROM own_word WHERE path IN"
        " (SELECT path FROM word_change WHERE step = ?1 AND subject = 1 AND {side} IS NULL)",
        "INSERT INTO own_word SELECT path, {side} FROM word_change"
        " WHERE step = ?1 AND subject = 1 AND {side} NOT NULL"
        " ON CONFLICT DO UPDATE SET synonyms = excluded.synonyms",
    ),
)

UNDOABLE = (RULE, OWN_WORD)
