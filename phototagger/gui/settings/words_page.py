"""The settings' page of keywords: their language, and which are suggested that need no network."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QWidget

from phototagger.gui.kit.theme import UNIT
from phototagger.gui.settings.settings_fields import add_field, add_heading, add_note, tick
from phototagger.settings.declared import WordSettings

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "zh": "中文 (Chinese)"}


def _tr(text: str) -> str:
    return QCoreApplication.translate("words_page", text)


class LanguagesField(QWidget):
    """Ticks for the languages that are written beside ``first``, in which keywords are shown; ``text`` is
    ``"de, en"``."""

    def __init__(self, now: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("words.language")
        chosen = now.replace(",", " ").split() or ["en"]
        self.first = QComboBox()
        self.first.setAccessibleName(_tr("Keywords in"))
        self.beside: dict[str, QCheckBox] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * UNIT)
        for code, name in LANGUAGES.items():
            self.first.addItem(name, code)
            box = self.beside[code] = QCheckBox(name)
            box.setChecked(code in chosen[1:])
            row.addWidget(box)
        row.addStretch(1)
        self.first.setCurrentIndex(max(0, self.first.findData(chosen[0])))
        self.first.currentIndexChanged.connect(self._update)
        self._update()

    def _update(self) -> None:
        for code, box in self.beside.items():
            box.setVisible(code != self.first.currentData())

    def text(self) -> str:
        first = str(self.first.currentData())
        return ", ".join(
            [first, *(code for code, box in self.beside.items() if code != first and box.isChecked())]
        )


def fill_words(form: QFormLayout, now: WordSettings, free: bool) -> None:
    """Puts the fields of ``[words]`` into the form; ``free`` is False while an analysis runs."""
    if not free:
        add_note(form, _tr("An analysis is running. Stop it, or wait for it, to change these."))
    language = LanguagesField(now.language)
    language.setEnabled(free)
    language.first.setEnabled(free)
    note = _tr(
        "Keywords accepted before change with it, and files with the next write. Your own words stay as they are."
    )
    add_field(form, _tr("Keywords in"), language.first, note)
    beside = _tr(
        "The same keywords in these languages are accepted, written and taken away together with them."
    )
    add_field(form, _tr("Beside it"), language, beside)
    add_heading(form, _tr("Suggest also, from what you did already"))
    for name, text, on in (
        ("folders", _tr("The names of folders, and of files that are called alike"), now.folders),
        ("days", _tr("What you gave most photos of a day, for the rest of them"), now.days),
    ):
        _switch(form, name, text, on, free)
    note = _tr("A folder's name is accepted or rejected once, for all photos in it.")
    add_note(form, note)
    add_heading(form, _tr("Suggest also, where both date and content fit"))
    for name, text, on in (
        ("new_year", _tr("New Year: the night of 31 December, people or fireworks"), now.new_year),
        ("christmas", _tr("Christmas: 24 to 26 December, people at home, candles, gifts"), now.christmas),
        ("carnival", _tr("Carnival: masks and crowds in the week before Lent"), now.carnival),
        ("easter", _tr("Easter: eggs, rabbits, people and meals on the days of Easter"), now.easter),
        ("halloween", _tr("Halloween: 31 October, pumpkins and masks"), now.halloween),
    ):
        _switch(form, name, text, on, free)
    add_heading(form, _tr("Suggest also, from a photo's date, place and look"))
    for name, text, on in (
        ("place", _tr("Country, region and town, from GPS"), now.place),
        ("season", _tr("Season"), now.season),
        ("time_of_day", _tr("Time of day, by the camera's clock"), now.time_of_day),
        (
            "people",
            _tr("Child, baby, smile, selfie, couple, friends and family, from the faces"),
            now.people,
        ),
        (
            "man_and_woman",
            _tr("Man and woman, as the faces look"),
            now.man_and_woman,
        ),
        ("black_and_white", _tr("Black-and-white"), now.black_and_white),
        ("colour", _tr("The colour that fills most of the photo"), now.colour),
        ("panorama", _tr("Panorama"), now.panorama),
        ("orientation", _tr("Landscape format, portrait format, square"), now.orientation),
        ("macro", _tr("Macro"), now.macro),
        ("long_exposure", _tr("Long exposure"), now.long_exposure),
        ("screenshot", _tr("Screenshot"), now.screenshot),
        ("document", _tr("Document, where text in photos is read"), now.document),
        ("caption", _tr("The text in a photo as its caption, where it has none"), now.caption),
        ("flaws", _tr("Flaws: blurred, underexposed, overexposed"), now.flaws),
    ):
        _switch(form, name, text, on, free)
    add_note(form, _tr("Suggestions that wait for review follow at once; no photo is analysed again."))


def _switch(form: QFormLayout, name: str, text: str, on: bool, free: bool) -> None:
    box = tick(f"words.{name}", text, on)
    box.setEnabled(free)
    form.addRow(box)
