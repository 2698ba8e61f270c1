"""The folders that were added, as a tree with counts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor
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

from phototagger.gui import icons
from phototagger.gui.flow import label
from phototagger.gui.theme import UNIT, colours
from phototagger.gui.wording import counted
from phototagger.jobs.library import FolderRow

PATH = Qt.ItemDataRole.UserRole
ROOT = Qt.ItemDataRole.UserRole + 1


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
        title = label(self.tr("Folders"), "heading")
        add = QToolButton()
        icons.set_icon(add, "folder-add")
        add.setToolTip(self.tr("Add a folder"))
        add.setAccessibleName(self.tr("Add a folder"))
        add.clicked.connect(self.add_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(2 * UNIT, UNIT, UNIT, 0)
        head.addWidget(title, 1)
        head.addWidget(add)
        self.tree = QTreeWidget()
        self.tree.setProperty("plain", True)
        self.tree.setAccessibleName(self.tr("Folders"))
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
        self._items: dict[Path | None, QTreeWidgetItem] = {}

    def show_folders(self, rows: Iterable[FolderRow], total: int) -> None:
        """Shows these folders; ``total`` photos in all. The chosen folder and what is unfolded stay."""
        rows = sorted(rows, key=lambda row: row.path)
        if {None, *(row.path for row in rows)} != self._items.keys():
            self._rebuild(rows)
        self._label(self._items[None], self.tr("All photos"), total, "")
        for row in rows:
            item = self._items[row.path]
            tip = [str(row.path), counted(self, "%Ln photo(s)", row.photos)]
            if row.to_review:
                tip.append(counted(self, "%Ln photo(s) with suggestions to review", row.to_review))
            if row.pending:
                tip.append(counted(self, "%Ln photo(s) waiting for analysis", row.pending))
            if row.failed:
                tip.append(counted(self, "%Ln photo(s) with problems", row.failed))
            self._label(item, item.text(0), row.photos, "\n".join(tip))

    def chosen_path(self) -> Path | None:
        item = self.tree.currentItem()
        path: Path | None = item.data(0, PATH) if item is not None else None
        return path

    def _label(self, item: QTreeWidgetItem, name: str, photos: int, tip: str) -> None:
        item.setText(0, name)
        item.setText(1, f"{photos:,}".replace(",", "\u202f"))
        item.setForeground(1, QColor(colours().muted))
        item.setToolTip(0, tip)

    def _rebuild(self, rows: list[FolderRow]) -> None:
        chosen = self.chosen_path()
        folded = {path for path, item in self._items.items() if not item.isExpanded()}
        known = set(self._items)
        with QSignalBlocker(self.tree):
            self.tree.clear()
            everything = QTreeWidgetItem(self.tree, [self.tr("All photos"), ""])
            everything.setIcon(0, icons.icon("grid"))
            everything.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._items = {None: everything}
            for row in rows:
                self._add(row)
            for path, item in self._items.items():
                item.setExpanded(path not in folded if path in known else True)
            self.tree.setCurrentItem(self._items.get(chosen, everything))
        if chosen not in self._items:
            self.chosen.emit(None)

    def _add(self, row: FolderRow) -> None:
        above = next((self._items[parent] for parent in row.path.parents if parent in self._items), None)
        if above is None:
            item, name = QTreeWidgetItem(self.tree), row.path.name or str(row.path)
        else:
            item, name = QTreeWidgetItem(above), str(row.path.relative_to(above.data(0, PATH)))
        item.setText(0, name)
        item.setIcon(0, icons.icon("folder"))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(0, PATH, row.path)
        item.setData(0, ROOT, row.root)
        self._items[row.path] = item

    def refresh_look(self) -> None:
        """The look changed: icons and muted numbers are drawn anew."""
        for path, item in self._items.items():
            item.setIcon(0, icons.icon("grid" if path is None else "folder"))
            item.setForeground(1, QColor(colours().muted))

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
            analyse = menu.addAction(icons.icon("refresh"), self.tr("Look for new photos and analyse"))
            analyse.triggered.connect(lambda: self.analyse_wanted.emit(path))
            show = menu.addAction(icons.icon("external"), self.tr("Open in file manager"))
            show.triggered.connect(lambda: self.show_wanted.emit(path))
            menu.addSeparator()
            remove = menu.addAction(icons.icon("remove"), self.tr("Remove from list (files stay)"))
            remove.setEnabled(bool(item.data(0, ROOT)))
            remove.triggered.connect(lambda: self.remove_wanted.emit(path))
        else:
            menu.addAction(icons.icon("folder-add"), self.tr("Add folder…")).triggered.connect(
                self.add_wanted
            )
        return menu
