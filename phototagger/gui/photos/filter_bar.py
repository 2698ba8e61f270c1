"""Which photos the grid shows: a choice of states, a search, and the zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QSlider, QWidget

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import FlowLayout
from phototagger.gui.kit.wording import grouped, tr
from phototagger.gui.photos.photo_grid import SIDES
from phototagger.jobs.library import Counts

SEARCH_PAUSE_MS = 250  # after the last letter


class FilterBar(QWidget):
    """Emits ``changed`` when the person chose differently; also when the chosen button is pressed again."""

    changed = Signal()
    side_wanted = Signal(int)

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(UNIT, UNIT, 2 * UNIT, UNIT)
        self._row.setSpacing(UNIT)
        segments = QWidget()  # wraps where even a line of its own is too short
        flow = FlowLayout(segments)
        for state in ("all", "to_review", "pending_changes", "failed", "with_faces"):
            button = QPushButton()
            button.setProperty("segment", True)
            button.setCheckable(True)
            button.clicked.connect(self.changed)
            self._group.addButton(button)
            self._buttons[state] = button
            flow.addWidget(button)
        self._buttons["all"].setChecked(True)
        self._row.addWidget(segments, 1)
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.search.setToolTip(tr("Keywords, file and folder names, people"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(128)
        self._magnifier = QAction(tr("Search"), self)
        icons.set_icon(self._magnifier, "search", "muted")
        self.search.addAction(self._magnifier, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.search.textChanged.connect(self._pause.start)
        row.addWidget(self.search)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(SIDES) - 1)
        self.slider.setPageStep(1)
        self.slider.setFixedWidth(72)
        self.slider.setToolTip(tr("Size of the thumbnails (Ctrl and wheel, + and -)"))
        self.slider.setAccessibleName(tr("Size of the thumbnails"))
        self.show_side(side)
        self.slider.valueChanged.connect(lambda step: self.side_wanted.emit(SIDES[step]))
        row.addWidget(self.slider)
        row.addStretch(1)
        self._row.addWidget(tools)
        self._tools = tools
        self.show_counts(Counts(0, 0, 0, 0, 0, 0))

    @property
    def state(self) -> str:
        return next(state for state, button in self._buttons.items() if button.isChecked())

    @property
    def text(self) -> str:
        return self.search.text().strip()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tools()

    def _place_tools(self) -> None:
        """Search and zoom stand below the choice of states where both do not fit on one line."""
        widths = [button.sizeHint().width() for button in self._buttons.values()]
        states = sum(widths) + (len(widths) - 1) * (UNIT // 2)
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - UNIT - self._tools.sizeHint().width()
        below = states > room
        way = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)

    def choose(self, state: str) -> None:
        """Presses the button of this state."""
        self._buttons[state].click()

    def button(self, state: str) -> QPushButton:
        return self._buttons[state]

    def show_side(self, side: int) -> None:
        self.slider.setValue(SIDES.index(min(SIDES, key=lambda step: abs(step - side))))

    def show_counts(self, counts: Counts) -> None:
        """Writes on each button how many photos stand behind it."""
        for state, name, count in (
            ("all", tr("All"), counts.photos),
            ("to_review", tr("To review"), counts.to_review),
            ("pending_changes", tr("To write"), counts.pending_changes),
            ("failed", tr("Problems"), counts.failed),
            ("with_faces", tr("With faces"), counts.with_faces),
        ):
            number = grouped(count)
            self._buttons[state].setText(f"{name}  {number}" if count else name)
        self._place_tools()
