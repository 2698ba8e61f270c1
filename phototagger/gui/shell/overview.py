"""Folders, counts, problems and history: read together, away from the window's thread, not too often."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from phototagger.domain.records import HistoryStep, Photo
from phototagger.domain.writing import WriteRun
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Library
from phototagger.jobs.library import Counts, FolderRow

PAUSE_MS = 250
HISTORY_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """What the panels beside the grid show."""

    folders: list[FolderRow]
    counts: Counts
    problems: list[Photo]
    steps: list[HistoryStep]
    runs: list[WriteRun]


class OverviewReader(QObject):
    """Reads an :class:`Overview` soon after it was asked for, once for any number of wishes."""

    arrived = Signal(object)  # Overview
    problem = Signal(object)  # exception

    def __init__(self, library: Library, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._runner = runner
        self._reading = False
        self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.read)

    def soon(self) -> None:
        """Something changed."""
        if not self._timer.isActive():
            self._timer.start()

    def read(self) -> None:
        if self._reading:
            self._again = True
            return
        self._reading = True
        library = self._library

        def read() -> Overview:
            return Overview(
                library.folders(),
                library.counts(),
                library.problems(),
                library.history(HISTORY_SHOWN),
                library.runs(),
            )

        def arrived(overview: Overview) -> None:
            self._over()
            self.arrived.emit(overview)

        def failed(error: Exception) -> None:
            self._over()
            self.problem.emit(error)

        self._runner.call(read, arrived, failed)

    def _over(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.soon()
