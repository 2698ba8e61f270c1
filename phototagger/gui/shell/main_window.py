"""The window: docks and actions. What they do is elsewhere; here they are only put together."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import Changes
from phototagger.domain.sentences import Said
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Program
from phototagger.gui.kit import icons
from phototagger.gui.kit.drop import dropped_paths
from phototagger.gui.kit.job_bar import JobBar
from phototagger.gui.kit.messages import Messages
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import Pages, in_key_order, sized
from phototagger.gui.kit.wording import sentence, tr, worded
from phototagger.gui.operations import folders, write
from phototagger.gui.operations import people as forgetting
from phototagger.gui.operations.actions import Actions
from phototagger.gui.operations.context import Context
from phototagger.gui.operations.jobs import Jobs, Slot
from phototagger.gui.people.people_view import PeopleView
from phototagger.gui.photos.folder_panel import FolderPanel
from phototagger.gui.photos.photos_page import PhotosPage
from phototagger.gui.photos.problems_panel import ProblemsPanel
from phototagger.gui.review.review_panel import ReviewPanel
from phototagger.gui.shell.about import about_dialog
from phototagger.gui.shell.overview import Overview, OverviewReader
from phototagger.gui.shell.people_page import PeoplePage
from phototagger.gui.shell.welcome import Welcome
from phototagger.gui.write.history_panel import HistoryPanel
from phototagger.settings.declared import WindowSettings


class MainWindow(QMainWindow):
    """Appears at once and empty; ``attach`` gives it the program when that has opened."""

    attached = Signal()
    look_wanted = Signal(str)  # theme: system, light, dark

    def __init__(self, runner: JobRunner, geometry: QSettings | None = None) -> None:
        super().__init__()
        self.setWindowTitle("phototagger")
        self.setWindowIcon(icons.app_icon())
        self.setAcceptDrops(True)
        sized(self, 1280, 800)
        self._runner = runner
        self._geometry = geometry
        self._program: Program | None = None
        self._waiting: list[Path] = []
        self._noticed = 0  # notices that were said
        self._asked_to_continue = False
        self.messages = Messages()
        self.welcome = Welcome()
        self.bar = JobBar()
        self.folders = FolderPanel()
        self.problems = ProblemsPanel()
        self.history = HistoryPanel()
        self.actions_ = Actions(self)
        self.review: ReviewPanel | None = None
        self.photos_page: PhotosPage | None = None
        self.people: PeoplePage | None = None
        self.context: Context | None = None
        self._overview: OverviewReader | None = None
        self._lay_out()
        self.actions_.quit.triggered.connect(self.close)
        self.actions_.about.triggered.connect(lambda: about_dialog(self).open())
        self._restore_geometry()
        runner.crashed.connect(self.tell)
        runner.changed.connect(self._changed)

    # --- putting together -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.stack = Pages()
        self.stack.addWidget(QWidget())  # nothing, until it is known whether there are photos
        self.stack.addWidget(self.welcome)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, UNIT // 2, 0, 0)
        column.setSpacing(UNIT // 2)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        self.side = QTabWidget()
        self.side.setDocumentMode(True)
        self.side.setMinimumWidth(304)
        self.side.addTab(QWidget(), tr("Review"))
        self.side.addTab(self.problems, tr("Problems"))
        self.side.addTab(self.history, tr("History"))
        self._folder_dock = self._dock("folders", tr("Folders"), self.folders)
        self._side_dock = self._dock("side", tr("Review, problems, history"), self.side)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._folder_dock)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._side_dock)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self.bar, 1)
        self.actions_.fill_menus([self._folder_dock.toggleViewAction(), self._side_dock.toggleViewAction()])
        self.actions_.enable(False)
        self.welcome.set_opening(True)
        self.bar.rest(tr("Opening the catalog…"))
        self._show_docks(False)

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setTitleBarWidget(QWidget(dock))
        dock.setWidget(widget)
        return dock

    def attach(self, program: Program) -> None:
        """The program has opened: the panels that show it are made now."""
        self._program = program
        settings = program.preferences.settings
        review = self.review = ReviewPanel(program.library, program.review, program.files, self._runner)
        photos_page = self.photos_page = PhotosPage(
            program.library, program.viewing, self._runner, settings.window.thumbnail_side
        )
        jobs = Jobs(self._runner, self.bar, self)
        context = self.context = Context(
            program,
            self._runner,
            jobs,
            self.messages,
            self,
            show_problems=lambda: self.side.setCurrentWidget(self.problems),
        )
        overview = self._overview = OverviewReader(program.library, self._runner, self)
        self.side.removeTab(0)
        self.side.insertTab(0, review, tr("Review"))
        self.side.setCurrentIndex(0)
        self.stack.addWidget(photos_page)
        self.messages.follows = self.folders.tree
        in_key_order(self.folders.tree, *photos_page.key_order())
        people = PeopleView(program.people, program.viewing, self._runner)
        docks = (self._folder_dock, self._side_dock)
        self.people = PeoplePage(people, photos_page, self.stack, docks, self.actions_, self)
        self._connect(context, review, photos_page, self.people)
        overview.problem.connect(self.tell)
        overview.arrived.connect(self._show_overview)
        self.actions_.bind(context, photos_page, review, self._show_settings)
        self.actions_.enable(True)
        self.welcome.set_opening(False)
        self.welcome.add_button.setFocus()
        self.bar.rest("")
        self._say_notices()
        self._runner.call(program.words.known, review.complete_with, self.tell)
        photos_page.start()
        overview.read()
        self._runner.call(program.files.exiftool_status, lambda text: self._tell("warning", text))
        self._runner.call(program.preferences.newer_version, lambda text: self._tell("info", text))
        self.attached.emit()
        waiting, self._waiting = self._waiting, []
        self.add(waiting)

    def _connect(self, to: Context, review: ReviewPanel, photos_page: PhotosPage, people: PeoplePage) -> None:
        self.welcome.add_wanted.connect(lambda: folders.choose(to))
        self.welcome.samples_wanted.connect(lambda: folders.add_samples(to))
        self.folders.add_wanted.connect(lambda: folders.choose(to))
        self.folders.show_wanted.connect(lambda folder: folders.show(to, folder))
        self.folders.analyse_wanted.connect(lambda path: folders.add(to, [path]))
        self.folders.remove_wanted.connect(lambda root: folders.remove(to, root))
        self.folders.chosen.connect(photos_page.set_folder)
        self.problems.folder_wanted.connect(lambda path: folders.show_folder_of(to, path))
        self.problems.retry_wanted.connect(lambda photos: folders.retry(to, photos))
        self.problems.photo_wanted.connect(photos_page.find_photo)
        self.history.undo_run_wanted.connect(lambda run: write.undo_run(to, run))
        self.history.remove_added_wanted.connect(lambda run: write.remove_added(to, run))
        self.history.left_wanted.connect(lambda run: write.show_conflicts(to, run))
        people.view.forget_wanted.connect(lambda: forgetting.forget(to, people.view))
        people.problem.connect(self.tell)
        review.problem.connect(self.tell)
        review.wanted.connect(lambda: self.side.setCurrentWidget(review))
        photos_page.problem.connect(self.tell)
        photos_page.grid.moving.connect(review.selection_moves)
        photos_page.selected.connect(review.show_photos)
        photos_page.selected.connect(lambda ids: self.actions_.show_selected(len(ids)))
        to.jobs.answered.connect(lambda: folders.show_device(to, self.bar))
        to.jobs.ended.connect(self._job_ended)

    def _show_settings(self, settings: WindowSettings) -> None:
        self.look_wanted.emit(settings.theme)
        if self.photos_page is not None:
            self.photos_page.grid.set_side(settings.thumbnail_side)

    def _say_notices(self) -> None:
        """What came to light beside what was asked for, such as an extension that failed in a job."""
        notices = self._program.notices if self._program is not None else []
        for notice in notices[self._noticed :]:
            self.messages.say("info", worded(notice))
        self._noticed = len(notices)

    def _job_ended(self, name: str) -> None:
        self._say_notices()
        if name == "analyse" and self._overview is not None:
            self._overview.soon()
        elif name in write.CHANGING and self.review is not None:
            self.review.refresh_file_keywords()

    # --- changes --------------------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        if self.photos_page is None or self.review is None or self.people is None or self._overview is None:
            return
        self.photos_page.on_changes(changes)
        self.people.view.on_changes(changes)
        self.review.on_changes(changes)
        self._overview.soon()

    def _show_overview(self, overview: Overview) -> None:
        assert self.photos_page is not None
        assert self.context is not None
        assert self.people is not None
        counts = overview.counts
        self.folders.show_folders(overview.folders, counts.photos)
        self.problems.show_problems(overview.problems)
        self.history.show_history(overview.steps, overview.runs)
        self.photos_page.filter.show_counts(counts)
        self.actions_.show_to_write(counts.pending_changes)
        self.actions_.show_to_review(counts.to_review)
        done = any(not step.undone for step in overview.steps)
        self.actions_.undo.setEnabled(done)
        self.actions_.redo.setEnabled(any(step.undone for step in overview.steps))
        problems = tr("Problems") + (f"  {counts.failed}" if counts.failed else "")
        self.side.setTabText(self.side.indexOf(self.problems), problems)
        empty = not overview.folders
        self.people.allow(not empty)
        if not self.people.shown and not (empty and self.context.jobs.busy(Slot.ANALYSIS)):
            if self.stack.currentWidget() is not (self.welcome if empty else self.photos_page):
                self.stack.setCurrentWidget(self.welcome if empty else self.photos_page)
                (self.welcome.add_button if empty else self.photos_page.grid).setFocus()
            self._show_docks(not empty)
        parts = [tr("%n photo(s)", "", counts.photos)]
        if counts.to_review:
            parts.append(tr("%n to review", "", counts.to_review))
        if counts.pending:
            parts.append(tr("%n waiting for analysis", "", counts.pending))
        self.context.jobs.rest("" if empty else " · ".join(parts))
        if not self._asked_to_continue:  # once after the start
            self._asked_to_continue = True
            folders.offer_to_continue(self.context, counts.pending)

    def _show_docks(self, shown: bool) -> None:
        if self._folder_dock.property("wanted") != shown:
            for dock in (self._folder_dock, self._side_dock):
                dock.setProperty("wanted", shown)
                dock.setVisible(shown)
            if shown:
                self.resizeDocks([self._folder_dock, self._side_dock], [208, 336], Qt.Orientation.Horizontal)

    # --- adding ---------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[Path]) -> None:
        """Scans and analyses these folders and photos, now or when the catalog has opened."""
        if self.context is None:
            self._waiting.extend(paths)
        else:
            folders.add(self.context, paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            self.welcome.set_dragging(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.welcome.set_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.welcome.set_dragging(False)
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.add(paths)

    # --- telling --------------------------------------------------------------------------------------------

    def _tell(self, level: str, text: Said | None) -> None:
        if text:
            self.messages.say(level, worded(text))

    def tell(self, error: BaseException) -> None:
        """Says an error inside the window."""
        self.messages.say("error", sentence(error))

    # --- look and ending ------------------------------------------------------------------------------------

    def refresh_look(self) -> None:
        """The look changed: what is drawn by hand is drawn again."""
        self.messages.refresh_look()
        icons.refresh(self)
        self.welcome.refresh_look()
        self.folders.refresh_look()
        if self.review is not None:
            self.review.refresh_look()
        if self.people is not None:
            self.people.view.refresh_look()

    def _restore_geometry(self) -> None:
        stored = self._geometry.value("geometry") if self._geometry is not None else None
        if isinstance(stored, QByteArray):
            self.restoreGeometry(stored)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hides at once; behind it what is in hand is finished, for a file being written is always written to
        its end. The runner's ``ended`` follows."""
        if self._geometry is not None and self.isVisible():
            self._geometry.setValue("geometry", self.saveGeometry())
        if self.review is not None:
            self.review.values.leave()
        self.hide()
        program, self._program = self._program, None
        self._runner.end(program.close if program is not None else lambda: None)
        event.accept()

    def selected_ids(self) -> array[int]:
        return self.photos_page.selected_ids() if self.photos_page is not None else array("q")
