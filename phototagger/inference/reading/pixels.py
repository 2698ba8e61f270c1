"""From a decoded photo to what each network takes. numpy and Pillow; photos are uint8, H x W x 3, RGB."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import PhotoError
from phototagger.domain.records import Box, ErrorKind
from phototagger.domain.sentences import Said, joined, said

log = logging.getLogger(__name__)

__all__ = [
    "FACE_SIDE",
    "View",
    "align_face",
    "centre_crop",
    "check_photo",
    "cropped",
    "letterbox",
    "resize",
    "stretch",
]

Pixels = NDArray[np.uint8]

FACE_SIDE = 112
"""Side of an aligned face in pixels."""

_TEMPLATE = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)
"""Where eyes, nose and mouth corners of an aligned face lie: the usual template of face recognition at 112 x
112 pixels (arXiv:1801.07698)."""

_PIXEL_CENTRE = 0.5 + 0.5j


@dataclass(frozen=True, slots=True)
class View:
    """A photo scaled into the top-left corner of a canvas, or over all of it.

    `scale_x` and `scale_y` are canvas pixels for one in the whole photo's width and height: dividing a
    canvas x by `scale_x` gives a fraction 0..1 of the photo's width.
    """

    canvas: Pixels
    scale_x: float
    scale_y: float
    enlarged: float = 1.0
    """Pixels of the photo for one pixel of the canvas."""

    def box(self, corners: NDArray[np.float32]) -> Box | None:
        """A box of the photo, clipped to it, from left, top, right, bottom in canvas pixels; None outside."""
        left, right = (min(max(float(corners[at]) / self.scale_x, 0.0), 1.0) for at in (0, 2))
        top, bottom = (min(max(float(corners[at]) / self.scale_y, 0.0), 1.0) for at in (1, 3))
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right - left, bottom - top)


def check_photo(photo: Pixels) -> None:
    """Refuse what no network can take.

    Raises:
        PhotoError: Not a non-empty uint8 array of height x width x 3 (kind ``INTERNAL``).
    """
    if not isinstance(photo, np.ndarray) or photo.dtype != np.uint8:
        raise _fault(said("The decoded photo is not an array of bytes."))
    if photo.ndim != 3 or photo.shape[2] != 3 or 0 in photo.shape:
        raise _fault(said("The decoded photo has the wrong shape {shape}.", shape=photo.shape))


def _fault(what: Said) -> PhotoError:
    """Our decoders give no such pixels, so it is none of the photo's."""
    log.info("A fault of a decoder: %s", what)
    return PhotoError(ErrorKind.INTERNAL, joined((what, where_more())))


def resize(photo: Pixels, height: int, width: int) -> Pixels:
    """Scale to exactly height x width: areas are averaged when shrinking, cubic when enlarging.

    Of Pillow's filters Hamming is the nearest to averaging areas: its box counts whole pixels only.
    """
    if photo.shape[:2] == (height, width):
        return photo
    shrinking = height <= photo.shape[0] and width <= photo.shape[1]
    method = Image.Resampling.HAMMING if shrinking else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(photo).resize((width, height), method))


_METHODS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def cropped(photo: Pixels, size: tuple[int, int], share: float, interpolation: str) -> Pixels:
    """The middle of the photo as a classifier was trained to see it, aspect kept.

    Args:
        photo: The photo.
        size: Height and width of the answer.
        share: How much of the shorter side is kept, 0..1.
        interpolation: ``sampled`` for :func:`centre_crop`; bilinear, bicubic or lanczos for Pillow's filters, which
            average where they shrink, as timm's evaluation does.
    """
    if interpolation == "sampled":
        return centre_crop(photo, size, share)
    height, width = size
    box = _middle(photo, size, share)
    return np.asarray(Image.fromarray(photo).resize((width, height), _METHODS[interpolation], box=box))


def _middle(photo: Pixels, size: tuple[int, int], share: float) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the share that is kept."""
    rows, columns = photo.shape[:2]
    height, width = size
    factor = min(rows * share / height, columns * share / width)
    crop_h, crop_w = max(1, round(height * factor)), max(1, round(width * factor))
    top, left = (rows - crop_h) // 2, (columns - crop_w) // 2
    return left, top, left + crop_w, top + crop_h


def centre_crop(photo: Pixels, size: tuple[int, int], share: float) -> Pixels:
    """What classifiers look at: the middle of the photo, aspect kept.

    Areas are averaged down to twice the size, the rest is bilinear without averaging: classifiers are mostly
    trained on photos resized like that, and areas alone cost half a percent of accuracy here.

    Args:
        photo: The photo.
        size: Height and width of the answer.
        share: How much of the shorter side is kept, 0..1.
    """
    height, width = size
    left, top, right, bottom = _middle(photo, size, share)
    middle = photo[top:bottom, left:right]
    if bottom - top > 2 * height:
        middle = resize(middle, 2 * height, 2 * width)
    down, across = middle.shape[0] / height, middle.shape[1] / width
    return _sampled(middle, height, width, (across, 0.0, 0.0, 0.0, down, 0.0))


def letterbox(photo: Pixels, longer: int, canvas: tuple[int, int] | None = None, step: int = 1) -> View:
    """Scale the longer side to `longer` pixels and put the photo into the top-left corner of a black canvas.

    Args:
        photo: The photo.
        longer: The longer side after scaling.
        canvas: Height and width of the canvas; by default just large enough.
        step: The default canvas's height and width are multiples of this, and at least two of them.
    """
    rows, columns = photo.shape[:2]
    factor = longer / max(rows, columns)
    height, width = max(1, round(rows * factor)), max(1, round(columns * factor))
    if canvas is None:
        canvas = (max(2, math.ceil(height / step)) * step, max(2, math.ceil(width / step)) * step)
    small = resize(photo, height, width)
    if small.shape[:2] == canvas:
        return View(small, width, height, 1.0 / factor)
    padded = np.zeros((*canvas, 3), np.uint8)
    padded[:height, :width] = small
    return View(padded, width, height, 1.0 / factor)


def stretch(photo: Pixels, canvas: tuple[int, int]) -> View:
    """Scale a photo to the height and width of the canvas, whatever its own shape: some networks learn that way."""
    rows, columns = photo.shape[:2]
    height, width = canvas
    return View(resize(photo, height, width), width, height, max(rows / height, columns / width))


def align_face(photo: Pixels, landmarks: NDArray[np.float64]) -> Pixels:
    """The face turned, scaled and shifted (no shear, no mirror) so that its landmarks meet the template.

    The least-squares similarity between two sets of points has a closed form once points are complex
    numbers: with centred sets p and q the factor is sum(conj(p) q) / sum(|p|^2).

    Args:
        photo: The photo.
        landmarks: 5 x 2, x and y in pixels of the photo, in the template's order.

    Returns:
        uint8, 112 x 112 x 3; black where the face leaves the photo.
    """
    points = landmarks[:, 0] + 1j * landmarks[:, 1]
    wanted = _TEMPLATE[:, 0] + 1j * _TEMPLATE[:, 1]
    centred = points - points.mean()
    factor = (centred.conj() * (wanted - wanted.mean())).sum() / max(
        float((np.abs(centred) ** 2).sum()), 1e-9
    )
    photo, origin = _around(photo, landmarks)
    points = points - complex(*origin)
    # Bilinear sampling skips pixels when it shrinks by more than two: average them first.
    shrink = 0.5 / abs(factor) if 0 < abs(factor) < 0.5 else 1.0
    if shrink > 1.0:
        rows, columns = (max(1, round(side / shrink)) for side in photo.shape[:2])
        stretch = photo.shape[1] / columns
        photo = resize(photo, rows, columns)
        points = (points + _PIXEL_CENTRE) / stretch - _PIXEL_CENTRE
        factor = factor * stretch
    back = 1.0 / factor if factor else 0j
    # From corners of pixels, as Pillow counts, to centres, as landmarks do, and back.
    shift = points.mean() + _PIXEL_CENTRE - back * (wanted.mean() + _PIXEL_CENTRE)
    place = (back.real, -back.imag, shift.real, back.imag, back.real, shift.imag)
    return _sampled(photo, FACE_SIDE, FACE_SIDE, place)


def _sampled(photo: Pixels, height: int, width: int, place: tuple[float, ...]) -> Pixels:
    """height x width pixels of the photo by bilinear sampling, black outside it.

    Args:
        photo: The photo.
        height: Of the answer.
        width: Of the answer.
        place: a, b, c, d, e, f: what lies at x, y of the answer lies at ax + by + c, dx + ey + f of the photo, in
            pixels from the top-left corner of the top-left pixel.
    """
    taken = Image.fromarray(photo).transform(
        (width, height), Image.Transform.AFFINE, place, resample=Image.Resampling.BILINEAR
    )
    return np.asarray(taken)


def _around(photo: Pixels, landmarks: NDArray[np.float64]) -> tuple[Pixels, tuple[float, float]]:
    """The part of the photo that an aligned face can show, and its top-left corner as x, y."""
    middle = landmarks.mean(axis=0)
    reach = 5.0 * float(np.abs(landmarks - middle).max()) + 2.0
    left, top = (max(0, int(value)) for value in middle - reach)
    right, bottom = (int(value) + 1 for value in middle + reach)
    part = photo[top:bottom, left:right]
    return (part, (left, top)) if part.size else (photo, (0.0, 0.0))
