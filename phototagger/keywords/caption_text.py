"""A caption out of the text that was read in a photo, or typed. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from phototagger.domain.errors import UsageError
from phototagger.domain.findings import TextLine
from phototagger.domain.sentences import said

SURE = 0.8
"""Of a line; those below are good enough to be found by, not to be read."""
LEAST_LETTERS = 3
LEAST_IN_LINE = 2  # letters and digits: a lone one is mostly part of a word that could not be read
LEAST_COVER = 0.02
"""Of the photo, by all lines together: a name on a shirt, a bus or a watermark is not what a photo is about, and
small text is misread most. Of 80 open photos of everyday life 10 have so much text, 20 have any."""
MOST_LINES = 6
MOST_CHARACTERS = 300  # of a proposed caption
TYPED_MOST = 2000  # bytes: what IPTC's Caption-Abstract holds
SAME_ROW = 0.5  # of the lower one's height: so much in common, two pieces of text stand in one row
_MORE = "…"


def caption_of(lines: Sequence[TextLine]) -> str | None:
    """The text as a caption: the sure lines, those of one row joined, from the top, at most ``MOST_CHARACTERS``;
    None where there is nothing to read in it, or little of the photo is text."""
    rows: list[list[TextLine]] = []
    for line in lines:
        if line.score < SURE or sum(map(str.isalnum, line.text)) < LEAST_IN_LINE:
            continue
        if rows and _in_one_row(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    texts = [
        _cleaned(" ".join(line.text for line in sorted(row, key=lambda line: line.box.x))) for row in rows
    ]
    cover = sum(line.box.w * line.box.h for row in rows for line in row)
    if cover < LEAST_COVER or sum(map(str.isalpha, "".join(texts))) < LEAST_LETTERS:
        return None
    kept = texts[:MOST_LINES]
    return _cut("\n".join(kept), cut=len(kept) < len(texts))


def caption_typed(text: str) -> str:
    """A caption of the person's wording, cleaned. Raises UsageError where nothing is left or it is too long."""
    lines = [_cleaned(line) for line in text.splitlines()]
    caption = "\n".join(lines).strip("\n")
    if not caption:
        raise UsageError(said("The caption is empty. Type one, or reject it."))
    if len(caption.encode()) > TYPED_MOST:
        raise UsageError(
            said("The caption is too long: IPTC holds {typed_most} bytes. Shorten it.", typed_most=TYPED_MOST)
        )
    return caption


def _in_one_row(before: TextLine, line: TextLine) -> bool:
    one, other = before.box, line.box
    shared = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    apart = one.x + one.w <= other.x or other.x + other.w <= one.x
    return apart and shared >= SAME_ROW * min(one.h, other.h) > 0


def _cleaned(text: str) -> str:
    """Composed, blanks single, without control characters and what XML forbids."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        " " if mark.isspace() else mark
        for mark in composed
        if mark.isspace() or (unicodedata.category(mark) not in ("Cc", "Cs") and mark not in "\ufffe\uffff")
    )
    return " ".join(kept.split())


def _cut(text: str, *, cut: bool) -> str:
    """At most ``MOST_CHARACTERS``, cut between words where there are any, and saying so."""
    if len(text) + cut <= MOST_CHARACTERS:
        return text + _MORE if cut else text
    head = text[: MOST_CHARACTERS - 1]
    words = head.rsplit(None, 1)
    whole = words[0] if len(words) > 1 and len(words[0]) > MOST_CHARACTERS // 2 else head
    return whole.rstrip() + _MORE
