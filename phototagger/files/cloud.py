"""Files of which only the name is here, while their content lies in a cloud: opening one would fetch it."""

from __future__ import annotations

import os
import re

# Windows (OneDrive, iCloud, Dropbox, Google Drive, offline files): offline, recall on open, recall on data access.
_WINDOWS = 0x1000 | 0x40000 | 0x400000
_DATALESS = 0x40000000  # SF_DATALESS of macOS, <sys/stat.h>
# What stands for a file that is not here: ``.IMG_1.HEIC.icloud``, ``IMG_1.jpg.nextcloud``.
_PLACEHOLDER = re.compile(
    r"\.(?P<hidden>.+)\.icloud|(?P<plain>.+)\.(nextcloud|owncloud|cloud)", re.IGNORECASE
)


def in_cloud_only(status: os.stat_result) -> bool:
    """Whether the file of this status would have to be fetched before it can be read.

    Linux has no such mark. A file without blocks is no sign: small files and new ones have none on several disks.
    """
    return bool(
        getattr(status, "st_file_attributes", 0) & _WINDOWS or getattr(status, "st_flags", 0) & _DATALESS
    )


def placeholder_of(name: str) -> str | None:
    """The name of the file for which a file of this name stands; None where it stands for itself."""
    match = _PLACEHOLDER.fullmatch(name)
    return (match["hidden"] or match["plain"]) if match else None
