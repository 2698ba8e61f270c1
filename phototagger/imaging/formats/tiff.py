"""TIFFs judged by their tags: those that Pillow reads wrongly, or not at all, are read by tifffile.

Tags and their values: TIFF 6.0 (Adobe, 1992) with its supplements. tifffile alone reads plain, Deflate, PackBits
and LZMA data; for LZW, JPEG and rarer ones it needs the optional imagecodecs.
"""

from __future__ import annotations

import hashlib
import logging
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.imaging.opening.budget import PURSE, budget, check_size
from phototagger.imaging.opening.facts import ExifFacts, facts_of, valid_orientation
from phototagger.imaging.opening.source import as_photo_errors, damaged, hush_pillow, truncated, unsupported

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR = 258, 259, 262, 277, 284
_SUBFILE, _OLD_SUBFILE, _COLORMAP, _TILE_WIDTH, _INKS, _EXTRA = 254, 255, 320, 322, 332, 338
_SAMPLE_FORMAT, _ORIENTATION, _SUBSAMPLING, _PROFILE = 339, 274, 530, 34675

_WHITE_IS_ZERO, _GREY, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB, _ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
_PLAIN, _LZW, _JPEGS, _DEFLATES = 1, 5, (6, 7), (8, 32946, 50013)
_PILLOW_UNPACKS = (_PLAIN, 2, 3, 4, _LZW, *_JPEGS, 8, 32946, 32771, 32773, 34925, 50000)
_ASSOCIATED = 1
_NAMES = {
    4: said("a mask"),
    10: said("colours of ITU Lab"),
    32803: said("a sensor's own values"),
    32844: said("LogL light"),
    32845: said("LogLuv light"),
    34892: said("a sensor's own values"),
}
_MOST_PAGES = 32  # looked at for one that is no thumbnail
_SEGMENT = 16 * 1024 * 1024  # bytes hashed at a time
_BLOCK_VALUES = 1024 * 1024  # made bytes of at a time

Values = NDArray[Any]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class TiffPhoto:
    """``photo``: L, RGB, RGBA, CMYK or LAB, its profile in ``info``. ``turn``: the EXIF orientation that brings it
    upright. ``exif``: what the file says."""

    photo: Image.Image
    turn: int
    exif: ExifFacts


def open_rare_tiff(file: IO[bytes], path: Path, pixel_limit: int) -> TiffPhoto | None:
    """The photo in a TIFF of a kind that Pillow must not be trusted with; None for all that it reads right.

    Raises PhotoError: UNSUPPORTED, DAMAGED, TRUNCATED, TOO_LARGE or NO_MEMORY.
    """
    hush_pillow()
    photo = _by_pillow(file, path)
    if photo is not None and _main(photo.tag_v2) and pillow_is_right(photo.tag_v2):
        return None
    with as_photo_errors(path):
        if photo is not None:
            frame = _main_frame(photo)
            if frame is not None and pillow_is_right(photo.tag_v2):
                if frame == 0:
                    return None
                check_size(path, photo.size, photo.mode, pixel_limit)
                exif = facts_of(photo.getexif())
                photo.load()
                return TiffPhoto(photo, 1, exif)
        return _by_tifffile(file, path, pixel_limit)


def digest_rare_tiff(file: IO[bytes], path: Path) -> bytes | None:
    """32 bytes that stay the same while every page's size, kind and encoded pixels do; None where Pillow reads the
    file right. Raises PhotoError as :func:`open_rare_tiff`."""
    hush_pillow()
    photo = _by_pillow(file, path)
    if photo is not None and _main(photo.tag_v2) and pillow_is_right(photo.tag_v2):
        return None
    digest = hashlib.blake2b(digest_size=32)
    with as_photo_errors(path), _tifffile(file, path) as tiff:
        for page in tiff.pages:
            found: Any = page.keyframe.tags if page.keyframe is not None else {}
            head = (_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR, 256, 257, _COLORMAP, 317, _EXTRA)
            digest.update(repr([found[tag].value for tag in head if tag in found]).encode())
            for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
                file.seek(offset)
                while count > 0 and (part := file.read(min(count, _SEGMENT))):
                    digest.update(part)
                    count -= len(part)
    return digest.digest()


def _by_pillow(file: IO[bytes], path: Path) -> TiffImagePlugin.TiffImageFile | None:
    file.seek(0)
    with as_photo_errors(path):
        try:
            photo = Image.open(file, formats=["TIFF"])
        except (UnidentifiedImageError, Image.DecompressionBombError):
            return None
    assert isinstance(photo, TiffImagePlugin.TiffImageFile)
    return photo


def _main(tags: Mapping[int, Any]) -> bool:
    """Whether a page is a photo rather than the thumbnail or the mask of one."""
    return not (_number(tags, _SUBFILE, 0) & 5 or _number(tags, _OLD_SUBFILE, 1) == 2)


def _main_frame(photo: TiffImagePlugin.TiffImageFile) -> int | None:
    """Goes to the first page that is a photo, or back to the first page; None where the pages cannot be read."""
    for frame in range(_MOST_PAGES):
        try:
            photo.seek(frame)
        except EOFError:
            photo.seek(0)
            return None if photo.tag_v2.get(330) else 0
        except (OSError, SyntaxError, ValueError, struct.error):
            return None
        if _main(photo.tag_v2):
            return frame
    photo.seek(0)
    return 0


def pillow_is_right(tags: Mapping[int, Any]) -> bool:
    """Whether Pillow 11.3 and later read a page with these tags as what it is; found out by comparing."""
    bits, formats = set(_numbers(tags, _BITS, (1,))), set(_numbers(tags, _SAMPLE_FORMAT, (1,)))
    if len(bits) != 1 or len(formats) != 1:
        return False
    depth, form = bits.pop(), formats.pop()
    colours, samples = _number(tags, _PHOTOMETRIC, -1), _number(tags, _SAMPLES, 1)
    compression, extra = _number(tags, _COMPRESSION, _PLAIN), _numbers(tags, _EXTRA, ())
    if compression not in _PILLOW_UNPACKS:
        return False
    apart = _number(tags, _PLANAR, 1) == 2 and samples > 1
    if form == 3:
        little = getattr(tags, "prefix", b"II") == b"II"
        return (depth, colours, samples) == (32, _GREY, 1) and (little or compression == _PLAIN)
    if form != 1:
        return False
    if depth in (1, 2, 4):
        return samples == 1 and colours in (_WHITE_IS_ZERO, _GREY, _PALETTE) and not _dim_palette(tags)
    if depth == 16:
        if apart:
            packed = compression != _PLAIN and _TILE_WIDTH not in tags  # so libtiff takes it apart
            return packed and colours == _RGB and samples == 3
        return (colours, samples) in ((_GREY, 1), (_RGB, 3), (_RGB, 4)) or (
            (colours, samples) == (_CMYK, 4) and _number(tags, _INKS, 1) == 1
        )
    if depth != 8:
        return False
    if colours == _CMYK:
        return samples == 4 and _number(tags, _INKS, 1) == 1
    if colours == _YCBCR:
        plain = _numbers(tags, _SUBSAMPLING, (2, 2)) == (1, 1) and not apart
        return samples == 3 and (compression in _JPEGS or plain)
    if apart:
        return colours == _RGB and (samples == 3 or (samples == 4 and extra == (2,)))
    if colours == _PALETTE:
        return samples == 1 and not _dim_palette(tags)
    if colours in (_WHITE_IS_ZERO, _GREY):
        return samples == 1 or (samples == 2 and colours == _GREY and extra == (2,))
    return (colours == _RGB and samples >= 3) or (colours == _LAB and samples == 3)


def _dim_palette(tags: Mapping[int, Any]) -> bool:
    """A colour map in 0..255 where 0..65535 is meant: some programs write it, and libtiff's tools take it so."""
    if _number(tags, _PHOTOMETRIC, -1) != _PALETTE:
        return False
    colours = _numbers(tags, _COLORMAP, ())
    return not colours or 0 < max(colours) < 256


def _numbers(tags: Mapping[int, Any], tag: int, usual: tuple[int, ...]) -> tuple[int, ...]:
    value = tags.get(tag, usual)
    values = value if isinstance(value, tuple | list) else (value,)
    return tuple(one for one in values if isinstance(one, int))


def _number(tags: Mapping[int, Any], tag: int, usual: int) -> int:
    return (_numbers(tags, tag, (usual,)) or (usual,))[0]


# --- by tifffile --------------------------------------------------------------------------------------------


def _tifffile(file: IO[bytes], path: Path) -> TiffFile:
    import tifffile  # here, for most folders hold no such TIFF

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # it has much to say on damaged files
    file.seek(0)
    try:
        return tifffile.TiffFile(file)
    except tifffile.TiffFileError as error:
        raise damaged(path, str(error) or said("the head of the TIFF file makes no sense")) from error


def _by_tifffile(file: IO[bytes], path: Path, pixel_limit: int) -> TiffPhoto:
    with _tifffile(file, path) as tiff:
        page = _main_page(tiff)
        if page is None:
            raise damaged(path, said("no page of it can be read"))
        needed = _check(page, path, pixel_limit)
        with PURSE.take(needed, budget(pixel_limit)):
            photo = _photo(_values(page, path), page, path)
        tag = page.tags.get(_PROFILE)
        if tag is not None and isinstance(tag.value, bytes):
            photo.info["icc_profile"] = tag.value
        turn = page.tags.valueof(_ORIENTATION) or getattr(tiff.pages[0], "tags", page.tags).valueof(
            _ORIENTATION
        )
    exif = _facts(file)
    return TiffPhoto(photo, valid_orientation(turn), exif)


def _main_page(tiff: TiffFile) -> TiffPage | None:
    """The first page that is no thumbnail and no mask, then the largest page below another, then the first."""
    import tifffile

    first: TiffPage | None = None
    below: list[TiffPage] = []
    for number in range(_MOST_PAGES):
        try:
            page = tiff.pages[number]
        except IndexError:
            break
        if not isinstance(page, tifffile.TiffPage):
            continue
        first = first or page
        if _main_tifffile(page):
            return page
        offsets = page.subifds or ()
        for index in range(min(len(offsets), _MOST_PAGES)):
            sub = page.pages[index] if page.pages is not None else None
            if isinstance(sub, tifffile.TiffPage) and _main_tifffile(sub):
                below.append(sub)
    return max(below, key=lambda page: page.imagewidth * page.imagelength, default=first)


def _main_tifffile(page: TiffPage) -> bool:
    return not (int(page.subfiletype) & 5 or page.tags.valueof(_OLD_SUBFILE) == 2)


def _check(page: TiffPage, path: Path, pixel_limit: int) -> int:
    """The bytes that decoding takes. Raises PhotoError for what would be misread, or needs too much."""
    colours, samples = int(page.photometric or 0), page.samplesperpixel
    if colours in _NAMES:
        raise unsupported(path, said("a TIFF that holds {names}", names=_NAMES[colours]))
    if page.dtype is None or page.imagedepth > 1 or page.imagewidth < 1 or page.imagelength < 1:
        raise unsupported(
            path,
            said("a TIFF of a rare kind (numbers of {bitspersample} bits)", bitspersample=page.bitspersample),
        )
    least = {_WHITE_IS_ZERO: 1, _GREY: 1, _PALETTE: 1, _CMYK: 4}.get(colours, 3)
    known = colours in (_WHITE_IS_ZERO, _GREY, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB, _ICC_LAB)
    if not known or samples < least:
        raise unsupported(
            path, said("a TIFF of a rare kind (photometric interpretation {colours})", colours=colours)
        )
    if colours == _CMYK and (page.tags.valueof(_INKS) or 1) != 1:
        raise unsupported(path, said("a TIFF in inks other than cyan, magenta, yellow and black"))
    deep = np.dtype(page.dtype).itemsize
    return check_size(
        path, (page.imagewidth, page.imagelength), "L", pixel_limit, samples * (deep + deep // 2 + 1) + 4
    )


def _values(page: TiffPage, path: Path) -> Values:
    """Its samples: (height, width), (height, width, n), or (n, height, width) where planes lie apart."""
    import tifffile

    if int(page.compression) in _DEFLATES:
        _check_deflate(page, path)
    try:
        return page.asarray(maxworkers=1)
    except (NotImplementedError, ImportError) as error:
        raise _rare(error, page, path) from error
    except (tifffile.TiffFileError, struct.error, IndexError) as error:
        raise truncated(path, str(error) or said("its data end early")) from error
    except (ValueError, RuntimeError, zlib.error) as error:
        raise _refused(error, page, path) from error


def _check_deflate(page: TiffPage, path: Path) -> None:
    """That no strip unpacks to more than its pixels need: tifffile alone would unpack it whole."""
    sides = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, page.imagewidth)
    contig = page.samplesperpixel if int(page.planarconfig or 1) == 1 else 1
    most = sides[0] * sides[1] * contig * np.dtype(page.dtype).itemsize + 4096
    handle = page.parent.filehandle
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if count * 1032 <= most:  # Deflate packs no tighter
            continue
        handle.seek(offset)
        unpacker = zlib.decompressobj()
        unpacker.decompress(handle.read(count), most + 1)
        if unpacker.unconsumed_tail:
            raise damaged(path, said("a strip of it unpacks to more than its pixels"))


def _refused(error: Exception, page: TiffPage, path: Path) -> PhotoError:
    reason = str(error)
    known = ("imagecodecs", "not supported", "unsupported", "do not match", "COMPRESSION", "PREDICTOR")
    if any(word in reason for word in known):
        return _rare(error, page, path)
    return damaged(path, " ".join(reason.split()) or type(error).__name__)


def _rare(error: Exception, page: TiffPage, path: Path) -> PhotoError:
    how = getattr(page.compression, "name", str(page.compression))
    what = (
        f"{page.bitspersample} bits, {'packed with ' + how if page.compression != _PLAIN else 'not packed'}"
    )
    if find_spec("imagecodecs") is None:
        return PhotoError(
            ErrorKind.UNSUPPORTED,
            said(
                "{path} is a TIFF of a rare kind ({what}), whose decoder is not installed. Install it "
                "with pip install imagecodecs, or export the photo as JPEG or as a TIFF of 8 bits.",
                path=path,
                what=what,
            ),
        )
    return unsupported(
        path, said("a TIFF of a rare kind ({what}: {reason})", what=what, reason=" ".join(str(error).split()))
    )


def _facts(file: IO[bytes]) -> ExifFacts:
    exif = Image.Exif()
    try:
        file.seek(0)
        exif.load_from_fp(file)
        return facts_of(exif)
    except Exception:  # noqa: BLE001 - Pillow's EXIF reader raises nearly anything on crafted bytes
        return ExifFacts()


# --- from samples to pixels ---------------------------------------------------------------------------------


def _photo(values: Values, page: TiffPage, path: Path) -> Image.Image:
    """Samples of any depth as an 8-bit picture of a mode that the rest of the decoder knows."""
    colours, samples = int(page.photometric or 0), page.samplesperpixel
    if values.ndim == 2:
        values = values[..., None]
    elif int(page.planarconfig or 1) == 2:
        values = np.moveaxis(values, 0, -1)
    if values.ndim != 3 or values.shape[2] < 1:
        raise unsupported(path, said("a TIFF of a rare kind (more than a picture)"))
    if colours == _PALETTE:
        return Image.fromarray(_from_palette(values[..., 0], page, path))
    if colours in (_LAB, _ICC_LAB):
        return _lab(values, colours)
    plain = {_WHITE_IS_ZERO: 1, _GREY: 1, _CMYK: 4}.get(colours, 3)
    eight = to_bytes(values[..., :plain], page.bitspersample)
    if colours == _WHITE_IS_ZERO:
        eight = 255 - eight
    if colours == _YCBCR and int(page.compression) not in _JPEGS:
        eight = np.asarray(Image.frombytes("YCbCr", eight.shape[1::-1], eight.tobytes()).convert("RGB"))
    extra = [int(one) for one in page.extrasamples]
    alpha = extra[0] if extra else 0
    if samples > plain and alpha in (1, 2) and colours != _CMYK and values.shape[2] > plain:
        cover = to_bytes(values[..., plain : plain + 1], page.bitspersample)
        return _with_alpha(eight, cover, alpha == _ASSOCIATED)
    if eight.shape[2] == 1:
        return Image.fromarray(np.ascontiguousarray(eight[..., 0]))
    mode = "CMYK" if plain == 4 else "RGB"
    return Image.frombytes(mode, eight.shape[1::-1], np.ascontiguousarray(eight).tobytes())


def _with_alpha(colours: Bytes, cover: Bytes, multiplied: bool) -> Image.Image:
    if colours.shape[2] == 1:
        colours = np.repeat(colours, 3, axis=2)
    data = np.concatenate((colours, cover), axis=2)
    mode = "RGBa" if multiplied else "RGBA"
    photo = Image.frombytes(mode, data.shape[1::-1], data.tobytes())
    return photo.convert("RGBA") if multiplied else photo


def _from_palette(places: Values, page: TiffPage, path: Path) -> Bytes:
    colours = page.colormap
    if colours is None or (places.size and int(places.max()) >= colours.shape[1]):
        raise damaged(path, said("its colour map does not fit its pixels"))
    table = colours if int(colours.max()) < 256 else colours >> 8
    found: Bytes = table.astype(np.uint8).T[places]
    return found


def _lab(values: Values, colours: int) -> Image.Image:
    """L, a, b of 8 or 16 bits; a and b signed (CIELab) or about a middle (ICCLab)."""
    shift = 8 * (values.dtype.itemsize - 1)
    eight = (values[..., :3] >> shift).astype(np.uint8)
    if colours == _ICC_LAB:  # as CIELab, which is what Pillow unpacks
        eight[..., 1:] ^= 0x80
    return Image.frombytes("LAB", eight.shape[1::-1], np.ascontiguousarray(eight).tobytes())


def to_bytes(values: Values, bits: int) -> Bytes:
    """Samples (height, width, n) as 0..255.

    Unsigned ones of up to 16 bits by their depth; floats up to about 1 as light with 1.0 for white (brighter is cut
    off, as viewers do); others by the range that they seem to be meant in: 0..255, 0..65535 or all that their type
    holds. What goes below zero (measurements rather than photos) is stretched between its least and greatest value.
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * 255
    if values.dtype == np.uint8 and bits == 8:
        return values.astype(np.uint8, copy=False)
    found = np.empty(values.shape, np.uint8)
    if np.issubdtype(values.dtype, np.unsignedinteger) and bits <= 16:
        for rows in _blocks(values):
            part = values[rows]
            found[rows] = part >> (bits - 8) if bits >= 8 else part.astype(np.uint16) * 255 // (2**bits - 1)
        return found
    low, high = _range(values)
    for rows in _blocks(values):
        numbers = _finite(values[rows])
        numbers -= low
        numbers *= 255.0 / max(high - low, 1e-12)
        found[rows] = np.clip(np.rint(numbers), 0, 255)
    return found


def _range(values: Values) -> tuple[float, float]:
    """What is black and what is white."""
    parts = [
        _finite(values[rows]) for rows in _blocks(values, 16)
    ]  # every 16th block, so that memory stays flat
    low = float(min(_finite(values[rows]).min(initial=0) for rows in _blocks(values)))
    high = float(max(_finite(values[rows]).max(initial=0) for rows in _blocks(values)))
    if np.issubdtype(values.dtype, np.integer):
        kind = np.iinfo(values.dtype)
        if values.dtype == np.int8 and low < 0:
            return -128.0, 127.0
        if low < 0:
            return low, high
        return 0.0, next((float(top) for top in (255, min(65535, kind.max)) if high <= top), float(kind.max))
    if low < -0.5:
        return low, high
    usual = float(np.percentile(np.concatenate([part.ravel()[::7] for part in parts]), 95)) if parts else 1.0
    return 0.0, next((top for top in (1.0, 255.0, 65535.0) if usual <= 1.5 * top), high)


def _finite(values: Values) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        numbers = values.astype(np.float32)
    return np.nan_to_num(numbers, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def _blocks(values: Values, step: int = 1) -> Iterator[slice]:
    rows = max(1, _BLOCK_VALUES // max(1, values.shape[1] * values.shape[2]))
    return (slice(top, top + rows) for top in range(0, values.shape[0], rows * step))
