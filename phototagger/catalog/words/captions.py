"""Photos with text of which nobody has looked yet whether they need a caption."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.photos import findings
from phototagger.catalog.photos.folders import scope
from phototagger.catalog.store.paths import join
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.findings import TextLine


@dataclass(frozen=True, slots=True)
class TextPhoto:
    """A photo with text, whose file must be looked at before a caption is proposed."""

    id: int
    path: Path
    mark: str
    lines: tuple[TextLine, ...]


def unlooked(
    c: sqlite3.Connection, after_id: int, limit: int, folders: Sequence[Path] = ()
) -> list[TextPhoto]:
    """Analysed photos with text at or below ``folders``, whose caption is not decided on and was not looked at as
    they are now; a page by id."""
    inside, parameters = scope(c, folders)
    mark = "photo.size || ':' || photo.mtime_ns"
    rows = c.execute(
        f"SELECT photo.id, folder.path, photo.name, {mark} FROM photo JOIN folder ON folder.id = photo.folder"
        " JOIN photo_text ON photo_text.photo = photo.id"
        " LEFT JOIN statement ON statement.photo = photo.id AND kind = ?"
        f" WHERE photo.id > ? AND photo.state = 1 AND photo_text.lines != '[]' AND {inside} AND decision IS NULL"
        f" AND written IS NULL AND (mark IS NULL OR mark != {mark}) ORDER BY photo.id LIMIT ?",
        (CAPTION, after_id, *parameters, limit),
    ).fetchall()
    texts = findings.text_of(c, [row[0] for row in rows])
    return [TextPhoto(row[0], join(row[1], row[2]), row[3], texts.get(row[0], ())) for row in rows]
