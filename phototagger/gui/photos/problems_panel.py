"""Photos that could not be read or written: which, why, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import ErrorKind, Photo, PhotoState
from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.two_line import IconRole, SubtitleRole, TwoLineDelegate
from phototagger.gui.kit.widgets import FlowLayout, label
from phototagger.gui.kit.wording import plain_tip, tr, worded

PhotosRole = Qt.ItemDataRole.UserRole  # the photos behind a row: one, or all of a folder that are gone
FOLDED_MIN = 3  # photos gone from one folder that share a row
REASON_LINES = 12
SHOWN_MAX = 1000  # rows of the list; the count tells of all


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
        self.list.setAccessibleName(tr("Problems"))
        self.list.setItemDelegate(TwoLineDelegate(self.list, REASON_LINES, 2 * UNIT))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setLayoutMode(QListWidget.LayoutMode.Batched)  # measuring a thousand reasons takes its time
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._photos: Sequence[Photo] | None = None
        self.list.itemSelectionChanged.connect(self._update)
        self.list.itemActivated.connect(self._activated)
        self.retry_button = QPushButton(tr("Try again"))
        icons.set_icon(self.retry_button, "refresh")
        self.retry_button.clicked.connect(self._retry)
        self.folder_button = QPushButton(tr("Open folder"))
        icons.set_icon(self.folder_button, "external")
        self.folder_button.clicked.connect(self._open_folder)
        buttons = FlowLayout(gap=UNIT)
        buttons.addWidget(self.retry_button)
        buttons.addWidget(self.folder_button)
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
        if photos == self._photos:
            return
        self._photos = photos
        chosen = {photo.id for photo in self._chosen()}
        with QSignalBlocker(self.list):  # what is selected is reported once, below
            self.list.clear()
            for group in folded(photos)[:SHOWN_MAX]:
                item = self._one(group[0]) if len(group) == 1 else self._folder(group)
                item.setData(PhotosRole, group)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {item.data(SubtitleRole)}")
                self.list.addItem(item)
                if group[0].id in chosen:
                    item.setSelected(True)
        self._title.setText(tr("%n photo(s) with problems", "", len(photos)) if photos else tr("No problems"))
        text = tr("All other photos went on without them.")
        self._hint.setText(text if photos else tr("Photos that cannot be read are listed here."))
        self._update()

    def _one(self, photo: Photo) -> QListWidgetItem:
        item = QListWidgetItem(photo.path.name)
        failure = photo.failure
        item.setData(SubtitleRole, worded(failure.message) if failure else tr("The file is missing."))
        stuck = photo.state is PhotoState.QUARANTINED
        item.setData(IconRole, ("stop" if stuck else "warning", "removed" if stuck else "warning"))
        item.setToolTip(plain_tip(str(photo.path)))
        return item

    def _folder(self, gone: Sequence[Photo]) -> QListWidgetItem:
        folder = gone[0].path.parent
        item = QListWidgetItem(folder.name or str(folder))
        text = tr("%n photo(s) of this folder are not there any more.", "", len(gone))
        advice = tr("Bring the folder back and try again, or take it off the list of folders.")
        item.setData(SubtitleRole, f"{text} {advice}")
        item.setData(IconRole, ("folder", "warning"))
        item.setToolTip(plain_tip(str(folder)))
        return item

    def _chosen(self) -> list[Photo]:
        return [photo for item in self.list.selectedItems() for photo in item.data(PhotosRole)]

    def _retry(self) -> None:
        self.retry_wanted.emit(
            self._chosen() or list(self._photos or ())
        )  # also those of which no row is shown

    def _open_folder(self) -> None:
        photos = self._chosen() or list(self._photos or ())[:1]
        if photos:
            self.folder_wanted.emit(photos[0].path)

    def _activated(self, item: QListWidgetItem) -> None:
        self.photo_wanted.emit(item.data(PhotosRole)[0].id)

    def _update(self) -> None:
        some = self.list.count() > 0
        self.retry_button.setVisible(some)
        self.folder_button.setVisible(some)
        chosen = len(self._chosen())
        self.retry_button.setText(tr("Try %n again", "", chosen) if chosen else tr("Try all again"))


def folded(photos: Sequence[Photo]) -> list[list[Photo]]:
    """Each photo alone, but those that are gone from one folder together, where the first of them stood."""
    gone: dict[Path, list[Photo]] = {}
    for photo in photos:
        if photo.failure is not None and photo.failure.kind is ErrorKind.GONE:
            gone.setdefault(photo.path.parent, []).append(photo)
    groups = []
    for photo in photos:
        together = gone.get(photo.path.parent, [])
        if photo.failure is None or photo.failure.kind is not ErrorKind.GONE or len(together) < FOLDED_MIN:
            groups.append([photo])
        elif photo is together[0]:
            groups.append(together)
    return groups


def first_folder(path: Path) -> Path:
    """The folder to open for a photo: its own, or the nearest above that is still there."""
    return next((folder for folder in path.parents if folder.is_dir()), path.parent)
