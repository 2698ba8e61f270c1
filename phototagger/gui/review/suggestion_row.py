"""One suggestion in the review panel: keyword, where it stands in the tree, how sure, and two buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import keyword_leaf
from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.widgets import ElidedLabel, label
from phototagger.gui.kit.wording import keyword_path, percent, plain_tip, tr
from phototagger.gui.review.review_lines import KeywordLine


class ScoreBar(QWidget):
    """How sure the networks are, as a bar; the number stands beside it."""

    def __init__(self, score: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score = score
        self.setFixedSize(QSize(32, 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.border))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setBrush(QColor(look.accent))
        painter.drawRoundedRect(QRectF(0, 0, max(6.0, self.width() * self._score), self.height()), 3, 3)


class SuggestionRow(QWidget):
    """The widget of one line. The list around it has the keyboard focus; the buttons are for the mouse."""

    accepted = Signal(object)  # KeywordLine
    rejected = Signal(object)  # KeywordLine

    def __init__(self, line: KeywordLine, of_photos: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        leaf = keyword_leaf(line.keyword)
        name = ElidedLabel(leaf, "heading")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        below = keyword_path(line.keyword)
        if of_photos > 1:
            count = tr("on {photos} of {of_photos}", photos=str(line.photos), of_photos=str(of_photos))
            below = f"{count} · {below}" if below else count
        if line.of_folder:
            folder = tr("the folder's name, for all its photos")
            below = f"{folder} · {below}" if below else folder
            self.setToolTip(plain_tip(tr("What you decide here holds for every photo of the folder.")))
        if below:
            words.addWidget(ElidedLabel(below, "muted"))
        number = label(percent(line.score), "muted")
        number.setMinimumWidth(number.fontMetrics().horizontalAdvance("100 %"))
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.accept_button = self._button("check", "added", tr("Accept {leaf}", leaf=leaf))
        self.reject_button = self._button("cross", "removed", tr("Reject {leaf}", leaf=leaf))
        self.accept_button.clicked.connect(lambda: self.accepted.emit(self.line))
        self.reject_button.clicked.connect(lambda: self.rejected.emit(self.line))
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, UNIT // 2, UNIT // 2, UNIT // 2)
        row.setSpacing(UNIT // 2)
        row.addLayout(words, 1)
        row.addWidget(ScoreBar(line.score))
        row.addWidget(number)
        row.addSpacing(UNIT // 2)
        row.addWidget(self.accept_button)
        row.addWidget(self.reject_button)

    def _button(self, icon: str, role: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        icons.set_icon(button, icon, role)
        button.setToolTip(plain_tip(text))
        button.setAccessibleName(text)
        return button


class SuggestionList(QListWidget):
    """The lines to review, as high as they are. Enter accepts, Delete rejects; A and R work everywhere."""

    accepted = Signal(object)  # KeywordLine
    rejected = Signal(object)  # KeywordLine

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Suggestions"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)

    def show_lines(self, lines: Sequence[KeywordLine], of_photos: int) -> None:
        """Shows these lines; the place of the current one stays, so that the next one moves under it."""
        if [self.line_at(place) for place in range(self.count())] != list(lines):
            keep = self.currentRow()
            self.clear()
            for line in lines:
                self._add(line, of_photos)
            if lines:
                self.setCurrentRow(min(max(keep, 0), len(lines) - 1))
        self.setVisible(bool(lines))
        rows = sum(self.sizeHintForRow(place) for place in range(self.count()))
        self.setFixedHeight(rows + 2 * self.frameWidth())

    def line_at(self, place: int) -> KeywordLine | None:
        """The line of this row; None when there is none."""
        item = self.item(place)
        row = self.itemWidget(item) if item is not None else None
        return row.line if isinstance(row, SuggestionRow) else None

    def current_line(self) -> KeywordLine | None:
        return self.line_at(self.currentRow())

    def _add(self, line: KeywordLine, of_photos: int) -> None:
        row = SuggestionRow(line, of_photos)
        row.accepted.connect(self.accepted)
        row.rejected.connect(self.rejected)
        item = QListWidgetItem()
        item.setSizeHint(QSize(100, row.sizeHint().height()))
        spoken = f"{line.keyword.replace('|', ', ')}, {percent(line.score)}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.addItem(item)
        self.setItemWidget(item, row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rows follow the list at once: a scroll bar that comes beside it must not cut their buttons."""
        super().resizeEvent(event)
        self.executeDelayedItemsLayout()
        self.updateEditorGeometries()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        accept = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        reject = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        line = self.current_line()
        if (accept or reject) and line is not None:
            (self.accepted if accept else self.rejected).emit(line)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are the review's keys."""
