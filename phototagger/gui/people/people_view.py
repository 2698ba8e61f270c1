"""The people view: groups of faces as stacks of crops, biggest first, and the faces of one group.

Edits are stored behind, one history step each; the list is read again when they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QMenu,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import Changes
from phototagger.gui.bridge.runner import JobRunner, Ticket
from phototagger.gui.bridge.services import Viewing
from phototagger.gui.kit import icons
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import tr
from phototagger.gui.people.card_list import CardList
from phototagger.gui.people.face_crops import face_crops
from phototagger.gui.people.people_cards import CardModel, Cards
from phototagger.gui.people.people_head import PeopleHead
from phototagger.gui.people.people_words import (
    all_aside,
    by_size,
    face_asks,
    face_card,
    group_asks,
    group_card,
    shelf,
)
from phototagger.jobs.people import ClusterRow, FaceRow, People

RELOAD_MS = 150


class PeopleView(QWidget):
    """``left`` asks for the photos again; ``photo_wanted`` to show one photo there."""

    problem = Signal(object)
    forget_wanted = Signal()
    left = Signal()
    photo_wanted = Signal(int)

    def __init__(
        self, people: People, viewing: Viewing, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._people = people
        self._runner = runner
        self._rows: list[ClusterRow] = []
        self._row_of: dict[int, ClusterRow] = {}
        self._asks: set[int] = set()  # keys of the cards that wait for a yes or no
        self._faces: list[FaceRow] = []
        self._group: ClusterRow | None = None  # the open one
        self._reading: Ticket | None = None
        self._crops = face_crops(viewing, runner, self)
        self.model = CardModel(self._crops, self)
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.setInterval(RELOAD_MS)
        self._reload.timeout.connect(self.read)
        self._build()
        self._make_actions()

    def _build(self) -> None:
        self.head = PeopleHead()
        self.head.back.clicked.connect(self.go_back)
        self.head.name.returnPressed.connect(self.give_name)
        self.head.shelf_chosen.connect(self._show)
        self.head.forget.clicked.connect(self.forget_wanted)
        self.list = CardList(self.model)
        self.list.activated.connect(lambda index: self.open(self.model.cards().keys[index.row()]))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_possible())
        self.empty = label("", "muted", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.hide()
        self.hint = label("", "muted")
        self.hint.setContentsMargins(2 * UNIT, UNIT // 2, 2 * UNIT, UNIT // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)

    def _make_actions(self) -> None:
        self.confirm = self._make(tr("Yes, that is right"), "check", "A", self.accept_selected)
        self.reject = self._make(tr("No, somebody else"), "cross", "R", self.reject_selected)
        self.focus_name = self._make(tr("Name…"), "tag", "N", self._focus_name)
        self.merge = self._make(tr("Merge into one group"), "check-all", "M", self.merge_selected)
        self.split = self._make(tr("Split off"), "external", "S", self.split_selected)
        self.aside = self._make(tr("Set aside: not a person I care for"), "remove", "I", self.set_aside)
        self.hide_person = self._make(tr("Hide this person, or show again"), "stop", "H", self.hide_selected)
        self.show_photo = self._make(tr("Show the photo"), "photo", "P", self._show_photo)
        self._make(tr("Back"), "", "Esc", self.go_back)

    def _make(self, text: str, icon: str, key: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        if icon:
            icons.set_icon(action, icon)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(act)
        self.addAction(action)
        return action

    # --- reading --------------------------------------------------------------------------------------------

    def on_changes(self, changes: Changes) -> None:
        """Reads again soon, where the view is seen; else when it is opened."""
        if self.isVisible() and changes:
            self._reload.start()

    def read(self) -> None:
        people, group = self._people, self._group

        def everything() -> tuple[list[ClusterRow], list[FaceRow], list[str]]:
            rows = people.clusters()
            known = group is not None and any(row.id == group.id for row in rows)
            faces = people.faces(group.id) if group is not None and known else []
            return by_size(rows), faces, [name for name, _, _ in people.persons()]

        if self._reading is not None:
            self._reading.forget()
        self._reading = self._runner.call(everything, self._arrived, self.problem.emit)

    def _arrived(self, answer: tuple[list[ClusterRow], list[FaceRow], list[str]]) -> None:
        self._rows, self._faces, names = answer
        self._row_of = {row.id: row for row in self._rows}
        self.head.show_names(names)
        if self._group is not None:
            self._group = next((row for row in self._rows if row.id == self._group.id), None)
        self._show()

    def _show(self) -> None:
        row_before = self.list.currentIndex().row()
        chosen = set(self.list.chosen_keys())
        self.head.show_shelves(self._rows if self._group is None else None)
        if self._group is None:
            self.head.title.setText(tr("People"))
            cards = self._group_cards([row for row in self._rows if shelf(row) == self.head.shelf])
        else:
            self.head.title.setText(self._group.person or tr("Who is this?"))
            faces = sorted(self._faces, key=lambda face: (face.person is not None, -(face.score or 0)))
            cards = self._face_cards(faces, self._group.person)
        self.model.show(cards)
        self.list.fit(self.width())
        self.list.setVisible(bool(cards))
        self.empty.setVisible(not cards)
        self.empty.setText(self._nothing())
        self.list.choose({at for at, key in enumerate(cards.keys) if key in chosen}, row_before)
        self._show_possible()

    def _group_cards(self, rows: list[ClusterRow]) -> Cards:
        self._asks = {row.id for row in rows if group_asks(row)}
        faces = [row.best_face for row in rows]
        return Cards([row.id for row in rows], faces, lambda place: group_card(rows[place]))

    def _face_cards(self, faces: list[FaceRow], person: str | None) -> Cards:
        self._asks = {face.id for face in faces if face_asks(face, person)}
        keys = [face.id for face in faces]
        return Cards(keys, keys, lambda place: face_card(faces[place], person))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.list.fit(self.width())

    def _nothing(self) -> str:
        if not self._rows:
            return tr("No faces yet. Add a folder of photos: faces are found while it is analysed.")
        return {
            "unnamed": tr("Every group of faces has a name."),
            "named": tr("Nobody has a name yet. Select a stack, press N and type one."),
            "aside": tr("Nothing is set aside."),
        }[self.head.shelf]

    # --- which ----------------------------------------------------------------------------------------------

    def _groups(self, keys: Sequence[int] | None = None) -> list[ClusterRow]:
        """The selected groups (those of ``keys``); the open one, where faces are shown."""
        if self._group is not None:
            return [self._group]
        return [
            self._row_of[key]
            for key in (self.list.chosen_keys() if keys is None else keys)
            if key in self._row_of
        ]

    def _show_possible(self) -> None:
        keys, faces = self.list.chosen_keys(), self._group is not None
        groups, some = self._groups(keys), bool(keys)
        named = any(row.person is not None for row in groups)
        asks = not self._asks.isdisjoint(keys)
        self.confirm.setEnabled(asks)
        self.reject.setEnabled(some and (named if faces else asks))
        self.focus_name.setEnabled(some)
        self.head.name.setEnabled(some)
        self.merge.setEnabled(not faces and len(groups) > 1)
        self.split.setEnabled(faces and some)
        self.aside.setEnabled(not faces and bool(groups))
        self.hide_person.setEnabled(named)
        self.show_photo.setEnabled(some)
        hints = [
            (self.confirm, tr("A yes")),
            (self.reject, tr("R no")),
            (self.focus_name, tr("N name")),
            (self.merge, tr("M merge")),
            (self.split, tr("S split off")),
            (self.aside, tr("I take back") if all_aside(groups) else tr("I set aside")),
            (self.hide_person, tr("H hide")),
            (self.show_photo, tr("P photo")),
        ]
        self.hint.setText("   ·   ".join(text for action, text in hints if action.isEnabled()))

    # --- doing ----------------------------------------------------------------------------------------------

    def _edit(self, edit: Callable[[], Changes]) -> None:
        def over(_: Changes) -> None:
            self._reload.start()

        def failed(error: Exception) -> None:
            self.problem.emit(error)
            self._reload.start()

        self._runner.edit(edit, over, failed)

    def accept_selected(self) -> None:
        """Faces: they are who their group says. Groups: they are who was proposed, or all their faces are."""
        people = self._people
        if self._group is not None:
            waiting = [key for key in self.list.chosen_keys() if key in self._asks]
            if waiting:
                self._edit(lambda: people.confirm(waiting))
            return
        groups = self._groups()
        if groups:
            self._edit(lambda: people.accept(groups))

    def reject_selected(self) -> None:
        """Faces leave the person they are said to be; groups are not proposed as that person again; of a named
        group, the faces that wait leave it."""
        people = self._people
        if self._group is not None:
            keys = self.list.chosen_keys()
            if self._group.person is not None and keys:
                self._edit(lambda: people.reject(keys))
            return
        groups = self._groups()
        if groups:
            self._edit(lambda: people.refuse(groups))

    def give_name(self) -> None:
        """The typed name goes to the selected groups, or the selected faces move to that person."""
        name, people = self.head.name.text().strip(), self._people
        keys = self.list.chosen_keys()
        if not name or not keys:
            return
        if self._group is not None:
            self._edit(lambda: people.move(keys, name))
        else:
            self._edit(lambda: people.name_all(keys, name))
        self.head.name.clear()
        self.list.setFocus()

    def merge_selected(self) -> None:
        """The named group, else the largest, takes in the others."""
        groups, people = self._groups(), self._people
        if len(groups) > 1:
            into = next((row for row in groups if row.person is not None), groups[0])
            others = [row.id for row in groups if row is not into]
            self._edit(lambda: people.merge(into.id, others))

    def split_selected(self) -> None:
        keys, people = self.list.chosen_keys(), self._people
        if self._group is not None and keys:
            self._edit(lambda: people.split(*keys))

    def set_aside(self) -> None:
        groups, people = self._groups(), self._people
        ids, aside = [row.id for row in groups], not all_aside(groups)
        if ids and self._group is None:
            self._edit(lambda: people.ignore(ids, aside))

    def hide_selected(self) -> None:
        people = self._people
        persons = {row.person: not row.hidden for row in self._groups() if row.person is not None}
        if persons:
            self._edit(lambda: people.hide_all(persons))

    def forgotten(self) -> None:
        """Nobody is known any more."""
        self._group = None
        self._crops.clear()
        self._reload.start()

    # --- going ----------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The view is about to be shown."""
        self._crops.clear()
        self.read()
        self.list.setFocus()

    def open(self, group: int) -> None:
        """Shows the faces of one group; a face's photo where faces are shown already."""
        if self._group is not None:
            self._show_photo()
            return
        self._group = next((row for row in self._rows if row.id == group), None)
        self._faces = []
        self.list.clearSelection()
        self.read()

    def go_back(self) -> None:
        if self.head.name.hasFocus():
            self.head.name.clear()
            self.list.setFocus()
        elif self._group is not None:
            key = self._group.id
            self._group = None
            self._show()
            places = {at for at, other in enumerate(self.model.cards().keys) if other == key}
            self.list.clearSelection()
            self.list.choose(places, 0)
        else:
            self.left.emit()

    def _show_photo(self) -> None:
        chosen = self.list.chosen_places()
        if chosen:
            self.photo_wanted.emit(self.model.cards()[chosen[0]].photo)

    def _focus_name(self) -> None:
        self.head.name.setFocus()
        self.head.name.selectAll()

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in (self.confirm, self.reject, self.focus_name, self.merge, self.split, self.aside):
            menu.addAction(action)
        menu.addActions([self.hide_person, self.show_photo])
        menu.popup(self.list.viewport().mapToGlobal(place))

    def refresh_look(self) -> None:
        self.list.viewport().update()
