"""Starting the long jobs, and telling how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import PhotoTaggerError
from phototagger.domain.writing import WritePlan
from phototagger.files.foreign import Foreign
from phototagger.gui.bridge.runner import JobRunner, RunningJob
from phototagger.gui.bridge.services import Program
from phototagger.gui.kit.drop import fold
from phototagger.gui.kit.job_bar import JobBar
from phototagger.gui.kit.messages import Messages
from phototagger.gui.kit.wording import counted, duration, imported_text
from phototagger.gui.write.plan_lines import PlanLines
from phototagger.gui.write.skipped_files_dialog import reasons
from phototagger.jobs.progress import Cancel, Job, Progress

if TYPE_CHECKING:
    from phototagger.jobs.analysis.analyse import AnalyseSummary
    from phototagger.jobs.analysis.passed_over import Left
    from phototagger.jobs.analysis.resuggest import ResuggestSummary
    from phototagger.jobs.words.in_photos import TakenWords
    from phototagger.jobs.write.fix_names import NewName, RenameSummary
    from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary

LISTED_MAX = 1000  # folders in one list
NAMED_MAX = 3  # folders named in one message


class Work(QObject):
    """One analysis and one write at a time; further folders wait for their turn."""

    plans_ready = Signal(object, object)  # PlanLines; how many photos were selected for it, or None
    written = Signal()  # files changed (a write or its undo ended)
    analysing = Signal()  # an analysis has begun to answer
    problems_wanted = Signal()
    analysis_over = Signal()
    words_imported = Signal()
    left_wanted = Signal(str, object)  # a headline; files and why they were left alone

    def __init__(
        self, app: Program, runner: JobRunner, bar: JobBar, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._runner = runner
        self._bar = bar
        self._messages = messages
        self._waiting: list[Path] = []
        self._analysis: RunningJob | None = None
        self._files: RunningJob | None = None
        self._suggestions: RunningJob | None = None
        self._suggest_again = False
        self._resting = ""
        bar.cancel_wanted.connect(self.cancel)
        self._names = {
            "scan": self.tr("Looking for photos"),
            "analyse": self.tr("Analysing"),
            "read_facts": self.tr("Reading times and places"),
            "read_names": self.tr("Reading names of people"),
            "captions": self.tr("Looking for captions"),
            "values": self.tr("Looking into the files"),
            "plan": self.tr("Comparing with the files"),
            "write": self.tr("Writing into files"),
            "undo": self.tr("Undoing a write"),
            "names": self.tr("Looking at names"),
            "rename": self.tr("Renaming"),
            "import": self.tr("Reading keywords out of the files"),
            "resuggest": self.tr("Making suggestions anew"),
        }

        self._reasons = {
            Foreign.LIBRARY: self.tr("Another program's library, which keeps a record of each file in it."),
            Foreign.MARKED: self.tr("A file in it asks programs to leave it alone."),
            Foreign.SNAPSHOT: self.tr("What folders held some time ago."),
            Foreign.BIN: self.tr("What was deleted."),
            Foreign.COPIES: self.tr("Copies that another program keeps of photos it changed."),
            Foreign.CACHE: self.tr("Thumbnails and previews that another program made."),
            Foreign.SYSTEM: self.tr("The system's, or a program's, own."),
        }

    @property
    def is_analysing(self) -> bool:
        return self._analysis is not None

    @property
    def is_writing(self) -> bool:
        """Whether files are compared, written, or put back."""
        return self._files is not None

    def rest(self, text: str) -> None:
        """What the status bar says while nothing runs."""
        self._resting = text
        if self._front() is None:
            self._bar.rest(text)

    def cancel(self) -> None:
        """Stops the job in front; folders that waited are let go too."""
        job = self._front()
        if job is not None:
            self._bar.stopping()
            if job is self._analysis:
                self._waiting.clear()
            job.cancel()

    # --- scan and analysis ----------------------------------------------------------------------------------

    def add(self, paths: Sequence[Path]) -> None:
        """Scans and analyses these folders and photos, after those before them."""
        if not paths:
            return
        if self._analysis is not None:
            self._waiting = fold([*self._waiting, *paths])
            self._messages.say("info", self.tr("Added. The analysis goes on there when this one is done."))
            return
        roots = fold(paths)
        job = self._runner.start("analyse", lambda cancel: self._app.analysis.scan_and_analyse(roots, cancel))
        self._analysis = job
        job.done.connect(lambda summary: self._analysed(summary, roots))
        job.cancelled.connect(
            lambda _: self._messages.say("info", self.tr("Stopped. Everything found so far is kept."))
        )
        job.failed.connect(lambda error: self._failed(error, self.tr("Try again"), lambda: self.add(roots)))
        job.progressed.connect(self._first_answers)
        job.ended.connect(self._analysis_ended)
        self._show(job, self._names["scan"])

    def _first_answers(self, progress: Progress) -> None:
        if progress.job == "analyse" and progress.done:
            self.analysing.emit()

    def _analysed(self, summary: AnalyseSummary, roots: Sequence[Path]) -> None:
        if summary.unreadable_folders:
            text = self.tr("%1 cannot be read. Is its disk there, and may you read it?")
            self._messages.say("error", text.replace("%1", self._listed(summary.unreadable_folders)))
        bad = summary.failed + summary.quarantined
        if bad:
            text = counted(self, "%Ln photo(s) could not be analysed; all others are done.", bad)
            self._messages.say("warning", text, self.tr("Show problems"), self.problems_wanted.emit)
        elif summary.analysed:
            text = counted(self, "Analysed %Ln photo(s) in %1.", summary.analysed)
            self._messages.say("good", text.replace("%1", duration(summary.seconds)))
        elif summary.found == 0:
            if not summary.unreadable_folders:
                text = self.tr("There is no photo in %1.").replace("%1", self._listed(roots))
                self._messages.say("warning", text)
        else:
            self._messages.say("info", self.tr("Nothing new there: every photo is analysed."))
        self._tell_left_alone(summary.left)

    def _tell_left_alone(self, left: Left) -> None:
        """One line on what the scan passed over, and how to have it all the same."""
        told = []
        if left.folders:
            text = self.tr("Passed over, as other programs' folders, bins, or marked to be left alone: %1.")
            told.append(text.replace("%1", left.named_folders()))
            if left.known:
                told.append(counted(self, "%Ln photo(s) known from there will not be written.", left.known))
            told.append(self.tr("To add one on purpose, drop that very folder here."))
        if left.kinds:
            text = counted(self, "%Ln file(s) of kinds that are not read: %1.", sum(left.kinds.values()))
            told.append(text.replace("%1", left.named_kinds()))
        if left.in_cloud:
            told.append(counted(self, "Waiting in the cloud, not fetched: %Ln photo(s).", left.in_cloud))
            told.append(self.tr("To have such photos analysed, make them available on this computer."))
        if not told:
            return
        text = " ".join(told)
        reasons = [(one.path, self._reasons[one.reason]) for one in left.folders[:LISTED_MAX]]
        if reasons:
            self._messages.say(
                "info",
                text,
                self.tr("Show them"),
                lambda: self.left_wanted.emit(self.tr("Passed over"), reasons),
            )
        else:
            self._messages.say("info", text)

    def _listed(self, paths: Sequence[Path]) -> str:
        named = [str(path) for path in paths[:NAMED_MAX]]
        more = len(paths) - len(named)
        return ", ".join([*named, *([self.tr("%Ln more", "", more)] if more else [])])

    def _analysis_ended(self) -> None:
        self._analysis = None
        self.analysis_over.emit()
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self.add(waiting)
        self._show_front()

    # --- files ----------------------------------------------------------------------------------------------

    def plan(self, photo_ids: Sequence[int] | None) -> None:
        """Reads the files and works out what would be written; ``plans_ready`` follows."""

        def plan(cancel: Cancel) -> Job[PlanLines]:
            return PlanLines((yield from self._app.writing.plan(photo_ids, cancel)))

        job = self._start_files("plan", plan)
        if job is not None:
            chosen = None if photo_ids is None else len(photo_ids)
            job.done.connect(lambda plans: self._planned(plans, chosen))

    def _planned(self, plans: PlanLines, chosen: int | None) -> None:
        if plans:
            self.plans_ready.emit(plans, chosen)
        else:
            self._messages.say("good", self.tr("Nothing to write: the files hold all of it already."))

    def write(self, plans: Sequence[WritePlan]) -> None:
        """Writes what was shown and agreed to."""
        job = self._start_files("write", lambda cancel: self._app.writing.write(plans, cancel))
        if job is not None:
            job.done.connect(self._wrote)

    def _wrote(self, summary: WriteSummary) -> None:
        left = [*summary.refused, *summary.failed]
        if summary.written:
            run_id = summary.run_id
            text = counted(self, "Written into %Ln file(s).", summary.written)
            self._messages.say("good", text, self.tr("Undo"), lambda: self.undo_run(run_id))
        if left:
            self._tell_left(counted(self, "Left as before: %Ln file(s).", len(left)), reasons(left))
        elif not summary.written:
            self._messages.say("info", self.tr("Nothing was written."))

    def undo_run(self, run_id: int | None) -> None:
        """Takes a write run back out of the files."""
        job = self._start_files("undo", lambda cancel: self._app.writing.undo_run(run_id, cancel))
        if job is not None:
            job.done.connect(self._undone)

    def _undone(self, summary: UndoSummary) -> None:
        if summary.restored:
            text = counted(self, "Put back as before the write: %Ln file(s).", summary.restored)
            if summary.renamed:
                text = counted(self, "Called as before: %Ln photo(s).", summary.restored)
            elif summary.took_away:
                text = counted(self, "What was taken out is back in %Ln file(s).", summary.restored)
            self._messages.say("good", text)
        if summary.forgotten:
            text = counted(
                self,
                "Boxes of faces that were taken out do not come back, for all faces were forgotten: %Ln file(s).",
                summary.forgotten,
            )
            self._messages.say("warning", text)
        if summary.conflicts:
            text = counted(
                self,
                "Changed by others since, so not all of it was put back: %Ln file(s).",
                len(summary.conflicts),
            )
            self._tell_left(text, reasons(summary.conflicts, summary.left))
        if summary.failed:
            text = counted(self, "Not put back: %Ln file(s).", len(summary.failed))
            self._tell_left(text, reasons(summary.failed))

    def look_at_names(self) -> None:
        """Looks for photos whose name has the wrong suffix, and offers to rename them."""
        job = self._start_files("names", lambda cancel: self._app.writing.plan_names(None, cancel))
        if job is not None:
            job.done.connect(self._looked_at_names)

    def _looked_at_names(self, names: Sequence[NewName]) -> None:
        fit = [new for new in names if new.refused is None]
        if fit:
            shown = [f"{new.path.name} → {new.target.name}" for new in fit[:NAMED_MAX]]
            shown += [self.tr("%Ln more", "", len(fit) - NAMED_MAX)] if len(fit) > NAMED_MAX else []
            text = counted(self, "Called by a wrong suffix: %Ln photo(s) (%1).", len(fit))
            text = text.replace("%1", ", ".join(shown))
            self._messages.say("info", text, self.tr("Rename them"), lambda: self.fix_names(fit))
        kept = [(new.path, new.refused) for new in names if new.refused is not None]
        if kept:
            text = counted(self, "The right name is taken, or not to be given: %Ln photo(s).", len(kept))
            self._tell_left(text, reasons(kept))
        if not names:
            self._messages.say("good", self.tr("Every photo has the suffix that it should have."))

    def fix_names(self, names: Sequence[NewName]) -> None:
        """Renames what was shown and agreed to."""
        job = self._start_files("rename", lambda cancel: self._app.writing.fix_names(names, cancel))
        if job is not None:
            job.done.connect(self._renamed)

    def _renamed(self, summary: RenameSummary) -> None:
        if summary.renamed:
            run_id = summary.run_id
            text = counted(self, "Renamed: %Ln photo(s).", summary.renamed)
            self._messages.say("good", text, self.tr("Undo"), lambda: self.undo_run(run_id))
        if summary.failed:
            text = counted(self, "Called as before: %Ln photo(s).", len(summary.failed))
            self._tell_left(text, reasons(summary.failed))

    def remove_added(self, run_id: int) -> None:
        """Takes out of the files what a run added, whatever others did to them since."""
        job = self._start_files("undo", lambda cancel: self._app.writing.remove_added(run_id, cancel))
        if job is not None:
            job.done.connect(self._removed)

    def _removed(self, summary: RemovalSummary) -> None:
        if summary.cleared:
            text = counted(self, "What the run added is taken out of %Ln file(s).", summary.cleared)
            self._messages.say("good", text)
        elif not summary.failed:
            self._messages.say("info", self.tr("Nothing of what the run added is there any more."))
        if summary.failed:
            text = counted(self, "Left as before: %Ln file(s).", len(summary.failed))
            self._tell_left(text, reasons(summary.failed))

    def _tell_left(self, text: str, left: Sequence[tuple[Path, str]]) -> None:
        """One file's reason stands in the message where it is short; the others wait behind it."""
        short = len(left) == 1 and "\n" not in left[0][1]
        more = f"{text} {left[0][1]}" if short else text
        self._messages.say("warning", more, self.tr("Show them"), lambda: self.left_wanted.emit(text, left))

    def _start_files(self, name: str, make: Any) -> RunningJob | None:
        if self._files is not None:
            self._messages.say("info", self.tr("Files are being written. Wait until that is done."))
            return None
        job = self._runner.start(name, make, must_end=True)
        self._files = job
        job.cancelled.connect(
            lambda _: self._messages.say("info", self.tr("Stopped. Files written so far stay written."))
        )
        job.failed.connect(lambda error: self._failed(error))
        job.ended.connect(lambda: self._files_ended(name))
        self._show(job, self._names[name])
        return job

    def _files_ended(self, name: str) -> None:
        self._files = None
        if name in ("write", "undo", "rename"):
            self.written.emit()
        self._show_front()

    def resuggest(self) -> None:
        """Suggestions by new settings, out of what the networks said of each photo before."""
        if self._suggestions is not None:  # by settings that are old by now
            self._suggest_again = True
            self._suggestions.cancel()
            return
        job = self._runner.start("resuggest", lambda cancel: self._app.analysis.resuggest([], cancel))
        self._suggestions = job
        job.done.connect(self._resuggested)
        job.cancelled.connect(self._resuggest_stopped)
        job.failed.connect(lambda error: self._failed(error))
        job.ended.connect(self._resuggest_ended)
        self._show(job, self._names["resuggest"])

    def _resuggest_stopped(self) -> None:
        if not self._suggest_again:
            text = self.tr("Stopped. Some suggestions still follow the old settings.")
            self._messages.say("info", text, self.tr("Go on"), self.resuggest)

    def _resuggest_ended(self) -> None:
        self._suggestions = None
        if self._suggest_again:
            self._suggest_again = False
            self.resuggest()
        self._show_front()

    def _resuggested(self, summary: ResuggestSummary) -> None:
        if summary.changed:
            text = counted(self, "The suggestions of %Ln photo(s) follow the new settings.", summary.changed)
            self._messages.say("good", text)

    def import_words(self, match: bool) -> None:
        """Takes the keywords that the photos have in their files into the person's list."""
        job = self._start_files(
            "import", lambda cancel: self._app.words.import_from_photos(None, match, cancel)
        )
        if job is not None:
            job.done.connect(self._imported)

    def _imported(self, taken: TakenWords) -> None:
        self._messages.say("good", imported_text(taken.imported))
        if taken.failed:
            text = counted(self, "Not read: %Ln file(s).", len(taken.failed))
            self._tell_left(text, reasons(taken.failed))
        if taken.imported.renamed:
            self.resuggest()
        self.words_imported.emit()

    # --- showing --------------------------------------------------------------------------------------------

    def _failed(self, error: Exception, action: str = "", on_action: Any = None) -> None:
        self._messages.say("error", sentence(error), action, on_action)

    def _front(self) -> RunningJob | None:
        return self._files or self._suggestions or self._analysis

    def _show(self, job: RunningJob, text: str) -> None:
        job.progressed.connect(lambda progress: self._progressed(job, progress))
        if job is self._front():
            self._bar.begin(text)

    def _progressed(self, job: RunningJob, progress: Progress) -> None:
        if job is self._front():
            name = self._names.get(progress.job, progress.job)
            if progress.job == "analyse" and not progress.done:
                name = self.tr("Getting the networks ready; the first time this takes a minute")
            self._bar.show_progress(name, progress)

    def _show_front(self) -> None:
        job = self._front()
        if job is None:
            self._bar.rest(self._resting)
        else:
            self._bar.begin(self._names[job.name])


def sentence(error: BaseException) -> str:
    """What to tell of an error: its own words when they were made for people."""
    if isinstance(error, PhotoTaggerError):
        return str(error)
    first = str(error).strip().split("\n", 1)[0]
    return f"Something went wrong inside phototagger ({type(error).__name__}: {first}). {where_more()}"
