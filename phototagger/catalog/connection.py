"""The door to the catalog: one writer thread, read-only readers, every failure explained in a sentence."""

from __future__ import annotations

import glob
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from phototagger.catalog.schema.migrations import APPLICATION_ID, MIGRATIONS, migrate
from phototagger.catalog.soundness import (
    FAULTS,
    OPENING_S,
    SQLITE_SAYS,
    as_catalog_error,
    check_pages,
    check_schema,
    diagnose,
    give_identity,
    no_text,
    refuse_strange_logs,
    refuse_truncated,
    told_of_damage,
)
from phototagger.catalog.store.own_files import keep_files_private, make_private_file, refuse_odd_files
from phototagger.catalog.store.pending import add_functions, is_settled, look_again, settle
from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import said

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
                raise CatalogError(said("The catalog {path} is closed.", path=self.path))
            future = self._thread.submit(self._transaction, change, durable)
        return future.result()

    def read(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs ``query`` on a read-only connection, on one unchanging state of the catalog."""
        connection = self._borrow()
        try:
            with told_of_damage(self.path, connection):
                try:
                    return _ask(connection, query)
                except sqlite3.OperationalError as error:
                    if no_text(self.path, error) is None:
                        raise
                # One spoiled text must not hide all others, so it is shown as it is.
                connection.text_factory = _any_text
                try:
                    return _ask(connection, query)
                finally:
                    connection.text_factory = str
        finally:
            self._give_back(connection)

    @contextmanager
    def telling_damage(self) -> Iterator[None]:
        """For whatever works with what was read: a fault inside is a CatalogError where the catalog is damaged."""
        try:
            yield
        except FAULTS as error:
            connection = self._borrow()
            try:
                sentence = diagnose(self.path, connection)
            finally:
                self._give_back(connection)
            if sentence is None:
                raise
            raise sentence from error

    def purge(self) -> None:
        """Makes sure that nothing deleted is left on the disk: the file is rewritten, the log emptied, and
        copies that were made before a change of version are removed. Needs room for a second copy meanwhile.

        Raises CatalogError when the disk is full or another program is using the catalog.
        """
        with self._lock:
            if self._closed:
                raise CatalogError(said("The catalog {path} is closed.", path=self.path))
            future = self._thread.submit(self._purge)
        future.result()

    def _purge(self) -> None:
        connection = self._writer
        assert connection is not None
        with told_of_damage(self.path, connection):
            connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise CatalogError(
                said(
                    "Another program is using the catalog {path}: what was deleted may still be in its log. "
                    "Close that one and try again.",
                    path=self.path,
                )
            )
        for copy in self.path.parent.glob(f"{glob.escape(self.path.name)}.backup-v*"):
            try:
                copy.unlink()
            except OSError as error:
                raise CatalogError(
                    said(
                        "The old copy {copy} of the catalog cannot be deleted ({reason}). Delete it yourself.",
                        copy=copy,
                        reason=error.strerror,
                    )
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
        refuse_truncated(self.path)
        crashed = refuse_strange_logs(self.path)
        with _opening(self.path):
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MS / 1000)
            self._writer = connection
            add_functions(connection)
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            _refuse_strangers(connection, self.path)
            keep_files_private(self.path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
            connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT_BYTES}")
            if not crashed:  # else it was looked at just now
                check_pages(self.path, connection, OPENING_S)
            migrate(connection, self.path, MIGRATIONS)
            check_schema(self.path, connection)
            give_identity(connection)
            settled = is_settled(connection)
        if not settled:
            self._transaction(look_again, durable=False)
        self._writer_thread = threading.get_ident()

    def _transaction(self, change: Callable[[sqlite3.Connection], Result], durable: bool) -> Result:
        connection = self._writer
        assert connection is not None
        with told_of_damage(self.path, connection):
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
                raise CatalogError(said("The catalog {path} is closed.", path=self.path))
            if self._idle:
                return self._idle.pop()
        with _opening(self.path):
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=BUSY_MS / 1000,
                check_same_thread=False,  # lent to one thread at a time by the idle list
            )
            add_functions(connection)
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
def _opening(path: Path) -> Iterator[None]:
    """Whatever SQLite says while a catalog is opened is of that file."""
    try:
        yield
    except SQLITE_SAYS as error:
        raise as_catalog_error(path, error) from error


def _ask(connection: sqlite3.Connection, query: Callable[[sqlite3.Connection], Result]) -> Result:
    connection.execute("BEGIN")
    try:
        return query(connection)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    """Before anything is changed in the file: another program's SQLite file is left alone."""
    identity = connection.execute("PRAGMA application_id").fetchone()[0]
    filled = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if filled and identity != APPLICATION_ID:
        raise CatalogError(
            said("{path} belongs to another program. Choose another file for the catalog.", path=path)
        )


def _any_text(stored: bytes) -> str:
    """Bytes that are no text come as in file names: nothing is lost, and nobody can write them anywhere."""
    return stored.decode("utf-8", "surrogateescape")
