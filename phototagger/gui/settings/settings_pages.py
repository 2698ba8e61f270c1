"""The pages of the settings, made from what is declared in :mod:`phototagger.settings.declared`."""

from __future__ import annotations

from dataclasses import fields

from PySide6.QtWidgets import QFormLayout, QWidget

from phototagger.gui.kit.wording import worded
from phototagger.gui.settings.languages_field import LanguagesField, add_languages
from phototagger.gui.settings.settings_fields import (
    add_field,
    add_heading,
    add_note,
    choice,
    form_page,
    number,
    text_field,
    tick,
)
from phototagger.settings.declaration import Group, Page, Setting, setting_of
from phototagger.settings.declared import Settings
from phototagger.settings.rules import AnyOf, OneOf, Switch, Text, Whole


def settings_page(page: Page, now: Settings, busy: bool) -> QWidget:
    """``busy``: the page's job is running, so nothing can be changed. Each field is named ``section.field``."""
    around, form = form_page()
    if busy:
        add_note(form, worded(page.busy))
    part = Group()
    for section in page.sections:
        values = getattr(now, section)
        for entry in fields(values):
            setting = setting_of(entry)
            if not setting.title:
                continue
            if setting.part != part:
                _end(form, part)
                part = setting.part
                if part.heading:
                    add_heading(form, worded(part.heading))
            for field in _add(form, f"{section}.{entry.name}", setting, getattr(values, entry.name)):
                field.setEnabled(field.isEnabled() and not busy)
    _end(form, part)
    return around


def _end(form: QFormLayout, part: Group) -> None:
    if part.remark:
        add_note(form, worded(part.remark))


def _add(form: QFormLayout, name: str, setting: Setting, now: object) -> list[QWidget]:
    """Adds a setting's row; the widgets in it that can be changed."""
    if isinstance(setting.rule, AnyOf) and setting.choices:
        languages = LanguagesField(name, setting.choices, str(now))
        add_languages(form, languages, worded(setting.title), worded(setting.note))
        return [languages.first, languages]
    field = _field(name, setting, now)
    note = worded(setting.note)
    if setting.needs is not None and not setting.needs.installed():
        note = worded(setting.needs.missing)
        field.setEnabled(bool(now))
    title = "" if isinstance(setting.rule, Switch) else worded(setting.title)
    meanings = {value: worded(text) for value, text in setting.meanings.items()}
    add_field(form, title, field, meanings or note)
    return [field]


def _field(name: str, setting: Setting, now: object) -> QWidget:
    match setting.rule:
        case Switch():
            return tick(name, worded(setting.title), bool(now))
        case Whole(least, most):
            return number(name, int(str(now)), least, most, worded(setting.unit))
        case OneOf(values):
            return choice(name, {value: worded(setting.choices[value]) for value in values}, str(now))
        case AnyOf() | Text():
            return text_field(name, str(now), worded(setting.empty))
    raise TypeError(f"There is no field for the rule of {name}.")
