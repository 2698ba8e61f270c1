"""Into files that are not there, and back out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phototagger.domain.records import (
    ErrorKind,
    Failure,
)
from phototagger.domain.sentences import plain
from phototagger.domain.writing import FieldChange, WritePlan, WriteRun
from phototagger.jobs.progress import Cancel, Job
from phototagger.jobs.write.fix_names import NewName, RenameSummary
from phototagger.jobs.write.run import RemovalSummary, UndoSummary, WriteSummary
from tests.gui.fakes.world import Shelf, World
from tests.support.said import words


class FakeWriting:
    def __init__(self, world: World) -> None:
        self._world = world
        self.new_names: list[NewName] = []
        self._before: dict[int, dict[int, tuple[str, ...]]] = {}  # of each run: what stood in its files

    def plan(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[WritePlan]]:
        self._world.calls.append(("plan", None if photo_ids is None else list(photo_ids)))
        chosen = [
            one
            for identity, one in self._world.shelves.items()
            if one.changed and (photo_ids is None or identity in photo_ids)
        ]
        yield from self._world.job("plan", [one.photo.id for one in chosen], cancel)
        return [self._plan_of(one) for one in chosen]

    def _plan_of(self, one: Shelf) -> WritePlan:
        before = self._world.file_words.get(one.photo.id, ())
        added = tuple(word.keyword for word in one.words.values() if word.wanted and not word.written)
        removed = tuple(word.keyword for word in one.words.values() if word.written and not word.wanted)
        after = tuple(word for word in before if word not in removed) + added
        path = one.photo.path
        refused = (
            Failure(ErrorKind.WRITE_REFUSED, plain(f"{path} is read-only."))
            if "locked" in path.name
            else None
        )
        change = FieldChange("XMP-dc:Subject", before, after)
        return WritePlan(one.photo.id, path, path, (change,), words(*added), words(*removed), refused)

    def write(self, plans: Sequence[WritePlan], cancel: Cancel) -> Job[WriteSummary]:
        self._world.calls.append(("write", [plan.photo_id for plan in plans]))
        run_id = len(self._world.write_runs) + 1
        self._before[run_id] = {
            plan.photo_id: self._world.file_words.get(plan.photo_id, ()) for plan in plans
        }
        for plan in plans:
            self._put(plan.photo_id, plan.changes[0].after)
        yield from self._world.job("write", [plan.photo_id for plan in plans], cancel)
        self._world.write_runs.append(WriteRun(run_id, "2024-05-01T10:20:30+00:00", len(plans), 0, 0))
        return WriteSummary(run_id, len(plans))

    def _put(self, photo_id: int, in_file: tuple[str, ...]) -> None:
        self._world.file_words[photo_id] = in_file
        shelf = self._world.shelves[photo_id]
        known = [replace(word, written=word.keyword in in_file) for word in shelf.words.values()]
        shelf.words = {word.keyword: word for word in known if word.wanted or word.written}

    def undo_run(self, run_id: int | None, cancel: Cancel) -> Job[UndoSummary]:
        self._world.calls.append(("undo_run", run_id))
        runs = self._world.write_runs
        place = len(runs) - 1 if run_id is None else [run.id for run in runs].index(run_id)
        runs[place] = replace(runs[place], undone_files=runs[place].files)
        for photo_id, before in self._before.get(runs[place].id, {}).items():
            self._put(photo_id, before)
        yield from self._world.job("undo", [1], cancel)
        return UndoSummary(runs[place].id, runs[place].files, renamed=runs[place].renamed)

    def plan_names(self, photo_ids: Sequence[int] | None, cancel: Cancel) -> Job[list[NewName]]:
        self._world.calls.append(("plan_names", photo_ids))
        yield from self._world.job("names", [1], cancel)
        return self.new_names

    def fix_names(self, names: Sequence[NewName], cancel: Cancel) -> Job[RenameSummary]:
        self._world.calls.append(("fix_names", [new.target.name for new in names]))
        yield from self._world.job("rename", [new.photo_id for new in names], cancel)
        self._world.write_runs.append(
            WriteRun(7, "2024-05-01T10:20:30+00:00", len(names), 0, 0, renamed=True)
        )
        return RenameSummary(7, len(names))

    def remove_added(self, run_id: int | None, cancel: Cancel) -> Job[RemovalSummary]:
        self._world.calls.append(("remove_added", run_id))
        yield from self._world.job("undo", [1], cancel)
        return RemovalSummary(run_id or 0, 9, cleared=2)
