"""Plans are handed on while they are made: a library's worth of them would not fit into memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.writing.writer import ExifToolWriter
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.write import planning as write_plan
from phototagger.jobs.write import run as job
from phototagger.plan.preview import Totals, totals
from tests.support.write_world import World


def test_plans_are_handed_on_before_the_next_files_are_read(
    world: World, writer: ExifToolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_plan, "READ_BATCH", 2)
    world.want("animal|dog", 0, 1, 2)
    world.paths[1].chmod(0o444)
    portions: list[list[WritePlan]] = []
    told = []

    def take(plans: Sequence[WritePlan]) -> None:
        portions.append(list(plans))

    planning = job.plan_each(world.catalog, writer, None, take, Cancel())
    for progress in planning:
        told.append((progress.done, progress.total, len(portions)))
    assert told == [(0, 3, 0), (2, 3, 1), (3, 3, 2)]
    assert [[plan.path for plan in plans] for plans in portions] == [world.paths[:2], world.paths[2:3]]
    whole = run_to_end(job.plan_writes(world.catalog, writer, None, Cancel()))
    assert [plan for plans in portions for plan in plans] == whole
    assert sum(map(totals, portions), Totals()) == totals(whole)
    assert totals(whole).added[KEYWORD] == 3 - totals(whole).left_alone
