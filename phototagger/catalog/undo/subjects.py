"""All subjects of the history, in the order in which a step sets them."""

from __future__ import annotations

from phototagger.catalog.undo import languages, own_words, people, photo_words, values
from phototagger.catalog.undo.undoable import ChangeTable, Undoable

SUBJECTS: tuple[Undoable, ...] = (
    *own_words.UNDOABLE,
    *languages.UNDOABLE,  # before the words of photos, whose translations depend on them
    *photo_words.UNDOABLE,
    *values.UNDOABLE,
    *people.UNDOABLE,
)
TABLES: tuple[ChangeTable, ...] = tuple(dict.fromkeys(subject.table for subject in SUBJECTS))
