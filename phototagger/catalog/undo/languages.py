"""What undo does to the languages of keywords: the words of other languages come and go with them."""

from __future__ import annotations

from phototagger.catalog.undo.undoable import ChangeTable, Undoable

_NOT_DUE = (
    "NOT EXISTS (SELECT 1 FROM companion_due AS due WHERE due.photo = photo_keyword.photo"
    " AND due.keyword = photo_keyword.keyword)"
)
REFRESH = (
    f"DELETE FROM photo_keyword WHERE companion = 1 AND written = 0 AND {_NOT_DUE}",
    f"UPDATE photo_keyword SET wanted = 0 WHERE companion = 1 AND wanted = 1 AND {_NOT_DUE}",
    "INSERT INTO photo_keyword (photo, keyword, wanted, companion) SELECT DISTINCT photo, keyword, 1, 1"
    " FROM companion_due WHERE true ON CONFLICT DO UPDATE SET wanted = 1, companion = 1 WHERE wanted = 0",
)
"""Translations as the languages of now want them, on every photo: those due no more go, those due come."""

LANGUAGES_CHANGE = Undoable(
    ChangeTable("language_change", ()),
    None,
    apply=(
        "DELETE FROM meta WHERE key = 'languages' AND EXISTS (SELECT 1 FROM language_change WHERE step = ?1)",
        "INSERT INTO meta SELECT 'languages', {side} FROM language_change WHERE step = ?1 AND {side} NOT NULL",
    ),
    photos="SELECT photo FROM photo_keyword WHERE EXISTS (SELECT 1 FROM language_change WHERE step = ?1)",
    follow=REFRESH,
    of_words=True,
)

UNDOABLE = (LANGUAGES_CHANGE,)
