"""Forgetting everybody."""

from __future__ import annotations

from phototagger.domain.records import Changes
from phototagger.gui.kit.wording import tr
from phototagger.gui.operations.context import Context
from phototagger.gui.people.forget_dialog import ForgetDialog
from phototagger.gui.people.people_view import PeopleView


def forget(to: Context, view: PeopleView) -> ForgetDialog:
    """Asks, then deletes all that identifies people."""
    dialog = ForgetDialog(view)

    def gone(_: Changes) -> None:
        view.forgotten()
        to.messages.say("good", tr("All faces and names are deleted from the catalog."))

    dialog.forget.clicked.connect(lambda: to.runner.edit(to.program.people.forget, gone, to.tell))
    to.open(dialog)
    return dialog
