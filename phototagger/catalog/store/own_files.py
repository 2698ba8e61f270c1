"""The files of a catalog: itself, SQLite's beside it, thumbnails, lock and old copies. All are plain files, and for
their owner alone."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from phototagger.domain.errors import CatalogError
from phototagger.domain.sentences import said
from phototagger.files.whole_file import OddFileError, keep_private, make_file, make_folder, refuse_odd

SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")
THUMBNAILS, WRITING = ".thumbs", ".writing"  # beside the catalog, after its name


def with_sqlites(path: Path) -> Iterator[Path]:
    """An SQLite file and those that SQLite makes beside it; where the path is a link, beside what it leads to."""
    real = Path(os.path.realpath(path))
    for suffix in SQLITE_SUFFIXES:
        yield real.with_name(real.name + suffix)


def refuse_odd_files(path: Path) -> None:
    """Raises CatalogError where SQLite would meet a folder, a device or a pipe, at which it may wait for ever."""
    for part in with_sqlites(path):
        try:
            refuse_odd(part)
        except OddFileError as error:
            raise CatalogError(
                said(
                    "The catalog {path} cannot be opened: {reason}. Move that away, or name another file with "
                    "--catalog.",
                    path=path,
                    reason=error,
                )
            ) from error
        except OSError as error:
            raise CatalogError(
                said(
                    "The catalog {path} cannot be opened ({reason}). Check its permissions and its folder's, or "
                    "name another file with --catalog.",
                    path=path,
                    reason=error.strerror,
                )
            ) from error


def make_private_file(path: Path) -> None:
    """An empty file for SQLite to fill, with its folder, unless it is there: SQLite itself follows the umask. What
    it makes beside a file has that file's mode. Raises CatalogError."""
    try:
        make_folder(path.parent)
    except OSError as error:
        raise CatalogError(
            said(
                "The folder {folder} for the catalog cannot be made ({reason}). Choose another place with "
                "--catalog.",
                folder=path.parent,
                reason=error.strerror,
            )
        ) from error
    try:
        make_file(path)
    except OSError as error:
        raise CatalogError(
            said(
                "The catalog {path} cannot be made ({reason}). Check the permissions of its folder and the room "
                "on its disk, or choose another place with --catalog.",
                path=path,
                reason=error.strerror,
            )
        ) from error


def keep_files_private(path: Path) -> None:
    """Also where an earlier version made them for everybody to read. Folders stay as they are: that of a catalog
    which somebody chose is not ours."""
    thumbnails, writing = (path.with_name(path.name + suffix) for suffix in (THUMBNAILS, WRITING))
    copies = path.parent.glob(f"{glob.escape(path.name)}.backup-v*")
    keep_private([*with_sqlites(path), *with_sqlites(thumbnails), writing, *copies])
