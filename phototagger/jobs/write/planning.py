"""Planning write-back: what is wanted, what the files hold, and the smallest difference of the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.store.pending import photos_waiting
from phototagger.catalog.words import keywords
from phototagger.catalog.writing import statements
from phototagger.domain.errors import PhotoError
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import Changes, Photo, PhotoState
from phototagger.domain.writing import FileFields, Statement, WritePlan, placed, values_of
from phototagger.jobs import review
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.write.boxes import boxes_of_this_version
from phototagger.jobs.write.guard import WriteGuard
from phototagger.jobs.write.others_edits import is_recorded, judge, settled
from phototagger.jobs.write.settling import READ_BATCH, file_failure


def plan_writes(
    catalog: Catalog, writer: MetadataWriter, photo_ids: Sequence[int] | None, cancel: Cancel
) -> Job[list[WritePlan]]:
    """The plans of all photos (or of these) whose files do not hold what is wanted; see :func:`plan_each`."""
    plans: list[WritePlan] = []
    yield from plan_each(catalog, writer, photo_ids, plans.extend, cancel)
    return plans


def plan_each(
    catalog: Catalog,
    writer: MetadataWriter,
    photo_ids: Sequence[int] | None,
    take: Callable[[Sequence[WritePlan]], object],
    cancel: Cancel,
) -> Job[None]:
    """Hands the plans of all photos (or of these) whose files do not hold what is wanted to ``take``, those of some
    photos at a time and none of them twice: a plan takes some kilobytes, and there may be half a million.

    Reads the files, writes none, and decides nothing: photos that need no write after all are marked as written and
    left out, but what a person did elsewhere is only noted (``rejects``). ``refused`` plans stay in.

    Raises ExifToolError, Cancelled.
    """
    writer.version()
    kinds = writer.region_kinds()
    waiting = catalog.read(lambda c: photos_waiting(c, kinds, photo_ids))
    meter = Meter("plan", len(waiting), cancel)
    guard = WriteGuard(catalog.read(photos.roots))

    def plan(chunk: Sequence[int]) -> None:
        made = _plan_chunk(catalog, writer, guard, chunk, meter.changed)
        meter.fail(sum(plan.refused is not None for plan in made))
        take(made)

    yield from meter.pages(paged(waiting, READ_BATCH), plan)


def _plan_chunk(
    catalog: Catalog,
    writer: MetadataWriter,
    guard: WriteGuard,
    photo_ids: Sequence[int],
    tell: Callable[[Changes], object],
) -> list[WritePlan]:
    known = catalog.read(lambda c: photos.by_id(c, photo_ids))
    found = [
        photo for photo in known if photo.state is not PhotoState.MISSING
    ]  # they wait till they are back
    guarded = {photo.path: refused for photo in found if (refused := guard.refusal(photo.path)) is not None}
    fields: dict[Path, FileFields | Exception] = {
        path: PhotoError(failure.kind, failure.message) for path, failure in guarded.items()
    }
    fields |= writer.read([photo.path for photo in found if photo.path not in guarded])
    plans = []
    for photo in found:
        made, changes = plan_photo(catalog, writer, photo, fields[photo.path])
        tell(changes)
        plans += [plan for plan in made if plan.changes or plan.refused is not None or plan.notes]
    return plans


def plan_photo(
    catalog: Catalog, writer: MetadataWriter, photo: Photo, fields: FileFields | Exception
) -> tuple[tuple[WritePlan, ...], Changes]:
    """The plans, the main file's last, and what the catalog learnt: what the files hold already needs no write."""
    kinds = writer.region_kinds()
    asked = catalog.read(lambda c: statements.difference(c, photo.id, kinds))
    if isinstance(fields, Exception):
        failed = WritePlan(
            photo.id, photo.path, photo.path, (), asked.add, asked.remove, file_failure(fields)
        )
        return (failed,), Changes()
    boxes, seen = boxes_of_this_version(catalog, writer, photo, fields, asked.boxes)
    asked = replace(asked, boxes=boxes)
    known = catalog.read(lambda c: keywords.keywords(c, photo.id))
    ours = [keyword.keyword for keyword in known if keyword.wanted and keyword.ours]
    judged = judge(asked, ours, fields)
    *others, main = writer.plans(photo.id, fields, judged.planned)
    main = replace(main, rejects=judged.rejects, notes=(*main.notes, *judged.notes))
    plans = tuple(replace(plan, seen=seen) if placed(plan.added) else plan for plan in (*others, main))
    if plans[-1].refused is not None:
        return plans, Changes()
    held, gone = settled(asked, judged.planned, fields, plans)
    return _as_promised(writer, plans), _settle(catalog, photo, fields, held, gone)


def _as_promised(writer: MetadataWriter, plans: tuple[WritePlan, ...]) -> tuple[WritePlan, ...]:
    """The plans; where one of the photo's files would be refused when it is written, the photo as refused with that
    reason: its words go into all of its files or into none."""
    failures = ((plan, writer.check(plan)) for plan in plans if plan.changes)
    at, failure = next(((plan, failure) for plan, failure in failures if failure), (plans[-1], None))
    if failure is None:
        return plans
    coming = tuple(one for plan in plans for one in plan.added)
    going = tuple(one for plan in plans for one in plan.removed)
    return (WritePlan(at.photo_id, at.path, at.target, (), coming, going, failure),)


def _settle(
    catalog: Catalog,
    photo: Photo,
    fields: FileFields,
    held: Sequence[Statement],
    gone: Sequence[Statement],
) -> Changes:
    """What the file says already, or does not say any more, needs no write, and is marked so."""
    if not held and not gone:
        return Changes()
    # Whose the keywords are, the file says now: it may have been put back from a copy since we wrote it.
    ours = [keyword for keyword in values_of(held, KEYWORD) if is_recorded(keyword, fields)]
    return catalog.write(lambda c: statements.found(c, photo.id, held, gone, ours))


def record_rejects(catalog: Catalog, plans: Sequence[WritePlan], tell: Callable[[Changes], object]) -> None:
    """Rejects what was taken out of files, or replaced there, in other programs: one history step for each keyword,
    and for each kind of single value, however many photos. Tells what each changed."""
    rejected: dict[Statement, list[int]] = {}
    for plan in plans:
        for one in plan.rejects:
            same = one if one.kind == KEYWORD else Statement(one.kind, "")
            rejected.setdefault(same, []).append(plan.photo_id)
    for one, photo_ids in rejected.items():
        if one.kind == KEYWORD:
            tell(review.remove_keyword(catalog, photo_ids, one.value))
        else:
            tell(review.reject_values(catalog, one.kind, photo_ids))
