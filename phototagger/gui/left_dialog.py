"""Files that a write or its undo left as they were: each with its whole reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.flow import label
from phototagger.gui.theme import UNIT
from phototagger.gui.two_line import IconRole, SubtitleRole, TwoLineDelegate

LINES_MAX = 20  # of a reason


class LeftDialog(QDialog):
    """``left``: each file and why it was left alone."""

    def __init__(self, title: str, left: Sequence[tuple[Path, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Left as they were"))
        self.resize(640, 420)
        self.list = QListWidget()
        self.list.setAccessibleName(title)
        self.list.setItemDelegate(TwoLineDelegate(self.list, LINES_MAX))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for path, reason in left:
            item = QListWidgetItem(path.name)
            item.setData(SubtitleRole, reason)
            item.setData(IconRole, ("warning", "warning"))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{path.name}, {reason}")
            item.setToolTip(str(path))
            self.list.addItem(item)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(label(title, "title", wrap=True))
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
