"""Files of our own that are written whole or not at all. Photos and sidecars have a write path of their own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def put_file(content: bytes, target: Path) -> None:
    """Puts ``content`` under that name in one step, making its folder: a kill leaves the old file or the new one.

    Raises OSError when it cannot be written; nothing is left behind then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
