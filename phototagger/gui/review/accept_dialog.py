"""Accepting all suggestions above a score, for the selection or for everything shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr

LEAST, MOST, USUAL = 50, 99, 90  # percent


class AcceptDialog(QDialog):
    """Asks from which score on, and for which photos."""

    def __init__(self, selected: int, shown: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Accept suggestions"))
        self.setMinimumWidth(420)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(LEAST, MOST)
        self.slider.setValue(USUAL)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName(tr("Lowest score in percent"))
        self._number = label("", "title")
        self._number.setMinimumWidth(7 * UNIT)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.slider.valueChanged.connect(self._update)
        self.only_selected = QRadioButton(tr("%n selected photo(s)", "", selected))
        self.all_shown = QRadioButton(tr("All %n photo(s) shown", "", shown))
        self.only_selected.setEnabled(selected > 0)
        (self.only_selected if selected > 1 else self.all_shown).setChecked(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = QPushButton(tr("Accept"))
        self.accept_button.setProperty("primary", True)
        buttons.addButton(self.accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        score = QHBoxLayout()
        score.setSpacing(2 * UNIT)
        score.addWidget(self.slider, 1)
        score.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(
            label(tr("Accept every suggestion that is at least this sure"), "heading", wrap=True)
        )
        column.addLayout(score)
        column.addSpacing(UNIT)
        column.addWidget(self.only_selected)
        column.addWidget(self.all_shown)
        column.addSpacing(UNIT)
        column.addWidget(label(tr("One step; undo takes it back. No file is written."), "muted", wrap=True))
        column.addSpacing(UNIT)
        column.addWidget(buttons)
        self._update()

    def _update(self) -> None:
        self._number.setText(f"{self.slider.value()}\u202f%")

    @property
    def score(self) -> float:
        return self.slider.value() / 100
