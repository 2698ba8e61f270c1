"""A caption out of lines of text, and one that was typed."""

from __future__ import annotations

import pytest

from phototagger.domain.errors import UsageError
from phototagger.domain.facets.caption import caption_typed
from phototagger.domain.findings import TextLine
from phototagger.domain.records import Box
from phototagger.keywords.caption_text import MOST_CHARACTERS, caption_of


def line(text: str, y: float = 0.1, x: float = 0.1, score: float = 0.95) -> TextLine:
    return TextLine(text, score, Box(x, y, 0.35, 0.08))


def test_lines_follow_one_another_and_pieces_of_a_row_stand_in_it() -> None:
    lines = [line("Street", x=0.5, y=0.11), line("Main ", x=0.1), line("1723", y=0.4)]
    assert caption_of(lines) == "Main Street\n1723"


def test_unsure_lines_signs_and_blanks_are_left_out() -> None:
    lines = [
        line("||--", 0.1),
        line("D", 0.15),
        line("  Zum\u00a0\u0000  Löwen", 0.2),
        line("xqz", 0.3, score=0.7),
    ]
    assert caption_of(lines) == "Zum Löwen"


def test_small_text_is_not_what_a_photo_is_about() -> None:
    small = TextLine("KIA", 0.99, Box(0.1, 0.1, 0.07, 0.04))
    assert caption_of([small]) is None
    assert caption_of([small, line("Australian Open", 0.4)]) == "KIA\nAustralian Open"


@pytest.mark.parametrize("text", ["1723", "A1", "--", ""])
def test_without_words_there_is_no_caption(text: str) -> None:
    assert caption_of([line(text)]) is None


def test_chinese_words_count_by_their_letters() -> None:
    assert caption_of([line("小心地滑")]) == "小心地滑"


def test_much_text_is_cut_between_words_and_says_so() -> None:
    words = [line("word " * 20, 0.05 + 0.1 * number) for number in range(6)]
    caption = caption_of(words)
    assert caption is not None
    assert len(caption) <= MOST_CHARACTERS
    assert caption.endswith("word…")
    page = caption_of([line(f"line {number}", 0.05 + 0.1 * number) for number in range(9)])
    assert page == "line 0\nline 1\nline 2\nline 3\nline 4\nline 5…"


def test_a_typed_caption_is_cleaned() -> None:
    assert caption_typed("  Our\tinn \r\n at  home \n\n") == "Our inn\nat home"
    assert caption_typed("u\u0308ber") == "über"


@pytest.mark.parametrize(("text", "why"), [(" \n ", "is empty"), ("ü" * 1001, "too long")])
def test_an_empty_or_too_long_one_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        caption_typed(text)
