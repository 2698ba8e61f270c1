"""Names that files give to faces, and which of the faces found they mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.people.edits import person_id
from phototagger.catalog.people.written import stale_faces
from phototagger.catalog.photos.folders import scope
from phototagger.catalog.store.paths import join
from phototagger.catalog.store.personal import Personal, named
from phototagger.domain.records import Box, Changes
from phototagger.domain.same_face import match_faces
from phototagger.domain.writing import SAME_DRAWING_IOU, NamedFace, PlacedRegion


@dataclass(frozen=True, slots=True)
class FacesPhoto:
    """A photo with faces, and the ``mark`` of what was last read for it (None: never read)."""

    id: int
    path: Path
    size: int
    mtime_ns: int
    mark: str | None


def with_faces(
    c: sqlite3.Connection, after_id: int, limit: int, folders: Sequence[Path] = ()
) -> list[FacesPhoto]:
    """Analysed photos with faces at or below ``folders``, a page by id."""
    inside, parameters = scope(c, folders)
    rows = c.execute(
        "SELECT photo.id, folder.path, photo.name, size, mtime_ns, mark FROM photo"
        " JOIN folder ON folder.id = photo.folder LEFT JOIN file_faces_read ON file_faces_read.photo = photo.id"
        f" WHERE photo.id > ? AND photo.state = 1 AND faces > 0 AND {inside} ORDER BY photo.id LIMIT ?",
        (after_id, *parameters, limit),
    )
    return [FacesPhoto(row[0], join(row[1], row[2]), *row[3:]) for row in rows]


def count_with_faces(c: sqlite3.Connection, folders: Sequence[Path] = ()) -> int:
    """How many photos :func:`with_faces` gives in all."""
    inside, parameters = scope(c, folders)
    sql = (
        "SELECT count(*) FROM photo JOIN folder ON folder.id = photo.folder"
        f" WHERE photo.state = 1 AND faces > 0 AND {inside}"
    )
    return int(c.execute(sql, parameters).fetchone()[0])


def store(c: sqlite3.Connection, photo_id: int, mark: str, named: Iterable[NamedFace]) -> Changes:
    """Keeps what a photo's file says, and gives the names to the faces they lie on.

    A face that a person named, or that was rejected for that person, stays as it is. An unnamed group in which
    nobody else is confirmed takes the name, so that its other faces wait for a word.
    """
    c.execute("DELETE FROM file_face WHERE photo = ?", (photo_id,))
    c.execute(
        "INSERT INTO file_faces_read VALUES (?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark",
        (photo_id, mark),
    )
    rows = [(photo_id, face.name, face.box.x, face.box.y, face.box.w, face.box.h) for face in named]
    c.executemany("INSERT INTO file_face (photo, name, x, y, w, h) VALUES (?, ?, ?, ?, ?, ?)", rows)
    changed = {photo for face, name in _matches(c, photo_id) for photo in _give(c, face, name)}
    if not changed:
        return Changes()
    c.execute("UPDATE meta SET value = value + 1 WHERE key = 'people_revision'")
    return Changes(frozenset(changed))


def _matches(c: sqlite3.Connection, photo_id: int) -> list[tuple[int, str]]:
    """Face to name, best overlaps first, each used once. A box of ours that is no longer where its face is names
    nobody else who stands there now."""
    faces = c.execute(
        "SELECT id, x, y, w, h FROM region WHERE photo = ? AND kind = 0"
        " AND id NOT IN (SELECT region FROM kept_region WHERE held = 1)",
        (photo_id,),
    ).fetchall()
    named = [
        NamedFace(row[0], Box(*row[1:]))
        for row in c.execute("SELECT name, x, y, w, h FROM file_face WHERE photo = ?", (photo_id,))
    ]
    stale = stale_faces(c, photo_id)
    named = [face for face in named if not any(_is(face, box) for box in stale)]
    matches = match_faces([Box(*face[1:]) for face in faces], [face.box for face in named])
    return [(faces[face][0], named[name].name) for face, name in matches.items()]


def _is(face: NamedFace, drawn: PlacedRegion) -> bool:
    return face.name.casefold() == drawn.name.casefold() and drawn.box.iou(face.box) >= SAME_DRAWING_IOU


def _give(c: sqlite3.Connection, face: int, name: str) -> set[int]:
    """The photos that look different now: the face's, and those of its group where that took the name."""
    person = person_id(c, name)
    given = c.execute(
        "UPDATE region SET person = ?1 WHERE id = ?2 AND person IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM face_rejected WHERE face = ?2 AND person = ?1)",
        (person, face),
    ).rowcount
    named = 0
    if given:
        named = c.execute(
            "UPDATE cluster SET person = ?1 WHERE person IS NULL AND ignored = 0"
            " AND id = (SELECT cluster FROM region WHERE id = ?2)"
            " AND NOT EXISTS (SELECT 1 FROM region WHERE cluster = cluster.id AND person != ?1)",
            (person, face),
        ).rowcount
    faces = "cluster = (SELECT cluster FROM region WHERE id = ?)" if named else "id = ?"
    return (
        {row[0] for row in c.execute(f"SELECT photo FROM region WHERE {faces}", (face,))} if given else set()
    )


PERSONAL = (
    Personal("file_face", emptied=True, names=named("SELECT name FROM file_face")),
    Personal("file_faces_read", emptied=True),
)
