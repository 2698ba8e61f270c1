"""The lines of the preview as a tree for Qt: files, below each its fields, below some of those more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from phototagger.domain import WritePlan
from phototagger.gui.plan_lines import Line, PlanLines, plain_words, spoken
from phototagger.gui.theme import colours
from phototagger.gui.wording import tr

WordsRole = Qt.ItemDataRole.UserRole + 1  # a line's Words

Index = QModelIndex | QPersistentModelIndex
_TOP = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)


class PlanModel(QAbstractItemModel):
    """``internalId`` is the place in one flat list of the lines that were asked for so far, files first."""

    def __init__(self, plans: Sequence[WritePlan], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = PlanLines(plans)
        self._lines: list[Line] = list(self._source.files)
        self._top = range(len(self._lines))
        # Of each line: the place of the one above it (-1), and its row there.
        self._rows: list[tuple[int, int]] = [(-1, row) for row in self._top]
        self._below: dict[int, list[int]] = {}  # of a line: the places of those below it

    def line(self, index: Index) -> Line:
        return self._lines[int(index.internalId())]

    def _children(self, parent: Index) -> Sequence[int]:
        if not parent.isValid():
            return self._top
        if parent.column() != 0:
            return ()
        place = int(parent.internalId())
        if place not in self._below:
            lines = self._source.below(place) if place in self._top else self._lines[place].below
            first = len(self._lines)
            self._lines += lines
            self._rows += [(place, row) for row in range(len(lines))]
            self._below[place] = list(range(first, len(self._lines)))
        return self._below[place]

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        if not parent.isValid():
            return bool(self._top)
        place = int(parent.internalId())
        if parent.column() != 0:
            return False
        return self._source.has_more(place) if place in self._top else bool(self._lines[place].below)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._children(parent)[row])

    def parent(self, child: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        above = self._rows[int(child.internalId())][0] if child.isValid() else -1
        return QModelIndex() if above < 0 else self.createIndex(self._rows[above][1], 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._children(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (tr("Photo"), tr("What will change"), tr("Written into"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.line(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TOP
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted) if line.quiet or index.column() == 2 else None
        if index.column() == 1:
            return _words_data(line, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title if index.column() == 0 else line.into
        if role == Qt.ItemDataRole.ToolTipRole:
            return (line.tip if index.column() == 0 else line.into_tip) or None
        return None


def _words_data(line: Line, role: int) -> Any:
    if role == WordsRole:
        return line.words
    if role == Qt.ItemDataRole.ToolTipRole:
        return line.tip if line.quiet and line.tip else plain_words(line.words)
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return spoken(line.words)
    return None
