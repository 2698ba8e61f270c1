"""Files that we write because a person named them: lists and reports, never a photo."""

from __future__ import annotations

from pathlib import Path

from phototagger.errors import UsageError


def check_ending(path: Path, endings: tuple[str, ...], what: str) -> None:
    """Raises UsageError for a file that ends otherwise: by a slip it might be a photo, which would be lost."""
    if path.suffix.lower() not in endings:
        raise UsageError(f"{path} was not written: the name of {what} ends in {' or '.join(endings)}.")
