"""The head of the people view: way back, title, which groups are shown, and the field for a name."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr
from phototagger.gui.people.people_words import SHELVES, shelf
from phototagger.jobs.people import ClusterRow


class PeopleHead(QWidget):
    """Shows and tells; knows nothing of the list below it."""

    shelf_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = QToolButton()
        icons.set_icon(self.back, "back")
        self.back.setToolTip(tr("Back (Esc)"))
        self.back.setAccessibleName(tr("Back"))
        self.title = label("", "title")
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Name of the selected (N), then Enter"))
        self.name.setAccessibleName(tr("Name of the selected faces"))
        self.name.setMinimumWidth(260)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.name.setCompleter(completer)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, UNIT, 2 * UNIT, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.back)
        row.addWidget(self.title)
        self.segments: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for name in SHELVES:
            button = QPushButton()
            button.setProperty("segment", True)
            button.setCheckable(True)
            button.clicked.connect(self.shelf_chosen)
            group.addButton(button)
            self.segments[name] = button
            row.addWidget(button)
        self.segments["unnamed"].setChecked(True)
        row.addStretch(1)
        row.addWidget(self.name)
        self.forget = QToolButton()
        icons.set_icon(self.forget, "remove")
        self.forget.setToolTip(tr("Forget all faces…"))
        self.forget.setAccessibleName(tr("Forget all faces"))
        row.addWidget(self.forget)

    @property
    def shelf(self) -> str:
        """Which groups are chosen: one of ``people_words.SHELVES``."""
        return next(name for name, button in self.segments.items() if button.isChecked())

    def show_names(self, names: list[str]) -> None:
        """The names that typing completes to."""
        self._known.setStringList(names)

    def show_shelves(self, rows: list[ClusterRow] | None) -> None:
        """How many groups stand behind each button; None: the buttons rest, one group is open."""
        words = {"unnamed": tr("To name"), "named": tr("Named"), "aside": tr("Set aside")}
        counts = Counter(shelf(row) for row in rows or ())
        for name, button in self.segments.items():
            count = counts[name]
            button.setText(words[name] + (f"  {count}" if count else ""))
            button.setVisible(rows is not None)
