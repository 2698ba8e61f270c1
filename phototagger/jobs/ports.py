"""What jobs need from imaging, inference and metadata, in as few verbs as possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from phototagger.domain.findings import AnalyseRequest, Answer, Decoded, FileFacts
from phototagger.domain.frames import PhotoVersion
from phototagger.domain.records import Failure, FileSignature, RegionKind
from phototagger.domain.writing import Difference, FileFields, NamedFace, Statement, WritePlan

if TYPE_CHECKING:
    from phototagger.domain.errors import PhotoError
    from phototagger.domain.findings import Pixels


class Decoder(Protocol):
    """Reads photo files. Stateless and thread-safe."""

    def can_decode(self, path: Path) -> bool:
        """By name alone, no file opened: is this a file a scan should take?"""

    def decode(self, path: Path, longest_side: int) -> Decoded:
        """The photo, upright, RGB, longer side at most ``longest_side`` (never enlarged).

        Raises PhotoError (kind and sentence) for whatever is wrong with the file.
        """

    def thumbnail(self, pixels: Pixels, side: int) -> bytes:
        """A JPEG whose longer side is at most ``side``."""


class Engine(Protocol):
    """Decodes and analyses. Two makers: the child process, and its in-line twin."""

    def analyse(self, requests: Iterable[AnalyseRequest]) -> Iterator[Answer]:
        """Exactly one answer for each request, in any order, as they become ready. Bounded: requests are
        drawn only as far as a few batches ahead. Closing the iterator drops what is queued.

        Raises EngineError when the engine cannot start or keeps dying.
        """

    def describe(self) -> dict[str, str]:
        """Device, backend and network names, for the status bar and `benchmark`."""

    def interrupt(self) -> None:
        """The person wants to stop: an engine that is still loading its networks gives up, and the running
        call of ``analyse`` raises Cancelled. Safe from any thread and from a signal handler."""

    def close(self) -> None:
        """Ends the engine; idempotent."""


class MetadataWriter(Protocol):
    """Reads and writes metadata; the only one that touches originals."""

    def version(self) -> str:
        """exiftool's version. Raises ExifToolError with the command that installs it."""

    def read(self, paths: Sequence[Path]) -> dict[Path, FileFields | Exception]:
        """The fields of each photo, its sidecar's included; a PhotoError for a file that cannot be read."""

    def region_kinds(self) -> frozenset[RegionKind]:
        """Which boxes the person wants in files."""

    def plans(self, photo_id: int, fields: FileFields, wanted: Difference) -> tuple[WritePlan, ...]:
        """The smallest differences that bring about what is wanted, the main file's last; see WritePlan. Nothing is
        written."""

    def check(self, plan: WritePlan) -> Failure | None:
        """Why ``write`` would refuse this plan, as far as is known without touching the file or reading what is
        in it: protected, on a full disk, another user's, cut off. Asked of thousands of files, so it is quick."""

    def write(self, plan: WritePlan) -> FileSignature | None:
        """Copy, change the copy, verify it, swap it in. Returns the new signature of the written target (None: the
        plan was to remove a sidecar of ours, and it is gone).

        Raises WriteError; then the original is untouched.
        """

    def restore_plan(self, plan: WritePlan, fields: FileFields) -> WritePlan:
        """The plan that undoes ``plan`` on a file that now holds ``fields``: values of ours go, values we removed
        come back, words that came in since stay. ``conflicts`` are the fields that no longer are what we wrote and
        are left alone; ``refused`` is set where the file may not be written at all."""

    def removal_plan(
        self, plan: WritePlan, photo: FileFields, held: FileFields, gone: Sequence[Statement]
    ) -> WritePlan:
        """The plan that takes these statements of ours out of the file that ``plan`` wrote, which now holds
        ``held``, whatever else is in its fields; ``photo``: the fields of the photo it belongs to. A sidecar
        that ``plan`` made and in which nothing else is left goes as a whole."""

    def is_undone(self, plan: WritePlan, fields: FileFields, left: Sequence[str] = ()) -> bool:
        """Whether a file that holds ``fields`` has nothing of what ``plan`` wrote, and all that it removed,
        whatever else came in since; fields named in ``left`` do not count."""

    def sidecars(self, path: Path) -> tuple[Path, ...]:
        """The existing sidecars of this photo, the most certain first."""

    def version_of(self, path: Path) -> PhotoVersion | None:
        """The photo as it is now, its sketch included; None where it cannot be decoded."""

    def fingerprint(self, path: Path) -> bytes | None:
        """The content fingerprint (see PhotoFacts) of a file just written, so that it is known again when it is
        moved; None where that is not known."""

    def recover(self, folders: Iterable[Path]) -> list[Path]:
        """Removes temporaries that a killed run of ours left in these folders; gives what it removed."""

    def close(self) -> None:
        """Ends the exiftool processes; idempotent."""


class FactsReader(Protocol):
    """Reads when and where photos were taken out of everything that files and sidecars say."""

    def file_facts(self, paths: Sequence[Path]) -> dict[Path, FileFacts | PhotoError]:
        """By the order of the MWG; a PhotoError for a photo that cannot be read. Raises ExifToolError."""


class NamesReader(Protocol):
    """Reads the names that other programs gave to faces."""

    def face_names(self, paths: Sequence[Path]) -> dict[Path, tuple[NamedFace, ...] | PhotoError]:
        """The named boxes of each photo, of its sidecars and its folder's ``.picasa.ini``; a PhotoError for one
        that cannot be read. Raises ExifToolError."""
