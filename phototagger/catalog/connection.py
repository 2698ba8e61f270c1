"""The door to the catalog: one writer thread, read-only readers, every failure told as a sentence."""

from __future__ import annotations

import glob
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from phototagger.catalog.migrations import APPLICATION_ID, MIGRATIONS, backup_path, migrate
from phototagger.catalog.own_files import keep_files_private, make_private_file, refuse_odd_files
from phototagger.catalog.pending import is_settled, look_again, settle
from phototagger.errors import CatalogError

Result = TypeVar("Result")

BUSY_MS = 5000  # how long to wait for another program instance that is writing

# SQLite's 2 MiB make bulk edits of a large catalog read the same pages again and again.
WRITER_CACHE_KIB = 64 * 1024
READER_CACHE_KIB = 8 * 1024
LOG_KEPT_BYTES = 64 * 1024 * 1024  # a log grown by one huge edit shrinks back to this


class Catalog:
    """One open catalog. Safe from any thread; make it with :meth:`open`, end it with :meth:`close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: sqlite3.Connection | None = None
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._writer_thread: int | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="catalog-writer")

    @classmethod
    def open(cls, path: Path) -> Catalog:
        """Opens or makes the catalog at ``path`` (its folder too) and brings it to the newest version.

        Raises CatalogError when it is damaged, from a newer version, locked, or cannot be written.
        """
        catalog = cls(path)
        try:
            catalog._thread.submit(catalog._start).result()
        except BaseException:
            catalog.close()
            raise
        return catalog

    def write(self, change: Callable[[sqlite3.Connection], Result], *, durable: bool = False) -> Result:
        """Runs ``change`` on the writer thread inside one transaction and gives its result. Any exception
        rolls the transaction back and comes out here; SQLite's own become CatalogError.

        A killed program loses nothing of it. ``durable``: nor does a power cut, at the price of waiting for the
        disk."""
        if threading.get_ident() == self._writer_thread:
            raise RuntimeError("write() inside write(): the inner one would wait for the outer one for ever")
        with self._lock:
            if self._closed:
                raise CatalogError(f"The catalog {self.path} is closed.")
            future = self._thread.submit(self._transaction, change, durable)
        return future.result()

    def read(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs ``query`` on a read-only connection, on one unchanging state of the catalog."""
        connection = self._borrow()
        try:
            with _told(self.path):
                connection.execute("BEGIN")
                try:
                    return query(connection)
                finally:
                    connection.execute("ROLLBACK")
        finally:
            self._give_back(connection)

    def purge(self) -> None:
        """Makes sure that nothing deleted is left on the disk: the file is written anew, the log emptied, and
        copies that were made before a change of version are removed. Needs room for a second copy meanwhile.

        Raises CatalogError when the disk is full or another program is using the catalog.
        """
        with self._lock:
            if self._closed:
                raise CatalogError(f"The catalog {self.path} is closed.")
            future = self._thread.submit(self._purge)
        future.result()

    def _purge(self) -> None:
        connection = self._writer
        assert connection is not None
        with _told(self.path):
            connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise CatalogError(
                f"Another program is using the catalog {self.path}: what was deleted may still be in its log. "
                "Close that one and try again."
            )
        for copy in self.path.parent.glob(f"{glob.escape(self.path.name)}.backup-v*"):
            try:
                copy.unlink()
            except OSError as error:
                raise CatalogError(
                    f"The old copy {copy} of the catalog cannot be deleted ({error.strerror}). Delete it yourself."
                ) from error

    def close(self) -> None:
        """Waits for the write in hand, folds the log into the file, closes everything. Idempotent."""
        with self._lock:
            already, self._closed = self._closed, True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if not already:
            self._thread.submit(self._stop)
        self._thread.shutdown(wait=True)

    def _start(self) -> None:
        refuse_odd_files(self.path)
        make_private_file(self.path)
        with _told(self.path):
            _refuse_truncated(self.path)
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MS / 1000)
            self._writer = connection
            _add_functions(connection)
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            _refuse_strangers(connection, self.path)
            keep_files_private(self.path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
            connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT_BYTES}")
            migrate(connection, self.path, MIGRATIONS)
            _probe(connection)
            settled = is_settled(connection)
        if not settled:
            self._transaction(look_again, durable=False)
        self._writer_thread = threading.get_ident()

    def _transaction(self, change: Callable[[sqlite3.Connection], Result], durable: bool) -> Result:
        connection = self._writer
        assert connection is not None
        with _told(self.path):
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = change(connection)
                settle(connection)
                connection.execute("COMMIT")
                return result
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _stop(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise CatalogError(f"The catalog {self.path} is closed.")
            if self._idle:
                return self._idle.pop()
        with _told(self.path):
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=BUSY_MS / 1000,
                check_same_thread=False,  # lent to one thread at a time by the idle list
            )
            _add_functions(connection)
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
            return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what SQLite says about the file into a CatalogError; wrong SQL stays what it is."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        sentence = _sentence(path, error)
        if sentence is None:
            raise
        raise CatalogError(sentence) from error


def _sentence(path: Path, error: sqlite3.DatabaseError) -> str | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(path, str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"The catalog {path} is in use by another program. Close that one and try again."
        case sqlite3.SQLITE_FULL:
            return f"The disk with the catalog {path} is full. Make room and try again; nothing is lost."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return f"The catalog {path} cannot be opened for writing ({error}). Check its permissions."
        case sqlite3.SQLITE_IOERR:
            return f"The catalog {path} cannot be read or written ({error}). Check the disk."
        case _:
            return None


def damaged(path: Path, reason: str) -> str:
    """The sentence for a damaged catalog, naming the newest backup if there is one."""
    backups = [copy for version in range(1, 100) if (copy := backup_path(path, version)).exists()]
    way_out = f"put the backup {backups[-1]} in its place, or " if backups else ""
    return (
        f"The catalog {path} is damaged ({reason}). To go on, {way_out}move it away and scan again; photos "
        "and the keywords already written into them are safe."
    )


def _refuse_truncated(path: Path) -> None:
    """A file cut short often opens well and fails weeks later; its header says how long it must be."""
    if not path.is_file() or path.with_name(path.name + "-wal").exists():
        return  # with a log beside it, the length in the header may run ahead of the file
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        return  # an empty file becomes a new catalog; any other one SQLite refuses in its own words
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    if path.stat().st_size < pages * page_size:
        raise CatalogError(damaged(path, "the file ends too early"))


def _add_functions(connection: sqlite3.Connection) -> None:
    """For queries only: no trigger or index may need them, so that any sqlite3 can open the catalog."""
    connection.create_function("casefold", 1, str.casefold, deterministic=True)


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    """Before anything is changed in the file: another program's SQLite file is left alone."""
    identity = connection.execute("PRAGMA application_id").fetchone()[0]
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if filled and identity != APPLICATION_ID:
        raise CatalogError(f"{path} belongs to another program. Choose another file for the catalog.")


def _probe(connection: sqlite3.Connection) -> None:
    """Touches each table once, so that a damaged file is found at the start and not in mid-work."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in tables:
        connection.execute(f'SELECT * FROM "{name}" LIMIT 1').fetchone()
