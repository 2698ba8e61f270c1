"""The middle of the window: the filter bar over the grid, and the big photo in their place when one is opened."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from phototagger.domain.records import Changes
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Library, Viewing
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import grouped, tr
from phototagger.gui.photos.filter_bar import FilterBar
from phototagger.gui.photos.photo_grid import PhotoGrid
from phototagger.gui.photos.photo_model import PhotoModel
from phototagger.gui.photos.photo_view import PhotoView
from phototagger.gui.photos.thumbnails import thumbnails
from phototagger.jobs.library import PhotoChoice, PhotoFilter


class PhotosPage(QWidget):
    """Grid and big photo, and which photos they show."""

    selected = Signal(object)  # array of photo ids
    problem = Signal(object)

    def __init__(
        self, library: Library, viewing: Viewing, runner: JobRunner, side: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails(library, viewing, runner, self)
        self.model = PhotoModel(library, runner, self._thumbnails, self)
        self.filter = FilterBar(side)
        self.grid = PhotoGrid(self.model, side)
        self.view = PhotoView(library, viewing, runner)
        self._folder: Path | None = None
        self._wanted: int | None = None
        self._empty = label("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setParent(self.grid.viewport())
        self._empty.hide()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(self.grid, 1)
        self.stack = QStackedLayout(self)
        self.stack.addWidget(page)
        self.stack.addWidget(self.view)
        self._connect()

    def _connect(self) -> None:
        self.filter.changed.connect(self._apply_filter)
        self.filter.side_wanted.connect(self.grid.set_side)
        self.grid.zoomed.connect(self.filter.show_side)
        self.grid.selected.connect(self.selected)
        self.grid.opened.connect(self.open_photo)
        self.model.problem.connect(self.problem)
        self.model.listed.connect(self._listed)
        self.view.back.connect(self.close_photo)
        self.view.step_wanted.connect(self.step)

    def key_order(self) -> list[QWidget]:
        """What Tab goes through, above the photos and on them."""
        every = self.findChildren(QWidget)
        return [one for one in every if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def start(self) -> None:
        """Reads the list for the first time."""
        self._apply_filter()

    def on_changes(self, changes: Changes) -> None:
        self.model.on_changes(changes)
        self.view.refresh(changes.photos)

    # --- which photos ---------------------------------------------------------------------------------------

    def set_folder(self, folder: Path | None) -> None:
        """Narrows the grid to this folder and what lies below it; None: all."""
        self._folder = folder
        self.close_photo()
        self._apply_filter()

    def _apply_filter(self) -> None:
        state = cast(PhotoChoice, self.filter.state)
        self.model.set_filter(PhotoFilter(self._folder, state, self.filter.text))

    def find_photo(self, photo_id: int) -> None:
        """Shows this photo in the grid, whatever the filter was."""
        self.close_photo()
        if not self.grid.show_photo(photo_id):
            self._wanted = photo_id
            self._folder = None
            self.filter.search.clear()
            self.filter.choose("all")

    def selected_ids(self) -> array[int]:
        return self.grid.selected_ids()

    def narrowed(self) -> bool:
        """Whether fewer than all photos are shown."""
        return self.model.wanted != PhotoFilter()

    def _listed(self) -> None:
        if self._wanted is not None:
            self.grid.show_photo(self._wanted)
            self._wanted = None
        empty = self.model.rowCount() == 0
        self._empty.setText(self.empty_text())
        self._empty.setVisible(empty)
        self._place_empty()

    def empty_text(self) -> str:
        """What the empty grid says."""
        if self.filter.text:
            return tr("No photo here matches “{text}”.", text=self.filter.text)
        return {
            "to_review": tr("Nothing left to review here."),
            "pending_changes": tr("Everything accepted is in the files."),
            "failed": tr("No problems here."),
            "with_faces": tr("No faces found here."),
        }.get(self.filter.state, tr("No photos here."))

    def _place_empty(self) -> None:
        self._empty.setGeometry(self.grid.viewport().rect().adjusted(UNIT, UNIT, -UNIT, -UNIT))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._place_empty()

    # --- the big photo --------------------------------------------------------------------------------------

    @property
    def photo_open(self) -> bool:
        return self.stack.currentWidget() is self.view

    def open_photo(self, photo_id: int) -> None:
        self.grid.show_photo(photo_id)
        self.stack.setCurrentWidget(self.view)
        self.view.setFocus()
        self._show(photo_id)

    def close_photo(self) -> None:
        if self.photo_open:
            self.stack.setCurrentIndex(0)
            self.grid.setFocus()

    def step(self, by: int) -> None:
        """To the next photo, in the grid or large."""
        photo_id = self.grid.step(by)
        if photo_id is not None and self.photo_open:
            self._show(photo_id)

    def _show(self, photo_id: int) -> None:
        row = self.model.row_of(photo_id)
        place = f"{grouped((row or 0) + 1)} / {grouped(self.model.rowCount())}"
        preview: QPixmap | None = self._thumbnails.get(photo_id)
        self.view.show_photo(photo_id, preview, place)
