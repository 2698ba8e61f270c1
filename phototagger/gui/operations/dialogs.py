"""Opening the dialogs, and doing what was decided in them. All are window-modal and never block a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout

from phototagger import __version__
from phototagger.domain.records import Changes
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Program
from phototagger.gui.keywords.keywords_dialog import KeywordsDialog
from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr
from phototagger.gui.operations.work import Work
from phototagger.gui.photos.photos_page import Desk
from phototagger.gui.review.accept_dialog import AcceptDialog
from phototagger.gui.settings.settings_dialog import SettingsDialog
from phototagger.gui.write.plan_lines import PlanLines
from phototagger.gui.write.skipped_files_dialog import LeftDialog
from phototagger.gui.write.write_dialog import WriteDialog

if TYPE_CHECKING:
    from phototagger.gui.shell.main_window import MainWindow


def _tr(text: str, count: int = -1) -> str:
    return tr(text, count, "dialogs")


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def preview_write(
    window: MainWindow,
    app: Program,
    runner: JobRunner,
    work: Work,
    plans: PlanLines,
    selected: int | None,
) -> WriteDialog:
    """Shows the plans; on agreement remembers it, then writes."""
    dialog = WriteDialog(plans, app.preferences.settings.write.agreed, window, selected)

    def agreed() -> None:
        if app.preferences.settings.write.agreed:
            work.write(dialog.plans)
            return
        settings = replace(
            app.preferences.settings, write=replace(app.preferences.settings.write, agreed=True)
        )
        chosen = dialog.plans
        runner.edit(lambda: app.preferences.update(settings), lambda _: work.write(chosen), window.tell)

    dialog.accepted.connect(agreed)
    _open(dialog)
    return dialog


def edit_settings(window: MainWindow, app: Program, runner: JobRunner, work: Work) -> SettingsDialog:
    """Opens the settings; what was changed is stored and takes effect at once."""
    dialog = SettingsDialog(app.preferences.settings, work.is_analysing, window, writing=work.is_writing)

    def chosen() -> None:
        settings = dialog.settings()
        window.look_wanted.emit(settings.window.theme)
        if window.desk is not None:
            window.desk.grid.set_side(settings.window.thumbnail_side)
        before = app.preferences.settings
        stricter = settings.analysis.strictness != before.analysis.strictness
        language = settings.words.language
        kept = replace(settings, words=replace(settings.words, language=before.words.language))

        def store() -> Changes:
            app.preferences.update(kept)
            return app.words.change_language(language) if kept != settings else Changes()

        def stored(_: object) -> None:
            if stricter or settings.words != before.words:
                work.resuggest()

        runner.edit(store, stored, window.tell)

    dialog.accepted.connect(chosen)
    _open(dialog)
    return dialog


def edit_keywords(window: MainWindow, app: Program, runner: JobRunner, work: Work) -> KeywordsDialog:
    """Opens the keyword book; suggestions follow its edits."""
    dialog = KeywordsDialog(app.words.book, runner, window)
    dialog.changed.connect(work.resuggest)
    dialog.photos_wanted.connect(work.import_words)
    work.words_imported.connect(dialog.load)
    dialog.open()
    return dialog


def show_left(window: MainWindow, title: str, left: Sequence[tuple[Path, str]]) -> LeftDialog:
    """Lists the files that a write or an undo left as they were."""
    dialog = LeftDialog(title, left, window)
    _open(dialog)
    return dialog


def accept_above(window: MainWindow, app: Program, runner: JobRunner, desk: Desk) -> AcceptDialog:
    """Asks for a score and accepts what is above it, as one history step."""
    dialog = AcceptDialog(len(desk.selected_ids()), desk.model.rowCount(), window)

    def told(changes: Changes) -> None:
        if not changes.photos:
            window.messages.say("info", _tr("No open suggestion is that sure."))
            return
        text = _tr("Accepted suggestions on %Ln photo(s).", len(changes.photos))
        window.messages.say("good", text, _tr("Undo"), window.actions_.undo.trigger)

    def chosen() -> None:
        score = dialog.score
        ids = desk.model.ids() if desk.narrowed() else None
        if dialog.only_selected.isChecked():
            ids = desk.selected_ids()
        runner.edit(lambda: app.review.accept_above(score, ids), told, window.tell)

    dialog.accepted.connect(chosen)
    _open(dialog)
    return dialog


def about(window: MainWindow, app: Program | None) -> QDialog:
    """Who we are, in a few lines."""
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(_tr("About phototagger"))
    sign = QLabel()
    sign.setPixmap(icons.pixmap("app", "#000000", 80, dialog.devicePixelRatioF()))
    text = _tr(
        "Finds keywords, people and objects in your photos on this computer, and writes them into the photos' "
        "own metadata once you accept them. No photo ever leaves this computer."
    )
    words = QVBoxLayout()
    words.setSpacing(UNIT)
    words.addWidget(label("phototagger", "title"))
    words.addWidget(label(_tr("Version %1").replace("%1", f"{__version__} · Qt {qVersion()}"), "muted"))
    words.addWidget(label(text, wrap=True))
    words.addWidget(label(_tr("Free software under the Apache License 2.0."), "muted"))
    row = QHBoxLayout()
    row.setSpacing(3 * UNIT)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(words, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
    column.setSpacing(2 * UNIT)
    column.addLayout(row)
    column.addWidget(buttons)
    dialog.setMinimumWidth(480)
    return dialog
