"""A caption out of the text that was read in a photo. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.domain.facets.texts import cleaned_line
from phototagger.domain.findings import TextLine

SURE = 0.8
"""Of a line; those below are good enough to be found by, not to be read."""
LEAST_LETTERS = 3
LEAST_IN_LINE = 2  # letters and digits: a lone one is mostly part of a word that could not be read
LEAST_COVER = 0.02
"""Of the photo, by all lines together: a name on a shirt, a bus or a watermark is not what a photo is about, and
small text is misread most. Of 80 open photos of everyday life 10 have so much text, 20 have any."""
MOST_LINES = 6
MOST_CHARACTERS = 300  # of a proposed caption
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
        cleaned_line(" ".join(line.text for line in sorted(row, key=lambda line: line.box.x))) for row in rows
    ]
    cover = sum(line.box.w * line.box.h for row in rows for line in row)
    if cover < LEAST_COVER or sum(map(str.isalpha, "".join(texts))) < LEAST_LETTERS:
        return None
    kept = texts[:MOST_LINES]
    return _cut("\n".join(kept), cut=len(kept) < len(texts))


def _in_one_row(before: TextLine, line: TextLine) -> bool:
    one, other = before.box, line.box
    shared = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    apart = one.x + one.w <= other.x or other.x + other.w <= one.x
    return apart and shared >= SAME_ROW * min(one.h, other.h) > 0


def _cut(text: str, *, cut: bool) -> str:
    """At most ``MOST_CHARACTERS``, cut between words where there are any, and saying so."""
    if len(text) + cut <= MOST_CHARACTERS:
        return text + _MORE if cut else text
    head = text[: MOST_CHARACTERS - 1]
    words = head.rsplit(None, 1)
    whole = words[0] if len(words) > 1 and len(words[0]) > MOST_CHARACTERS // 2 else head
    return whole.rstrip() + _MORE
