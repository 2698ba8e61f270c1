"""Review: what the networks suggest for the selected photos, what the person made of it, and own keywords."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from phototagger.domain.records import Changes, keyword_leaf
from phototagger.gui.bridge.runner import JobRunner, Ticket
from phototagger.gui.bridge.services import Files, Library, Review
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import Chip, flow_into, in_key_order, label
from phototagger.gui.kit.wording import plain_tip, tr
from phototagger.gui.review.review_head import InFile, ReviewHead
from phototagger.gui.review.review_lines import KeywordLine, Lines, merge, resolve
from phototagger.gui.review.suggestion_row import SuggestionList
from phototagger.gui.review.values_panel import ValuesPanel
from phototagger.jobs.library import PhotoDetails

CHIPS_MAX = 80  # keywords of a selection; a thousand would take the window seconds to place
PHOTOS_MAX = 400  # photos of a selection whose suggestions are merged; the panel says when there are more
RELOAD_MS = 40


class ReviewPanel(QWidget):
    """Suggestions of the selected photos. Edits show at once and are stored behind."""

    problem = Signal(object)  # an exception to tell
    wanted = Signal()  # the panel is to be seen

    def __init__(
        self,
        library: Library,
        review: Review,
        files: Files,
        runner: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._decide = review
        self._runner = runner
        self._ids: array[int] = array("q")
        self._lines = Lines()
        self._busy: set[int] = set()  # suggestions whose review is being stored
        self._known: list[str] = []
        self._awaited = False  # the photos of the selection as it rests are being read
        self._moved = False  # the selection is elsewhere already; what is shown is of the photos before
        self._keys: list[Callable[[], None]] = []  # pressed meanwhile, meant for what is coming
        self._reading: Ticket | None = None
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.setInterval(RELOAD_MS)
        self._reload.timeout.connect(self._read)
        self._in_file = InFile(files, runner)
        self._build()
        self._show(Lines())

    # --- from outside ---------------------------------------------------------------------------------------

    def selection_moves(self) -> None:
        """The selection changed and ``show_photos`` follows: keys pressed until then wait for it, so that a
        fast hand never reviews the photo before."""
        self._moved, self._awaited = True, False

    def show_photos(self, ids: array[int]) -> None:
        """Shows the suggestions of these photos."""
        if ids == self._ids:
            self._settled()
            return
        self._ids = ids
        self._awaited = True
        if not ids:
            self._settled()
            self._show(Lines())
        one = ids[0] if len(ids) == 1 else None
        self._head.await_photo(one)
        self._in_file.clear()
        if one is None:
            self.values.clear()
        else:
            self.values.await_photo()
        self._read()
        if one is not None:
            self._in_file.read(one)

    def on_changes(self, changes: Changes) -> None:
        """Reads again when one of the photos shown changed."""
        if changes.photos and not changes.photos.isdisjoint(self._ids[:PHOTOS_MAX]):
            self._reload.start()

    def refresh_file_keywords(self) -> None:
        """The files were written: what is in them is read again."""
        if len(self._ids) == 1:
            self._in_file.read(self._ids[0])

    def file_keywords(self) -> list[str]:
        """The keywords shown as being in the file."""
        return self._in_file.keywords()

    def complete_with(self, words: list[str]) -> None:
        """What is typed is completed to one of these."""
        self._known = words
        self._completions.setStringList(words)

    def focus_field(self) -> None:
        """A keyword is to be typed."""
        self.wanted.emit()
        self.field.setFocus()

    def refresh_look(self) -> None:
        """The look changed: chips carry colours of their own and are made again."""
        self._fill_keywords(self._lines)
        self._fill_rejected(self._lines)

    @property
    def reading(self) -> bool:
        """Whether something newer than what is on show is coming."""
        return self._reading is not None or self._reload.isActive()

    @property
    def lines(self) -> Lines:
        """What is on show."""
        return self._lines

    def current_line(self) -> KeywordLine | None:
        return self.list.current_line()

    # --- review ---------------------------------------------------------------------------------------------

    def _settled(self) -> None:
        self._moved = self._awaited = False
        keys, self._keys = self._keys, []
        for press in keys:
            press()

    def accept_current(self) -> None:
        if self._moved:
            self._keys.append(self.accept_current)
            return
        line = self.current_line()
        if line is not None:
            self.accept([line])

    def reject_current(self) -> None:
        if self._moved:
            self._keys.append(self.reject_current)
            return
        line = self.current_line()
        if line is not None:
            self.reject([line])

    def accept_all(self) -> None:
        """Accepts every suggestion on show, as one history step."""
        if self._moved:
            self._keys.append(self.accept_all)
        elif self._lines.to_review:
            self.accept(self._lines.to_review)

    def accept(self, lines: Sequence[KeywordLine]) -> None:
        self._review(lines, self._decide.confirm)

    def reject(self, lines: Sequence[KeywordLine]) -> None:
        self._review(lines, self._decide.reject)

    def _review(self, lines: Sequence[KeywordLine], edit: Callable[[Sequence[int]], Changes]) -> None:
        ids = [one for line in lines for one in line.suggestion_ids]
        self._busy.update(ids)

        def over(_: object) -> None:
            self._busy.difference_update(ids)
            self._reload.start()

        def failed(error: Exception) -> None:
            over(None)
            self.problem.emit(error)

        self._runner.edit(lambda: edit(ids), over, failed)
        self._show(self._lines.without(self._busy))

    def _restore(self, line: KeywordLine) -> None:
        ids = line.suggestion_ids
        self._runner.edit(lambda: self._decide.reset(ids), None, self.problem.emit)

    def add_typed(self) -> None:
        """Adds the keyword in the field to all selected photos."""
        typed = self.field.text()
        keyword = resolve(typed, self._known)
        ids = array("q", self._ids)

        def failed(error: Exception) -> None:
            if not self.field.text():  # to be mended, as where the word may be several
                self.field.setText(typed)
            self.problem.emit(error)

        if keyword and ids:
            self._runner.edit(lambda: self._decide.add_keyword(ids, keyword), None, failed)
        QTimer.singleShot(0, self.field, self.field.clear)  # after the completer has put its word in

    def remove(self, keyword: str) -> None:
        """Takes a keyword off all selected photos (in the catalog; the files follow with the next write)."""
        ids = array("q", self._ids)
        self._runner.edit(lambda: self._decide.remove_keyword(ids, keyword), None, self.problem.emit)

    # --- reading --------------------------------------------------------------------------------------------

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.forget()
        ids = self._ids[:PHOTOS_MAX]
        if not ids:
            return
        library = self._library

        def read() -> tuple[Lines, list[PhotoDetails]]:
            details = library.details_of(ids)
            return merge(details), details[:1]

        def arrived(answer: tuple[Lines, list[PhotoDetails]]) -> None:
            self._reading = None
            lines, first = answer
            if first and len(self._ids) == 1:
                self._head.show_photo(first[0])
                self.values.show_photo(first[0])
            else:
                self.values.show_many(lines.values)
            self._show(lines.without(self._busy))
            if self._awaited:
                self._settled()

        def failed(error: Exception) -> None:
            self._reading = None
            self.problem.emit(error)

        self._reading = self._runner.call(read, arrived, failed)

    # --- showing --------------------------------------------------------------------------------------------

    def _show(self, lines: Lines) -> None:
        self._lines = lines
        chosen = len(self._ids)
        self._body.setVisible(chosen > 0)
        self._nothing.setVisible(chosen == 0)
        if chosen > 1:
            self._head.show_many(chosen, min(chosen, PHOTOS_MAX))
        self._fill_list(lines)
        self._fill_keywords(lines)
        self._fill_rejected(lines)

    def _fill_list(self, lines: Lines) -> None:
        self.list.show_lines(lines.to_review, lines.photos)
        count = len(lines.to_review) + lines.hidden
        text = tr("Waiting for analysis") if lines.waiting else tr("Nothing left to review")
        if lines.values and not lines.waiting:
            text = tr("Only the caption is left to review")
        self._suggestions.setText(tr("%n suggestion(s) to review", "", count) if count else text)
        self.accept_all_button.setVisible(count > 1)

    def _fill_keywords(self, lines: Lines) -> None:
        self._chips.clear()
        chips: list[QWidget] = []
        shown = lines.keywords if lines.photos == 1 else lines.keywords[:CHIPS_MAX]
        for word in shown:
            leaf = keyword_leaf(word.keyword)
            text = leaf if word.photos == lines.photos else f"{leaf}  {word.photos}/{lines.photos}"
            chip = Chip(word.keyword, text, tr("Remove {leaf}", leaf=leaf))
            tip = word.keyword.replace("|", " › ")
            if word.unwritten:
                tip += f"\n{tr('Not yet written to the file')}"
            chip.setToolTip(plain_tip(tip))
            chip.pressed.connect(self.remove)
            self._chips.addWidget(chip)
            chips.append(chip.button)
        in_key_order(self.list, *chips)
        self._no_keywords.setVisible(not lines.keywords)
        more = len(lines.keywords) - len(shown)
        self._more_keywords.setText(tr("and %n more keyword(s), on fewer photos", "", more))
        self._more_keywords.setVisible(more > 0)

    def _fill_rejected(self, lines: Lines) -> None:
        self._rejected.clear()
        chips: list[QWidget] = []
        self._rejected_title.setVisible(bool(lines.rejected))
        for line in lines.rejected:
            leaf = keyword_leaf(line.keyword)
            chip = Chip(line.keyword, leaf, tr("Review {leaf} again", leaf=leaf), "undo", soft=True)
            chip.pressed.connect(lambda _, one=line: self._restore(one))
            self._rejected.addWidget(chip)
            chips.append(chip.button)
        in_key_order(self.field, *chips)

    def _hints(self) -> str:
        """The keys; each stays on one line with what it does."""
        hints = tr("A accept · R reject · Shift+A accept all · U undo").split(" · ")
        return " · ".join(hint.replace(" ", "\u00a0") for hint in hints)

    # --- building -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._nothing = label(tr("Select photos to see what was found on them."), "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(UNIT, 5 * UNIT, UNIT, UNIT)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, UNIT)
        body.setSpacing(UNIT)
        self._head = ReviewHead(self._library, self._runner)
        body.addWidget(self._head)
        body.addSpacing(UNIT)
        self._build_suggestions(body)
        self.values = ValuesPanel(self._decide, self._runner)
        self.values.problem.connect(self.problem)
        body.addWidget(self.values)
        body.addSpacing(UNIT)
        self._build_keywords(body)
        body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._body)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        hints = label(self._hints(), "muted", wrap=True)
        hints.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._nothing)
        column.addWidget(scroll, 1)
        column.addWidget(hints)

    def _build_suggestions(self, body: QVBoxLayout) -> None:
        self._suggestions = label("", "heading")
        self.accept_all_button = QPushButton(tr("Accept all"))
        self.accept_all_button.setToolTip(tr("Accept every suggestion shown here (Shift+A)"))
        self.accept_all_button.clicked.connect(self.accept_all)
        head = QHBoxLayout()
        head.addWidget(self._suggestions, 1)
        head.addWidget(self.accept_all_button)
        self.list = SuggestionList()
        self.list.accepted.connect(lambda line: self.accept([line]))
        self.list.rejected.connect(lambda line: self.reject([line]))
        body.addLayout(head)
        body.addWidget(self.list)

    def _build_keywords(self, body: QVBoxLayout) -> None:
        body.addWidget(label(tr("Keywords"), "heading"))
        self._no_keywords = label(tr("None yet. Accept suggestions, or add your own."), "muted", wrap=True)
        body.addWidget(self._no_keywords)
        self._chips = flow_into(body)
        self._more_keywords = label("", "muted", wrap=True)
        body.addWidget(self._more_keywords)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Add a keyword…"))
        self.field.setAccessibleName(tr("Add a keyword"))
        self.field.setToolTip(
            tr(
                "Use | between levels, as in animal|dog. A word that is in the tree already joins it "
                "there; with | before it, it stays at the top."
            )
        )
        self._completions = QStringListModel(self)
        completer = QCompleter(self._completions, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.field.returnPressed.connect(self.add_typed)
        body.addWidget(self.field)
        self._rejected_title = label(tr("Rejected"), "muted")
        body.addSpacing(UNIT)
        body.addWidget(self._rejected_title)
        self._rejected = flow_into(body)
        self._in_file.values.connect(self.values.show_in_file)
        body.addWidget(self._in_file)
