"""Turning boxes between the upright photo, where detectors work, and the pixels as stored, where region
fields count. All values are fractions 0..1; rounding is the caller's business."""

from __future__ import annotations

from phototagger.domain import Box

# Orientations that swap width and height.
SWAPPING = frozenset({5, 6, 7, 8})
# Which orientation undoes which; all but the two quarter turns undo themselves.
_INVERSE = {6: 8, 8: 6}


def upright_to_stored(box: Box, orientation: int) -> Box:
    """A box of the upright photo in the stored pixels; ``orientation`` is EXIF's 1..8.

    Both boxes have their origin top left. Raises ValueError for another orientation.
    """
    x, y, w, h = box.x, box.y, box.w, box.h
    right, bottom = 1 - x - w, 1 - y - h
    match orientation:
        case 1:
            return box
        case 2:
            return Box(right, y, w, h)
        case 3:
            return Box(right, bottom, w, h)
        case 4:
            return Box(x, bottom, w, h)
        case 5:
            return Box(y, x, h, w)
        case 6:
            return Box(y, right, h, w)
        case 7:
            return Box(bottom, right, h, w)
        case 8:
            return Box(bottom, x, h, w)
    raise ValueError(f"EXIF orientation is 1 to 8, not {orientation}")


def stored_to_upright(box: Box, orientation: int) -> Box:
    """The other way round. Raises ValueError for an orientation other than 1..8."""
    return upright_to_stored(box, _INVERSE.get(orientation, orientation))


def centre(box: Box) -> tuple[float, float]:
    """(x, y) of the middle, which is what MWG regions hold."""
    return box.x + box.w / 2, box.y + box.h / 2
