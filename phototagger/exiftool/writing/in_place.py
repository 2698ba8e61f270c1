"""Giving a finished new file its name, never that of a file that came into being meanwhile.

A plain rename replaces what is there, and looking first leaves a moment in which another program can be quicker.
So the system does both at once: a hard link where the disk has them; else (exFAT, FAT, some networks) a rename that
refuses; else a file made only if there is none, which alone can be seen half written.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import errno
import os
import sys
from pathlib import Path

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.exiftool.writing.files import sync_folder

# What systems answer where they have no such call, or this disk does not know it.
_NOT_HERE = frozenset(
    {errno.EPERM, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}
)
_AT_FDCWD, _RENAME_NOREPLACE = -100, 1  # <fcntl.h>, <linux/fs.h>
_RENAME_EXCL = 4  # <sys/stdio.h> of macOS


def put_in_place(made: Path, target: Path) -> None:
    """``made`` may still be there afterwards, and goes with the other temporaries.

    Raises WriteError (CHANGED) where there is a file called ``target`` by now, OSError for a fault of the disk.
    """
    for number, way in enumerate(_WAYS, start=1):
        try:
            way(made, target)
        except FileExistsError as error:
            raise WriteError(
                ErrorKind.CHANGED,
                said("{target} appeared after the write was planned. Nothing was changed.", target=target),
            ) from error
        except OSError as error:
            if error.errno not in _NOT_HERE or number == len(_WAYS):
                raise
        else:
            return


def rename_in_place(source: Path, target: Path) -> None:
    """Gives a file another name in its folder, never that of another file; its bytes are not touched.

    Killed at any moment it leaves the old name, the new one, or both for one file (see :func:`finish_rename`).
    Raises WriteError (CHANGED) where there is a file called ``target``, OSError for a fault of the disk.
    """
    try:
        try:
            _rename(source, target)
        except OSError as error:
            if error.errno not in _NOT_HERE or sys.platform == "win32":
                raise
            _rename_by_link(source, target)
    except FileExistsError as error:
        raise WriteError(
            ErrorKind.CHANGED,
            said(
                "{source} was not renamed: there is a file called {name} already.",
                source=source,
                name=target.name,
            ),
        ) from error
    sync_folder(target.parent)


def finish_rename(source: Path, target: Path) -> bool:
    """Whether a rename that was cut short is done. Where both names are one file's, the old one goes; a name that
    was only taken is given back."""
    there, made = os.path.lexists(source), os.path.lexists(target)
    if there and made:
        if os.path.samestat(source.lstat(), target.lstat()):
            source.unlink()
            return True
        if target.lstat().st_size == 0 < source.lstat().st_size:
            target.unlink()
    return made and not there


def _rename_by_link(source: Path, target: Path) -> None:
    """Where no rename refuses a taken name (some networks): a second name, and the first one goes; or, where a file
    has one name only, the new name is taken by an empty file, which the rename replaces."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        target.open("xb").close()
        os.replace(source, target)
    else:
        source.unlink()


def _link(made: Path, target: Path) -> None:
    os.link(made, target)


def _rename(made: Path, target: Path) -> None:
    """Renames, unless the name is taken."""
    if sys.platform == "win32":
        os.rename(made, target)  # noqa: PTH104 - which refuses there
        return
    names = os.fsencode(made), os.fsencode(target)
    if sys.platform == "darwin":
        library = ctypes.CDLL(ctypes.util.find_library("System"), use_errno=True)
        failed = library.renamex_np(*names, ctypes.c_uint(_RENAME_EXCL))
    else:
        call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if call is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(target))
        folder = ctypes.c_int(_AT_FDCWD)
        failed = call(folder, names[0], folder, names[1], ctypes.c_uint(_RENAME_NOREPLACE))
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def _copy(made: Path, target: Path) -> None:
    """Creates the file again under its name, unless that is taken."""
    content = made.read_bytes()
    with target.open("xb") as file:
        ours = os.fstat(file.fileno())
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                if os.path.samestat(target.stat(), ours):
                    target.unlink()
            raise


_WAYS = (_rename,) if sys.platform == "win32" else (_link, _rename, _copy)
