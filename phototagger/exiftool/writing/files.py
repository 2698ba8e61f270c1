"""What has to be right about files, whatever is in them: locks, temporaries, attributes, the swap."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import errno
import getpass
import hashlib
import os
import platform
import re
import secrets
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind, FileSignature
from phototagger.domain.sentences import Said, said
from phototagger.exiftool.writing.checks import foreign_owner
from phototagger.files.whole_file import OWNER_FILE, keep_private, make_folder, refuse_odd

LOCK_PATIENCE = 60.0  # seconds to wait for another writer of the same file
_LOCK_POLL = 0.02
_LOCK_FILES = 256  # files that fall on the same one wait for each other, which only costs time
STALE_AFTER = 24 * 3600.0  # seconds; then a temporary of an unknown process is nobody's any more
_HEAD = 128 * 1024  # bytes at the start of a file

# .ptag-<machine><process>-<random>.<suffix>; short, so that it fits wherever the photo's own name does.
_TEMPORARY = re.compile(r"\.ptag-([0-9a-f]{4})([0-9a-f]+)-[0-9a-f]{8}(\.[^.]*)?")
_MACHINE = hashlib.sha256(platform.node().encode("utf-8", "surrogateescape")).hexdigest()[:4]

_in_use: set[str] = set()  # names, for a folder may have several
_in_use_lock = threading.Lock()


def signature_of(status: os.stat_result) -> FileSignature:
    return FileSignature(status.st_size, status.st_mtime_ns)


def identity_of(path: Path, status: os.stat_result) -> tuple[int, int, int, int, int, bytes]:
    """What changes when anybody writes the file or puts another in its place. Its first bytes, where metadata lies,
    tell where the times do not: some programs set them back, and not every system counts changes beside."""
    with path.open("rb") as file:
        head = hashlib.blake2b(file.read(_HEAD)).digest()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, head


def advice(error: OSError) -> Said | None:
    """What a person can do about a fault of the disk; None where nobody knows."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return said("Make room on its disk.")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ESTALE):
        return said("Connect its disk if it was pulled out, and scan its folder again.")
    if error.errno == errno.EROFS:
        return said("Its disk has become read-only: check it.")
    return said("Check its disk.") if error.errno == errno.EIO else None


# --- locks --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(path: Path, folder: Path | None = None, patience: float = LOCK_PATIENCE) -> Iterator[None]:
    """One writer of this (real) path at a time, among all threads and processes of this person.

    ``folder`` holds the lock files. Raises WriteError after ``patience`` seconds of waiting.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"phototagger-locks-{_user()}"
    slot = int.from_bytes(hashlib.sha256(os.fsencode(path)).digest()[:4], "big") % _LOCK_FILES
    file = folder / f"{slot:02x}.lock"
    lock = FileLock(file, timeout=patience, mode=OWNER_FILE, poll_interval=_LOCK_POLL, is_singleton=False)
    try:
        make_folder(folder)
        refuse_odd(file)
        keep_private([file])
    except OSError as error:
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said(
                "{path} was not written: the lock folder {folder} cannot be used ({reason}).",
                path=path,
                folder=folder,
                reason=error.strerror,
            ),
        ) from error
    try:
        lock.acquire()
    except Timeout:
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said(
                "{path} is being written by another phototagger. Nothing was changed. Try again later.",
                path=path,
            ),
        ) from None
    except (OSError, NotImplementedError) as error:  # a system without such locks, as on some networks
        why = error.strerror if isinstance(error, OSError) else error
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said(
                "{path} was not written: files in {folder} cannot be locked ({why}). Nothing was changed. "
                "Make sure that this folder is on a local disk.",
                path=path,
                folder=folder,
                why=why,
            ),
        ) from error
    try:
        yield
    finally:
        lock.release()


def _user() -> str:
    try:
        return re.sub(r"\W", "_", getpass.getuser())
    except (OSError, KeyError):  # a user id without a name
        return str(os.getuid()) if sys.platform != "win32" else "user"


# --- temporaries --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def temporary_beside(path: Path, suffix: str) -> Iterator[Path]:
    """A free name of ours in the same folder, with that suffix; whatever lies there at the end is removed."""
    name = f".ptag-{_MACHINE}{os.getpid():x}-{secrets.token_hex(4)}{suffix}"
    temporary = path.with_name(name)
    with _in_use_lock:
        _in_use.add(name)
    try:
        yield temporary
    finally:
        # Where it cannot be removed now (a disk that became read-only), the next start does it; the fault that led
        # here says more than this one.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        with _in_use_lock:
            _in_use.discard(name)


def remove_stale(folders: Iterable[Path]) -> list[Path]:
    """Removes temporaries whose process is gone (or that are a day old); gives what it removed.

    Files of any other name, exiftool's own temporaries included, are never touched.
    """
    removed = []
    for folder in dict.fromkeys(folders):
        try:
            with os.scandir(folder) as entries:
                candidates = [
                    folder / entry.name for entry in entries if entry.is_file(follow_symlinks=False)
                ]
        except OSError:
            continue  # an unplugged disk, a folder without permission: nothing to be done there now
        for path in candidates:
            match = _TEMPORARY.fullmatch(path.name)
            if match and _is_stale(path, match[1], int(match[2], 16)):
                with contextlib.suppress(OSError):
                    path.unlink()
                    removed.append(path)
    return removed


def _is_stale(path: Path, machine: str, process: int) -> bool:
    with _in_use_lock:
        if path.name in _in_use:
            return False
    if machine == _MACHINE and (process == os.getpid() or not psutil.pid_exists(process)):
        return True
    try:
        return time.time() - path.stat().st_mtime > STALE_AFTER
    except OSError:
        return False


# --- attributes and the swap --------------------------------------------------------------------------------------


def copy_attributes(source: Path, status: os.stat_result, copy: Path, *, keep_time: bool) -> None:
    """Owner, mode, extended attributes (access lists among them) and, where asked, the time in nanoseconds.

    Raises WriteError when the file belongs to somebody else and would change hands.
    """
    if os.name == "posix":
        made = copy.stat()
        if made.st_uid != status.st_uid or made.st_gid != status.st_gid:
            _give_to(source, copy, made, status)
    _copy_extended(source, copy)
    mode = stat.S_IMODE(status.st_mode)
    if copy.stat().st_gid != status.st_gid:
        mode = mode & ~0o070 | (mode & 0o007) << 3  # our group may do no more than everybody
    os.chmod(copy, mode)  # noqa: PTH101
    if keep_time:
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))


def take_permissions(photo: Path, sidecar: Path) -> None:
    """A new sidecar is for those to read, and for those to write, that the photo is for; its owner may do both."""
    if os.name != "posix":
        return
    try:
        status, made = photo.stat(), sidecar.stat()
        if made.st_gid != status.st_gid:
            with contextlib.suppress(OSError):  # a group that we are not in, or a disk that knows no groups
                os.chown(sidecar, -1, status.st_gid)
        mode = stat.S_IMODE(status.st_mode) & 0o066 | 0o600
        if sidecar.stat().st_gid != status.st_gid:
            mode = mode & ~0o070 | (mode & 0o007) << 3  # our group may do no more than everybody
        os.chmod(sidecar, mode)  # noqa: PTH101
    except OSError:
        return  # such a disk has one mode for all files


def _give_to(source: Path, copy: Path, made: os.stat_result, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    try:
        os.chown(copy, status.st_uid, status.st_gid)
    except PermissionError as error:
        if made.st_uid != status.st_uid:
            raise foreign_owner(source) from error
        # Else it is a group that we are not in; the caller sees to the mode.


if sys.platform == "darwin":
    _COPYFILE_ACL, _COPYFILE_XATTR = 1 << 0, 1 << 2  # <copyfile.h>

    def _copy_extended(source: Path, copy: Path) -> None:
        """Finder tags and access lists, which Python has no call for."""
        library = ctypes.CDLL(ctypes.util.find_library("System"), use_errno=True)
        flags = _COPYFILE_ACL | _COPYFILE_XATTR
        if library.copyfile(os.fsencode(source), os.fsencode(copy), None, ctypes.c_uint32(flags)) != 0:
            raise OSError(ctypes.get_errno(), f"the extended attributes of {source} cannot be copied")

elif sys.platform == "linux":

    def _copy_extended(source: Path, copy: Path) -> None:
        try:
            names = os.listxattr(source)
        except OSError:
            return  # the file system has none
        for name in names:
            try:
                value = os.getxattr(source, name)
                if name in os.listxattr(copy) and os.getxattr(copy, name) == value:
                    continue
                os.setxattr(copy, name, value)
            except OSError:
                # security.* and trusted.* are the system's; a person's own must not be lost.
                if name.startswith("user.") or name == "system.posix_acl_access":
                    raise

else:

    def _copy_extended(source: Path, copy: Path) -> None:
        """Nothing: the folder's inherited access list is right on Windows."""


def sync_file(path: Path) -> None:
    """Forces the file's content to the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Forces the names in a folder to the disk, where the system can; the swap is done all the same."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):  # no permission to list it, or a network file system that refuses
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
