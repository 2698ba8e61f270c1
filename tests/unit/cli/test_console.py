"""Numbers and moments as the command line says them."""

from __future__ import annotations

import time

import pytest

from phototagger.cli.terminal.console import local_time, plain_percent


@pytest.mark.parametrize(
    ("score", "said"), [(0.0, "0%"), (0.934, "93%"), (0.994, "99%"), (0.9999, "99%"), (1.0, "100%")]
)
def test_only_what_is_certain_is_said_to_be(score: float, said: str) -> None:
    assert plain_percent(score) == said


def test_moments_are_told_by_this_computers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("no other time zone can be had here")
    monkeypatch.setenv("TZ", "UTC-5:30")  # POSIX: east of Greenwich
    time.tzset()
    try:
        assert local_time("2024-05-01T22:50:30+00:00") == "2024-05-02 04:20"
        assert local_time("long ago") == "long ago"
    finally:
        monkeypatch.undo()
        time.tzset()
