"""The settings' page of keywords: their language, and which are suggested that need no network."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout

from phototagger.gui.flow import label
from phototagger.settings import WordSettings

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "zh": "中文"}

ChoiceMaker = Callable[[str, dict[str, str], str], QComboBox]
TickMaker = Callable[[str, str, bool], QCheckBox]


def _tr(text: str) -> str:
    return QCoreApplication.translate("words_page", text)


def fill_words(
    form: QFormLayout, now: WordSettings, choice: ChoiceMaker, tick: TickMaker, free: bool
) -> None:
    """Puts the fields of ``[words]`` into the form; ``free`` is False while an analysis runs."""
    if not free:
        text = _tr("An analysis is running. Stop it, or wait for it, to change these.")
        form.addRow(label(text, "muted", wrap=True))
    language = choice("words.language", LANGUAGES, now.language)
    language.setEnabled(free)
    form.addRow(_tr("Language"), language)
    note = _tr(
        "Keywords accepted before change with it. Your own words stay as they are; the files follow with the next "
        "write."
    )
    form.addRow(label(note, "muted", wrap=True))
    form.addRow(label(_tr("Suggest also, without a network"), "heading"))
    for name, text, on in (
        ("place", _tr("Country, region and town, from GPS"), now.place),
        ("season", _tr("Season"), now.season),
        ("time_of_day", _tr("Time of day, by the camera's clock"), now.time_of_day),
        ("black_and_white", _tr("Black-and-white"), now.black_and_white),
        ("colour", _tr("The colour that fills most of the photo"), now.colour),
        ("panorama", _tr("Panorama"), now.panorama),
        ("orientation", _tr("Landscape format, portrait format, square"), now.orientation),
        ("macro", _tr("Macro"), now.macro),
        ("long_exposure", _tr("Long exposure"), now.long_exposure),
        ("screenshot", _tr("Screenshot"), now.screenshot),
        ("flaws", _tr("Flaws: blurred, underexposed, overexposed"), now.flaws),
    ):
        box = tick(f"words.{name}", text, on)
        box.setEnabled(free)
        form.addRow(box)
    text = _tr("Suggestions that wait for review follow at once; no photo is analysed again.")
    form.addRow(label(text, "muted", wrap=True))
