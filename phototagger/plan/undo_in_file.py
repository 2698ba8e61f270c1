"""Working out what takes a write back from a file, field by field. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from phototagger.domain.facets import FIELDS
from phototagger.domain.facets.books import (
    AUTO_PERSONS,
    AUTO_TAGS,
    BOOKKEEPING,
    CREATED_FIELDS,
    IPTC_CHARSET,
    ORIENTATION,
)
from phototagger.domain.facets.keyword import CATEGORIES, XP_KEYWORDS
from phototagger.domain.facets.region import MWG_REGIONS, MWG_SIZE
from phototagger.domain.records import keyword_leaf, keyword_lineage
from phototagger.domain.writing import FieldChange, FieldConflict
from phototagger.plan.fields.categories import without_category
from phototagger.plan.fields.fields import (
    IPTC_BLOCK,
    IPTC_TEXTS,
    IPTC_WRITTEN,
    VALUE_FIELDS,
    IptcText,
    PhotoFields,
    from_field,
    holds_one,
    in_another_language,
    keyword_paths,
    word_key,
)
from phototagger.plan.fields.regions import REGION_LISTS

# Only ever written into a sidecar that is made, never anything of ours; but for what is written as well.
_COPIED = frozenset({ORIENTATION, *(spec.name for spec in FIELDS.values() if spec.seeded)})
_SHARED = (IPTC_CHARSET, MWG_SIZE)  # which others may need as well by now


@dataclass(frozen=True, slots=True)
class Undo:
    """``changes`` take back what can be; ``conflicts`` are fields in which somebody has decided otherwise."""

    changes: tuple[FieldChange, ...]
    conflicts: tuple[FieldConflict, ...]

    def keeps(self, keyword: str) -> bool:
        """Whether a field that is left alone holds the keyword or its last word."""
        return bool({word_key(form) for form in _forms(keyword)} & _words_left(self.conflicts))


def undo_changes(
    done: Iterable[FieldChange], fields: PhotoFields, own_boxes: Collection[str] | None = None
) -> Undo:
    """What takes ``done`` back from a file that holds ``fields`` now.

    A field that holds exactly what we wrote gets its old values back. Where other words came in since, only our
    own words go and those we took away come back. A field in which one of our words is gone, or one that we took
    away is back, is left alone, and so is what the file's record says of the words in it. So is one with a word
    that the file's record calls ours no more: the file was put back from a copy, and the word is the person's own.
    What we took away and somebody else put back meanwhile is theirs: the record does not claim it again.

    ``own_boxes``, spelled, are given for a sidecar of our making that stays, because it says more by now: then only
    they and our words go, and what it was given of the photo's own from the start stays.
    """
    changes = {change.field: change for change in done}
    ours = _recorded(changes.values())
    noted = {word_key(value) for name in (AUTO_TAGS, AUTO_PERSONS) for value in fields.values.get(name, ())}
    undo: list[FieldChange] = []
    conflicts: list[FieldConflict] = []
    for name, change in changes.items():
        if name in _SHARED or name in BOOKKEEPING:
            continue
        held = fields.values.get(name, ())
        target: tuple[str, ...] | None
        words_of_ours = _words_of(name, change.added) & _words_of(name, held) & (ours - noted)
        if _is_value_put_back(change, changes, fields) or (held != change.before and words_of_ours):
            target = None
        elif own_boxes is None:
            target = _undone(change, held, ours)
        else:
            target = _without_ours(change, held, changes, own_boxes)
        if target is None:
            conflicts.append(FieldConflict(fields.path, name, change.after, held))
        elif target != held:
            undo.append(FieldChange(name, held, target))
    left = _words_left(conflicts) | {conflict.field for conflict in conflicts}
    if left & IPTC_WRITTEN:
        left |= {IPTC_BLOCK, IPTC_CHARSET}
    after = fields.values | {change.field: change.after for change in undo}
    for name in (name for name in BOOKKEEPING if name in changes):
        held = fields.values.get(name, ())
        target = _record_without(changes[name], held, left, _not_ours_again(changes, name, fields, after))
        if target != held:
            undo.append(FieldChange(name, held, target))
    after = fields.values | {change.field: change.after for change in undo}
    undo += [
        change for name in _SHARED if name in changes for change in _shared(changes[name], fields, after)
    ]
    return Undo(tuple(undo), tuple(conflicts))


def is_undone(done: Sequence[FieldChange], fields: PhotoFields, left: Sequence[str] = ()) -> bool:
    """Whether a file that holds ``fields`` has nothing of ours of these changes, and all that they took away,
    whatever other programs did to it since. ``left``: fields that were not to be taken back."""
    ours = _recorded(done)
    by_field = {change.field: change for change in done}
    for change in done:
        name, held = change.field, fields.values.get(change.field, ())
        if (
            held == change.before
            or name in _SHARED
            or _is_copied(name, by_field)
            or name in left
            or (left and name in BOOKKEEPING)
        ):
            continue
        if _is_one_text(name):
            if held == change.after:
                return False
        elif set(_own(change, ours)) & set(held) or set(change.removed) - set(held):
            return False
    return True


def _undone(change: FieldChange, held: tuple[str, ...], ours: set[str]) -> tuple[str, ...] | None:
    """The field's values without what the change did; None where it must be left alone."""
    if held in (change.before, change.after):
        return change.before
    if not holds_one(change.field) and sorted(held) == sorted(change.after):
        return change.before  # only the order is another
    if _is_one_text(change.field):
        return None
    if any(value not in held for value in change.added) or any(value in held for value in change.removed):
        return None
    gone = _own(change, ours)
    return (*(value for value in held if value not in gone), *change.removed)


def _without_ours(
    change: FieldChange, held: tuple[str, ...], done: Mapping[str, FieldChange], own_boxes: Collection[str]
) -> tuple[str, ...] | None:
    """The field's values without our words and boxes; None where one of ours is gone already."""
    if _is_copied(change.field, done):
        return held
    if change.field in VALUE_FIELDS:
        return () if held == change.after else None
    if change.field == CATEGORIES:
        if held != change.after:
            return None
        text: str | None = held[0] if held else None
        for path in done[AUTO_TAGS].added if AUTO_TAGS in done else ():
            text = without_category(text, path) or text if text else None
        return (text,) if text else ()
    own = set(change.added) & set(own_boxes)
    if change.field not in REGION_LISTS:
        own = set(_own(change, _recorded(done.values())))
    return tuple(value for value in held if value not in own) if own <= set(held) else None


def _is_one_text(name: str) -> bool:
    """Whether a field's value is a whole, into which nothing of ours can be put back beside what others wrote."""
    return holds_one(name) and name != XP_KEYWORDS


def _is_copied(name: str, done: Mapping[str, FieldChange]) -> bool:
    """Whether the field was only copied from the photo."""
    if in_another_language(name):
        return True
    return name in _COPIED and not (name in VALUE_FIELDS and _is_made(name, done))


def _is_made(name: str, done: Mapping[str, FieldChange]) -> bool:
    """Whether these changes put the field on the file's record as one of our making."""
    return CREATED_FIELDS in done and name in done[CREATED_FIELDS].added


def _is_value_put_back(change: FieldChange, done: Mapping[str, FieldChange], fields: PhotoFields) -> bool:
    """Whether the file holds a value that its record calls ours no more: a copy was put in its place."""
    if change.field not in VALUE_FIELDS or not _is_made(change.field, done):
        return False
    held, noted = (fields.values.get(name, ()) for name in (change.field, CREATED_FIELDS))
    return held != change.before and change.field not in noted


def _words_of(name: str, values: Iterable[str]) -> set[str]:
    """The words, paths or names in a field, folded."""
    return {word_key(value) for value in keyword_paths(name, values)}


def _recorded(done: Iterable[FieldChange]) -> set[str]:
    """The words and names that these changes put on the file's record of ours, folded."""
    records = [change for change in done if change.field in (AUTO_TAGS, AUTO_PERSONS)]
    return {word_key(value) for record in records for value in record.added}


def _own(change: FieldChange, ours: set[str]) -> tuple[str, ...]:
    """What the change added that was in no field before; a field that we made was also given what others held."""
    if change.field in REGION_LISTS or change.field in BOOKKEEPING:
        return change.added
    return tuple(value for value in change.added if word_key(from_field(change.field, value)) in ours)


def _forms(keyword: str) -> tuple[str, ...]:
    return (keyword, keyword_leaf(keyword))


def _words_left(conflicts: Iterable[FieldConflict]) -> set[str]:
    """The words and paths, folded, that stand in fields left alone; of a path its parts too."""
    paths = [path for conflict in conflicts for path in keyword_paths(conflict.field, conflict.now)]
    steps = [step for path in paths for part in keyword_lineage(path) for step in _forms(part)]
    return {word_key(form) for form in (*paths, *steps)}


def _not_ours_again(
    done: Mapping[str, FieldChange],
    record: str,
    fields: PhotoFields,
    after: Mapping[str, tuple[str, ...]],
) -> set[str]:
    """Of what these changes took from a record: words, folded, or fields that others brought back meanwhile, and
    words that do not come back. A field to which these changes gave back what ours had replaced is ours again."""
    taken = done[record].removed
    if record == CREATED_FIELDS:
        put_back = {name for name in taken if name in done and done[name].after == fields.values.get(name)}
        theirs = {
            name
            for name in taken
            if (fields.values.get(name) and name not in put_back) or not after.get(name)
        }
        # The block is ours again where it comes back with what is in it.
        returns = fields.iptc_text is IptcText.NONE and any(after.get(name) for name in IPTC_WRITTEN)
        return theirs - {IPTC_BLOCK} if returns else theirs
    came: set[str] = set()
    comes: set[str] = set()
    for name in (name for name in done if name not in BOOKKEEPING):
        held = _words_of(name, fields.values.get(name, ()))
        came |= held - _words_of(name, done[name].after)
        comes |= _words_of(name, after.get(name, ()))
    leaves = {word_key(form) for word in comes for form in _forms(word)}
    return {
        word_key(word)
        for word in taken
        if word_key(word) in came or word_key(keyword_leaf(word)) not in leaves
    }


def _record_without(
    change: FieldChange, held: tuple[str, ...], left: set[str], theirs: set[str]
) -> tuple[str, ...]:
    """The record of ours without what the change put there, but for what still stands in a field left alone, and
    with what it took from there, but for ``theirs``."""
    spelled = str if change.field == CREATED_FIELDS else word_key
    gone = [value for value in change.added if spelled(value) not in left]
    back = [value for value in change.removed if spelled(value) not in theirs]
    if held == change.after and (len(gone), len(back)) == (len(change.added), len(change.removed)):
        return change.before
    kept = [value for value in held if value not in gone]
    return (*kept, *(value for value in back if value not in kept))


def _shared(
    change: FieldChange, fields: PhotoFields, after: Mapping[str, tuple[str, ...]]
) -> list[FieldChange]:
    """Our IPTC declaration goes where no letter needs it (a recoded block stays declared: its text is right now);
    the size of the photo that boxes were drawn on goes with the last of them."""
    held = fields.values.get(change.field, ())
    if held != change.after or (change.field == IPTC_CHARSET and change.before):
        return []
    if change.field == MWG_SIZE:
        needed = bool(after.get(MWG_REGIONS)) and not change.before
    else:
        ours = [text for name in IPTC_TEXTS for text in after.get(name, ())]
        texts = (*ours, *fields.iptc_texts_of_others())
        needed = not all(map(str.isascii, texts))
    return [] if needed or held == change.before else [FieldChange(change.field, held, change.before)]
