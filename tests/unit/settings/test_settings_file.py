"""The settings file: every field held to what it may be, every odd file refused in a sentence, nothing lost."""

from __future__ import annotations

import codecs
import os
import socket
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from phototagger.domain.errors import SettingsError
from phototagger.plan.formats import EMBEDDED, ON_REQUEST
from phototagger.settings.declared import (
    EMBEDDABLE_ON_REQUEST,
    EMBEDDED_FORMATS,
    SECTIONS,
    Settings,
    WindowSettings,
)
from phototagger.settings.store import LONGEST, load_settings, save_settings, unknown_settings


def every_field() -> Iterator[tuple[str, str, Any]]:
    for section in SECTIONS:
        part = getattr(Settings(), section)
        for entry in fields(part):
            yield section, entry.name, getattr(part, entry.name)


FIELDS = [pytest.param(*one, id=f"{one[0]}.{one[1]}") for one in every_field()]
ODD = {
    str: ("true", "7", "1.5", "nan", '["en"]', '{ a = "b" }', "2024-01-01", '"a\\nb"', '"\\u0000"', '"odd"'),
    bool: ("1", "0", '"true"', "1.0", "[]", "{}", "inf"),
    int: (
        *("true", "false", "8.0", "nan", "inf", '"8"', "[8]", "2024-01-01", "0", "-5", "9223372036854775808"),
        "0x" + "f" * 5000,
    ),
}
FREE_TEXT = {
    ("analysis", "networks"),
    ("write", "exiftool"),
    ("updates", "told"),
}  # any line of text may be one of these


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.mark.parametrize(("section", "name", "default"), FIELDS)
def test_no_field_takes_what_makes_no_sense_there(section: str, name: str, default: Any, path: Path) -> None:
    for value in ODD[type(default)]:
        if value == '"odd"' and (section, name) in FREE_TEXT:
            continue
        path.write_text(f"[{section}]\n{name} = {value}\n")
        with pytest.raises(SettingsError) as told:
            load_settings(path)
        sentence = str(told.value)
        assert str(path) in sentence
        assert f"{section}.{name} is " in sentence, "which setting, and what it is"
        assert "; use " in sentence or "; " in sentence
        assert len(sentence) < len(str(path)) + 300, "a long value is cut short"


@pytest.mark.parametrize(("section", "name", "default"), FIELDS)
def test_no_field_is_saved_with_what_the_next_start_would_refuse(
    section: str, name: str, default: Any, path: Path
) -> None:
    odd: Any = {str: "\0", bool: 1, int: True}[type(default)]
    settings = replace(Settings(), **{section: replace(getattr(Settings(), section), **{name: odd})})
    with pytest.raises(SettingsError, match=f"{section}.{name}"):
        save_settings(settings, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('window.theme = "drak"', 'window.theme is "drak"; use one of system, light, dark'),
        ("window.thumbnail_side = 0", "window.thumbnail_side is 0; use a whole number from 96 to 320"),
        ("window.thumbnail_side = 100000", "from 96 to 320"),
        ('write.sidecar_formats = "PNGG"', '"PNGG" is not known there; use any of JPEG, '),
        ('write.sidecar_formats = "PNG HEIK"', '"HEIK" is not known'),
        ('write.embed_formats = "CR2"', '"CR2" is not known there; use any of DNG, GIF'),
        ('words.language = ""', "use one of en, de, fr, es, zh"),
        ('words.language = "de, xx"', '"xx" is not known there; use one of en, de'),
        ('updates.address = "file:///etc/passwd"', "use an address that begins with https://"),
        ("analysis = 3", r"analysis is 3; it must be a table, headed [analysis]"),
        ("write = [1]", "write is [1]; it must be a table"),
        ("schema_version = true", "schema_version is true; use 1"),
        ("schema_version = 0", "schema_version is 0; use 1"),
        ("schema_version = 2", "is from a newer phototagger"),
        ('schema_version = "1"', 'schema_version is "1"; use 1'),
    ],
)
def test_a_wrong_value_is_told_with_what_may_stand_there(line: str, says: str, path: Path) -> None:
    path.write_text(line + "\n")
    with pytest.raises(SettingsError) as told:
        load_settings(path)
    assert says in str(told.value)


def test_what_makes_sense_is_taken(path: Path) -> None:
    path.write_text(
        'write.sidecar_formats = "png, HEIC jpg"\nwrite.embed_formats = "dng GIF"\nwords.language = "de, EN"\n'
        'write.exiftool = "C:\\\\Program Files\\\\exiftool.exe"\nwindow.thumbnail_side = 320\n'
    )
    settings = load_settings(path)
    assert settings.window.thumbnail_side == 320
    assert settings.words.languages == ("de", "en")


def test_the_formats_that_settings_may_name_are_those_that_are_written() -> None:
    assert set(EMBEDDED_FORMATS) == set(EMBEDDED)
    assert set(EMBEDDABLE_ON_REQUEST) == ON_REQUEST


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_saved_by_an_editor_of_windows_is_read(
    mark: bytes, encoding: str, newline: str, path: Path
) -> None:
    text = newline.join(["# Größe", "[window]", 'theme = "dark"', ""])
    path.write_bytes(mark + text.encode(encoding))
    settings = load_settings(path)
    assert settings.window.theme == "dark"
    save_settings(settings, path)
    assert tomllib.loads(path.read_text(encoding="utf-8"))["window"]["theme"] == "dark"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe[", "is not UTF-8 text"),
        (b"theme = \xe4", "is not UTF-8 text"),
        (b"[window", "is not valid TOML"),
        (b"a = " + b"[" * 100_000, "is not valid TOML"),
        (b"a = " + b"9" * 5000, "is not valid TOML"),
        (b"#" * (LONGEST + 1), "is longer than 1024 KiB"),
    ],
    ids=["utf-16", "latin-1", "toml", "deep", "number", "long"],
)
def test_what_is_no_settings_file_is_told(content: bytes, says: str, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        load_settings(path)
    assert path.read_bytes() == content


@pytest.mark.skipif(os.name != "posix", reason="named pipes and devices in folders are POSIX's")
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", ["a named pipe", "a socket", "a device", "a folder"])
def test_what_is_no_file_is_told_at_once(kind: str, linked: bool, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    match kind:
        case "a named pipe":
            os.mkfifo(odd)
        case "a socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(odd))
        case "a device":
            odd = Path(os.devnull)
        case _:
            odd.mkdir()
    path = odd
    if linked:
        path = tmp_path / "settings.toml"
        path.symlink_to(odd)
    before = odd.stat()
    with pytest.raises(SettingsError, match=f"{path} is {kind}, not a file.*--settings"):
        load_settings(path)
    with pytest.raises(SettingsError, match=f"were not saved: {path} is {kind}"):
        save_settings(Settings(), path)
    assert stat.S_IFMT(odd.stat().st_mode) == stat.S_IFMT(before.st_mode)


def test_unknown_settings_are_told_of_and_kept(path: Path) -> None:
    path.write_text(
        'preset = "lightroom"\n[write]\nprest = "lightroom"\n"odd key\\u001b" = 1\n[window]\ntheme = "dark"\n'
        "[later]\nx = 1979-05-27\n"
    )
    settings = load_settings(path)
    told = unknown_settings(settings, path)
    assert len(told) == 4
    assert all(str(path) in sentence and "does nothing." in sentence for sentence in told)
    assert any("write.prest is not known" in one and "Did you mean write.preset?" in one for one in told)
    assert any(", preset is not known" in one and "Did you mean write.preset?" in one for one in told)
    assert any(", later is not known" in one and "Did you mean" not in one for one in told)
    assert "\x1b" not in "".join(told)
    save_settings(replace(settings, window=WindowSettings(theme="light")), path)
    again = load_settings(path)
    assert (again.unknown, again.window.theme) == (settings.unknown, "light")


def test_what_cannot_be_written_again_is_told_and_the_file_stays(path: Path) -> None:
    path.write_text("later = 0x" + "f" * 5000 + "\n")
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="were not saved"):
        save_settings(load_settings(path), path)
    assert path.read_bytes() == before
