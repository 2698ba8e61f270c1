"""One process at a time writes photos for a catalog; a crash frees the lock, for the system holds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from phototagger.catalog.connection import Catalog
from phototagger.catalog.store.own_files import WRITING, refuse_odd_files
from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import said
from phototagger.files.whole_file import OWNER_FILE, keep_private, refuse_odd


def is_in_use(path: Path) -> bool:
    """Whether a phototagger has the catalog at ``path`` open now. Raises CatalogError where SQLite would wait for
    ever, for something that is no file."""
    if not path.is_file():
        return False
    refuse_odd_files(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
            # In this mode SQLite wants the file for itself, which any other open connection forbids.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False  # no catalog, or a damaged one: nobody can have it open
    return False


@contextmanager
def writing(catalog: Catalog) -> Iterator[None]:
    """While inside, this job alone writes photos, and every journal row that is not finished is a dead run's.

    Raises CatalogError when another job or another phototagger is writing.
    """
    path = catalog.path.with_name(catalog.path.name + WRITING)
    lock = FileLock(path, timeout=0, mode=OWNER_FILE, is_singleton=False)
    try:
        refuse_odd(path)
        keep_private([path])
        lock.acquire()
    except Timeout:
        raise CatalogError(
            said(
                "Photos of the catalog {path} are being written right now, here or by another "
                "phototagger. Wait until that is done, then try again.",
                path=catalog.path,
            )
        ) from None
    except OSError as error:
        raise CatalogError(
            said(
                "The lock file beside the catalog {path} cannot be made ({reason}). Move away what is "
                "there, and check the permissions of the folder.",
                path=catalog.path,
                reason=error,
            )
        ) from error
    try:
        yield
    finally:
        lock.release()
