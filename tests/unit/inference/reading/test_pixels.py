"""Scaling, letterboxing and aligning."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from phototagger.domain.errors import PhotoError
from phototagger.inference.reading.pixels import (
    align_face,
    centre_crop,
    check_photo,
    letterbox,
    resize,
    stretch,
)

TEMPLATE = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)


def _gradient(height: int, width: int) -> NDArray[np.uint8]:
    down, across = np.mgrid[0:height, 0:width]
    planes = [across * 255 / max(width - 1, 1), down * 255 / max(height - 1, 1), np.full((height, width), 9)]
    return np.stack(planes, axis=2).astype(np.uint8)


@pytest.mark.parametrize("size", [(300, 400), (400, 300), (1, 1), (20, 3000), (416, 416), (50, 50)])
def test_letterbox_keeps_aspect_and_maps_back(size: tuple[int, int]) -> None:
    view = letterbox(_gradient(*size), 416, (416, 416))

    assert view.canvas.shape == (416, 416, 3)
    assert max(view.scale_x, view.scale_y) == 416
    assert view.scale_x / view.scale_y == pytest.approx(size[1] / size[0], rel=0.2 if min(size) > 1 else None)
    whole = view.box(np.array([0, 0, view.scale_x, view.scale_y], np.float32))
    assert whole is not None
    assert whole.as_list() == [0, 0, 1, 1]


@pytest.mark.parametrize("size", [(300, 400), (400, 300), (1, 1), (20, 3000), (416, 416)])
def test_a_stretched_photo_fills_the_canvas_and_maps_back(size: tuple[int, int]) -> None:
    view = stretch(_gradient(*size), (416, 416))

    assert view.canvas.shape == (416, 416, 3)
    half = view.box(np.array([0, 104, 208, 416], np.float32))
    assert half is not None
    assert half.as_list() == [0, 0.25, 0.5, 0.75]


def test_letterbox_without_canvas_is_in_steps() -> None:
    view = letterbox(_gradient(300, 1000), 640, step=32)

    assert view.canvas.shape == (192, 640, 3)
    assert view.enlarged == pytest.approx(1000 / 640)


def test_boxes_are_clipped_to_the_photo_or_none() -> None:
    view = letterbox(_gradient(100, 100), 64, (64, 64))

    clipped = view.box(np.array([-9, 32, 32, 99], np.float32))

    assert clipped is not None
    assert clipped.as_list() == [0, 0.5, 0.5, 0.5]
    assert view.box(np.array([70, 0, 80, 9], np.float32)) is None


def test_resize_averages_areas() -> None:
    stripes = np.zeros((100, 100, 3), np.uint8)
    stripes[::2] = 200

    assert np.abs(resize(stripes, 10, 10).astype(int) - 100).max() <= 2


@pytest.mark.parametrize("size", [(260, 260), (1200, 1600), (90, 40), (1, 1), (5, 900)])
def test_centre_crop_has_the_size_and_the_middle(size: tuple[int, int]) -> None:
    crop = centre_crop(_gradient(*size), (260, 260), 0.89)

    assert crop.shape == (260, 260, 3)
    if min(size) > 9:
        assert np.abs(crop[129:131, 129:131, :2].mean() - 127) < 4


@pytest.mark.parametrize("scale", [0.3, 1.0, 7.0])
@pytest.mark.parametrize("degrees", [0, 90, 200])
def test_aligned_face_has_its_landmarks_on_the_template(scale: float, degrees: int) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    landmarks = (TEMPLATE - 56) @ turn.T + 600
    photo = np.zeros((1200, 1200, 3), np.uint8)
    for place, (x, y) in enumerate(landmarks):
        reach = max(1, round(3 * scale))
        rows, columns = round(y), round(x)
        photo[rows - reach : rows + reach + 1, columns - reach : columns + reach + 1] = 40 * (place + 2)

    face = align_face(photo, landmarks).astype(float)[..., 0]

    assert face.shape == (112, 112)
    down, across = np.mgrid[0:112, 0:112]
    for x, y in TEMPLATE:
        near = face * (np.hypot(across - x, down - y) < 8)
        middle = np.array([(near * across).sum(), (near * down).sum()]) / near.sum()
        assert np.hypot(*(middle - (x, y))) < max(1.0, 0.8 / scale)  # landmarks were drawn on whole pixels


def test_landmarks_in_one_point_do_not_break_alignment() -> None:
    assert align_face(_gradient(50, 50), np.full((5, 2), 25.0)).shape == (112, 112, 3)


@pytest.mark.parametrize(
    "photo",
    [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros((5, 5, 3), np.float32),
        None,
    ],
)
def test_what_is_no_photo_is_refused(photo: NDArray[np.uint8]) -> None:
    with pytest.raises(PhotoError, match="decoded photo"):
        check_photo(photo)
