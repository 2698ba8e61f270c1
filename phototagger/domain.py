"""The records every room speaks in: frozen, plain, without behaviour that needs a library.

Boxes are fractions 0..1 of the **upright** photo (EXIF orientation applied), origin top left. Pixels are
``uint8`` arrays of shape (height, width, 3), RGB, upright. Scores are probabilities in 0..1. Keywords are
paths in the user's tree, joined by ``|`` (``animal|dog|golden retriever``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Vector = NDArray[np.float32]

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


class Task(StrEnum):
    """What a network is for."""

    CLASSIFY = "classify"
    OBJECTS = "objects"
    FACES = "faces"
    IDENTITY = "identity"
    TEXT = "text"  # only where the optional package for it is installed and switched on


class ErrorKind(StrEnum):
    """Why a photo failed. Each has a sentence in :mod:`phototagger.errors`."""

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
    message: str


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
    """One photo file met by a scan."""

    path: Path
    signature: FileSignature


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
    taken_at: str | None = None  # ISO 8601 local time without zone, as the camera wrote it
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


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword the person wants on a photo. ``written`` says that the file (or sidecar) has it;
    ``ours`` that this program put it there, so that this program may take it away again; ``companion`` that it is
    wanted only as another language's word for a keyword that is."""

    keyword: str
    wanted: bool
    written: bool
    ours: bool
    companion: bool = False


# --- between the decoder, the networks and the jobs ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhotoLook:
    """What the pixels as a whole look like, see ``imaging/look.py``. All but ``sharpness`` are shares in 0..1."""

    chroma: float  # the 98th percentile of how far a pixel is from grey
    colours: tuple[float, ...]  # share of each of COLOURS
    dark: float  # nearly black
    bright: float  # nearly white
    flat: float  # pixels exactly like their neighbour: drawn, not photographed
    brightness: float  # mean luma
    sharpness: float  # of the sharpest part, in grey levels (0..255) of the Laplacian


@dataclass(frozen=True, slots=True)
class PhotoShot:
    """What the camera says of how the photo was taken; empty or None where it does not."""

    camera: str = ""
    lens: str = ""
    exposure_s: float | None = None
    distance_m: float | None = None  # to the subject
    comment: str = ""  # EXIF's UserComment


COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "turquoise",
    "blue",
    "purple",
    "pink",
    "brown",
    "white",
    "black",
    "grey",
)


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What the decoder learns from the file beside its pixels; width and height of the upright full photo."""

    format: str
    width: int
    height: int
    orientation: int = 1
    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    fingerprint: bytes | None = None  # content hash that survives a move, not an edit of the pixels
    look: PhotoLook | None = None
    shot: PhotoShot | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoded photo: upright RGB pixels, longer side at most what was asked for, and its facts."""

    pixels: Pixels
    facts: PhotoFacts


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One class of a network's vocabulary and its probability. ``name`` is the raw English class name."""

    label: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class ObjectFinding:
    label: str
    name: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class FaceFinding:
    """``landmarks``: five (x, y) in 0..1 of the upright photo: eyes (viewer's left first), nose, mouth corners.
    ``embedding``: unit-length vector (192,), or None where identity was not asked for."""

    score: float
    box: Box
    landmarks: tuple[tuple[float, float], ...]
    quality: float
    embedding: Vector | None = None


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text that was read in a photo."""

    text: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A name that a file gives to a place, upright."""

    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class Findings:
    """What the networks found on one photo.

    ``labels`` holds every class with probability at least 0.001, best first. ``networks`` maps the tasks that
    ran to the network's name and revision (``efficientnet_lite2.in1k@1``).
    """

    labels: tuple[LabelScore, ...] = ()
    objects: tuple[ObjectFinding, ...] = ()
    faces: tuple[FaceFinding, ...] = ()
    networks: dict[Task, str] = field(default_factory=dict)
    features: bytes | None = None  # float16 little-endian, the classifier's penultimate layer
    text: tuple[TextLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalyseRequest:
    photo_id: int
    path: Path
    signature: FileSignature


@dataclass(frozen=True, slots=True)
class Answer:
    """The engine's word on one request: findings, or a failure. Exactly one answer comes for each request."""

    photo_id: int
    signature: FileSignature
    facts: PhotoFacts | None = None
    findings: Findings | None = None
    thumbnail: bytes | None = None  # a small JPEG, upright
    failure: Failure | None = None
    quarantined: bool = False


# --- writing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One metadata field before and after; values in file order. ``field`` is exiftool's name
    (``XMP-dc:Subject``)."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def added(self) -> tuple[str, ...]:
        return tuple(value for value in self.after if value not in self.before)

    @property
    def removed(self) -> tuple[str, ...]:
        return tuple(value for value in self.before if value not in self.after)


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field of a file that undo left alone, because it no longer is what was written there."""

    path: Path  # the photo or its sidecar
    field: str
    wrote: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacedRegion:
    """A box that belongs into a file, upright: the face of a person somebody confirmed (``name`` is theirs), or
    a confirmed object (``label`` is the class that the network gave it)."""

    kind: RegionKind
    name: str
    box: Box
    label: str = ""

    def is_like(self, other: PlacedRegion) -> bool:
        """Whether both say the same: of one kind and name, and over the same place."""
        same = (self.kind, self.name.casefold()) == (other.kind, other.name.casefold())
        return same and self.is_at(other.box)

    def is_at(self, box: Box) -> bool:
        """Whether a box of the same name is this one."""
        if self.kind is RegionKind.FACE:
            return self.box.face_fit(box) > 0
        return self.box.iou(box) >= SAME_PLACE_IOU


@dataclass(frozen=True, slots=True)
class RegionChanges:
    """Boxes that a file should gain, and those of this program's making that it should lose. ``there``: wanted, and
    in the file already, under this name."""

    add: tuple[PlacedRegion, ...] = ()
    remove: tuple[PlacedRegion, ...] = ()
    there: tuple[PlacedRegion, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


NO_REGIONS = RegionChanges()


@dataclass(frozen=True, slots=True)
class Caption:
    """What the text in a photo proposes as its caption, and what the person made of it. ``text``: the accepted
    wording, or the proposed one; ``written``: the file holds it by our hand."""

    photo_id: int
    text: str
    state: ReviewState
    written: bool = False


@dataclass(frozen=True, slots=True)
class CaptionChange:
    """A caption that a file should gain, and the one of this program's making that it should lose; None: none."""

    add: str | None = None
    remove: str | None = None

    def __bool__(self) -> bool:
        return self.add is not None or self.remove is not None


NO_CAPTION = CaptionChange()


@dataclass(frozen=True, slots=True)
class FileRegion:
    """A box as a file holds it, brought upright. ``fits`` is False where the file says that it was drawn on a
    photo of another shape (cropped or turned since), so that the box may be anywhere."""

    field: str
    name: str
    kind: str  # "Face", "Pet", ... as the file calls it; empty where it does not
    box: Box
    fits: bool = True
    spelled: str = ""  # the whole entry as one text

    @property
    def names_face(self) -> bool:
        """Whether it gives a name to a face that can be found at its place. Pets, focus points and bar codes are no
        people."""
        return self.fits and bool(self.name) and self.kind.casefold() in ("", "face")


@dataclass(frozen=True, slots=True)
class FileFields:
    """The fields we care for, as one file (or sidecar) holds them now."""

    path: Path
    values: dict[str, tuple[str, ...]]
    file_type: str  # exiftool's FileType: "JPEG", "PNG", "XMP"
    warnings: tuple[str, ...] = ()

    def own_words(self) -> tuple[str, ...]:
        """What the file's own record says this program put there."""
        return self.values.get("XMP-ptag:AutoTags", ())

    def regions(self) -> tuple[FileRegion, ...]:
        """The boxes that the file holds, whoever drew them."""
        return ()

    def captions(self) -> tuple[str, ...]:
        """What the file says about the photo in words, each wording once; what cameras put there by themselves is
        left out."""
        return ()

    def keywords(self) -> tuple[str, ...]:
        """Union of all keyword fields, in reading order, without duplicates. Paths are kept as paths."""
        seen: dict[str, str] = {}
        for name, values in self.values.items():
            if name in KEYWORD_FIELDS:
                for value in values:
                    seen.setdefault(value.casefold(), value)
        return tuple(seen.values())


KEYWORD_FIELDS = ("XMP-dc:Subject", "IPTC:Keywords", "XMP-lr:HierarchicalSubject")


@dataclass(frozen=True, slots=True)
class WritePlan:
    """The smallest difference that brings one file in line with the catalog. Empty ``changes``: leave it alone.

    ``target`` is the file that will be written: the photo itself or its sidecar. ``keywords_added`` and
    ``keywords_removed`` are paths in the user's tree. Of several plans for one photo only the last names
    keywords, regions and the caption: once it is done, all are.
    """

    photo_id: int
    path: Path
    target: Path
    changes: tuple[FieldChange, ...]
    keywords_added: tuple[str, ...] = ()
    keywords_removed: tuple[str, ...] = ()
    refused: Failure | None = None
    regions_added: tuple[PlacedRegion, ...] = ()
    regions_removed: tuple[PlacedRegion, ...] = ()
    regions_left: tuple[PlacedRegion, ...] = ()  # wanted, but not written; a note says why
    creates: bool = False  # the target is a sidecar that is not there yet
    deletes: bool = False  # the target is a sidecar of our making in which nothing else is left: it goes
    notes: tuple[str, ...] = ()  # sentences worth reading before agreeing
    # Keywords that somebody took out of the file in another program: once it is agreed to write, they are rejected.
    rejects: tuple[str, ...] = ()
    caption_added: str | None = None
    caption_removed: str | None = None
    rejects_caption: bool = False  # the file has a caption of the person's own by now: likewise
    conflicts: tuple[FieldConflict, ...] = ()  # of an undo: fields that it leaves alone


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One undoable edit of the catalog."""

    id: int
    text: str
    made_at: str
    undone: bool


@dataclass(frozen=True, slots=True)
class WriteRun:
    """One run of write-back, for `history` and `undo`. Times are ISO 8601 UTC."""

    id: int
    made_at: str
    files: int
    undone_files: int
    conflicts: int


# --- telling the window -------------------------------------------------------------------------------------


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
