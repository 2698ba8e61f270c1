"""Turning the window between the photos and the people view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDockWidget, QStackedWidget

from phototagger.gui.operations.actions import Actions
from phototagger.gui.people.people_view import PeopleView
from phototagger.gui.photos.photos_page import PhotosPage


class PeoplePage(QObject):
    """The people view has the whole width for itself: the docks rest meanwhile, and the photos' one-letter keys."""

    problem = Signal(object)

    def __init__(
        self,
        view: PeopleView,
        photos_page: PhotosPage,
        stack: QStackedWidget,
        docks: Sequence[QDockWidget],
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.view = view
        self._desk = photos_page
        self._stack = stack
        self._docks = docks
        self._actions = actions
        self._hidden: list[QDockWidget] = []
        stack.addWidget(view)
        view.problem.connect(self.problem)
        view.left.connect(lambda: actions.people.setChecked(False))
        view.photo_wanted.connect(self._show_photo)
        actions.people.toggled.connect(self._turn)

    @property
    def shown(self) -> bool:
        return self._actions.people.isChecked()

    def allow(self, photos: bool) -> None:
        """Without photos there are no people."""
        if not photos:
            self._actions.people.setChecked(False)
        self._actions.people.setEnabled(photos)

    def _turn(self, people: bool) -> None:
        self._actions.review_keys(not people)
        if people:  # the docks make room first: the window must not grow for a page that fits
            self._hidden = [dock for dock in self._docks if not dock.isHidden()]
            self._show_docks(False)
            self._stack.setCurrentWidget(self.view)
            self.view.enter()
        else:
            self._stack.setCurrentWidget(self._desk)
            self._show_docks(True)
            self._desk.grid.setFocus()

    def _show_docks(self, shown: bool) -> None:
        for dock in self._hidden:
            dock.setVisible(shown)

    def _show_photo(self, photo_id: int) -> None:
        self._actions.people.setChecked(False)
        self._desk.find_photo(photo_id)
