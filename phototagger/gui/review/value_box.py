"""A single value (caption, title) of the photo on show: given by the person, in its file, or proposed, to be
accepted, reworded or rejected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from phototagger.domain.errors import UsageError
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.texts import MOST_SHOWN
from phototagger.domain.records import Changes, KnownValue, ReviewState
from phototagger.domain.sentences import said
from phototagger.gui.bridge.runner import JobRunner
from phototagger.gui.bridge.services import Review
from phototagger.gui.kit.facet_words import facet_words
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import plain_tip, tr
from phototagger.gui.review.value_editors import editor_for, tip_of


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was typed instead of the value ``of``."""

    of: KnownValue | None
    text: str


class ValueBox(QWidget):
    """There for any one photo; of several it tells how many wait. Edits show once they are stored."""

    problem = Signal(object)  # an exception to tell

    def __init__(
        self, facet: ValueFacet, review: Review, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._facet = facet
        self._words = facet_words(facet.kind)
        self._review = review
        self._runner = runner
        self._shown: KnownValue | None = None
        self._photo: int | None = None  # the one on show
        self._in_file: tuple[str, ...] | None = None  # None: not read yet
        self._drafts: dict[int, _Draft] = {}  # of photos that were left; gone with the program
        self._build()
        self.clear()

    # --- from outside ---------------------------------------------------------------------------------------

    def await_photo(self) -> None:
        """One other photo is coming: nothing of the one before can be changed any more."""
        self.leave()
        self._shown, self._photo, self._in_file = None, None, None
        self._title.setText(self._words.name)
        self.editor.show_value("")
        self.editor.setEnabled(False)
        for widget in (self.accept_button, self.reject_button, self.again_button, self._many, self._others):
            widget.hide()

    def show_value(self, photo: int, value: KnownValue | None) -> None:
        """What is known of the one photo on show, None where nothing is. Words that are being typed stay while it
        is still the same."""
        typing = (self._photo, self._shown) == (photo, value) and self.is_reworded()
        if self._photo != photo:
            self.leave()
        self._photo, self._shown = photo, value
        draft = self._drafts.pop(photo, None)
        if draft is not None and draft.of == value:
            self.editor.show_value(draft.text)
        elif not typing:
            self.editor.show_value(self._stored())
        self._many.hide()
        self._settle()
        self.show()

    def show_in_file(self, texts: Sequence[str]) -> None:
        """What the file of the photo on show says by itself, in a person's words or another program's."""
        typing = self.is_reworded()
        self._in_file = tuple(texts)
        if self._photo is not None:
            if not typing:
                self.editor.show_value(self._stored())
            self._settle()

    def show_many(self, waiting: int) -> None:
        """Several photos are on show, and on so many of them a value waits."""
        self.clear()
        self._title.setText(self._words.name)
        self._many.setText(tr("%n proposed; select one photo to see it.", "", waiting))
        self._many.show()
        self.setVisible(waiting > 0)

    def clear(self) -> None:
        """No photo is on show, or several are."""
        self.leave()
        self._shown, self._photo, self._in_file = None, None, None
        for widget in (
            *(self.editor, self.accept_button, self.reject_button, self.again_button),
            *(self._many, self._others),
        ):
            widget.hide()
        self.hide()

    def is_reworded(self) -> bool:
        """Whether the value in the editor is another than the one that is stored."""
        text = self.editor.value()
        return self._photo is not None and self._stored() not in (text, text.strip())

    def leave(self) -> None:
        """Another photo is chosen: a value of the person's own is saved as it stands, as by the button. A proposal
        that they began to reword is nobody's decision yet: its words come back with the photo."""
        photo, text, before, over = self._photo, self.editor.value(), self._shown, self._in_file or ()
        if photo is None or not self.is_reworded():
            return
        self._drafts[photo] = _Draft(before, text)

        def saved(_: Changes) -> None:
            self._drafts.pop(photo, None)

        def failed(error: Exception) -> None:
            self.problem.emit(error)  # the draft is there still

        proposed = before is not None and before.state is ReviewState.SUGGESTED
        if self.accept_button.isEnabled() and not proposed:  # neither empty nor being saved
            kind = self._facet.kind
            self._runner.edit(lambda: self._review.give_value(kind, [photo], text, over), saved, failed)

    # --- review ---------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accepts the value as it stands in the editor."""
        photo, kind, over = self._photo, self._facet.kind, self._in_file or ()
        if photo is not None and self.accept_button.isEnabled():
            text = self.editor.value()
            if self.is_reworded():
                self._edit(lambda: self._review.give_value(kind, [photo], text, over))
            else:
                self._edit(lambda: self._review.accept_values(kind, [photo]))

    def reject(self) -> None:
        """Rejects it for good; one that was accepted is taken out of the file with the next write."""
        if self._shown is not None:
            photo, kind = self._shown.photo_id, self._facet.kind
            self._edit(lambda: self._review.reject_values(kind, [photo]))

    def review_again(self) -> None:
        if self._shown is not None:
            photo, kind = self._shown.photo_id, self._facet.kind
            self._edit(lambda: self._review.reset_values(kind, [photo]))

    def _send(self) -> None:
        """The editor says that the person wants it so; a choice of no value takes it away."""
        if self.editor.value().strip() or not self._facet.choices:
            self.accept()
        elif self._shown is not None:
            self.reject()
        elif self._in_file:
            self.editor.show_value(self._stored())
            stays = said(
                "{value} stays: nothing in the file says that phototagger wrote it, so it counts as your own. "
                "Take it out with another program if you do not want it.",
                value=self._words.quoted(self._words.choice(self._in_file[0])),
            )
            self.problem.emit(UsageError(stays))

    def _edit(self, edit: Callable[[], Changes]) -> None:
        for button in (self.accept_button, self.reject_button, self.again_button):
            button.setEnabled(False)

        def failed(error: Exception) -> None:
            self._update()
            self.problem.emit(error)

        self._runner.edit(edit, lambda _: self._update(), failed)

    # --- showing --------------------------------------------------------------------------------------------

    def _stored(self) -> str:
        """What was decided on or proposed; else what the file says, where that may be replaced."""
        if self._shown is not None:
            return self._shown.text
        return self._in_file[0] if self._in_file and self._facet.replaces else ""

    def _other_values(self) -> list[str]:
        """What the file says beside the value in the editor, and would say no more if that were replaced."""
        held = [text for text in self._in_file or () if self._facet.replaces and text != self._stored()]
        lines = [" / ".join(text.splitlines()) for text in held]
        cut = [line if len(line) <= MOST_SHOWN else f"{line[: MOST_SHOWN - 1]}…" for line in lines]
        return [self._words.quoted(self._words.choice(line)) for line in cut]

    def _title_of(self) -> str:
        if self._shown is None:
            return self._words.in_file if self._stored() else self._words.name
        return {
            ReviewState.SUGGESTED: self._words.proposed,
            ReviewState.CONFIRMED: self._words.name,
            ReviewState.REJECTED: self._words.rejected,
        }[self._shown.state]

    def _settle(self) -> None:
        value = self._shown
        rejected = value is not None and value.state is ReviewState.REJECTED
        self._title.setText(self._title_of())
        # What would be replaced must have been seen.
        self.editor.setEnabled(self._in_file is not None or not self._facet.replaces)
        self.editor.setVisible(not rejected)
        others = self._other_values()
        self._others.setText(tr("In the file: {values}", values=", ".join(others)))
        self._others.setVisible(bool(others))
        self.reject_button.setVisible(value is not None and not rejected)
        self.again_button.setVisible(rejected)
        self._update()

    def _update(self) -> None:
        if self._photo is None:
            return
        state = self._shown.state if self._shown is not None else None
        proposed = state is ReviewState.SUGGESTED
        rejected = state is ReviewState.REJECTED
        text = bool(self.editor.value().strip())
        self.accept_button.setText(tr("Accept") if proposed else tr("Save"))
        changed = self.is_reworded() and not self._facet.choices  # a choice is saved as it is made
        self.accept_button.setVisible(not rejected and (proposed or changed))
        self.accept_button.setEnabled(text and not rejected)
        self.reject_button.setText(tr("Reject") if proposed else tr("Remove"))
        self.reject_button.setEnabled(True)
        self.again_button.setEnabled(True)
        waits = self._shown is not None and state is ReviewState.CONFIRMED and not self._shown.written
        self.editor.setToolTip(plain_tip(tr("Not yet written to the file")) if waits else "")

    # --- building -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._title = label("", "heading")
        self._many = label("", "muted", wrap=True)
        self._others = label("", "muted", wrap=True)
        self.editor = editor_for(self._facet, self._words)
        self.editor.edited.connect(self._update)
        self.editor.sent.connect(self._send)
        self.accept_button = QPushButton()
        self.accept_button.setToolTip(tr("{tip_of} in the field", tip_of=tip_of(self.editor)))
        self.accept_button.clicked.connect(self.accept)
        self.reject_button = QPushButton()
        self.reject_button.clicked.connect(self.reject)
        self.again_button = QPushButton(tr("Review again"))
        self.again_button.clicked.connect(self.review_again)
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
        column.addWidget(self._others)
        column.addLayout(buttons)
