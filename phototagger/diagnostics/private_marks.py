"""What stands in the log and is the person's own is put between two marks, so that a report can leave it out.

Nothing is guessed from the text: templates of our own and numbers stay as they are, and all that is filled in
(paths, names, words, what an exception says) is marked unless it was declared to be a word of the program.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import Enum

from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.plain_text import one_line
from phototagger.domain.sentences import Said, with_texts

OPEN, CLOSE = "«", "»"
OURS = "phototagger"  # the logger above all of ours
_NOT_IN_TEXT = str.maketrans({OPEN: "<", CLOSE: ">"})


class Known(str):
    """A word of the program itself (a stage, a version, a device), which a report may show."""

    __slots__ = ()


class _Marked(str):
    """Text between marks, also where a template asks for its ``repr``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def mark(value: object) -> str:
    """The text of any value between marks, on one line."""
    return _Marked(f"{OPEN}{one_line(str(value).translate(_NOT_IN_TEXT))}{CLOSE}")


def filled_in(record: logging.LogRecord) -> str:
    """What a record says, with the person's own marked. A template of another library's may have anything in it."""
    if record.name != OURS and not record.name.startswith(OURS + "."):
        return mark(record.getMessage())
    template = str(record.msg)
    if isinstance(record.args, Mapping):
        return template % {name: _shown(value) for name, value in record.args.items()}
    return template % tuple(map(_shown, record.args)) if record.args else template


def _shown(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, Enum, Known)):
        return str(value) if isinstance(value, Enum) else value
    return mark_within(value)


def sentence_of(value: object) -> Said | None:
    """The sentence of ours that the value is, or that it carries as an error; None for anything else."""
    told = value.message if isinstance(value, PhotoTaggerError) else value
    return told if isinstance(told, Said) else None


def mark_within(value: object) -> str:
    """What fills a sentence of ours between marks, for its template is known; of anything else, all of it."""
    told = sentence_of(value)
    return mark(value) if told is None else str(with_texts(told, mark))


def without_marks(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")
