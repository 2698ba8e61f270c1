"""The records of write-back: what a file holds, what it is to hold, and what a run of writing did.

Boxes are fractions 0..1 of the **upright** photo, origin top left. Keywords are paths in the user's tree, joined by
``|``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from phototagger.domain.facets.books import AUTO_TAGS
from phototagger.domain.facets.keyword import HIERARCHY, IPTC_KEYWORDS, SUBJECT
from phototagger.domain.frames import Frame
from phototagger.domain.records import SAME_PLACE_IOU, Box, Failure, FileSignature, RegionKind
from phototagger.domain.sentences import Said, said

STANDS_FOR = 1  # raised where ``PlacedRegion.stands_for`` answers otherwise: catalogs keep what it said
SAME_DRAWING_IOU = 0.8  # the same network on a photo that was saved again draws alike: 0.9 and more


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A name that a file gives to a place, upright."""

    name: str
    box: Box


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
class Statement:
    """One thing that is said of a photo: a keyword (its path), a person or object at a box, a caption. ``kind`` is
    one of those that ``domain.facets`` declares."""

    kind: str
    value: str


def stands_for(kind: RegionKind, held: tuple[str, Box], wanted: tuple[str, Box], *, checked: bool) -> bool:
    """Whether a box in a file (its name, and itself) is the wanted one: of the same name, and over the same place.
    Where another program was at the photo since (it is not ``checked``), it must be drawn like it: in a photo that
    was cropped a little, it may still lie half over its face."""
    (name, box), (called, place) = held, wanted
    if name != called and name.casefold() != called.casefold():
        return False
    return _is_at(kind, box, place) and (checked or box.iou(place) >= SAME_DRAWING_IOU)


def _is_at(kind: RegionKind, one: Box, other: Box) -> bool:
    return one.face_fit(other) > 0 if kind is RegionKind.FACE else one.iou(other) >= SAME_PLACE_IOU


@dataclass(frozen=True, slots=True)
class PlacedRegion(Statement):
    """One with a box, upright: the face of a person somebody confirmed (``value`` is their name), or a confirmed
    object (``label`` is the class that the network gave it)."""

    kind: RegionKind
    box: Box
    label: str = ""

    @property
    def name(self) -> str:
        return self.value

    def is_like(self, other: PlacedRegion) -> bool:
        """Whether both say the same: of one kind and name, and over the same place."""
        return self.stands_for(other, checked=True)

    def stands_for(self, wanted: PlacedRegion, *, checked: bool) -> bool:
        """Whether this box in a file is the wanted one; see :func:`stands_for`."""
        one, other = (self.name, self.box), (wanted.name, wanted.box)
        return self.kind == wanted.kind and stands_for(self.kind, one, other, checked=checked)

    def is_at(self, box: Box) -> bool:
        """Whether a box of the same name is this one."""
        return _is_at(self.kind, self.box, box)


NOT_MET = said("the photo was changed by another program, and was not found to show it since")
"""Why a box is held back whose place in the photo as it is now is not known; follows a name."""


@dataclass(frozen=True, slots=True)
class HeldRegion:
    """A box that is wanted and not written. ``why``: the second half of a sentence; ``region.box`` is of an earlier
    version of the photo."""

    region: PlacedRegion
    why: Said = NOT_MET


@dataclass(frozen=True, slots=True)
class RegionChanges:
    """Boxes that a file should gain, and those of this program's making that it should lose. ``there``: wanted, and
    in the file already, under this name. ``held``: wanted, but not known to be on this version of the photo.
    ``near``: boxes of ours that are nearly where they belong, and stay unless all are drawn again."""

    add: tuple[PlacedRegion, ...] = ()
    remove: tuple[PlacedRegion, ...] = ()
    there: tuple[PlacedRegion, ...] = ()
    held: tuple[HeldRegion, ...] = ()
    near: tuple[PlacedRegion, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove or self.held)


NO_REGIONS = RegionChanges()


@dataclass(frozen=True, slots=True)
class Replaced:
    """A field of a file (``target``) in which a value of this program's, ``wrote``, took the place of what stood
    there ``before``."""

    target: Path
    field: str
    wrote: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file should gain, and what of this program's making it should lose, of all kinds; ``boxes``: of those
    that have boxes, with what planning them needs to know. ``over``: values of the person's own that are to be
    replaced. ``replaced``: what comes back where a value of ours goes."""

    add: tuple[Statement, ...] = ()
    remove: tuple[Statement, ...] = ()
    boxes: RegionChanges = NO_REGIONS
    over: tuple[Statement, ...] = ()
    replaced: tuple[Replaced, ...] = ()

    def __or__(self, other: Difference) -> Difference:
        """Both, of different kinds."""
        return Difference(
            self.add + other.add,
            self.remove + other.remove,
            other.boxes if self.boxes == NO_REGIONS else self.boxes,
            self.over + other.over,
            self.replaced + other.replaced,
        )


def values_of(statements: Iterable[Statement], kind: str) -> tuple[str, ...]:
    """The values of the statements of one kind."""
    return tuple(one.value for one in statements if one.kind == kind)


def placed(statements: Iterable[Statement]) -> tuple[PlacedRegion, ...]:
    """Those of them that have a box."""
    return tuple(one for one in statements if isinstance(one, PlacedRegion))


def statements(kind: str, said: Iterable[str]) -> tuple[Statement, ...]:
    """Statements of one kind."""
    return tuple(Statement(kind, value) for value in said)


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
        return self.values.get(AUTO_TAGS, ())

    def regions(self) -> tuple[FileRegion, ...]:
        """The boxes that the file holds, whoever drew them."""
        return ()

    def frame(self) -> Frame | None:
        """How the photo's pixels are stored, as far as the metadata tells."""
        return None

    def said(self, kind: str) -> tuple[str, ...]:
        """What the file says of the photo, of a kind of which it has one value, as the program has it, each wording
        once; what cameras put there by themselves is left out. Raises KeyError for another kind."""
        return ()

    def unread(self) -> tuple[Failure, ...]:
        """Why sidecars that belong to it could not be read, so that what they say is missing here."""
        return ()

    def keywords(self) -> tuple[str, ...]:
        """Union of all keyword fields, in reading order, without duplicates. Paths are kept as paths."""
        seen: dict[str, str] = {}
        for name, values in self.values.items():
            if name in KEYWORD_FIELDS:
                for value in values:
                    seen.setdefault(value.casefold(), value)
        return tuple(seen.values())


@dataclass(frozen=True, slots=True)
class FileSays:
    """What one photo's file, its sidecars included, says to a person: its keywords, and by kind what it says of
    those of which a photo has one value."""

    keywords: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def said_by(fields: FileFields, kinds: Iterable[str]) -> FileSays:
    """What these fields say; ``kinds``: those of which a photo has one value."""
    return FileSays(fields.keywords(), {kind: fields.said(kind) for kind in kinds})


KEYWORD_FIELDS = (SUBJECT, IPTC_KEYWORDS, HIERARCHY)


@dataclass(frozen=True, slots=True)
class WritePlan:
    """The smallest difference that brings one file in line with the catalog. Empty ``changes``: leave it alone.

    ``target`` is the file that will be written: the photo itself or its sidecar. Of several plans for one photo
    only the last says what is ``added`` and ``removed``: once it is done, all is.
    """

    photo_id: int
    path: Path
    target: Path
    changes: tuple[FieldChange, ...]
    added: tuple[Statement, ...] = ()
    removed: tuple[Statement, ...] = ()
    refused: Failure | None = None
    left: tuple[Statement, ...] = ()  # wanted, but not written, or held by no field; a note says why
    creates: bool = False  # the target is a sidecar that is not there yet
    deletes: bool = False  # the target is a sidecar of our making in which nothing else is left: it goes
    notes: tuple[Said, ...] = ()  # sentences worth reading before agreeing
    # What somebody took out of the file, or replaced there, in another program: once it is agreed to write, it is
    # rejected.
    rejects: tuple[Statement, ...] = ()
    # The photo as it was when its boxes were planned: they belong on that version of it, and on no other.
    seen: FileSignature | None = None
    conflicts: tuple[FieldConflict, ...] = ()  # of an undo: fields that it leaves alone
    forgotten: str | None = None  # names and faces in it are digests, made with this salt: see `forgotten`


@dataclass(frozen=True, slots=True)
class WriteRun:
    """One run of write-back, for `history` and `undo`. Times are ISO 8601 UTC."""

    id: int
    made_at: str
    files: int
    undone_files: int
    conflicts: int
    renamed: bool = False  # its photos got other names; nothing was written into them
