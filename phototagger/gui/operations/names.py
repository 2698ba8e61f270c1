"""Photos whose name has the wrong suffix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from phototagger.gui.kit.wording import tr
from phototagger.gui.operations import write
from phototagger.gui.operations.context import Context, listed
from phototagger.gui.write.skipped_files_dialog import reasons

if TYPE_CHECKING:
    from phototagger.jobs.write.fix_names import NewName, RenameSummary


def look(to: Context) -> None:
    """Looks for such photos, and offers to rename them."""
    job = write.start(to, "names", lambda cancel: to.program.writing.plan_names(None, cancel))
    if job is not None:
        job.done.connect(lambda names: _looked(to, names))


def _looked(to: Context, names: Sequence[NewName]) -> None:
    fit = [new for new in names if new.refused is None]
    if fit:
        called = listed([f"{new.path.name} → {new.target.name}" for new in fit])
        text = tr("Called by a wrong suffix: %n photo(s) ({names}).", "", len(fit), names=called)
        to.messages.say("info", text, tr("Rename them"), lambda: fix(to, fit))
    kept = [(new.path, new.refused) for new in names if new.refused is not None]
    if kept:
        text = tr("The right name is taken, or not to be given: %n photo(s).", "", len(kept))
        to.tell_skipped(text, reasons(kept))
    if not names:
        to.messages.say("good", tr("Every photo has the suffix that it should have."))


def fix(to: Context, names: Sequence[NewName]) -> None:
    """Renames what was shown and agreed to."""
    job = write.start(to, "rename", lambda cancel: to.program.writing.fix_names(names, cancel))
    if job is not None:
        job.done.connect(lambda summary: _renamed(to, summary))


def _renamed(to: Context, summary: RenameSummary) -> None:
    if summary.renamed:
        run_id = summary.run_id
        text = tr("Renamed: %n photo(s).", "", summary.renamed)
        to.messages.say("good", text, tr("Undo"), lambda: write.undo_run(to, run_id))
    if summary.failed:
        text = tr("Called as before: %n photo(s).", "", len(summary.failed))
        to.tell_skipped(text, reasons(summary.failed))
