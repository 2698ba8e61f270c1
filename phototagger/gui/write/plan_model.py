"""The lines of the preview as a tree for Qt: files, below each its fields, below some of those more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from phototagger.domain.writing import WritePlan
from phototagger.gui.kit.theme import colours
from phototagger.gui.kit.wording import plain_tip, tr
from phototagger.gui.write.plan_lines import PlanLine, PlanLines, plain_words, spoken

WordsRole = Qt.ItemDataRole.UserRole + 1  # a line's Words

COLUMNS = 3
PORTION = 1000  # files

Index = QModelIndex | QPersistentModelIndex
_TOP = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)


class PlanModel(QAbstractItemModel):
    """``internalId`` is the place in one flat list: files, then the lines below them that were asked for so far.

    A tree asks for every row it has, seen or not, so files come in portions, when it is scrolled to the end.
    """

    def __init__(self, plans: Sequence[WritePlan] | PlanLines, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = plans if isinstance(plans, PlanLines) else PlanLines(plans)
        self._files = len(self._source)
        self._top = range(min(self._files, PORTION))
        self._lines: list[PlanLine] = []  # those below files
        self._rows: list[
            tuple[int, int]
        ] = []  # of each of them: the place of the one above it, and its row there
        self._below: dict[int, range] = {}  # of a line: the places of those below it

    def line(self, index: Index) -> PlanLine:
        return self._line(int(index.internalId()))

    def _line(self, place: int) -> PlanLine:
        return self._source.file(place) if place < self._files else self._lines[place - self._files]

    def is_one_line(self, index: Index) -> bool:
        """Whether the row is known to take one line of text, without a look at its words."""
        place = int(index.internalId())
        return place < self._files and not self._source.is_sentence(place)

    def has_more(self) -> bool:
        """Whether there are files that are not shown yet."""
        return len(self._top) < self._files

    def show_more(self) -> None:
        """The next portion of files. Qt's own ``fetchMore`` would make the tree measure all rows to know when."""
        shown = len(self._top)
        more = min(self._files, shown + PORTION)
        if more > shown:
            self.beginInsertRows(QModelIndex(), shown, more - 1)
            self._top = range(more)
            self.endInsertRows()

    def _children(self, parent: Index) -> range:
        if not parent.isValid():
            return self._top
        if parent.column() != 0:
            return range(0)
        place = int(parent.internalId())
        if place not in self._below:
            lines = self._source.below(place) if place < self._files else self._line(place).below
            first = self._files + len(self._lines)
            self._lines += lines
            self._rows += [(place, row) for row in range(len(lines))]
            self._below[place] = range(first, first + len(lines))
        return self._below[place]

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        if not parent.isValid():
            return bool(self._top)
        if parent.column() != 0:
            return False
        place = int(parent.internalId())
        return self._source.has_more(place) if place < self._files else bool(self._line(place).below)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        places = self._children(parent)
        if not (0 <= row < len(places) and 0 <= column < COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, places[row])

    def sibling(self, row: int, column: int, index: Index) -> QModelIndex:
        if index.isValid() and row == index.row() and 0 <= column < COLUMNS:
            return self.createIndex(row, column, int(index.internalId()))
        return super().sibling(row, column, index)

    def parent(self, child: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        place = int(child.internalId()) if child.isValid() else 0
        if place < self._files:
            return QModelIndex()
        above = self._rows[place - self._files][0]
        row = above if above < self._files else self._rows[above - self._files][1]
        return self.createIndex(row, 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._children(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return COLUMNS

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
            return plain_tip(line.tip if index.column() == 0 else line.into_tip) or None
        return None


def _words_data(line: PlanLine, role: int) -> Any:
    if role == WordsRole:
        return line.words
    if role == Qt.ItemDataRole.ToolTipRole:
        return plain_tip(line.tip if line.quiet and line.tip else plain_words(line.words))
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return spoken(line.words)
    return None
