"""Figures of a catalog for a report: how much of what there is, and no word of what it says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from phototagger.catalog.photos.photos import PHOTO_STATES
from phototagger.catalog.store.own_files import refuse_odd_files
from phototagger.domain.errors import CatalogError
from phototagger.domain.records import ErrorKind

_WAIT_S = 2.0
_TABLES = {
    "folders": "root",
    "keywords": "keyword",
    "suggestions": "suggestion",
    "keywords on photos": "photo_keyword",
    "boxes": "region",
    "groups of faces": "cluster",
    "persons": "person",
    "edits": "history_step",
    "runs of writing": "write_run",
    "files written": "write_row",
}
_KINDS = frozenset(map(str, ErrorKind))


def take_census(path: Path) -> dict[str, str | int]:
    """Counts by state. Opens the catalog for reading alone, of whatever version it is and however damaged; what
    cannot be counted is said by SQLite's own name for that."""
    if not path.is_file():
        return {"catalog": "there is none"}
    try:
        refuse_odd_files(path)
        size = path.stat().st_size
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
        ) as connection:
            return {"size_mib": round(size / 2**20), **_count(connection)}
    except (sqlite3.Error, CatalogError, OSError) as error:
        return {"catalog": _code(error)}


def _count(c: sqlite3.Connection) -> dict[str, str | int]:
    counts: dict[str, str | int] = {"version": c.execute("PRAGMA user_version").fetchone()[0]}
    for label, query in (
        ("photos", "SELECT state, count(*) FROM photo GROUP BY state"),
        (
            "failed photos",
            "SELECT error_kind, count(*) FROM photo WHERE error_kind NOT NULL GROUP BY error_kind",
        ),
        (
            "failed writes",
            "SELECT error_kind, count(*) FROM write_row WHERE error_kind NOT NULL GROUP BY error_kind",
        ),
    ):
        try:
            for value, count in c.execute(query):
                counts[f"{label}, {_name(value)}"] = count
        except sqlite3.Error as error:
            counts[label] = _code(error)
    for label, table in _TABLES.items():
        try:
            counts[label] = c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.Error as error:
            counts[label] = _code(error)
    return counts


def _name(value: object) -> str:
    """A state or kind of error that we know; in a damaged catalog anything may stand there."""
    if isinstance(value, int) and 0 <= value < len(PHOTO_STATES):
        return str(PHOTO_STATES[value])
    return value if isinstance(value, str) and value in _KINDS else "of another kind"


def _code(error: Exception) -> str:
    return f"cannot be read ({getattr(error, 'sqlite_errorname', None) or type(error).__name__})"
