"""What undo does to people: in which group a face is, who it is and who not, who is not cared for."""

from __future__ import annotations

from phototagger.catalog.undo.undoable import HISTORY, ChangeTable, Undoable

_PEOPLE = ChangeTable("people_change")
_COUNTED = ("UPDATE meta SET value = value + 1 WHERE key = 'people_revision'",)


def _of(table: ChangeTable, number: int, column: str, *apply: str) -> Undoable:
    """``column``: the one of ``region`` that the changes' ``key`` stands in."""
    photos = (
        f"SELECT photo FROM {table.name} JOIN region ON region.{column} = key"
        f" WHERE step = ?1 AND subject = {number}"
    )
    return Undoable(table, number, apply, photos, _COUNTED, of_people=True)


# key: region; cluster or NULL.
FACE_CLUSTER = _of(
    HISTORY,
    2,
    "id",
    "UPDATE region SET cluster = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 2 AND region.id = h.key",
)
# key: cluster; person or NULL.
CLUSTER_PERSON = _of(
    HISTORY,
    3,
    "cluster",
    "UPDATE cluster SET person = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 3 AND cluster.id = h.key",
)
# key: region; person or NULL.
FACE_PERSON = _of(
    HISTORY,
    4,
    "id",
    "UPDATE region SET person = h.{side} FROM history_change AS h"
    " WHERE h.step = ?1 AND h.subject = 4 AND region.id = h.key",
)
# key: region, key2: person; 0 or 1: this face is not that person.
REJECTED = _of(
    _PEOPLE,
    0,
    "id",
    "DELETE FROM face_rejected WHERE (face, person) IN"
    " (SELECT key, key2 FROM people_change WHERE step = ?1 AND subject = 0 AND {side} = 0)",
    "INSERT OR IGNORE INTO face_rejected (face, person) SELECT key, key2 FROM people_change"
    " JOIN region ON region.id = key JOIN person ON person.id = key2"
    " WHERE step = ?1 AND subject = 0 AND {side} = 1",
)
# key: cluster; 0 or 1: not a person to care for.
IGNORED = _of(
    _PEOPLE,
    1,
    "cluster",
    "UPDATE cluster SET ignored = h.{side} FROM people_change AS h"
    " WHERE h.step = ?1 AND h.subject = 1 AND cluster.id = h.key",
)
# key: person; 0 or 1.
HIDDEN = _of(
    _PEOPLE,
    2,
    "person",
    "UPDATE person SET hidden = h.{side} FROM people_change AS h"
    " WHERE h.step = ?1 AND h.subject = 2 AND person.id = h.key",
)

# Persons hang on clusters and faces; clusters last, so that the photos of a step are met in both places.
UNDOABLE = (CLUSTER_PERSON, FACE_PERSON, FACE_CLUSTER, REJECTED, IGNORED, HIDDEN)
