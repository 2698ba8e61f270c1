"""What the values of settings may be: a rule for each field, declared beside it in ``settings.declared``."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from phototagger.domain.sentences import Said, said

_SHOWN = 60  # characters of a wrong value
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Rule(Protocol):
    def wish(self, value: object) -> Said | None:
        """None for a value that may be; else what to use instead, as in ``use true or false``."""

    def values(self) -> str:
        """What may be, as README's table has it, in Markdown."""


@dataclass(frozen=True)
class Switch:
    def wish(self, value: object) -> Said | None:
        return None if isinstance(value, bool) else said("use true or false")

    def values(self) -> str:
        return _coded(("true", "false"))


@dataclass(frozen=True)
class Whole:
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int

    def wish(self, value: object) -> Said | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
        return (
            None
            if fits
            else said("use a whole number from {least} to {most}", least=self.least, most=self.most)
        )

    def values(self) -> str:
        return f"{self.least} to {self.most}"


@dataclass(frozen=True)
class OneOf:
    choices: tuple[str, ...]

    def wish(self, value: object) -> Said | None:
        if isinstance(value, str) and value in self.choices:
            return None
        return said("use one of {choices}", choices=", ".join(self.choices))

    def values(self) -> str:
        return _coded(self.choices)


@dataclass(frozen=True)
class AnyOf:
    """Text with some of these names in it; ``split`` takes it apart."""

    choices: tuple[str, ...]
    split: Callable[[str], Iterable[str]]
    empty: bool = True

    def wish(self, value: object) -> Said | None:
        known = ", ".join(self.choices)
        if not isinstance(value, str):
            return said("use text with any of {known}", known=known)
        named = list(self.split(value))
        odd = [name for name in named if name not in self.choices]
        if odd:
            wrong = shown(odd[0])
            if self.empty:
                return said("{name} is not known there; use any of {known}", name=wrong, known=known)
            return said("{name} is not known there; use one of {known}", name=wrong, known=known)
        return None if named or self.empty else said("use one of {known}", known=known)

    def values(self) -> str:
        return f"{'any' if self.empty else 'one or more'} of {_coded(self.choices)}"


@dataclass(frozen=True)
class Text:
    """One line of text. ``web``: an address of the web, or nothing."""

    longest: int
    web: bool = False

    def wish(self, value: object) -> Said | None:
        if not isinstance(value, str) or any(
            unicodedata.category(letter) in ("Cc", "Cs") for letter in value
        ):
            return said("use a line of text")
        if len(value) > self.longest:
            return said("use a text of at most {longest} letters", longest=self.longest)
        if self.web and value and not _is_address(value):
            return said("use an address that begins with https://")
        return None

    def values(self) -> str:
        return "an `https://` address, or nothing" if self.web else "text"


def _coded(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def shown(value: object) -> str:
    """A value as a settings file has it, cut short where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 200:
        return said("an enormous number")
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def shown_key(*parts: str) -> str:
    """The name of a setting, as in ``write.preset``."""
    return ".".join(part if _BARE_KEY.fullmatch(part) else shown(part) for part in parts)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known setting that was probably meant: another spelling of it, or its name without its section."""
    names = list(known)
    at_home = [one for one in names if one.rpartition(".")[2] == name.rpartition(".")[2]]
    close = at_home or difflib.get_close_matches(name, names, 1, 0.75)
    return close[0] if close else None
