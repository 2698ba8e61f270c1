"""The settings' page of keywords: their language, and which are suggested that need no network."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QWidget

from phototagger.gui.flow import label
from phototagger.gui.theme import UNIT
from phototagger.settings import WordSettings

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "zh": "中文 (Chinese)"}

TickMaker = Callable[[str, str, bool], QCheckBox]


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
        self.first.setAccessibleName(_tr("Language"))
        self.beside: dict[str, QCheckBox] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * UNIT)
        for code, name in LANGUAGES.items():
            self.first.addItem(name, code)
            tick = self.beside[code] = QCheckBox(name)
            tick.setChecked(code in chosen[1:])
            row.addWidget(tick)
        row.addStretch(1)
        self.first.setCurrentIndex(max(0, self.first.findData(chosen[0])))
        self.first.currentIndexChanged.connect(self._update)
        self._update()

    def _update(self) -> None:
        for code, tick in self.beside.items():
            tick.setVisible(code != self.first.currentData())

    def text(self) -> str:
        first = str(self.first.currentData())
        return ", ".join(
            [first, *(code for code, tick in self.beside.items() if code != first and tick.isChecked())]
        )


def fill_words(form: QFormLayout, now: WordSettings, tick: TickMaker, free: bool) -> None:
    """Puts the fields of ``[words]`` into the form; ``free`` is False while an analysis runs."""
    if not free:
        text = _tr("An analysis is running. Stop it, or wait for it, to change these.")
        form.addRow(label(text, "muted", wrap=True))
    language = LanguagesField(now.language)
    language.setEnabled(free)
    language.first.setEnabled(free)
    form.addRow(_tr("Language"), language.first)
    form.addRow(_tr("Beside it"), language)
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
        ("document", _tr("Document, where text in photos is read"), now.document),
        ("caption", _tr("The text in a photo as its caption, where it has none"), now.caption),
        ("flaws", _tr("Flaws: blurred, underexposed, overexposed"), now.flaws),
    ):
        box = tick(f"words.{name}", text, on)
        box.setEnabled(free)
        form.addRow(box)
    text = _tr("Suggestions that wait for review follow at once; no photo is analysed again.")
    form.addRow(label(text, "muted", wrap=True))
