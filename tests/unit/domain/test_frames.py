"""Turns of photos and boxes, and what two sketches tell of each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phototagger.domain.frames import (
    TURNS,
    UNKNOWN,
    Fate,
    PhotoVersion,
    grid_of,
    is_cut_out,
    stored_to_upright,
    turn_between,
    turned,
    turned_grid,
    upright_to_stored,
    what_became,
)
from phototagger.domain.records import Box
from phototagger.imaging.decode import _UPRIGHT
from phototagger.imaging.photo_look import draw_sketch
from tests.support.studio import scene

BOX = Box(0.1, 0.2, 0.3, 0.15)


def version(photo: Image.Image, orientation: int = 1) -> PhotoVersion:
    return PhotoVersion(photo.width, photo.height, orientation, draw_sketch(photo))


@pytest.mark.parametrize("turn", TURNS)
def test_boxes_and_sketches_turn_as_photos_do(turn: int) -> None:
    photo = Image.new("L", (160, 160))
    photo.paste(255, (10, 20, 50, 40))
    upright = photo.transpose(_UPRIGHT[turn]) if turn > 1 else photo
    assert np.array_equal(turned_grid(grid_of(draw_sketch(photo)), turn), grid_of(draw_sketch(upright)))
    left, top, right, bottom = (side / 160 for side in upright.getbbox() or ())
    there = turned(Box(10 / 160, 20 / 160, 40 / 160, 20 / 160), turn)
    assert there.is_very_near(Box(left, top, right - left, bottom - top))


@pytest.mark.parametrize(("before", "after"), list(itertools.product(TURNS, TURNS)))
def test_stored_pixels_that_get_another_orientation(before: int, after: int) -> None:
    stored = upright_to_stored(BOX, before)
    assert turned(BOX, turn_between(before, after)).is_very_near(stored_to_upright(stored, after))


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_photo_is_known_by_its_sketch(turn: int) -> None:
    photo = scene(3)
    now = photo.transpose(_UPRIGHT[turn]) if turn > 1 else photo
    for size in (now.size, (now.width // 2, now.height // 2)):
        assert what_became(version(photo), version(now.resize(size))) == Fate(turn, True)
    brighter = now.point(lambda grey: min(255, round(grey * 1.15)))
    assert what_became(version(photo), version(brighter)).turn == turn


def test_a_cropped_and_another_photo_are_not_taken_for_the_same() -> None:
    photo = scene(3)
    assert not what_became(version(photo), version(photo.crop((30, 20, 600, 400)))).sure
    assert not what_became(version(photo), version(photo.crop((12, 8, 600, 400)))).sure
    assert what_became(version(photo), version(scene(4))) == UNKNOWN


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_that_looks_the_same_however_it_lies_goes_by_its_flag(orientation: int) -> None:
    flat = Image.new("RGB", (100, 100), (120, 120, 120))
    assert what_became(version(flat), version(flat, orientation)) == Fate(orientation, True)
    before, after = PhotoVersion(300, 200), PhotoVersion(*_upright_size(orientation), orientation)
    assert what_became(before, after) == Fate(orientation, True)


def _upright_size(orientation: int) -> tuple[int, int]:
    return (200, 300) if orientation >= 5 else (300, 200)


def test_without_sketches_another_size_tells_little() -> None:
    assert what_became(PhotoVersion(300, 200), PhotoVersion(150, 100)) == Fate(1, False)
    assert what_became(PhotoVersion(300, 200), PhotoVersion(200, 200)) == UNKNOWN


@given(st.floats(0.05, 0.4), st.floats(0.05, 0.4), st.floats(0.45, 0.95))
def test_what_is_round_a_face_tells_which_one_it_is_in_a_crop(x: float, y: float, part: float) -> None:
    photo = scene(8)
    left, top = round(x * (1 - part) * 600), round(y * (1 - part) * 400)
    size = (round(part * 600), round(part * 400))
    cropped = photo.crop((left, top, left + size[0], top + size[1]))
    old = Box(0.25, 0.3, 0.1, 0.12)
    new = Box((150 - left) / size[0], (120 - top) / size[1], 60 / size[0], 48 / size[1])
    assert is_cut_out(version(photo), version(cropped), old, new) > 0.8
    assert is_cut_out(version(photo), version(scene(9)), old, new) < 0.9
