"""Photos that could not be read or written: which, why, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain import Photo, PhotoState
from phototagger.gui import icons
from phototagger.gui.flow import label
from phototagger.gui.theme import UNIT
from phototagger.gui.two_line import IconRole, SubtitleRole, TwoLineDelegate

PhotoRole = Qt.ItemDataRole.UserRole
SHOWN_MAX = 2000  # rows of the list; the count tells of all


class ProblemsPanel(QWidget):
    """The list of failed photos. A problem is a state of a photo, never a dialog."""

    retry_wanted = Signal(object)  # list of Photo
    folder_wanted = Signal(object)  # Path of the photo whose folder is to be opened
    photo_wanted = Signal(int)  # id of a photo to show in the grid

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("", "heading")
        self._hint = label("", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setProperty("plain", True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(self.tr("Problems"))
        self.list.setItemDelegate(TwoLineDelegate(self.list))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._update)
        self.list.itemActivated.connect(self._activated)
        self.retry_button = QPushButton(self.tr("Try again"))
        icons.set_icon(self.retry_button, "refresh")
        self.retry_button.clicked.connect(self._retry)
        self.folder_button = QPushButton(self.tr("Open folder"))
        icons.set_icon(self.folder_button, "external")
        self.folder_button.clicked.connect(self._open_folder)
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        buttons.addWidget(self.retry_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, UNIT)
        head.setSpacing(UNIT)
        head.addWidget(self._title)
        head.addWidget(self._hint)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self.show_problems([])

    def show_problems(self, photos: Sequence[Photo]) -> None:
        """Shows these photos; what was selected stays selected."""
        chosen = {photo.id for photo in self._chosen()}
        self.list.clear()
        for photo in photos[:SHOWN_MAX]:
            item = QListWidgetItem(photo.path.name)
            failure = photo.failure
            item.setData(PhotoRole, photo)
            item.setData(SubtitleRole, failure.message if failure else self.tr("The file is missing."))
            stuck = photo.state is PhotoState.QUARANTINED
            item.setData(IconRole, ("stop" if stuck else "warning", "removed" if stuck else "warning"))
            item.setToolTip(str(photo.path))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{photo.path.name}, {item.data(SubtitleRole)}")
            self.list.addItem(item)
            item.setSelected(photo.id in chosen)
        self._title.setText(
            self.tr("%Ln photo(s) with problems", "", len(photos)) if photos else self.tr("No problems")
        )
        text = self.tr("All other photos went on without them.")
        self._hint.setText(text if photos else self.tr("Photos that cannot be read are listed here."))
        self._update()

    def _chosen(self) -> list[Photo]:
        return [item.data(PhotoRole) for item in self.list.selectedItems()]

    def _all(self) -> list[Photo]:
        return [self.list.item(row).data(PhotoRole) for row in range(self.list.count())]

    def _retry(self) -> None:
        photos = self._chosen() or self._all()
        self.retry_wanted.emit(photos)

    def _open_folder(self) -> None:
        photos = self._chosen() or self._all()[:1]
        if photos:
            self.folder_wanted.emit(photos[0].path)

    def _activated(self, item: QListWidgetItem) -> None:
        self.photo_wanted.emit(item.data(PhotoRole).id)

    def _update(self) -> None:
        some = self.list.count() > 0
        self.retry_button.setVisible(some)
        self.folder_button.setVisible(some)
        chosen = len(self._chosen())
        self.retry_button.setText(
            self.tr("Try %Ln again", "", chosen) if chosen else self.tr("Try all again")
        )


def first_folder(path: Path) -> Path:
    """The folder to open for a photo: its own, or the nearest above that is still there."""
    return next((folder for folder in path.parents if folder.is_dir()), path.parent)
