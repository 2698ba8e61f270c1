"""What to write into which of a photo's files, and what takes it back: the half of the MetadataWriter port that
opens no file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from phototagger.domain.records import Failure, RegionKind, keyword_leaf
from phototagger.domain.writing import (
    NO_CAPTION,
    NO_REGIONS,
    CaptionChange,
    FieldChange,
    FileFields,
    PlacedRegion,
    RegionChanges,
    WritePlan,
)
from phototagger.exiftool.planning.placement import Placement, Target, place
from phototagger.exiftool.reading.fields import refusal
from phototagger.files.suffixes import is_film
from phototagger.plan.caption_plan import plan_caption
from phototagger.plan.fields.fields import AUTO_TAGS, CAPTION_FIELDS, PhotoFields, clean, fault_of, fold
from phototagger.plan.fields.regions import PERSONS, REGION_LISTS, STRUCTURES
from phototagger.plan.formats import IPTC_TYPES
from phototagger.plan.keyword_plan import Planner
from phototagger.plan.region_plan import own_boxes, plan_regions
from phototagger.plan.seeds import seeds_of
from phototagger.plan.undo_plan import Undo, is_undone, undo_changes
from phototagger.settings.declared import WriteSettings


def wanted_kinds(settings: WriteSettings) -> frozenset[RegionKind]:
    """Which boxes these settings want in files."""
    wanted = ((RegionKind.FACE, settings.faces), (RegionKind.OBJECT, settings.objects))
    return frozenset(kind for kind, switched_on in wanted if switched_on)


class PlanMaker:
    """``exiftool`` gives the version that will write (raises ExifToolError where there is none)."""

    def __init__(self, settings: WriteSettings, exiftool: Callable[[], tuple[int, int]]) -> None:
        self._settings = settings
        self._exiftool = exiftool

    def region_kinds(self) -> frozenset[RegionKind]:
        """Which boxes the settings want in files."""
        return wanted_kinds(self._settings)

    def plans(
        self,
        photo_id: int,
        fields: FileFields,
        add: Sequence[str],
        remove: Sequence[str],
        regions: RegionChanges = NO_REGIONS,
        caption: CaptionChange = NO_CAPTION,
    ) -> tuple[WritePlan, ...]:
        """The smallest differences that add and remove these keywords, boxes and caption; no content is read or
        written.

        One plan for each file that changes, the main one (photo or sidecar) last, where it is even if nothing
        changes there. ``remove`` takes only what a file's own record (XMP-ptag:AutoTags) says was put there by
        this program. ``refused`` is set when nothing may be written.
        """
        fields = _photo_fields(fields)
        placed = place(fields, self._settings, self._exiftool())
        if isinstance(placed, Failure):
            refused = WritePlan(photo_id, fields.path, fields.path, (), tuple(add), tuple(remove), placed)
            return (refused,)
        faults = {keyword: fault for keyword in add if (fault := fault_of(clean(keyword))) is not None}
        fitting = [keyword for keyword in add if keyword not in faults]
        made = [
            self._plan(photo_id, fields, placed, target, fitting, remove, regions, caption)
            for target in placed.targets
        ]
        *others, main = _with_one_carrier(made)
        notes = [
            f"The keyword {keyword!r} {fault}, so it is not written to {fields.path.name}. Rename the keyword."
            for keyword, fault in faults.items()
        ]
        return (*others, replace(main, keywords_left=tuple(faults), notes=(*main.notes, *notes)))

    def _plan(
        self,
        photo_id: int,
        photo: PhotoFields,
        placed: Placement,
        at: Target,
        add: Sequence[str],
        remove: Sequence[str],
        regions: RegionChanges,
        caption: CaptionChange,
    ) -> WritePlan:
        target, creates = at.fields, at.creates
        wanted = list(add)
        if at.owner is not photo or is_film(photo.path):
            regions = replace(
                regions, add=(), held=()
            )  # boxes fit the photo or frame they were found on, nothing else
        if at.owner is not photo and creates:  # a raw's: what the photo got in earlier runs
            going = {fold(step) for keyword in remove for step in (keyword, *keyword.split("|"))}
            wanted += [word for word in photo.values.get(AUTO_TAGS, ()) if fold(word) not in going]
        planner = Planner(
            target,
            self._settings,
            iptc_fits=target.file_type in IPTC_TYPES,
            seeds=seeds_of(at.owner) if creates else None,
            owner=at.owner,
        )
        planner.changes(wanted, remove)
        boxes = plan_regions(planner.draft, target, at.owner, regions, seeded=creates)
        text = plan_caption(planner.draft, target, caption, iptc=planner.writes_iptc)
        # A new sidecar of nothing but what the photo says itself is not made.
        nothing = creates and not planner.added and not boxes.added and not text.added
        changes = () if nothing else planner.draft.changes()
        unread = (placed.unread,) if placed.unread and changes and at is placed.main else ()
        return WritePlan(
            photo_id,
            photo.path,
            target.path,
            changes,
            tuple(word for word in planner.added if word in add),
            tuple(planner.removed),
            None,
            tuple(boxes.added),
            tuple(boxes.removed),
            tuple(boxes.left),
            creates,
            notes=(
                *placed.notes,
                *unread,
                *planner.shortfalls.notes(target.path.name),
                *dict.fromkeys(boxes.notes),
            ),
            caption_added=caption.add if text.added else None,
            caption_removed=caption.remove if text.removed else None,
        )

    def restore_plan(self, plan: WritePlan, fields: FileFields) -> WritePlan:
        """The plan that undoes ``plan`` on a file that now holds ``fields``; see the port."""
        fields = _photo_fields(fields)
        failure = refusal(fields, self._exiftool())
        swapped = (plan.photo_id, plan.path, plan.target)
        if failure is not None:
            return WritePlan(*swapped, (), plan.keywords_removed, plan.keywords_added, failure)
        undo = undo_changes(plan.changes, fields)
        if plan.creates and (undo.conflicts or not _may_go(plan, fields, undo.changes)):
            undo = undo_changes(plan.changes, fields, own_boxes(plan.regions_added))
        return _restore_plan(plan, fields, undo)

    def removal_plan(
        self,
        plan: WritePlan,
        photo: FileFields,
        held: FileFields,
        words: Sequence[str],
        boxes: Sequence[PlacedRegion],
        caption: str | None = None,
    ) -> WritePlan:
        """See the port."""
        fields = _photo_fields(held)
        failure = refusal(fields, self._exiftool())
        if failure is not None:
            return WritePlan(plan.photo_id, plan.path, plan.target, (), refused=failure)
        owner = _photo_fields(photo)
        planner = Planner(fields, self._settings, iptc_fits=fields.file_type in IPTC_TYPES, owner=owner)
        planner.changes((), words)
        gone = plan_regions(planner.draft, fields, owner, RegionChanges(remove=tuple(boxes)))
        text = plan_caption(planner.draft, fields, CaptionChange(remove=caption), iptc=planner.writes_iptc)
        changes = planner.draft.changes()
        return WritePlan(
            plan.photo_id,
            plan.path,
            plan.target,
            changes,
            keywords_removed=tuple(planner.removed),
            regions_removed=tuple(gone.removed),
            deletes=_may_go(plan, fields, changes),
            caption_removed=caption if text.removed else None,
        )

    def is_undone(self, plan: WritePlan, fields: FileFields, left: Sequence[str] = ()) -> bool:
        """See the port."""
        return is_undone(plan.changes, _photo_fields(fields), left)


def _photo_fields(fields: FileFields) -> PhotoFields:
    if isinstance(fields, PhotoFields):
        return fields
    return PhotoFields(fields.path, fields.values, fields.file_type, fields.warnings)


def nothing_left(fields: PhotoFields, changes: Sequence[FieldChange]) -> bool:
    """Whether these changes empty a sidecar altogether."""
    emptied = {STRUCTURES.get(change.field, (change.field, ""))[0] for change in changes if not change.after}
    held = {name for name in fields.raw if name.startswith("XMP-") and name != "XMP-x:XMPToolkit"}
    return bool(changes) and held <= emptied and all(not change.after for change in changes)


def _may_go(plan: WritePlan, fields: PhotoFields, changes: Sequence[FieldChange]) -> bool:
    """Whether the file that the plan wrote is a sidecar of its making that these changes empty. One that became a
    link has been put elsewhere on purpose, and others may lead there: it stays."""
    return plan.creates and not plan.target.is_symlink() and nothing_left(fields, changes)


def _restore_plan(plan: WritePlan, fields: PhotoFields, undo: Undo) -> WritePlan:
    """Names as removed and added what the file will no longer hold and hold again; boxes are left with their
    lists."""
    boxes_left = any(conflict.field in (*REGION_LISTS, PERSONS) for conflict in undo.conflicts)
    caption_left = any(conflict.field in CAPTION_FIELDS for conflict in undo.conflicts)
    after = fields.values | {change.field: change.after for change in undo.changes}
    held = {
        fold(form) for word in replace(fields, values=after).keywords() for form in (word, keyword_leaf(word))
    }
    return WritePlan(
        plan.photo_id,
        plan.path,
        plan.target,
        undo.changes,
        tuple(word for word in plan.keywords_removed if {fold(word), fold(keyword_leaf(word))} & held),
        tuple(word for word in plan.keywords_added if not undo.keeps(word)),
        None,
        () if boxes_left else plan.regions_removed,
        () if boxes_left else plan.regions_added,
        deletes=not undo.conflicts and _may_go(plan, fields, undo.changes),
        caption_added=None if caption_left else plan.caption_removed,
        caption_removed=None if caption_left else plan.caption_added,
        conflicts=undo.conflicts,
    )


def _with_one_carrier(plans: list[WritePlan]) -> tuple[WritePlan, ...]:
    """Those that change something and the main one; keywords, boxes and caption all named by the last that
    changes something, so that they count as written when everything is."""
    kept = [plan for plan in plans[:-1] if plan.changes] + plans[-1:]
    carrier = next((plan for plan in reversed(kept) if plan.changes), kept[-1])
    added = tuple(dict.fromkeys(word for plan in plans for word in plan.keywords_added))
    removed = tuple(dict.fromkeys(word for plan in plans for word in plan.keywords_removed))
    boxes = tuple(dict.fromkeys(box for plan in plans for box in plan.regions_added))
    lost = tuple(dict.fromkeys(box for plan in plans for box in plan.regions_removed))
    come = next((plan.caption_added for plan in plans if plan.caption_added is not None), None)
    gone = next((plan.caption_removed for plan in plans if plan.caption_removed is not None), None)

    carried: dict[str, Any] = {
        "keywords_added": added,
        "keywords_removed": removed,
        "regions_added": boxes,
        "regions_removed": lost,
        "caption_added": come,
        "caption_removed": gone,
    }
    bare: dict[str, Any] = {name: () if isinstance(value, tuple) else None for name, value in carried.items()}
    return tuple(replace(plan, **(carried if plan is carrier else bare)) for plan in kept)
