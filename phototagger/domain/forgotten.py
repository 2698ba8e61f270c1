"""What the write journal keeps of faces and names that a person had forgotten: nothing but a digest of each entry.

Names and boxes are gone from the journal then. What a file holds has the same digest as what was written there, so
a run can still be taken out of the files: :func:`reveal` finds the entries again. What a run had taken *out* of a
file stands nowhere any more and cannot be put back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from phototagger.domain.facets.books import AUTO_PERSONS
from phototagger.domain.facets.region import IPTC_REGIONS, MP_REGIONS, MWG_REGIONS, PERSONS
from phototagger.domain.records import RegionKind
from phototagger.domain.writing import FieldChange, FileFields, PlacedRegion, WritePlan

FACE_LISTS = (MWG_REGIONS, MP_REGIONS)
OBJECT_LIST = IPTC_REGIONS  # holds other programs' faces beside our objects
PERSON_FIELDS = (*FACE_LISTS, OBJECT_LIST, PERSONS, AUTO_PERSONS)
_OUR_OBJECT = "RId=ptag-"  # how our own boxes of objects differ from other programs' boxes in that list
_MARK = "forgotten:"
_SALT_BYTES = 16
_DIGEST_BYTES = 16


def salt_of(random: Callable[[int], bytes]) -> str:
    """A new salt, in hexadecimal; ``random`` gives so many random bytes (``secrets.token_bytes``)."""
    return random(_SALT_BYTES).hex()


def is_hidden(value: str) -> bool:
    """Whether a value is the digest of one that was forgotten."""
    return value.startswith(_MARK)


def hidden(value: str, salt: str) -> str:
    """The digest that stands for ``value``: BLAKE2b, keyed with the row's salt, so that equal names in two rows
    look different."""
    key = bytes.fromhex(salt)
    content = value.encode("utf-8", "surrogatepass")
    return _MARK + hashlib.blake2b(content, key=key, digest_size=_DIGEST_BYTES).hexdigest()


def hide(change: FieldChange, salt: str, is_name: Callable[[str], bool]) -> FieldChange:
    """The change without faces and names: all entries of the fields about people but our own objects, and in other
    fields the values that name a person (``is_name``)."""

    def kept(value: str) -> str:
        about = (
            _OUR_OBJECT not in value
            if change.field == OBJECT_LIST
            else change.field in PERSON_FIELDS or is_name(value)
        )
        return hidden(value, salt) if about and not is_hidden(value) else value

    return FieldChange(change.field, tuple(map(kept, change.before)), tuple(map(kept, change.after)))


def reveal(plan: WritePlan, fields: FileFields) -> WritePlan:
    """The plan with those entries spelled out again that ``fields``, its target now, still holds; the boxes of
    faces among what it added stand in ``added`` again. An entry that was added and is there no more stays
    a digest, so that undo sees an edit by others; one that was there before and is gone is left out."""
    if plan.forgotten is None:
        return plan
    salt = plan.forgotten
    changes = tuple(_reveal(change, salt, fields.values.get(change.field, ())) for change in plan.changes)
    added = {
        value
        for change in changes
        if change.field in FACE_LISTS
        for value in change.added
        if not is_hidden(value)
    }
    boxes = {
        region.spelled: PlacedRegion(RegionKind.FACE, region.name, region.box)
        for region in fields.regions()
        if region.field in FACE_LISTS and region.spelled in added
    }
    return replace(plan, changes=changes, added=(*plan.added, *boxes.values()))


def lost(plan: WritePlan, fields: FileFields) -> bool:
    """Whether the plan took an entry about people out of the file that nobody can put back: it was forgotten."""
    if plan.forgotten is None:
        return False
    salt = plan.forgotten
    return any(
        is_hidden(value) and value not in _digests(fields.values.get(change.field, ()), salt)
        for change in plan.changes
        for value in change.removed
    )


def adds_faces(plan: WritePlan) -> bool:
    """Whether a plan whose names were forgotten added a box of a face."""
    return plan.forgotten is not None and any(
        change.field in FACE_LISTS and change.added for change in plan.changes
    )


def without_digests(values: Iterable[str]) -> tuple[str, ...]:
    """The values as a person may read them: a digest tells nobody anything."""
    return tuple("(forgotten)" if is_hidden(value) else value for value in values)


def _reveal(change: FieldChange, salt: str, held: tuple[str, ...]) -> FieldChange:
    known = _digests(held, salt)
    kept = {value for value in change.before if value in change.after and value not in known}

    def now(values: tuple[str, ...], *, keep: bool) -> tuple[str, ...]:
        return tuple(
            known.get(value, value)
            for value in values
            if not is_hidden(value) or value in known or (keep and value not in kept)
        )

    return FieldChange(change.field, now(change.before, keep=False), now(change.after, keep=True))


def _digests(held: Iterable[str], salt: str) -> Mapping[str, str]:
    return {hidden(value, salt): value for value in held}
