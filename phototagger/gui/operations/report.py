"""Saving a report on what went wrong, and telling at the start that the last run ended badly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from phototagger.diagnostics.crash import Crash, find_new
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.kit.messages import Messages
from phototagger.gui.kit.wording import sentence, tr

OF_A_PERSON = frozenset(
    {"window", "command"}
)  # the engine's and a decoder's deaths are dealt with as they happen
NAME = "phototagger-report.txt"


class Reports(QObject):
    """What *Help > Save a report…* does. ``save`` writes the report; it reads files, so a thread calls it."""

    def __init__(
        self, window: QWidget, messages: Messages, runner: JobRunner, save: Callable[[Path], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._messages = messages
        self._runner = runner
        self._save = save

    def ask(self) -> None:
        """Lets the person choose the file, then writes it."""
        kinds = tr("Text (*.txt);;JSON (*.json)")
        name, _ = QFileDialog.getSaveFileName(self._window, tr("Save a report"), NAME, kinds)
        if name:
            path = Path(name)
            self.save_to(path if path.suffix else path.with_suffix(".txt"))

    def save_to(self, path: Path) -> None:
        """Writes the report and says where it is and what it leaves out."""

        def saved(_: None) -> None:
            text = tr(
                "The report was saved as {path}. Names, folders and faces are left out. Nothing was sent: "
                "look through it, then send it yourself.",
                path=str(path),
            )
            self._messages.say("info", text)

        def failed(error: Exception) -> None:
            self._messages.say("error", sentence(error))

        self._runner.call(lambda: self._save(path), saved, failed)

    def look_for_crashes(self) -> None:
        """Tells, once, that the last run ended badly, if it did."""
        self._runner.call(find_new, self._tell)

    def _tell(self, found: Sequence[Crash]) -> None:
        if any(crash.part in OF_A_PERSON for crash in found):
            text = tr(
                "phototagger closed unexpectedly the last time. Your photos, and what you decided about "
                "them, are safe. A report of what happened helps to fix it."
            )
            self._messages.say("warning", text, tr("Save a report…"), self.ask)
