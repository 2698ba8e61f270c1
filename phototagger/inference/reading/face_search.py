"""Which looks each photo gets, and the faces that come of them. ``reading.faces`` has one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import said
from phototagger.inference.reading.faces import (
    FaceScale,
    FaceView,
    FoundFace,
    FoundFaces,
    face_view,
    find_faces,
    tiles,
)
from phototagger.inference.zoo.backends import Backend, Outputs

__all__ = ["FaceSearch", "SearchedPhoto"]

Pixels = NDArray[np.uint8]

_QUARTERS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class SearchedPhoto:
    """A photo and its view for the first look. ``upright``: the file says which way up the photo is."""

    photo: Pixels
    view: FaceView
    upright: bool = True


class FaceSearch:
    """Looks for faces with one face network.

    Args:
        backend: What runs the network.
        limits: See ``faces.find_faces``; ``turned`` besides: the least score, at both
            scales, of a face that says that a photo is to be turned.
    """

    def __init__(self, backend: Backend, limits: dict[str, float]) -> None:
        self._backend = backend
        self._limits = limits

    def find(self, photos: Sequence[SearchedPhoto]) -> list[list[FoundFace]]:
        """The faces of each photo. Raises ModelError when the network answers with numbers that are none."""
        found = [some.faces for some in self._as_they_are(photos)]
        # Sideways faces are found too, with less certainty and wrong landmarks that may look upright.
        unsure = [
            at for at, faces in enumerate(found) if not photos[at].upright and not self._is_certain(faces)
        ]
        for at, faces in zip(unsure, self._turned([photos[at] for at in unsure]), strict=True):
            found[at] = faces or found[at]
        return found

    def _as_they_are(self, photos: Sequence[SearchedPhoto]) -> list[FoundFaces]:
        found = self._look([photo.view for photo in photos], FaceScale.FIRST)
        large = [at for at, some in enumerate(found) if some.large]
        for at, far in zip(large, self._look_again(photos, large, FaceScale.FAR), strict=True):
            found[at] = found[at].confirmed(far, photos[at].view)
        small = [at for at, some in enumerate(found) if some.wants_near(photos[at].photo)]
        for at, near in zip(small, self._look_again(photos, small, FaceScale.NEAR), strict=True):
            found[at] = found[at].joined(near, self._limits["overlap"])
            if near.is_crowd(photos[at].photo):
                found[at] = found[at].joined(self._look_at_parts(photos[at].photo), self._limits["overlap"])
        return found

    def _turned(self, photos: Sequence[SearchedPhoto]) -> list[list[FoundFace]]:
        """The faces of each photo the way up that shows some for certain; none where no way up does."""
        views = [
            face_view(_turn(photo.photo, quarters), FaceScale.FAR)
            for photo in photos
            for quarters in _QUARTERS
        ]
        far = self._look(views, FaceScale.FAR)
        answers: list[list[FoundFace]] = [[] for _ in photos]
        for at, photo in enumerate(photos):
            ways = {quarters: far[len(_QUARTERS) * at + quarters - 1].faces for quarters in _QUARTERS}
            quarters = max(ways, key=lambda way: max((face.score for face in ways[way]), default=0.0))
            if self._is_certain(ways[quarters]):
                turned = _turn(photo.photo, quarters)
                (found,) = self._as_they_are([SearchedPhoto(turned, face_view(turned))])
                if self._is_certain(found.faces):
                    answers[at] = [face.turned_back(quarters) for face in found.faces]
        return answers

    def _is_certain(self, faces: list[FoundFace]) -> bool:
        return any(face.score >= self._limits["turned"] and face.upright for face in faces)

    def _look_at_parts(self, photo: Pixels) -> FoundFaces:
        parts = tiles(photo)
        found = self._look([face_view(part, FaceScale.TILE) for part, _ in parts], FaceScale.TILE)
        faces = [
            face.within(*place) for (_, place), some in zip(parts, found, strict=True) for face in some.faces
        ]
        return FoundFaces(sorted(faces, key=lambda face: -face.score))

    def _look_again(
        self, photos: Sequence[SearchedPhoto], chosen: list[int], look: FaceScale
    ) -> list[FoundFaces]:
        """The faces of some of the photos at another scale."""
        return self._look([face_view(photos[at].photo, look) for at in chosen], look)

    def _look(self, views: list[FaceView], look: FaceScale) -> list[FoundFaces]:
        return find_faces(views, self._run(views), self._limits, look)

    def _run(self, views: list[FaceView]) -> list[Outputs]:
        """The network's outputs for each view; views of one shape run together."""
        shapes: dict[tuple[int, ...], list[int]] = {}
        for at, view in enumerate(views):
            shapes.setdefault(view.canvas.shape, []).append(at)
        answers: dict[int, Outputs] = {}
        for members in shapes.values():
            outputs = self._backend.run(np.stack([views[at].canvas for at in members]))
            # Half precision may overflow; an infinity must never become a score.
            if not all(np.isfinite(output).all() for output in outputs):
                raise ModelError(
                    said("The face network answered with numbers that are none. Choose the device cpu.")
                )
            for row, at in enumerate(members):
                answers[at] = tuple(output[row] for output in outputs)
        return [answers[at] for at in range(len(views))]


def _turn(photo: Pixels, quarters: int) -> Pixels:
    """Turned against the clock by so many quarters."""
    return np.ascontiguousarray(np.rot90(photo, quarters))
