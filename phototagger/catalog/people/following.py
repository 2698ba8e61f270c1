"""How boxes follow a photo that was turned, mirrored, cropped, resized or replaced between two analyses.

Each box is of a version of the photo: the last analysed one, or, of a box that is *held*, the one in which it was
last met. What became of the photo since says where the box is now (``frames.what_became``); a face
is looked for there, and by its own vector anywhere. What a person said something about and that is met nowhere
stays where the turn brings it, if only a turn it was; else it is held: kept, reported, and not written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from phototagger.catalog.store.personal import Personal
from phototagger.domain.findings import FaceFinding, PhotoFacts
from phototagger.domain.frames import UNKNOWN, UNMOVED, Fate, PhotoVersion, is_cut_out, turned, what_became
from phototagger.domain.records import SAME_PLACE_IOU, Box, FileSignature

if TYPE_CHECKING:
    from phototagger.domain.findings import Vector

SAME_FACE_COSINE = 0.7
"""One face on two versions of one photo: 0.94 and more measured on 14 photos turned, mirrored, edited and cropped
by a tenth, 0.73 where little was left. Strangers stay below 0.5 (see ``face_index``)."""
_NOT_ANOTHER_COSINE = 0.35  # a face at the very place is another one below
_MAYBE_COSINE = 0.4  # from here on it is the same one where the picture round it is the same too
_TELLS_APART = 0.15  # how much better a match must be than the one that would swap two names


@dataclass(frozen=True, slots=True)
class Seen:
    """Two analyses of one photo: the version of the earlier one, and today's. ``same_file``: by size and time."""

    before: PhotoVersion | None = None
    after: PhotoVersion | None = None
    same_file: bool = True

    def fate(self) -> Fate:
        """Of boxes that were of the earlier version."""
        if self.before is None or self.after is None:
            return UNMOVED
        sketched = self.before.sketch is not None and self.after.sketch is not None
        if self.same_file and not sketched and self.before.orientation == self.after.orientation:
            return UNMOVED
        return what_became(self.before, self.after)

    def fate_since(self, version: PhotoVersion | None) -> Fate:
        """Of boxes that are held, and were of that version."""
        if version is None or version.sketch is None or self.after is None or self.after.sketch is None:
            return UNKNOWN
        return what_became(version, self.after)


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """A box of an earlier analysis. ``named``: of a face, a person said who it is, or who it is not. ``kept``: the
    last analysis did not meet it; ``held``: nor is its place known. ``version``: the one that ``box`` is of;
    ``now``: where it is in today's, if ``fate`` can tell."""

    id: int
    kind: int
    name: str
    box: Box
    cluster: int | None
    person: int | None
    named: bool
    vector: Vector | None
    identity: int | None
    kept: bool
    held: bool
    version: PhotoVersion | None
    fate: Fate

    @property
    def now(self) -> Box | None:
        return None if self.fate.turn is None else turned(self.box, self.fate.turn)


def look(
    c: sqlite3.Connection, photo_id: int, signature: FileSignature, facts: PhotoFacts | None
) -> Seen | None:
    """What is about to be stored beside what was stored last; None where either is not known. Call it before the
    facts are stored."""
    analysed = analysed_as(c, photo_id)
    before = version_of(c, photo_id)
    if analysed is None or before is None or facts is None:
        return None
    after = PhotoVersion(facts.width, facts.height, _orientation(facts.orientation), facts.sketch)
    return Seen(before, after, analysed == signature)


def analysed_as(c: sqlite3.Connection, photo_id: int) -> FileSignature | None:
    """The file that was last analysed, by size and time; None where the photo never was."""
    row = c.execute("SELECT size, mtime_ns FROM analysis WHERE photo = ?", (photo_id,)).fetchone()
    return None if row is None else FileSignature(*row)


def version_of(c: sqlite3.Connection, photo_id: int) -> PhotoVersion | None:
    """The photo as it was last analysed; None where it never was."""
    row = c.execute(
        "SELECT width, height, orientation, grid FROM photo LEFT JOIN sketch ON sketch.photo = photo.id"
        " WHERE photo.id = ? AND width NOT NULL",
        (photo_id,),
    ).fetchone()
    return None if row is None else PhotoVersion(row[0], row[1], _orientation(row[2]), row[3])


def keep_sketch(c: sqlite3.Connection, photo_id: int, facts: PhotoFacts | None) -> None:
    """After an analysis: how the photo looks now."""
    if facts is None:
        return
    if facts.sketch is None:
        c.execute("DELETE FROM sketch WHERE photo = ?", (photo_id,))
    else:
        c.execute("INSERT OR REPLACE INTO sketch VALUES (?, ?)", (photo_id, facts.sketch))


def _orientation(stored: int | None) -> int:
    return stored if stored is not None and 1 <= stored <= 8 else 1


def known_regions(c: sqlite3.Connection, photo_id: int, seen: Seen | None) -> list[KnownRegion]:
    """All boxes that the photo has."""
    seen = seen or Seen()
    fate = seen.fate()
    rows = c.execute(
        "SELECT region.id, kind, region.name, x, y, w, h, cluster, person,"
        " person NOT NULL OR region.id IN (SELECT face FROM face_rejected), embedding, identity,"
        " kept_region.region NOT NULL, coalesce(held, 0), width, height, orientation, grid"
        " FROM region LEFT JOIN kept_region ON kept_region.region = region.id WHERE photo = ?",
        (photo_id,),
    )
    found = []
    for row in rows:
        held = bool(row[13])
        version = seen.before
        if held:
            version = None if row[14] is None else PhotoVersion(*row[14:18])
        vector = None if row[10] is None else np.frombuffer(row[10], "<f4")
        found.append(
            KnownRegion(
                *(row[0], row[1], row[2], Box(*row[3:7]), row[7], row[8], bool(row[9])),
                *(vector, row[11], bool(row[12]), held, version),
                seen.fate_since(version) if held else fate,
            )
        )
    return found


def carry(c: sqlite3.Connection, regions: Iterable[KnownRegion]) -> None:
    """These boxes were not looked for, or not met: they go where the photo went, or are held."""
    for known in regions:
        if not known.fate.sure or known.now is None:
            hold(c, known)
            continue
        if known.fate.turn != 1:
            _place(c, known, known.now, known.fate.turn or 1)
        if known.held:
            let_go(c, known.id)


def hold(c: sqlite3.Connection, known: KnownRegion) -> None:
    """The box stays as it is, and is no longer taken for one of the photo as it is now."""
    if known.held:
        return
    version = known.version or PhotoVersion(0, 0)
    c.execute(
        "INSERT OR REPLACE INTO kept_region VALUES (?, 1, ?, ?, ?, ?)",
        (known.id, version.width, version.height, version.orientation, version.sketch),
    )


def turn_along(c: sqlite3.Connection, known: KnownRegion) -> None:
    """The photo was only turned and the box with it, though nothing was met there now."""
    assert known.now is not None
    _place(c, known, known.now, known.fate.turn or 1)
    c.execute("INSERT OR REPLACE INTO kept_region (region, held) VALUES (?, 0)", (known.id,))


def let_go(c: sqlite3.Connection, region_id: int) -> None:
    """The box is where the photo shows it."""
    c.execute("DELETE FROM kept_region WHERE region = ?", (region_id,))


def _place(c: sqlite3.Connection, known: KnownRegion, box: Box, turn: int) -> None:
    (blob,) = c.execute("SELECT landmarks FROM region WHERE id = ?", (known.id,)).fetchone()
    if blob is not None:
        points = [turned(Box(float(x), float(y), 0.0, 0.0), turn) for x, y in _pairs(blob)]
        blob = np.array([(point.x, point.y) for point in points], "<f4").tobytes()
    c.execute(
        "UPDATE region SET x = ?, y = ?, w = ?, h = ?, landmarks = ? WHERE id = ?",
        (box.x, box.y, box.w, box.h, blob, known.id),
    )


def _pairs(blob: bytes) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in np.frombuffer(blob, "<f4").reshape(-1, 2)]


# --- faces met again ----------------------------------------------------------------------------------------------


class _Pair(NamedTuple):
    score: float
    found: int
    known: int
    placed: bool  # by its place in a photo of which is known how it was turned


def match(
    faces: Sequence[FaceFinding],
    known: Sequence[KnownRegion],
    identity: int | None,
    after: PhotoVersion | None,
) -> dict[int, KnownRegion]:
    """Place in ``faces`` to the earlier face it is: at its place where that is known, else by its vector (of the
    network ``identity``) and by what is round it. Where two people could as well be swapped neither is matched."""
    pairs = [
        pair
        for place, face in enumerate(faces)
        for number, one in enumerate(known)
        if (pair := _pair(place, face, number, one, identity, after)) is not None
    ]
    matched: dict[int, int] = {}
    used: set[int] = set()
    for pair in sorted(pairs, reverse=True):
        if pair.found in matched or pair.known in used:
            continue
        rivals = [other for other in pairs if other.known not in used]
        if pair.placed or not _could_be_swapped(pair, rivals, known):
            matched[pair.found] = pair.known
            used.add(pair.known)
    return {place: known[number] for place, number in matched.items()}


def _pair(
    place: int,
    face: FaceFinding,
    number: int,
    known: KnownRegion,
    identity: int | None,
    after: PhotoVersion | None,
) -> _Pair | None:
    """How well a found face goes with an earlier one; None: not at all."""
    cosine = _cosine(face, known, identity)
    overlap = known.now.iou(face.box) if known.now is not None else 0.0
    there = overlap >= SAME_PLACE_IOU
    if there and known.fate.sure:
        return _Pair(2 + overlap, place, number, placed=True)
    if there and (cosine is None or cosine >= _NOT_ANOTHER_COSINE):
        return _Pair(overlap + (0.5 if cosine is None else cosine), place, number, placed=False)
    if cosine is None or cosine < _MAYBE_COSINE:
        return None
    around = is_cut_out(known.version, after, known.box, face.box) if known.version and after else 0.0
    if cosine >= SAME_FACE_COSINE or around > 0:
        return _Pair(cosine + around, place, number, placed=False)
    return None


def _could_be_swapped(pair: _Pair, pairs: Sequence[_Pair], known: Sequence[KnownRegion]) -> bool:
    """Whether another person's face goes with the found one nearly as well: twins, where nothing shows which is
    which."""
    me = known[pair.known].person
    return any(
        other.found == pair.found
        and other.known != pair.known
        and known[other.known].person != me
        and pair.score - other.score < _TELLS_APART
        for other in pairs
    )


def _cosine(face: FaceFinding, known: KnownRegion, identity: int | None) -> float | None:
    if face.embedding is None or known.vector is None or known.identity != identity:
        return None
    one, other = np.asarray(face.embedding, np.float32), known.vector
    if one.shape != other.shape:
        return None
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    cosine = float(one @ other) / length if length > 0 else 0.0
    return cosine if np.isfinite(cosine) else None


PERSONAL = (
    Personal("sketch", {"grid": "16 x 16 greys of a whole photo"}),
    Personal("kept_region", {"grid": "16 x 16 greys of a whole photo"}),
)
