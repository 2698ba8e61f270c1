"""What every operation works with, and how it tells what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Program
from phototagger.gui.kit.messages import Messages
from phototagger.gui.kit.wording import sentence, tr
from phototagger.gui.operations.jobs import Jobs
from phototagger.gui.write.skipped_files_dialog import SkippedFilesDialog

NAMED_MAX = 3  # files or folders named in one message


@dataclass(frozen=True)  # no slots: Qt refers weakly to whom it calls
class Context:
    """The program behind, what runs, where to tell, and over which window dialogs open."""

    program: Program
    runner: JobRunner
    jobs: Jobs
    messages: Messages
    window: QWidget
    show_problems: Callable[[], None] = lambda: None
    waiting: list[Path] = field(default_factory=list)  # folders to be analysed after those of now

    def tell(self, error: BaseException) -> None:
        """Says an error inside the window."""
        self.messages.say("error", sentence(error))

    def open(self, dialog: QDialog) -> None:
        """Shows a dialog that is gone when it is closed."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def tell_skipped(self, text: str, skipped: Sequence[tuple[Path, str]]) -> None:
        """One file's reason stands in the message where it is short; the others wait behind it."""
        short = len(skipped) == 1 and "\n" not in skipped[0][1]
        more = f"{text} {skipped[0][1]}" if short else text
        self.messages.say("warning", more, tr("Show them"), lambda: self.show_skipped(text, skipped))

    def show_skipped(self, title: str, skipped: Sequence[tuple[Path, str]]) -> SkippedFilesDialog:
        """Lists files that were left as they were, each with why."""
        dialog = SkippedFilesDialog(title, skipped, self.window)
        self.open(dialog)
        return dialog


def listed(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(names) - NAMED_MAX
    return ", ".join([*names[:NAMED_MAX], *([tr("%n more", "", more)] if more > 0 else [])])
