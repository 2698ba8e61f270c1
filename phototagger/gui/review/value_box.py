"""The caption of the photo on show: written by the person, or proposed out of the text in it, to be accepted,
reworded or rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import Changes, KnownValue, ReviewState
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Review
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import counted

ROWS = 3  # of text on show before it scrolls


class _Field(QPlainTextEdit):
    """Some lines of text; ``sent`` by Ctrl+Enter, for Enter starts a line."""

    sent = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was typed instead of the caption ``of``."""

    of: KnownValue | None
    text: str


class CaptionBox(QWidget):
    """There for any one photo; of several it tells how many wait. Edits show once they are stored."""

    problem = Signal(object)  # an exception to tell

    def __init__(self, review: Review, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._review = review
        self._runner = runner
        self._shown: KnownValue | None = None
        self._photo: int | None = None  # the one on show
        self._drafts: dict[int, _Draft] = {}  # of photos that were left; gone with the program
        self._build()
        self.clear()

    # --- from outside ---------------------------------------------------------------------------------------

    def await_photo(self) -> None:
        """One other photo is coming: nothing of the one before can be changed any more."""
        self.leave()
        self._shown, self._photo = None, None
        self._title.setText(self.tr("Caption"))
        self.editor.clear()
        self.editor.setEnabled(False)
        for widget in (self.accept_button, self.reject_button, self.again_button, self._many):
            widget.hide()

    def show_caption(self, photo: int, caption: KnownValue | None) -> None:
        """The caption of the one photo on show, None where it has none. Words that are being typed stay while it is
        still the same."""
        typing = (self._photo, self._shown) == (photo, caption) and self.is_reworded()
        if self._photo != photo:
            self.leave()
        self._photo, self._shown = photo, caption
        draft = self._drafts.pop(photo, None)
        if draft is not None and draft.of == caption:
            self.editor.setPlainText(draft.text)
        elif not typing:
            self.editor.setPlainText(caption.text if caption is not None else "")
        rejected = caption is not None and caption.state is ReviewState.REJECTED
        self._title.setText(self._title_of(caption))
        self._many.hide()
        self.editor.setEnabled(True)
        self.editor.setVisible(not rejected)
        self.reject_button.setVisible(caption is not None and not rejected)
        self.again_button.setVisible(rejected)
        self._update()
        self.show()

    def show_many(self, waiting: int) -> None:
        """Several photos are on show, and on so many of them a caption waits."""
        self.clear()
        self._title.setText(self.tr("Caption"))
        self._many.setText(counted(self, "%Ln proposed; select one photo to see it.", waiting))
        self._many.show()
        self.setVisible(waiting > 0)

    def clear(self) -> None:
        """No photo is on show, or several are."""
        self.leave()
        self._shown, self._photo = None, None
        for widget in (self.editor, self.accept_button, self.reject_button, self.again_button, self._many):
            widget.hide()
        self.hide()

    def is_reworded(self) -> bool:
        """Whether the text on show is another than the one that is stored."""
        stored = self._shown.text if self._shown is not None else ""
        return self._photo is not None and self.editor.toPlainText().strip() != stored

    def leave(self) -> None:
        """Another photo is chosen: a caption of the person's own is saved as it stands, as by the button. A
        proposal that they began to reword is nobody's decision yet: its words come back with the photo."""
        photo, text, before = self._photo, self.editor.toPlainText(), self._shown
        if photo is None or not self.is_reworded():
            return
        self._drafts[photo] = _Draft(before, text)

        def saved(_: Changes) -> None:
            self._drafts.pop(photo, None)

        def failed(error: Exception) -> None:
            self.problem.emit(error)  # the draft is there still

        proposed = before is not None and before.state is ReviewState.SUGGESTED
        if self.accept_button.isEnabled() and not proposed:  # neither empty nor being saved
            self._runner.edit(lambda: self._review.give_value(CAPTION, [photo], text, ()), saved, failed)

    # --- review ---------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accepts the caption as it stands in the field."""
        photo = self._photo
        if photo is not None and self.accept_button.isEnabled():
            text = self.editor.toPlainText()
            if self.is_reworded():
                self._edit(lambda: self._review.give_value(CAPTION, [photo], text, ()))
            else:
                self._edit(lambda: self._review.accept_values(CAPTION, [photo]))

    def reject(self) -> None:
        """Rejects it for good; one that was accepted is taken out of the file with the next write."""
        if self._shown is not None:
            photo = self._shown.photo_id
            self._edit(lambda: self._review.reject_values(CAPTION, [photo]))

    def review_again(self) -> None:
        if self._shown is not None:
            photo = self._shown.photo_id
            self._edit(lambda: self._review.reset_values(CAPTION, [photo]))

    def _edit(self, edit: Callable[[], Changes]) -> None:
        for button in (self.accept_button, self.reject_button, self.again_button):
            button.setEnabled(False)

        def failed(error: Exception) -> None:
            self._update()
            self.problem.emit(error)

        self._runner.edit(edit, lambda _: self._update(), failed)

    # --- showing --------------------------------------------------------------------------------------------

    def _title_of(self, caption: KnownValue | None) -> str:
        if caption is None:
            return self.tr("Caption")
        return {
            ReviewState.SUGGESTED: self.tr("Caption, read in the photo"),
            ReviewState.CONFIRMED: self.tr("Caption"),
            ReviewState.REJECTED: self.tr("Caption rejected"),
        }[caption.state]

    def _update(self) -> None:
        if self._photo is None:
            return
        state = self._shown.state if self._shown is not None else None
        proposed = state is ReviewState.SUGGESTED
        rejected = state is ReviewState.REJECTED
        text = bool(self.editor.toPlainText().strip())
        self.accept_button.setText(self.tr("Accept") if proposed else self.tr("Save"))
        self.accept_button.setVisible(not rejected and (proposed or self.is_reworded()))
        self.accept_button.setEnabled(text and not rejected)
        self.reject_button.setText(self.tr("Reject") if proposed else self.tr("Remove"))
        self.reject_button.setEnabled(True)
        self.again_button.setEnabled(True)
        waits = self._shown is not None and state is ReviewState.CONFIRMED and not self._shown.written
        self.editor.setToolTip(self.tr("Not yet written to the file") if waits else "")

    # --- building -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._title = label("", "heading")
        self._many = label("", "muted", wrap=True)
        self.editor = _Field()
        self.editor.setAccessibleName(self.tr("Caption"))
        self.editor.setPlaceholderText(self.tr("Write a caption…"))
        self.editor.setTabChangesFocus(True)
        self.editor.setFixedHeight(self.editor.fontMetrics().lineSpacing() * ROWS + 3 * UNIT)
        self.editor.textChanged.connect(self._update)
        self.accept_button = QPushButton()
        self.accept_button.setToolTip(self.tr("Ctrl+Enter in the field"))
        self.accept_button.clicked.connect(self.accept)
        self.reject_button = QPushButton()
        self.reject_button.clicked.connect(self.reject)
        self.again_button = QPushButton(self.tr("Review again"))
        self.again_button.clicked.connect(self.review_again)
        self.editor.sent.connect(self.accept)
        buttons = QHBoxLayout()
        for button in (self.accept_button, self.reject_button, self.again_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, UNIT, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self._title)
        column.addWidget(self._many)
        column.addWidget(self.editor)
        column.addLayout(buttons)
