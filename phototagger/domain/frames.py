"""How the pixels of a photo lie: turns by EXIF's orientation, and what became of a photo from version to version.

A *turn* is one of EXIF's orientations 1..8, taken as what is done to the upright photo: 1 nothing, 2 mirrored, 3
upside down, 6 a quarter to the right, 8 a quarter to the left, 4, 5 and 7 the same mirrored. Boxes are fractions
0..1 with the origin top left. A *sketch* is a photo in 16 x 16 greys, upright, whatever its shape: enough to tell
whether another version of it is the same picture, turned or not, and far too little to see who is on it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from phototagger.domain.records import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grid = NDArray[np.float32]
    Places = NDArray[np.float64]

SKETCH_SIDE = 16
TURNS = range(1, 9)
# Orientations that swap width and height.
SWAPPING = frozenset({5, 6, 7, 8})
# Which orientation undoes which; all but the two quarter turns undo themselves.
_INVERSE = {6: 8, 8: 6}

SAME_PICTURE = 0.995
"""Likeness of two sketches from which on nothing has moved. Measured on 14 photos: 0.998 and more for the same one
turned, mirrored, saved again at quality 40 or at half its size; at most 0.99 with 2 % of two edges cut off."""
LIKE_PICTURE = 0.9
"""From here on it is that picture, edited (0.97 for one made brighter by a quarter) or a little cropped."""
_SAME_WINDOW = 0.8  # likeness of a part of one photo with the whole of another
_SHAPE_TOLERANCE = 0.02  # of width over height: resizing rounds
_FLAT = 2.0  # grey levels: a photo that varies less looks the same however it lies
_TIE = 0.001  # likenesses this near say nothing about which turn it was


@dataclass(frozen=True, slots=True)
class Frame:
    """The pixels as stored: ``width`` x ``height``, and the EXIF orientation 1..8 that brings them upright."""

    width: int
    height: int
    orientation: int = 1


@dataclass(frozen=True, slots=True)
class PhotoVersion:
    """A photo as it once was: size of the **upright** photo in pixels, the orientation in its file, its sketch."""

    width: int
    height: int
    orientation: int = 1
    sketch: bytes | None = None

    @property
    def stored_size(self) -> tuple[int, int]:
        size = (self.width, self.height)
        return size[::-1] if self.orientation in SWAPPING else size


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a photo. ``turn``: how the upright photo was turned, None where it is another one or was
    cropped. ``sure``: nothing else was done, so that each box is where the turn brings it."""

    turn: int | None
    sure: bool


UNMOVED = Fate(1, True)
UNKNOWN = Fate(None, False)


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


def turned(box: Box, turn: int) -> Box:
    """Where a box of the upright photo is after the photo was turned. Raises ValueError for no turn."""
    return stored_to_upright(box, turn)


def turn_between(before: int, after: int) -> int:
    """How the upright photo turns when the orientation in the file changes and the stored pixels do not."""
    probe = Box(0.1, 0.2, 0.3, 0.5)
    now = stored_to_upright(upright_to_stored(probe, before), after)
    return next(turn for turn in TURNS if _near(turned(probe, turn), now))


def _near(one: Box, other: Box) -> bool:
    return max(abs(one.x - other.x), abs(one.y - other.y), abs(one.w - other.w)) < 1e-9


def what_became(before: PhotoVersion, after: PhotoVersion) -> Fate:
    """What became of a photo from one version of it to the next, by sketches; without those by what the file says
    of its size and orientation alone."""
    by_flag = turn_between(before.orientation, after.orientation)
    if before.sketch is None or after.sketch is None:
        if before.stored_size == after.stored_size:
            return Fate(by_flag, True)
        same = before.orientation == after.orientation and _shape_fits(before, after, 1)
        return Fate(1, False) if same else UNKNOWN
    old, new = grid_of(before.sketch), grid_of(after.sketch)
    likeness = {turn: _likeness(turned_grid(old, turn), new) for turn in TURNS}
    best = max(TURNS, key=lambda turn: likeness[turn])
    for expected in (by_flag if before.stored_size == after.stored_size else 1, 1):
        if likeness[best] - likeness[expected] <= _TIE:  # a symmetrical picture: as the file says
            best = expected
            break
    if likeness[best] < LIKE_PICTURE:
        return UNKNOWN
    return Fate(best, likeness[best] >= SAME_PICTURE and _shape_fits(before, after, best))


def _shape_fits(before: PhotoVersion, after: PhotoVersion, turn: int) -> bool:
    width, height = (before.height, before.width) if turn in SWAPPING else (before.width, before.height)
    if min(width, height, after.width, after.height) < 1:
        return True
    slack = _SHAPE_TOLERANCE + 1 / min(width, height, after.width, after.height)
    return abs((width / height) / (after.width / after.height) - 1) <= slack


# --- sketches -----------------------------------------------------------------------------------------------------


def grid_of(sketch: bytes) -> Grid:
    """The greys of a sketch, rows from the top."""
    return np.frombuffer(sketch, np.uint8).reshape(SKETCH_SIDE, SKETCH_SIDE).astype(np.float32)


def turned_grid(grid: Grid, turn: int) -> Grid:
    """The sketch of the turned photo."""
    match turn:
        case 1:
            return grid
        case 2:
            return grid[:, ::-1]
        case 3:
            return grid[::-1, ::-1]
        case 4:
            return grid[::-1]
        case 5:
            return grid.T
        case 6:
            return np.rot90(grid, -1)
        case 7:
            return grid[::-1, ::-1].T
    return np.rot90(grid)


def _likeness(one: Grid, other: Grid) -> float:
    """How alike two pictures are whatever their exposure, -1..1: their correlation."""
    a, b = one - one.mean(), other - other.mean()
    flat = [float(np.sqrt((part * part).mean())) < _FLAT for part in (a, b)]
    if any(flat):
        return 1.0 if all(flat) and abs(float(one.mean() - other.mean())) < 4 * _FLAT else 0.0
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def is_cut_out(before: PhotoVersion, after: PhotoVersion, old: Box, new: Box) -> float:
    """How sure it is, 0..1, that a face at ``old`` is the one at ``new`` because the photo was cropped (or had a
    border put round it), turned or not: the rest of the picture must then lie round both alike."""
    if before.sketch is None or after.sketch is None or min(old.w, old.h, new.w, new.h) <= 0:
        return 0.0
    whole, part = grid_of(before.sketch), grid_of(after.sketch)
    best = max(_window_likeness(turned_grid(whole, turn), part, turned(old, turn), new) for turn in TURNS)
    return best if best >= _SAME_WINDOW else 0.0


def _window_likeness(whole: Grid, part: Grid, old: Box, new: Box) -> float:
    """The best likeness of ``part`` with what ``whole`` shows in the window that brings one box onto the other;
    networks draw boxes a little differently, so the window is tried somewhat larger and smaller."""
    best = 0.0
    for zoom in (0.9, 0.95, 1.0, 1.05, 1.1):
        width, height = zoom * old.w / new.w, zoom * old.h / new.h
        left = old.x + old.w / 2 - width * (new.x + new.w / 2)
        top = old.y + old.h / 2 - height * (new.y + new.h / 2)
        if min(width, height) < 0.25:  # too few greys of the sketch are left to tell
            continue
        columns, rows = (left + width * _MIDDLES, top + height * _MIDDLES)
        inside_x, inside_y = ((at >= 0) & (at <= 1) for at in (columns, rows))
        if min(inside_x.mean(), inside_y.mean()) < 0.5:
            continue
        seen = _sample(whole, rows[inside_y], columns[inside_x])
        best = max(best, _likeness(seen, part[np.ix_(inside_y, inside_x)]))
    return best


_MIDDLES = (np.arange(SKETCH_SIDE, dtype=np.float64) + 0.5) / SKETCH_SIDE


def _sample(grid: Grid, rows: Places, columns: Places) -> Grid:
    """The greys at these fractions of height and width, blended of their neighbours."""
    y, x = (np.clip(at * SKETCH_SIDE - 0.5, 0, SKETCH_SIDE - 1) for at in (rows, columns))
    top, left = (np.minimum(at.astype(np.intp), SKETCH_SIDE - 2) for at in (y, x))
    down, right = (y - top)[:, None], (x - left)[None, :]
    upper = grid[np.ix_(top, left)] * (1 - right) + grid[np.ix_(top, left + 1)] * right
    lower = grid[np.ix_(top + 1, left)] * (1 - right) + grid[np.ix_(top + 1, left + 1)] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)
