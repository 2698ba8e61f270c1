"""Times and places that stand in XMP, IPTC or sidecars: what of each photo was read, what still has to be read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.photos.folders import scope
from phototagger.catalog.store.paths import join
from phototagger.catalog.store.personal import Personal
from phototagger.domain.findings import FileFacts, PhotoFacts

UNREAD = "?"


@dataclass(frozen=True, slots=True)
class MarkedPhoto:
    """``mark``: empty where nothing lay beside the photo and its own EXIF was enough."""

    id: int
    path: Path
    mark: str


def page(c: sqlite3.Connection, after_id: int, limit: int, folders: Sequence[Path] = ()) -> list[MarkedPhoto]:
    """Analysed photos at or below ``folders``, by id."""
    inside, parameters = scope(c, folders)
    rows = c.execute(
        "SELECT photo.id, folder.path, photo.name, coalesce(mark, '') FROM photo"
        " JOIN folder ON folder.id = photo.folder LEFT JOIN file_facts ON file_facts.photo = photo.id"
        f" WHERE photo.id > ? AND photo.state = 1 AND {inside} ORDER BY photo.id LIMIT ?",
        (after_id, *parameters, limit),
    )
    return [MarkedPhoto(row[0], join(row[1], row[2]), row[3]) for row in rows]


def begin(c: sqlite3.Connection, photo_id: int, facts: PhotoFacts | None) -> None:
    """After an analysis: what was read before is of an older file."""
    c.execute("DELETE FROM file_facts WHERE photo = ?", (photo_id,))
    if facts is not None and facts.more:
        c.execute("INSERT INTO file_facts VALUES (?, ?, '[]')", (photo_id, UNREAD))


def store(c: sqlite3.Connection, photo_id: int, mark: str, facts: FileFacts | None) -> bool:
    """Keeps what was read (None: it cannot be read, the photo keeps what it has). Whether the photo changed."""
    before = c.execute(
        "SELECT taken_at, latitude, longitude, coalesce(place, '[]'), coalesce(mark, '') FROM photo"
        " LEFT JOIN file_facts ON file_facts.photo = photo.id WHERE photo.id = ?",
        (photo_id,),
    ).fetchone()
    if before is None:
        return False
    place = before[3] if facts is None else json.dumps(facts.named_place, ensure_ascii=False)
    c.execute("INSERT OR REPLACE INTO file_facts VALUES (?, ?, ?)", (photo_id, mark, place))
    if facts is None:
        return False
    taken_at, position = facts.taken_at, (facts.latitude, facts.longitude)
    if before[4] in (
        "",
        UNREAD,
    ):  # what is known yet its decoder read, which knows some kinds better
        taken_at = taken_at or before[0]
        position = position if position[0] is not None else (before[1], before[2])
    after = (taken_at, *position)
    c.execute("UPDATE photo SET taken_at = ?, latitude = ?, longitude = ? WHERE id = ?", (*after, photo_id))
    return (*after, place) != tuple(before[:4])


def named_place(c: sqlite3.Connection, photo_id: int) -> tuple[str, ...]:
    """Country, region and town as the photo's file names them; empty where it does not."""
    row = c.execute("SELECT place FROM file_facts WHERE photo = ?", (photo_id,)).fetchone()
    return unpack_place(row[0] if row else None)


def unpack_place(packed: str | None) -> tuple[str, ...]:
    return tuple(json.loads(packed)) if packed else ()


PERSONAL = (Personal("file_facts", {"mark": "a digest", "place": "country, region and town"}),)
