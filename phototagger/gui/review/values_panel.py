"""The single values of the photo on show, a box a kind: as many as facets declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from phototagger.domain.facets import VALUE_FACETS
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Review
from phototagger.gui.review.value_box import ValueBox
from phototagger.jobs.library import PhotoDetails


class ValuesPanel(QWidget):
    """There for any one photo; of several it tells how many values wait."""

    problem = Signal(object)  # an exception to tell

    def __init__(self, review: Review, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes = {facet.kind: ValueBox(facet, review, runner) for facet in VALUE_FACETS}
        self._leaving: Mapping[str, str] = {}
        self._in_file: Mapping[str, Sequence[str]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for box in self.boxes.values():
            box.problem.connect(self.problem)
            column.addWidget(box)

    def await_photo(self) -> None:
        """One other photo is coming."""
        self._in_file = None
        for box in self.boxes.values():
            box.await_photo()

    def show_photo(self, details: PhotoDetails) -> None:
        """What is known of the one photo on show."""
        self._leaving = details.leaving
        for kind, box in self.boxes.items():
            box.show_value(details.photo.id, details.values.get(kind))
        self._tell_in_file()

    def show_in_file(self, values: Mapping[str, Sequence[str]]) -> None:
        """What its file was found to say."""
        self._in_file = values
        self._tell_in_file()

    def show_many(self, waiting: Mapping[str, int]) -> None:
        """Several photos are on show, and on so many of them a value of each kind waits."""
        for kind, box in self.boxes.items():
            box.show_many(waiting.get(kind, 0))

    def clear(self) -> None:
        """No photo is on show, or several are."""
        self._in_file = None
        for box in self.boxes.values():
            box.clear()

    def leave(self) -> None:
        """The photo is left, or the window closes: what was typed is saved."""
        for box in self.boxes.values():
            box.leave()

    def _tell_in_file(self) -> None:
        """But what was taken back, and waits to be taken out of the file."""
        if self._in_file is None:
            return
        for kind, box in self.boxes.items():
            held = self._in_file.get(kind, ())
            box.show_in_file([text for text in held if text != self._leaving.get(kind)])
