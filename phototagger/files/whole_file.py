"""Files of our own: written whole or not at all, for their owner alone, and never anything but plain files.

Photos and sidecars have a write path of their own, and keep the permissions that they have. On Windows nobody but
the person may look into the folders of a person's profile anyway, and modes mean nothing there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from phototagger.domain.sentences import Said, said

OWNER_FOLDER, OWNER_FILE = 0o700, 0o600
_OTHERS = 0o077
_BINARY = getattr(os, "O_BINARY", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a named pipe would keep us waiting for ever
_KINDS = (
    (stat.S_ISDIR, said("a folder")),
    (stat.S_ISFIFO, said("a named pipe")),
    (stat.S_ISSOCK, said("a socket")),
    (stat.S_ISCHR, said("a device")),
    (stat.S_ISBLK, said("a device")),
)


class OddFileError(OSError):
    """Something that is no plain file stands where one of ours should be, or it is too long to be ours.
    ``strerror`` says which."""

    def __init__(self, path: Path, what: Said) -> None:
        super().__init__(errno.EINVAL, what, str(path))
        self.message = said("{path} {what}", path=path, what=what)

    def __str__(self) -> str:
        return str(self.message)


def put_file(content: bytes, target: Path, *, private: bool = True) -> None:
    """Puts ``content`` under that name in one step, making its folder: a kill leaves the old file or the new one.

    ``private``: for its owner alone; else for whom the file before it was, or whom the umask lets. Raises OSError
    when it cannot be written; nothing is left behind then.
    """
    refuse_odd(target)
    make_folder(target.parent)
    temporary = target.with_name(f".{target.stem}-{secrets.token_hex(4)}.new")
    mode = OWNER_FILE if private else 0o666
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            if private:
                _set_mode(temporary, OWNER_FILE)
            elif target.exists():
                _set_mode(temporary, stat.S_IMODE(target.stat().st_mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_file(path: Path, longest: int) -> bytes:
    """The content of a plain file of at most ``longest`` bytes.

    Raises OddFileError for anything else, at once, and other OSErrors when it cannot be read.
    """
    refuse_odd(path)
    handle = os.open(path, os.O_RDONLY | _AT_ONCE | _BINARY)  # it may be another one by now
    with os.fdopen(handle, "rb") as file:
        _refuse(os.fstat(handle).st_mode, path)
        content = file.read(longest + 1)
    if len(content) > longest:
        raise OddFileError(path, said("is longer than {longest} KiB", longest=longest // 1024))
    return content


def refuse_odd(path: Path) -> None:
    """Raises OddFileError where something stands at the path that is no plain file, or a link to such; and other
    OSErrors where that is not known."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        _refuse(os.stat(path).st_mode, path)  # noqa: PTH116 - a name such as NUL is a device on Windows


def _refuse(mode: int, path: Path) -> None:
    for is_kind, words in _KINDS:
        if is_kind(mode):
            raise OddFileError(path, said("is {words}, not a file", words=words))


# --- for the owner alone ------------------------------------------------------------------------------------------


def make_folder(folder: Path) -> None:
    """Makes the folder and those above it that are missing, for their owner alone whatever the umask. Those that
    are there stay as they are. Raises OSError."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another phototagger was quicker
            part.mkdir(OWNER_FOLDER)
            _set_mode(part, OWNER_FOLDER)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "Not a folder", str(folder))


def make_file(path: Path) -> None:
    """Makes an empty file for its owner alone, unless one is there; a link is followed. Raises OSError."""
    real = os.path.realpath(path)
    with contextlib.suppress(FileExistsError):
        handle = os.open(real, os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY, OWNER_FILE)
        with os.fdopen(handle, "wb"):
            _set_mode(real, OWNER_FILE)


def open_private(path: str | os.PathLike[str], flags: int) -> int:
    """An ``opener`` for Python's ``open``: files that it makes are their owner's alone, and one that is no plain
    file is refused at once. Raises OSError."""
    refuse_odd(Path(path))
    handle = os.open(path, flags | _AT_ONCE, OWNER_FILE)
    keep_private([Path(path)])
    return handle


def keep_private(paths: Iterable[Path]) -> None:
    """Takes from all but the owner what they may do with these files, where they are there and ours. Links are
    followed; a disk that knows no modes, and what belongs to somebody else, stays as it is."""
    _take_from_others(paths, stat.S_ISREG)


def keep_folders_private(folders: Iterable[Path]) -> None:
    """The same for folders, and only for folders that are nobody's but ours. A link stays: where it leads to is the
    person's own choice."""
    _take_from_others((folder for folder in folders if not folder.is_symlink()), stat.S_ISDIR)


def _take_from_others(paths: Iterable[Path], is_kind: Callable[[int], bool]) -> None:
    if os.name != "posix":
        return
    for path in paths:
        with contextlib.suppress(OSError):
            status = path.stat()
            if is_kind(status.st_mode) and status.st_uid == os.geteuid():
                mode = stat.S_IMODE(status.st_mode)
                if mode & _OTHERS:
                    path.chmod(mode & ~_OTHERS)


def _set_mode(path: str | Path, mode: int) -> None:
    """What the umask may have taken from the owner."""
    if os.name == "posix":
        os.chmod(path, mode)  # noqa: PTH101
