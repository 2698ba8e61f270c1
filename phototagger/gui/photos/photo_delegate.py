"""Paints one photo of the grid: thumbnail, file name, and the badges that tell its state."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from phototagger.domain.records import PhotoState
from phototagger.gui.kit import icons
from phototagger.gui.kit.cells import paint_cell
from phototagger.gui.kit.theme import UNIT, Colours, colours
from phototagger.gui.photos.photo_model import RowRole, ThumbnailRole
from phototagger.jobs.library import PhotoRow

PAD = UNIT  # between the cell's edge and the photo
NAME_GAP = UNIT // 2
BADGE = 20  # px, height of a badge


class PhotoDelegate(QStyledItemDelegate):
    """Paints and never makes a widget; every cell has the same size."""

    def __init__(self, side: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.side = side  # px, of the square that a photo fits into
        self.cell_width = side + 2 * PAD  # may be wider: the grid shares out what is left of a row

    def cell_size(self, metrics: QFontMetrics) -> QSize:
        return QSize(self.cell_width, self.side + 2 * PAD + NAME_GAP + metrics.height() + NAME_GAP)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self.cell_size(option.fontMetrics)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        look = colours()
        cell = option.rect.adjusted(2, 2, -2, -2)
        paint_cell(painter, cell, option.state, look)
        square = QRect(
            cell.center().x() - self.side // 2, cell.top() + PAD - 2, self.side, self.side
        )  # the -2 gives back what the cell was shrunk by
        row: PhotoRow | None = index.data(RowRole)
        pixmap: QPixmap | None = index.data(ThumbnailRole)
        shown = self._photo(painter, square, pixmap, row, look)
        if row is not None:
            self._badges(painter, shown, row, option, look)
            self._name(painter, cell, square, row, option, look)
        painter.restore()

    def _photo(
        self, painter: QPainter, square: QRect, pixmap: QPixmap | None, row: PhotoRow | None, look: Colours
    ) -> QRect:
        """Draws the photo, or what stands for it; gives the rectangle it takes."""
        if pixmap is None or pixmap.isNull():
            painter.setPen(QPen(QColor(look.border), 1))
            painter.setBrush(QColor(look.surface))
            painter.drawRoundedRect(QRectF(square).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            broken = row is not None and row.failure is not None
            name, colour = ("warning", look.warning) if broken else ("photo", look.border)
            self._icon(painter, name, colour, square.center(), 32)
            return square
        size = pixmap.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
        shown = QRect(0, 0, size.width(), size.height())
        shown.moveCenter(square.center())
        path = QPainterPath()
        path.addRoundedRect(QRectF(shown), 6, 6)
        painter.save()
        painter.setClipPath(path)
        painter.drawPixmap(shown, pixmap)
        painter.restore()
        return shown

    def _badges(
        self, painter: QPainter, shown: QRect, row: PhotoRow, option: QStyleOptionViewItem, look: Colours
    ) -> None:
        """Top right: suggestions to review. Bottom left: state. Bottom right: not yet written."""
        inset = 6
        if row.to_review:
            text = str(min(row.to_review, 999))
            metrics = QFontMetrics(option.font)
            width = max(BADGE, metrics.horizontalAdvance(text) + 12)
            pill = QRect(shown.right() - width - inset + 1, shown.top() + inset, width, BADGE)
            self._pill(painter, pill, look.accent)
            painter.setPen(QColor(look.on_accent))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        bottom = shown.bottom() - inset - BADGE + 1
        state = _STATE_BADGES.get(row.state)
        if state is not None and row.failure is None:
            self._round(painter, QRect(shown.left() + inset, bottom, BADGE, BADGE), state, look.muted, look)
        if row.pending_changes:
            place = QRect(shown.right() - inset - BADGE + 1, bottom, BADGE, BADGE)
            self._round(painter, place, "write", look.warning, look)

    def _round(self, painter: QPainter, place: QRect, name: str, colour: str, look: Colours) -> None:
        self._pill(painter, place, look.surface)
        self._icon(painter, name, colour, place.center(), 14)

    def _pill(self, painter: QPainter, place: QRect, fill: str) -> None:
        painter.setPen(QPen(QColor(0, 0, 0, 40), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(place), place.height() / 2, place.height() / 2)

    def _icon(self, painter: QPainter, name: str, colour: str, centre: QPoint, side: int) -> None:
        ratio = painter.device().devicePixelRatio()
        middle = QPointF(centre) + QPointF(0.5, 0.5)
        place = QRectF(0, 0, side, side)
        place.moveCenter(middle)
        painter.drawPixmap(place.toRect(), icons.pixmap(name, colour, side, ratio))

    def _name(
        self,
        painter: QPainter,
        cell: QRect,
        square: QRect,
        row: PhotoRow,
        option: QStyleOptionViewItem,
        look: Colours,
    ) -> None:
        metrics = QFontMetrics(option.font)
        place = QRect(
            cell.left() + PAD, square.bottom() + NAME_GAP + 2, cell.width() - 2 * PAD, metrics.height()
        )
        painter.setFont(option.font)
        painter.setPen(QColor(look.muted if row.state != PhotoState.ANALYSED else look.text))
        elided = metrics.elidedText(row.path.name, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, elided)


_STATE_BADGES = {PhotoState.PENDING: "clock", PhotoState.MISSING: "warning"}
