"""Text of others as a terminal is given it."""

from __future__ import annotations

import logging
import unicodedata

import pytest

from phototagger.diagnostics.log import SentenceFormatter
from phototagger.domain.plain_text import one_line, several_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("coffee.jpg", "coffee.jpg"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("bell\x07", "bell\\x07"),
        ("csi\x9b2J", "csi\\x9b2J"),
        ("two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"),
        ("photo\u202egpj.exe", "photo\\u202egpj.exe"),
        ("a\u2028b\x7f\x85", "a\\u2028b\\x7f\\x85"),
        ("Käse 雪山 👩‍👩‍👧 é שלום\u200f", "Käse 雪山 👩‍👩‍👧 é שלום\u200f"),
    ],
)
def test_what_would_steer_a_terminal_is_spelt_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_no_control_character_is_left() -> None:
    everything = "".join(map(chr, range(0x3000)))
    left = [letter for letter in one_line(everything) if unicodedata.category(letter) == "Cc"]
    assert left == []


def test_of_several_lines_only_the_feeds_stay() -> None:
    assert several_lines("one\r\ntwo\x1b") == "one\\r\ntwo\\x1b"


def test_a_log_is_plain_too() -> None:
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "%s is odd", ("a\x1b[2J\x9b",), None)
    assert SentenceFormatter().format(record) == "a\\x1b[2J\\x9b is odd"
