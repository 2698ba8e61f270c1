"""What of the wanted is planned, given what the file says by now: what somebody took out or replaced in another
program is not written again, and what is not on the file's own record is not taken out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from phototagger.domain.facets import VALUE_FACETS
from phototagger.domain.facets.books import CREATED_FIELDS
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.facets.texts import short
from phototagger.domain.records import keyword_leaf
from phototagger.domain.sentences import Said, said
from phototagger.domain.spelling import fold
from phototagger.domain.writing import Difference, FileFields, Statement, WritePlan, statements, values_of


@dataclass(frozen=True, slots=True)
class Judged:
    """``planned``: what is to be planned of what was asked for. ``rejects``: what somebody decided otherwise on in
    another program, which counts as rejected once it is agreed to write. ``notes`` tell of both."""

    planned: Difference
    rejects: tuple[Statement, ...] = ()
    notes: tuple[Said, ...] = ()

    def __or__(self, other: Judged) -> Judged:
        """Both, of different kinds."""
        return Judged(self.planned | other.planned, self.rejects + other.rejects, self.notes + other.notes)


def judge(asked: Difference, ours: Sequence[str], fields: FileFields) -> Judged:
    """``ours``: the keywords that the photo should have, and that this program had put into its file."""
    judged = _judge_words(asked, ours, fields)
    for facet in VALUE_FACETS:
        judged |= _judge_value(asked, facet, fields)
    return replace(judged, planned=replace(judged.planned, boxes=asked.boxes, replaced=asked.replaced))


def settled(
    asked: Difference, planned: Difference, fields: FileFields, plans: Sequence[WritePlan]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """What the file says already of what is wanted, and what it does not say any more: neither needs a write."""
    coming = {one for plan in plans for one in (*plan.added, *plan.left)}
    going = {one for plan in plans for one in plan.removed}
    held = [one for one in planned.add if one not in coming and _is_held(one, fields)]
    gone = [one for one in asked.remove if one.kind == KEYWORD and one not in going]
    for one in asked.remove:
        # What was there goes when the new value comes, or is rejected.
        others = [other for other in asked.add if other.kind == one.kind]
        if one.kind != KEYWORD and one.kind not in {gone.kind for gone in going}:
            gone += [one] if not others or any(other in held for other in others) else []
    moving = coming | going
    held += [box for box in planned.boxes.add if box not in moving]
    gone += [box for box in planned.boxes.remove if box not in moving]
    return tuple(held), tuple(gone)


def is_recorded(keyword: str, fields: FileFields) -> bool:
    """Whether the file's own record says that this program put the keyword there."""
    return bool(_forms(keyword) & {fold(value) for value in fields.own_words()})


def _is_held(one: Statement, fields: FileFields) -> bool:
    return one.kind == KEYWORD or one.value in fields.said(one.kind)


# --- keywords -----------------------------------------------------------------------------------------------------


def _judge_words(asked: Difference, ours: Sequence[str], fields: FileFields) -> Judged:
    taken_away = _taken_away(ours, fields)
    add = [word for word in values_of(asked.add, KEYWORD) if word not in taken_away]
    removable, stays = _removable(values_of(asked.remove, KEYWORD), fields)
    name = fields.path.name
    notes = [
        said(
            "{keyword} was taken out of {name} in another program. It will not be written again and "
            "will count as rejected.",
            keyword=keyword,
            name=name,
        )
        for keyword in taken_away
    ]
    notes += [
        said(
            "{keyword} stays in {name}: nothing in the file says that phototagger wrote it, so it "
            "counts as your own. Take it out with another program if you do not want it.",
            keyword=keyword,
            name=name,
        )
        for keyword in stays
    ]
    # What was taken out elsewhere goes from the record too: the same word may come back by the person's own hand.
    going = statements(KEYWORD, (*removable, *taken_away))
    planned = Difference(statements(KEYWORD, add), going)
    return Judged(planned, statements(KEYWORD, taken_away), tuple(notes))


def _taken_away(ours: Iterable[str], fields: FileFields) -> list[str]:
    """Keywords of ours that the file's own record still lists but no keyword field holds: the person took them out
    in another program, and they must not come back. (A file put back from a copy has no such record.) No scan need
    have met the change yet."""
    held = {fold(keyword) for keyword in fields.keywords()}
    held |= {keyword_leaf(keyword) for keyword in held}
    recorded = {fold(word) for word in fields.own_words()}
    return [keyword for keyword in ours if fold(keyword_leaf(keyword)) in recorded - held]


def _removable(unwanted: Iterable[str], fields: FileFields) -> tuple[list[str], list[str]]:
    """Keywords this program may take out of the files, which are those that their own record names, and those that
    stay there as the person's own. What the catalog remembers does not count: it may be of another file, which
    stood there before one was put back from a copy, or of a word that went and came again by the person's hand."""
    held = {form for keyword in fields.keywords() for form in _forms(keyword)}
    removable, stays = [], []
    for word in unwanted:
        if is_recorded(word, fields):
            removable.append(word)
        elif _forms(word) & held:
            stays.append(word)
    return removable, stays


def _forms(keyword: str) -> set[str]:
    return {fold(keyword), fold(keyword_leaf(keyword))}


# --- single values ------------------------------------------------------------------------------------------------


def _judge_value(asked: Difference, facet: ValueFacet, fields: FileFields) -> Judged:
    """The value that comes and goes; a wanted one does not come where the file has another by now."""
    kind = facet.kind
    add, remove, over = (
        tuple(one for one in some if one.kind == kind) for some in (asked.add, asked.remove, asked.over)
    )
    if not add:
        return Judged(Difference(add, remove))
    name, held = fields.path.name, fields.said(kind)
    expected = {one.value for one in (*add, *remove, *over)}
    others = [text for text in held if text not in expected]
    why = None
    if others:
        why = said(
            "{name} has a {kind} of its own by now ({other})",
            name=name,
            kind=facet.noun,
            other=short(others[0]),
        )
    elif not held and _is_on_record(facet, fields):  # and none is there
        why = said("The {kind} of {name} was taken out in another program", kind=facet.noun, name=name)
        remove = remove or add
    if why is None:
        return Judged(Difference(add, remove, over=over))
    accepted = said("the accepted one ({value})", value=short(add[0].value))
    note = said("{why}, so {accepted} is not written and will count as rejected.", why=why, accepted=accepted)
    return Judged(Difference((), remove), add, (note,))


def _is_on_record(facet: ValueFacet, fields: FileFields) -> bool:
    always = [spec.name for spec in facet.fields if spec.carries is Carries.ALWAYS]
    return any(name in fields.values.get(CREATED_FIELDS, ()) for name in always)
