"""The keywords that a file holds, in whatever field: what a keyword field that is made new must begin with. Pure.

Each program has its own order of fields and stops at the first one that is filled. A new field that held only the
new words would hide the old ones there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phototagger.domain.facets.keyword import CATEGORIES, IPTC_KEYWORDS
from phototagger.domain.records import KEYWORD_SEPARATOR, keyword_leaf
from phototagger.plan.fields.fields import (
    FLAT_FIELDS,
    PATH_FIELDS,
    IptcText,
    PhotoFields,
    as_texts,
    keywords_in,
    word_key,
)

# Keyword fields of other programs that we never write: single words, and paths with what joins their steps.
_OTHER_WORDS = ("XMP-acdsee:Keywords",)
_OTHER_PATHS = {"XMP-expressionmedia:CatalogSets": "|", "XMP-microsoft:LastKeywordIPTC": "/"}


@dataclass(frozen=True, slots=True)
class OldWords:
    """``words``: for a field of single words, the last steps of paths among them. ``paths``: for a field of paths,
    with the words that no path ends in. ``doubtful``: words in IPTC whose letters nobody can tell; in neither.
    """

    words: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()

    def __add__(self, other: OldWords) -> OldWords:
        return OldWords(
            _joined(self.words, other.words),
            _joined(self.paths, other.paths),
            _joined(self.doubtful, other.doubtful),
        )


def old_words(
    values: Mapping[str, Sequence[str]], raw: Mapping[str, Any], iptc: IptcText, leave_out: Iterable[str] = ()
) -> OldWords:
    """What these fields hold together. ``raw``: the file's fields that we do not write. ``leave_out``: fields that
    do not count."""
    skipped = set(leave_out)
    doubtful: list[str] = []
    flat: list[Sequence[str]] = []
    for name in FLAT_FIELDS:
        held = () if name in skipped else values.get(name, ())
        if name == IPTC_KEYWORDS and iptc is IptcText.UNSURE:
            doubtful = [word for word in held if not word.isascii()]
            held = [word for word in held if word.isascii()]
        flat.append(held)
    flat += [as_texts(raw.get(name)) for name in _OTHER_WORDS]
    trees: list[Sequence[str]] = [
        keywords_in(values, name) for name in (*PATH_FIELDS, CATEGORIES) if name not in skipped
    ]
    trees += [
        [text.replace(joint, KEYWORD_SEPARATOR) for text in as_texts(raw.get(name))]
        for name, joint in _OTHER_PATHS.items()
    ]
    words, paths = _joined(*flat), _joined(*trees)
    leaves = tuple(filter(None, map(keyword_leaf, paths)))
    ends = {word_key(leaf) for leaf in leaves}
    lone = [word for word in words if word_key(word) not in ends]
    return OldWords(_joined(words, leaves), _joined(paths, lone), tuple(doubtful))


def old_words_of(fields: PhotoFields) -> OldWords:
    """What one file holds."""
    return old_words(fields.values, fields.raw, fields.iptc_text)


def spelled_as_held(name: str, path: str) -> str:
    """An old keyword as a field of paths gets it. In one that joins by slashes a slash inside a step is read as a
    joint, as its programs read it in the field where it stood before."""
    return path.replace(KEYWORD_SEPARATOR, PATH_FIELDS[name])


def _joined(*lists: Iterable[str]) -> tuple[str, ...]:
    """All values, as XMP can hold them; what an earlier list has in another spelling is left out."""
    result: list[str] = []
    for values in lists:
        seen = {word_key(value) for value in result}
        fitting = (as_xmp_holds(value).strip(" \t\n") for value in values)
        result += dict.fromkeys(value for value in fitting if value and word_key(value) not in seen)
    return tuple(result)


def as_xmp_holds(word: str) -> str:
    """A word of another field as XMP can hold it: without the control characters that XML forbids."""
    return "".join(
        mark
        for mark in word.replace("\r\n", "\n").replace("\r", "\n")
        if mark in "\t\n" or (mark >= " " and mark not in "\ufffe\uffff" and not "\ud800" <= mark <= "\udfff")
    )
