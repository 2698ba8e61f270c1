"""Whom the engine blames for a death."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phototagger.domain.findings import AnalyseRequest
from phototagger.domain.records import FileSignature
from phototagger.inference.engine.in_flight import Blame, Flight


def request(number: int) -> AnalyseRequest:
    return AnalyseRequest(number, Path(f"{number}.jpg"), FileSignature(0, 0))


def send_all(flight: Flight, first_token: int) -> dict[int, int]:
    """Sends what may be sent; tokens by photo id."""
    tokens = {}
    while (next_one := flight.next_request()) is not None:
        flight.sent(first_token, next_one)
        tokens[next_one.photo_id] = first_token
        first_token += 1
    return tokens


def test_window_bounds_what_is_drawn() -> None:
    drawn: list[int] = []

    def source() -> Iterator[AnalyseRequest]:
        for number in range(10):
            drawn.append(number)
            yield request(number)

    flight = Flight(source(), 3)
    tokens = send_all(flight, 0)
    assert list(tokens) == [0, 1, 2]
    assert drawn == [0, 1, 2]
    flight.done(tokens[1])
    assert list(send_all(flight, 3)) == [3]


def test_finished_only_when_all_is_answered() -> None:
    flight = Flight([request(1)], 3)
    unsent = flight.finished
    tokens = send_all(flight, 0)
    in_flight = flight.finished
    assert flight.done(tokens[1]) == request(1)
    assert (unsent, in_flight, flight.finished) == (False, False, True)
    assert flight.done(tokens[1]) is None


def test_only_those_in_its_hands_are_suspects_and_go_one_at_a_time() -> None:
    flight = Flight([request(n) for n in range(6)], 4)
    tokens = send_all(flight, 0)
    flight.busy([tokens[1], tokens[2], tokens[3]])
    flight.idle(tokens[3])
    assert flight.died() == Blame(2)
    alone = send_all(flight, 10)
    assert list(alone) == [1]
    flight.acquitted(request(1))
    flight.done(alone[1])
    alone = send_all(flight, 20)
    assert list(alone) == [2]
    flight.acquitted(request(2))
    flight.done(alone[2])
    assert list(send_all(flight, 30)) == [0, 3, 4, 5]  # the innocent first, then new ones


def test_one_of_many_at_the_first_death_is_guilty_only_when_it_died_twice_alone() -> None:
    flight = Flight([request(1), request(2)], 4)
    tokens = send_all(flight, 0)
    flight.busy(tokens.values())
    assert flight.died() == Blame(2)
    for token, guilty in ((10, False), (20, True)):
        tokens = send_all(flight, token)
        assert list(tokens) == [1]
        flight.busy(tokens.values())
        assert flight.died() == Blame(1, request(1), guilty)
    assert list(send_all(flight, 30)) == [2]


def test_a_death_from_outside_makes_nobody_a_suspect() -> None:
    flight = Flight([request(1), request(2)], 4)
    flight.busy(send_all(flight, 0).values())
    assert flight.died(from_outside=True) == Blame(0)
    assert list(send_all(flight, 10)) == [1, 2]


def test_an_answer_in_between_makes_good_for_a_death() -> None:
    flight = Flight([request(1), request(2)], 1)
    tokens = send_all(flight, 0)
    flight.busy(tokens.values())
    assert flight.died() == Blame(1, request(1))
    tokens = send_all(flight, 10)
    flight.acquitted(request(1))
    flight.done(tokens[1])
    assert list(send_all(flight, 20)) == [2]


def test_alone_at_the_first_death_gets_another_chance() -> None:
    flight = Flight([request(1)], 4)
    flight.busy(send_all(flight, 0).values())
    assert flight.died() == Blame(1, request(1))
    flight.busy(send_all(flight, 1).values())
    assert flight.died() == Blame(1, request(1), guilty=True)
    assert flight.next_request() is None
    assert flight.finished


def test_overdue_ones_alone_are_suspects() -> None:
    flight = Flight([request(1), request(2)], 4)
    tokens = send_all(flight, 0)
    flight.busy(tokens.values())
    assert flight.died([tokens[2]]) == Blame(1, request(2))
    assert list(send_all(flight, 10)) == [2]


def test_overdue_work_of_an_earlier_call_blames_nobody() -> None:
    flight = Flight([request(1)], 4)
    flight.busy(send_all(flight, 5).values())
    assert flight.died([3]) == Blame(0)
    assert list(send_all(flight, 10)) == [1]


def test_a_death_with_nothing_in_hand_blames_nobody() -> None:
    flight = Flight([request(1), request(2)], 4)
    send_all(flight, 0)
    assert flight.died() == Blame(0)
    assert list(send_all(flight, 10)) == [1, 2]
