"""Folders of photos, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from phototagger.domain.records import (
    Changes,
    PhotoState,
)
from phototagger.jobs.analysis.analyse import AnalyseSummary
from phototagger.jobs.analysis.resuggest import ResuggestSummary
from phototagger.jobs.progress import Cancel, Job
from tests.gui.fakes.world import World


class FakeAnalysis:
    def __init__(self, world: World) -> None:
        self._world = world

    def scan_and_analyse(self, roots: Sequence[Path], cancel: Cancel) -> Job[AnalyseSummary]:
        self._world.calls.append(("scan_and_analyse", list(roots)))
        fresh: list[int] = []
        for root in roots:
            if root not in self._world.roots_added:
                self._world.roots_added.append(root)
                fresh += self._world.add_photos(root, 3, PhotoState.PENDING)
        yield from self._world.job("scan", fresh, cancel)
        waiting = [
            identity
            for identity, one in self._world.shelves.items()
            if one.photo.state is PhotoState.PENDING
            and any(one.photo.path.is_relative_to(root) for root in roots)
        ]
        yield from self._world.job("analyse", waiting, cancel)
        return AnalyseSummary(analysed=len(waiting), failed=0, quarantined=0, seconds=1.0)

    def resuggest(self, folders: Sequence[Path], cancel: Cancel) -> Job[ResuggestSummary]:
        self._world.calls.append(("resuggest", self._world.settings.analysis.strictness))
        yield from self._world.job("resuggest", list(self._world.shelves), cancel)
        return ResuggestSummary(len(self._world.shelves), 1, 0, 0.1)

    def retry(self, photo_ids: Sequence[int]) -> Changes:
        self._world.calls.append(("retry", list(photo_ids)))
        for identity in photo_ids:
            shelf = self._world.shelves[identity]
            shelf.photo = replace(shelf.photo, state=PhotoState.PENDING, failure=None)
        return Changes(frozenset(photo_ids))

    def remove_root(self, path: Path) -> Changes:
        self._world.calls.append(("remove_root", path))
        self._world.roots_added.remove(path)
        for identity, shelf in list(self._world.shelves.items()):
            if shelf.photo.path.is_relative_to(path):
                del self._world.shelves[identity]
        return Changes(photo_list=True, folders=True)

    def engine_status(self) -> dict[str, str]:
        return {"device": "cpu", "backend": "fake"}

    def sample_photos(self) -> Path:
        return Path("/samples")
