"""Which boxes a file gains and loses, beside those of other programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from phototagger.domain.facets.books import AUTO_PERSONS, ORIENTATION
from phototagger.domain.facets.region import MP_REGIONS, MWG_REGIONS, MWG_SIZE, PERSONS
from phototagger.domain.frames import TURNS, turned
from phototagger.domain.records import RegionKind
from phototagger.domain.same_face import match_faces, without_twins
from phototagger.domain.sentences import Said, said
from phototagger.domain.writing import FileRegion, PlacedRegion, RegionChanges
from phototagger.plan.draft import Draft
from phototagger.plan.fields.fields import PhotoFields, word_key
from phototagger.plan.fields.regions import (
    Frame,
    fits_frame,
    frame_of,
    is_our_drawing,
    list_fields,
    our_spelling,
    read_regions,
    size_spelling,
)


@dataclass(slots=True)
class RegionOutcome:
    """What became of the boxes: ``left`` were not written, and a note says why."""

    added: list[PlacedRegion] = field(default_factory=list)
    removed: list[PlacedRegion] = field(default_factory=list)
    left: list[PlacedRegion] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)


def plan_regions(
    draft: Draft, target: PhotoFields, photo: PhotoFields, wanted: RegionChanges, *, seeded: bool = False
) -> RegionOutcome:
    """Edits the boxes of ``target`` (the photo itself or one of its sidecars) in its draft. ``seeded``: a sidecar
    that is to be made, and begins with what the photo holds."""
    outcome = RegionOutcome()
    frame = frame_of(photo.raw)
    begins_with = photo if seeded else target
    held = read_regions(begins_with.raw, frame)
    recorded = frozenset(word_key(name) for part in (photo, target) for name in _recorded(part))
    ours = _Ours(frame, recorded, (*wanted.add, *wanted.there))
    everybodys = photo.regions()
    everywhere = [found for found in everybodys if not any(ours(found, gone) for gone in wanted.remove)]
    for region in (*wanted.remove, *_drawn_anew(begins_with, frame, held, wanted, ours)):
        gone = _remove(draft, held, region, ours)
        if gone is not None:
            outcome.removed.append(region)
            held = tuple(found for found in held if found.spelled not in gone)
        elif any(_says_the_same(found, region) for found in held):
            outcome.notes.append(
                said(
                    "The box of {name} stays in {file}: nothing in the file says that phototagger drew "
                    "it, so it counts as your own. Take it out with another program if you do not want it.",
                    name=region.name,
                    file=target.path.name,
                )
            )
    for away in wanted.held:
        _remark(
            outcome,
            away.region,
            said("The box of {name} is held back: {why}.", name=away.region.name, why=away.why),
        )
    others = _other_names(wanted, everywhere)
    others_stay = bool(draft.now[MWG_REGIONS])
    for region in wanted.add:
        if ours.taken_out(region, everybodys, wanted.remove):
            outcome.notes.append(
                said(
                    "The box of {name} was taken out of {file} in another program. It will not be "
                    "written again.",
                    name=region.name,
                    file=photo.path.name,
                )
            )
            continue
        if _remark(outcome, region, _obstacle(begins_with, frame, region, others.get(region), others_stay)):
            continue
        assert frame is not None
        if _add(draft, held, region, frame):
            outcome.added.append(region)
    _tidy(draft, target)
    if frame is not None and target.file_type == "XMP":
        new = bool(outcome.added) and not target.raw
        if new or _lies_otherwise(target, photo, frame):
            # Readers turn a sidecar's boxes by its own orientation.
            draft.now[ORIENTATION] = [str(frame.orientation)]
    return outcome


def _drawn_anew(
    target: PhotoFields,
    frame: Frame | None,
    held: Iterable[FileRegion],
    wanted: RegionChanges,
    ours: _Ours,
) -> tuple[PlacedRegion, ...]:
    """Boxes of ours that go, to come again, in a photo that was cropped or turned since: where nobody else has
    drawn beside them, the file can say again what size they count in."""
    alone = all(
        any(ours(found, region) for region in (*wanted.remove, *wanted.near))
        for found in held
        if found.field == MWG_REGIONS
    )
    return wanted.near if alone and not fits_frame(_size_in(target), frame) else ()


def _lies_otherwise(target: PhotoFields, photo: PhotoFields, frame: Frame) -> bool:
    """Whether the photo was turned since this sidecar got its orientation from us: it has boxes on our record, and
    nothing else of a camera's fields, which other programs copy together."""
    held = target.values.get(ORIENTATION, ())
    copied = {name for name in target.raw if name.startswith("XMP-tiff:")} - {ORIENTATION}
    ours = bool(held) and not copied and bool(_recorded(target))
    return ours and "IFD0:Orientation" in photo.raw and held != (str(frame.orientation),)


def _size_in(target: PhotoFields) -> object:
    info = target.raw.get("XMP-mwg-rs:RegionInfo")
    return info.get("AppliedToDimensions") if isinstance(info, dict) else None


@dataclass(frozen=True, slots=True)
class _Ours:
    """Tells our boxes from other people's by the file alone: the catalog may remember one of a file that stood
    there before it was put back from a copy. ``recorded``: names on the file's record, folded. ``wanted``: boxes
    that belong into the file."""

    frame: Frame | None
    recorded: frozenset[str]
    wanted: tuple[PlacedRegion, ...] = ()

    def __call__(self, found: FileRegion, region: PlacedRegion) -> bool:
        recorded = word_key(region.name) in self.recorded
        if not _is_called(found, region):
            return False
        if is_our_drawing(found, region, self.frame, recorded):
            return True
        # Drawn when the photo lay otherwise: boxes in files turn with the orientation. A wanted one stays.
        if any(_says_the_same(found, other) for other in self.wanted):
            return False
        return any(
            is_our_drawing(found, replace(region, box=turned(region.box, turn)), self.frame, recorded)
            for turn in TURNS
        )

    def taken_out(
        self, region: PlacedRegion, everywhere: Iterable[FileRegion], going: Iterable[PlacedRegion]
    ) -> bool:
        """Whether the record lists a face whose box is nowhere: whoever took it out does not want it. A name whose
        box goes now, to come at another face, is no such."""
        face = region.kind is RegionKind.FACE and word_key(region.name) in self.recorded
        moves = any(word_key(gone.name) == word_key(region.name) for gone in going)
        return face and not moves and not any(_is_called(found, region) for found in everywhere)


def _recorded(fields: PhotoFields) -> tuple[str, ...]:
    return fields.values.get(AUTO_PERSONS, ())


def _is_called(found: FileRegion, region: PlacedRegion) -> bool:
    return word_key(found.name) == word_key(region.name)


def _says_the_same(found: FileRegion, region: PlacedRegion) -> bool:
    return _is_called(found, region) and region.is_at(found.box)


def own_boxes(regions: Iterable[PlacedRegion]) -> frozenset[str]:
    """How these boxes of ours may be spelled in a file, however its photo lies."""
    return frozenset(
        our_spelling(name, region, orientation)
        for region in regions
        for name in list_fields(region.kind)
        for orientation in range(1, 9)
    )


def _remark(outcome: RegionOutcome, region: PlacedRegion, note: Said | None) -> bool:
    if note is None:
        return False
    outcome.left.append(region)
    outcome.notes.append(note)
    return True


def _obstacle(
    target: PhotoFields, frame: Frame | None, region: PlacedRegion, other: str | None, others_stay: bool
) -> Said | None:
    """Why this box is not written; None when it is. ``other``: what somebody else calls the face; ``others_stay``:
    whether any of the boxes that stand beside it in the file stays there."""
    if frame is None:
        return said(
            "The box of {name} is not written: exiftool cannot tell the size of the photo.", name=region.name
        )
    if region.kind is not RegionKind.FACE:
        return None
    if others_stay and not fits_frame(_size_in(target), frame):
        return said(
            "The box of {name} is not written: {file} holds boxes that were drawn before the "
            "photo was cropped or turned. Correct them with the program that drew them.",
            name=region.name,
            file=target.path.name,
        )
    if other is not None:
        return said(
            "The face of {name} is called {other} in the file already. Correct one of the two.",
            name=region.name,
            other=other,
        )
    return None


def _other_names(wanted: RegionChanges, everywhere: Iterable[FileRegion]) -> dict[PlacedRegion, str]:
    """What somebody else calls the faces that are to be added, where nobody calls them as we do. A box that one of
    the photo's faces is called by is that one's, whichever others lie in it too."""
    here = [found for found in everywhere if found.names_face and found.field in (MWG_REGIONS, MP_REGIONS)]
    faces = [region for region in (*wanted.add, *wanted.there) if region.kind is RegionKind.FACE]

    nameless = [region for region in faces if not any(_says_the_same(found, region) for found in here)]
    free = without_twins(
        found for found in here if not any(_says_the_same(found, region) for region in faces)
    )
    matches = match_faces([region.box for region in nameless], [found.box for found in free])
    return {nameless[face]: free[box].name for face, box in matches.items()}


def _add(draft: Draft, held: Iterable[FileRegion], region: PlacedRegion, frame: Frame) -> bool:
    added = False
    for name in list_fields(region.kind):
        there = any(found.field == name and _says_the_same(found, region) for found in held)
        if there:
            continue
        if name == MWG_REGIONS and not draft.exists(MWG_REGIONS) and not _fits(draft, frame):
            draft.now[MWG_SIZE] = [size_spelling(frame)]
        spelled = our_spelling(name, region, frame.orientation)
        if spelled not in draft.now[name]:
            draft.now[name].append(spelled)
            added = True
    if region.kind is RegionKind.FACE and draft.add(PERSONS, region.name):
        draft.add(AUTO_PERSONS, region.name)
        added = True
    return added


def _fits(draft: Draft, frame: Frame) -> bool:
    """Whether the file says that its boxes count in these very pixels."""
    return any(held == size_spelling(frame) for held in draft.now[MWG_SIZE])


def _remove(
    draft: Draft, held: Iterable[FileRegion], region: PlacedRegion, is_ours: _Ours
) -> set[str] | None:
    """Takes our box away, found by name and place; the name too, where we put it and no other box has it. Gives the
    entries that went, None where nothing did."""
    removed = False
    gone: set[str] = set()
    for name in list_fields(region.kind):
        ours = {found.spelled for found in held if found.field == name and is_ours(found, region)}
        draft.now[name] = [spelled for spelled in draft.now[name] if spelled not in ours]
        removed |= bool(ours)
        gone |= ours
    others = [found for found in held if _is_called(found, region) and not is_ours(found, region)]
    recorded = {word_key(name) for name in draft.now[AUTO_PERSONS]}
    if region.kind is RegionKind.FACE and word_key(region.name) in recorded and not others:
        for name in (PERSONS, AUTO_PERSONS):
            draft.now[name] = [there for there in draft.now[name] if word_key(there) != word_key(region.name)]
        removed = True
    return gone if removed else None


def _tidy(draft: Draft, target: PhotoFields) -> None:
    """The size goes with the last box, where nothing else was in the structure."""
    info = target.raw.get("XMP-mwg-rs:RegionInfo")
    emptied = draft.before.get(MWG_REGIONS) and not draft.now[MWG_REGIONS]
    if emptied and isinstance(info, dict) and not info.keys() - {"RegionList", "AppliedToDimensions"}:
        draft.now[MWG_SIZE] = []
