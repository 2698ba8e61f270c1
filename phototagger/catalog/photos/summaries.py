"""Figures the window shows beside photos, and over the whole catalog."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.photos.photos import PHOTO_STATES, stored_failure
from phototagger.catalog.store.paths import join
from phototagger.catalog.store.pending import WAITS
from phototagger.domain.records import Failure, PhotoState


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """What a cell of the grid shows. ``to_review``: suggestions waiting, but for words of
    its folder, which are decided on for all photos there at once; ``confirmed``: keywords wanted."""

    id: int
    path: Path
    state: PhotoState
    failure: Failure | None
    to_review: int
    confirmed: int
    pending_changes: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """All figures count photos. ``failed`` holds quarantined ones too; ``photos`` holds missing ones too."""

    photos: int
    analysed: int
    pending: int
    failed: int
    to_review: int
    pending_changes: int
    with_faces: int = 0


def photo_rows(c: sqlite3.Connection, ids: Sequence[int]) -> list[PhotoRow]:
    """A page of rows in the order asked for; unknown ids are left out."""
    rows = c.execute(
        "SELECT photo.id, folder.path, name, state, error_kind, error_message, to_review, confirmed,"
        f" {WAITS} FROM photo JOIN folder ON folder.id = folder"
        " WHERE photo.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    found = {
        row[0]: PhotoRow(
            row[0],
            join(row[1], row[2]),
            PHOTO_STATES[row[3]],
            stored_failure(row[4], row[5]),
            row[6],
            row[7],
            bool(row[8]),
        )
        for row in rows
    }
    return [found[identity] for identity in ids if identity in found]


def photo_counts(c: sqlite3.Connection) -> Counts:
    """How many photos stand where."""

    def count(condition: str) -> int:
        return int(c.execute(f"SELECT count(*) FROM photo WHERE {condition}").fetchone()[0])

    photos = int(
        c.execute("SELECT count(*) FROM photo").fetchone()[0]
    )  # without WHERE: SQLite only counts pages
    pending, failed = count("state = 0"), count("state IN (2, 3)")
    analysed = photos - pending - failed - count("state = 4")
    return Counts(photos, analysed, pending, failed, count("to_review > 0"), count(WAITS), count("faces > 0"))
