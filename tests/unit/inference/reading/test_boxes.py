"""Thresholds, anchors, and choosing among overlapping boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from phototagger.inference.reading.boxes import decode_faces, decode_objects, strongest

CORNERS = st.tuples(
    *(st.floats(0, 100, width=32) for _ in range(2)), *(st.floats(1, 50, width=32) for _ in range(2))
)


def _iou(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    shared = np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0).prod()
    areas = (one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod()
    return float(shared / (areas - shared))


@given(st.lists(CORNERS, max_size=12))
def test_kept_boxes_do_not_overlap_and_dropped_ones_do(
    corners: list[tuple[float, float, float, float]],
) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in corners], np.float32).reshape(-1, 4)

    kept = [int(at) for at in strongest(boxes, 0.5)]

    assert kept == sorted(kept)
    for at in range(len(boxes)):
        overlaps = [_iou(boxes[at], boxes[better]) for better in kept if better < at]
        if at in kept:
            assert max(overlaps, default=0) <= 0.5 + 1e-4
        else:
            assert max(overlaps) > 0.5 - 1e-4


def test_objects_of_different_kinds_do_not_displace_each_other() -> None:
    scores = np.zeros((3, 80), np.float32)
    scores[0, 16], scores[1, 16], scores[2, 0], scores[0, 3] = 0.9, 0.8, 0.7, 0.01
    boxes = np.array([(0, 0, 50, 50), (1, 1, 50, 50), (0, 0, 50, 50)], np.float32)

    found = decode_objects(scores, boxes, 0.05, 0.6)

    assert found.kinds.tolist() == [16, 0]
    assert found.scores.tolist() == pytest.approx([0.9, 0.7])
    assert len(decode_objects(scores, boxes, 0.05, 0.6, most=1).scores) == 1
    assert len(decode_objects(scores, boxes, 0.95, 0.6).scores) == 0


def test_a_face_without_offset_is_its_anchor() -> None:
    # 64 x 96: 8 x 12 cells at stride 8, 4 x 6 at 16, 2 x 3 at 32, two anchors each
    count = 2 * (96 + 24 + 6)
    scores = np.zeros(count, np.float32)
    place = 2 * 96 + 2 * (1 * 6 + 3) + 1  # stride 16, row 1, column 3, larger anchor: 128 pixels
    scores[place] = 0.9

    zeros = np.zeros((count, 14), np.float32)
    found = decode_faces(scores, zeros[:, :4], zeros[:, 4:], (64, 96), 0.5, 0.4)

    assert found.boxes.tolist() == [[56 - 64, 24 - 64, 56 + 64, 24 + 64]]
    assert found.landmarks.tolist() == [[[56, 24]] * 5]


def test_nothing_found_is_empty_everywhere() -> None:
    zeros = np.zeros((2 * (16 + 4 + 1), 14), np.float32)

    found = decode_faces(zeros[:, 0], zeros[:, :4], zeros[:, 4:], (32, 32), 0.5, 0.4)

    assert found.boxes.shape == (0, 4)
    assert found.landmarks.shape == (0, 5, 2)
