"""What a person decides, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from phototagger.domain.errors import UsageError
from phototagger.domain.records import (
    Changes,
    Keyword,
    KnownValue,
    ReviewState,
)
from phototagger.domain.sentences import Said, plain
from tests.gui.fakes.world import Shelf, World


class FakeReview:
    def __init__(self, world: World) -> None:
        self._world = world
        self.replaced: list[tuple[str, ...]] = []  # by each value given

    def _set(self, name: str, ids: Iterable[int], state: ReviewState) -> Changes:
        wanted = set(ids)
        self._world.calls.append((name, sorted(wanted)))
        touched = [
            identity
            for identity, shelf in self._world.shelves.items()
            if any(one.id in wanted and one.state is not state for one in shelf.suggestions)
        ]
        if not touched:
            return Changes()
        changes = self._world.step(name, touched)
        for shelf in map(self._world.shelves.__getitem__, touched):
            for place, one in enumerate(shelf.suggestions):
                if one.id in wanted and one.state is not state:
                    shelf.suggestions[place] = replace(one, state=state)
                    self._want(shelf, one.keyword, state is ReviewState.CONFIRMED)
        return changes

    def _want(self, shelf: Shelf, keyword: str, wanted: bool) -> None:
        """A keyword that leaves a photo stays to be taken out of its file, where it is in there."""
        known = shelf.words.get(keyword, Keyword(keyword, False, False, False))
        shelf.words[keyword] = replace(known, wanted=wanted)
        if not wanted and not known.written:
            del shelf.words[keyword]

    def confirm(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._set("confirm", suggestion_ids, ReviewState.CONFIRMED)

    def reject(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._set("reject", suggestion_ids, ReviewState.REJECTED)

    def reset(self, suggestion_ids: Sequence[int]) -> Changes:
        return self._set("reset", suggestion_ids, ReviewState.SUGGESTED)

    def accept_above(self, score: float, photo_ids: Sequence[int] | None) -> Changes:
        ids = [
            one.id
            for identity, shelf in self._world.shelves.items()
            for one in shelf.open
            if one.score >= score and (photo_ids is None or identity in set(photo_ids))
        ]
        return self._set("accept_above", ids, ReviewState.CONFIRMED)

    def add_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        self._world.calls.append(("add_keyword", (list(photo_ids), keyword)))
        changes = self._world.step("add_keyword", photo_ids)
        for identity in photo_ids:
            self._want(self._world.shelves[identity], keyword, True)
        return changes

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        self._world.calls.append(("remove_keyword", (list(photo_ids), keyword)))
        changes = self._world.step("remove_keyword", photo_ids)
        for identity in photo_ids:
            self._want(self._world.shelves[identity], keyword, False)
        return changes

    def _set_value(
        self, name: str, kind: str, photo_ids: Sequence[int], state: ReviewState, text: str | None = None
    ) -> Changes:
        self._world.calls.append((name, (kind, list(photo_ids), text)))
        if text is not None and not text.strip():
            raise UsageError(plain("The caption is empty."))
        changes = self._world.step(name, photo_ids)
        for identity in photo_ids:
            held = self._world.shelves[identity].values
            known = held.get(kind, KnownValue(identity, kind, text or "", state))
            held[kind] = replace(known, state=state, text=known.text if text is None else text.strip())
        return changes

    def accept_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return self._set_value("accept_values", kind, photo_ids, ReviewState.CONFIRMED)

    def give_value(self, kind: str, photo_ids: Sequence[int], text: str, over: Collection[str]) -> Changes:
        self.replaced.append(tuple(over))
        return self._set_value("give_value", kind, photo_ids, ReviewState.CONFIRMED, text)

    def reject_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return self._set_value("reject_values", kind, photo_ids, ReviewState.REJECTED)

    def reset_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return self._set_value("reset_values", kind, photo_ids, ReviewState.SUGGESTED)

    def undo(self) -> tuple[Changes, Said] | None:
        self._world.calls.append(("undo", None))
        done = [place for place, step in enumerate(self._world.steps) if not step.undone]
        return self._world.swap(done[-1], True) if done else None

    def redo(self) -> tuple[Changes, Said] | None:
        self._world.calls.append(("redo", None))
        undone = [place for place, step in enumerate(self._world.steps) if step.undone]
        return self._world.swap(undone[0], False) if undone else None
