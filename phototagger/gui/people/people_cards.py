"""Cards of the people view: a group as a stack of crops, or one face; their model and how they are painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from phototagger.domain.records import Box
from phototagger.gui.kit import icons
from phototagger.gui.kit.cells import paint_cell
from phototagger.gui.kit.latest_first import LatestFirstCache
from phototagger.gui.kit.theme import UNIT, Colours, colours
from phototagger.gui.kit.wording import grouped
from phototagger.gui.people.face_crops import FaceCrop

CardRole = Qt.ItemDataRole.UserRole + 21
CropRole = Qt.ItemDataRole.UserRole + 22
CARD_FACE_SIDE = 112  # px, of a crop
SHEETS = 2  # seen below the top crop of a stack
STEP = 5  # px, by which each sheet stands out

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Card:
    """``key``: the group's or the face's id. ``asks``: the second line asks for a word."""

    key: int
    face: int
    photo: int
    box: Box
    title: str
    subtitle: str = ""
    count: int = 1
    asks: bool = False
    faint: bool = False


class Cards(Sequence[Card]):
    """Cards that are made when they are asked for: there may be tens of thousands, and few are seen.

    ``keys`` and ``faces``: those of each card, by place; ``make``: the card at a place.
    """

    def __init__(self, keys: Sequence[int], faces: Sequence[int], make: Callable[[int], Card]) -> None:
        self.keys = keys
        self.faces = faces
        self._make = make
        self._made: dict[int, Card] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Card: ...
    @overload
    def __getitem__(self, place: slice) -> list[Card]: ...
    def __getitem__(self, place: int | slice) -> Card | list[Card]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]


NO_CARDS = Cards((), (), lambda place: Card(0, 0, 0, Box(0, 0, 1, 1), ""))


class CardModel(QAbstractListModel):
    """The cards shown, in order."""

    def __init__(self, crops: LatestFirstCache[FaceCrop], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._crops = crops
        self._cards = NO_CARDS
        self._rows: dict[int, int] = {}
        crops.loaded.connect(self._loaded)

    def show(self, cards: Cards) -> None:
        self.beginResetModel()
        self._cards = cards
        self._rows = {face: row for row, face in enumerate(cards.faces)}
        self.endResetModel()

    def cards(self) -> Cards:
        return self._cards

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == CardRole:
            return card
        if role == CropRole:
            return self._crops.get(FaceCrop(card.face, card.photo, card.box))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(filter(None, (card.title, card.subtitle)))
        return None

    def _loaded(self, crop: FaceCrop) -> None:
        row = self._rows.get(crop.face)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [CropRole])


class CardDelegate(QStyledItemDelegate):
    """Paints and never makes a widget; every card has the same size."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cell_width = (
            CARD_FACE_SIDE + SHEETS * STEP + 3 * UNIT
        )  # may be wider: the list shares out what is left

    def cell_size(self, metrics: QFontMetrics) -> QSize:
        return QSize(self.cell_width, CARD_FACE_SIDE + SHEETS * STEP + 2 * metrics.height() + 3 * UNIT)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return self.cell_size(option.fontMetrics)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        card: Card = index.data(CardRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        look = colours()
        cell = option.rect.adjusted(2, 2, -2, -2)
        paint_cell(painter, cell, option.state, look)
        room = SHEETS * STEP if card.count > 1 else 0
        square = QRect(0, 0, CARD_FACE_SIDE, CARD_FACE_SIDE)
        square.moveCenter(cell.center())
        square.moveTop(cell.top() + UNIT + SHEETS * STEP)
        square.translate(-room // 2, 0)
        self._sheets(painter, square, card, look)
        painter.setOpacity(0.55 if card.faint else 1.0)
        self._crop(painter, square, index.data(CropRole), look)
        painter.setOpacity(1.0)
        if card.count > 1:
            self._count(painter, square, card.count, option, look)
        self._words(painter, cell, square.bottom() + UNIT // 2, card, option, look)
        painter.restore()

    def _sheets(self, painter: QPainter, square: QRect, card: Card, look: Colours) -> None:
        """The edges of the crops below, as many as there are, two at most."""
        painter.setPen(QPen(QColor(look.muted), 1))
        painter.setBrush(QColor(look.border))
        for sheet in range(min(SHEETS, card.count - 1), 0, -1):
            below = QRectF(square.translated(sheet * STEP, -sheet * STEP)).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(below, UNIT, UNIT)

    def _crop(self, painter: QPainter, square: QRect, pixmap: QPixmap | None, look: Colours) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(square), UNIT, UNIT)
        painter.fillPath(path, QColor(look.surface))
        painter.save()
        painter.setClipPath(path)
        if pixmap is None or pixmap.isNull():
            side, ratio = 32, painter.device().devicePixelRatio()
            place = QRect(0, 0, side, side)
            place.moveCenter(square.center())
            painter.drawPixmap(place, icons.pixmap("face", look.border, side, ratio))
        else:
            size = pixmap.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            shown = QRect(0, 0, size.width(), size.height())
            shown.moveCenter(square.center())
            painter.drawPixmap(shown, pixmap)
        painter.restore()
        painter.setPen(QPen(QColor(look.surface), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _count(
        self, painter: QPainter, square: QRect, count: int, option: QStyleOptionViewItem, look: Colours
    ) -> None:
        text = grouped(count)
        width = max(22, QFontMetrics(option.font).horizontalAdvance(text) + 12)
        pill = QRect(square.right() - width - 5, square.bottom() - 25, width, 20)
        painter.setPen(QPen(QColor(0, 0, 0, 40), 1))
        painter.setBrush(QColor(look.surface))
        painter.drawRoundedRect(QRectF(pill), 10, 10)
        painter.setPen(QColor(look.text))
        painter.setFont(option.font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _words(
        self,
        painter: QPainter,
        cell: QRect,
        top: int,
        card: Card,
        option: QStyleOptionViewItem,
        look: Colours,
    ) -> None:
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        place = QRect(cell.left() + UNIT // 2, top, cell.width() - UNIT, option.fontMetrics.height())
        lines = (
            (card.title, bold, look.muted if card.faint else look.text),
            (card.subtitle, option.font, look.accent if card.asks else look.muted),
        )
        for text, font, colour in lines:
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)
            place.translate(0, place.height())
