"""The only place that changes photo files: copy, change the copy, prove it harmless, swap it in.

No tool ever writes the original. exiftool makes the copy (``-o``), we compare it with the original, sync it,
and swap it in by ``os.replace``. A kill at any moment leaves the old file or the new one, and at most one
``.ptag-…`` temporary, which ``recover`` removes.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any

from phototagger.domain.errors import PhotoError, WriteError
from phototagger.domain.facets.books import CREATED_FIELDS, IPTC_CHARSET
from phototagger.domain.findings import FileFacts
from phototagger.domain.frames import PhotoVersion
from phototagger.domain.records import ErrorKind, Failure, FileSignature
from phototagger.domain.sentences import joined, said
from phototagger.domain.writing import FileFields, NamedFace, WritePlan
from phototagger.exiftool.containers.parts import psd_without_resources, webp_flags_to_mend
from phototagger.exiftool.containers.stretches import FileBytes
from phototagger.exiftool.planning.maker import PlanMaker, nothing_left
from phototagger.exiftool.process.locate import HASHES_IMAGE_DATA
from phototagger.exiftool.process.pool import (
    Argument,
    ExifTool,
    ExifToolEndedError,
    ExifToolPool,
    Why,
    end_orphans,
)
from phototagger.exiftool.reading.fields import read_everything, read_fields, read_one, refusal
from phototagger.exiftool.reading.names import read_names
from phototagger.exiftool.reading.plain_sidecar import as_plain_utf8, has_mark
from phototagger.exiftool.reading.whereabouts import read_facts
from phototagger.exiftool.writing import files, verify
from phototagger.exiftool.writing.checks import check_ready, check_space, output_name
from phototagger.exiftool.writing.in_place import put_in_place
from phototagger.files.sidecars import EMPTY_SIDECAR, SUFFIX, find_sidecars
from phototagger.plan.fields.fields import (
    EXIF_WRITTEN,
    IPTC_BLOCK,
    IPTC_VERSIONS,
    IPTC_WRITTEN,
    UTF8,
    IptcText,
    PhotoFields,
)
from phototagger.plan.fields.regions import REGION_LISTS
from phototagger.plan.formats import HEIF_TYPES, SIDECAR_TYPE
from phototagger.plan.keyword_plan import arguments
from phototagger.settings.declared import WriteSettings

SPARE_BYTES = 16 * 2**20  # stays free on the disk beside the copy
ATTEMPTS = 3  # when another program keeps changing the file under our hands
MANY = 20  # files from which on reading them is worth more than one exiftool
PROCESSES = 2  # exiftool processes; a third was no faster on two cores


class Step(StrEnum):
    """The moments of one write, for a log or a fault injected by a test: see ``ExifToolWriter.on_step``."""

    CHECKED = "checked"  # the original was read and may be written
    RECODED = "recoded"  # the copy with IPTC made UTF-8 exists (only where that is needed)
    COPIED = "copied"  # the changed copy exists
    VERIFIED = "verified"  # the copy was proved right
    DRESSED = "dressed"  # it has owner, mode, attributes and time of the original
    SYNCED = "synced"  # it is on the disk
    SWAPPED = "swapped"  # it has taken the original's place
    DONE = "done"  # so has the folder's entry


# Encodings whose bytes are UTF-8 already, so that new words may be UTF-8 too.
_UTF8_BYTES = frozenset({IptcText.UTF8, IptcText.ASCII, IptcText.UTF8_UNDECLARED})


# Tags that exiftool adds to an EXIF block it makes; first those whose value is a whole number.
_EXIF_BASE = ("IFD0:YCbCrPositioning", "IFD0:ResolutionUnit", "IFD0:XResolution", "IFD0:YResolution")


class _Moved(Exception):  # noqa: N818 - a signal to start over
    """The original changed between our reading and the swap."""


def _ignore(step: Step, path: Path) -> None:
    """The default for ``on_step``."""


class ExifToolWriter(PlanMaker):
    """The MetadataWriter port on real files, by exiftool. Thread-safe.

    ``pixel_digest`` proves pixels equal in formats that are not compared byte for byte (HEIC, AVIF) where
    exiftool has no ImageDataHash: equal digests, equal pixels. ``on_step`` is called after each step of a write
    with the path of the file that the step was about; what it raises ends the write like a fault there.
    """

    def __init__(
        self,
        settings: WriteSettings,
        *,
        pixel_digest: Callable[[Path], bytes] | None = None,
        fingerprint: Callable[[Path], bytes] | None = None,
        version_of: Callable[[Path], PhotoVersion] | None = None,
        pool: ExifToolPool | None = None,
        lock_folder: Path | None = None,
        spare_bytes: int = SPARE_BYTES,
    ) -> None:
        self._pool = pool or ExifToolPool(settings.exiftool, PROCESSES)
        super().__init__(settings, lambda: self._pool.found().number)
        self._digest = pixel_digest
        self._fingerprint = fingerprint
        self._version_of = version_of
        self._lock_folder = lock_folder
        self._spare = spare_bytes
        self.on_step: Callable[[Step, Path], None] = _ignore

    def version(self) -> str:
        """exiftool's version. Raises ExifToolError with the command that installs it."""
        return self._pool.found().version

    def program(self) -> str:
        """The exiftool in use, as it would be typed. Raises ExifToolError."""
        return " ".join(self._pool.found().command)

    def read(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        """The fields of each photo, its sidecars' words included; a PhotoError for one that cannot be read.

        Raises ExifToolError when exiftool itself fails.
        """
        if len(paths) < MANY:
            return self._read(paths)
        # A share for each exiftool; each process has its own.
        shares = [paths[start::PROCESSES] for start in range(PROCESSES)]
        with ThreadPoolExecutor(PROCESSES, thread_name_prefix="read") as threads:
            found = {
                path: fields for part in threads.map(self._read, shares) for path, fields in part.items()
            }
        return {path: found[path] for path in paths}

    def _read(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        with self._pool.lease() as tool:
            return dict(read_fields(tool, paths))

    def file_facts(self, paths: Sequence[Path]) -> dict[Path, FileFacts | PhotoError]:
        """When and where; see :func:`phototagger.exiftool.reading.whereabouts.read_facts`."""
        with self._pool.lease() as tool:
            return read_facts(tool, paths)

    def face_names(self, paths: Sequence[Path]) -> dict[Path, tuple[NamedFace, ...] | PhotoError]:
        """The names that other programs gave to faces; see ``names.read_names``."""
        with self._pool.lease() as tool:
            return read_names(tool, paths)

    def sidecars(self, path: Path) -> tuple[Path, ...]:
        """See the port."""
        return find_sidecars(path)

    def check(self, plan: WritePlan) -> Failure | None:
        """See the port."""
        target = _real_target(plan)
        try:
            check_ready(plan, target, self._spare)
        except WriteError as error:
            return error.failure
        except OSError as error:
            return _disk_fault(target, error).failure
        return plan.refused

    def write(self, plan: WritePlan) -> FileSignature | None:
        """Copies, changes the copy, proves it, swaps it in. Returns the signature of the written file, None where
        the plan was to remove a sidecar of our making.

        Nothing is written for an empty plan, or where the file already holds what is planned.

        Raises WriteError (the original is untouched): CHANGED where the fields no longer are as the plan found
        them, so read and plan again. Raises ExifToolError when exiftool itself fails (likewise untouched).
        """
        if plan.refused is not None:
            raise WriteError(plan.refused.kind, plan.refused.message)
        target = _real_target(plan)
        with files.locked(target, self._lock_folder):
            for _ in range(ATTEMPTS):
                try:
                    return self._write(plan, target)
                except _Moved:
                    continue
                except PhotoError as error:
                    raise WriteError(error.kind, error.message) from error
                except OSError as error:
                    raise _disk_fault(target, error) from error
        raise WriteError(
            ErrorKind.CHANGED,
            said(
                "{target} keeps being changed by another program. Nothing was changed. Try again later.",
                target=target,
            ),
        )

    def fingerprint(self, path: Path) -> bytes | None:
        """See the port; None without the function given, and for a file that cannot be read any more."""
        try:
            return self._fingerprint(path) if self._fingerprint else None
        except OSError:
            return None

    def version_of(self, path: Path) -> PhotoVersion | None:
        """See the port; None without the function given."""
        try:
            return self._version_of(path) if self._version_of else None
        except PhotoError:
            return None

    def recover(self, folders: Iterable[Path]) -> list[Path]:
        """Removes temporaries that a killed run of ours left in these folders; gives what it removed. Ends what is
        still making one first."""
        end_orphans()
        return files.remove_stale(folders)

    def close(self) -> None:
        """Ends the exiftool processes once their command in hand is done; idempotent."""
        self._pool.close()

    # --- one write ----------------------------------------------------------------------------------------

    def _create(self, plan: WritePlan, target: Path) -> FileSignature:
        """A new sidecar: made under another name, read back, and put in place unless somebody was quicker."""
        with self._pool.lease() as tool, ExitStack() as stack:
            empty = stack.enter_context(files.temporary_beside(target, SUFFIX))
            empty.write_text(EMPTY_SIDECAR, encoding="utf-8")
            copy = stack.enter_context(files.temporary_beside(target, SUFFIX))
            self._run(tool, arguments(plan.changes, iptc_utf8=False), empty, copy)
            self.on_step(Step.COPIED, copy)
            self._verify(tool, plan, read_one(tool, empty), read_one(tool, copy))
            self.on_step(Step.VERIFIED, copy)
            files.take_permissions(plan.path, copy)
            files.sync_file(copy)
            self.on_step(Step.SYNCED, copy)
            put_in_place(copy, target)
            self.on_step(Step.SWAPPED, target)
        files.sync_folder(target.parent)
        self.on_step(Step.DONE, target)
        return files.signature_of(target.stat())

    def _delete(self, plan: WritePlan, target: Path, status: os.stat_result) -> None:
        """Removes a sidecar of our making that holds nothing but what is being taken back."""
        identity = files.identity_of(target, status)
        if plan.target.is_symlink():
            raise WriteError(
                ErrorKind.CHANGED,
                said("{target} became a link meanwhile. Nothing was changed.", target=plan.target),
            )
        with self._pool.lease() as tool:
            fields = read_one(tool, target)
            self._needs_write(plan, fields)
            if not nothing_left(fields, plan.changes):
                raise WriteError(
                    ErrorKind.CHANGED,
                    said("{target} was changed meanwhile. Nothing was changed.", target=target),
                )
        self.on_step(Step.CHECKED, target)
        if files.identity_of(target, target.stat()) != identity:
            raise _Moved
        target.unlink()
        self.on_step(Step.SWAPPED, target)
        files.sync_folder(target.parent)
        self.on_step(Step.DONE, target)

    def _write(self, plan: WritePlan, target: Path) -> FileSignature | None:
        status = check_ready(plan, target, self._spare)
        _check_seen(plan)
        if status is None:
            return self._create(plan, target)
        if plan.deletes:
            self._delete(plan, target, status)
            return None
        identity = files.identity_of(target, status)
        with ExitStack() as stack:
            proved = self._proved_copy(plan, target, stack)
            if proved is None:
                return files.signature_of(status)
            copy, before = proved
            # Programs look at a sidecar's time to see that there is something new in it.
            keep_time = self._settings.keep_modified_time and before.file_type != SIDECAR_TYPE
            files.copy_attributes(target, status, copy, keep_time=keep_time)
            self.on_step(Step.DRESSED, copy)
            files.sync_file(copy)
            self.on_step(Step.SYNCED, copy)
            if files.identity_of(target, target.stat()) != identity:
                raise _Moved
            os.replace(copy, target)
            self.on_step(Step.SWAPPED, target)
        files.sync_folder(target.parent)
        self.on_step(Step.DONE, target)
        return files.signature_of(target.stat())

    def _proved_copy(
        self, plan: WritePlan, target: Path, stack: ExitStack
    ) -> tuple[Path, PhotoFields] | None:
        """A changed copy, proved right, and what the original holds; None where it holds what is planned already.
        Only this needs exiftool: another photo has it while the copy goes to the disk."""
        with self._pool.lease() as tool:
            before = read_one(tool, target)
            if not self._needs_write(plan, before):
                return None
            self.on_step(Step.CHECKED, target)
            source = self._recoded(tool, before, plan, stack)
            copy, after = self._changed_copy(tool, plan, before, source, stack)
            self.on_step(Step.COPIED, copy)
            self._verify(tool, plan, before, after)
            self.on_step(Step.VERIFIED, copy)
        return copy, before

    def _needs_write(self, plan: WritePlan, fields: PhotoFields) -> bool:
        """Whether the file is as the plan found it (True) or already as planned (False); else raises WriteError."""
        failure = refusal(fields, self._pool.found().number)
        if failure is not None:
            raise WriteError(failure.kind, failure.message)
        held = {change.field: fields.values.get(change.field, ()) for change in plan.changes}
        if all(_agree(change.field, held[change.field], change.after) for change in plan.changes):
            return False
        for change in plan.changes:
            if not _agree(change.field, held[change.field], change.before):
                raise WriteError(
                    ErrorKind.CHANGED,
                    said(
                        "{path} was changed by another program after the write was planned ({field} differs). "
                        "Nothing was changed. Plan again.",
                        path=fields.path,
                        field=change.field,
                    ),
                )
        return True

    def _recoded(self, tool: ExifTool, before: PhotoFields, plan: WritePlan, stack: ExitStack) -> Path:
        """The file to start from: the original, or a copy whose old IPTC text was made declared UTF-8, or that of a
        sidecar without its byte-order mark.

        It must be a command of its own: together with the new words exiftool would garble the old ones.
        """
        if before.file_type == SIDECAR_TYPE and has_mark(before.path):
            text = as_plain_utf8(before.path.read_bytes())
            if text is not None:
                copy = stack.enter_context(self._temporary(before))
                copy.write_bytes(text)
                return copy
        if not _sets_utf8(plan):
            return before.path
        if before.iptc_text is IptcText.LATIN1:
            args = ["-tagsfromfile", "@", "-iptc:all", "-codedcharacterset=UTF8"]
        elif before.iptc_text is IptcText.UTF8_UNDECLARED:
            args = ["-codedcharacterset=UTF8"]
        else:
            return before.path
        copy = stack.enter_context(self._temporary(before))
        self._run(tool, ["-m", "-charset", "filename=UTF8", *args], before.path, copy)
        self.on_step(Step.RECODED, copy)
        return copy

    def _changed_copy(
        self, tool: ExifTool, plan: WritePlan, before: PhotoFields, source: Path, stack: ExitStack
    ) -> tuple[Path, PhotoFields]:
        """A copy with the planned changes, and what it holds."""
        utf8 = _sets_utf8(plan) or before.iptc_text in _UTF8_BYTES
        digest = ["-IPTCDigest=new"] if _touches_iptc(plan) and _digest_matches(before) else []
        versions = _versions_kept(plan, before)
        kept = [*_deleted_or_set(versions), *_exif_kept(tool, plan, before), *digest]
        args = [*arguments(plan.changes, iptc_utf8=utf8), *kept]
        copy = stack.enter_context(self._temporary(before))
        try:
            self._run(tool, args, source, copy)
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
            copy, after = self._once_more(tool, before, copy, args, stack)
        if digest and "Photoshop:IPTCDigest" in after.raw and not _digest_matches(after):
            # Of a TIFF, older exiftools take the digest before the new IPTC is in place. Of nothing there is none.
            args = digest if after.iptc_text is not IptcText.NONE else ["-Photoshop:IPTCDigest="]
            copy, after = self._once_more(tool, before, copy, args, stack)
        return copy, after

    def _once_more(
        self, tool: ExifTool, before: PhotoFields, source: Path, args: Sequence[str], stack: ExitStack
    ) -> tuple[Path, PhotoFields]:
        """A copy of the copy with further changes, and what it holds."""
        copy = stack.enter_context(self._temporary(before))
        self._run(tool, ["-m", "-charset", "filename=UTF8", *args], source, copy)
        return copy, read_one(tool, copy)

    def _temporary(self, fields: PhotoFields) -> AbstractContextManager[Path]:
        """exiftool follows the copy's suffix, except that versions before 12.62 refuse to make a .webp."""
        suffix = "" if fields.file_type == "WEBP" else fields.path.suffix
        return files.temporary_beside(fields.path, suffix)

    def _run(self, tool: ExifTool, args: Sequence[Argument], source: Path, copy: Path) -> None:
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

    def _verify(self, tool: ExifTool, plan: WritePlan, before: PhotoFields, after: PhotoFields) -> None:
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
        mend = before.iptc_text is IptcText.UTF8_UNDECLARED and _sets_utf8(plan)
        goes = _block_goes(plan)
        verify.other_fields(source, before.raw, after.raw, plan.changes, mend_iptc=mend, block_goes=goes)
        if before.file_type in verify.BYTEWISE_TYPES:
            xmp = any(change.field.startswith("XMP") for change in plan.changes)
            exif = _touches_exif(plan)
            verify.same_photo(source, copy, before.file_type, xmp=xmp, iptc=_touches_iptc(plan), exif=exif)
        if before.file_type not in verify.CHUNKED_TYPES or _touches_exif(plan):
            self._verify_everything(tool, plan, before, source, copy, mend=mend)

    def _verify_everything(
        self, tool: ExifTool, plan: WritePlan, before: PhotoFields, source: Path, copy: Path, *, mend: bool
    ) -> None:
        """For containers that exiftool rewrites: every field it knows, and the pixels."""
        hashes = before.file_type not in (verify.BYTEWISE_TYPES - HEIF_TYPES | {SIDECAR_TYPE})
        can_hash = hashes and self._pool.found().number >= HASHES_IMAGE_DATA
        extra = ["-ImageDataHash"] if can_hash else []
        if _touches_exif(plan):
            # Thumbnails and maker notes byte for byte, known to exiftool or not; but a TIFF's layers, which may be
            # hundreds of megabytes, are compared with its tags.
            extra += ["-b", "-u", "--IFD0:ImageSourceData"]
        old, new = (read_everything(tool, path, extra) for path in (source, copy))
        verify.other_fields(source, old, new, plan.changes, mend_iptc=mend, block_goes=_block_goes(plan))
        if hashes:
            equal = _equal_hashes(old, new) if can_hash else None
            if equal is None and self._digest is not None:
                equal = self._digest(source) == self._digest(copy)
            if not equal:
                raise WriteError(
                    ErrorKind.WRITE_FAILED,
                    said(
                        "The pixels of {source} could not be proved unchanged by a write. Nothing was changed.",
                        source=source,
                    ),
                )


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


def _real_target(plan: WritePlan) -> Path:
    """The file to write: behind a link, which stays one. A file is never made where a link leads."""
    if plan.creates:
        return Path(os.path.realpath(plan.target.parent), plan.target.name)
    return Path(os.path.realpath(plan.target))


def _check_seen(plan: WritePlan) -> None:
    """Raises WriteError (CHANGED) where the photo is not the one any more that the planned boxes belong on. That it
    does not change from here on is seen to where the photo itself is written."""
    if plan.seen is not None and files.signature_of(plan.path.stat()) != plan.seen:
        raise WriteError(
            ErrorKind.CHANGED,
            said(
                "{path} was changed by another program after the write was planned. Nothing was changed. "
                "Plan again.",
                path=plan.path,
            ),
        )


def _disk_fault(target: Path, error: OSError) -> WriteError:
    told = said(
        "{target} could not be written ({reason}). Nothing was changed.",
        target=target,
        reason=error.strerror or error,
    )
    return WriteError(
        ErrorKind.WRITE_FAILED,
        joined((told, files.advice(error))),
    )


def _sets_utf8(plan: WritePlan) -> bool:
    return any(change.field == IPTC_CHARSET and change.after == (UTF8,) for change in plan.changes)


def _versions_kept(plan: WritePlan, before: PhotoFields) -> dict[str, str]:
    """The version numbers of an IPTC block as they were, empty for none: exiftool adds those that are missing, and
    takes a block away that has nothing else left. One of our making goes with what we wrote into it."""
    if not _touches_iptc(plan) or before.iptc_text is IptcText.NONE or _block_goes(plan):
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


def _block_goes(plan: WritePlan) -> bool:
    return any(change.field == CREATED_FIELDS and IPTC_BLOCK in change.removed for change in plan.changes)


def _touches_exif(plan: WritePlan) -> bool:
    return any(change.field in EXIF_WRITTEN for change in plan.changes)


def _agree(name: str, held: Sequence[str], planned: Sequence[str]) -> bool:
    """Whether a field is as planned; of boxes the order says nothing."""
    return sorted(held) == sorted(planned) if name in REGION_LISTS else held == planned


def _touches_iptc(plan: WritePlan) -> bool:
    return any(change.field in IPTC_WRITTEN for change in plan.changes)


def _digest_matches(fields: PhotoFields) -> bool:
    digest = fields.raw.get("Photoshop:IPTCDigest")
    return digest is not None and digest == fields.raw.get("File:CurrentIPTCDigest")


def _equal_hashes(old: dict[str, Any], new: dict[str, Any]) -> bool | None:
    """Whether exiftool's hashes of the image data agree; None where it gave none."""
    before, after = old.get("File:ImageDataHash"), new.get("File:ImageDataHash")
    return before == after if before and after else None
