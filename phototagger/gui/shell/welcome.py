"""What the window shows before there is any photo: where to drop folders."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr


class Welcome(QWidget):
    """A big friendly drop area. The window itself takes the drop; ``set_dragging`` shows that it will."""

    add_wanted = Signal()
    samples_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dragging = False
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label(tr("Drop photo folders here"), "title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text = label(
            tr(
                "phototagger finds what and who is on your photos, on this computer alone, and writes "
                "into them only what you accept."
            ),
            "muted",
            wrap=True,
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setMinimumWidth(360)
        text.setMaximumWidth(440)
        self.add_button = QPushButton(tr("Add folder…"))
        self.add_button.setProperty("primary", True)
        self.add_button.clicked.connect(self.add_wanted)
        self.samples_button = QPushButton(tr("Try with sample photos"))
        self.samples_button.clicked.connect(self.samples_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        buttons.addStretch(1)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.samples_button)
        buttons.addStretch(1)
        words = QHBoxLayout()
        words.addStretch(1)
        words.addWidget(text, 4)
        words.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * UNIT, 6 * UNIT, 6 * UNIT, 6 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addStretch(1)
        column.addWidget(self._sign)
        column.addWidget(self._title)
        column.addLayout(words)
        column.addSpacing(UNIT)
        column.addLayout(buttons)
        column.addStretch(1)
        self.refresh_look()

    def set_opening(self, opening: bool) -> None:
        """While the catalog opens, the buttons wait; a drop is kept for later."""
        self.add_button.setEnabled(not opening)
        self.samples_button.setEnabled(not opening)

    def set_dragging(self, dragging: bool) -> None:
        self._dragging = dragging
        self.refresh_look()
        self.update()

    def refresh_look(self) -> None:
        look = colours()
        ink = look.accent if self._dragging else look.muted
        self._sign.setPixmap(icons.pixmap("drop", ink, 64, self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(look.well))
        pen = QPen(QColor(look.accent if self._dragging else look.border), 2, Qt.PenStyle.DashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(look.tint if self._dragging else look.surface))
        frame = QRectF(self.rect()).adjusted(3 * UNIT, 3 * UNIT, -3 * UNIT, -3 * UNIT)
        painter.drawRoundedRect(frame, 2 * UNIT, 2 * UNIT)
