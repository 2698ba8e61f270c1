"""The whole proof of a copy, by everything that exiftool and a comparison of bytes can say (``verify``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.process.pool import (
    ExifTool,
)
from phototagger.exiftool.reading.fields import read_everything
from phototagger.exiftool.writing import verify
from phototagger.exiftool.writing.touched import block_goes, sets_utf8, touches_exif, touches_iptc
from phototagger.plan.fields.fields import (
    IptcText,
    PhotoFields,
)
from phototagger.plan.formats import HEIF_TYPES, SIDECAR_TYPE


def prove(
    tool: ExifTool,
    plan: WritePlan,
    before: PhotoFields,
    after: PhotoFields,
    *,
    digest: Callable[[Path], bytes] | None,
    can_hash: bool,
) -> None:
    """Proves the copy: the planned fields as planned, all others and the pixels as they were. Raises WriteError.

    ``digest``: of the pixels, where exiftool has no hash of them (``can_hash``).
    """
    source, copy = before.path, after.path
    new = set(after.warnings) - set(before.warnings)
    if before.iptc_text is IptcText.NONE:  # Photoshop leaves digests of no block, which we do not touch
        new = {warning for warning in new if "IPTCDigest is not current" not in warning}
    if new or after.file_type != before.file_type:
        what = next(iter(new), said("it became {file_type}", file_type=after.file_type))
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said(
                "The written copy of {source} is not right ({what}). Nothing was changed.",
                source=source,
                what=what,
            ),
        )
    verify.planned_fields(source, after, plan.changes)
    mend = before.iptc_text is IptcText.UTF8_UNDECLARED and sets_utf8(plan)
    goes = block_goes(plan)
    verify.other_fields(source, before.raw, after.raw, plan.changes, mend_iptc=mend, block_goes=goes)
    if before.file_type in verify.BYTEWISE_TYPES:
        xmp = any(change.field.startswith("XMP") for change in plan.changes)
        exif = touches_exif(plan)
        verify.same_photo(source, copy, before.file_type, xmp=xmp, iptc=touches_iptc(plan), exif=exif)
    if before.file_type not in verify.CHUNKED_TYPES or touches_exif(plan):
        _compare_everything(tool, plan, before, copy, mend=mend, digest=digest, can_hash=can_hash)


def _compare_everything(
    tool: ExifTool,
    plan: WritePlan,
    before: PhotoFields,
    copy: Path,
    *,
    mend: bool,
    digest: Callable[[Path], bytes] | None,
    can_hash: bool,
) -> None:
    """For containers that exiftool rewrites: every field it knows, and the pixels."""
    hashes = before.file_type not in (verify.BYTEWISE_TYPES - HEIF_TYPES | {SIDECAR_TYPE})
    source, can_hash = before.path, hashes and can_hash
    extra = ["-ImageDataHash"] if can_hash else []
    if touches_exif(plan):
        # Thumbnails and maker notes byte for byte, known to exiftool or not; but a TIFF's layers, which may be
        # hundreds of megabytes, are compared with its tags.
        extra += ["-b", "-u", "--IFD0:ImageSourceData"]
    old, new = (read_everything(tool, path, extra) for path in (source, copy))
    verify.other_fields(source, old, new, plan.changes, mend_iptc=mend, block_goes=block_goes(plan))
    if hashes:
        equal = _equal_hashes(old, new) if can_hash else None
        if equal is None and digest is not None:
            equal = digest(source) == digest(copy)
        if not equal:
            raise WriteError(
                ErrorKind.WRITE_FAILED,
                said(
                    "The pixels of {source} could not be proved unchanged by a write. Nothing was changed.",
                    source=source,
                ),
            )


def _equal_hashes(old: dict[str, Any], new: dict[str, Any]) -> bool | None:
    """Whether exiftool's hashes of the image data agree; None where it gave none."""
    before, after = old.get("File:ImageDataHash"), new.get("File:ImageDataHash")
    return before == after if before and after else None
