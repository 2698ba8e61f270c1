"""What the window's actions open and edit: dialogs, undo and redo, the list of folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from phototagger.domain.records import Changes
from phototagger.domain.writing import FieldConflict, WriteRun
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Program
from phototagger.gui.operations import dialogs
from phototagger.gui.operations.work import Work
from phototagger.gui.photos.photos_page import Desk
from phototagger.gui.photos.problems_panel import first_folder
from phototagger.gui.write.plan_lines import PlanLines
from phototagger.gui.write.skipped_files_dialog import reasons

if TYPE_CHECKING:
    from phototagger.gui.shell.main_window import MainWindow


class Asking(QObject):
    """Made when the program has opened; connects itself to the window's actions and panels."""

    def __init__(self, window: MainWindow, app: Program, runner: JobRunner, work: Work, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._app = app
        self._runner = runner
        self._work = work
        self._desk = desk
        do = window.actions_
        do.write.triggered.connect(lambda: work.plan(None))
        do.fix_names.triggered.connect(work.look_at_names)
        do.write_selected.triggered.connect(lambda: work.plan(desk.selected_ids()))
        do.open_photo.triggered.connect(lambda: desk.open_photo(desk.selected_ids()[0]))
        do.show_file.triggered.connect(lambda: self._show_file(desk.selected_ids()[0]))
        desk.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        desk.grid.customContextMenuRequested.connect(self._photo_menu)
        do.settings.triggered.connect(lambda: dialogs.edit_settings(window, app, runner, work))
        do.keywords.triggered.connect(lambda: dialogs.edit_keywords(window, app, runner, work))
        do.accept_above.triggered.connect(lambda: dialogs.accept_above(window, app, runner, desk))
        do.undo.triggered.connect(lambda: self._step_history(undo=True))
        do.redo.triggered.connect(lambda: self._step_history(undo=False))
        window.folders.remove_wanted.connect(self._remove_root)
        window.history.undo_run_wanted.connect(work.undo_run)
        window.history.remove_added_wanted.connect(work.remove_added)
        window.history.left_wanted.connect(self._show_left)
        work.plans_ready.connect(self._preview_write)
        work.left_wanted.connect(lambda title, left: dialogs.show_left(window, title, left))

    def _preview_write(self, plans: PlanLines, selected: int | None) -> None:
        dialogs.preview_write(self._window, self._app, self._runner, self._work, plans, selected)

    def _photo_menu(self, place: QPoint) -> None:
        """Where no photo is selected there is nothing to offer."""
        if not self._desk.selected_ids():
            return
        menu = QMenu(self._desk.grid)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self._window.actions_.photo_menu():
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        menu.popup(self._desk.grid.viewport().mapToGlobal(place))

    def _show_file(self, photo_id: int) -> None:
        library = self._app.library
        self._runner.call(
            lambda: first_folder(library.details(photo_id).photo.path),
            self._window.show_in_files,
            self._window.tell,
        )

    def _show_left(self, run: WriteRun) -> None:
        """What undo of a run left alone, as the journal has it."""
        library, title = self._app.library, self.tr("Changed by others since, so left alone")

        def arrived(found: list[FieldConflict]) -> None:
            dialogs.show_left(self._window, title, reasons([], found))

        self._runner.call(lambda: library.conflicts(run.id), arrived, self._window.tell)

    def _step_history(self, undo: bool) -> None:
        app, messages = self._app, self._window.messages
        told = self.tr("Undone: %1") if undo else self.tr("Done again: %1")

        def over(answer: tuple[Changes, str] | None) -> None:
            nothing = (
                self.tr("There is nothing to undo.") if undo else self.tr("There is nothing to do again.")
            )
            messages.say("info", told.replace("%1", answer[1]) if answer else nothing)
            if answer and answer[0].words:
                self._work.resuggest()

        self._runner.edit(app.review.undo if undo else app.review.redo, over, self._window.tell)

    def _remove_root(self, path: Path) -> None:
        app, messages = self._app, self._window.messages
        text = self.tr("%1 is off the list. Its files were not touched.").replace("%1", str(path))

        def removed(_: Changes) -> None:
            messages.say("info", text)

        self._runner.edit(lambda: app.analysis.remove_root(path), removed, self._window.tell)
