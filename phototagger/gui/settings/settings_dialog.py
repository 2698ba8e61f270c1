"""The settings, every one of them with a label and a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label, sized
from phototagger.gui.kit.wording import tr, worded
from phototagger.gui.settings.languages_field import LanguagesField
from phototagger.gui.settings.settings_fields import title_of
from phototagger.gui.settings.settings_pages import settings_page
from phototagger.settings.declared import PAGES, SECTIONS, Settings, all_settings
from phototagger.settings.rules import shown
from phototagger.settings.store import wrong_values

WIDTH, HEIGHT = 640, 640  # px; the pages scroll where that is not enough


class SettingsDialog(QDialog):
    """Edits a copy; ``settings()`` is what the person chose. Each field's widget is named ``section.field``."""

    def __init__(
        self, settings: Settings, analysing: bool, parent: QWidget | None = None, writing: bool = False
    ) -> None:
        super().__init__(parent)
        self._before = settings
        self.setWindowTitle(tr("Settings"))
        sized(self, WIDTH, HEIGHT)
        tabs = self._tabs = QTabWidget()
        tabs.setDocumentMode(True)
        running = {"analysis": analysing, "writing": writing}
        for page in PAGES:
            tabs.addTab(settings_page(page, settings, running.get(page.job, False)), worded(page.title))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        self._wrong = label("", "wrong", wrap=True)
        self._wrong.setVisible(False)
        column.addWidget(tabs, 1)
        column.addWidget(self._wrong)
        column.addWidget(buttons)

    def accept(self) -> None:
        """Only with values that can be kept; else it says which is wrong, and stays."""
        for name, value, wish in wrong_values(self.settings()):
            self._wrong.setText(
                tr(
                    "{setting}: {value} cannot be used; {wish}.",
                    setting=self.label_of(name),
                    value=shown(value),
                    wish=wish,
                )
            )
            self._wrong.setVisible(True)
            field = self.findChild(QWidget, name)
            for place in range(self._tabs.count()):
                page = self._tabs.widget(place)
                if page is not None and isinstance(field, QWidget) and page.isAncestorOf(field):
                    self._tabs.setCurrentIndex(place)
                    field.setFocus()
            return
        super().accept()

    def _value(self, name: str) -> str | int | bool:
        widget = self.findChild(QWidget, name)
        if isinstance(widget, QComboBox):
            return str(widget.currentData())
        if isinstance(widget, QCheckBox):
            return widget.isChecked()
        if isinstance(widget, QSpinBox):
            return widget.value()
        if isinstance(widget, LanguagesField):
            return widget.text()
        if isinstance(widget, QLineEdit):
            return widget.text().strip()
        raise KeyError(name)

    def label_of(self, name: str) -> str:
        """The words a field is known by: its own text, or the label beside it."""
        widget = self.findChild(QWidget, name)
        return "" if widget is None else title_of(widget)

    def settings(self) -> Settings:
        """What is chosen now; what the dialog does not know stays as it was."""
        chosen: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        for name, entry, declared in all_settings():
            if declared.title:
                chosen[name.partition(".")[0]][entry.name] = self._value(name)
        before = self._before
        sections: dict[str, Any] = {
            section: replace(getattr(before, section), **values) for section, values in chosen.items()
        }
        return replace(before, **sections)
