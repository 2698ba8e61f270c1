"""What to write into which of a photo's files, and what takes it back: the half of the MetadataWriter port that
opens no file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from phototagger.domain.facets import VALUE_FACETS, kinds_of
from phototagger.domain.facets.books import AUTO_TAGS
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import Failure, RegionKind, keyword_leaf
from phototagger.domain.sentences import Said, both, said
from phototagger.domain.writing import (
    Difference,
    FieldChange,
    FileFields,
    RegionChanges,
    Statement,
    WritePlan,
    placed,
    statements,
    values_of,
)
from phototagger.exiftool.planning.placement import Placement, Target, placement_of
from phototagger.exiftool.reading.fields import refusal
from phototagger.files.suffixes import is_film
from phototagger.plan.fields.fields import PhotoFields, fault_of, word_key, written_keyword
from phototagger.plan.fields.regions import STRUCTURES
from phototagger.plan.formats import IPTC_TYPES
from phototagger.plan.keyword_plan import Planner
from phototagger.plan.new_sidecar import seeds_of
from phototagger.plan.region_plan import own_boxes, plan_regions
from phototagger.plan.undo_in_file import Undo, is_undone, undo_changes
from phototagger.plan.value_plan import ValueChange, ValueOutcome, plan_value
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

    def plans(self, photo_id: int, fields: FileFields, wanted: Difference) -> tuple[WritePlan, ...]:
        """The smallest differences that bring about what is wanted; no content is read or written.

        One plan for each file that changes, the main one (photo or sidecar) last, where it is even if nothing
        changes there. Of what is to be removed only that goes which a file's own record (XMP-ptag) says was put
        there by this program. ``refused`` is set when nothing may be written.
        """
        fields = _photo_fields(fields)
        placed_at = placement_of(fields, self._settings, self._exiftool())
        if isinstance(placed_at, Failure):
            return (WritePlan(photo_id, fields.path, fields.path, (), wanted.add, wanted.remove, placed_at),)
        words = values_of(wanted.add, KEYWORD)
        faults = {word: fault for word in words if (fault := fault_of(written_keyword(word))) is not None}
        wanted = replace(
            wanted, add=tuple(one for one in wanted.add if one.kind != KEYWORD or one.value not in faults)
        )
        made = [self._plan(photo_id, fields, placed_at, target, wanted) for target in placed_at.targets]
        *others, main = _with_one_carrier(made)
        notes = [
            said(
                "The keyword {keyword} {fault}, so it is not written to {name}. Rename the keyword.",
                keyword=repr(keyword),
                fault=fault,
                name=fields.path.name,
            )
            for keyword, fault in faults.items()
        ]
        left = (*main.left, *statements(KEYWORD, faults))
        return (*others, replace(main, left=left, notes=(*main.notes, *notes)))

    def _plan(
        self, photo_id: int, photo: PhotoFields, placed_at: Placement, at: Target, wanted: Difference
    ) -> WritePlan:
        target, creates = at.fields, at.creates
        regions = wanted.boxes
        if at.owner is not photo or is_film(photo.path):
            regions = replace(
                regions, add=(), held=()
            )  # boxes fit the photo or frame they were found on, nothing else
        add, remove = list(values_of(wanted.add, KEYWORD)), values_of(wanted.remove, KEYWORD)
        if at.owner is not photo and creates:  # a raw's: what the photo got in earlier runs
            going = {word_key(step) for keyword in remove for step in (keyword, *keyword.split("|"))}
            add += [word for word in photo.values.get(AUTO_TAGS, ()) if word_key(word) not in going]
        planner = Planner(
            target,
            self._settings,
            iptc_fits=target.file_type in IPTC_TYPES,
            seeds=seeds_of(at.owner) if creates else None,
            owner=at.owner,
        )
        planner.changes(add, remove)
        boxes = plan_regions(planner.draft, target, at.owner, regions, seeded=creates)
        added = [*statements(KEYWORD, planner.added), *boxes.added]
        removed = [*statements(KEYWORD, planner.removed), *boxes.removed]
        stale: list[Said] = []
        for facet in VALUE_FACETS:
            outcome = plan_value(planner.draft, target, facet, _of(wanted, facet), iptc=planner.writes_iptc)
            added += [one for one in wanted.add if one.kind == facet.kind and outcome.added]
            removed += [one for one in wanted.remove if one.kind == facet.kind and outcome.removed]
            for spec in outcome.short:
                planner.shortfalls.add(spec.name, *values_of(wanted.add, facet.kind))
            stale += [_stale_note(facet, outcome, target.path.name)] if outcome.stale else []
        # A new sidecar of nothing but what the photo says itself is not made.
        changes = () if creates and not added else planner.draft.changes()
        unread = (placed_at.unread,) if placed_at.unread and changes and at is placed_at.main else ()
        return WritePlan(
            photo_id,
            photo.path,
            target.path,
            changes,
            tuple(one for one in added if one.kind != KEYWORD or one in wanted.add),
            tuple(removed),
            left=tuple(boxes.left),
            creates=creates,
            notes=(
                *placed_at.notes,
                *unread,
                *planner.shortfalls.notes(target.path.name),
                *stale,
                *dict.fromkeys(boxes.notes),
            ),
        )

    def restore_plan(self, plan: WritePlan, fields: FileFields) -> WritePlan:
        """The plan that undoes ``plan`` on a file that now holds ``fields``; see the port."""
        fields = _photo_fields(fields)
        failure = refusal(fields, self._exiftool())
        swapped = (plan.photo_id, plan.path, plan.target)
        if failure is not None:
            return WritePlan(*swapped, (), plan.removed, plan.added, failure)
        undo = undo_changes(plan.changes, fields)
        if plan.creates and (undo.conflicts or not _may_go(plan, fields, undo.changes)):
            undo = undo_changes(plan.changes, fields, own_boxes(placed(plan.added)))
        return _restore_plan(plan, fields, undo)

    def removal_plan(
        self, plan: WritePlan, photo: FileFields, held: FileFields, gone: Sequence[Statement]
    ) -> WritePlan:
        """See the port."""
        fields = _photo_fields(held)
        failure = refusal(fields, self._exiftool())
        if failure is not None:
            return WritePlan(plan.photo_id, plan.path, plan.target, (), refused=failure)
        owner = _photo_fields(photo)
        planner = Planner(fields, self._settings, iptc_fits=fields.file_type in IPTC_TYPES, owner=owner)
        planner.changes((), values_of(gone, KEYWORD))
        boxes = plan_regions(planner.draft, fields, owner, RegionChanges(remove=placed(gone)))
        removed = [*statements(KEYWORD, planner.removed), *boxes.removed]
        for facet in VALUE_FACETS:
            for one in gone:
                if one.kind == facet.kind:
                    change = ValueChange(remove=one.value)
                    outcome = plan_value(planner.draft, fields, facet, change, iptc=planner.writes_iptc)
                    removed += [one] if outcome.removed else []
        changes = planner.draft.changes()
        return WritePlan(
            plan.photo_id,
            plan.path,
            plan.target,
            changes,
            removed=tuple(removed),
            deletes=_may_go(plan, fields, changes),
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
    """Says as removed and added what the file will no longer hold and hold again: of keywords one by one, of other
    kinds all or none."""
    left = {kind for conflict in undo.conflicts for kind in kinds_of(conflict.field)} - {KEYWORD}
    after = fields.values | {change.field: change.after for change in undo.changes}
    held = {
        word_key(form)
        for word in replace(fields, values=after).keywords()
        for form in (word, keyword_leaf(word))
    }

    def comes(one: Statement) -> bool:
        if one.kind == KEYWORD:
            return bool({word_key(one.value), word_key(keyword_leaf(one.value))} & held)
        return one.kind not in left

    def goes(one: Statement) -> bool:
        return not undo.keeps(one.value) if one.kind == KEYWORD else one.kind not in left

    return WritePlan(
        plan.photo_id,
        plan.path,
        plan.target,
        undo.changes,
        tuple(filter(comes, plan.removed)),
        tuple(filter(goes, plan.added)),
        deletes=not undo.conflicts and _may_go(plan, fields, undo.changes),
        conflicts=undo.conflicts,
    )


def _with_one_carrier(plans: list[WritePlan]) -> tuple[WritePlan, ...]:
    """Those that change something and the main one; what is said is told by the last that changes something, so
    that it counts as written when everything is."""
    kept = [plan for plan in plans[:-1] if plan.changes] + plans[-1:]
    carrier = next((plan for plan in reversed(kept) if plan.changes), kept[-1])
    added = tuple(dict.fromkeys(one for plan in plans for one in plan.added))
    removed = tuple(dict.fromkeys(one for plan in plans for one in plan.removed))
    return tuple(
        replace(plan, added=added, removed=removed)
        if plan is carrier
        else replace(plan, added=(), removed=())
        for plan in kept
    )


def _stale_note(facet: ValueFacet, outcome: ValueOutcome, file: str) -> Said:
    return said(
        "{fields} of {file} (keeps|keep) another {kind}, for phototagger cannot write there. Change it with "
        "another program if you do not want it.",
        "",
        len(outcome.stale),
        fields=both(outcome.stale),
        file=file,
        kind=facet.noun,
    )


def _of(wanted: Difference, facet: ValueFacet) -> ValueChange:
    """What is wanted of one kind of single value."""
    add, remove = values_of(wanted.add, facet.kind), values_of(wanted.remove, facet.kind)
    return ValueChange(
        add[0] if add else None,
        remove[0] if remove else None,
        values_of(wanted.over, facet.kind),
        wanted.replaced,
    )
