"""Each setting is declared once; the window, the file and README have the same of it."""

from __future__ import annotations

import importlib.util
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from phototagger.settings.declared import PAGES, SECTIONS, Settings, all_settings, declaration_of
from phototagger.settings.rules import AnyOf, OneOf, Switch
from phototagger.settings.store import wrong_values

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def settings_table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_table", ROOT / "packaging" / "settings_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readmes_table_is_what_is_declared(settings_table: ModuleType) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert settings_table.with_table(readme) == readme, "run: python packaging/settings_table.py"


def test_readme_without_a_place_for_the_table_is_refused(settings_table: ModuleType) -> None:
    with pytest.raises(ValueError, match="no place for the settings"):
        settings_table.with_table("# phototagger\n")


def test_every_section_has_one_page_and_every_field_a_declaration() -> None:
    assert sorted(section for page in PAGES for section in page.sections) == sorted(SECTIONS)
    assert {entry.name for entry in fields(Settings)} == {*SECTIONS, "unknown"}
    for name, entry, setting in all_settings():
        assert declaration_of(name) is setting
        assert isinstance(entry.default, bool) == isinstance(setting.rule, Switch), name


def test_all_that_is_set_at_first_may_be() -> None:
    assert list(wrong_values(Settings())) == []


def test_words_and_meanings_are_those_of_the_choices_there_are() -> None:
    """A choice that was added without words would be missing in the window."""
    for name, _, setting in all_settings():
        if isinstance(setting.rule, OneOf):
            assert tuple(setting.choices) == setting.rule.choices, name
            assert set(setting.meanings) in (set(), set(setting.rule.choices)), name
        elif isinstance(setting.rule, AnyOf):
            assert not setting.choices or tuple(setting.choices) == setting.rule.choices, name
        else:
            assert not setting.choices, name
            assert not setting.meanings, name


def test_what_is_written_for_each_program_differs() -> None:
    meanings = declaration_of("write.preset").meanings
    assert len(set(meanings.values())) == len(meanings) > 1
