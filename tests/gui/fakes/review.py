"""What a person decides, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from phototagger.domain.errors import UsageError
from phototagger.domain.records import (
    Changes,
    HistoryStep,
    Keyword,
    KnownValue,
    ReviewState,
)
from phototagger.domain.sentences import Said, plain
from tests.gui.fakes.world import World


class FakeReview:
    def __init__(self, world: World) -> None:
        self._world = world

    def _set(self, name: str, ids: Iterable[int], state: ReviewState) -> Changes:
        wanted = set(ids)
        self._world.calls.append((name, sorted(wanted)))
        touched = set()
        for identity, shelf in self._world.shelves.items():
            for place, one in enumerate(shelf.suggestions):
                if one.id in wanted:
                    shelf.suggestions[place] = replace(one, state=state)
                    touched.add(identity)
                    if state is ReviewState.CONFIRMED:
                        shelf.words[one.keyword] = Keyword(one.keyword, True, False, False)
        self._world.steps.append(
            HistoryStep(len(self._world.steps) + 1, plain(name), "2024-05-01T10:20:30+00:00", False)
        )
        return Changes(frozenset(touched), history=True)

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
        for identity in photo_ids:
            self._world.shelves[identity].words[keyword] = Keyword(keyword, True, False, False)
        return Changes(frozenset(photo_ids), history=True)

    def remove_keyword(self, photo_ids: Sequence[int], keyword: str) -> Changes:
        self._world.calls.append(("remove_keyword", (list(photo_ids), keyword)))
        for identity in photo_ids:
            self._world.shelves[identity].words.pop(keyword, None)
        return Changes(frozenset(photo_ids), history=True)

    def _set_value(
        self, name: str, kind: str, photo_ids: Sequence[int], state: ReviewState, text: str | None = None
    ) -> Changes:
        self._world.calls.append((name, (kind, list(photo_ids), text)))
        if text is not None and not text.strip():
            raise UsageError(plain("The caption is empty."))
        for identity in photo_ids:
            held = self._world.shelves[identity].values
            known = held.get(kind, KnownValue(identity, kind, text or "", state))
            held[kind] = replace(known, state=state, text=known.text if text is None else text.strip())
        return Changes(frozenset(photo_ids), history=True)

    def accept_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return self._set_value("accept_values", kind, photo_ids, ReviewState.CONFIRMED)

    def give_value(self, kind: str, photo_ids: Sequence[int], text: str, over: Collection[str]) -> Changes:
        return self._set_value("give_value", kind, photo_ids, ReviewState.CONFIRMED, text)

    def reject_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return self._set_value("reject_values", kind, photo_ids, ReviewState.REJECTED)

    def reset_values(self, kind: str, photo_ids: Sequence[int]) -> Changes:
        return self._set_value("reset_values", kind, photo_ids, ReviewState.SUGGESTED)

    def undo(self) -> tuple[Changes, Said] | None:
        self._world.calls.append(("undo", None))
        return (Changes(history=True), plain("confirm")) if self._world.steps else None

    def redo(self) -> tuple[Changes, Said] | None:
        self._world.calls.append(("redo", None))
        return None
