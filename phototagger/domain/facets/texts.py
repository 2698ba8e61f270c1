"""Texts as they are kept, compared and shown: composed, without what XML forbids."""

from __future__ import annotations

import unicodedata

MOST_SHOWN = 80  # characters of a text in a sentence


def cleaned_line(text: str) -> str:
    """Composed, blanks single, without control characters and what XML forbids."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        " " if mark.isspace() else mark
        for mark in composed
        if mark.isspace() or (unicodedata.category(mark) not in ("Cc", "Cs") and mark not in "\ufffe\uffff")
    )
    return " ".join(kept.split())


def plain_text(text: str) -> str:
    """A text of a file as it is compared: composed, lines parted by "\\n", no blanks or NUL round it."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip(" \t\0") for line in lines).strip()


def short(text: str) -> str:
    """A text in one line, between quotation marks, cut off where it is long."""
    line = " / ".join(text.splitlines())
    return repr(line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…")
