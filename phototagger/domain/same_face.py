"""Which of the boxes that others drew is which of the faces found. Pure.

Two boxes are of one face where ``Box.face_fit`` says so; where several could be, each face
has one box and each box one face, the best fits first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from phototagger.domain.records import SAME_PLACE_IOU, Box


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def box(self) -> Box: ...


Named = TypeVar("Named", bound=_Named)


def match_faces(
    faces: Sequence[Box], boxes: Sequence[Box], fit: Callable[[Box, Box], float] = Box.face_fit
) -> dict[int, int]:
    """Place in ``faces`` to the place in ``boxes`` of its own box, best fits first, each used once.

    ``fit`` tells how well a face and a box go together; 0 and less: not at all.
    """
    pairs = [
        (found, face, box)
        for face, one in enumerate(faces)
        for box, other in enumerate(boxes)
        if (found := fit(one, other)) > 0
    ]
    matched: dict[int, int] = {}
    used: set[int] = set()
    for _, face, box in sorted(pairs, key=lambda pair: -pair[0]):
        if face not in matched and box not in used:
            matched[face] = box
            used.add(box)
    return matched


def without_twins(boxes: Iterable[Named]) -> list[Named]:
    """One box of each name at each place: files hold the same one in several fields."""
    kept: list[Named] = []
    for box in boxes:
        name = box.name.casefold()
        if not any(
            other.name.casefold() == name and other.box.iou(box.box) > SAME_PLACE_IOU for other in kept
        ):
            kept.append(box)
    return kept
