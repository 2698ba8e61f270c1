"""Writing one photo's files, each journaled before it is touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from phototagger.catalog.connection import Catalog
from phototagger.catalog.writing import journal
from phototagger.domain.errors import ExifToolError, PhotoError, WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.writing import WritePlan
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.write.settling import (
    file_failure,
    finish,
    holds,
    is_removed,
    signature_before,
    signature_now,
)
from phototagger.jobs.write.threads import ATTEMPTS, End, Outcome

Replan = Callable[[Catalog, MetadataWriter, WritePlan], Sequence[WritePlan]]
"""Plans one photo again, of which this was the last plan."""


def write_photo(
    catalog: Catalog, writer: MetadataWriter, run_id: int, group: Sequence[WritePlan], replan: Replan
) -> Outcome:
    """One photo's files in order, planned again when another program was at one since; the first that fails is the
    last. Never raises for what is wrong with a file."""
    for attempt in range(ATTEMPTS):
        outcome = _write_group(catalog, writer, run_id, group)
        changed = outcome.failure is not None and outcome.failure.kind is ErrorKind.CHANGED
        if not changed or attempt == ATTEMPTS - 1:
            return outcome
        fresh = replan(catalog, writer, group[-1])
        if fresh[-1].refused is not None:
            return Outcome(fresh[-1].photo_id, fresh[-1].path, End.REFUSED, fresh[-1].refused)
        group = [plan for plan in fresh if plan.changes]
        if not group:
            return Outcome(fresh[-1].photo_id, fresh[-1].path, End.UNCHANGED)
    return outcome


def _write_group(
    catalog: Catalog, writer: MetadataWriter, run_id: int, group: Sequence[WritePlan]
) -> Outcome:
    end = End.UNCHANGED
    for plan in group:
        outcome = _write_once(catalog, writer, run_id, plan)
        if outcome.failure is not None:
            return outcome
        if outcome.end is End.WRITTEN:
            end = End.WRITTEN
    return Outcome(group[-1].photo_id, group[-1].path, end)


def _write_once(catalog: Catalog, writer: MetadataWriter, run_id: int, plan: WritePlan) -> Outcome:
    try:
        before = signature_before(plan)
        identity = _identity(plan)
    except PhotoError as error:
        return Outcome(plan.photo_id, plan.path, End.FAILED, error.failure)
    row_id = catalog.write(lambda c: journal.begin(c, run_id, plan, before), durable=True)
    try:
        after = writer.write(plan)
    except WriteError as error:
        failure = error.failure
        catalog.write(lambda c: journal.fail(c, row_id, failure))
        end = End.REFUSED if failure.kind is ErrorKind.WRITE_REFUSED else End.FAILED
        return Outcome(plan.photo_id, plan.path, end, failure)
    except Exception as error:  # noqa: BLE001 - one file's trouble, of whatever kind, must not stop the run
        return _settle_now(catalog, writer, row_id, plan, error)
    mark = writer.fingerprint(plan.target)
    catalog.write(lambda c: finish(c, row_id, plan, after, mark))
    # Capitals alone change neither size nor, where it is kept, time.
    same = after == before and _identity(plan) == identity
    return Outcome(plan.photo_id, plan.path, End.UNCHANGED if same else End.WRITTEN)


def _identity(plan: WritePlan) -> tuple[int, int] | None:
    """What tells, without a look into it, whether another file stands in the target's place; None without one."""
    try:
        status = plan.target.stat()
    except OSError:
        return None
    return status.st_ino, status.st_ctime_ns


def _settle_now(
    catalog: Catalog, writer: MetadataWriter, row_id: int, plan: WritePlan, error: Exception
) -> Outcome:
    """After a fault that does not say whether the file was swapped: look."""
    failure = file_failure(error)
    try:
        fields = writer.read([plan.target])[plan.target]
    except ExifToolError as second:
        fields = second
    if isinstance(fields, Exception) and is_removed(plan, file_failure(fields)):
        catalog.write(lambda c: finish(c, row_id, plan, None))
        return Outcome(plan.photo_id, plan.path, End.WRITTEN)
    if not isinstance(fields, Exception) and holds(fields, plan, after=True):
        after = signature_now(plan.target)
        mark = writer.fingerprint(plan.target)
        catalog.write(lambda c: finish(c, row_id, plan, after, mark))
        return Outcome(plan.photo_id, plan.path, End.WRITTEN)
    if not isinstance(fields, Exception):
        catalog.write(lambda c: journal.fail(c, row_id, failure))
    return Outcome(plan.photo_id, plan.path, End.FAILED, failure)
