"""Planning write-back: what is wanted, what the files hold, and the smallest difference of the two."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import written
from phototagger.catalog.photos import photos
from phototagger.catalog.store.pending import photos_waiting
from phototagger.catalog.words import captions, keywords
from phototagger.domain.errors import PhotoError
from phototagger.domain.records import Changes, Keyword, Photo, PhotoState, keyword_leaf
from phototagger.domain.spelling import fold
from phototagger.domain.writing import CaptionChange, FileFields, RegionChanges, WritePlan
from phototagger.jobs import review
from phototagger.jobs.ports import MetadataWriter
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.write.boxes import boxes_of_this_version
from phototagger.jobs.write.captions import caption_to_write, settled_caption, short
from phototagger.jobs.write.guard import WriteGuard
from phototagger.jobs.write.settling import READ_BATCH, failure_of


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
    add, unwanted = catalog.read(lambda c: keywords.changes_of(c, photo.id))
    boxes = catalog.read(lambda c: written.region_changes(c, photo.id, kinds))
    asked = catalog.read(lambda c: captions.change_of(c, photo.id))
    if isinstance(fields, Exception):
        gone = tuple(keyword.keyword for keyword in unwanted)
        failed = WritePlan(photo.id, photo.path, photo.path, (), tuple(add), gone, failure_of(fields))
        return (failed,), Changes()
    boxes, seen = boxes_of_this_version(catalog, writer, photo, fields, boxes)
    taken_away = _taken_away_elsewhere(catalog, photo, fields)
    add = [keyword for keyword in add if keyword not in taken_away]
    removable, stays = _removable(unwanted, fields)
    caption, refusal = caption_to_write(asked, fields)
    # What was taken out elsewhere goes from the record too: the same word may come back by the person's own hand.
    plans = writer.plans(photo.id, fields, add, [*removable, *taken_away], boxes, caption)
    plans = (*plans[:-1], _with_notes(plans[-1], taken_away, stays, refusal, asked))
    plans = tuple(replace(plan, seen=seen) if plan.regions_added else plan for plan in plans)
    if plans[-1].refused is not None:
        return plans, Changes()
    return _as_promised(writer, plans), _settle(
        catalog, photo, fields, plans, add, unwanted, boxes, (asked, caption)
    )


def _as_promised(writer: MetadataWriter, plans: tuple[WritePlan, ...]) -> tuple[WritePlan, ...]:
    """The plans; where one of the photo's files would be refused when it is written, the photo as refused with that
    reason: its words go into all of its files or into none."""
    failures = ((plan, writer.check(plan)) for plan in plans if plan.changes)
    at, failure = next(((plan, failure) for plan, failure in failures if failure), (plans[-1], None))
    if failure is None:
        return plans
    coming = tuple(word for plan in plans for word in plan.keywords_added)
    going = tuple(word for plan in plans for word in plan.keywords_removed)
    return (WritePlan(at.photo_id, at.path, at.target, (), coming, going, failure),)


def _settle(
    catalog: Catalog,
    photo: Photo,
    fields: FileFields,
    plans: Sequence[WritePlan],
    add: Sequence[str],
    unwanted: Sequence[Keyword],
    boxes: RegionChanges,
    of_caption: tuple[CaptionChange, CaptionChange],
) -> Changes:
    """What the files hold already needs no write, and is marked so."""
    coming = {word for plan in plans for word in plan.keywords_added}
    going = {word for plan in plans for word in plan.keywords_removed}
    moving = {
        box for plan in plans for box in (*plan.regions_added, *plan.regions_removed, *plan.regions_left)
    }
    left = {word for plan in plans for word in plan.keywords_left}
    held = [keyword for keyword in add if keyword not in coming | left]
    gone_already = [keyword.keyword for keyword in unwanted if keyword.keyword not in going]
    boxes_held = [box for box in boxes.add if box not in moving]
    boxes_gone = [box for box in boxes.remove if box not in moving]
    caption_held, caption_gone = settled_caption(*of_caption, fields, plans)
    if not (held or gone_already or boxes_held or boxes_gone or caption_held or caption_gone):
        return Changes()

    def settle(c: sqlite3.Connection) -> Changes:
        written.confirm(c, photo.id, boxes_held)
        written.remove(c, photo.id, boxes_gone)
        captions.set_written(c, photo.id, caption_held, caption_gone)
        # Whose they are, the file says now: it may have been put back from a copy since we wrote it.
        ours = [keyword for keyword in held if _is_recorded(keyword, fields)]
        theirs = set(held) - set(ours)
        return keywords.set_written(c, photo.id, held, gone_already, ours, theirs)

    return catalog.write(settle)


def _with_notes(
    plan: WritePlan, keywords_gone: Sequence[str], stays: Sequence[str], refusal: str, asked: CaptionChange
) -> WritePlan:
    notes = [
        f"{keyword} was taken out of {plan.path.name} in another program. It will not be written again and will "
        "count as rejected."
        for keyword in keywords_gone
    ]
    notes += [
        f"{keyword} stays in {plan.path.name}: nothing in the file says that phototagger wrote it, so it counts as "
        "your own. Take it out with another program if you do not want it."
        for keyword in stays
    ]
    if refusal:
        accepted = "the accepted one" if asked.add is None else f"the accepted one ({short(asked.add)})"
        notes.append(f"{refusal}, so {accepted} is not written and will count as rejected.")
    return replace(
        plan, rejects=tuple(keywords_gone), rejects_caption=bool(refusal), notes=(*plan.notes, *notes)
    )


def record_rejects(catalog: Catalog, plans: Sequence[WritePlan], tell: Callable[[Changes], object]) -> None:
    """Rejects the keywords that were taken out of files elsewhere, and captions in whose place others stand: one
    history step each, however many photos. Tells what each changed."""
    rejected: dict[str, list[int]] = {}
    for plan in plans:
        for keyword in plan.rejects:
            rejected.setdefault(keyword, []).append(plan.photo_id)
    for keyword, photo_ids in rejected.items():
        tell(review.remove_keyword(catalog, photo_ids, keyword))
    with_captions = [plan.photo_id for plan in plans if plan.rejects_caption]
    if with_captions:
        tell(review.reject_captions(catalog, with_captions))


def _taken_away_elsewhere(catalog: Catalog, photo: Photo, fields: FileFields) -> list[str]:
    """Keywords of ours that the file's own record still lists but no keyword field holds: the person took them out
    in another program, and they must not come back. (A file put back from a copy has no such record.) No scan need
    have met the change yet."""
    held = {fold(keyword) for keyword in fields.keywords()}
    held |= {keyword_leaf(keyword) for keyword in held}
    recorded = {fold(word) for word in fields.own_words()}
    return [
        keyword.keyword
        for keyword in catalog.read(lambda c: keywords.keywords(c, photo.id))
        if keyword.wanted and keyword.ours
        if fold(keyword_leaf(keyword.keyword)) in recorded - held
    ]


def _removable(unwanted: Iterable[Keyword], fields: FileFields) -> tuple[list[str], list[str]]:
    """Keywords this program may take out of the files, which are those that their own record names, and those that
    stay there as the person's own. What the catalog remembers does not count: it may be of another file, which
    stood there before one was put back from a copy, or of a word that went and came again by the person's hand."""
    held = {form for keyword in fields.keywords() for form in _forms(keyword)}
    removable, stays = [], []
    for word in (keyword.keyword for keyword in unwanted):
        if _is_recorded(word, fields):
            removable.append(word)
        elif _forms(word) & held:
            stays.append(word)
    return removable, stays


def _is_recorded(keyword: str, fields: FileFields) -> bool:
    return bool(_forms(keyword) & {fold(value) for value in fields.own_words()})


def _forms(keyword: str) -> set[str]:
    return {fold(keyword), fold(keyword_leaf(keyword))}
