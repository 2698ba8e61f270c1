"""Whether a catalog is sound: what SQLite's own faults mean, and what is looked at so that damage is found early.

Damage ends in a sentence, before anything is done by what a damaged catalog says; it is never taken for a fault of
the program, nor the other way round.
"""

from __future__ import annotations

import functools
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from phototagger.catalog.schema.migrations import backup_path
from phototagger.catalog.schema.steps import MIGRATIONS
from phototagger.catalog.store.own_files import with_sqlites
from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import Said, both, joined, said

SQLITE_SAYS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite's faults come as: of a damaged file even its words may be no text."""

FAULTS = (sqlite3.Error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What may come of a damaged catalog, and of a fault of ours."""

OPENING_S = 0.25  # for a look at all pages when a catalog is opened: enough for those of 20,000 photos
AFTER_A_CRASH_S = 0.5
FAULT_S = 5.0  # for a look at everything when something went wrong already
_STEPS = 2000  # of SQLite's machine between two looks at the clock
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_SAFE = said("photos and the keywords already written into them are safe")


def damaged(path: Path, reason: str) -> CatalogError:
    """What a person reads about a damaged catalog, with the newest backup if there is one."""
    backups = [copy for version in range(1, 100) if (copy := backup_path(path, version)).exists()]
    rest = [part.name for part in with_sqlites(path) if part.name != path.name and part.exists()]
    if not backups:
        way_out = said("To continue, move it away and scan again; {safe}.", safe=_SAFE)
    elif not rest:
        way_out = said(
            "To continue, put the backup {backup} in its place, or move it away and scan again; {safe}.",
            backup=backups[-1],
            safe=_SAFE,
        )
    else:
        way_out = said(
            "To continue, delete {files} and put the backup {backup} in its place, or move it away and scan "
            "again; {safe}.",
            files=both(rest),
            backup=backups[-1],
            safe=_SAFE,
        )
    told_first = said("The catalog {path} is damaged ({reason}).", path=path, reason=reason)
    return CatalogError(joined((told_first, way_out)))


def told(path: Path, error: Exception) -> CatalogError | None:
    """What SQLite says of the file; None for what may be a fault of ours."""
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.ProgrammingError):
        return None
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(path, str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return CatalogError(
                said(
                    "The catalog {path} is in use by another program. Close that one and try again.",
                    path=path,
                )
            )
        case sqlite3.SQLITE_FULL:
            return CatalogError(
                said(
                    "The disk with the catalog {path} is full. Make room and try again; nothing is lost.",
                    path=path,
                )
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return CatalogError(
                said(
                    "The catalog {path} cannot be opened for writing ({reason}). Check its permissions, and "
                    "those of its folder.",
                    path=path,
                    reason=error,
                )
            )
        case sqlite3.SQLITE_IOERR:
            return CatalogError(
                said(
                    "The catalog {path} cannot be read or written ({reason}). Check the disk and the room on "
                    "it.",
                    path=path,
                    reason=error,
                )
            )
        case _:
            return no_text(path, error)


def as_catalog_error(path: Path, error: Exception) -> CatalogError:
    """For a fault that is the file's in any case."""
    words = said("its texts are none") if isinstance(error, UnicodeDecodeError) else str(error)
    return told(path, error) or damaged(path, words)


def no_text(path: Path, error: Exception) -> CatalogError | None:
    """What a text that is none in UTF-8 means; None for any other fault."""
    if not isinstance(error, sqlite3.OperationalError):
        return None
    if str(error) == "user-defined function raised exception":  # ours only compare texts
        return damaged(path, said("it holds what should be text and is none"))
    found = re.match(r"Could not decode to UTF-8 column '(\w*)'", str(error))
    return damaged(path, said("what should be the text {found} is none", found=found[1])) if found else None


def diagnose(path: Path, connection: sqlite3.Connection, seconds: float = FAULT_S) -> CatalogError | None:
    """What is wrong with the catalog, as far as that is found in this time; None where nothing is."""
    try:
        reason = (
            _altered(connection)
            or _faulty(connection, "integrity_check", seconds)
            or _broken(connection)
            or _no_texts(connection, seconds)
        )
    except SQLITE_SAYS as error:
        return as_catalog_error(path, error)
    return damaged(path, reason) if reason else None


def check_pages(path: Path, connection: sqlite3.Connection, seconds: float) -> None:
    """Raises CatalogError when a page or a value is not as it must be, as far as is seen in this time."""
    reason = _faulty(connection, "quick_check", seconds)
    if reason:
        raise damaged(path, reason)


def check_schema(path: Path, connection: sqlite3.Connection) -> None:
    """Raises CatalogError when a table, index or trigger of the newest version is missing or another one."""
    reason = _altered(connection)
    if reason:
        raise damaged(path, reason)


@contextmanager
def told_of_damage(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """What goes wrong inside is the catalog's damage where it has some, in a sentence; else it stays what it is."""
    try:
        yield
    except FAULTS as error:
        sentence = told(path, error) or diagnose(path, connection)
        if sentence is None:
            raise
        raise sentence from error


def _faulty(connection: sqlite3.Connection, pragma: str, seconds: float) -> str | None:
    first = "ok"
    with _at_most(connection, seconds):
        first = " ".join(str(connection.execute(f"PRAGMA {pragma}(1)").fetchone()[0]).split())
    return None if first == "ok" else first


def _no_texts(connection: sqlite3.Connection, seconds: float) -> str | None:
    """The first column in which a text is none in UTF-8."""
    connection.create_function("is_text", 1, _is_text, deterministic=True)
    found: list[str] = []
    with _at_most(connection, seconds):
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
                wrong = f"SELECT 1 FROM {table} WHERE NOT is_text(CAST({column} AS BLOB)) LIMIT 1"
                if kind == "TEXT" and connection.execute(wrong).fetchone():
                    found.append(
                        said(
                            "what should be the text {column} of a {table} is none",
                            column=column,
                            table=table,
                        )
                    )
    return found[0] if found else None


def _is_text(stored: bytes | None) -> bool:
    try:
        (stored or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _at_most(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Ends what is asked inside after that time without a word: as far as it came, all is well."""
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        connection.set_progress_handler(None, 0)


def _broken(connection: sqlite3.Connection) -> Said | None:
    row = connection.execute("PRAGMA foreign_key_check").fetchone()
    return said("the table {name} refers to rows that are not there", name=row[0]) if row else None


@functools.cache
def _schema() -> dict[tuple[str, str], str]:
    """Kind and name of all that a catalog of the newest version must have, and what SQL made it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
        for step in MIGRATIONS:
            step(connection)
        return _made(connection)


def _made(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL")
    return {(str(kind), str(name)): str(sql) for kind, name, sql in rows}


def _altered(connection: sqlite3.Connection) -> Said | None:
    """The first table, index, view or trigger that is missing or is not as we make it. Further ones are nobody's
    harm."""
    there = _made(connection)
    for key, sql in _schema().items():
        if there.get(key) != sql:
            name = " ".join(key)
            return (
                said("its {name} is altered", name=name)
                if key in there
                else said("its {name} is missing", name=name)
            )
    (numbers,) = connection.execute(
        "SELECT count(*) FROM meta WHERE key IN ('scan', 'people_revision')"
    ).fetchone()
    return None if numbers == 2 else said("its table meta lacks numbers that it must have")


# --- before SQLite opens it ---------------------------------------------------------------------------------------


def refuse_truncated(path: Path) -> None:
    """A file cut short often opens well and fails weeks later; its header says how long it must be."""
    if path.with_name(path.name + "-wal").exists():
        return  # with a log beside it, the length in the header may run ahead of the file
    header = _header(path)
    if len(header) == 1:  # SQLite takes that for an empty file, and would write over it
        raise damaged(path, "file is not a database")
    if not header.startswith(b"SQLite format 3\0"):
        return  # an empty file becomes a new catalog; any other one SQLite refuses in its own words
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    if path.stat().st_size < max(pages * page_size, 100):
        raise damaged(path, said("the file ends too early"))


def refuse_strange_logs(path: Path) -> bool:
    """SQLite plays what it finds beside a file back into it, also what another file left there. Whether a log of
    ours was left by a program that did not end well, or is running.

    Raises CatalogError for a log that does not fit. Nothing is changed.
    """
    main, log, _, journal = with_sqlites(path)
    header = _header(main)
    if (
        _header(journal).startswith(_JOURNAL_MAGIC) and header[18:20] == b"\2\2"
    ):  # it keeps a -wal, so never that
        raise _strange(path, journal)
    if len(_header(log)) < 32:
        return False
    if not header:
        raise _strange(path, log)
    with closing(sqlite3.connect(f"{main.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        try:
            # Read only: what is closed now is not written into the catalog.
            reason = _faulty(connection, "quick_check", AFTER_A_CRASH_S)
            alone = _identity_alone(main)
            if alone is not None and alone != _identity(connection):
                reason = said("it is of another catalog")
        except UnicodeDecodeError as error:
            reason = str(error)
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            reason = str(error) if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) else None
    if reason:
        raise _strange(path, log)
    return True


def give_identity(connection: sqlite3.Connection) -> None:
    """A number by which the log of another catalog is known."""
    if _identity(connection) is None:
        number = secrets.randbits(62)
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('identity', ?)", (number,))


def _identity(connection: sqlite3.Connection) -> int | None:
    row = connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
    return None if row is None else int(row[0])


def _identity_alone(main: Path) -> int | None:
    """That of the file without its log; None where that is not known, as of one that another program writes."""
    with closing(sqlite3.connect(f"{main.as_uri()}?immutable=1", uri=True)) as connection:
        try:
            return _identity(connection)
        except SQLITE_SAYS:
            return None


def _strange(path: Path, log: Path) -> CatalogError:
    return CatalogError(
        said(
            "The catalog {path} was not opened: the log {log} does not belong to it, or one of them is "
            "damaged. Move that log away to continue with the catalog as it was without it; {safe}.",
            path=path,
            log=log,
            safe=_SAFE,
        )
    )


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(100)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CatalogError(
            said(
                "The catalog {path} cannot be read ({reason}). Check its permissions, and the disk.",
                path=path,
                reason=error.strerror,
            )
        ) from error
