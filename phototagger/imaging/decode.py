"""Photo files to upright RGB pixels."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, Jpeg2KImagePlugin, PngImagePlugin

from phototagger.domain.findings import Decoded, PhotoFacts
from phototagger.files.suffixes import is_film, is_photo_name, is_raw
from phototagger.imaging.digest import digest_frames
from phototagger.imaging.formats.film import films_are_read, open_film
from phototagger.imaging.formats.heif import crop_of, cut_to_crop, widened
from phototagger.imaging.formats.jxl import is_jxl, open_jxl
from phototagger.imaging.formats.raw import digest_raw, open_raw
from phototagger.imaging.formats.tiff import TiffPhoto, digest_rare_tiff, open_rare_tiff
from phototagger.imaging.opening.budget import PURSE, budget, bytes_needed
from phototagger.imaging.opening.convert import flatten_depth, to_rgb
from phototagger.imaging.opening.facts import (
    ExifFacts,
    fingerprint,
    may_tell_more,
    read_exif,
    valid_orientation,
)
from phototagger.imaging.opening.kinds import is_tiff
from phototagger.imaging.opening.source import (
    as_photo_errors,
    bytes_each,
    halvings,
    open_photo,
    opened_file,
    raise_pixel_ceiling,
    rare_jpeg,
    unsupported,
)
from phototagger.imaging.photo_look import draw_sketch, measure_look
from phototagger.imaging.thumbnails import make_thumbnail

if TYPE_CHECKING:
    from phototagger.domain.findings import Pixels

PIXEL_LIMIT_MEGAPIXELS = 300

_GIANT_PIXELS = 60_000_000

# What brings stored pixels upright, by EXIF orientation.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PillowDecoder:
    """JPEG, MPO, PNG, WebP, TIFF, GIF (first frame), BMP, HEIF, AVIF, JPEG 2000, PSD (merged layers), raw photos,
    and JPEG XL where imagecodecs is installed, and a frame of MP4 and MOV where av is. Stateless and thread-safe.

    Args:
        pixel_limit_megapixels: Photos whose header says more are refused before a pixel is decoded.
    """

    def __init__(self, pixel_limit_megapixels: int = PIXEL_LIMIT_MEGAPIXELS) -> None:
        self._pixel_limit = pixel_limit_megapixels * 1_000_000
        raise_pixel_ceiling(self._pixel_limit)

    def can_decode(self, path: Path) -> bool:
        """Whether a scan should take a file of this name; no file is opened."""
        return is_photo_name(path) or (is_film(path) and not path.name.startswith(".") and films_are_read())

    def decode(self, path: Path, longest_side: int) -> Decoded:
        """The photo, upright, sRGB, (height, width, 3) uint8; longer side at most ``longest_side`` pixels, never
        enlarged. A JPEG is decoded at the smallest of its scales 1, 1/2, 1/4 and 1/8 that is large enough.

        Raises PhotoError of kind GONE, UNREADABLE, EMPTY, NOT_A_PHOTO, UNSUPPORTED, DAMAGED, TRUNCATED,
        TOO_LARGE, TIMED_OUT (it would take hours) or NO_MEMORY.
        """
        with opened_file(path) as file:
            if is_jxl(file):
                pixels, facts = self._decode_jxl(file, path, longest_side)
            elif is_film(path):
                pixels, facts = self._decode_film(file, path, longest_side)
            elif is_raw(path):
                pixels, facts = self._decode_raw(file, path, longest_side)
            elif is_tiff(file) and (tiff := open_rare_tiff(file, path, self._pixel_limit)):
                pixels, facts = self._decode_tiff(tiff, path, longest_side)
            else:
                photo = open_photo(file, path, self._pixel_limit, longest_side)
                with as_photo_errors(path), photo, self._turn(photo, longest_side):
                    pixels, facts = _decode(photo, longest_side, file, path)
            facts = replace(facts, fingerprint=fingerprint(file))
        return Decoded(pixels, facts)

    def _decode_raw(self, file: IO[bytes], path: Path, longest_side: int) -> tuple[Pixels, PhotoFacts]:
        raw = open_raw(file, path, longest_side, self._pixel_limit)
        with as_photo_errors(path), raw.photo:
            upright = _upright(_small(raw.photo, raw.photo.size, longest_side), raw.turn)
        width, height = raw.size if raw.exif.orientation < 5 else raw.size[::-1]
        kind = path.suffix[1:].upper()
        return np.array(upright, dtype=np.uint8), _facts(kind, (width, height), raw.exif, upright)

    def _decode_jxl(self, file: IO[bytes], path: Path, longest_side: int) -> tuple[Pixels, PhotoFacts]:
        found = open_jxl(file, path, self._pixel_limit)
        with as_photo_errors(path), found.photo as photo:
            upright = _small(photo, photo.size, longest_side)
        return np.array(upright, dtype=np.uint8), _facts("JXL", photo.size, _lacking(found.exif), upright)

    def _decode_tiff(self, found: TiffPhoto, path: Path, longest_side: int) -> tuple[Pixels, PhotoFacts]:
        with as_photo_errors(path), found.photo as photo:
            upright = _upright(_small(photo, photo.size, longest_side), found.turn)
            turned = photo.size[::-1] if found.turn >= 5 else photo.size
        return np.array(upright, dtype=np.uint8), _facts("TIFF", turned, _lacking(found.exif), upright)

    def _decode_film(self, file: IO[bytes], path: Path, longest_side: int) -> tuple[Pixels, PhotoFacts]:
        film = open_film(file, path, longest_side, self._pixel_limit)
        kind = path.suffix[1:].upper()
        return np.array(film.photo, dtype=np.uint8), _facts(kind, film.size, film.facts, film.photo)

    def thumbnail(self, pixels: Pixels, side: int) -> bytes:
        """A JPEG of ``pixels`` whose longer side is at most ``side``."""
        return make_thumbnail(pixels, side)

    def pixel_digest(self, path: Path) -> bytes:
        """32 bytes that stay the same exactly while the decoded pixels of all frames stay the same, whatever
        happens to the metadata. Raises PhotoError as :meth:`decode` does."""
        with opened_file(path) as file:
            if is_raw(path):
                return digest_raw(file, path, self._pixel_limit)
            if is_tiff(file) and (digest := digest_rare_tiff(file, path)):
                return digest
            photo = open_photo(file, path, self._pixel_limit)
            with as_photo_errors(path), photo, self._turn(photo):
                return digest_frames(photo, self._pixel_limit)

    def _turn(self, photo: Image.Image, longest_side: int | None = None) -> AbstractContextManager[object]:
        """Holds what this photo will take of the memory that all may take together."""
        each = bytes_each(photo, longest_side)
        needed = bytes_needed(photo.size, photo.mode, photo.format or "", each)
        return PURSE.take(needed, budget(self._pixel_limit))


def _decode(photo: Image.Image, longest_side: int, file: IO[bytes], path: Path) -> tuple[Pixels, PhotoFacts]:
    """Pixels and facts (without fingerprint) of an open photo."""
    kind = photo.format or "unknown"
    size = photo.size
    if isinstance(photo, PngImagePlugin.PngImageFile):
        _shorten_transparent(photo)
        photo.load()  # its EXIF may follow the pixels
    told = photo.info.copy()  # before what is in XMP is put aside
    exif = _exif(photo)
    more = may_tell_more(photo, told, exif)
    if kind in ("JPEG", "MPO"):
        photo.draft(None, _fit(size, longest_side))
    if isinstance(photo, Jpeg2KImagePlugin.Jpeg2KImageFile):
        photo.reduce = halvings(size, longest_side)
    photo = _loaded_heif(photo, file) if kind == "HEIF" else photo
    try:
        photo.load()
    except OSError as error:
        if kind in ("JPEG", "MPO") and (
            rare := rare_jpeg(file)
        ):  # opened, but libjpeg was built without that
            raise unsupported(path, rare) from error
        raise
    if isinstance(photo, Jpeg2KImagePlugin.Jpeg2KImageFile):
        photo.reduce = 0  # else the method of that name, which resizing needs, is hidden behind the number
    if kind == "AVIF" and (crop := crop_of(_head(file))):  # its plugin knows no crop
        photo = cut_to_crop(photo, replace(crop, quarters=0, mirror=None))
    if kind in ("HEIF", "AVIF"):
        size = photo.size  # known for certain only now
    if kind == "PSD" and photo.mode == "RGBA":  # a mask somebody stored: the merged picture has no holes
        photo = photo.convert("RGB")
    upright = _small(photo, size, longest_side)
    # Pillow turns a TIFF, and libheif a HEIF, while loading it.
    if kind not in ("TIFF", "HEIF"):
        upright = _upright(upright, exif.orientation)
        if exif.orientation >= 5:
            size = (size[1], size[0])
    return np.array(upright, dtype=np.uint8), _facts(kind, size, replace(exif, more=more), upright)


def _shorten_transparent(photo: PngImagePlugin.PngImageFile) -> None:
    """Pillow reads the colours of a PNG of 16 bits as 8, but not the one of them that is transparent."""
    hole = photo.info.get("transparency")
    mode = photo.tile[0][3] if photo.tile else ""
    if isinstance(hole, tuple) and isinstance(mode, str) and mode.endswith(";16B"):
        photo.info["transparency"] = tuple(one >> 8 for one in hole)


def _loaded_heif(photo: Image.Image, file: IO[bytes]) -> Image.Image:
    """A HEIF with its pixels; one that libheif refuses for its crop is cropped here."""
    try:
        photo.load()
    except RuntimeError as error:
        file.seek(0)
        data = file.read() if "ecurity limit" in str(error) else b""
        crop = crop_of(data)
        if crop is None:
            raise
        whole = Image.open(io.BytesIO(widened(data, crop)), formats=["HEIF"])
        whole.load()
        return cut_to_crop(whole, crop)
    return photo


def _head(file: IO[bytes]) -> bytes:
    """Enough of a HEIF or AVIF for what it says of its pictures."""
    file.seek(0)
    return file.read(256 * 1024)


def _lacking(exif: ExifFacts) -> ExifFacts:
    """For formats whose XMP is not looked at here."""
    return replace(exif, more=exif.latitude is None or exif.taken_at is None or exif.digitized)


def _small(photo: Image.Image, size: tuple[int, int], longest_side: int) -> Image.Image:
    """A loaded photo whose full size is ``size`` as RGB, not yet upright."""
    profile = photo.info.get("icc_profile")
    flat = flatten_depth(photo)
    target = _fit(size, longest_side)  # not of the reduced size, which libjpeg has rounded
    if target != flat.size:
        flat = _reduced_in_strips(flat, target).resize(target, Image.Resampling.BICUBIC, reducing_gap=3.0)
    return to_rgb(flat, profile if isinstance(profile, bytes) else None)


def _upright(photo: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return photo if turn is None else photo.transpose(turn)


def _facts(kind: str, size: tuple[int, int], exif: ExifFacts, upright: Image.Image) -> PhotoFacts:
    return PhotoFacts(
        kind,
        size[0],
        size[1],
        exif.orientation,
        exif.taken_at,
        exif.latitude,
        exif.longitude,
        look=measure_look(upright),
        shot=exif.shot,
        more=exif.more,
        sketch=draw_sketch(upright),
    )


def _reduced_in_strips(photo: Image.Image, target: tuple[int, int]) -> Image.Image:
    """A giant with transparency, averaged down to no less than three times ``target``; others as they are.

    Pillow copies such a photo whole before it scales it: 2.3 GB for one of 300 megapixels.
    """
    factor = min(photo.width // target[0], photo.height // target[1]) // 3
    if photo.mode != "RGBA" or photo.width * photo.height <= _GIANT_PIXELS or factor < 2:
        return photo
    width, height = -(-photo.width // factor), -(-photo.height // factor)
    reduced = Image.new("RGBA", (width, height))
    rows = 64 * factor
    for top in range(0, photo.height, rows):
        strip = photo.crop((0, top, photo.width, min(top + rows, photo.height)))
        reduced.paste(strip.reduce(factor), (0, top // factor))
    return reduced


def _exif(photo: Image.Image) -> ExifFacts:
    if photo.format == "AVIF":
        # Its plugin reports its transform boxes as EXIF; an orientation in XMP does not count.
        photo.info.pop("xmp", None)
    exif = read_exif(photo)
    if (
        photo.format == "HEIF"
    ):  # the plugin sets the EXIF to 1, having turned the photo, and keeps what it was
        return replace(exif, orientation=valid_orientation(photo.info.get("original_orientation")))
    return exif


def _fit(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """``size`` scaled down so that its longer side is at most ``longest_side``; each side at least 1."""
    longer = max(size)
    if longer <= longest_side:
        return size
    return (max(1, round(size[0] * longest_side / longer)), max(1, round(size[1] * longest_side / longer)))
