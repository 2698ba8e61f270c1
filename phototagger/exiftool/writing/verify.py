"""Proving that a written copy is the photo it was made of, plus the planned words and nothing else.

Containers are compared byte for byte outside the blocks that hold XMP and IPTC: JPEG segments and everything
from the first scan to the end of the file, PNG and WebP chunks, GIF blocks, PSD sections, TIFF strips and tiles,
the items of HEIC and AVIF. No pixel is decoded. For what is rewritten (HEIC, AVIF, DNG) exiftool's
ImageDataHash or the caller's digest has to agree as well.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from phototagger.diagnostics.log import where_more
from phototagger.domain.errors import WriteError
from phototagger.domain.facets.books import IPTC_CHARSET
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import joined, said
from phototagger.domain.writing import FieldChange
from phototagger.exiftool.containers.heif import heif_parts
from phototagger.exiftool.containers.parts import (
    Part,
    differing,
    gif_faults,
    gif_parts,
    jpeg_parts,
    jpeg_segments,
    png_parts,
    png_wrong_sums,
    psd_parts,
    tiff_parts,
    webp_faults,
    webp_parts,
)
from phototagger.exiftool.containers.stretches import Data, FileBytes, find
from phototagger.plan.fields.fields import EXIF_WRITTEN, IPTC_VERSIONS, IPTC_WRITTEN, PhotoFields, as_utf8
from phototagger.plan.fields.regions import STRUCTURES

_PNG_TYPES = frozenset({"PNG", "APNG"})
_HEIF_TYPES = frozenset({"HEIC", "HEIF", "HEICS", "AVIF"})
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
# Compared part by part, and those laid out in parts that exiftool leaves as they are.
BYTEWISE_TYPES = frozenset(
    {"JPEG", "MPO", "PNG", "APNG", "WEBP", "GIF", "TIFF", "PSD", "HEIC", "HEIF", "HEICS", "AVIF"}
)
CHUNKED_TYPES = frozenset({"JPEG", "MPO", "PNG", "APNG", "WEBP", "GIF"})

# Changes that any write brings: the writing program's name, digests, and where things lie in the file.
_ALWAYS_MOVES = frozenset(
    {
        "XMP-x:XMPToolkit",
        "XMP-xmpNote:HasExtendedXMP",
        "Photoshop:IPTCDigest",
        "File:CurrentIPTCDigest",
        "File:FileType",
        "GIF:GIFVersion",  # 89a from the first XMP on
    }
)
# What RIFF says of a WebP is compared with its parts; of a plain one exiftool says it twice once there is XMP.
_MOVING_GROUPS = ("System:", "ExifTool:", "Composite:", "RIFF:")
_MOVING_WORDS = (
    "Offset",
    "ImageStart",
    "Start",
    "ImageDataHash",
    "MediaData",  # of HEIC, whose items are compared
    "IPTC-NAA",
    "ApplicationNotes",
)


# What is looked at in the blocks that a write rewrites, which cannot be compared.
_FAULTS = {"WEBP": webp_faults, "GIF": gif_faults} | dict.fromkeys(_PNG_TYPES, png_wrong_sums)


def same_photo(
    source: Path, copy: Path, file_type: str, *, xmp: bool, iptc: bool, exif: bool = False
) -> None:
    """Raises WriteError unless both files are equal outside XMP, IPTC and EXIF, each where it may change."""
    try:
        with source.open("rb") as one, copy.open("rb") as other:
            before, after = FileBytes(one), FileBytes(other)
            difference = differing(
                _parts(before, file_type, xmp=xmp, iptc=iptc, exif=exif),
                _parts(after, file_type, xmp=xmp, iptc=iptc, exif=exif),
            )
            difference = difference or _new_fault(before, after, file_type)
    except (struct.error, IndexError, ValueError) as error:
        raise WriteError(
            ErrorKind.WRITE_REFUSED,
            said(
                "{source} is damaged or unusual ({reason}), so a write could not be proved harmless. "
                "Nothing was changed. Save it again with the program that made it.",
                source=source,
                reason=error,
            ),
        ) from error
    if difference:
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            joined(
                (
                    said(
                        "Writing {source} would have changed more than its keywords ({difference}). Nothing was "
                        "changed. Please report this file's format.",
                        source=source,
                        difference=difference,
                    ),
                    where_more(),
                )
            ),
        )


def _parts(data: Data, file_type: str, *, xmp: bool, iptc: bool, exif: bool) -> list[Part]:
    parts = _all_parts(data, file_type, xmp=xmp, iptc=iptc, exif=exif)
    return [part for part in parts if not _is_exif(part)] if exif else parts


def _new_fault(before: Data, after: Data, file_type: str) -> str:
    """What is wrong with the copy's own frame, and not just so with the original's; empty: nothing."""
    look = _FAULTS.get(file_type)
    if look is None:
        return ""
    known = look(before)
    return next((f"fault in {name}" for name, content in look(after) if (name, content) not in known), "")


def _is_exif(part: Part) -> bool:
    name, content = part
    return name in ("PNG chunk eXIf", "WebP chunk EXIF", "HEIF item Exif") or (
        name == "JPEG segment E1" and isinstance(content, bytes) and content.startswith(b"Exif\0\0")
    )


def _all_parts(data: Data, file_type: str, *, xmp: bool, iptc: bool, exif: bool) -> list[Part]:
    if file_type in ("JPEG", "MPO"):
        return jpeg_parts(data, xmp=xmp, iptc=iptc)
    if file_type in _PNG_TYPES:
        return png_parts(data)
    if file_type == "WEBP":
        return webp_parts(data, exif=exif)
    if file_type == "GIF":
        return gif_parts(data)
    if file_type in _HEIF_TYPES:
        return heif_parts(data)
    return psd_parts(data) if file_type == "PSD" else tiff_parts(data, exif=exif)


def check_complete(path: Path) -> None:
    """Raises WriteError for a JPEG that ends before its pixels do: exiftool would write it without a word."""
    try:
        with path.open("rb") as file:
            data = FileBytes(file)
            if data[:2] != JPEG_START:
                return
            _, scan = jpeg_segments(data)
            # Nearly all end with their end; only what hangs on behind it makes us look for it.
            complete = (len(data) - 2 >= scan and data[-2:] == JPEG_END) or find(data, JPEG_END, scan) >= 0
    except (struct.error, IndexError, ValueError):
        complete = False
    if not complete:
        raise WriteError(
            ErrorKind.WRITE_REFUSED,
            said(
                "{path} is cut off: it ends before its pixels do. Nothing was changed. Restore it from a "
                "copy.",
                path=path,
            ),
        )


def planned_fields(source: Path, fields: PhotoFields, changes: Collection[FieldChange]) -> None:
    """Raises WriteError unless the copy written of ``source`` holds each planned field (in any order)."""
    for change in changes:
        found = fields.values.get(change.field, ())
        if sorted(found) != sorted(change.after):
            raise WriteError(
                ErrorKind.WRITE_FAILED,
                said(
                    "exiftool did not write {field} of {source} as planned (found {found}). Nothing was "
                    "changed.",
                    field=change.field,
                    source=source,
                    found=_short(found),
                ),
            )


def other_fields(
    source: Path,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changes: Collection[FieldChange],
    *,
    mend_iptc: bool,
    block_goes: bool = False,
) -> None:
    """Raises WriteError unless every field of ``source`` that was not planned is as it was.

    ``mend_iptc``: ``before`` was read as Latin-1 although it is UTF-8. ``block_goes``: the IPTC block was made by
    us, and is to go with our words as far as nothing else is in it.
    """
    planned = {change.field for change in changes}
    structures = {structure for name, (structure, _) in STRUCTURES.items() if name in planned}
    planned_parts = {part for name, (_, part) in STRUCTURES.items() if name in planned}
    block_comes = not IPTC_WRITTEN.isdisjoint(planned) and not any(
        name.startswith("IPTC:") for name in before
    )
    for name in sorted(before.keys() | after.keys()):
        plain = name.partition("#")[0]
        if plain in planned or plain in _ALWAYS_MOVES or plain.startswith(_MOVING_GROUPS):
            continue
        if not plain.startswith(("XMP", "IPTC")) and any(word in plain for word in _MOVING_WORDS):
            continue
        if (block_comes or block_goes) and plain in IPTC_VERSIONS:
            continue
        if plain == IPTC_CHARSET and name != plain:
            continue
        if plain == "File:ExifByteOrder" and name not in after and not EXIF_WRITTEN.isdisjoint(planned):
            continue  # a block goes with the last tag in it; others are missed by their own names
        old, new = before.get(name), after.get(name)
        if plain in structures:
            old, new = _without(old, planned_parts), _without(new, planned_parts)
        if mend_iptc and plain.startswith("IPTC:"):
            old = _mended(old)
        if _filled(old) != _filled(new):
            raise WriteError(
                ErrorKind.WRITE_FAILED,
                said(
                    "Writing {source} would have changed {name} from {old} to {get}. Nothing was changed.",
                    source=source,
                    name=name,
                    old=_short(old),
                    get=_short(after.get(name)),
                ),
            )


def _without(value: object, parts: Collection[str]) -> object:
    if not isinstance(value, Mapping):
        return value
    return {name: item for name, item in value.items() if name not in parts}


def _filled(value: object) -> object:
    """Without empty lists and structures inside, which exiftool drops and which say nothing."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if (kept := _filled(item))} or None
    if isinstance(value, list):
        return [kept for item in value if (kept := _filled(item))] or None
    return None if value == "" else value


def _mended(value: object) -> object:
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return as_utf8(value) if isinstance(value, str) else value


def _short(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
