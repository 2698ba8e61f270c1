"""One look at a photo for faces: the scales, what each look's faces count for, and how looks are put together.
:mod:`phototagger.inference.reading.face_search` decides which looks a photo gets.

The first look scales the photo to 640 pixels: that finds all faces of 40 pixels and more in photos of about that
size, at a quarter of the cost of 1280. Two more looks follow where the first gives reason:

* nearer, at 1280 pixels, if the photo is large enough to gain by it and there was at least a hint of a small
  face. Only small faces count there: among large things the nearer look finds more look-alikes.
* farther, at 320 pixels, if there is a large face. The network was trained on smaller ones: large faces get
  their box and landmarks from the farther look (recognition gains a percent by that), and what is no face from
  there is none. Bears and toilets score 0.9 and more near to, and below 0.1 from afar; faces stay above 0.99.
* at parts, if the nearer look hints at a crowd: four overlapping tiles, each at 1600 pixels. Of faces of 10 to
  20 pixels in a photo of 1600, 0.59 were found so, and 0.03 by the nearer look alone (381 faces).
* turned, at 320 pixels and then as if the photo were upright, if no face was found upright and nothing says
  which way up the photo is. Only what is nearly certain at both scales turns a photo: an upside-down dog scores
  0.91 at 320, turned faces above 0.99.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.findings import FaceFinding, Traits
from phototagger.domain.records import Box
from phototagger.inference.reading.boxes import decode_faces, strongest
from phototagger.inference.reading.pixels import View, letterbox
from phototagger.inference.zoo.backends import Outputs

__all__ = ["FaceScale", "FaceView", "FoundFace", "FoundFaces", "face_view", "find_faces", "tiles"]

Pixels = NDArray[np.uint8]


class FaceScale(IntEnum):
    """The scales, by the photo's longer side in pixels."""

    FIRST = 640
    NEAR = 1280
    FAR = 320
    TILE = 1600


_STEP = 32
_LEAST_FOR_NEAR = 800
"""Photos with a shorter longer side than this have no detail that the first look lacks."""
_SMALL = 40.0
"""A face up to this wide, in pixels of the first look, is small; twice that in the nearer look."""
_CROWD = 4
"""Hints of small faces in the nearer look from which a photo is a crowd."""
_LEAST_FOR_TILES = 1280
_TILE_OVERLAP = 0.06
"""Of the photo's sides; a face of the size that tiles are for is whole in at least one of them."""
_LARGE = 200.0
"""A face wider than this, in pixels of the first look, is large."""
_SAME = 0.4
"""Boxes of two looks are the same face from this IoU on."""
_LENGTHS = (35.0, 75.0)
"""Vectors of unrecognisable and of clear faces. On 530 faces, plain, shrunk, blurred and half covered, the length's
rank correlation with the likeness to the person's other photos is 0.85; that of the detector's score is 0.50."""
_QUALITY_WIDTH = 80.0
"""Faces from this width on, in pixels of the analysed photo, lose nothing by their size."""

_FLOORS = {
    FaceScale.FIRST: "floor",
    FaceScale.NEAR: "near_floor",
    FaceScale.FAR: "far_floor",
    FaceScale.TILE: "near_floor",
}

FaceView = View


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """A face: box and landmarks (5 x 2: x, y) as fractions of the upright photo."""

    score: float
    box: Box
    landmarks: NDArray[np.float64]
    quality: float
    embedding: NDArray[np.float32] | None = None
    traits: Traits | None = None

    @property
    def upright(self) -> bool:
        """The eyes are above the mouth and lie within 60 degrees of level."""
        across = self.landmarks[1] - self.landmarks[0]
        down = self.landmarks[3:].mean(axis=0) - self.landmarks[:2].mean(axis=0)
        return bool(across[0] > 0.5 * math.hypot(*across) and down[1] > 0)

    def within(self, left: float, top: float, width: float, height: float) -> FoundFace:
        """This face of a part of a photo as a face of the whole; the part's place in 0..1 of the whole."""
        box = Box(
            left + self.box.x * width, top + self.box.y * height, self.box.w * width, self.box.h * height
        )
        points = self.landmarks * (width, height) + (left, top)
        return FoundFace(self.score, box, points, self.quality)

    def turned_back(self, quarters: int) -> FoundFace:
        """This face of a photo turned by so many quarters against the clock (1..3) as a face of the photo."""
        corners = [(self.box.x, self.box.y), (self.box.x + self.box.w, self.box.y + self.box.h)]
        (one_x, one_y), (other_x, other_y) = _turned_back(np.array(corners), quarters)
        box = Box(min(one_x, other_x), min(one_y, other_y), abs(other_x - one_x), abs(other_y - one_y))
        return FoundFace(self.score, box, _turned_back(self.landmarks, quarters), self.quality)

    def points_in(self, photo: Pixels) -> NDArray[np.float64]:
        """The landmarks in pixels of a photo, 5 x 2."""
        return self.landmarks * np.array([photo.shape[1], photo.shape[0]], np.float64)

    def seen_clearly(self, length: float) -> FoundFace:
        """This face with blur and occlusion in its quality. ``length``: of the face's vector before normalising."""
        low, high = _LENGTHS
        clear = min(1.0, max(0.0, (length - low) / (high - low)))
        return replace(self, quality=math.sqrt(self.quality) * clear)

    def finding(self) -> FaceFinding:
        """The face as the other rooms know it."""
        points = tuple((float(x), float(y)) for x, y in self.landmarks)
        return FaceFinding(self.score, self.box, points, self.quality, self.embedding, self.traits)


@dataclass(frozen=True, slots=True)
class FoundFaces:
    """One photo's faces, strongest first, and which other looks they ask for."""

    faces: list[FoundFace]
    small: bool = False
    """There is at least a hint of a small face."""
    large: bool = False
    """There is a large face."""
    hints: int = 0
    """How many small faces there are at least hints of."""

    def wants_near(self, photo: Pixels) -> bool:
        """Whether a nearer look at the photo is worth its time."""
        return self.small and max(photo.shape[:2]) >= _LEAST_FOR_NEAR

    def is_crowd(self, photo: Pixels) -> bool:
        """Whether this nearer look saw so many small things like faces that parts of the photo deserve a look."""
        return self.hints >= _CROWD and max(photo.shape[:2]) >= _LEAST_FOR_TILES

    def joined(self, near: FoundFaces, overlap: float) -> FoundFaces:
        """These faces, and those of the nearer look that are none of these (IoU up to `overlap`)."""
        both = self.faces + near.faces
        corners = [(f.box.x, f.box.y, f.box.x + f.box.w, f.box.y + f.box.h) for f in both]
        kept = strongest(np.array(corners, np.float32).reshape(-1, 4), overlap)
        return FoundFaces([both[at] for at in kept], self.small, self.large, max(self.hints, near.hints))

    def confirmed(self, far: FoundFaces, view: FaceView) -> FoundFaces:
        """These faces, the large ones as the farther look has them, or gone if it has not.

        Args:
            far: The farther look's faces.
            view: What the network was given when these faces were found.
        """
        kept: list[FoundFace] = []
        for face in self.faces:
            if face.box.w * view.scale_x <= _LARGE:
                kept.append(face)
                continue
            best = max(far.faces, key=lambda other: other.box.iou(face.box), default=None)
            if best is not None and best.box.iou(face.box) >= _SAME and best not in kept:
                kept.append(best)
        return FoundFaces(kept, self.small, self.large, self.hints)


def face_view(photo: Pixels, look: FaceScale = FaceScale.FIRST) -> FaceView:
    """The photo as the face network takes it."""
    return letterbox(photo, look.value, step=_STEP)


def tiles(photo: Pixels) -> list[tuple[Pixels, tuple[float, float, float, float]]]:
    """Four overlapping parts of a photo, each with its place: left, top, width, height in 0..1."""
    rows, columns = photo.shape[:2]
    height, width = (round(side * (0.5 + _TILE_OVERLAP)) for side in (rows, columns))
    return [
        (
            photo[top : top + height, left : left + width],
            (left / columns, top / rows, width / columns, height / rows),
        )
        for top in (0, rows - height)
        for left in (0, columns - width)
    ]


def _turned_back(points: NDArray[np.float64], quarters: int) -> NDArray[np.float64]:
    """Points (N x 2, fractions) of a photo turned against the clock (``np.rot90``) as points of the photo."""
    x, y = points[:, 0], points[:, 1]
    columns = {1: (1 - y, x), 2: (1 - x, 1 - y), 3: (y, 1 - x)}[quarters]
    return np.stack(columns, axis=1)


def find_faces(
    views: list[FaceView], outputs: list[Outputs], limits: dict[str, float], look: FaceScale = FaceScale.FIRST
) -> list[FoundFaces]:
    """Faces of each view from the network's outputs, strongest first.

    Args:
        views: What the network was given.
        outputs: Its scores, offsets and landmarks for each view.
        limits: The least scores ``floor`` (of a face in the first look), ``near_floor`` and ``far_floor`` (in
            the others) and ``hint`` (of a hint of a small face); ``overlap`` (IoU from which two boxes are
            one face).
        look: The scale of the views. In the nearer look and in tiles only small faces count.
    """
    floor = limits[_FLOORS[look]]
    least = floor if look is FaceScale.FAR else min(floor, limits["hint"])
    answers: list[FoundFaces] = []
    for view, (scores, offsets, landmarks) in zip(views, outputs, strict=True):
        rows, columns = view.canvas.shape[:2]
        found = decode_faces(scores, offsets, landmarks, (rows, columns), least, limits["overlap"])
        widths = (found.boxes[:, 2] - found.boxes[:, 0]) * (FaceScale.FIRST / look)
        small, certain = widths <= _SMALL, found.scores > floor
        chosen = np.flatnonzero(certain & small if look > FaceScale.FIRST else certain)
        placed = (_face(view, float(found.scores[at]), found.boxes[at], found.landmarks[at]) for at in chosen)
        faces = [face for face in placed if face is not None]
        large = bool((certain & (widths > _LARGE)).any())
        answers.append(FoundFaces(faces, bool(small.any()), large, int(small.sum())))
    return answers


def _face(
    view: FaceView, score: float, corners: NDArray[np.float32], points: NDArray[np.float32]
) -> FoundFace | None:
    box = view.box(corners)
    if box is None:
        return None
    fractions = points.astype(np.float64) / (view.scale_x, view.scale_y)
    width = float(corners[2] - corners[0]) * view.enlarged
    return FoundFace(score, box, fractions, _quality(score, width, points.astype(np.float64)))


def _quality(score: float, width: float, points: NDArray[np.float64]) -> float:
    """How well a face suits recognition, 0..1: score, times size, times how much it faces the camera.

    Facing the camera is measured by where the nose lies along the line between the eyes: 1 in the middle, 0 at
    or beyond an eye.
    """
    left, right, nose = points[0], points[1], points[2]
    across = right - left
    along = float((nose - left) @ across) / max(float(across @ across), 1e-9)
    frontal = max(0.0, 1.0 - 2.0 * abs(along - 0.5))
    quality = score * min(1.0, width / _QUALITY_WIDTH) * math.sqrt(frontal)
    return min(1.0, max(0.0, quality))
