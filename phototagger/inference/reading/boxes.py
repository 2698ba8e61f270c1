"""From the detectors' numbers to boxes: thresholds, anchors, and choosing among overlapping boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Detections", "decode_faces", "decode_objects", "strongest"]

Floats = NDArray[np.float32]

_STRIDES = (8, 16, 32)
_ANCHOR_SIZES = ((16.0, 32.0), (64.0, 128.0), (256.0, 512.0))
_CENTRE_VARIANCE = 0.1
_SIZE_VARIANCE = 0.2
"""Offsets are learnt divided by these (arXiv:1512.02325, section 2.2, and its code)."""
_MOST = 1000
"""Boxes that take part in choosing, the strongest ones: bounds the time spent on odd photos."""


@dataclass(frozen=True, slots=True)
class Detections:
    """Boxes of one photo, strongest first, in pixels of the network's input.

    `scores` N; `boxes` N x 4 as left, top, right, bottom; `kinds` N class indices; `landmarks` N x 5 x 2
    as x, y (empty for objects).
    """

    scores: Floats
    boxes: Floats
    kinds: NDArray[np.intp]
    landmarks: Floats


def decode_objects(
    scores: Floats, boxes: Floats, floor: float, overlap: float, most: int = 100
) -> Detections:
    """One photo's objects from NanoDet's outputs.

    Args:
        scores: cells x classes, 0..1; a cell may answer several classes.
        boxes: cells x 4 as left, top, right, bottom in pixels.
        floor: Scores up to this are dropped.
        overlap: Of two boxes of one class whose IoU is above this, the weaker is dropped.
        most: How many are kept, the strongest ones; COCO's own measure takes a hundred.
    """
    worth = np.flatnonzero(scores.max(axis=1) > floor)
    rows, kinds = np.nonzero(scores[worth] > floor)
    cells = worth[rows]
    strengths = scores[cells, kinds]
    order = np.argsort(-strengths, kind="stable")[:_MOST]
    cells, kinds, strengths = cells[order], kinds[order], strengths[order]
    found = boxes[cells]
    # Moved apart by class, boxes of different classes cannot overlap.
    apart = kinds[:, None] * (float(np.abs(found).max(initial=0.0)) * 2 + 1)
    kept = strongest(found + apart.astype(np.float32), overlap)[:most]
    return Detections(strengths[kept], found[kept], kinds[kept], np.zeros((len(kept), 0, 2), np.float32))


def decode_faces(
    scores: Floats, offsets: Floats, landmarks: Floats, canvas: tuple[int, int], floor: float, overlap: float
) -> Detections:
    """One photo's faces from RetinaFace's outputs.

    Args:
        scores: anchors, 0..1.
        offsets: anchors x 4: centre x, y and log width, height relative to the anchor.
        landmarks: anchors x 10: five points relative to the anchor.
        canvas: Height and width of the network's input in pixels.
        floor: Scores up to this are dropped.
        overlap: Of two boxes whose IoU is above this, the weaker is dropped.
    """
    found = np.flatnonzero(scores > floor)
    found = found[np.argsort(-scores[found], kind="stable")][:_MOST]
    anchors = _anchors(*canvas)[found]
    centres, sizes = anchors[:, :2], anchors[:, 2:]
    middles = centres + offsets[found, :2] * (_CENTRE_VARIANCE * sizes)
    halves = sizes * np.exp(offsets[found, 2:] * _SIZE_VARIANCE) / 2
    boxes = np.concatenate([middles - halves, middles + halves], axis=1)
    points = centres[:, None] + landmarks[found].reshape(-1, 5, 2) * (_CENTRE_VARIANCE * sizes[:, None])
    kept = strongest(boxes, overlap)
    return Detections(scores[found][kept], boxes[kept], np.zeros(len(kept), np.intp), points[kept])


def strongest(boxes: Floats, overlap: float) -> NDArray[np.intp]:
    """Indices of the boxes that no stronger kept box overlaps by more than `overlap` (IoU).

    Args:
        boxes: N x 4 as left, top, right, bottom, strongest first.
        overlap: 0..1.
    """
    left, top, right, bottom = boxes.T
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    np.maximum(shared, 0, out=shared)
    down = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    shared *= np.maximum(down, 0, out=down)
    areas = (right - left) * (bottom - top)
    # IoU > overlap without a division: boxes without an area overlap nothing.
    rivals = shared > overlap * (areas[:, None] + areas - shared)
    dropped = np.zeros(len(boxes), bool)
    kept: list[int] = []
    for at in range(len(boxes)):
        if not dropped[at]:
            kept.append(at)
            dropped |= rivals[at]
    return np.array(kept, np.intp)


@lru_cache(maxsize=64)
def _anchors(height: int, width: int) -> Floats:
    """Centre x, y and the two equal sides of every anchor, in pixels, in the network's order."""
    rows: list[Floats] = []
    for stride, sides in zip(_STRIDES, _ANCHOR_SIZES, strict=True):
        down = (np.arange(math.ceil(height / stride)) + 0.5) * stride
        across = (np.arange(math.ceil(width / stride)) + 0.5) * stride
        y, x, side = np.meshgrid(down, across, np.array(sides), indexing="ij")
        rows.append(np.stack([x.ravel(), y.ravel(), side.ravel(), side.ravel()], axis=1).astype(np.float32))
    return np.concatenate(rows)
