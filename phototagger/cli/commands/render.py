"""Photos, plans and runs as text and as JSON. The JSON is a contract: see resources/json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phototagger.cli.terminal.console import plain_percent, plural
from phototagger.domain.facets import VALUE_FACETS, value_facet
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.facets.field import Purpose
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.records import (
    Failure,
    Keyword,
    KnownValue,
    Photo,
    Region,
    RegionKind,
    ReviewState,
    Suggestion,
)
from phototagger.domain.same_face import match_faces, without_twins
from phototagger.domain.writing import (
    NOT_MET,
    FieldConflict,
    FileRegion,
    FileSays,
    PlacedRegion,
    Statement,
    WritePlan,
    placed,
)
from phototagger.jobs.analysis.passed_over import Left
from phototagger.jobs.library import PhotoDetails
from phototagger.jobs.write.run import UndoSummary
from phototagger.plan.preview import Totals, Value, lines_of, place_in_photo


def photo_record(
    details: PhotoDetails,
    says: FileSays,
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
        "keywords": [
            {
                "keyword": keyword.keyword,
                "state": _keyword_state(keyword),
                "ours": keyword.ours,
                "companion": keyword.translation,
            }
            for keyword in details.keywords
        ],
        "text": [line.text for line in details.text],
        "caption": _value_record(details.values.get(CAPTION)),
        "objects": [
            {
                "label": region.label,
                "name": region.name,
                "score": round(region.score, 4),
                "box": region.box.as_list(),
                "held": _held(region),
            }
            for region in details.regions
            if region.kind is RegionKind.OBJECT
        ],
        "faces": _face_records(details.regions, boxes),
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
        "keywords_in_file": list(says.keywords),
        "values": {kind: _known_record(value) for kind, value in details.values.items()},
        "values_in_file": {kind: list(texts) for kind, texts in says.values.items() if texts},
        "pending_changes": photo.pending_changes,
        "run": details.run,
    }


def _known_record(value: KnownValue) -> dict[str, object]:
    return {"text": value.text, "state": str(value.state), "written": value.written}


def _value_record(value: KnownValue | None) -> dict[str, str] | None:
    return None if value is None else {"text": value.text, "state": str(value.state)}


def error_record(photo: Photo) -> dict[str, str] | None:
    if photo.failure is None:
        return None
    return {"kind": str(photo.failure.kind), "message": photo.failure.message}


def _face_records(regions: Sequence[Region], boxes: Sequence[FileRegion]) -> list[dict[str, Any]]:
    """``name_in_file``: what the file calls the face that stands where we found this one; ``held``: why its box is
    not written, which is then of an earlier version of the photo."""
    faces = [region for region in regions if region.kind is RegionKind.FACE]
    shown = [face for face in faces if not face.held]  # which come first
    named = without_twins(box for box in boxes if box.names_face)
    matches = match_faces([face.box for face in shown], [box.box for box in named])
    return [
        {
            "name_in_file": named[matches[place]].name if place in matches else None,
            "score": round(face.score, 4),
            "box": face.box.as_list(),
            "person": face.person,
            "cluster": face.cluster,
            "held": _held(face),
        }
        for place, face in enumerate(faces)
    ]


def _held(region: Region) -> str | None:
    """Why its box is held back, None where it is not."""
    return NOT_MET if region.held else None


def photo_lines(
    details: PhotoDetails,
    says: FileSays,
    place: tuple[str, ...] | None = None,
    boxes: Sequence[FileRegion] = (),
) -> list[str]:
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
    if details.keywords:
        lines.append("  keywords: " + ", ".join(map(_keyword_text, details.keywords)))
    for kind, value in details.values.items():
        noun = value_facet(kind).noun
        lines.append(f"  {noun}, {value.state}: " + " / ".join(value.text.splitlines()))
    objects = [region for region in details.regions if region.kind is RegionKind.OBJECT]
    faces = [region for region in details.regions if region.kind is RegionKind.FACE]
    seen = [region for region in objects if not region.held]
    if seen:
        lines.append(
            "  objects: " + ", ".join(f"{region.name} {plain_percent(region.score)}" for region in seen)
        )
    if faces:
        lines.append("  faces: " + ", ".join(_face_text(place, face) for place, face in enumerate(faces, 1)))
    lines += [
        f"  held back: the box of {region.person or region.name}: {NOT_MET}"
        for region in details.regions
        if region.held and (region.person or region.kind is RegionKind.OBJECT)
    ]
    if says.keywords:
        lines.append("  in the file: " + ", ".join(says.keywords))
    for kind, texts in says.values.items():
        if texts:
            said = "; ".join(" / ".join(text.splitlines()) for text in texts)
            lines.append(f"  {value_facet(kind).noun} in the file: {said}")
    named = dict.fromkeys(
        box.name + ("" if box.fits else " (the box no longer fits)") for box in boxes if box.name
    )
    if named:
        lines.append("  boxes in the file: " + ", ".join(named))
    if photo.pending_changes:
        lines.append("  accepted, not yet written")
    return lines


_KEYWORD_NOTES = {"wanted": " (not yet written)", "written": "", "removed": " (not yet taken out)"}


def _keyword_state(keyword: Keyword) -> str:
    if not keyword.wanted:
        return "removed"
    return "written" if keyword.written else "wanted"


def _keyword_text(keyword: Keyword) -> str:
    return keyword.keyword + _KEYWORD_NOTES[_keyword_state(keyword)]


def _suggestion_text(suggestion: Suggestion) -> str:
    return f"{suggestion.keyword} {plain_percent(suggestion.score)}"


def _face_text(place: int, face: Region) -> str:
    """With the number by which `people` takes it."""
    away = " (held back)" if face.held else ""
    return f"{place} {face.person or f'not named ({plain_percent(face.score)})'}{away}"


def plan_record(plan: WritePlan) -> dict[str, Any]:
    return {
        "path": str(plan.path),
        "target": str(plan.target),
        "into": "file" if plan.target == plan.path else "sidecar",
        "creates": plan.creates,
        "deletes": plan.deletes,
        "changes": [
            {"field": change.field, "before": list(change.before), "after": list(change.after)}
            for change in plan.changes
        ],
        "added": [_statement_record(one) for one in plan.added],
        "removed": [_statement_record(one) for one in plan.removed],
        "regions_added": [_region_record(region) for region in placed(plan.added)],
        "regions_removed": [_region_record(region) for region in placed(plan.removed)],
        "regions_left": [_region_record(region) for region in placed(plan.left)],
        "notes": list(plan.notes),
        "refused": None
        if plan.refused is None
        else {"kind": str(plan.refused.kind), "message": plan.refused.message},
    }


def _statement_record(one: Statement) -> dict[str, str]:
    return {"kind": str(one.kind), "value": one.value}


def _region_record(region: PlacedRegion) -> dict[str, Any]:
    """The box is of the upright photo; in the fields it counts in the pixels as stored."""
    return {"kind": str(region.kind), "name": region.name, "box": region.box.as_list()}


def plan_lines(plan: WritePlan) -> list[str]:
    new = "the new sidecar " if plan.creates else ""
    lines = [str(plan.path) + ("" if plan.target == plan.path else f" (into {new}{plan.target.name})")]
    if plan.deletes:
        lines[0] = f"{plan.path} ({plan.target.name} will be deleted: nothing else is in it)"
    lines += [f"  note: {note}" for note in plan.notes]
    if plan.refused is not None:
        lines.append(f"  will not be written: {plan.refused.message}")
    for line in lines_of(plan):
        for change in line.changes:
            if line.purpose is Purpose.BOOKS:
                words = [f"+ {value}" for value in change.added] + [f"- {value}" for value in change.removed]
            else:
                words = [f"+ {_value_text(value)}" for value in line.added]
                words += [f"- {_value_text(value)}" for value in line.removed]
            lines.append(f"  {change.field}: " + ", ".join(words))
    return lines


def _value_text(value: Value) -> str:
    if value.region is not None:
        return f"{value.text} ({value.region.kind}, {place_in_photo(value.region.box)})"
    return value.text or "a box without a name"


def nouns() -> dict[str, str]:
    """What one statement of each kind is called."""
    single = {facet.kind: facet.noun for facet in VALUE_FACETS}
    return {KEYWORD: "keyword", RegionKind.FACE: "named face", RegionKind.OBJECT: "object", **single}


def totals_text(sums: Totals) -> str:
    """What all plans together do, for the end of a dry run."""
    counts = (
        *((sums.added.get(kind, 0), noun, "will be added") for kind, noun in nouns().items()),
        *((sums.removed.get(kind, 0), noun, "will be removed") for kind, noun in nouns().items()),
        (sums.sidecars_made, "sidecar", "will be made"),
        (sums.sidecars_deleted, "sidecar", "will be deleted"),
        (sums.left_alone, "file", "will be left alone, with the reason"),
    )
    parts = [f"{plural(number, what)} {verb}" for number, what, verb in counts if number]
    if sums.left:
        parts.append(f"{plural(sums.left, 'box', 'boxes')} left out, see the notes")
    return (
        f"{plural(sums.files, 'file')} to write: " + ("; ".join(parts) or "nothing that a person reads") + "."
    )


def undo_record(summary: UndoSummary) -> dict[str, Any]:
    """``fields``: what was left alone, with what the run wrote there and what is there now; ``took_away``: the run
    had only taken words out, which are back; ``forgotten``: in so many files boxes of faces that the run had taken
    out do not come back, since all faces were forgotten."""
    return {
        "run": summary.run_id,
        "made_at": summary.made_at,
        "took_away": summary.took_away,
        "restored": summary.restored,
        "conflicts": failures_record(summary.conflicts),
        "fields": [conflict_record(conflict) for conflict in summary.left],
        "failed": failures_record(summary.failed),
        "forgotten": summary.forgotten,
    }


def failures_record(failed: Sequence[tuple[Path, Failure]]) -> list[dict[str, str]]:
    return [
        {"path": str(path), "kind": str(failure.kind), "message": failure.message} for path, failure in failed
    ]


def conflict_record(conflict: FieldConflict) -> dict[str, object]:
    return {
        "path": str(conflict.path),
        "field": conflict.field,
        "wrote": list(conflict.wrote),
        "now": list(conflict.now),
    }


def conflict_text(conflict: FieldConflict) -> str:
    wrote, now = (", ".join(values) or "nothing" for values in (conflict.wrote, conflict.now))
    return f"  {conflict.path.name}, {conflict.field}: written {wrote}; now {now}"


def failure_text(path: Path, message: str) -> str:
    """The sentence, with the file in front where it does not name it itself."""
    return message if str(path) in message else f"{path}: {message}"


def left_record(left: Left) -> dict[str, Any]:
    """What a scan left alone: folders with the reason, kinds of files that are not read with their number, photos
    whose content is in a cloud."""
    return {
        "passed_over": [{"path": str(one.path), "reason": str(one.reason)} for one in left.folders],
        "known_in_passed_over": left.known,
        "not_read": dict(left.kinds),
        "in_cloud": left.in_cloud,
    }
