"""What keywords are called, and the suggestions that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from phototagger.gui.keywords.keywords_dialog import KeywordsDialog
from phototagger.gui.kit.wording import imported_text, tr
from phototagger.gui.operations import write
from phototagger.gui.operations.context import Context
from phototagger.gui.operations.jobs import Slot
from phototagger.gui.write.skipped_files_dialog import reasons

if TYPE_CHECKING:
    from phototagger.jobs.analysis.resuggest import ResuggestSummary
    from phototagger.jobs.words.in_photos import TakenWords


def edit(to: Context) -> KeywordsDialog:
    """Opens the list of keywords; suggestions follow its edits."""
    dialog = KeywordsDialog(to.program.words.book, to.runner, to.window)
    dialog.changed.connect(lambda: resuggest(to))
    dialog.photos_wanted.connect(lambda match: import_from_photos(to, match, dialog.load))
    dialog.open()
    return dialog


def import_from_photos(to: Context, match: bool, then: Callable[[], None]) -> None:
    """Takes the keywords that the photos have in their files into the person's list."""

    def done(taken: TakenWords) -> None:
        to.messages.say("good", imported_text(taken.imported))
        if taken.failed:
            to.tell_skipped(tr("Not read: %n file(s).", "", len(taken.failed)), reasons(taken.failed))
        if taken.imported.renamed:
            resuggest(to)
        then()

    job = write.start(to, "import", lambda cancel: to.program.words.import_from_photos(None, match, cancel))
    if job is not None:
        job.done.connect(done)


def resuggest(to: Context) -> None:
    """Suggestions by the settings and words of now, out of what the networks said of each photo before."""
    if to.jobs.busy(Slot.SUGGESTIONS):  # by settings that are old by now
        to.jobs.replace(Slot.SUGGESTIONS, lambda: resuggest(to))
        return

    def done(summary: ResuggestSummary) -> None:
        if summary.changed:
            text = tr("The suggestions of %n photo(s) follow the new settings.", "", summary.changed)
            to.messages.say("good", text)

    def stopped() -> None:
        if not to.jobs.follows(Slot.SUGGESTIONS):
            text = tr("Stopped. Some suggestions still follow the old settings.")
            to.messages.say("info", text, tr("Go on"), lambda: resuggest(to))

    job = to.jobs.start(
        Slot.SUGGESTIONS, "resuggest", lambda cancel: to.program.analysis.resuggest([], cancel)
    )
    job.done.connect(done)
    job.cancelled.connect(stopped)
    job.failed.connect(to.tell)
