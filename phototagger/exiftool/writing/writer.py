"""The only place that changes photo files: copy, change the copy, prove it harmless, swap it in.

No tool ever writes the original. exiftool makes the copy (``-o``), we compare it with the original, sync it,
and swap it in by ``os.replace``. A kill at any moment leaves the old file or the new one, and at most one
``.ptag-…`` temporary, which ``recover`` removes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from phototagger.domain.errors import PhotoError, WriteError
from phototagger.domain.findings import FileFacts
from phototagger.domain.frames import PhotoVersion
from phototagger.domain.records import ErrorKind, Failure, FileSignature
from phototagger.domain.sentences import joined, said
from phototagger.domain.writing import FileFields, NamedFace, WritePlan
from phototagger.exiftool.planning.write_planner import PlanMaker, nothing_left
from phototagger.exiftool.process.locate import HASHES_IMAGE_DATA
from phototagger.exiftool.process.pool import (
    ExifTool,
    ExifToolPool,
    end_orphans,
)
from phototagger.exiftool.reading.fields import read_fields, read_one, refusal
from phototagger.exiftool.reading.names import read_names
from phototagger.exiftool.reading.whereabouts import read_facts
from phototagger.exiftool.writing import copies, files
from phototagger.exiftool.writing.checks import check_ready
from phototagger.exiftool.writing.in_place import put_in_place
from phototagger.exiftool.writing.proof import prove
from phototagger.exiftool.writing.steps import Step
from phototagger.files.sidecars import EMPTY_SIDECAR, SUFFIX, find_sidecars
from phototagger.plan.fields.fields import (
    PhotoFields,
)
from phototagger.plan.fields.regions import REGION_LISTS
from phototagger.plan.formats import SIDECAR_TYPE
from phototagger.plan.keyword_plan import arguments
from phototagger.settings.declared import WriteSettings

SPARE_BYTES = 16 * 2**20  # stays free on the disk beside the copy
ATTEMPTS = 3  # when another program keeps changing the file under our hands
MANY = 20  # files from which on reading them is worth more than one exiftool
PROCESSES = 2  # exiftool processes; a third was no faster on two cores


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
            copies.run(tool, arguments(plan.changes, iptc_utf8=False), empty, copy)
            self.on_step(Step.COPIED, copy)
            self._prove(tool, plan, read_one(tool, empty), read_one(tool, copy))
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
            source = copies.recoded(tool, before, plan, stack, self.on_step)
            copy, after = copies.changed(tool, plan, before, source, stack)
            self.on_step(Step.COPIED, copy)
            self._prove(tool, plan, before, after)
            self.on_step(Step.VERIFIED, copy)
        return copy, before

    def _prove(self, tool: ExifTool, plan: WritePlan, before: PhotoFields, after: PhotoFields) -> None:
        can_hash = self._pool.found().number >= HASHES_IMAGE_DATA
        prove(tool, plan, before, after, digest=self._digest, can_hash=can_hash)

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


def _agree(name: str, held: Sequence[str], planned: Sequence[str]) -> bool:
    """Whether a field is as planned; of boxes the order says nothing."""
    return sorted(held) == sorted(planned) if name in REGION_LISTS else held == planned
