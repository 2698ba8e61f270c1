"""What a photo looks like as a whole: colours, exposure, sharpness. Measured once, on a small copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from phototagger.domain.findings import COLOURS, PhotoLook
from phototagger.domain.frames import SKETCH_SIDE

LOOKED_AT_SIDE = 512  # about the longer side of the copy, in pixels; colours are counted on a quarter of it
BLOCK = 32  # sharpness is that of the sharpest blocks of this side
DARK, BRIGHT = 12, 250  # of 255

# Upper end of each hue, in degrees, in the order of COLOURS; red begins again at 345.
_HUES = ((15, 0), (42, 1), (68, 2), (165, 3), (195, 4), (255, 5), (290, 6), (345, 7), (361, 0))
_RED, _BROWN, _WHITE, _BLACK, _GREY = (
    COLOURS.index(name) for name in ("red", "brown", "white", "black", "grey")
)

Plane = NDArray[np.float32]


def measure_look(photo: Image.Image) -> PhotoLook:
    """Measures an upright RGB photo of any size."""
    factor = max(1, round(max(photo.size) / LOOKED_AT_SIDE))
    small = photo.reduce(factor) if factor > 1 else photo
    luma = np.asarray(small.convert("L"), np.float32)
    rgb = np.asarray(small.reduce(4) if min(small.size) >= 4 else small, np.float32)
    chroma = rgb.max(axis=2) - rgb.min(axis=2)
    names = _named(rgb, chroma)
    shares = np.bincount(names.ravel(), minlength=len(COLOURS)) / names.size
    return PhotoLook(
        chroma=float(np.percentile(chroma, 98)) / 255,
        colours=tuple(float(share) for share in shares),
        dark=float((luma <= DARK).mean()),
        bright=float((luma >= BRIGHT).mean()),
        flat=_flat(np.asarray(small)),
        brightness=float(luma.mean()) / 255,
        sharpness=_sharpness(luma),
    )


def draw_sketch(photo: Image.Image) -> bytes:
    """The sketch (see :mod:`phototagger.domain.frames`) of an upright RGB photo: each grey the mean of its part."""
    small = photo.convert("L").resize((SKETCH_SIDE, SKETCH_SIDE), Image.Resampling.BOX)
    return small.tobytes()


def _named(rgb: Plane, chroma: Plane) -> NDArray[np.int64]:
    """The place in COLOURS of each pixel's colour: hue where there is any, else white, grey or black."""
    top = rgb.max(axis=2)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    safe = np.maximum(chroma, 1)
    hue = np.where(
        top == red,
        (green - blue) / safe % 6,
        np.where(top == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    ends = np.array([end for end, _ in _HUES])
    kinds = np.array([kind for _, kind in _HUES])
    names = kinds[np.searchsorted(ends, hue * 60, side="right")]
    names[(names <= COLOURS.index("yellow")) & (top < 150)] = _BROWN  # dark red, orange and yellow
    grey = chroma < np.maximum(0.2 * top, 24)
    names[grey] = _GREY
    names[grey & (top > 200)] = _WHITE
    names[top < 50] = _BLACK
    return np.asarray(names, np.int64)


def _flat(rgb: NDArray[np.uint8]) -> float:
    if rgb.shape[1] < 2:
        return 1.0
    same = rgb[:, 1:] == rgb[:, :-1]
    return float((same[..., 0] & same[..., 1] & same[..., 2]).mean())


def _sharpness(luma: Plane) -> float:
    """The 95th percentile, over blocks, of the Laplacian's deviation: a photo with one sharp thing before a soft
    ground is sharp. (The variance of the Laplacian: Pech-Pacheco et al., ICPR 2000.)"""
    if min(luma.shape) < 3:
        return 0.0
    laplacian = 4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    side = min(BLOCK, *laplacian.shape)
    rows, columns = laplacian.shape[0] // side, laplacian.shape[1] // side
    blocks = laplacian[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return float(np.percentile(blocks.std(axis=(1, 3)), 95))
