"""Small photos made on the spot. The pattern tells each corner apart, so a wrong turn cannot pass."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)

# Stored pixels from upright ones, by EXIF orientation: the inverse of what a viewer does.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red, green / blue, white quarters, upright."""
    photo = Image.new("RGB", (width, height), WHITE)
    half = (width // 2, height // 2)
    photo.paste(RED, (0, 0, *half))
    photo.paste(GREEN, (half[0], 0, width, half[1]))
    photo.paste(BLUE, (0, half[1], half[0], height))
    return photo


def assert_corners(pixels: Any, tolerance: int = 12) -> None:
    """Whether these (height, width, 3) pixels show :func:`corners` upright."""
    height, width = pixels.shape[:2]
    for (x, y), colour in {(0, 0): RED, (1, 0): GREEN, (0, 1): BLUE, (1, 1): WHITE}.items():
        seen = pixels[height // 4 + y * height // 2, width // 4 + x * width // 2].astype(int)
        assert np.abs(seen - np.array(colour)).max() <= tolerance, f"at {x}, {y}: {seen} for {colour}"


def with_orientation(photo: Image.Image, orientation: int) -> tuple[Image.Image, Image.Exif]:
    """The pixels as a camera held that way would store them, and the EXIF that says so."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    turn = STORED[orientation]
    return (photo if turn is None else photo.transpose(turn)), exif


def save(photo: Image.Image, path: Path, kind: str, **options: Any) -> Path:
    photo.save(path, kind, **options)
    return path


def psd(photo: Image.Image, *resources: tuple[int, bytes], bits: int = 8) -> bytes:
    """A Photoshop file without layers, with these image resources; ``photo`` in RGB or RGBA."""
    blocks = b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)
        for number, data in resources
    )
    channels = [channel.tobytes() for channel in photo.split()]
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, len(channels), photo.height, photo.width, bits, 3)
    return head + struct.pack(">II", 0, len(blocks)) + blocks + struct.pack(">IH", 0, 0) + b"".join(channels)


def encoded(photo: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    photo.save(file, kind, **options)
    return file.getvalue()
