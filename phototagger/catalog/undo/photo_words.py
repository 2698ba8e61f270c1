"""What undo does to the words of photos: suggestions that were decided on, and keywords that are wanted."""

from __future__ import annotations

from phototagger.catalog.undo.undoable import HISTORY, Undoable

# key: suggestion; its state.
SUGGESTION_STATE = Undoable(
    HISTORY,
    0,
    apply=(
        "UPDATE suggestion SET state = h.{side} FROM history_change AS h"
        " WHERE h.step = ?1 AND h.subject = 0 AND suggestion.id = h.key",
    ),
    photos="SELECT photo FROM history_change JOIN suggestion ON suggestion.id = key"
    " WHERE step = ?1 AND subject = 0",
)

# key: photo, key2: keyword; 0 or 1 (no row counts as 0).
WANTED = Undoable(
    HISTORY,
    1,
    apply=(
        # A translation that a person takes away stays away, until that is undone.
        "INSERT OR IGNORE INTO companion_refused SELECT h.key, h.key2 FROM history_change AS h"
        " JOIN photo_keyword AS k ON k.photo = h.key AND k.keyword = h.key2 AND k.companion = 1"
        " WHERE h.step = ?1 AND h.subject = 1 AND h.{side} = 0",
        "DELETE FROM photo_keyword WHERE written = 0 AND (photo, keyword) IN"
        " (SELECT key, key2 FROM history_change WHERE step = ?1 AND subject = 1 AND {side} = 0)",
        "UPDATE photo_keyword SET wanted = 0 WHERE written = 1 AND (photo, keyword) IN"
        " (SELECT key, key2 FROM history_change WHERE step = ?1 AND subject = 1 AND {side} = 0)",
        "INSERT INTO photo_keyword (photo, keyword, wanted, companion) SELECT key, key2, 1, '{side}' = 'before'"
        " AND (key, key2) IN (SELECT photo, keyword FROM companion_refused) FROM history_change"
        " JOIN photo ON photo.id = key WHERE step = ?1 AND subject = 1 AND {side} = 1"
        " ON CONFLICT DO UPDATE SET wanted = 1, companion = excluded.companion",
        "DELETE FROM companion_refused WHERE '{side}' = 'before' AND (photo, keyword) IN"
        " (SELECT key, key2 FROM history_change WHERE step = ?1 AND subject = 1 AND {side} = 1)",
    ),
    photos="SELECT key FROM history_change WHERE step = ?1 AND subject = 1",
)

UNDOABLE = (SUGGESTION_STATE, WANTED)
