"""Photos, plans and runs as text and as JSON. The JSON is a contract: see README, "Command line"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phototagger.domain import (
    SAME_PLACE_IOU,
    FileRegion,
    Photo,
    Region,
    RegionKind,
    ReviewState,
    Suggestion,
    WritePlan,
)
from phototagger.jobs.library import PhotoDetails


def photo_record(
    details: PhotoDetails,
    in_file: tuple[str, ...],
    place: tuple[str, ...] | None = None,
    boxes: Sequence[FileRegion] = (),
) -> dict[str, Any]:
    """The object that `show --json` and `analyse --json` print; sizes and boxes of the upright photo."""
    photo = details.photo
    return {
        "path": str(photo.path),
        "state": str(photo.state),
        "error": error_record(photo),
        "width": photo.width,
        "height": photo.height,
        "orientation": photo.orientation,
        "taken_at": photo.taken_at,
        "place": None if place is None else list(place),
        "suggestions": [
            {
                "keyword": suggestion.keyword,
                "label": suggestion.label,
                "score": round(suggestion.score, 4),
                "network": suggestion.network,
                "state": str(suggestion.state),
            }
            for suggestion in details.suggestions
        ],
        "objects": [
            {
                "label": region.label,
                "name": region.name,
                "score": round(region.score, 4),
                "box": region.box.as_list(),
            }
            for region in details.regions
            if region.kind is RegionKind.OBJECT
        ],
        "faces": [face_record(region, boxes) for region in details.regions if region.kind is RegionKind.FACE],
        "regions_in_file": [
            {
                "name": box.name,
                "kind": box.kind,
                "field": box.field,
                "box": box.box.as_list(),
                "fits": box.fits,
            }
            for box in boxes
        ],
        "keywords_in_file": list(in_file),
        "pending_changes": photo.pending_changes,
    }


def error_record(photo: Photo) -> dict[str, str] | None:
    if photo.failure is None:
        return None
    return {"kind": str(photo.failure.kind), "message": photo.failure.message}


def name_in_file(region: Region, boxes: Sequence[FileRegion]) -> str | None:
    """What the file calls the face that stands where we found this one."""
    found = [
        (region.box.iou(box.box), box.name)
        for box in boxes
        if box.fits and box.name and box.kind in ("", "Face") and region.box.iou(box.box) >= SAME_PLACE_IOU
    ]
    return max(found)[1] if found else None


def face_record(region: Region, boxes: Sequence[FileRegion] = ()) -> dict[str, Any]:
    return {
        "name_in_file": name_in_file(region, boxes),
        "score": round(region.score, 4),
        "box": region.box.as_list(),
        "person": region.person,
        "cluster": region.cluster,
    }


def photo_text(
    details: PhotoDetails,
    in_file: tuple[str, ...],
    place: tuple[str, ...] | None = None,
    boxes: Sequence[FileRegion] = (),
) -> str:
    photo = details.photo
    size = f", {photo.width} x {photo.height}" if photo.width else ""
    lines = [f"{photo.path}", f"  {photo.state}{size}"]
    if place:
        lines.append("  taken in " + ", ".join(reversed(place)))
    if photo.failure:
        lines.append(f"  problem: {photo.failure.message}")
    for state in (ReviewState.SUGGESTED, ReviewState.CONFIRMED, ReviewState.REJECTED):
        chosen = [entry for entry in details.suggestions if entry.state is state]
        if chosen:
            lines.append(f"  {state}: " + ", ".join(_suggestion_text(entry) for entry in chosen))
    objects = [region for region in details.regions if region.kind is RegionKind.OBJECT]
    faces = [region for region in details.regions if region.kind is RegionKind.FACE]
    if objects:
        lines.append("  objects: " + ", ".join(f"{region.name} {region.score:.0%}" for region in objects))
    if faces:
        lines.append("  faces: " + ", ".join(region.person or f"{region.score:.0%}" for region in faces))
    if in_file:
        lines.append("  in the file: " + ", ".join(in_file))
    named = dict.fromkeys(
        box.name + ("" if box.fits else " (the box no longer fits)") for box in boxes if box.name
    )
    if named:
        lines.append("  boxes in the file: " + ", ".join(named))
    if photo.pending_changes:
        lines.append("  accepted, not yet written")
    return "\n".join(lines)


def _suggestion_text(suggestion: Suggestion) -> str:
    return f"{suggestion.keyword} {suggestion.score:.0%}"


def plan_record(plan: WritePlan) -> dict[str, Any]:
    return {
        "path": str(plan.path),
        "target": str(plan.target),
        "into": "file" if plan.target == plan.path else "sidecar",
        "creates": plan.creates,
        "changes": [
            {"field": change.field, "before": list(change.before), "after": list(change.after)}
            for change in plan.changes
        ],
        "notes": list(plan.notes),
        "refused": None
        if plan.refused is None
        else {"kind": str(plan.refused.kind), "message": plan.refused.message},
    }


def plan_text(plan: WritePlan) -> str:
    new = "the new sidecar " if plan.creates else ""
    lines = [str(plan.path) + ("" if plan.target == plan.path else f" (into {new}{plan.target.name})")]
    lines += [f"  note: {note}" for note in plan.notes]
    if plan.refused is not None:
        lines.append(f"  will not be written: {plan.refused.message}")
    for change in plan.changes:
        words = [f"+ {value}" for value in change.added] + [f"- {value}" for value in change.removed]
        lines.append(f"  {change.field}: " + ", ".join(words))
    return "\n".join(lines)


def failure_text(path: Path, message: str) -> str:
    """The sentence, with the file in front where it does not name it itself."""
    return message if str(path) in message else f"{path}: {message}"
