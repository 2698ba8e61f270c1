"""Small JPEGs for the grid."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

THUMBNAIL_SIDE = 256  # pixels of the longer side; the grid shows up to 192 points, so it is sharp there
_QUALITY = 82  # about 12 KB a photo; higher shows no difference at this size


def make_thumbnail(pixels: Pixels, side: int = THUMBNAIL_SIDE) -> bytes:
    """A JPEG of the upright RGB ``pixels`` (height, width, 3) whose longer side is at most ``side``; a smaller
    photo keeps its size."""
    small = Image.fromarray(pixels)
    small.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
