"""Changed copies of photos, made by exiftool beside them: the only command by which it writes anything."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from phototagger.domain.errors import WriteError
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import said
from phototagger.domain.writing import WritePlan
from phototagger.exiftool.containers.parts import psd_without_resources, webp_flags_to_mend
from phototagger.exiftool.containers.stretches import FileBytes
from phototagger.exiftool.process.pool import (
    Argument,
    ExifTool,
    ExifToolEndedError,
    Why,
)
from phototagger.exiftool.reading.fields import read_everything, read_one
from phototagger.exiftool.reading.plain_sidecar import as_plain_utf8, has_mark
from phototagger.exiftool.writing import files
from phototagger.exiftool.writing.checks import check_space, output_name
from phototagger.exiftool.writing.steps import Step
from phototagger.exiftool.writing.touched import block_goes, sets_utf8, touches_iptc
from phototagger.plan.fields.fields import (
    EXIF_WRITTEN,
    IPTC_VERSIONS,
    IptcText,
    PhotoFields,
)
from phototagger.plan.formats import SIDECAR_TYPE
from phototagger.plan.keyword_plan import arguments

# Encodings whose bytes are UTF-8 already, so that new words may be UTF-8 too.
_UTF8_BYTES = frozenset({IptcText.UTF8, IptcText.ASCII, IptcText.UTF8_UNDECLARED})
# Tags that exiftool adds to an EXIF block it makes; first those whose value is a whole number.
_EXIF_BASE = ("IFD0:YCbCrPositioning", "IFD0:ResolutionUnit", "IFD0:XResolution", "IFD0:YResolution")


def recoded(
    tool: ExifTool,
    before: PhotoFields,
    plan: WritePlan,
    stack: ExitStack,
    on_step: Callable[[Step, Path], None],
) -> Path:
    """The file to start from: the original, or a copy whose old IPTC text was made declared UTF-8, or that of a
    sidecar without its byte-order mark.

    It must be a command of its own: together with the new words exiftool would garble the old ones.
    """
    if before.file_type == SIDECAR_TYPE and has_mark(before.path):
        text = as_plain_utf8(before.path.read_bytes())
        if text is not None:
            copy = stack.enter_context(_temporary(before))
            copy.write_bytes(text)
            return copy
    if not sets_utf8(plan):
        return before.path
    if before.iptc_text is IptcText.LATIN1:
        args = ["-tagsfromfile", "@", "-iptc:all", "-codedcharacterset=UTF8"]
    elif before.iptc_text is IptcText.UTF8_UNDECLARED:
        args = ["-codedcharacterset=UTF8"]
    else:
        return before.path
    copy = stack.enter_context(_temporary(before))
    run(tool, ["-m", "-charset", "filename=UTF8", *args], before.path, copy)
    on_step(Step.RECODED, copy)
    return copy


def changed(
    tool: ExifTool, plan: WritePlan, before: PhotoFields, source: Path, stack: ExitStack
) -> tuple[Path, PhotoFields]:
    """A copy with the planned changes, and what it holds."""
    utf8 = sets_utf8(plan) or before.iptc_text in _UTF8_BYTES
    digest = ["-IPTCDigest=new"] if touches_iptc(plan) and _digest_matches(before) else []
    versions = _versions_kept(plan, before)
    kept = [*_deleted_or_set(versions), *_exif_kept(tool, plan, before), *digest]
    args = [*arguments(plan.changes, iptc_utf8=utf8), *kept]
    copy = stack.enter_context(_temporary(before))
    try:
        run(tool, args, source, copy)
    except WriteError:
        # exiftool cannot take the last image resource out of a PSD.
        if before.file_type != "PSD" or any(change.after for change in plan.changes):
            raise
        _empty_psd(source, copy)
    if before.file_type == "WEBP":
        _mend_webp(source, copy)
    after = read_one(tool, copy)
    if any(after.raw.get(name, "") != version for name, version in versions.items()):
        # What exiftool adds to a block that it writes into.
        args = [*_deleted_or_set(versions), *digest]
        copy, after = _once_more(tool, before, copy, args, stack)
    if digest and "Photoshop:IPTCDigest" in after.raw and not _digest_matches(after):
        # Of a TIFF, older exiftools take the digest before the new IPTC is in place. Of nothing there is none.
        args = digest if after.iptc_text is not IptcText.NONE else ["-Photoshop:IPTCDigest="]
        copy, after = _once_more(tool, before, copy, args, stack)
    return copy, after


def _once_more(
    tool: ExifTool, before: PhotoFields, source: Path, args: Sequence[str], stack: ExitStack
) -> tuple[Path, PhotoFields]:
    """A copy of the copy with further changes, and what it holds."""
    copy = stack.enter_context(_temporary(before))
    run(tool, ["-m", "-charset", "filename=UTF8", *args], source, copy)
    return copy, read_one(tool, copy)


def _temporary(fields: PhotoFields) -> AbstractContextManager[Path]:
    """exiftool follows the copy's suffix, except that versions before 12.62 refuse to make a .webp."""
    suffix = "" if fields.file_type == "WEBP" else fields.path.suffix
    return files.temporary_beside(fields.path, suffix)


def run(tool: ExifTool, args: Sequence[Argument], source: Path, copy: Path) -> None:
    """exiftool makes ``copy`` of ``source`` with ``args``. Raises WriteError."""
    command = [*args, "-o", output_name(copy), source]
    sizes = [2 * source.stat().st_size]
    try:
        try:
            reply = tool.execute(command, sizes=sizes)
        except ExifToolEndedError as ended:
            if ended.why is not Why.DIED:
                raise
            copy.unlink(missing_ok=True)  # somebody may have ended it, the system for its memory
            reply = tool.execute(command, sizes=sizes)
    except ExifToolEndedError as ended:
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said("{source} was not written: {ended} Nothing was changed.", source=source, ended=ended),
        ) from ended
    if reply.status != 0 or b"1 image files created" not in reply.stdout or not copy.is_file():
        check_space(source, source.stat().st_size)  # the likeliest reason, which exiftool does not say
        words = reply.stderr.partition("\n")[0].partition(" - ")[0] or said("no reason given")
        words = words.removeprefix("Error: ").removeprefix("Warning: ")
        raise WriteError(
            ErrorKind.WRITE_FAILED,
            said(
                "exiftool could not write {source} ({words}). Nothing was changed.",
                source=source,
                words=words,
            ),
        )


def _versions_kept(plan: WritePlan, before: PhotoFields) -> dict[str, str]:
    """The version numbers of an IPTC block as they were, empty for none: exiftool adds those that are missing, and
    takes a block away that has nothing else left. One of our making goes with what we wrote into it."""
    if not touches_iptc(plan) or before.iptc_text is IptcText.NONE or block_goes(plan):
        return {}
    return {name: str(before.raw.get(name, "")) for name in IPTC_VERSIONS}


def _deleted_or_set(values: dict[str, str]) -> list[str]:
    return [f"-{name}={value}" for name, value in values.items()]


def _exif_kept(tool: ExifTool, plan: WritePlan, before: PhotoFields) -> list[str]:
    """One of the tags without which exiftool makes no EXIF block, as it is: where nothing but those is left, it
    takes them away."""
    if not any(change.field in EXIF_WRITTEN and not change.after for change in plan.changes):
        return []
    held = read_everything(tool, before.path)
    name = next((name for name in _EXIF_BASE if name in held), None)
    return [f"-{name}#={held[name]}"] if name else []


def _digest_matches(fields: PhotoFields) -> bool:
    digest = fields.raw.get("Photoshop:IPTCDigest")
    return digest is not None and digest == fields.raw.get("File:CurrentIPTCDigest")


def _mend_webp(source: Path, copy: Path) -> None:
    """Marks a see-through picture as such in a header that exiftool made without that; nothing else."""
    with source.open("rb") as one, copy.open("r+b") as other:
        try:
            mend = webp_flags_to_mend(FileBytes(one), FileBytes(other))
        except (struct.error, IndexError, ValueError):
            return  # which the comparison tells
        if mend is not None:
            place, flags = mend
            other.seek(place)
            other.write(bytes([flags]))


def _empty_psd(source: Path, copy: Path) -> None:
    """A copy without any image resource; comparing it tells whether one was there that must not go."""
    with source.open("rb") as one, copy.open("wb") as other:
        head, rest = psd_without_resources(FileBytes(one))
        other.write(head)
        for block in rest.blocks():
            other.write(block)
