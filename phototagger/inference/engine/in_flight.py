"""Which photos are in flight, and which of them is to blame when the child dies. Pure bookkeeping."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from phototagger.domain.findings import AnalyseRequest

__all__ = ["Blame", "Flight"]


@dataclass(frozen=True, slots=True)
class Blame:
    """What a death tells. ``alone``: the one photo in the child's hands, if it was one; ``guilty``: whether it was
    the second time."""

    suspects: int
    alone: AnalyseRequest | None = None
    guilty: bool = False


class Flight:
    """The requests of one call of ``analyse``.

    After a death, photos that were in a decoder's or the networks' hands are suspects and are sent again one at
    a time; photos that only waited are sent again as usual. A suspect at whose hands the child dies alone for the
    second time is guilty: the first time somebody may have killed the child, or the memory was short.

    Args:
        requests: Drawn from only while fewer than ``window`` are in flight.
        window: Most requests in flight at once.
    """

    def __init__(self, requests: Iterable[AnalyseRequest], window: int) -> None:
        self._source: Iterator[AnalyseRequest] = iter(requests)
        self._exhausted = False
        self._window = window
        self._flying: dict[int, AnalyseRequest] = {}  # by token, in the order sent
        self._busy: set[int] = set()
        self._suspects: deque[AnalyseRequest] = deque()
        self._innocent: deque[AnalyseRequest] = deque()
        self._deaths: Counter[AnalyseRequest] = Counter()
        self._alone: Counter[AnalyseRequest] = Counter()  # those among them with nobody else in its hands

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    @property
    def finished(self) -> bool:
        """Nothing in flight and nothing left to send (known only after ``next_request`` gave None)."""
        return self._exhausted and not (self._flying or self._suspects or self._innocent)

    def next_request(self) -> AnalyseRequest | None:
        """The next one to send now; None while the child has enough to do, or when all are sent."""
        if self._suspects:
            return None if self._flying else self._suspects.popleft()
        if len(self._flying) >= self._window or self._alone_in_trial():
            return None
        if self._innocent:
            return self._innocent.popleft()
        if self._exhausted:
            return None
        request = next(self._source, None)
        self._exhausted = request is None
        return request

    def _alone_in_trial(self) -> bool:
        return bool(self._deaths) and any(self._deaths[request] for request in self._flying.values())

    def sent(self, token: int, request: AnalyseRequest) -> None:
        self._flying[token] = request

    def busy(self, tokens: Iterable[int]) -> None:
        """The child has these in its hands from now on."""
        self._busy.update(token for token in tokens if token in self._flying)

    def idle(self, token: int) -> None:
        self._busy.discard(token)

    def done(self, token: int) -> AnalyseRequest | None:
        """Takes out an answered request; None for a token of an earlier call."""
        self._busy.discard(token)
        return self._flying.pop(token, None)

    def died(self, overdue: Iterable[int] | None = None, *, from_outside: bool = False) -> Blame:
        """Sorts those in flight after a death. Where it was the engine that killed the child because some tokens
        were ``overdue``, these alone are suspects (none, if they belong to an earlier call); where it was ended
        ``from_outside``, as no photo can, nobody is."""
        blamed = set(self._busy) if overdue is None else set(overdue)
        if from_outside:
            blamed = set()
        suspects = [request for token, request in self._flying.items() if token in blamed]
        innocent = [request for token, request in self._flying.items() if token not in blamed]
        self._flying.clear()
        self._busy.clear()
        self._innocent.extendleft(reversed(innocent))
        self._deaths.update(suspects)
        alone = suspects[0] if len(suspects) == 1 else None
        if alone is not None:
            self._alone[alone] += 1
            if self._alone[alone] >= 2:
                self.acquitted(alone)
                return Blame(1, alone, guilty=True)
        self._suspects.extendleft(reversed(suspects))
        return Blame(len(suspects), alone)

    def acquitted(self, request: AnalyseRequest) -> None:
        """An answer came: whatever killed the child, it was not this one alone."""
        self._deaths.pop(request, None)
        self._alone.pop(request, None)
