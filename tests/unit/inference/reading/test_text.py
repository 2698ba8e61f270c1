"""Reading text: what the optional package says becomes lines; the real one reads where it is installed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from phototagger.domain.errors import ModelError
from phototagger.inference.reading.text import TextReader, make_text_reader
from phototagger.settings import locations
from phototagger.settings.locations import can_read_text


def test_lines_are_upright_boxes_of_words_that_are_sure_enough() -> None:
    seen: list[np.ndarray] = []

    def read(pixels: np.ndarray) -> tuple[list[object], None]:
        seen.append(pixels)
        corners = [[20, 10], [60, 12], [60, 30], [18, 30]]
        beyond = [[-5, 0], [120, 0], [120, 60], [0, 60]]
        return [
            [corners, " STOP \n here", 0.9],
            [corners, "moss", 0.5],
            [beyond, "ALL", 0.7],
            [corners, " ", 0.9],
        ], None

    photo = np.zeros((50, 100, 3), np.uint8)
    photo[..., 0] = 200
    first, second = TextReader(read, "rapidocr@1").lines(photo)
    assert (first.text, first.score) == ("STOP here", 0.9)
    assert first.box.as_list() == [0.18, 0.2, 0.42, 0.4]
    assert second.box.as_list() == [0.0, 0.0, 1.0, 1.0]
    assert seen[0][0, 0].tolist() == [0, 0, 200], "blue comes first"


def test_no_text_is_no_lines() -> None:
    assert TextReader(lambda _: (None, None), "rapidocr@1").lines(np.zeros((5, 5, 3), np.uint8)) == ()


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "TEXT_PACKAGE", "no_such_package_anywhere")
    with pytest.raises(ModelError, match=r"pip install 'phototagger\[text\]'"):
        make_text_reader()


@pytest.mark.skipif(not can_read_text(), reason="phototagger[text] is not installed")
def test_a_real_sign_is_read() -> None:
    sign = Image.new("RGB", (400, 120), "white")
    ImageDraw.Draw(sign).text((30, 30), "HARBOUR", fill="black", font=ImageFont.load_default(56))
    (line,) = make_text_reader(1).lines(np.asarray(sign))
    assert line.text == "HARBOUR"
