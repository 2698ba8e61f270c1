"""The long jobs that run: at most one in a slot, one of them shown in the bar."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QObject, Signal

from phototagger.gui.bridge.runner import JobRunner, RunningJob
from phototagger.gui.kit.job_bar import JobBar
from phototagger.gui.kit.wording import tr
from phototagger.jobs.progress import Cancel, Job, Progress


class Slot(IntEnum):
    """What a job is about. Of several that run, the first of these is shown."""

    FILES = 0  # comparing, writing, renaming, putting back
    SUGGESTIONS = 1
    ANALYSIS = 2


class Jobs(QObject):
    """Starts the jobs and shows how far they are. What comes of them is the operations' matter."""

    answered = Signal()  # an analysis has begun to answer
    ended = Signal(str)  # the name of a job that is over, however it ended

    def __init__(self, runner: JobRunner, bar: JobBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._bar = bar
        self._running: dict[Slot, RunningJob] = {}
        self._next: dict[Slot, Callable[[], None]] = {}
        self._resting = ""
        bar.cancel_wanted.connect(self.cancel)

    def busy(self, slot: Slot) -> bool:
        return slot in self._running

    def start(self, slot: Slot, name: str, make: Callable[[Cancel], Job[Any]]) -> RunningJob:
        """Starts a job in a slot that is free. The caller listens to how it ends."""
        assert slot not in self._running
        job = self._runner.start(name, make, must_end=slot is Slot.FILES)
        self._running[slot] = job
        job.progressed.connect(lambda progress: self._progressed(job, progress))
        job.ended.connect(lambda: self._ended(slot, name))
        if job is self._front():
            self._bar.begin(job_name(name))
        return job

    def follow(self, slot: Slot, then: Callable[[], None]) -> None:
        """Calls ``then`` once the job in this slot is over; in the place of what was to follow so far."""
        self._next[slot] = then

    def follows(self, slot: Slot) -> bool:
        """Whether something is to follow the job in this slot."""
        return slot in self._next

    def replace(self, slot: Slot, then: Callable[[], None]) -> None:
        """Stops the job in this slot, for it does what is not wanted any more; ``then`` follows."""
        self.follow(slot, then)
        self._running[slot].cancel()

    def cancel(self) -> None:
        """Stops the job in front; what was to follow it is let go too."""
        slot = self._front_slot()
        if slot is not None:
            self._bar.stopping()
            self._next.pop(slot, None)
            self._running[slot].cancel()

    def rest(self, text: str) -> None:
        """What the status bar says while nothing runs."""
        self._resting = text
        if not self._running:
            self._bar.rest(text)

    def _ended(self, slot: Slot, name: str) -> None:
        del self._running[slot]
        self.ended.emit(name)
        then = self._next.pop(slot, None)
        if then is not None:
            then()
        job = self._front()
        if job is None:
            self._bar.rest(self._resting)
        else:
            self._bar.begin(job_name(job.name))

    def _front_slot(self) -> Slot | None:
        return min(self._running, default=None)

    def _front(self) -> RunningJob | None:
        slot = self._front_slot()
        return None if slot is None else self._running[slot]

    def _progressed(self, job: RunningJob, progress: Progress) -> None:
        if progress.job == "analyse" and progress.done:
            self.answered.emit()
        if job is self._front():
            name = job_name(progress.job)
            if progress.job == "analyse" and not progress.done:
                name = tr("Getting the networks ready; the first time this takes a minute")
            self._bar.show_progress(name, progress)


def job_name(name: str) -> str:
    """What a job, or a part of one, does."""
    return {
        "scan": tr("Looking for photos"),
        "analyse": tr("Analysing"),
        "read_facts": tr("Reading times and places"),
        "read_names": tr("Reading names of people"),
        "captions": tr("Looking for captions"),
        "values": tr("Looking into the files"),
        "plan": tr("Comparing with the files"),
        "write": tr("Writing into files"),
        "undo": tr("Undoing a write"),
        "names": tr("Looking at names"),
        "rename": tr("Renaming"),
        "import": tr("Reading keywords out of the files"),
        "resuggest": tr("Updating suggestions"),
    }.get(name, name)
