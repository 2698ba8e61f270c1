"""The settings file: read, checked and written; unknown keys are kept."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from phototagger.domain.errors import SettingsError
from phototagger.domain.sentences import Said, joined, said
from phototagger.files.whole_file import OddFileError, put_file, read_file
from phototagger.settings.declared import SECTIONS, Section, Settings, all_settings
from phototagger.settings.rules import Whole, nearest, shown, shown_key

SCHEMA_VERSION = 1


LONGEST = 1 << 20  # bytes of a settings file


def load_settings(path: Path) -> Settings:
    """The settings in ``path``; the defaults when it does not exist.

    Raises SettingsError when the file cannot be read, is from a newer version, or holds a value that it may not.
    """
    try:
        text = _decoded(read_file(path, LONGEST))
    except FileNotFoundError:
        return Settings()
    except OddFileError as error:
        raise SettingsError(
            said(
                "The settings file {reason}. Move it away, or name another file with --settings.",
                reason=error,
            )
        ) from error
    except OSError as error:
        raise SettingsError(
            said(
                "The settings file {path} cannot be read ({reason}). Check its permissions.",
                path=path,
                reason=error.strerror,
            )
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            said("The settings file {path} is not UTF-8 text. Save it as UTF-8.", path=path)
        ) from error
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, tables without end
        raise SettingsError(
            said("The settings file {path} is not valid TOML ({reason}). Mend it.", path=path, reason=error)
        ) from error
    version = table.pop("schema_version", SCHEMA_VERSION)
    if Whole(1, SCHEMA_VERSION).wish(version):
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise SettingsError(
                said(
                    "The settings file {path} is from a newer phototagger. Update, or move it away.",
                    path=path,
                )
            )
        raise SettingsError(
            said(
                "In the settings file {path}, schema_version is {version}; use 1.",
                path=path,
                version=shown(version),
            )
        )
    sections: dict[str, Any] = {name: _section(make(), table, path, name) for name, make in SECTIONS.items()}
    settings = Settings(**sections, unknown=table)
    check_settings(settings, path)
    return settings


def _decoded(content: bytes) -> str:
    """Text by its byte-order mark, which Windows' editors and shells put there; else UTF-8."""
    marks = (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    )
    return content.decode(next((name for mark, name in marks if content.startswith(mark)), "utf-8"))


def check_settings(settings: Settings, path: Path) -> None:
    """Raises SettingsError for a value outside what it may be."""
    for name, value, wish in wrong_values(settings):
        raise SettingsError(
            said(
                "In the settings file {path}, {name} is {value}; {wish}.",
                path=path,
                name=name,
                value=shown(value),
                wish=wish,
            )
        )


def wrong_values(settings: Settings) -> Iterator[tuple[str, object, Said]]:
    """Name and value of each setting that is not what it may be, and what to do: ``use true or false``."""
    for name, entry, declared in all_settings():
        value = getattr(getattr(settings, name.partition(".")[0]), entry.name)
        wish = declared.rule.wish(value)
        if wish is not None:
            yield name, value, wish


def unknown_settings(settings: Settings, path: Path) -> list[Said]:
    """A sentence for each setting in the file that this version does not know: it is kept, and does nothing."""
    known = [name for name, _, _ in all_settings()]
    names = []
    for name, value in settings.unknown.items():
        inside = value if name in SECTIONS and isinstance(value, dict) else {"": None}
        names += [(name, key) if key else (name,) for key in inside]
    sentences: list[Said] = []
    for parts in names:
        meant = nearest(".".join(parts), known)
        told = said(
            "In the settings file {path}, {name} is not known to this version and does nothing.",
            path=path,
            name=shown_key(*parts),
        )
        sentences.append(joined((told, said("Did you mean {name}?", name=meant) if meant else None)))
    return sentences


def save_settings(settings: Settings, path: Path) -> None:
    """Writes the whole file beside itself and swaps it in, so that a kill leaves the old or the new one.

    Raises SettingsError when it cannot be written, or holds a value that the next start would not take.
    """
    check_settings(settings, path)
    table: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **settings.unknown}
    for section in SECTIONS:
        table[section] = {**settings.unknown.get(section, {}), **asdict(getattr(settings, section))}
    try:
        put_file(tomli_w.dumps(table).encode(), path)
    except OddFileError as error:
        raise SettingsError(
            said("The settings were not saved: {reason}. Move it away.", reason=error)
        ) from error
    except OSError as error:
        raise SettingsError(
            said("The settings file {path} cannot be written ({reason}).", path=path, reason=error.strerror)
        ) from error
    except ValueError as error:  # what this version does not know and keeps, such as an endless number
        raise SettingsError(
            said(
                "The settings were not saved: a value in {path} cannot be kept ({reason}).",
                path=path,
                reason=error,
            )
        ) from error


def _section(default: Section, tables: dict[str, Any], path: Path, name: str) -> Section:
    """The section of that name; what it does not know stays in ``tables``, to be written back."""
    table = tables.pop(name, {})
    if not isinstance(table, dict):
        raise SettingsError(
            said(
                "In the settings file {path}, {name} is {table}; it must be a table, headed [{name}].",
                path=path,
                name=name,
                table=shown(table),
            )
        )
    values = {entry.name: table.pop(entry.name) for entry in fields(default) if entry.name in table}
    if table:
        tables[name] = table
    return replace(default, **values)
