"""The window: docks and actions. What they do is elsewhere; here they are only put together."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import Changes, Photo
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Program
from phototagger.gui.kit import icons
from phototagger.gui.kit.drop import dropped_paths, fold
from phototagger.gui.kit.job_bar import JobBar
from phototagger.gui.kit.messages import Messages
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import Pages, in_key_order, sized
from phototagger.gui.kit.wording import counted
from phototagger.gui.operations import dialogs
from phototagger.gui.operations.actions import Actions
from phototagger.gui.operations.asking import Asking
from phototagger.gui.operations.work import Work, sentence
from phototagger.gui.people.people_page import PeoplePage
from phototagger.gui.people.people_view import PeopleView
from phototagger.gui.photos.folder_panel import FolderPanel
from phototagger.gui.photos.photos_page import Desk
from phototagger.gui.photos.problems_panel import ProblemsPanel, first_folder
from phototagger.gui.review.review_panel import ReviewPanel
from phototagger.gui.shell.overview import Overview, OverviewReader
from phototagger.gui.shell.welcome import Welcome
from phototagger.gui.write.history_panel import HistoryPanel

RETRY_ALONE_MAX = 50


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
        self._app: Program | None = None
        self._waiting: list[Path] = []
        self._asked_to_continue = False
        self.messages = Messages()
        self.welcome = Welcome()
        self.bar = JobBar()
        self.folders = FolderPanel()
        self.problems = ProblemsPanel()
        self.history = HistoryPanel()
        self.actions_ = Actions(self)
        self.review: ReviewPanel | None = None
        self.desk: Desk | None = None
        self.work: Work | None = None
        self.people: PeoplePage | None = None
        self.asking: Asking | None = None
        self._overview: OverviewReader | None = None
        self._lay_out()
        self._connect()
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
        self.side.addTab(QWidget(), self.tr("Review"))
        self.side.addTab(self.problems, self.tr("Problems"))
        self.side.addTab(self.history, self.tr("History"))
        self._folder_dock = self._dock("folders", self.tr("Folders"), self.folders)
        self._side_dock = self._dock("side", self.tr("Review, problems, history"), self.side)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._folder_dock)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._side_dock)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self.bar, 1)
        self.actions_.fill_menus([self._folder_dock.toggleViewAction(), self._side_dock.toggleViewAction()])
        self.actions_.enable(False)
        self.welcome.set_opening(True)
        self.bar.rest(self.tr("Opening the catalog…"))
        self._show_docks(False)

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setTitleBarWidget(QWidget(dock))
        dock.setWidget(widget)
        return dock

    def _connect(self) -> None:
        do = self.actions_
        do.add.triggered.connect(self.choose_folder)
        do.samples.triggered.connect(self.add_samples)
        do.quit.triggered.connect(self.close)
        do.about.triggered.connect(lambda: dialogs.about(self, self._app).open())
        self.welcome.add_wanted.connect(self.choose_folder)
        self.welcome.samples_wanted.connect(self.add_samples)
        self.folders.add_wanted.connect(self.choose_folder)
        self.folders.show_wanted.connect(self.show_in_files)
        self.folders.analyse_wanted.connect(lambda path: self.add([path]))
        self.problems.folder_wanted.connect(
            lambda path: self._runner.call(lambda: first_folder(path), self.show_in_files, self.tell)
        )
        self.problems.retry_wanted.connect(self._retry)

    def attach(self, app: Program) -> None:
        """The program has opened: the panels that show it are made now."""
        self._app = app
        review = self.review = ReviewPanel(app, self._runner)
        desk = self.desk = Desk(
            app.library, app.viewing, self._runner, app.preferences.settings.window.thumbnail_side
        )
        work = self.work = Work(app, self._runner, self.bar, self.messages, self)
        overview = self._overview = OverviewReader(app.library, self._runner, self)
        self.side.removeTab(0)
        self.side.insertTab(0, review, self.tr("Review"))
        self.side.setCurrentIndex(0)
        self.stack.addWidget(desk)
        self.messages.follows = self.folders.tree
        in_key_order(self.folders.tree, *desk.key_order())
        docks = (self._folder_dock, self._side_dock)
        people = PeopleView(app.people, app.viewing, self._runner)
        self.people = PeoplePage(people, desk, self.stack, docks, self.actions_, self)
        self.people.problem.connect(self.tell)
        people.told.connect(lambda text: self.messages.say("good", text))
        review.problem.connect(self.tell)
        desk.problem.connect(self.tell)
        desk.grid.moving.connect(review.selection_moves)
        desk.selected.connect(review.show_photos)
        desk.selected.connect(lambda ids: self.actions_.show_selected(len(ids)))
        overview.problem.connect(self.tell)
        overview.arrived.connect(self._show_overview)
        work.problems_wanted.connect(lambda: self.side.setCurrentWidget(self.problems))
        work.written.connect(review.refresh_file_keywords)
        work.analysis_over.connect(overview.soon)
        work.analysing.connect(self._read_device)
        self.folders.chosen.connect(desk.set_folder)
        self.problems.photo_wanted.connect(desk.find_photo)
        self._connect_review(review, desk)
        self.asking = Asking(self, app, self._runner, work, desk)
        self.actions_.enable(True)
        self.welcome.set_opening(False)
        self.welcome.add_button.setFocus()
        self.bar.rest("")
        for notice in app.notices:
            self.messages.say("info", notice)
        review.load_known_keywords()
        desk.start()
        overview.read()
        self._runner.call(app.files.exiftool_status, self._tell_exiftool)
        self._runner.call(app.preferences.newer_version, self._tell_update)
        self.attached.emit()
        waiting, self._waiting = self._waiting, []
        self.add(waiting)

    def _connect_review(self, review: ReviewPanel, desk: Desk) -> None:
        do = self.actions_
        do.accept.triggered.connect(review.accept_current)
        do.reject.triggered.connect(review.reject_current)
        do.accept_all.triggered.connect(review.accept_all)
        do.add_keyword.triggered.connect(lambda: self._focus_field(review))
        do.next_photo.triggered.connect(lambda: desk.step(1))
        do.previous_photo.triggered.connect(lambda: desk.step(-1))
        do.find.triggered.connect(desk.filter.search.setFocus)
        do.zoom_in.triggered.connect(lambda: desk.grid.zoom(1))
        do.zoom_out.triggered.connect(lambda: desk.grid.zoom(-1))
        do.faces.toggled.connect(desk.view.faces.setChecked)
        do.objects.toggled.connect(desk.view.objects.setChecked)
        desk.view.faces.toggled.connect(do.faces.setChecked)
        desk.view.objects.toggled.connect(do.objects.setChecked)

    def _focus_field(self, review: ReviewPanel) -> None:
        self.side.setCurrentWidget(review)
        review.field.setFocus()

    # --- changes --------------------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        if self.desk is None or self.review is None or self.people is None or self._overview is None:
            return
        self.desk.on_changes(changes)
        self.people.view.on_changes(changes)
        self.review.on_changes(changes)
        self._overview.soon()

    def _show_overview(self, overview: Overview) -> None:
        assert self.desk is not None
        assert self.work is not None
        assert self.people is not None
        counts = overview.counts
        self.folders.show_folders(overview.folders, counts.photos)
        self.problems.show_problems(overview.problems)
        self.history.show_history(overview.steps, overview.runs)
        self.desk.filter.show_counts(counts)
        self.actions_.show_to_write(counts.pending_changes)
        self.actions_.show_to_review(counts.to_review)
        done = any(not step.undone for step in overview.steps)
        self.actions_.undo.setEnabled(done)
        self.actions_.redo.setEnabled(any(step.undone for step in overview.steps))
        problems = self.tr("Problems") + (f"  {counts.failed}" if counts.failed else "")
        self.side.setTabText(self.side.indexOf(self.problems), problems)
        empty = not overview.folders
        self.people.allow(not empty)
        if not self.people.shown and not (empty and self.work.is_analysing):
            if self.stack.currentWidget() is not (self.welcome if empty else self.desk):
                self.stack.setCurrentWidget(self.welcome if empty else self.desk)
                (self.welcome.add_button if empty else self.desk.grid).setFocus()
            self._show_docks(not empty)
        parts = [counted(self, "%Ln photo(s)", counts.photos)]
        if counts.to_review:
            parts.append(self.tr("%Ln to review", "", counts.to_review))
        if counts.pending:
            parts.append(self.tr("%Ln waiting for analysis", "", counts.pending))
        self.work.rest("" if empty else " · ".join(parts))
        self._offer_to_continue(counts.pending)

    def _show_docks(self, shown: bool) -> None:
        if self._folder_dock.property("wanted") != shown:
            for dock in (self._folder_dock, self._side_dock):
                dock.setProperty("wanted", shown)
                dock.setVisible(shown)
            if shown:
                self.resizeDocks([self._folder_dock, self._side_dock], [208, 336], Qt.Orientation.Horizontal)

    def _offer_to_continue(self, pending: int) -> None:
        """Once after the start: what an earlier session left to do goes on at the person's wish."""
        if self._asked_to_continue or self.work is None:
            return
        self._asked_to_continue = True
        if pending and not self.work.is_analysing:
            text = counted(self, "Not analysed yet: %Ln photo(s).", pending)
            self.messages.say("info", text, self.tr("Continue"), self._continue)

    def _continue(self) -> None:
        app = self._app
        if app is not None:
            self._runner.call(app.library.roots, self.add)

    def _read_device(self) -> None:
        app = self._app
        if app is not None and not self.bar.has_device:
            self.bar.has_device = True
            self._runner.call(app.analysis.engine_status, self._show_device, lambda _: None)

    def _show_device(self, status: dict[str, str]) -> None:
        tip = "\n".join(f"{name}: {value}" for name, value in status.items())
        name = "CPU" if status.get("device") == "cpu" else status.get("device_name", "")
        self.bar.show_device(name, tip)

    # --- adding ---------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[Path]) -> None:
        """Scans and analyses these folders and photos, now or when the catalog has opened."""
        if self.work is None:
            self._waiting.extend(paths)
        else:
            self.work.add(paths)

    def _retry(self, photos: Sequence[Photo]) -> None:
        """Failed photos get another try: alone when they are few, else with their folders."""
        app = self._app
        if app is None:
            return
        ids = [photo.id for photo in photos]
        paths = [photo.path for photo in photos]
        if len(paths) > RETRY_ALONE_MAX:
            paths = fold(path.parent for path in paths)
        self._runner.edit(lambda: app.analysis.retry(ids), lambda _: self.add(paths), self.tell)

    def choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Add a folder of photos"))
        if folder:
            self.add([Path(folder)])

    def add_samples(self) -> None:
        app = self._app
        if app is not None:
            self._runner.call(app.analysis.sample_photos, lambda folder: self.add([folder]), self.tell)

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

    def _tell_update(self, sentence: str | None) -> None:
        if sentence:
            self.messages.say("info", sentence)

    def show_in_files(self, folder: Path) -> None:
        """Opens a folder in the system's file manager."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            text = self.tr("No file manager answered. The folder is %1").replace("%1", str(folder))
            self.messages.say("warning", text)

    def _tell_exiftool(self, problem: str | None) -> None:
        if problem:
            self.messages.say("warning", problem)

    def tell(self, error: BaseException) -> None:
        """Says an error inside the window."""
        self.messages.say("error", sentence(error))

    # --- look and ending ------------------------------------------------------------------------------------

    def refresh_look(self) -> None:
        """The look changed: what is drawn by hand is drawn anew."""
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
            self.review.caption.leave()
        self.hide()
        app, self._app = self._app, None
        self._runner.end(app.close if app is not None else lambda: None)
        event.accept()

    def selected_ids(self) -> array[int]:
        return self.desk.selected_ids() if self.desk is not None else array("q")
