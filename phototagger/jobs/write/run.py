"""Write-back: what was confirmed goes into the files, with the intent stored before a file is touched.

plan -> journal -> write -> journal, one file at a time on a few threads; undo reads each file again and takes back
only what is still as we wrote it. One bad file never stops a run.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.writing import journal
from phototagger.domain.writing import WritePlan
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter
from phototagger.jobs.write.one_photo import write_photo
from phototagger.jobs.write.planning import plan_each, plan_photo, plan_writes, record_rejects
from phototagger.jobs.write.settling import needs_recovery, recover, remove_temporaries, sweep
from phototagger.jobs.write.threads import (
    ATTEMPTS,
    WORKERS,
    End,
    FileProblems,
    PhotoPart,
    on_threads,
    problems,
)
from phototagger.jobs.write.undo_of_runs import RemovalSummary, UndoSummary, remove_added, undo_run

__all__ = [
    "ATTEMPTS",
    "WORKERS",
    "RemovalSummary",
    "UndoSummary",
    "WriteSummary",
    "needs_recovery",
    "plan_each",
    "plan_writes",
    "recover",
    "remove_added",
    "sweep",
    "undo_run",
    "write_plans",
]


@dataclass(frozen=True, slots=True)
class WriteSummary:
    """What a run did. ``run_id`` is None when there was nothing to write; ``unchanged`` files already held
    everything."""

    run_id: int | None
    written: int = 0
    unchanged: int = 0
    refused: FileProblems = field(default_factory=list)
    failed: FileProblems = field(default_factory=list)


def write_plans(
    catalog: Catalog, writer: MetadataWriter, plans: Sequence[WritePlan], cancel: Cancel
) -> Job[WriteSummary]:
    """Writes the plans, each file journaled before it is touched, and rejects the keywords that they say were taken
    out elsewhere. Files in hand are finished on cancel.

    Raises ExifToolError before anything starts when exiftool is missing, Cancelled.
    """
    writer.version()
    meter = Meter("write", len(plans), cancel)
    refused = [(plan.path, plan.refused) for plan in plans if plan.refused is not None]
    ready = _by_photo(plan for plan in plans if plan.refused is None and plan.changes)
    others = len({plan.photo_id for plan in plans}) - len(ready)

    def record() -> None:
        meter.fail(len(refused))
        record_rejects(catalog, [plan for plan in plans if plan.refused is None], meter.changed)

    yield from meter.once(record, count=len(plans) - sum(map(len, ready)))
    if not ready:
        return WriteSummary(None, 0, others - len(refused), refused)
    remove_temporaries(writer, [plan.target for group in ready for plan in group])
    run_id = catalog.write(journal.begin_run)
    outcomes = yield from on_threads(
        [
            PhotoPart(
                group[0].photo_id,
                functools.partial(write_photo, catalog, writer, run_id, group, _fresh_plans),
                len(group),
            )
            for group in ready
        ],
        meter,
    )
    return WriteSummary(
        run_id,
        written=sum(outcome.end is End.WRITTEN for outcome in outcomes),
        unchanged=others - len(refused) + sum(outcome.end is End.UNCHANGED for outcome in outcomes),
        refused=refused + problems(outcomes, End.REFUSED),
        failed=problems(outcomes, End.FAILED),
    )


def _by_photo(plans: Iterable[WritePlan]) -> list[list[WritePlan]]:
    groups: dict[int, list[WritePlan]] = {}
    for plan in plans:
        groups.setdefault(plan.photo_id, []).append(plan)
    return list(groups.values())


def _fresh_plans(catalog: Catalog, writer: MetadataWriter, plan: WritePlan) -> Sequence[WritePlan]:
    found = catalog.read(lambda c: photos.by_id(c, [plan.photo_id]))
    if not found:  # forgotten by the catalog meanwhile: nothing is wanted any more
        return [replace(plan, changes=())]
    return plan_photo(catalog, writer, found[0], writer.read([plan.path])[plan.path])[0]
