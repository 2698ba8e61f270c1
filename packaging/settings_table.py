"""Makes README's table of settings from what is declared of each.

    python packaging/settings_table.py

Run it after a change of :mod:`phototagger.settings.declared`; a test fails until that was done.
"""

from __future__ import annotations

import re
from pathlib import Path

from phototagger.settings.declaration import Group, Setting
from phototagger.settings.declared import PAGES, all_settings
from phototagger.settings.rules import Switch, shown

README = Path(__file__).resolve().parents[1] / "README.md"
_TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def table() -> str:
    """Markdown: a row for each setting that a person can choose, below the headings that the window has."""
    rows = ["| setting | at first | may be | what it does |", "| --- | --- | --- | --- |"]
    part = Group()
    for page in PAGES:
        rows.append(f"| **{page.title}** | | | |")
        for name, entry, setting in all_settings():
            if name.partition(".")[0] not in page.sections or not setting.title:
                continue
            if setting.part != part:
                part = setting.part
                rows += [f"| | | | *{part.heading}:* |"] if part.heading else []
            row = (f"`{name}`", f"`{shown(entry.default)}`", _values(setting), _words(setting))
            rows.append("| " + " | ".join(row) + " |")
    return "\n".join(rows) + "\n"


def with_table(readme: str) -> str:
    """README's text with the table as it should be. Raises ValueError where its place is not marked."""
    made, count = _TABLE.subn(lambda _: table(), readme)
    if count != 1:
        raise ValueError("README has no place for the settings: <!-- settings --> to <!-- /settings -->.")
    return made


def _values(setting: Setting) -> str:
    return setting.rule.values() + setting.unit


def _words(setting: Setting) -> str:
    words = [setting.title if isinstance(setting.rule, Switch) else f"*{setting.title}*"]
    words += [setting.note.removesuffix(".")] if setting.note else []
    if setting.meanings:
        words += [f"`{value}`: {text.removesuffix('.')}" for value, text in setting.meanings.items()]
    elif setting.choices:
        words.append("; ".join(f"`{value}`: {text}" for value, text in setting.choices.items()))
    words += [setting.needs.missing] if setting.needs is not None else []
    return ". ".join(words).replace("|", "\\|")


if __name__ == "__main__":
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
