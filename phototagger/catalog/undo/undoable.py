"""One kind of change, declared once, so that undo never asks a subject that a step has nothing of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """A table of changes: each row belongs to a ``step`` and has the values ``before`` and ``after``.

    ``keys``: the columns that with the step say what a row is about, once in each step. None: rows are numbered
    (``seq``) and are about ``key`` and ``key2``, so that a statement can fill a step without a look at it."""

    name: str
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Undoable:
    """A kind of change. ``number``: its subject, in a table that holds several.

    ``apply``: the statements that give what a step ``?1`` is about the value of one side, ``{side}``: before or
    after. What is gone meanwhile (its folder was removed) they pass over. ``photos``: a query for the photos that
    such a step is about. ``follow``: what is done once, after all subjects of a step have their values.
    ``of_people``: who is on photos, which is forgotten with all faces. ``of_words``: what the program's keywords
    are called, so that suggestions must follow."""

    table: ChangeTable
    number: int | None
    apply: tuple[str, ...]
    photos: str = ""
    follow: tuple[str, ...] = ()
    of_people: bool = False
    of_words: bool = False

    @property
    def rows(self) -> str:
        """A condition on the rows of the table: that they are of this kind."""
        return "1" if self.number is None else f"subject = {self.number}"


HISTORY = ChangeTable("history_change")
