"""What a write plan means to a person: fields by what they are for, values as words, totals. Pure.

Window and command line put this into sentences. A face that was named touches ten fields; here those that say the
same stand together, and those that only keep the books are marked so.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from phototagger.domain.facets import VALUE_FACETS, purposes, spec_of
from phototagger.domain.facets.field import Purpose
from phototagger.domain.facets.keyword import CATEGORIES
from phototagger.domain.records import Box, RegionKind
from phototagger.domain.writing import FieldChange, PlacedRegion, Statement, WritePlan, placed

_STEP = " › "
_NAME = re.compile(r"[{,](?:Name|PersonDisplayName)=((?:\|.|[^|,{}\[\]])*)")
_ESCAPED = re.compile(r"\|(.)")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field: its text as people read it, and the box behind it where it is one of ours."""

    text: str
    region: PlacedRegion | None = None


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What happens to the fields of one purpose that all change alike. ``kept`` and ``removed`` together are what
    is there before, ``kept`` and ``added`` what is there after."""

    purpose: str
    changes: tuple[FieldChange, ...]
    kept: tuple[Value, ...]
    removed: tuple[Value, ...]
    added: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What all plans together do. ``left`` are boxes that are wanted but not written; ``left_alone`` files in
    which nothing is written, with a reason."""

    files: int = 0
    added: Mapping[str, int] = field(default_factory=dict)  # by kind
    removed: Mapping[str, int] = field(default_factory=dict)  # those for which no other of the kind comes
    sidecars_used: int = 0
    sidecars_made: int = 0
    sidecars_deleted: int = 0
    left: int = 0
    left_alone: int = 0

    def __add__(self, other: Totals) -> Totals:
        """Of the plans of other photos."""
        numbers = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("files", "sidecars_used", "sidecars_made", "sidecars_deleted", "left", "left_alone")
        }
        added, removed = Counter(self.added), Counter(self.removed)
        added.update(other.added)
        removed.update(other.removed)
        return Totals(added=added, removed=removed, **numbers)


def purpose_of(name: str) -> str:
    """What a field is for: a Purpose, or the kind of a single value."""
    spec = spec_of(name)
    return Purpose.OTHER if spec is None else spec.purpose


def writable(plan: WritePlan) -> bool:
    """Whether this plan touches its file."""
    return plan.refused is None and (bool(plan.changes) or plan.deletes)


def totals(plans: Iterable[WritePlan]) -> Totals:
    """Sums over the plans; photos whose words go into two files count their words once, as the plans do."""
    plans = list(plans)
    coming = [plan for plan in plans if writable(plan)]
    sidecars = [plan for plan in coming if plan.target != plan.path]
    return Totals(
        files=len(coming),
        added=Counter(one.kind for plan in coming for one in plan.added),
        removed=Counter(
            one.kind for plan in coming for one in plan.removed if not _is_replaced(one, plan.added)
        ),
        sidecars_used=sum(not (plan.creates or plan.deletes) for plan in sidecars),
        sidecars_made=sum(plan.creates for plan in sidecars),
        sidecars_deleted=sum(plan.deletes for plan in sidecars),
        left=len({(plan.photo_id, region) for plan in plans for region in placed(plan.left)}),
        left_alone=len({plan.path for plan in plans} - {plan.path for plan in coming}),
    )


def _is_replaced(gone: Statement, added: Iterable[Statement]) -> bool:
    """Whether another value comes in the place of this one."""
    single = gone.kind in {facet.kind for facet in VALUE_FACETS}
    return single and any(one.kind == gone.kind for one in added)


def lines_of(plan: WritePlan, boxes: Sequence[PlacedRegion] = ()) -> list[PreviewLine]:
    """The plan's fields, those of one purpose that change alike on one line, the books last.

    ``boxes``: those of all plans of the photo, for of several plans only one names them.
    """
    boxes = [*placed(plan.added), *placed(plan.removed), *boxes]
    lines: dict[tuple[object, ...], PreviewLine] = {}
    books: list[FieldChange] = []
    for change in plan.changes:
        purpose = purpose_of(change.field)
        if purpose is Purpose.BOOKS:
            books.append(change)
            continue
        kept, removed, added = _values(change, boxes)
        alike = change.field if purpose is Purpose.OTHER else purpose
        key = (alike, frozenset(kept), frozenset(removed), frozenset(added))
        before = lines[key].changes if key in lines else ()
        lines[key] = PreviewLine(purpose, (*before, change), kept, removed, added)
    place = {purpose: at for at, purpose in enumerate(purposes())}
    result = sorted(lines.values(), key=lambda line: place.get(line.purpose, len(place)))
    return [*result, PreviewLine(Purpose.BOOKS, tuple(books), (), (), ())] if books else result


def _values(
    change: FieldChange, boxes: Sequence[PlacedRegion]
) -> tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]]:
    """Kept, removed and added, as people read them."""
    if change.field == CATEGORIES:
        before = [path for text in change.before for path in _assigned(text)]
        after = [path for text in change.after for path in _assigned(text)]
        change = FieldChange(change.field, tuple(before), tuple(after))
    kept = tuple(value for value in change.before if value in change.after)
    parts = (kept, change.removed, change.added)
    if purpose_of(change.field) in (Purpose.FACES, Purpose.OBJECTS):
        kind = RegionKind.FACE if purpose_of(change.field) is Purpose.FACES else RegionKind.OBJECT
        ours = [box for box in dict.fromkeys(boxes) if box.kind is kind]
        kept_boxes, removed_boxes, added_boxes = (
            [Value(box_name(text)) for text in kept],
            _placed(change.removed, ours),
            _placed(change.added, ours),
        )
        return tuple(kept_boxes), tuple(removed_boxes), tuple(added_boxes)
    kept_words, removed_words, added_words = (
        tuple(Value(readable(change.field, text)) for text in part) for part in parts
    )
    return kept_words, removed_words, added_words


def _placed(texts: Sequence[str], boxes: Sequence[PlacedRegion]) -> list[Value]:
    """The values with the boxes they stand for: found by name and order, where as many are called so."""
    names = [box_name(text) for text in texts]
    values = []
    for place, name in enumerate(names):
        called = [box for box in boxes if box.name.casefold() == name.casefold()]
        alike = len(called) == names.count(name)
        values.append(Value(name, called[names[:place].count(name)] if alike else None))
    return values


def readable(field: str, value: str) -> str:
    """A value as people read it: ``animal › dog`` for a path, the name for a box."""
    purpose = purpose_of(field)
    if purpose is Purpose.TREE:
        spec = spec_of(field)
        return _STEP.join(value.split(spec.joint if spec is not None and spec.joint else "|"))
    if purpose in (Purpose.FACES, Purpose.OBJECTS):
        return box_name(value)
    return value


def box_name(text: str) -> str:
    """The name in a box's entry (``{Area={...},Name=Anna,Type=Face}``); empty where it has none."""
    found = _NAME.search(text)
    return _ESCAPED.sub(r"\1", found.group(1)) if found else ""


def _assigned(text: str) -> list[str]:
    """ACDSee's assigned categories as paths; the text itself when it is no such list."""
    try:
        root = None if "<!" in text else ElementTree.fromstring(text)
    except ElementTree.ParseError:
        root = None
    if root is None:
        return [text]
    return list(_assigned_below(root, ()))


def _assigned_below(place: ElementTree.Element, above: tuple[str, ...]) -> Iterator[str]:
    for entry in place:
        steps = (*above, (entry.text or "").strip())
        if entry.get("Assigned") == "1":
            yield "|".join(steps)
        yield from _assigned_below(entry, steps)


def place_in_photo(box: Box) -> str:
    """Where the middle of a box is in the upright photo, by thirds: ``top left``, ``centre``, ``bottom``."""
    column = ("left", "", "right")[_third(box.x + box.w / 2)]
    row = ("top", "", "bottom")[_third(box.y + box.h / 2)]
    return " ".join(filter(None, (row, column))) or "centre"


def _third(share: float) -> int:
    return min(2, max(0, int(share * 3)))
