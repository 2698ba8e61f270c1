"""What two spellings of one word have in common. Pure."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Text made equal for searching and sorting: composed, without case, without undecodable bytes."""
    visible = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", visible).casefold()
