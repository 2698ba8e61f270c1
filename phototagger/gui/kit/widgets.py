"""Small pieces that several panels share: a layout that wraps, headings, a keyword chip."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.wording import plain_tip

TITLE_BAR, FRAME = 4 * UNIT, UNIT  # px round a window, about what systems draw


class FlowLayout(QLayout):
    """Lays its items out from left to right and wraps, as words in a line."""

    def __init__(self, parent: QWidget | None = None, gap: int = UNIT // 2) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(gap)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        least = QSize()
        for item in self._items:
            least = least.expandedTo(item.minimumSize())
        return least

    def _arrange(self, rect: QRect, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(max(1, rect.width()), 10_000))
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        return y + line - rect.y()

    def clear(self) -> None:
        """Takes every item out and deletes its widget."""
        while self._items:
            item = self._items.pop()
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()


class Pages(QStackedWidget):
    """Pages of which one is on show, and only that one says how small the window may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(lambda _: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return super().minimumSizeHint() if page is None else page.minimumSizeHint()


class Chip(QFrame):
    """A keyword on the photo, with a button that takes it away (or, rejected, brings it back)."""

    pressed = Signal(str)  # its keyword

    def __init__(
        self,
        keyword: str,
        text: str,
        action: str,
        icon: str = "cross",
        soft: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        look = colours()
        fill, ink = (look.well, look.muted) if soft else (look.tint, look.text)
        self.setStyleSheet(f"Chip {{ background: {fill}; border-radius: 13px; }} QLabel {{ color: {ink}; }}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QToolButton()
        icons.set_icon(self.button, icon, "muted")
        self.button.setIconSize(QSize(14, 14))
        self.button.setToolTip(plain_tip(action))
        self.button.setAccessibleName(action)
        self.button.clicked.connect(lambda: self.pressed.emit(keyword))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 1, 2, 1)
        row.setSpacing(2)
        row.addWidget(label)
        row.addWidget(self.button)


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A plain-text label; ``role`` is one of the style sheet's: muted, wrong, heading, title."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where the room does; the whole text is its tool tip."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setToolTip(plain_tip(text))
        if role:
            self.setProperty("role", role)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.style().drawItemText(
            painter, self.rect(), int(self.alignment()), self.palette(), True, shown, self.foregroundRole()
        )


def in_key_order(first: QWidget, *following: QWidget) -> None:
    """Tab goes from ``first`` to these, in this order; what is made late would be reached last of all."""
    for widget in following:
        QWidget.setTabOrder(first, widget)
        first = widget


def sized(window: QWidget, width: int, height: int) -> None:
    """Gives a window this size, or what its screen has room for, so that no button of it lies outside."""
    room = window.screen().availableGeometry()
    window.resize(min(width, room.width() - FRAME), min(height, room.height() - TITLE_BAR - FRAME))


def line() -> QFrame:
    """A hairline between two sections."""
    made = QFrame()
    made.setProperty("line", True)
    made.setFixedHeight(1)
    return made


def flow_into(body: QVBoxLayout) -> FlowLayout:
    """A wrapping row as the next thing in a column."""
    holder = QWidget()
    flow = FlowLayout(holder)
    body.addWidget(holder)
    return flow


def soft(text: str) -> QLabel:
    """A word that is shown and cannot be changed here."""
    made = label(text)
    made.setProperty("soft", True)
    return made
