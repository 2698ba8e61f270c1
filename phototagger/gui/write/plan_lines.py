"""What the preview of a write says: plans as nested lines of words. No widgets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from phototagger.domain.facets import VALUE_FACETS, spec_of
from phototagger.domain.facets.books import AUTO_PERSONS, AUTO_TAGS, CREATED_FIELDS, IPTC_CHARSET, ORIENTATION
from phototagger.domain.facets.field import Purpose
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.facets.region import MWG_SIZE
from phototagger.domain.records import RegionKind, keyword_leaf
from phototagger.domain.writing import FieldChange, PlacedRegion, Statement, WritePlan, placed
from phototagger.gui.kit.facet_words import facet_words, kind_counts, quoted
from phototagger.gui.kit.wording import percent, tr, worded
from phototagger.plan.preview import (
    PreviewLine,
    Totals,
    Value,
    lines_of,
    place_in_photo,
    purpose_of,
    readable,
    totals,
    writable,
)


class Kind(StrEnum):
    """How a word is drawn."""

    ADDED = "added"
    REMOVED = "removed"
    KEPT = "kept"
    REFUSED = "refused"  # a sentence: nothing is written, and why
    NOTE = "note"  # a sentence worth reading before agreeing
    MARK = "mark"  # in a file's row: there are notes below
    QUIET = "quiet"  # a sentence that may be passed over


SENTENCES = (Kind.REFUSED, Kind.NOTE, Kind.QUIET)
SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "−", Kind.REFUSED: "!", Kind.NOTE: "!", Kind.MARK: "!"}

Pieces = tuple[tuple[Kind, str], ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One row: a file, a field of it, or a remark. ``into`` is where it is written; the tips say all of it."""

    title: str
    words: Pieces
    into: str = ""
    tip: str = ""
    into_tip: str = ""
    quiet: bool = False
    below: tuple[PlanLine, ...] = ()


class PlanLines:
    """One line a file, those in which nothing is written first, then those with notes. Lines are worked out when
    they are asked for: there may be hundreds of thousands of files. Made on any thread, asked on the window's own.
    """

    def __init__(self, plans: Sequence[WritePlan]) -> None:
        self._boxes: dict[int, list[PlacedRegion]] = {}
        for plan in plans:
            boxes = (*placed(plan.added), *placed(plan.removed))
            if boxes:
                self._boxes.setdefault(plan.photo_id, []).extend(boxes)
        self._names = Counter(path.name for path in {plan.path for plan in plans})
        self.plans = sorted(plans, key=lambda plan: writable(plan) and (not plan.notes) + 1)
        self.totals = totals(plans)
        # Also those that leave the file alone but make something count as rejected: a note says so.
        self.writing = [plan for plan in plans if writable(plan) or (plan.rejects and plan.refused is None)]
        self._files: dict[int, PlanLine] = {}

    def __len__(self) -> int:
        return len(self.plans)

    def file(self, row: int) -> PlanLine:
        """The line of one file."""
        if row not in self._files:
            plan = self.plans[row]
            self._files[row] = self._file(plan, self._names[plan.path.name] > 1)
        return self._files[row]

    def is_sentence(self, row: int) -> bool:
        """Whether the file's line may take several lines of text."""
        plan = self.plans[row]
        return not writable(plan) or not plan.changes

    def _file(self, plan: WritePlan, ambiguous: bool) -> PlanLine:
        title = f"{plan.path.parent.name}/{plan.path.name}" if ambiguous else plan.path.name
        if plan.refused is not None:
            return PlanLine(
                title, ((Kind.REFUSED, worded(plan.refused.message)),), tr("nothing"), str(plan.path)
            )
        if not writable(plan):
            return PlanLine(
                title, ((Kind.NOTE, " ".join(map(worded, plan.notes))),), tr("nothing"), str(plan.path)
            )
        words = _summary(plan, self._boxes.get(plan.photo_id, ()))
        if plan.notes:
            words = ((Kind.MARK, tr("%n note(s)", "", len(plan.notes))), *words)
        return PlanLine(title, words, _into(plan), str(plan.path), str(plan.target))

    def has_more(self, row: int) -> bool:
        """Whether there is anything below this file."""
        plan = self.plans[row]
        return writable(plan) or (plan.refused is not None and bool(plan.notes))

    def below(self, row: int) -> tuple[PlanLine, ...]:
        """The notes and fields of this file."""
        plan = self.plans[row]
        if not self.has_more(row):
            return ()
        notes = tuple(PlanLine(tr("Note"), ((Kind.NOTE, worded(text)),), quiet=True) for text in plan.notes)
        fields = lines_of(plan, self._boxes.get(plan.photo_id, ()))
        return (
            *notes,
            *(_books_line(line) if line.purpose is Purpose.BOOKS else _field_line(line) for line in fields),
        )


def _into(plan: WritePlan) -> str:
    if plan.target == plan.path:
        return tr("the photo itself")
    if plan.deletes:
        return tr("{name}, which will be deleted", name=plan.target.name)
    name = plan.target.name
    return tr("new sidecar {name}", name=name) if plan.creates else tr("sidecar {name}", name=name)


def _summary(plan: WritePlan, boxes: Sequence[PlacedRegion]) -> Pieces:
    """One file's change in a row: its keywords and boxes; without any, what its fields gain and lose."""
    if plan.deletes and not plan.changes:
        return ((Kind.NOTE, tr("Nothing is left in this sidecar of phototagger's, so it will be deleted.")),)
    gone, come = list(map(_statement_words, plan.removed)), list(map(_statement_words, plan.added))
    if not gone and not come:
        fields = lines_of(plan, boxes)
        gone = list(dict.fromkeys(_value_words(value) for line in fields for value in line.removed))
        come = list(dict.fromkeys(_value_words(value) for line in fields for value in line.added))
    if not gone and not come:
        return ((Kind.QUIET, tr("Only what programs read changes")),)
    return (*((Kind.REMOVED, word) for word in gone), *((Kind.ADDED, word) for word in come))


def _field_line(line: PreviewLine) -> PlanLine:
    words = (
        *((Kind.KEPT, _value_words(value)) for value in line.kept),
        *((Kind.REMOVED, _value_words(value)) for value in line.removed),
        *((Kind.ADDED, _value_words(value)) for value in line.added),
    )
    boxes = [value.region for value in (*line.removed, *line.added) if value.region is not None]
    places = [f"{region.name}: {_sides(region)}" for region in boxes]
    return PlanLine(_title(line), words, tip="\n\n".join((_tip(line.changes), *places)), quiet=True)


def _books_line(line: PreviewLine) -> PlanLine:
    """All that only programs read, in one line; each field is in it for whoever unfolds it."""
    about = ", ".join(dict.fromkeys(_book_name(change.field) for change in line.changes))
    below = tuple(
        PlanLine(
            _book_name(change.field),
            (
                *((Kind.KEPT, value) for value in change.before if value in change.after),
                *((Kind.REMOVED, value) for value in change.removed),
                *((Kind.ADDED, value) for value in change.added),
            ),
            tip=change.field,
            quiet=True,
        )
        for change in line.changes
    )
    return PlanLine(
        tr("For programs"), ((Kind.QUIET, about),), tip=_tip(line.changes), quiet=True, below=below
    )


def _value_words(value: Value) -> str:
    if value.region is not None:
        return _box_words(value.region)
    return value.text or tr("a box without a name")


def _statement_words(one: Statement) -> str:
    if isinstance(one, PlacedRegion):
        return _box_words(one)
    return keyword_leaf(one.value) if one.kind == KEYWORD else quoted(one.kind, one.value)


def _box_words(region: PlacedRegion) -> str:
    """``Anna (face, top left)``."""
    what = tr("face") if region.kind is RegionKind.FACE else tr("object")
    return f"{region.name} ({what}, {_place(region)})"


def _place(region: PlacedRegion) -> str:
    return {
        "top left": tr("top left"),
        "top": tr("top"),
        "top right": tr("top right"),
        "left": tr("left"),
        "centre": tr("centre"),
        "right": tr("right"),
        "bottom left": tr("bottom left"),
        "bottom": tr("bottom"),
        "bottom right": tr("bottom right"),
    }[place_in_photo(region.box)]


def _sides(region: PlacedRegion) -> str:
    """``12 % from the left, 8 % from the top, 20 % wide, 25 % high``."""
    box = region.box
    return tr(
        "{left} from the left, {top} from the top, {width} wide, {height} high",
        left=percent(box.x),
        top=percent(box.y),
        width=percent(box.w),
        height=percent(box.h),
    )


def _title(line: PreviewLine) -> str:
    """``Keywords (XMP, IPTC)``: what it is for, and in whose fields."""
    return _named(line.purpose, [change.field for change in line.changes])


def field_name(field: str) -> str:
    """One field as people may know it."""
    purpose = purpose_of(field)
    return _book_name(field) if purpose is Purpose.BOOKS else _named(purpose, [field])


def _named(purpose: str, fields: Sequence[str]) -> str:
    words = {
        Purpose.KEYWORDS: tr("Keywords"),
        Purpose.TREE: tr("Keyword tree"),
        Purpose.FACES: tr("Faces"),
        Purpose.OBJECTS: tr("Objects"),
        Purpose.PERSONS: tr("Names of people"),
        **{facet.kind: facet_words(facet.kind).name for facet in VALUE_FACETS},
    }.get(purpose)
    if words is None:
        return fields[0]
    owners = [spec.owner for field in fields if (spec := spec_of(field)) is not None and spec.owner]
    return f"{words} ({', '.join(owners)})" if owners else words


def _book_name(field: str) -> str:
    return {
        AUTO_TAGS: tr("keywords by phototagger"),
        AUTO_PERSONS: tr("names by phototagger"),
        CREATED_FIELDS: tr("fields by phototagger"),
        MWG_SIZE: tr("size for the boxes"),
        ORIENTATION: tr("which way up the photo is"),
        IPTC_CHARSET: tr("character set"),
    }.get(field, field)


def _tip(changes: Iterable[FieldChange]) -> str:
    """Every field by its own name, before and after."""
    parts = []
    for change in changes:
        before, after = (
            ", ".join(readable(change.field, value) or tr("a box without a name") for value in values)
            for values in (change.before, change.after)
        )
        nothing = tr("nothing")
        was, will_be = (
            tr("Before: {values}", values=before or nothing),
            tr("After: {values}", values=after or nothing),
        )
        parts.append(f"{change.field}\n{was}\n{will_be}")
    return "\n\n".join(parts)


def plain_words(words: Pieces) -> str:
    """A row's words one below the other, with their signs."""
    return "\n".join(f"{SIGNS.get(kind, '')} {text}".strip() for kind, text in words)


def spoken(words: Pieces) -> str:
    """The same for a screen reader."""
    verbs = {Kind.ADDED: tr("adds"), Kind.REMOVED: tr("removes"), Kind.KEPT: tr("keeps")}
    return ", ".join(f"{verbs.get(kind, '')} {text}".strip() for kind, text in words)


def totals_text(sums: Totals) -> str:
    """All files together, in one sentence after another."""
    coming, going = kind_counts(sums.added), kind_counts(sums.removed)
    parts = [tr("Will be added: {values}", values=coming)] if coming else []
    parts += [tr("Will be removed: {values}", values=going)] if going else []
    rest = (
        (sums.sidecars_made, tr("%n new sidecar(s)", "", sums.sidecars_made)),
        (sums.sidecars_used, tr("%n sidecar(s) there already", "", sums.sidecars_used)),
        (sums.sidecars_deleted, tr("%n sidecar(s) to be deleted", "", sums.sidecars_deleted)),
        (sums.left, tr("%n face(s) or object(s) left out, see the note", "", sums.left)),
        (sums.left_alone, tr("%n file(s) left alone, with the reason", "", sums.left_alone)),
    )
    parts += [text for number, text in rest if number]
    return " · ".join(parts)
