"""How a setting is declared: its default, its rule, and the words that the window and README say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field
from typing import Any, TypeVar, cast

from phototagger.settings.rules import Rule, Switch

Value = TypeVar("Value", str, int, bool)


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that stand together on a page of the dialog. ``remark`` stands below them."""

    heading: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """Something optional that a setting needs, and what is said where it is not installed."""

    installed: Callable[[], bool]
    missing: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the dialog. ``job``: "analysis" or "writing", while which nothing on it can be changed; ``busy`` is
    what is said then."""

    title: str
    sections: tuple[str, ...]
    job: str = ""
    busy: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting beside its name, type and default, which its field in a dataclass has.

    ``title`` stands beside its field, or is the text of its tick; a setting without a title is kept by the program
    for itself. ``note`` is a sentence below it. ``choices`` are words for the values of a choice, ``meanings`` a
    sentence for each of them. ``unit`` follows a number, ``empty`` says what an empty text means.
    """

    rule: Rule
    title: str = ""
    note: str = ""
    part: Group = Group()
    choices: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    empty: str = ""
    needs: Extra | None = None


def setting(default: Value, rule: Rule, title: str = "", note: str = "", **more: Any) -> Value:
    """A field of a frozen dataclass with this default; ``more`` as in :class:`Setting`."""
    declared: Any = field(default=default, metadata={"setting": Setting(rule, title, note, **more)})
    return cast(Value, declared)


def switch(default: bool, title: str = "", note: str = "", **more: Any) -> bool:
    """A setting that is on or off."""
    return setting(default, Switch(), title, note, **more)


def setting_of(entry: Field[Any]) -> Setting:
    """What was declared of a field of a section."""
    found: Setting = entry.metadata["setting"]
    return found
