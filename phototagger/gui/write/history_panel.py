"""What was done: edits that can be undone one by one, and write runs that can be taken back from the files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import HistoryStep
from phototagger.domain.writing import WriteRun
from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.two_line import IconRole, SubtitleRole, TwoLineDelegate
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr, when, worded

RUNS_AT_ONCE = 6  # rows of the list of runs before it scrolls
RunRole = Qt.ItemDataRole.UserRole


class HistoryPanel(QWidget):
    """Two lists, two honest kinds of undo: in the catalog, and in the files."""

    undo_run_wanted = Signal(int)  # id of a write run
    remove_added_wanted = Signal(int)  # id of a write run
    left_wanted = Signal(object)  # a WriteRun whose undo left fields alone

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = self._list(tr("Writes into files"))
        self.steps = self._list(tr("Edits"))
        self.undo_run_button = QPushButton(tr("Undo this run"))
        icons.set_icon(self.undo_run_button, "undo")
        self.undo_run_button.setToolTip(
            tr("Puts back what these files held before, where nobody changed it since")
        )
        self.undo_run_button.clicked.connect(self._undo_run)
        self.added_button = QPushButton(tr("Take out only what it added"))
        icons.set_icon(self.added_button, "remove")
        self.added_button.setToolTip(
            tr("Also where others changed the files since; what the run took away stays away")
        )
        self.added_button.clicked.connect(self._remove_added)
        self.left_button = QPushButton(tr("See what was left alone"))
        icons.set_icon(self.left_button, "warning", "warning")
        self.left_button.clicked.connect(self._show_left)
        self.runs.itemSelectionChanged.connect(self._update)
        self._no_runs = label(tr("Nothing was written into files yet."), "muted", wrap=True)
        self._no_steps = label(tr("No edits yet. Undo with U or Ctrl+Z."), "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * UNIT, 0, 0)
        column.setSpacing(UNIT)
        for widget in (
            label(tr("Written into files"), "heading"),
            self._no_runs,
            self.runs,
            self._buttons(),
            label(tr("Edits in the catalog"), "heading"),
            self._no_steps,
            self.steps,
        ):
            if isinstance(widget, QListWidget):
                column.addWidget(widget, 1 if widget is self.steps else 0)
            else:
                widget.setContentsMargins(2 * UNIT, 0, 2 * UNIT, 0)
                column.addWidget(widget)
        column.addStretch(1)
        self._shown: tuple[list[HistoryStep], list[WriteRun]] | None = None
        self.show_history([], [])

    def _buttons(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, UNIT)
        column.setSpacing(UNIT)
        for button in (self.undo_run_button, self.added_button, self.left_button):
            column.addWidget(button)
        return holder

    def _list(self, name: str) -> QListWidget:
        made = QListWidget()
        made.setProperty("plain", True)
        made.setAccessibleName(name)
        made.setItemDelegate(TwoLineDelegate(made, margin=2 * UNIT))
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        return made

    def show_history(self, steps: Sequence[HistoryStep], runs: Sequence[WriteRun]) -> None:
        """Newest first, as they come."""
        shown = (list(steps), list(runs))
        if shown == self._shown:
            return
        self._shown = shown
        chosen = self._chosen()
        self.runs.clear()
        for run in runs:
            renamed = run.renamed
            item = QListWidgetItem(
                tr("%n photo(s) renamed", "", run.files)
                if renamed
                else tr("%n file(s) written", "", run.files)
            )
            item.setData(RunRole, run)
            parts = [when(run.made_at)]
            if run.undone_files:
                parts.append(tr("%n undone", "", run.undone_files))
            if run.conflicts:
                parts.append(tr("%n changed by others since, left alone", "", run.conflicts))
            item.setData(SubtitleRole, " · ".join(parts))
            whole = run.undone_files >= run.files
            item.setData(IconRole, ("undo" if whole else "write", "muted" if whole else "accent"))
            self.runs.addItem(item)
            if chosen is not None and run.id == chosen.id:
                self.runs.setCurrentItem(item)
        if chosen is None and runs:
            self.runs.setCurrentRow(0)
        self.steps.clear()
        for step in steps:
            item = QListWidgetItem(worded(step.text))
            made_at = when(step.made_at)
            item.setData(SubtitleRole, tr("{time} · undone", time=made_at) if step.undone else made_at)
            item.setData(IconRole, ("undo" if step.undone else "check", "muted"))
            if step.undone:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.steps.addItem(item)
        self._no_runs.setVisible(not runs)
        self.runs.setVisible(bool(runs))
        self._no_steps.setVisible(not steps)
        self.steps.setVisible(bool(steps))
        self._update()

    def _chosen(self) -> WriteRun | None:
        item = self.runs.currentItem()
        run: WriteRun | None = item.data(RunRole) if item is not None else None
        return run

    def _undo_run(self) -> None:
        run = self._chosen()
        if run is not None:
            self.undo_run_wanted.emit(run.id)

    def _remove_added(self) -> None:
        run = self._chosen()
        if run is not None:
            self.remove_added_wanted.emit(run.id)

    def _show_left(self) -> None:
        run = self._chosen()
        if run is not None:
            self.left_wanted.emit(run)

    def _update(self) -> None:
        run = self._chosen()
        self.undo_run_button.setVisible(self.runs.count() > 0)
        adds = run is not None and run.undone_files < run.files and not run.renamed
        self.added_button.setVisible(adds)
        self.left_button.setVisible(run is not None and run.conflicts > 0)
        rows = min(self.runs.count(), RUNS_AT_ONCE)
        self.runs.setFixedHeight(sum(self.runs.sizeHintForRow(row) for row in range(rows)) + UNIT)
        self.undo_run_button.setEnabled(run is not None and run.undone_files < run.files)
