"""What undo does to captions, titles and the like: what the person decided of one."""

from __future__ import annotations

from phototagger.catalog.undo.undoable import ChangeTable, Undoable

DECISION = Undoable(
    ChangeTable("statement_change", ("photo", "kind")),
    None,
    apply=(
        "UPDATE statement SET decision = h.{side} FROM statement_change AS h"
        " WHERE h.step = ?1 AND statement.photo = h.photo AND statement.kind = h.kind",
    ),
    photos="SELECT photo FROM statement_change WHERE step = ?1",
)

UNDOABLE = (DECISION,)
