"""Colours, exposure and sharpness, on made photos and on the samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from phototagger.domain.findings import COLOURS
from phototagger.imaging.decode import PillowDecoder
from phototagger.imaging.photo_look import measure_look


@pytest.mark.parametrize(
    ("name", "rgb"),
    [
        ("red", (210, 20, 30)),
        ("orange", (250, 140, 20)),
        ("yellow", (245, 225, 30)),
        ("green", (40, 150, 50)),
        ("turquoise", (30, 200, 190)),
        ("blue", (30, 80, 220)),
        ("purple", (130, 40, 200)),
        ("pink", (250, 60, 180)),
        ("brown", (110, 70, 30)),
        ("white", (245, 245, 240)),
        ("black", (10, 10, 12)),
        ("grey", (128, 130, 126)),
    ],
)
def test_a_plain_photo_has_its_colour(name: str, rgb: tuple[int, int, int]) -> None:
    look = measure_look(Image.new("RGB", (300, 200), rgb))
    assert look.colours[COLOURS.index(name)] == pytest.approx(1.0)
    assert look.flat == 1.0
    assert look.sharpness == 0.0


def test_the_shares_of_colours_are_those_of_the_photo_and_sum_to_one() -> None:
    photo = Image.new("RGB", (400, 400), (30, 80, 220))
    photo.paste((40, 150, 50), (0, 0, 400, 100))
    shares = measure_look(photo).colours
    assert shares[COLOURS.index("green")] == pytest.approx(0.25, abs=0.01)
    assert shares[COLOURS.index("blue")] == pytest.approx(0.75, abs=0.01)
    assert sum(shares) == pytest.approx(1.0)


def test_a_grey_photo_has_no_chroma_and_a_coloured_one_has(samples: Path) -> None:
    decoder = PillowDecoder()
    look = {name: decoder.decode(samples / name, 1600).facts.look for name in ("cameraman.png", "coffee.jpg")}
    grey, coloured = look["cameraman.png"], look["coffee.jpg"]
    assert grey is not None
    assert coloured is not None
    assert grey.chroma <= 0.01
    assert coloured.chroma > 0.3


def test_blur_lowers_the_sharpness(samples: Path) -> None:
    with Image.open(samples / "astronaut.jpg") as photo:
        sharp = photo.convert("RGB")
        sharp.load()
    soft = sharp.filter(ImageFilter.GaussianBlur(6))
    assert measure_look(sharp).sharpness > 20
    assert measure_look(soft).sharpness < 12


def test_one_sharp_part_before_a_soft_ground_is_sharp() -> None:
    random = np.random.default_rng(0)
    pixels = np.full((512, 512, 3), 120, np.uint8)
    pixels[180:340, 180:340] = random.integers(0, 255, (160, 160, 3), np.uint8)
    assert measure_look(Image.fromarray(pixels)).sharpness > 20


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 9), (3, 3), (5000, 2)])
def test_odd_sizes_are_measured(size: tuple[int, int]) -> None:
    look = measure_look(Image.new("RGB", size, (255, 255, 255)))
    assert look.bright == 1.0
    assert look.dark == 0.0
