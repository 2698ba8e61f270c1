"""Bringing a catalog to the newest version of its schema; ``user_version`` counts the steps taken."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from phototagger.catalog.schema.steps import MIGRATIONS as MIGRATIONS
from phototagger.catalog.schema.steps import Migration
from phototagger.catalog.store.own_files import make_private_file, refuse_odd_files
from phototagger.catalog.store.personal import Personal
from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import said

APPLICATION_ID = 0x50547467  # "PTtg": tells our file from any other SQLite file


def backup_path(path: Path, version: int) -> Path:
    """Where the copy of a catalog of that version lies while a newer one is made of it."""
    return path.with_name(f"{path.name}.backup-v{version}")


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings the catalog to the newest version: each step in one transaction with its ``user_version``, a copy
    made before the first step where a catalog exists already, foreign keys checked before each commit.

    Raises CatalogError for a newer version, or a step that leaves broken references.
    """
    version = _version(connection)
    if version > len(migrations):
        raise CatalogError(
            said(
                "The catalog {path} was made by a newer phototagger (version {version}, this one knows "
                "{count}). Update phototagger, or choose another catalog.",
                path=path,
                version=version,
                count=len(migrations),
            )
        )
    if version == len(migrations):
        return
    if version:
        _copy(connection, backup_path(path, version))
    connection.execute("PRAGMA foreign_keys = OFF")  # a rebuilt table must not cascade while it is swapped
    try:
        for number, step in enumerate(migrations[version:], version + 1):
            _take(connection, path, number, step)
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _take(connection: sqlite3.Connection, path: Path, number: int, step: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < number:  # else another instance was quicker
            step(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise CatalogError(
                    said(
                        "The catalog {path} could not be brought to version {number}: its table {table} refers "
                        "to rows that are not there. It was left as it was; restore a backup or choose another "
                        "one.",
                        path=path,
                        number=number,
                        table=broken[0],
                    )
                )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    refuse_odd_files(target)
    make_private_file(target)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()


PERSONAL = (Personal("meta", {"key": "a name of ours"}),)
