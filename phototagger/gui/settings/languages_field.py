"""Choosing the language of keywords, and further ones that are written beside it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QWidget

from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.wording import tr
from phototagger.gui.settings.settings_fields import add_field
from phototagger.settings.declared import languages_named


class LanguagesField(QWidget):
    """Ticks for the languages that are written beside ``first``, in which keywords are shown; ``text`` is
    ``"de, en"``."""

    def __init__(
        self, name: str, languages: Mapping[str, str], now: str, parent: QWidget | None = None
    ) -> None:
        """``languages``: the name of each in itself, by its code."""
        super().__init__(parent)
        self.setObjectName(name)
        chosen = languages_named(now) or ("en",)
        self.first = QComboBox()
        self.beside: dict[str, QCheckBox] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * UNIT)
        for code, name in languages.items():
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


def add_languages(form: QFormLayout, field: LanguagesField, title: str, note: str) -> None:
    """Two rows: the language that keywords are shown in, called ``title``, and those beside it."""
    beside = tr(
        "The same keywords in these languages are accepted, written and taken away together with them."
    )
    add_field(form, title, field.first, note)
    add_field(form, tr("Beside it"), field, beside)
