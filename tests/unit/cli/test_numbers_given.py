"""Numbers on the command line."""

from __future__ import annotations

import pytest

from phototagger.cli.grammar.grammar import number_given


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "9" * 19, "9" * 5000, "²"])
def test_what_the_catalog_cannot_count_to_is_no_number(text: str) -> None:
    assert number_given(text) is None


def test_numbers() -> None:
    assert (number_given("0"), number_given("12"), number_given("9" * 18)) == (0, 12, 10**18 - 1)
