"""The person's own words: what the program's keywords are called, which are hidden, lists in and out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import Changes
from phototagger.gui.bridge.runner import JobRunner, Ticket
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.widgets import label, sized
from phototagger.gui.kit.wording import grouped, imported_text, plain_tip, sentence, tr
from phototagger.jobs.words.keyword_book import LEAST_PHOTOS, BookRow, NotLearnt

if TYPE_CHECKING:
    from phototagger.jobs.words.keyword_book import KeywordBook, Renamed
    from phototagger.jobs.words.own_words import Imported

RowRole = Qt.ItemDataRole.UserRole
LISTS = "*.txt *.csv"


class KeywordsDialog(QDialog):
    """Every edit takes effect at once; ``changed`` says that suggestions are to be made again."""

    changed = Signal()
    photos_wanted = Signal(bool)  # take the keywords of all photos' files; whether to match

    def __init__(self, book: KeywordBook, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._runner = runner
        self._reading = Ticket()
        self._closed = False
        self.setWindowTitle(tr("Keywords"))
        sized(self, 840, 560)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a keyword"))
        self.search.setAccessibleName(tr("Find a keyword"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.everything = QCheckBox(tr("Show all that the program knows"))
        self.everything.toggled.connect(lambda _: self.load())
        self.tree = self._make_tree()
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("What it is called"))
        self.name.setPlaceholderText(tr("Its name, with parents: animal|dog"))
        self.rename_button = self._button(tr("Rename"), self._rename)
        self.hide_button = self._button(tr("Suggest no more"), self._hide)
        self.restore_button = self._button(tr("Restore"), self._restore)
        self.name.returnPressed.connect(self.rename_button.click)
        self.name.textChanged.connect(self._update)
        self.match = QCheckBox(tr("Call the program's keywords of the same meaning by the list's words"))
        self.match.setChecked(True)
        self.import_button = self._button(tr("Import a list…"), self._choose_import)
        self.photos_button = self._button(tr("Import from photos"), self._from_photos)
        self.photos_button.setToolTip(
            tr("Reads the keywords that all photos have in their files, of digiKam, Lightroom and others")
        )
        self.export_button = self._button(tr("Export…"), self._choose_export)
        self.said = label("", "muted", wrap=True)
        self._lay_out()
        self._update()
        self.load()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setColumnCount(4)
        tree.setHeaderLabels([tr("Keyword"), tr("On photos"), tr("To review"), tr("Remarks")])
        for column in (1, 2):
            tree.headerItem().setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        tree.setAccessibleName(tr("Keywords"))
        tree.setProperty("headed", True)
        tree.setProperty("flat", True)
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.header().setStretchLastSection(True)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 88), (2, 88), (3, 216)):
            tree.header().resizeSection(column, width)
        tree.currentItemChanged.connect(lambda now, _: self._chosen_now(now))
        return tree

    def _button(self, text: str, on_click: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        made.setAutoDefault(False)
        made.clicked.connect(on_click)
        return made

    def _lay_out(self) -> None:
        top, edit, lists = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (top, (self.search, self.everything)),
            (edit, (self.name, self.rename_button, self.hide_button, self.restore_button)),
            (lists, (self.import_button, self.photos_button, self.export_button)),
        ):
            row.setSpacing(UNIT)
            for widget in widgets:
                row.addWidget(widget)
        lists.addStretch(1)
        self.said.setMinimumHeight(self.said.fontMetrics().height())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addLayout(top)
        column.addWidget(self.tree, 1)
        column.addLayout(edit)
        column.addSpacing(UNIT)
        column.addLayout(lists)
        column.addWidget(self.match)
        column.addWidget(self.said)
        column.addWidget(buttons)

    # --- showing --------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Reads the keywords again."""
        if self._closed:
            return
        everything = self.everything.isChecked()
        self._reading.forget()
        self._reading = self._runner.call(
            lambda: self._book.rows(everything, parents=True), self._show, self._tell
        )

    def done(self, result: int) -> None:
        """Goes once the edits asked for are through, so that what follows from them is not lost."""
        super().done(result)
        self._closed = True
        self._reading.forget()
        self._runner.edit(lambda: None, lambda _: self.deleteLater())

    def _show(self, rows: Sequence[BookRow]) -> None:
        chosen = self._row()
        self.tree.clear()
        muted = QColor(colours().muted)
        for row in rows:
            counts = tuple(grouped(count) if count else "" for count in (row.photos, row.waiting))
            item = QTreeWidgetItem([_shown(row.keyword), *counts, self._remarks(row)])
            item.setData(0, RowRole, row)
            item.setToolTip(0, plain_tip(item.text(0)))
            item.setToolTip(3, plain_tip(item.text(3)))
            for column in (1, 2):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column in range(4) if row.hidden else (3,):
                item.setForeground(column, muted)
            self.tree.addTopLevelItem(item)
            if chosen is not None and row.keyword == chosen.keyword:
                self.tree.setCurrentItem(item)
        self._filter(self.search.text())
        if not rows:
            self._say(tr("No keyword is in use yet. Add photos, or import a list of your own."))

    def _remarks(self, row: BookRow) -> str:
        parts = []
        if row.hidden:
            parts.append(tr("not suggested"))
        if row.instead_of:
            parts.append(tr("instead of {shown}", shown=_shown(row.instead_of)))
        if row.examples and row.not_learnt is None:
            parts.append(tr("learnt from %n photo(s)", "", row.examples))
        elif row.not_learnt is NotLearnt.TOO_FEW:
            parts.append(tr("learnt from %n photo(s) on", "", LEAST_PHOTOS))
        elif row.not_learnt is NotLearnt.NOT_ANALYSED:
            parts.append(tr("learnt once its photos are analysed"))
        elif row.not_learnt is NotLearnt.TOO_UNLIKE:
            parts.append(tr("its photos look too unlike each other to find more by them"))
        return ", ".join(parts)

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for number in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(number)
            if item is not None:
                item.setHidden(wanted not in item.text(0).casefold())

    def _row(self) -> BookRow | None:
        item = self.tree.currentItem()
        row: BookRow | None = item.data(0, RowRole) if item is not None else None
        return row

    def _chosen_now(self, item: QTreeWidgetItem | None) -> None:
        row: BookRow | None = item.data(0, RowRole) if item is not None else None
        self.name.setText(row.keyword if row is not None else "")
        self._update()

    def _update(self) -> None:
        row = self._row()
        name = self.name.text().strip()
        self.name.setEnabled(row is not None)
        self.rename_button.setEnabled(row is not None and bool(name) and name != row.keyword)
        self.hide_button.setEnabled(row is not None and not row.hidden and not row.own)
        self.restore_button.setEnabled(row is not None and (row.hidden or bool(row.instead_of)))

    def _say(self, text: str) -> None:
        self.said.setText(text)

    def _tell(self, error: Exception) -> None:
        self._say(sentence(error))

    # --- doing ----------------------------------------------------------------------------------------------

    def _done(self, text: str, again: bool = True) -> None:
        self._say(text)
        self.load()
        if again:
            self.changed.emit()

    def _rename(self) -> None:
        row, name = self._row(), self.name.text().strip()
        if row is None or not self.rename_button.isEnabled():
            return

        def rename() -> tuple[Changes, Renamed]:
            done = self._book.rename([row.keyword], name)
            return done.changes, done

        self._runner.edit(rename, lambda answer: self._done(self._renamed_text(answer[1])), self._tell)

    def _renamed_text(self, done: Renamed) -> str:
        was, now = ", ".join(map(_shown, done.keywords)), _shown(done.target)
        if done.joined:
            return tr(
                "{was} is called {now} now and is one with the keyword that was called so already.",
                was=was,
                now=now,
            )
        return tr("{was} is called {now} now.", was=was, now=now)

    def _hide(self) -> None:
        row = self._row()
        if row is not None:
            text = tr("{shown} and what is below it are no longer suggested.", shown=_shown(row.keyword))
            self._runner.edit(
                lambda: self._book.hide(row.keyword)[::-1], lambda _: self._done(text), self._tell
            )

    def _restore(self) -> None:
        row = self._row()
        if row is not None:
            name = row.instead_of or row.keyword
            text = tr("{shown} is as it was.", shown=_shown(name))
            self._runner.edit(lambda: self._book.restore(name)[::-1], lambda _: self._done(text), self._tell)

    def _from_photos(self) -> None:
        self._say(tr("The photos' files are being read; the main window shows how far it is."))
        self.photos_wanted.emit(self.match.isChecked())

    def _choose_import(self) -> None:
        kinds = tr("Keyword lists ({endings})", endings=LISTS)
        name, _ = QFileDialog.getOpenFileName(self, tr("Import a list of keywords"), "", kinds)
        if name:
            self.import_list(Path(name))

    def import_list(self, path: Path) -> None:
        """Takes up a list of Lightroom's kind (.txt) or a table (.csv)."""
        match = self.match.isChecked()

        def take() -> tuple[Changes, Imported]:
            imported = self._book.import_list(path, match)
            return imported.changes, imported

        def over(answer: tuple[Changes, Imported]) -> None:
            imported = answer[1]
            self._done(imported_text(imported), bool(imported.renamed))

        self._runner.edit(take, over, self._tell)

    def _choose_export(self) -> None:
        kinds = tr("Lightroom's keyword list (*.txt);;Table (*.csv)")
        name, kind = QFileDialog.getSaveFileName(self, tr("Export the keywords"), "keywords.txt", kinds)
        if name:
            path = Path(name)
            self.export_list(path if path.suffix else path.with_suffix(".csv" if "csv" in kind else ".txt"))

    def export_list(self, path: Path) -> None:
        """Writes every keyword on a photo and of the person's list into a file."""

        def over(count: int) -> None:
            self._say(tr("%n keyword(s) written to {path}.", "", count, path=str(path)))

        self._runner.edit(lambda: self._book.export_list(path), over, self._tell)


def _shown(keyword: str) -> str:
    return keyword.replace("|", " › ")
