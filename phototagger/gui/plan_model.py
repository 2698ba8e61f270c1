"""The write plan as a tree for the preview: files, and below each the fields that will change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from phototagger.domain import FieldChange, WritePlan, keyword_leaf
from phototagger.gui.theme import UNIT, colours
from phototagger.gui.wording import tr

WordsRole = (
    Qt.ItemDataRole.UserRole + 1
)  # list of (kind, text): kind is "added", "removed", "kept", "refused"

Index = QModelIndex | QPersistentModelIndex
Words = list[tuple[str, str]]

_FIELD_NAMES = {
    "XMP-dc:Subject": "XMP subject",
    "XMP-lr:HierarchicalSubject": "XMP hierarchical subject",
    "IPTC:Keywords": "IPTC keywords",
    "IPTC:CodedCharacterSet": "IPTC character set",
    "XMP-mwg-rs:RegionList": "XMP regions",
}


def words_of(change: FieldChange) -> Words:
    """One field's values before and after, in reading order: kept, then removed, then added."""
    kept = [("kept", value) for value in change.before if value in change.after]
    removed = [("removed", value) for value in change.removed]
    return kept + removed + [("added", value) for value in change.added]


def summary_of(plan: WritePlan) -> Words:
    """One file's change in keywords."""
    if plan.refused is not None:
        return [("refused", plan.refused.message)]
    removed = [keyword_leaf(word) for word in plan.keywords_removed]
    removed += [region.name for region in plan.regions_removed]
    added = [keyword_leaf(word) for word in plan.keywords_added] + [box.name for box in plan.regions_added]
    return [("removed", word) for word in removed] + [("added", word) for word in added]


def spoken(words: Words) -> str:
    """The same for a screen reader."""
    verbs = {"added": tr("adds"), "removed": tr("removes"), "kept": tr("keeps"), "refused": ""}
    return ", ".join(f"{verbs[kind]} {text}".strip() for kind, text in words)


class PlanModel(QAbstractItemModel):
    """Two levels: a plan, and its field changes. ``internalId`` is 0 for a plan, its row + 1 for a field."""

    def __init__(self, plans: Sequence[WritePlan], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plans = list(plans)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        if not child.isValid() or child.internalId() == 0:
            return QModelIndex()
        return self.createIndex(int(child.internalId()) - 1, 0, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._plans)
        if parent.internalId() == 0 and parent.column() == 0:
            return len(self._plans[parent.row()].changes)
        return 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (tr("Photo"), tr("Change"), tr("Written into"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.internalId() == 0:
            return self._plan_data(self._plans[index.row()], index.column(), role)
        plan = self._plans[int(index.internalId()) - 1]
        return self._change_data(plan.changes[index.row()], index.column(), role)

    def _plan_data(self, plan: WritePlan, column: int, role: int) -> Any:
        if column == 1:
            return _words_data(summary_of(plan), role)
        if role == Qt.ItemDataRole.DisplayRole:
            inside = tr("the photo itself") if plan.target == plan.path else tr("its sidecar")
            if plan.refused is not None:
                inside = tr("nothing")
            return plan.path.name if column == 0 else inside
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(plan.path if column == 0 else plan.target)
        return None

    def _change_data(self, change: FieldChange, column: int, role: int) -> Any:
        if column == 1:
            return _words_data(words_of(change), role)
        if column == 0 and role == Qt.ItemDataRole.DisplayRole:
            return _FIELD_NAMES.get(change.field, change.field)
        if column == 0 and role == Qt.ItemDataRole.ToolTipRole:
            return change.field
        if column == 0 and role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted)
        return None


def _words_data(words: Words, role: int) -> Any:
    if role == WordsRole:
        return words
    if role == Qt.ItemDataRole.ToolTipRole:
        return "\n".join(f"{_SIGNS[kind]} {text}" for kind, text in words)
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return spoken(words)
    return None


_SIGNS = {"added": "+", "removed": "−", "kept": " ", "refused": "!"}


class WordsDelegate(QStyledItemDelegate):
    """Paints added words green with a plus, removed ones red and struck out with a minus, kept ones plain."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        words: Words | None = index.data(WordsRole)
        if words is None:
            super().paint(painter, option, index)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = colours()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(look.tint))
        metrics = QFontMetrics(option.font)
        x, right = option.rect.x() + UNIT // 2, option.rect.right()
        for kind, text in words:
            x = self._word(painter, option, metrics, kind, text, x, right)
            if x > right:
                break
        painter.restore()

    def _word(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        metrics: QFontMetrics,
        kind: str,
        text: str,
        x: int,
        right: int,
    ) -> int:
        look = colours()
        ink, fill = {
            "added": (look.added, look.added_tint),
            "removed": (look.removed, look.removed_tint),
            "kept": (look.muted, ""),
            "refused": (look.warning, look.warning_tint),
        }[kind]
        sign = _SIGNS[kind].strip()
        shown = f"{sign} {text}" if sign else text
        room = right - x - 2 * UNIT
        shown = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, max(room, 0))
        font = option.font
        font.setStrikeOut(kind == "removed")
        painter.setFont(font)
        height = metrics.height() + 4
        place = option.rect.adjusted(0, 0, 0, 0)
        place.setRect(
            x, option.rect.center().y() - height // 2 + 1, metrics.horizontalAdvance(shown) + 12, height
        )
        if fill:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(place, 4, 4)
        painter.setPen(QColor(ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)
        return place.right() + UNIT // 2

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, QFontMetrics(option.font).height() + 12)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.HighlightedText, QColor(colours().text))
