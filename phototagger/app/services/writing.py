"""What goes into files, and back out of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from phototagger.app.naming import NAME_TOOLS
from phototagger.app.session import Session
from phototagger.domain.writing import WritePlan
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.write import fix_names, run
from phototagger.jobs.write.fix_names import NewName, RenameSummary
from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary


class Writing:
    """Planning, writing, renaming, and undoing both. One job at a time is at the photos."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]:
        with self._session.writer() as writer:
            return (yield from run.plan_writes(self._session.catalog, writer, photo_ids, cancel))

    def plan_each(
        self,
        photo_ids: Sequence[int] | None,
        take: Callable[[Sequence[WritePlan]], object],
        cancel: Cancel,
    ) -> Job[None]:
        """Like ``plan``, but hands the plans on as they are made."""
        with self._session.writer() as writer:
            yield from run.plan_each(self._session.catalog, writer, photo_ids, take, cancel)

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]:
        with self._session.writer() as writer:
            return (yield from run.write_plans(self._session.catalog, writer, plans, cancel))

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]:
        """Takes a run (None: the last that is not undone) back, whether of writing or of renaming."""
        renamed = self._run_of_names(run_id)
        if renamed is not None:
            with self._session.alone():
                return (yield from fix_names.undo_names(self._session.catalog, NAME_TOOLS, renamed, cancel))
        with self._session.writer() as writer:
            return (yield from run.undo_run(self._session.catalog, writer, run_id, cancel))

    def _run_of_names(self, run_id: int | None) -> int | None:
        """The run, if it is one of renaming; of None: the last that is not undone."""
        runs = [run for run in self._session.library.runs() if run_id in (None, run.id)]
        last = next((run for run in runs if run_id or run.undone_files + run.conflicts < run.files), None)
        return last.id if last is not None and last.renamed else None

    def remove_added(self, run_id: int | None, cancel: Cancel) -> Job[RemovalSummary]:
        """Takes out only what a run added."""
        with self._session.writer() as writer:
            return (yield from run.remove_added(self._session.catalog, writer, run_id, cancel))

    def plan_names(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[NewName]]:
        """The photos (None: of all) whose name has the wrong suffix, and their right names; renames nothing."""
        ids = self._session.library.photo_ids(PhotoFilter()) if photo_ids is None else photo_ids
        return fix_names.plan_names(self._session.catalog, NAME_TOOLS, ids, cancel)

    def fix_names(self, names: Sequence[NewName], cancel: Cancel) -> Job[RenameSummary]:
        """Gives photos their right names; ``undo_run`` takes that back."""
        with self._session.alone():
            return (yield from fix_names.rename(self._session.catalog, NAME_TOOLS, names, cancel))
