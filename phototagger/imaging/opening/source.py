"""Opening a photo file, and one sentence for each thing that can be wrong with it."""

from __future__ import annotations

import errno
import io
import logging
import re
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pi_heif import open_heif, register_heif_opener

# The plugins are imported by name so that each decoder process loads these eleven and not Pillow's forty.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from phototagger.domain.errors import PhotoError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.imaging.opening.budget import check_size
from phototagger.imaging.opening.kinds import PILLOW_FORMATS, READABLE, sniff
from phototagger.imaging.opening.scans import costly_scans

__all__ = [
    "as_photo_errors",
    "bytes_each",
    "damaged",
    "file_error",
    "halvings",
    "hush_pillow",
    "open_photo",
    "opened_file",
    "raise_pixel_ceiling",
    "rare_jpeg",
    "truncated",
    "unsupported",
]

_PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

# What is changed in Pillow for the whole process: HEIF gets its opener (embedded thumbnails, depth maps
# and the like are not read: we want the photo), Pillow's own pixel limit is lifted to ours, below, and its limit on
# text in a PNG to what editors write there: XMP with a long history has more than a megabyte.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
PngImagePlugin.MAX_TEXT_CHUNK = 32 * 1024 * 1024
logging.getLogger("PIL").setLevel(logging.CRITICAL)  # what it logs names no file; what it raises is reported

_READ_WHOLE = 64 * 1024 * 1024  # larger files are read piece by piece by the decoder itself
_QUIET = ("ignore", None, Warning, re.compile(r"(PIL|pi_heif)\b"), 0)
_lock = threading.Lock()


def raise_pixel_ceiling(pixels: int) -> None:
    """Lets Pillow open photos of up to ``pixels``; it would refuse above 179 million.

    Never lowered: the exact limit is checked by the decoder, from the header. Pillow's stays as the net for
    sizes that only come to light later (frames of a GIF, tiles of a TIFF). It refuses at twice this value.
    """
    with _lock:
        if Image.MAX_IMAGE_PIXELS is not None:
            Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS, pixels // 2 + 1)


def hush_pillow() -> None:
    """Has Pillow's warnings (of damaged metadata, mostly) ignored, under ``-W error`` too.

    ``catch_warnings`` is no choice: it is not safe with several threads. So the filter stays; it is only ever
    put back when something (pytest, say) has replaced the list of filters.
    """
    if _QUIET not in warnings.filters:
        with _lock:
            warnings.filterwarnings("ignore", category=Warning, module=_QUIET[3].pattern)


@contextmanager
def opened_file(path: Path) -> Iterator[IO[bytes]]:
    """The file, in memory unless it is large. Raises PhotoError: GONE, UNREADABLE, EMPTY or NO_MEMORY."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a named pipe would keep us waiting for ever
            raise PhotoError(
                ErrorKind.UNREADABLE, said("{path} is not a regular file. It is left alone.", path=path)
            )
        if status.st_size == 0:
            raise PhotoError(
                ErrorKind.EMPTY,
                said("{path} is empty (0 bytes). Copy it again from the camera or a backup.", path=path),
            )
        with path.open("rb") as file:
            yield io.BytesIO(file.read()) if status.st_size <= _READ_WHOLE else file
    except OSError as error:
        raise file_error(path, error) from error
    except MemoryError as error:
        raise _no_memory(path) from error


def file_error(path: Path, error: OSError) -> PhotoError:
    """GONE or UNREADABLE for what the system said when a file was opened or read."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return PhotoError(
            ErrorKind.GONE, said("{path} is no longer there. Scan the folder again.", path=path)
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return PhotoError(
            ErrorKind.UNREADABLE, said("{path} may not be read. Change its permissions.", path=path)
        )
    reason = error.strerror or str(error)
    return PhotoError(
        ErrorKind.UNREADABLE,
        said(
            "{path} cannot be read ({reason}). Check the disk or the network, then try again.",
            path=path,
            reason=reason,
        ),
    )


def _no_memory(path: Path) -> PhotoError:
    return PhotoError(
        ErrorKind.NO_MEMORY,
        said("There is not enough memory to decode {path}. Close other programs, then try again.", path=path),
    )


def open_photo(file: IO[bytes], path: Path, pixel_limit: int, longest_side: int | None = None) -> Image.Image:
    """The photo with its header read and no pixel decoded; by content, whatever its name says. ``longest_side``:
    what it will be reduced to.

    Raises PhotoError: NOT_A_PHOTO, UNSUPPORTED, TOO_LARGE, TIMED_OUT (it would take hours), and what
    :func:`as_photo_errors` raises.
    """
    hush_pillow()
    file.seek(0)
    head = file.read(32)
    with as_photo_errors(path):
        try:
            photo = Image.open(file, formats=PILLOW_FORMATS)
        except UnidentifiedImageError as error:
            raise _unidentified(path, file, head) from error
        if isinstance(photo, PsdImagePlugin.PsdImageFile):
            _check_merged(photo, path)
        if photo.format in ("JPEG", "MPO") and (scans := costly_scans(file, photo.size)):
            raise PhotoError(
                ErrorKind.TIMED_OUT,
                said(
                    "{path} is a JPEG of {scans} scans, as no camera or program makes it: decoding it would "
                    "take too long. It is left as it is. Restore it from the camera or a backup.",
                    path=path,
                    scans=scans,
                ),
            )
        length = file.seek(0, io.SEEK_END)
        each = bytes_each(photo, longest_side)
        check_size(path, photo.size, photo.mode, pixel_limit, each, photo.format or "", length)
    return photo


def bytes_each(photo: Image.Image, longest_side: int | None) -> int:
    """Bytes of memory for each pixel of an open photo, where its format and mode alone do not tell; else 0."""
    if isinstance(photo, JpegImagePlugin.JpegImageFile):
        small = longest_side is not None and max(photo.size) >= 8 * longest_side
        return (1 if small else 4) + (_coefficients(photo) if photo.info.get("progressive") else 0)
    if isinstance(photo, Jpeg2KImagePlugin.Jpeg2KImageFile) and longest_side is not None:
        return 1 + (_JPEG_2000_BYTES >> 2 * halvings(photo.size, longest_side))
    return 0


_JPEG_2000_BYTES = 20


def _coefficients(photo: JpegImagePlugin.JpegImageFile) -> int:
    """Bytes a pixel: libjpeg keeps those of a progressive JPEG, two each, at whatever scale it decodes."""
    samplings = [(layer[1], layer[2]) for layer in photo.layer] or [(1, 1)]
    most = max(across for across, _ in samplings) * max(down for _, down in samplings)
    return -(-2 * sum(across * down for across, down in samplings) // max(most, 1))


def halvings(size: tuple[int, int], longest_side: int) -> int:
    """How often a JPEG 2000 may be halved while it is decoded; five are what nearly all allow."""
    count = 0
    while count < 5 and max(size) >> (count + 1) >= longest_side:
        count += 1
    return count


def _check_merged(photo: PsdImagePlugin.PsdImageFile, path: Path) -> None:
    """Whether a Photoshop file holds its layers merged as well (resource 1057), in colours that are read here; its
    EXIF (resource 1058) is put where other formats have it."""
    resources: dict[int, bytes] = {number: data for number, _, data in photo.resources}
    if resources.get(1057, b"")[4:5] == b"\0":
        raise unsupported(path, said("a Photoshop file saved without 'Maximize compatibility', layers only"))
    if photo.mode == "LAB":
        raise unsupported(path, said("a Photoshop file in Lab colours"))
    if 1058 in resources:
        photo.info["exif"] = b"Exif\0\0" + resources[1058]


def _unidentified(path: Path, file: IO[bytes], head: bytes) -> PhotoError:
    name = sniff(head)
    if name is None:
        return PhotoError(
            ErrorKind.NOT_A_PHOTO,
            said(
                "{path} is not a photo, whatever its name says. Open it with the program that made it, or "
                "remove it.",
                path=path,
            ),
        )
    if name not in READABLE:
        return unsupported(path, said("a {name} file", name=name))
    if name == "Photoshop":
        return unsupported(path, said("a Photoshop file of a rare kind (of more than 8 bits, say)"))
    if name == "HEIF":
        return _heif_error(path, file)
    if name == "JPEG" and (kind := rare_jpeg(file)):
        return unsupported(path, kind)
    reason = _pillow_says(file, name)
    if _RARE.search(reason):
        return unsupported(path, said("a {name} file of a rare kind ({reason})", name=name, reason=reason))
    if _TEXT_BOMB.search(reason):
        return _too_much_text(path)
    if _CUT_SHORT.search(reason):
        return truncated(path, reason)
    return damaged(path, reason or said("the head of the {name} file makes no sense", name=name))


_PILLOW_NAMES = {"WebP": "WEBP", "JPEG 2000": "JPEG2000"}
_RARE = re.compile(
    r"unsupported|not supported|cannot handle|not implemented|unknown (raw )?mode", re.IGNORECASE
)
_TEXT_BOMB = re.compile(r"MAX_TEXT_CHUNK|text chunks?|Decompressed data too large", re.IGNORECASE)


def _pillow_says(file: IO[bytes], name: str) -> str:
    """Why the opener of that format does not take the file, in one line; empty where it gives no reason."""
    maker = Image.OPEN.get(_PILLOW_NAMES.get(name, name))
    if maker is None:
        return ""
    file.seek(0)
    try:
        maker[0](file, "")
    except Exception as error:  # noqa: BLE001 - the boundary to Pillow: whatever it raises is the reason
        return " ".join(str(error).split())
    return ""


_JPEG_KINDS = {
    0xC3: said("a lossless JPEG"),
    **dict.fromkeys((0xC5, 0xC6, 0xC7), said("a hierarchical JPEG")),
    0xCB: said("a lossless JPEG"),
    **dict.fromkeys((0xCD, 0xCE, 0xCF), said("a hierarchical JPEG")),
    0xF7: said("a JPEG-LS file"),
}
_ARITHMETIC = (0xC9, 0xCA)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}  # ITU-T T.81, table B.1, and T.87


def rare_jpeg(file: IO[bytes]) -> str:
    """What a JPEG is by its frame header, where few programs decode that; empty for the usual ones."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker == 0xFF:  # fill bytes
            file.seek(-3, io.SEEK_CUR)
        elif marker in _FRAMES:
            depth = file.read(1)
            if marker in _JPEG_KINDS:
                return _JPEG_KINDS[marker]
            if depth and depth[0] != 8:
                return said("a JPEG of {depth} bits", depth=depth[0])
            return said("a JPEG with arithmetic coding") if marker in _ARITHMETIC else ""
        elif marker == 0xDA or length < 2:
            return ""
        else:
            file.seek(length - 2, io.SEEK_CUR)
    return ""


def _too_much_text(path: Path) -> PhotoError:
    return PhotoError(
        ErrorKind.TOO_LARGE,
        said(
            "{path} holds more text than a photo has, packed to fill the memory. Save it again with "
            "another program, or remove it.",
            path=path,
        ),
    )


def _heif_error(path: Path, file: IO[bytes]) -> PhotoError:
    """Asks libheif once more for its reason, which Pillow swallows: often a codec that few programs have."""
    file.seek(0)
    try:
        open_heif(file)
    except Exception as error:  # noqa: BLE001 - the boundary to libheif: whatever it raises is the reason
        reason = " ".join(str(error).split()) or type(error).__name__
    else:
        return unsupported(path, said("a HEIF file of a rare kind"))
    if "nsupported" in reason or "ecurity limit" in reason:
        return unsupported(path, said("a HEIF file of a rare kind ({reason})", reason=reason))
    return truncated(path, reason) if _CUT_SHORT.search(reason) else damaged(path, reason)


def unsupported(path: Path, what: str) -> PhotoError:
    return PhotoError(
        ErrorKind.UNSUPPORTED,
        said(
            "{path} is {what}, which cannot be decoded here. Export it as JPEG or TIFF.", path=path, what=what
        ),
    )


def damaged(path: Path, reason: str) -> PhotoError:
    return PhotoError(
        ErrorKind.DAMAGED,
        said(
            "{path} is damaged and cannot be decoded ({reason}). Restore it from the camera or a backup.",
            path=path,
            reason=reason,
        ),
    )


def truncated(path: Path, reason: str) -> PhotoError:
    return PhotoError(
        ErrorKind.TRUNCATED,
        said(
            "{path} ends before its pixels do ({reason}). Copy it again from the camera or a backup.",
            path=path,
            reason=reason,
        ),
    )


_CUT_SHORT = re.compile(r"truncat|end of (file|data)|unexpected eof|incomplete|premature", re.IGNORECASE)


@contextmanager
def as_photo_errors(path: Path) -> Iterator[None]:
    """Turns whatever a decoder raises on bad bytes into a PhotoError: TRUNCATED, DAMAGED, TOO_LARGE,
    NO_MEMORY, GONE or UNREADABLE."""
    try:
        yield
    except PhotoError:
        raise
    except MemoryError as error:
        raise _no_memory(path) from error
    except Image.DecompressionBombError as error:
        raise PhotoError(
            ErrorKind.TOO_LARGE,
            said(
                "{path} claims more pixels than the pixel limit allows. If it is a real photo, raise the "
                "limit in the settings.",
                path=path,
            ),
        ) from error
    except Exception as error:  # the boundary to Pillow: on crafted bytes its plugins raise nearly anything
        if isinstance(error, OSError) and error.errno is not None:
            raise file_error(path, error) from error
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, EOFError) or _CUT_SHORT.search(reason):
            raise truncated(path, reason) from error
        if _TEXT_BOMB.search(reason):
            raise _too_much_text(path) from error
        if _RARE.search(reason) or "ecurity limit" in reason:
            raise unsupported(path, said("a photo of a rare kind ({reason})", reason=reason)) from error
        raise damaged(path, reason) from error
