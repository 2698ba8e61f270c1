"""What the program tells a person, kept as a template and what fills it until a window or a console puts it into
words. Errors, notices, notes of a plan and the history are all made of it, and are stored as such.

A template is a literal English sentence, so that Qt's ``lupdate`` finds it: ``said("{path} is empty", path=path)``.
``%n`` is the count that the sentence is about; English, which needs no translation, says with ``photo(s)`` and
``(is|are)`` what a count changes: ``said("%n photo(s) (was|were) read", "", len(photos))``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Parameter = "str | int | float | tuple[Any, ...]"  # a Said is a str; a tuple is said as a list
Translate = Callable[[str, str, "int | None"], str]  # template, note, count: the template in another language

_PLAIN = "{text}"  # the template of a text that is none of ours, such as one that an old version stored
_STORED = '{"said":'  # how a stored sentence begins; no stored text of an old version begins so
_FILLED = re.compile(r"%L?n|\{(\w+)(:,)?\}")
_PLURAL = re.compile(r"(?<=\w)\(s\)|\(([\w ]+)\|([\w ]+)\)")


def spelt(number: int | float) -> str:
    """``12,345``."""
    return f"{number:,}"


def english(template: str, note: str, count: int | None) -> str:
    """The template as it is, its plurals settled: ``photo(s)``, ``(is|are)``."""
    if count is None:
        return template
    one = count == 1
    return _PLURAL.sub(lambda mark: mark[1 if one else 2] if mark[1] else "" if one else "s", template)


class Said(str):
    """A sentence as ``template``, ``note`` for translators, ``how_many`` and ``params``. As a ``str`` it is
    English, as logs, programs that read JSON, and tests want it; :func:`in_words` says it in another language."""

    __slots__ = ("how_many", "note", "params", "template")

    template: str
    note: str
    how_many: int | None
    params: Mapping[str, Any]

    def __new__(cls, template: str, note: str, count: int | None, params: Mapping[str, Any]) -> Said:
        made = super().__new__(cls, _filled(template, note, count, params, english, spelt))
        made.template, made.note, made.how_many, made.params = template, note, count, params
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Said, (self.template, self.note, self.how_many, dict(self.params))


def said(template: str, note: str = "", count: int | None = None, /, **params: object) -> Said:
    """A sentence. ``template`` is a literal, in which ``{name}`` stands for the parameter of that name,
    ``{name:,}`` for a number with its thousands parted, and ``%n`` for ``count``; ``note`` tells translators which
    of two equal templates this is. The order is that of Qt's ``tr``, by which Qt's tools find it.

    What is neither text nor number is taken as its ``str``; an error of ours as the sentence it carries."""
    return Said(template, note, count, {name: _plainly(value) for name, value in params.items()})


def plain(text: str) -> Said:
    """A text that is none of our sentences (another program's, or an old version's), to be told as it is."""
    return text if isinstance(text, Said) else Said(_PLAIN, "", None, {"text": text})


def joined(parts: Iterable[Said | None], between: str = " ") -> Said:
    """Several sentences, one after the other; None is left out."""
    there = [part for part in parts if part is not None]
    names = [f"part{place}" for place in range(len(there))]
    template = between.join(f"{{{name}}}" for name in names)
    return Said(template, "", None, dict(zip(names, there, strict=True)))


def both(names: Iterable[str]) -> Said:
    """``a, b and c``."""
    *others, last = names
    return said("{these} and {this}", these=", ".join(others), this=last) if others else plain(last)


def either(choices: Iterable[str]) -> Said:
    """``a or b or c``."""
    first, *others = choices
    told = plain(first)
    for other in others:
        told = said("{these} or {this}", these=told, this=other)
    return told


def in_words(text: str, translate: Translate = english, number: Callable[[int | float], str] = spelt) -> str:
    """The text as a person is to read it: a :class:`Said` with its template, and those within it, as ``translate``
    has them, its numbers spelt by ``number``; another text as it is."""
    if not isinstance(text, Said):
        return text
    return _filled(text.template, text.note, text.how_many, text.params, translate, number)


def to_text(sentence: Said) -> str:
    """As a catalog stores it: JSON, or the bare text where it is none of ours. :func:`from_text` reads it back.

    A path with bytes that are no letters is no text that SQLite takes; JSON has escapes for them."""
    bare = sentence.template == _PLAIN and not sentence.startswith(_STORED)
    text = str(sentence) if bare else _json(sentence, ascii_only=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _json(sentence, ascii_only=True)
    return text


def _json(sentence: Said, *, ascii_only: bool) -> str:
    return json.dumps(_packed(sentence), ensure_ascii=ascii_only, separators=(",", ":"))


def from_text(stored: str) -> Said:
    """What :func:`to_text` stored. A text of before there were templates, or a damaged one, is told as it is."""
    if not stored.startswith(_STORED):
        return plain(stored)
    try:
        sentence = _unpacked(json.loads(stored))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return plain(stored)
    return sentence if isinstance(sentence, Said) else plain(stored)


def with_texts(sentence: Said, change: Callable[[str], str]) -> Said:
    """The sentence with every text that fills it changed, those within its parts too."""
    return Said(
        sentence.template,
        sentence.note,
        sentence.how_many,
        {name: _changed(value, change) for name, value in sentence.params.items()},
    )


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Said):
        return with_texts(value, change)
    if isinstance(value, tuple):
        return tuple(_changed(one, change) for one in value)
    return change(value) if isinstance(value, str) else value


def _plainly(value: object) -> Any:
    if isinstance(value, BaseException):
        told = getattr(value, "message", next(iter(value.args), None))
        value = told if isinstance(told, Said) else str(value)
    if isinstance(value, (list, tuple)):
        return tuple(_plainly(one) for one in value)
    if isinstance(value, Said) or type(value) in (str, int, float):
        return value
    return str(value)


def _filled(
    template: str,
    note: str,
    count: int | None,
    params: Mapping[str, Any],
    translate: Translate,
    number: Callable[[int | float], str],
) -> str:
    """Filled at one go: braces in a parameter stay what they are, and a template reaches nothing but its
    parameters."""

    def fill(mark: re.Match[str]) -> str:
        if mark[1] is None:
            return mark[0] if count is None else number(count)
        if mark[1] not in params:
            return mark[0]
        value = params[mark[1]]
        if mark[2] and isinstance(value, int | float):
            return number(value)
        return _worded(value, translate, number)

    return _FILLED.sub(fill, translate(template, note, count) if template != _PLAIN else template)


def _worded(value: Any, translate: Translate, number: Callable[[int | float], str]) -> str:
    if isinstance(value, tuple):
        return ", ".join(_worded(one, translate, number) for one in value)
    return in_words(value, translate, number) if isinstance(value, str) else str(value)


def _packed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_packed(one) for one in value]
    if not isinstance(value, Said):
        return value
    packed: dict[str, Any] = {"said": value.template}
    if value.note:
        packed["note"] = value.note
    if value.how_many is not None:
        packed["count"] = value.how_many
    if value.params:
        packed["with"] = {name: _packed(one) for name, one in value.params.items()}
    return packed


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpacked(one) for one in value)
    if isinstance(value, str | int | float):
        return value
    template, note, count = value["said"], value.get("note", ""), value.get("count")
    if not (isinstance(template, str) and isinstance(note, str) and isinstance(count, int | None)):
        raise TypeError("no sentence")
    return Said(template, note, count, {str(n): _unpacked(one) for n, one in value.get("with", {}).items()})
