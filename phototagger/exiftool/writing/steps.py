"""The moments of one write."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """The moments of one write, for a log or a fault injected by a test: see ``ExifToolWriter.on_step``."""

    CHECKED = "checked"  # the original was read and may be written
    RECODED = "recoded"  # the copy with IPTC made UTF-8 exists (only where that is needed)
    COPIED = "copied"  # the changed copy exists
    VERIFIED = "verified"  # the copy was proved right
    DRESSED = "dressed"  # it has owner, mode, attributes and time of the original
    SYNCED = "synced"  # it is on the disk
    SWAPPED = "swapped"  # it has taken the original's place
    DONE = "done"  # so has the folder's entry
