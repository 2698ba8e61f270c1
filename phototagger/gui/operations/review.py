"""Deciding about many photos at once, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.domain.records import Changes
from phototagger.domain.sentences import Said
from phototagger.gui.kit.wording import tr
from phototagger.gui.operations import words
from phototagger.gui.operations.context import Context
from phototagger.gui.photos.photos_page import PhotosPage
from phototagger.gui.review.accept_dialog import AcceptDialog


def accept_above(to: Context, page: PhotosPage) -> AcceptDialog:
    """Asks for a score and accepts what is above it, as one history step."""
    dialog = AcceptDialog(len(page.selected_ids()), page.model.rowCount(), to.window)

    def told(changes: Changes) -> None:
        if changes.photos:
            text = tr("Accepted suggestions on %n photo(s).", "", len(changes.photos))
            to.messages.say("good", text, tr("Undo"), lambda: undo(to))
        else:
            to.messages.say("info", tr("No open suggestion is that sure."))

    def chosen() -> None:
        score = dialog.score
        ids: Sequence[int] | None = page.model.ids() if page.narrowed() else None
        if dialog.only_selected.isChecked():
            ids = page.selected_ids()
        to.runner.edit(lambda: to.program.review.accept_above(score, ids), told, to.tell)

    dialog.accepted.connect(chosen)
    to.open(dialog)
    return dialog


def undo(to: Context) -> None:
    """Takes the latest edit back."""

    def over(answer: tuple[Changes, Said] | None) -> None:
        if answer is None:
            to.messages.say("info", tr("There is nothing to undo."))
        else:
            _stepped(to, answer[0], tr("Undone: {edit}", edit=answer[1]))

    to.runner.edit(to.program.review.undo, over, to.tell)


def redo(to: Context) -> None:
    """Makes the edit again that was taken back."""

    def over(answer: tuple[Changes, Said] | None) -> None:
        if answer is None:
            to.messages.say("info", tr("There is nothing to do again."))
        else:
            _stepped(to, answer[0], tr("Done again: {edit}", edit=answer[1]))

    to.runner.edit(to.program.review.redo, over, to.tell)


def _stepped(to: Context, changes: Changes, text: str) -> None:
    to.messages.say("info", text)
    if changes.words:
        words.resuggest(to)
