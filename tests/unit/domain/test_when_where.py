from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phototagger.domain.when_where import parse_position, parse_time


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024:05:01 10:20:30+02:00", "2024-05-01T10:20:30"),
        ("2024-05-01T10:20:30.123Z", "2024-05-01T10:20:30"),
        ("2024-05-01T10:20", "2024-05-01T10:20:00"),
        ("2024:05:01", "2024-05-01T00:00:00"),
        ("20240501", "2024-05-01T00:00:00"),
        ("20240501 102030+0100", "2024-05-01T10:20:30"),
        ("2024:05:01 12:00 pm", "2024-05-01T12:00:00"),
        ("2024:05:01 12:00\N{NARROW NO-BREAK SPACE}PM", "2024-05-01T12:00:00"),
        ("2004: 1: 5  9: 7: 3", "2004-01-05T09:07:03"),
        ("2024:05:01 10:20:30.5 ", "2024-05-01T10:20:30"),
        ("2024:05:01 12:00:30 AM", "2024-05-01T00:00:30"),
        ("2024:05:01 01:02:03 p.m.", "2024-05-01T13:02:03"),
        ("2024:05:01 11:59 a.m.", "2024-05-01T11:59:00"),
        ("2024:05:01 13:00 pm", None),
        (b"2024:05:01 10:20:30\0", "2024-05-01T10:20:30"),
        ("2024", "2024"),
        (2024, "2024"),
        ("2024-05", "2024-05"),
        ("1926:08:14 00:00:00", "1926-08-14T00:00:00"),
        ("2024:02:30 10:20:30", None),
        ("2023:02:29 10:20:30", None),
        ("2024:00:00 00:00:00", None),
        ("2024:05:00 00:00:00", None),
        ("1904:01:01 00:00:00", None),
        ("1970:01:01 00:00:00", None),
        ("1970:01:01 01:00:00", None),
        ("1980:01:01 00:00:00", None),
        ("1980:01:01 14:03:11", "1980-01-01T14:03:11"),
        ("0001:01:01 00:00:00", None),
        ("9999:12:31 23:59:59", None),
        ("2100:01:01 00:00:00", None),
        ("2024:05:01 10:61:00", None),
        ("20240501102030999", None),
    ],
)
def test_times_in_all_their_spellings(written: object, read: str | None) -> None:
    assert parse_time(written) == read


def test_a_year_from_now_may_be_a_wrong_clock_but_ten_are_none() -> None:
    year = max(datetime.date.today().year, 2026)
    assert parse_time(f"{year + 1}:01:01 10:00:00") is not None
    assert parse_time(f"{year + 10}:01:01 10:00:00") is None


HALF = 33.5, 151.25
SPELLINGS: list[tuple[Any, Any, Any, Any, int, int]] = [
    ((33, 30, 0), "S", (151, 15, 0), "E", -1, 1),
    ((33, 30, 0), "South", (151, 15, 0), "East", -1, 1),
    ((33, 30, 0), "s", (151, 15, 0), "w", -1, -1),
    ((33, 30, 0), " SOUTH \0", (151, 15, 0), b"West\0\0", -1, -1),
    ((33, 30, 0), b"N\0", (151, 15, 0), "E", 1, 1),
    (33.5, "S", 151.25, "E", -1, 1),
    ((33.5,), "S", (151.25,), "E", -1, 1),
    ((33, 30), "S", (151, 15), "E", -1, 1),
    ("33.5", "S", "151.25", "E", -1, 1),
    ("33.5 S", None, "151.25 E", None, -1, 1),
    ("33,30S", None, "151,15.0E", None, -1, 1),
    ("33,30,0S", None, "151,15,0W", None, -1, -1),
    ("33 deg 30' 0.00\" S", None, "151 deg 15' 0.00\" E", None, -1, 1),
    ("33°30'0\"N", None, "151°15'0\"W", None, 1, -1),
    (-33.5, None, 151.25, "E", -1, 1),
    (-33.5, "S", 151.25, "E", -1, 1),
    (-33.5, "N", -151.25, "E", -1, -1),
    ("-33.5", None, "-151.25", None, -1, -1),
    ((-33, 30, 0), "", (-151, 15, 0), "", -1, -1),
]


@pytest.mark.parametrize("written", SPELLINGS)
def test_positions_in_all_their_spellings(written: tuple[Any, Any, Any, Any, int, int]) -> None:
    *said, down, left = written
    assert parse_position(*said) == (down * HALF[0], left * HALF[1])


@pytest.mark.parametrize(
    "written",
    [
        (91, "N", 10, "E"),
        (48, "N", 181, "E"),
        (0, "N", 0, "E"),
        (48, "X", 10, "E"),
        (48, "O", 10, "Ost"),
        (48, "E", 10, "N"),
        (48, None, 10, None),
        (float("inf"), "N", 10, "E"),
        ((48, float("nan"), 0), "N", 10, "E"),
        ((48, 1, 1, 1), "N", 10, "E"),
        ((), "N", 10, "E"),
        ("undef", "N", "10", "E"),
        (None, "N", 10, "E"),
    ],
)
def test_no_position(written: tuple[Any, Any, Any, Any]) -> None:
    assert parse_position(*written) == (None, None)


anything = st.one_of(
    st.none(), st.text(), st.binary(), st.floats(), st.integers(), st.tuples(st.floats(), st.text())
)


@given(anything, anything, anything, anything)
def test_nothing_raises(one: Any, two: Any, three: Any, four: Any) -> None:
    parse_time(one)
    parse_position(one, two, three, four)
