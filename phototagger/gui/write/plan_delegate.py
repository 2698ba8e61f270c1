"""Painting the preview: added words green with a plus, removed ones red and struck out, kept ones plain, in as many
lines as they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.two_line import wrapped_lines, wrapping
from phototagger.gui.kit.wording import tr
from phototagger.gui.write.plan_lines import SENTENCES, SIGNS, Kind, Pieces
from phototagger.gui.write.plan_model import Index, PlanModel, WordsRole

PADDING = 6  # px above and below the text of a row
GAP = 4  # px between two words
PIXELS_MAX = 300  # files; of more, which are scrolled by rows, the tree need not measure those out of sight
LINES_MAX = 12  # of the words of a field; a file's own row has one, for there may be thousands


class PlanDelegate(QStyledItemDelegate):
    """For all columns of the tree; the second one holds the words."""

    def __init__(self, tree: QTreeView, model: PlanModel) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        tree.header().sectionResized.connect(self._widths_changed)

    def _widths_changed(self, section: int) -> None:
        if section == 1:
            self._tree.scheduleDelayedItemsLayout()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics
        one_line = QSize(80, _word_height(metrics) + 2 * (PADDING - 2))
        if index.column() != 1 or self._model.is_one_line(index):
            return one_line
        words: Pieces = index.data(WordsRole)
        if not (index.parent().isValid() or words[0][0] in SENTENCES):
            return one_line
        room = QRect(0, 0, self._tree.columnWidth(1), 0)
        bottom = max(
            (place.bottom() + 1 for place, _, _ in _placed(words, room, option.font, index)), default=0
        )
        return QSize(200, max(bottom, _word_height(metrics)) + 2 * (PADDING - 2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        words: Pieces | None = index.data(WordsRole)
        if words is None:
            super().paint(painter, option, index)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours().tint))
        painter.setClipRect(option.rect)
        room = option.rect.adjusted(0, PADDING - 2, 0, 0)
        for place, kind, text in _placed(words, room, option.font, index):
            _draw(painter, option, place, kind, text)
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.HighlightedText, QColor(colours().text))
        if option.displayAlignment & Qt.AlignmentFlag.AlignTop:
            option.rect = option.rect.adjusted(0, 2, 0, 0)  # on one line with the words beside it
        if index.column() > 0:
            option.rect = option.rect.adjusted(UNIT // 2, 0, 0, 0)  # below the first letter of its heading


def set_up(tree: QTreeView, model: PlanModel) -> None:
    """Shows the plans in this tree."""
    tree.setItemDelegate(PlanDelegate(tree, model))
    tree.setProperty("headed", True)
    if model.rowCount() <= PIXELS_MAX:
        tree.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
    tree.setModel(model)
    bar = tree.verticalScrollBar()
    bar.valueChanged.connect(lambda place: model.show_more() if place == bar.maximum() else None)
    tree.header().setStretchLastSection(False)
    tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    tree.setColumnWidth(0, 272)
    tree.setColumnWidth(2, 184)


def _word_height(metrics: QFontMetrics) -> int:
    return metrics.height() + 4


def _placed(words: Pieces, room: QRect, font: QFont, index: Index) -> Iterator[tuple[QRect, Kind, str]]:
    """The words where they stand: sentences each in a paragraph, the rest in lines that wrap."""
    metrics = QFontMetrics(font)
    left, width = room.x() + UNIT, max(80, room.width() - UNIT - UNIT // 2)
    if words and words[0][0] in SENTENCES:
        y = room.y()
        for kind, text in words:
            lines = 1 if kind is Kind.QUIET else wrapped_lines(text, font, width - 12)
            height = max(1, lines) * metrics.lineSpacing() + 4
            yield QRect(left, y, width, height), kind, text
            y += height + GAP
        return
    lines = LINES_MAX if index.parent().isValid() else 1
    yield from _flow(words, QRect(left, room.y(), width, 0), metrics, lines)


def _flow(words: Pieces, room: QRect, metrics: QFontMetrics, lines: int) -> Iterable[tuple[QRect, Kind, str]]:
    """As words in a text; where ``lines`` are full, the last word says how many there are besides."""
    more_width = metrics.horizontalAdvance(_more(len(words))) + 12
    placed: list[tuple[QRect, Kind, str]] = []
    x, line = room.x(), 1
    for number, (kind, text) in enumerate(words):
        sign = SIGNS.get(kind)
        shown = f"{sign} {text}" if sign else text
        shown = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, room.width() - 12)
        wide = metrics.horizontalAdvance(shown) + 12
        last = number == len(words) - 1
        edge = room.right() - (more_width if line == lines and not last else 0)
        if x > room.x() and x + wide > edge:
            if line == lines:
                placed.append(
                    (_spot(room, x, line, more_width, metrics), Kind.QUIET, _more(len(words) - number))
                )
                return placed
            x, line = room.x(), line + 1
        placed.append((_spot(room, x, line, wide, metrics), kind, shown))
        x += wide + GAP
    return placed


def _spot(room: QRect, x: int, line: int, width: int, metrics: QFontMetrics) -> QRect:
    height = _word_height(metrics)
    return QRect(x, room.y() + (line - 1) * (height + GAP), width, height)


def _more(count: int) -> str:
    return tr("and %n more", "", count)


def _draw(painter: QPainter, option: QStyleOptionViewItem, place: QRect, kind: Kind, text: str) -> None:
    look = colours()
    ink, fill = {
        Kind.ADDED: (look.added, look.added_tint),
        Kind.REMOVED: (look.removed, look.removed_tint),
        Kind.KEPT: (look.muted, ""),
        Kind.REFUSED: (look.warning, look.warning_tint),
        Kind.NOTE: (look.warning, ""),
        Kind.MARK: (look.warning, look.warning_tint),
        Kind.QUIET: (look.muted, ""),
    }[kind]
    font = option.font
    font.setStrikeOut(kind is Kind.REMOVED)
    painter.setFont(font)
    if fill:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(place, 4, 4)
    painter.setPen(QColor(ink))
    inside = place.adjusted(6, 2, -6, -2)
    if kind in (Kind.REFUSED, Kind.NOTE):
        painter.drawText(inside.toRectF(), text, wrapping())
    else:
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inside.width() + 1)
        painter.drawText(inside.left(), inside.top() + metrics.ascent(), shown)
