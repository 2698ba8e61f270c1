"""From whatever Pillow decoded to upright-ready RGB: depth, palette, transparency, colour profile."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_PALETTE_WITH_ALPHA = ("PA", "LA", "La", "RGBa", "RGBA")
_WHITE = 255


def flatten_depth(photo: Image.Image) -> Image.Image:
    """Photos of more than 8 bits a channel, bilevel and palette ones, in a mode that can be resized well:
    L, RGB, RGBA, CMYK or one that Pillow resizes as it is."""
    if photo.mode in _SIXTEEN_BIT or photo.mode in ("I", "F"):
        hole = photo.info.get("transparency")
        return _with_hole(photo, hole) if isinstance(hole, int) else _to_eight_bits(photo)
    if photo.mode == "1":
        return photo.convert("L")
    if photo.mode == "P":
        return photo.convert("RGBA" if "transparency" in photo.info else "RGB")
    if photo.mode in _PALETTE_WITH_ALPHA:
        return photo if photo.mode == "RGBA" else photo.convert("RGBA")
    if "transparency" in photo.info and photo.mode in ("L", "RGB"):
        return photo.convert("RGBA")
    return photo


def _to_eight_bits(photo: Image.Image) -> Image.Image:
    """Greys as they are stored, scaled to 0..255 by their range: 0..1 (floats), 0..255, or 0..65535; anything
    else (measurements rather than photos) is stretched between its least and greatest value."""
    values = np.asarray(photo)
    if photo.mode in _SIXTEEN_BIT:
        return Image.fromarray((values >> 8).astype(np.uint8))
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if low >= 0 and photo.mode == "F" and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    elif low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    numbers -= low
    numbers *= 255.0 / max(high - low, 1e-12)
    return Image.fromarray(np.clip(np.rint(numbers), 0, 255).astype(np.uint8))


def _with_hole(photo: Image.Image, hole: int) -> Image.Image:
    """A 16-bit grey PNG in which one grey is transparent."""
    colours = _to_eight_bits(photo).convert("RGBA")
    colours.putalpha(Image.fromarray(np.where(np.asarray(photo) == hole, 0, _WHITE).astype(np.uint8)))
    return colours


def to_rgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """An 8-bit photo of any mode as sRGB; transparent parts become white.

    ``profile`` is the embedded ICC profile. One that is damaged or does not fit the mode is left aside, as
    viewers do.
    """
    if photo.mode == "RGBA":
        alpha = photo.getchannel("A")
        colours = _apply_profile(photo.convert("RGB"), profile)
        return Image.composite(colours, Image.new("RGB", photo.size, (_WHITE, _WHITE, _WHITE)), alpha)
    return _apply_profile(photo, profile)


def _apply_profile(photo: Image.Image, profile: bytes | None) -> Image.Image:
    source = _foreign_profile(profile) if profile else None
    if source is not None and source.profile.xcolor_space.strip() == _SPACES.get(photo.mode):
        try:
            converted = ImageCms.profileToProfile(
                photo, source, _srgb(), ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, ValueError, OSError):
            converted = None
        if converted is not None:
            return converted
    return photo if photo.mode == "RGB" else photo.convert("RGB")


_SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY", "LAB": "Lab"}


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=32)
def _foreign_profile(data: bytes) -> ImageCms.ImageCmsProfile | None:
    """The profile, or None where it is sRGB (by far the most frequent) or cannot be read.

    Grey profiles count as sRGB: they differ by their tone curve only, and viewers disagree on them.
    """
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        name = profile.profile.profile_description or ""
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if "sRGB" in name or profile.profile.xcolor_space.strip() == "GRAY":
        return None
    return profile
