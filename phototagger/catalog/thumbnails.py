"""Thumbnails in a second SQLite file beside the catalog. It may be deleted at any time: it fills again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from phototagger.catalog.soundness import SQLITE_SAYS
from phototagger.catalog.store.own_files import with_sqlites
from phototagger.domain.errors import CatalogError
from phototagger.domain.records import FileSignature
from phototagger.domain.sentences import said
from phototagger.files.whole_file import make_file, make_folder, refuse_odd

VERSION = 1


class ThumbnailStore:
    """Small JPEGs by photo id. Safe from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> ThumbnailStore:
        """Opens or makes the store; a damaged or older file is replaced, since nothing in it is unique.

        Raises CatalogError when no file can be made there.
        """
        try:
            for part in with_sqlites(path):
                refuse_odd(part)
            try:
                connection = _connect(path)
            except SQLITE_SAYS as error:
                if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                    raise
                connection = _made_again(path)
        except (*SQLITE_SAYS, OSError) as error:
            raise CatalogError(
                said(
                    "The thumbnails {path} cannot be opened ({reason}). Delete that file; it is made again.",
                    path=path,
                    reason=error,
                )
            ) from error
        return cls(path, connection)

    def put(self, photo_id: int, signature: FileSignature, jpeg: bytes) -> None:
        """Keeps the thumbnail of a photo as the file with this signature was."""
        self.put_many([(photo_id, signature, jpeg)])

    def put_many(self, thumbnails: list[tuple[int, FileSignature, bytes]]) -> None:
        """Several at once, in one transaction."""
        rows = [(identity, mark.size, mark.mtime_ns, jpeg) for identity, mark, jpeg in thumbnails]
        self._change("INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?, ?)", rows)

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._lock:
            try:
                try:
                    _run(self._open(), statement, rows)
                except SQLITE_SAYS as error:
                    if not _is_damage(error):
                        raise
                    self._open().close()
                    self._connection = _made_again(self.path)
                    _run(self._connection, statement, rows)
            except (*SQLITE_SAYS, OSError) as error:
                raise CatalogError(
                    said(
                        "The thumbnails {path} cannot be written ({reason}). Check the disk, or delete that file.",
                        path=self.path,
                        reason=error,
                    )
                ) from error

    def remove_many(self, photo_ids: Sequence[int]) -> None:
        """Forgets the thumbnails of these photos."""
        self._change("DELETE FROM thumbnail WHERE photo = ?", [(identity,) for identity in photo_ids])

    def get(self, photo_id: int) -> bytes | None:
        """The thumbnail, or None if there is none (or it cannot be read: it will be made again)."""
        with self._lock:
            try:
                row = (
                    self._open().execute("SELECT jpeg FROM thumbnail WHERE photo = ?", (photo_id,)).fetchone()
                )
            except SQLITE_SAYS:
                return None
        return row[0] if row and isinstance(row[0], bytes) else None

    def signature(self, photo_id: int) -> FileSignature | None:
        """The signature of the file that the thumbnail was made of."""
        with self._lock:
            try:
                row = (
                    self._open()
                    .execute("SELECT size, mtime_ns FROM thumbnail WHERE photo = ?", (photo_id,))
                    .fetchone()
                )
            except SQLITE_SAYS:
                return None
        return FileSignature(*row) if row and None not in row else None

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise CatalogError(said("The thumbnails {path} are closed.", path=self.path))
        return self._connection


def _run(connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(statement, rows)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_damage(error: Exception) -> bool:
    if isinstance(error, UnicodeDecodeError):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _made_again(path: Path) -> sqlite3.Connection:
    """In the place of what is damaged. Raises sqlite3.Error, OSError."""
    for part in with_sqlites(path):
        part.unlink(missing_ok=True)
    return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    make_folder(path.parent)
    make_file(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # a lost thumbnail is made again
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            connection.execute("DROP TABLE IF EXISTS thumbnail")
            connection.execute(
                "CREATE TABLE thumbnail (photo INTEGER PRIMARY KEY, size INTEGER NOT NULL,"
                " mtime_ns INTEGER NOT NULL, jpeg BLOB NOT NULL) STRICT"
            )
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("SELECT photo FROM thumbnail LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
