"""The folders that were added, as a tree with counts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import grouped, plain_tip, tr
from phototagger.jobs.library import FolderRow

PATH = Qt.ItemDataRole.UserRole
ROOT = Qt.ItemDataRole.UserRole + 1


class FolderItem(QTreeWidgetItem):
    """A folder (None: all photos). What it shows is worked out when it is seen, for there may be thousands."""

    def __init__(self, name: str, picture: QIcon, row: FolderRow | None = None) -> None:
        super().__init__()
        self.name = name
        self.row = row
        self.photos = 0
        self._picture = picture

    def show_figures(self, photos: int, row: FolderRow | None = None) -> None:
        if (photos, row) != (self.photos, self.row):
            self.photos, self.row = photos, row
            self.emitDataChanged()

    def show_icon(self, icon: QIcon) -> None:
        self._picture = icon

    def data(self, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return grouped(self.photos) if column else self.name
        if column == 0:
            if role == Qt.ItemDataRole.DecorationRole:
                return self._picture
            if role == Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tip(self.row)) if self.row is not None else None
            if role == PATH:
                return self.row.path if self.row is not None else None
            if role == ROOT:
                return self.row is not None and self.row.root
        elif role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted)
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return super().data(column, role)


def _tip(row: FolderRow) -> str:
    lines = [str(row.path), tr("%n photo(s)", "", row.photos)]
    if row.to_review:
        lines.append(tr("%n photo(s) with suggestions to review", "", row.to_review))
    if row.pending:
        lines.append(tr("%n photo(s) waiting for analysis", "", row.pending))
    if row.failed:
        lines.append(tr("%n photo(s) with problems", "", row.failed))
    return "\n".join(lines)


class FolderPanel(QWidget):
    """Choosing a folder narrows the grid to it. Nothing here ever touches a file."""

    chosen = Signal(object)  # Path, or None for all folders
    add_wanted = Signal()
    analyse_wanted = Signal(object)  # Path
    show_wanted = Signal(object)  # Path: open it in the file manager
    remove_wanted = Signal(object)  # Path of a folder that was added

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(160)
        title = label(tr("Folders"), "heading")
        add = QToolButton()
        icons.set_icon(add, "folder-add")
        add.setToolTip(tr("Add a folder"))
        add.setAccessibleName(tr("Add a folder"))
        add.clicked.connect(self.add_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(2 * UNIT, UNIT, UNIT, 0)
        head.addWidget(title, 1)
        head.addWidget(add)
        self.tree = QTreeWidget()
        self.tree.setProperty("plain", True)
        self.tree.setAccessibleName(tr("Folders"))
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(2 * UNIT)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.tree.currentItemChanged.connect(self._current_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT // 2, UNIT, UNIT, 0)
        column.setSpacing(UNIT)
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        self._items: dict[Path | None, FolderItem] = {}

    def show_folders(self, rows: Iterable[FolderRow], total: int) -> None:
        """Shows these folders; ``total`` photos in all. The chosen folder and what is unfolded stay."""
        rows = sorted(rows, key=lambda row: row.path)
        # The column of figures fits them once all are there, not again with each.
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        if {None, *(row.path for row in rows)} != self._items.keys():
            self._rebuild(rows)
        self._items[None].show_figures(total)
        for row in rows:
            self._items[row.path].show_figures(row.photos, row)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def chosen_path(self) -> Path | None:
        item = self.tree.currentItem()
        path: Path | None = item.data(0, PATH) if item is not None else None
        return path

    def _rebuild(self, rows: list[FolderRow]) -> None:
        chosen = self.chosen_path()
        folded = [path for path, item in self._items.items() if item.childCount() and not item.isExpanded()]
        with QSignalBlocker(self.tree):
            self.tree.clear()
            everything = FolderItem(tr("All photos"), icons.icon("grid"))
            self._items = {None: everything}
            top: list[QTreeWidgetItem] = [everything]
            picture = icons.icon("folder")
            for row in rows:
                item, above = self._made(row, picture)
                self._items[row.path] = item
                if above is None:
                    top.append(item)
                else:
                    above.addChild(item)
            self.tree.addTopLevelItems(top)
            self.tree.expandAll()
            for path in folded:
                if path in self._items:
                    self._items[path].setExpanded(False)
            self.tree.setCurrentItem(self._items.get(chosen, everything))
        if chosen not in self._items:
            self.chosen.emit(None)

    def _made(self, row: FolderRow, picture: QIcon) -> tuple[FolderItem, FolderItem | None]:
        """The item of a folder, and the one above it, if there is one."""
        above = self._items.get(row.path.parent)
        if above is not None:  # nearly always
            return FolderItem(row.path.name, picture, row), above
        above = next((self._items[parent] for parent in row.path.parents if parent in self._items), None)
        if above is None or above.row is None:
            return FolderItem(row.path.name or str(row.path), picture, row), None
        return FolderItem(str(row.path.relative_to(above.row.path)), picture, row), above

    def refresh_look(self) -> None:
        """The look changed: icons and muted numbers are drawn again."""
        everything, folder = icons.icon("grid"), icons.icon("folder")
        for path, item in self._items.items():
            item.show_icon(everything if path is None else folder)
        self.tree.viewport().update()

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, PATH))

    def _menu(self, where: QPoint) -> None:
        item = self.tree.itemAt(where)
        menu = self.menu_for(item)
        menu.exec(self.tree.viewport().mapToGlobal(where))
        menu.deleteLater()

    def menu_for(self, item: QTreeWidgetItem | None) -> QMenu:
        """The context menu of one folder (or of the empty space)."""
        menu = QMenu(self)
        path = item.data(0, PATH) if item is not None else None
        if path is not None and item is not None:
            analyse = menu.addAction(icons.icon("refresh"), tr("Look for new photos and analyse"))
            analyse.triggered.connect(lambda: self.analyse_wanted.emit(path))
            show = menu.addAction(icons.icon("external"), tr("Open in file manager"))
            show.triggered.connect(lambda: self.show_wanted.emit(path))
            menu.addSeparator()
            remove = menu.addAction(icons.icon("remove"), tr("Remove from list (files stay)"))
            remove.setEnabled(bool(item.data(0, ROOT)))
            remove.triggered.connect(lambda: self.remove_wanted.emit(path))
        else:
            menu.addAction(icons.icon("folder-add"), tr("Add folder…")).triggered.connect(self.add_wanted)
        return menu
