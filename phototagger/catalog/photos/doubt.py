"""Another hand was at a photo: whether its file still holds what is wanted must be looked at again."""

from __future__ import annotations

import sqlite3


def doubt(c: sqlite3.Connection, photo_id: int, *, other_file: bool = False) -> None:
    """Keywords, values and boxes that were written wait again. ``other_file``: the photo goes on as another file,
    in which no box is known to stand."""
    c.execute("UPDATE photo_keyword SET written = 0 WHERE photo = ? AND wanted = 1", (photo_id,))
    c.execute("UPDATE statement SET written = NULL WHERE photo = ? AND decision > 0", (photo_id,))
    if other_file:
        c.execute("DELETE FROM written_region WHERE photo = ?", (photo_id,))
    else:
        c.execute("UPDATE written_region SET checked = 0 WHERE photo = ?", (photo_id,))
