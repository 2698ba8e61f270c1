"""Into the files, and back out of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phototagger.domain.writing import FieldConflict, WritePlan, WriteRun
from phototagger.gui.bridge.runner import RunningJob
from phototagger.gui.kit.wording import tr
from phototagger.gui.operations.context import Context
from phototagger.gui.operations.jobs import Slot
from phototagger.gui.write.plan_lines import PlanLines
from phototagger.gui.write.skipped_files_dialog import reasons
from phototagger.gui.write.write_dialog import WriteDialog
from phototagger.jobs.progress import Cancel, Job

if TYPE_CHECKING:
    from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary

CHANGING = ("write", "undo", "rename")  # jobs after which files are not what they were


def start(to: Context, name: str, make: Callable[[Cancel], Job[Any]]) -> RunningJob | None:
    """Starts a job on the files; None, and a word on it, while one is at them."""
    if to.jobs.busy(Slot.FILES):
        to.messages.say("info", tr("Files are being written. Wait until that is done."))
        return None
    job = to.jobs.start(Slot.FILES, name, make)
    job.cancelled.connect(
        lambda _: to.messages.say("info", tr("Stopped. Files written so far stay written."))
    )
    job.failed.connect(to.tell)
    return job


def plan(to: Context, photo_ids: Sequence[int] | None) -> None:
    """Reads the files of these photos (None: of all), works out what would be written, and shows it."""

    def planned(cancel: Cancel) -> Job[PlanLines]:
        return PlanLines((yield from to.program.writing.plan(photo_ids, cancel)))

    def done(lines: PlanLines) -> None:
        if lines:
            preview(to, lines, None if photo_ids is None else len(photo_ids))
        else:
            to.messages.say("good", tr("Nothing to write: the files hold all of it already."))

    job = start(to, "plan", planned)
    if job is not None:
        job.done.connect(done)


def preview(to: Context, lines: PlanLines, selected: int | None) -> WriteDialog:
    """Shows the plans; on agreement remembers it, then writes."""
    preferences = to.program.preferences
    dialog = WriteDialog(lines, preferences.settings.write.agreed, to.window, selected)

    def agreed() -> None:
        chosen, settings = dialog.plans, preferences.settings
        if settings.write.agreed:
            write(to, chosen)
            return
        kept = replace(settings, write=replace(settings.write, agreed=True))
        to.runner.edit(lambda: preferences.update(kept), lambda _: write(to, chosen), to.tell)

    dialog.accepted.connect(agreed)
    to.open(dialog)
    return dialog


def write(to: Context, plans: Sequence[WritePlan]) -> None:
    """Writes what was shown and agreed to."""
    job = start(to, "write", lambda cancel: to.program.writing.write(plans, cancel))
    if job is not None:
        job.done.connect(lambda summary: _wrote(to, summary))


def _wrote(to: Context, summary: WriteSummary) -> None:
    left = [*summary.refused, *summary.failed]
    if summary.written:
        run_id = summary.run_id
        text = tr("Written into %n file(s).", "", summary.written)
        to.messages.say("good", text, tr("Undo"), lambda: undo_run(to, run_id))
    if left:
        to.tell_skipped(tr("Left as before: %n file(s).", "", len(left)), reasons(left))
    elif not summary.written:
        to.messages.say("info", tr("Nothing was written."))


def undo_run(to: Context, run_id: int | None) -> None:
    """Takes a write run back out of the files."""
    job = start(to, "undo", lambda cancel: to.program.writing.undo_run(run_id, cancel))
    if job is not None:
        job.done.connect(lambda summary: tell_undone(to, summary))


def tell_undone(to: Context, summary: UndoSummary) -> None:
    """What came back and what did not."""
    if summary.restored:
        text = tr("Put back as before the write: %n file(s).", "", summary.restored)
        if summary.renamed:
            text = tr("Called as before: %n photo(s).", "", summary.restored)
        elif summary.took_away:
            text = tr("What was taken out is back in %n file(s).", "", summary.restored)
        to.messages.say("good", text)
    if summary.forgotten:
        text = tr(
            "Boxes of faces that were taken out do not come back, for all faces were forgotten: %n file(s).",
            "",
            summary.forgotten,
        )
        to.messages.say("warning", text)
    if summary.conflicts:
        text = tr(
            "Changed by others since, so not all of it was put back: %n file(s).", "", len(summary.conflicts)
        )
        to.tell_skipped(text, reasons(summary.conflicts, summary.left))
    if summary.failed:
        to.tell_skipped(tr("Not put back: %n file(s).", "", len(summary.failed)), reasons(summary.failed))


def remove_added(to: Context, run_id: int) -> None:
    """Takes out of the files what a run added, whatever others did to them since."""
    job = start(to, "undo", lambda cancel: to.program.writing.remove_added(run_id, cancel))
    if job is not None:
        job.done.connect(lambda summary: _removed(to, summary))


def _removed(to: Context, summary: RemovalSummary) -> None:
    if summary.cleared:
        to.messages.say("good", tr("What the run added is taken out of %n file(s).", "", summary.cleared))
    elif not summary.failed:
        to.messages.say("info", tr("Nothing of what the run added is there any more."))
    if summary.failed:
        to.tell_skipped(tr("Left as before: %n file(s).", "", len(summary.failed)), reasons(summary.failed))


def show_conflicts(to: Context, run: WriteRun) -> None:
    """What undo of a run left alone, as the journal has it."""
    library, title = to.program.library, tr("Changed by others since, so left alone")

    def arrived(found: list[FieldConflict]) -> None:
        to.show_skipped(title, reasons([], found))

    to.runner.call(lambda: library.conflicts(run.id), arrived, to.tell)
