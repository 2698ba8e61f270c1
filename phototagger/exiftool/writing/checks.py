"""What must be right before a file is written, found without exiftool: one list, for the preview and for the write.

What only the written copy can tell (see :mod:`phototagger.exiftool.writing.verify`) is not here.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from pathlib import Path

import psutil

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.process.pool import Argument
from phototagger.exiftool.writing.verify import check_complete
from phototagger.files.cloud import in_cloud_only

# What exiftool replaces in the name of an output file.
_OUTPUT_TOKEN = re.compile(rb"%[-+]?\d*[.:]?\d*[lu]?[dDfFeEtgso]")
# Where a file's owner is its own. Others (vfat, network shares) give all their files to one, new ones too.
# fmt: off
_WITH_OWNERS = frozenset({
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "tmpfs", "overlay", "bcachefs", "apfs", "hfs",
})
# fmt: on
_CHOWN = 1 << 0  # CAP_CHOWN, <linux/capability.h>


def check_ready(plan: WritePlan, target: Path, spare: int) -> os.stat_result | None:
    """All that is asked of the file of a plan before it is touched. ``target`` is the file itself, behind any link;
    ``spare``: bytes that must stay free on its disk.

    Returns the file's status, None for a sidecar that is to be made. Raises WriteError, OSError where its disk is
    gone.
    """
    output_name(target.with_name(f".ptag-0{target.suffix}"))
    if plan.creates:
        check_folder(target)
        check_space(target, spare)
        return None
    status = check_writable(target)
    if not plan.deletes:
        check_owner(target, status)
        check_complete(target)
        check_space(target, status.st_size + spare)
    return status


def check_writable(path: Path) -> os.stat_result:
    """The status of a plain file that may be replaced.

    Raises WriteError for what is gone, empty, not a file, protected, in the cloud only, or has hard links.
    """
    try:
        status = path.stat()
        folder = path.parent.stat()
    except OSError as error:
        raise WriteError(
            ErrorKind.GONE, said("{path} is not there any more. Scan its folder again.", path=path)
        ) from error
    reason = None
    kind = ErrorKind.WRITE_REFUSED
    if not stat.S_ISREG(status.st_mode):
        reason = said("is not an ordinary file")
    elif status.st_size == 0:
        kind, reason = ErrorKind.EMPTY, said("is empty; restore it from a copy")
    elif in_cloud_only(status):
        reason = said("lies in the cloud only; make it available on this computer first")
    elif not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        # The bit counts even where we could write all the same (as root): it is a wish.
        reason = said("is read-only; allow writing to it first")
    elif _is_closed(path.parent, folder):
        reason = said("is in a folder that is read-only; allow writing to {parent} first", parent=path.parent)
    elif status.st_nlink > 1:
        reason = said(
            "has %n further name(s) (hard links), which a safe write would part from it; make copies of them "
            "first",
            "",
            status.st_nlink - 1,
        )
    if reason:
        raise WriteError(kind, said("{path} {reason}. Nothing was changed.", path=path, reason=reason))
    return status


def check_folder(path: Path) -> None:
    """Raises WriteError where no new file of this name can be made, or there is one."""
    folder = path.parent
    kind = ErrorKind.WRITE_REFUSED
    if path.is_dir():
        reason = said("{path} is a folder, where a sidecar is to be made; rename it first", path=path)
    elif path.exists() and not path.is_file():
        reason = said(
            "{path} is a pipe or a device, where a sidecar is to be made; remove it first", path=path
        )
    elif os.path.lexists(path):
        kind, reason = (
            ErrorKind.CHANGED,
            said("{path} appeared after the write was planned. Plan again", path=path),
        )
    elif not folder.is_dir():
        kind, reason = ErrorKind.GONE, said("{folder} is not there any more. Scan it again", folder=folder)
    elif _is_closed(folder, folder.stat()):
        reason = said("{folder} is read-only; allow writing to it first", folder=folder)
    else:
        return
    raise WriteError(kind, said("{reason}. Nothing was changed.", reason=reason))


def _is_closed(folder: Path, status: os.stat_result) -> bool:
    return not os.access(folder, os.W_OK) or (os.name == "posix" and not status.st_mode & 0o222)


def check_space(path: Path, size: int) -> None:
    """Raises WriteError where the disk of this file has less than ``size`` bytes left; OSError where it is gone."""
    if shutil.disk_usage(path.parent).free < size:
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said(
                "The disk that holds {path} is nearly full. Nothing was changed. Make room on it.", path=path
            ),
        )


def check_owner(path: Path, status: os.stat_result) -> None:
    """Raises WriteError for somebody else's file, which a new one in its place would take from them.

    Where it is not known beforehand whose the new one will be, that is reported when it is made: see
    :func:`phototagger.exiftool.writing.files.copy_attributes`.
    """
    if sys.platform == "win32" or status.st_uid == os.geteuid() or _may_give_away():
        return
    if _file_system(path) in _WITH_OWNERS:
        raise foreign_owner(path)


def foreign_owner(path: Path) -> WriteError:
    return WriteError(
        ErrorKind.WRITE_REFUSED,
        said(
            "{path} belongs to another user and would change hands. Nothing was changed. Write it as "
            "its owner.",
            path=path,
        ),
    )


def _may_give_away() -> bool:
    """Whether this process may make another user the owner of a file."""
    if sys.platform != "linux":
        return sys.platform == "win32" or os.geteuid() == 0
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return os.geteuid() == 0
    found = re.search(r"^CapEff:\s*([0-9a-f]+)", text, re.MULTILINE)
    return bool(int(found[1], 16) & _CHOWN) if found else os.geteuid() == 0


def _file_system(path: Path) -> str:
    """The kind of file system that holds this (real) path; empty where the system does not say."""
    mounts = {Path(part.mountpoint): part.fstype for part in psutil.disk_partitions(all=True)}
    return next((mounts[folder] for folder in path.parents if folder in mounts), "")


def output_name(copy: Path) -> Argument:
    """How exiftool learns where to write: the path, or, where it would take parts of that for its own tokens,
    "%d", the source's folder, which it cannot tell apart where that has a line break in it.

    Raises WriteError where neither way works.
    """
    if not _OUTPUT_TOKEN.search(os.fsencode(copy)):
        return copy
    if "\n" in str(copy):
        raise WriteError(
            ErrorKind.WRITE_REFUSED,
            said(
                "The folder {parent} has a per cent sign and a line break in its name, which exiftool "
                "cannot handle. Rename it.",
                parent=copy.parent,
            ),
        )
    return f"%d{copy.name}"
