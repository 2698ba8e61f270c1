"""exiftool's own way of writing, for `benchmark --write` to compare with. Only ever used on copies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from phototagger.domain.errors import ExifToolError
from phototagger.domain.sentences import said
from phototagger.exiftool.process.pool import ExifToolPool


class BareExifTool:
    """Overwrites files as exiftool does by itself: nothing is read back, nothing can be undone. Thread-safe."""

    def __init__(self, setting: str, processes: int) -> None:
        self._pool = ExifToolPool(setting, processes)

    def __call__(self, path: Path, words: Sequence[str]) -> None:
        """Adds the words to dc:Subject. Raises ExifToolError."""
        args = [f"-XMP-dc:Subject+={word}" for word in words]
        with self._pool.lease() as tool:
            reply = tool.execute(["-m", "-overwrite_original", "-charset", "filename=UTF8", *args, path])
        if reply.status != 0:
            raise ExifToolError(
                said(
                    "exiftool could not write {path} ({stderr}). Check the file.",
                    path=path,
                    stderr=reply.stderr,
                )
            )

    def close(self) -> None:
        """Ends the exiftool processes; idempotent."""
        self._pool.close()
