"""A list row of two lines: what, and below it, softer, why."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT, colours

SubtitleRole = Qt.ItemDataRole.UserRole + 11
IconRole = Qt.ItemDataRole.UserRole + 12  # (icon name, colour role)
SUBTITLE_LINES = 4


class TwoLineDelegate(QStyledItemDelegate):
    """Icon, title, and some wrapped lines of explanation. ``margin``: px beside them, the headings' of a list
    without a frame."""

    def __init__(
        self, parent: QObject | None = None, lines: int = SUBTITLE_LINES, margin: int = UNIT
    ) -> None:
        super().__init__(parent)
        self._lines = lines
        self._margin = margin

    def _text_width(self, option: QStyleOptionViewItem) -> int:
        view = option.widget
        width = option.rect.width() if option.rect.width() > 0 else view.width() if view is not None else 240
        return max(80, width - 2 * self._margin - UNIT - icons.SIZE)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(option.font)
        text = str(index.data(SubtitleRole) or "")
        lines = min(wrapped_lines(text, option.font, self._text_width(option)), self._lines)
        return QSize(120, metrics.height() + lines * metrics.lineSpacing() + 2 * UNIT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = colours()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.tint if selected else look.well))
            painter.drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 6, 6)
        name, role = index.data(IconRole) or ("info", "muted")
        drawn = icons.pixmap(name, getattr(look, role), icons.SIZE, painter.device().devicePixelRatio())
        painter.drawPixmap(option.rect.x() + self._margin, option.rect.y() + UNIT - 1, drawn)
        metrics = QFontMetrics(option.font)
        left = option.rect.x() + self._margin + UNIT + icons.SIZE
        width = self._text_width(option)
        painter.setFont(option.font)
        painter.setPen(QColor(look.text if index.flags() & Qt.ItemFlag.ItemIsEnabled else look.muted))
        title = QRect(left, option.rect.y() + UNIT, width, metrics.height())
        words = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        painter.drawText(
            title,
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, width),
        )
        painter.setPen(QColor(look.muted))
        below = title.translated(0, metrics.height())
        below.setBottom(option.rect.bottom() - UNIT // 2)
        painter.setClipRect(below)
        painter.drawText(below.toRectF(), str(index.data(SubtitleRole) or ""), wrapping())
        painter.restore()


def wrapping() -> QTextOption:
    """Lines break between words, inside one only where it is longer than a line: a path."""
    how = QTextOption()
    how.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return how


def wrapped_lines(text: str, font: QFont, width: int) -> int:
    """How many lines ``width`` px wide a text drawn with ``wrapping`` takes."""
    count = 0
    for paragraph in text.splitlines():
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(wrapping())
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            count += 1
        layout.endLayout()
    return count
