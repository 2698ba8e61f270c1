"""The fields of one file while a plan for it is made. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from phototagger.domain.facets import FIELDS
from phototagger.domain.writing import FieldChange
from phototagger.plan.fields.fields import word_key, written_keyword

PLANNED_FIELDS = tuple(spec.name for spec in FIELDS.values() if spec.planned)


class Draft:
    """The fields of one file while a plan is made."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self.before = dict(values)
        self.now = {name: list(values.get(name, ())) for name in PLANNED_FIELDS}
        self.made: set[str] = set()  # fields that come into being with this plan, filled or not yet

    def exists(self, name: str) -> bool:
        return bool(self.now[name]) or name in self.made

    def add(self, name: str, value: str) -> bool:
        """Appends unless the field has it in any spelling; tells whether it was missing."""
        folded = word_key(value)
        if any(word_key(held) == folded for held in self.now[name]):
            return False
        self.now[name].append(value)
        return True

    def drop(self, name: str, value: str) -> bool:
        """Takes the value in exactly this spelling away; tells whether it was there."""
        kept = [held for held in self.now[name] if written_keyword(held) != value]
        changed = len(kept) != len(self.now[name])
        self.now[name] = kept
        return changed

    def changes(self) -> tuple[FieldChange, ...]:
        return tuple(
            FieldChange(name, self.before.get(name, ()), tuple(now))
            for name, now in self.now.items()
            if tuple(now) != self.before.get(name, ())
        )
