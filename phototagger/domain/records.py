"""The records every room speaks in: frozen, plain, without behaviour that needs a library. What the networks say of
a photo is in :mod:`phototagger.domain.findings`, what files hold and get in :mod:`phototagger.domain.writing`.

Boxes are fractions 0..1 of the **upright** photo (EXIF orientation applied), origin top left. Scores are
probabilities in 0..1. Keywords are paths in the user's tree, joined by ``|`` (``animal|dog|golden retriever``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from phototagger.domain.sentences import Said

KEYWORD_SEPARATOR = "|"


class PhotoState(StrEnum):
    """Where a photo stands on its way through the program."""

    PENDING = "pending"
    ANALYSED = "analysed"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    MISSING = "missing"


class ReviewState(StrEnum):
    """What review made of a suggestion."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class RegionKind(StrEnum):
    FACE = "face"
    OBJECT = "object"


class ErrorKind(StrEnum):
    """Why a photo failed. Each has a sentence in :mod:`phototagger.domain.errors`."""

    EMPTY = "empty"  # zero bytes
    TRUNCATED = "truncated"  # the file ends before its pixels do
    NOT_A_PHOTO = "not_a_photo"  # the content is no photo whatever the name says
    DAMAGED = "damaged"  # recognised, but the pixels cannot be read
    UNSUPPORTED = "unsupported"  # a photo format no decoder here reads
    TOO_LARGE = "too_large"  # over the pixel limit: a decompression bomb, or a giant
    UNREADABLE = "unreadable"  # permission, I/O error
    GONE = "gone"  # disappeared between scan and analysis
    NO_MEMORY = "no_memory"
    CRASHED = "crashed"  # took the engine down twice: quarantined
    TIMED_OUT = "timed_out"
    WRITE_REFUSED = "write_refused"  # read-only, damaged metadata, a format not written
    WRITE_FAILED = "write_failed"  # tried, failed, original untouched
    CHANGED = "changed"  # changed by another program meanwhile
    INTERNAL = "internal"  # our fault


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be done to one file: a kind for programs, a sentence for people."""

    kind: ErrorKind
    message: Said


SAME_PLACE_IOU = 0.5  # as PASCAL VOC counts
SAME_FACE_IOU = 0.25
SAME_FACE_AREAS = 36  # six times as wide and high: a whole person has some seven heads


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions 0..1 of the upright photo; ``x``, ``y`` is its top-left corner."""

    x: float
    y: float
    w: float
    h: float

    def as_list(self) -> list[float]:
        """[x, y, w, h] rounded to five places, the way it stands in JSON."""
        return [round(value, 5) for value in (self.x, self.y, self.w, self.h)]

    def is_very_near(self, other: Box) -> bool:
        """Whether both are the same but for the rounding of a computation."""
        sides = zip((self.x, self.y, self.w, self.h), (other.x, other.y, other.w, other.h), strict=True)
        return all(abs(one - another) < 1e-9 for one, another in sides)

    def iou(self, other: Box) -> float:
        """Intersection over union of the two rectangles, 0..1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.w * self.h + other.w * other.h - shared)

    def face_fit(self, other: Box) -> float:
        """How well two boxes are of one face, 0..1, the same both ways: their IoU from ``SAME_FACE_IOU`` on. Less
        counts half, and only where one has the other's centre in it and is at most ``SAME_FACE_AREAS`` times as
        large: people and other programs draw boxes round the head or the whole person, networks round brow and
        chin. 0: two faces."""
        overlap = self.iou(other)
        if overlap >= SAME_FACE_IOU:
            return overlap
        areas = sorted((self.w * self.h, other.w * other.h))
        near = areas[1] <= SAME_FACE_AREAS * areas[0] and (self._has_centre(other) or other._has_centre(self))
        return overlap / 2 if near else 0.0

    def _has_centre(self, other: Box) -> bool:
        x, y = other.x + other.w / 2, other.y + other.h / 2
        return self.x < x < self.x + self.w and self.y < y < self.y + self.h


@dataclass(frozen=True, slots=True)
class FileSignature:
    """What tells, without opening a file, that it changed: size in bytes and mtime in nanoseconds."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One photo file met by a scan. ``in_cloud``: its content is not on this computer."""

    path: Path
    signature: FileSignature
    in_cloud: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo as the catalog knows it. ``width`` and ``height`` are pixels of the upright photo."""

    id: int
    path: Path
    signature: FileSignature
    state: PhotoState
    failure: Failure | None = None
    format: str | None = None  # "JPEG", "HEIF", ... as the decoder names the content
    width: int | None = None
    height: int | None = None
    orientation: int | None = None  # EXIF 1..8
    taken_at: str | None = None  # ISO 8601 local time without zone; or the month or year that alone is known
    latitude: float | None = None  # WGS84 degrees
    longitude: float | None = None
    pending_changes: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A keyword the networks propose for one photo. ``network`` names network and revision."""

    id: int
    photo_id: int
    keyword: str
    label: str
    score: float
    network: str
    state: ReviewState


@dataclass(frozen=True, slots=True)
class Region:
    """A box round a face or an object, as the catalog keeps it."""

    id: int
    photo_id: int
    kind: RegionKind
    label: str  # "coco:18", or "face"
    name: str  # "dog", or "face"
    box: Box
    score: float
    network: str
    person: str | None = None
    cluster: int | None = None
    quality: float | None = None
    held: bool = False  # of an earlier version of the photo: this one was not found to show it


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword the person wants on a photo. ``written`` says that the file (or sidecar) has it;
    ``ours`` that this program put it there, so that this program may take it away again; ``translation`` that it is
    wanted only as another language's word for a keyword that is."""

    keyword: str
    wanted: bool
    written: bool
    ours: bool
    translation: bool = False


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value of a photo, of a kind of which it has one (its caption), as it is proposed or as a person decided on
    it. ``text``: the accepted one, or the proposed one; ``written``: the file holds it by our hand."""

    photo_id: int
    kind: str
    text: str
    state: ReviewState
    written: bool = False


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One undoable edit of the catalog."""

    id: int
    text: Said
    made_at: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What an operation changed, so that each view can decide what to reload."""

    photos: frozenset[int] = frozenset()
    photo_list: bool = False  # photos came or went
    folders: bool = False
    history: bool = False
    words: bool = (
        False  # what the program's keywords are called, or which are hidden: suggestions must follow
    )

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.photos | other.photos,
            self.photo_list or other.photo_list,
            self.folders or other.folders,
            self.history or other.history,
            self.words or other.words,
        )

    def __bool__(self) -> bool:
        return bool(self.photos) or self.photo_list or self.folders or self.history or self.words


def keyword_leaf(keyword: str) -> str:
    """``golden retriever`` of ``animal|dog|golden retriever``."""
    return keyword.rsplit(KEYWORD_SEPARATOR, 1)[-1]


@lru_cache(maxsize=8192)  # asked for some hundred classes of every photo
def keyword_parents(keyword: str) -> tuple[str, ...]:
    """``("animal", "animal|dog")`` of ``animal|dog|golden retriever``."""
    parts = keyword.split(KEYWORD_SEPARATOR)
    return tuple(KEYWORD_SEPARATOR.join(parts[:count]) for count in range(1, len(parts)))


@lru_cache(maxsize=8192)
def keyword_lineage(keyword: str) -> tuple[str, ...]:
    """Its parents, widest first, and the keyword itself."""
    return (*keyword_parents(keyword), keyword)
