"""Where a single value (caption, title, rating) goes in a file, beside what people gave it. Pure.

A file says of each field whether its value is ours: by naming the field in ``XMP-ptag:CreatedFields``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from phototagger.domain.facets import spec_of
from phototagger.domain.facets.books import CREATED_FIELDS
from phototagger.domain.facets.facet import ValueFacet
from phototagger.domain.facets.field import Carries, FieldSpec
from phototagger.domain.writing import Replaced
from phototagger.plan.draft import Draft
from phototagger.plan.fields.fields import PhotoFields, needs_declaration, texts_of, value_fields
from phototagger.plan.iptc_block import declare, note_block, tidy_block


@dataclass(frozen=True, slots=True)
class ValueOutcome:
    """Whether the file gains the value, whether it loses one of ours, and fields that cannot hold it. ``stale``:
    fields, by exiftool's names, that keep what is replaced elsewhere: a write may not change them."""

    added: bool = False
    removed: bool = False
    short: tuple[FieldSpec, ...] = ()
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that a file should gain, and the one of this program's making that it should lose; None: none.
    ``over``: values of a person's own, or another program's, in whose place the new one is wanted. ``replaced``:
    those in whose place ours came, which are there again once it goes."""

    add: str | None = None
    remove: str | None = None
    over: Collection[str] = ()
    replaced: Collection[Replaced] = ()

    def __bool__(self) -> bool:
        return self.add is not None or self.remove is not None


def plan_value(
    draft: Draft, target: PhotoFields, facet: ValueFacet, wanted: ValueChange, *, iptc: bool
) -> ValueOutcome:
    """Edits the value of ``target`` in its draft. ``iptc``: its IPTC block is written.

    A file in which a person says something else, in whatever field, gains nothing, but where that is to be
    replaced. Fields that are only kept up (``Carries.WHERE_THERE``) are for readers that look there first.
    """
    removed = wanted.remove is not None and _remove(draft, target, facet, wanted, wanted.remove, iptc=iptc)
    if wanted.add is None or not _is_free(target, facet, wanted):
        return ValueOutcome(removed=removed)
    added = False
    short: list[FieldSpec] = []
    for spec in _carriers(target, facet, iptc=iptc):
        held, value = _held(draft, facet, spec), spec.to_field(wanted.add)
        if wanted.add == held or draft.now[spec.name] == [value]:
            continue
        if not (facet.says_nothing(held) or held in wanted.over):
            continue
        if not spec.fits(value):
            short.append(spec)
            draft.now[spec.name] = []  # what it held is not true any more
            draft.drop(CREATED_FIELDS, spec.name)
            continue
        if spec.in_iptc:
            note_block(draft, target)
        draft.now[spec.name] = [value]
        draft.add(CREATED_FIELDS, spec.name)
        if spec.in_iptc and needs_declaration(target.iptc_text, value):
            declare(draft, target)
        added = True
    if short and iptc:
        tidy_block(draft, target)
    return ValueOutcome(added, removed, tuple(short), _stale(draft, target, facet, wanted) if added else ())


def _is_free(target: PhotoFields, facet: ValueFacet, wanted: ValueChange) -> bool:
    others = set(target.own_values(facet)) - {wanted.add, wanted.remove}
    return others <= set(wanted.over)


def _stale(draft: Draft, target: PhotoFields, facet: ValueFacet, wanted: ValueChange) -> tuple[str, ...]:
    """The fields that say another value than the new one, which was to be replaced, after the draft too."""
    found = []
    for name in target.raw:
        spec = spec_of(name)
        if spec is None or spec not in facet.fields:
            continue
        held = texts_of(target.raw, name, target.iptc_text)
        changes = name in draft.now and tuple(draft.now[name]) != held
        values = {facet.plain(spec.from_field(text)) for text in held}
        if not changes and values & set(wanted.over) - {wanted.add}:
            found.append(name)
    return tuple(found)


def _held(draft: Draft, facet: ValueFacet, spec: FieldSpec) -> str:
    """The value as the program has it; empty for none."""
    held = draft.now[spec.name]
    return facet.plain(spec.from_field("\n".join(held))) if held else ""


def _carriers(target: PhotoFields, facet: ValueFacet, *, iptc: bool) -> list[FieldSpec]:
    def is_written(spec: FieldSpec) -> bool:
        return (
            spec.carries is Carries.ALWAYS
            or (spec.carries is Carries.WITH_BLOCK and iptc)
            or (spec.carries is Carries.WHERE_THERE and spec.name in target.raw)
        )

    return [spec for spec in facet.fields if is_written(spec)]


def _remove(
    draft: Draft, target: PhotoFields, facet: ValueFacet, wanted: ValueChange, value: str, *, iptc: bool
) -> bool:
    """Takes our value away where the file's own record says that it is, and puts back what it replaced; the record
    goes where others took it."""
    removed = False
    specs = {spec.name: spec for spec in facet.fields}
    for name in value_fields(facet):
        spec, now = specs[name], draft.now[name]
        is_it = not now or now == [spec.to_field(value)] or _held(draft, facet, spec) == value
        if name not in draft.now[CREATED_FIELDS] or not is_it or (spec.in_iptc and not iptc):
            continue
        draft.now[CREATED_FIELDS].remove(name)
        removed |= bool(draft.now[name])
        back = () if wanted.add is not None else _before(target, wanted, name, now)
        draft.now[name] = list(back)
    if removed and iptc:
        tidy_block(draft, target)
    return removed


def _before(target: PhotoFields, wanted: ValueChange, name: str, now: list[str]) -> tuple[str, ...]:
    """What stood in a field before our value that it holds now."""
    for one in wanted.replaced:
        if (one.target, one.field) == (target.path, name) and now and one.wrote == tuple(now):
            return one.before
    return ()
