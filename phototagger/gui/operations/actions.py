"""Everything the person can ask for by menu, button or key, in one place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from phototagger.gui.kit import icons
from phototagger.gui.kit.wording import grouped, tr
from phototagger.gui.operations import folders, names, review, settings, words, write
from phototagger.gui.operations.context import Context
from phototagger.gui.photos.photos_page import PhotosPage
from phototagger.gui.review.review_panel import ReviewPanel
from phototagger.settings.declared import WindowSettings

Key = Qt.Key


class Actions(QObject):
    """The window's actions: names, keys, places, and what each does."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        standard = QKeySequence.StandardKey
        self.add = self._make(tr("Add folder…"), "folder-add", "Ctrl+O")
        self.samples = self._make(tr("Try with sample photos"), "photo")
        self.write = self._make(tr("Write to files…"), "write", "Ctrl+S")
        self.write_selected = self._make(tr("Write selected photos…"), "", "Ctrl+Shift+S")
        self.fix_names = self._make(tr("Fix wrong suffixes"), "")
        self.fix_names.setToolTip(tr("Find photos whose name says another format than they hold"))
        self.show_file = self._make(tr("Open in file manager"), "external")
        self.open_photo = self._make(tr("Look at it large"), "photo")
        self.write.setIconVisibleInMenu(False)  # it is drawn to stand on the accent colour
        self.settings = self._make(tr("Settings…"), "settings", "Ctrl+,")
        self.quit = self._make(tr("Quit"), "", "Ctrl+Q")
        self.undo = self._make(tr("Undo"), "undo", "U", QKeySequence(standard.Undo).toString())
        self.redo = self._make(tr("Redo"), "redo", "Ctrl+Shift+Z", "Ctrl+Y")
        self.accept = self._make(tr("Accept suggestion"), "check", "A")
        self.reject = self._make(tr("Reject suggestion"), "cross", "R")
        self.accept_all = self._make(tr("Accept all suggestions shown"), "check-all", "Shift+A")
        self.accept_above = self._make(tr("Accept above…"), "check-all", "Ctrl+Shift+A")
        self.next_photo = self._make(tr("Next photo"), "next", "N")
        self.previous_photo = self._make(tr("Previous photo"), "previous", "P")
        self.add_keyword = self._make(tr("Add a keyword"), "tag", "K")
        self.keywords = self._make(tr("Keywords…"), "", "Ctrl+K")
        self.find = self._make(tr("Search"), "search", "Ctrl+F")
        self.zoom_in = self._make(tr("Larger thumbnails"), "zoom-in", "Ctrl++", "Ctrl+=")
        self.zoom_out = self._make(tr("Smaller thumbnails"), "zoom-out", "Ctrl+-")
        self.faces = self._make(tr("Boxes round faces"), "face", "F", checkable=True)
        self.objects = self._make(tr("Boxes round objects"), "object", "O", checkable=True)
        self.people = self._make(tr("People"), "face", "Ctrl+P")
        self.people.setCheckable(True)
        self.people.setToolTip(tr("Name the people found (Ctrl+P)"))
        self.report = self._make(tr("Save a report…"), "")
        self.report.setToolTip(tr("Save what helps to fix a fault; without names, folders and faces"))
        self.about = self._make(tr("About phototagger"), "info")
        self.write.setToolTip(tr("See what will be written into all reviewed photos, then write (Ctrl+S)"))
        self.accept_above.setToolTip(tr("Accept every suggestion above a score (Ctrl+Shift+A)"))
        self.add.setToolTip(tr("Add a folder of photos; or drop it on the window (Ctrl+O)"))
        self.undo.setToolTip(tr("Take the latest edit back (U)"))
        self.redo.setToolTip(tr("Make the edit again that was taken back (Ctrl+Shift+Z)"))
        self.settings.setToolTip(tr("Settings (Ctrl+,)"))
        self._needs_app = (
            self.add,
            self.samples,
            self.write,
            self.settings,
            self.undo,
            self.redo,
            self.accept_above,
            self.people,
            self.keywords,
            self.fix_names,
        )
        self.show_selected(0)
        self._toolbar()

    def bind(
        self, to: Context, page: PhotosPage, panel: ReviewPanel, show: Callable[[WindowSettings], None]
    ) -> None:
        """The program has opened: each action does its operation. ``show`` gives the window its look."""
        for action, operation in (
            (self.add, lambda: folders.choose(to)),
            (self.samples, lambda: folders.add_samples(to)),
            (self.write, lambda: write.plan(to, None)),
            (self.write_selected, lambda: write.plan(to, page.selected_ids())),
            (self.fix_names, lambda: names.look(to)),
            (self.show_file, lambda: folders.show_folder_of_photo(to, page.selected_ids()[0])),
            (self.settings, lambda: settings.edit(to, show)),
            (self.keywords, lambda: words.edit(to)),
            (self.undo, lambda: review.undo(to)),
            (self.redo, lambda: review.redo(to)),
            (self.accept_above, lambda: review.accept_above(to, page)),
            (self.accept, panel.accept_current),
            (self.reject, panel.reject_current),
            (self.accept_all, panel.accept_all),
            (self.add_keyword, panel.focus_field),
            (self.open_photo, lambda: page.open_photo(page.selected_ids()[0])),
            (self.next_photo, lambda: page.step(1)),
            (self.previous_photo, lambda: page.step(-1)),
            (self.find, page.filter.search.setFocus),
            (self.zoom_in, lambda: page.grid.zoom(1)),
            (self.zoom_out, lambda: page.grid.zoom(-1)),
        ):
            action.triggered.connect(operation)
        for boxes, switch in ((self.faces, page.view.faces), (self.objects, page.view.objects)):
            boxes.toggled.connect(switch.setChecked)
            switch.toggled.connect(boxes.setChecked)
        page.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        page.grid.customContextMenuRequested.connect(lambda place: self._photo_menu(page, place))

    def enable(self, ready: bool) -> None:
        """What needs the catalog waits until it is open."""
        for action in self._needs_app:
            action.setEnabled(ready)

    def review_keys(self, wanted: bool) -> None:
        """The photos' one-letter keys rest while another view has letters of its own."""
        for action in (self.accept, self.reject, self.accept_all, self.next_photo, self.previous_photo):
            action.setEnabled(wanted)
        for action in (self.add_keyword, self.faces, self.objects):
            action.setEnabled(wanted)

    def show_to_write(self, photos: int) -> None:
        """How many photos wait to be written stands on the button; none, and it rests."""
        number = grouped(photos)
        self.write.setText(tr("Write to files…") + (f"  {number}" if photos else ""))
        self.write.setEnabled(photos > 0)
        icons.set_icon(self.write, "write", "on_accent" if photos else "text")

    def show_to_review(self, photos: int) -> None:
        """How many photos have suggestions left; none, and accepting many at once rests."""
        self.accept_above.setEnabled(photos > 0)

    def show_selected(self, photos: int) -> None:
        """How many selected photos the second way of writing takes."""
        number = f"  {grouped(photos)}" if photos else ""
        self.write_selected.setText(tr("Write selected photos…") + number)
        for action in (self.write_selected, self.show_file, self.open_photo):
            action.setEnabled(photos > 0)

    def _photo_menu(self, page: PhotosPage, place: QPoint) -> None:
        """What can be done with the selected photos; without any there is nothing to offer."""
        if not page.selected_ids():
            return
        menu = QMenu(page.grid)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.open_photo, self.show_file])
        menu.addSeparator()
        menu.addActions([self.accept_all, self.add_keyword])
        menu.addSeparator()
        menu.addAction(self.write_selected)
        menu.popup(page.grid.viewport().mapToGlobal(place))

    def _make(self, text: str, icon: str, *keys: str, checkable: bool = False) -> QAction:
        action = QAction(text, self._window)
        if icon:
            icons.set_icon(action, icon)
        if keys:
            action.setShortcuts([QKeySequence(key) for key in keys if key])
        action.setCheckable(checkable)
        action.setChecked(checkable)
        self._window.addAction(action)
        return action

    def _toolbar(self) -> None:
        bar = QToolBar(tr("Tools"))
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(icons.SIZE, icons.SIZE))
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addAction(self.add)
        bar.addAction(self.undo)
        bar.addAction(self.redo)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addAction(self.people)
        bar.addAction(self.accept_above)
        bar.addAction(self.write)
        bar.addAction(self.settings)
        for action in (self.undo, self.redo, self.settings):
            button = bar.widgetForAction(action)
            if button is not None:
                button.setProperty("toolButtonStyle", Qt.ToolButtonStyle.ToolButtonIconOnly)
        main = bar.widgetForAction(self.write)
        main.setProperty("primary", True)
        for action in bar.actions():
            button = bar.widgetForAction(action)
            if button is not None and action.text():
                button.setAccessibleName(action.text())
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._window.addToolBar(bar)

    def fill_menus(self, panels: list[QAction]) -> None:
        """Builds the menu bar; ``panels`` are the actions that show and hide the docks."""
        menus: tuple[tuple[str, list[QAction | None]], ...] = (
            (
                tr("&File"),
                [
                    self.add,
                    self.samples,
                    None,
                    self.write,
                    self.write_selected,
                    self.fix_names,
                    self.show_file,
                    None,
                    self.settings,
                    None,
                    self.quit,
                ],
            ),
            (
                tr("&Review"),
                [
                    *(self.undo, self.redo, None),
                    *(self.accept, self.reject, self.accept_all, self.accept_above, None),
                    *(self.add_keyword, self.keywords, None, self.previous_photo, self.next_photo),
                ],
            ),
            (
                tr("&View"),
                [
                    *(self.people, self.find, None, self.zoom_in, self.zoom_out, None),
                    *(self.faces, self.objects, None, *panels),
                ],
            ),
            (tr("&Help"), [self.report, None, self.about]),
        )
        for title, entries in menus:
            menu = self._window.menuBar().addMenu(title)
            for entry in entries:
                if entry is None:
                    menu.addSeparator()
                else:
                    menu.addAction(entry)
