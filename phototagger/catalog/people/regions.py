"""Boxes round faces and objects: stored after an analysis, read for the window.

Embeddings and landmarks are little-endian float32; landmarks are five (x, y) in 0..1 of the upright photo.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from phototagger.catalog.people import following, written
from phototagger.catalog.people.face_index import FaceIndex
from phototagger.catalog.people.following import KnownRegion, Seen
from phototagger.catalog.store.personal import Personal, deleted
from phototagger.domain.findings import FaceFinding, Findings, ObjectFinding, Task
from phototagger.domain.records import SAME_PLACE_IOU, Box, Region, RegionKind

FACE, OBJECT = range(2)
KINDS = (RegionKind.FACE, RegionKind.OBJECT)

_INSERT = (
    "INSERT INTO region (photo, kind, label, name, x, y, w, h, score, network, quality, landmarks, embedding,"
    " identity, cluster) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def store(
    c: sqlite3.Connection,
    photo_id: int,
    findings: Findings,
    networks: Mapping[str, int],
    index: FaceIndex,
    seen: Seen | None = None,
) -> None:
    """Replaces the photo's regions by what this analysis found, task by task: a task that did not run leaves
    its regions alone. A face met again keeps its id, cluster and person; one that a person said something
    about is never dropped. ``seen``: the versions of the photo before and now, where it was analysed again; boxes
    follow it (see :mod:`phototagger.catalog.people.following`)."""
    known = following.known_regions(c, photo_id, seen)
    if seen is not None and seen.before is not None and seen.after is not None:
        written.turn(c, photo_id, seen.before.orientation, seen.after.orientation)
    objects = [region for region in known if region.kind == OBJECT]
    faces = [region for region in known if region.kind == FACE]
    if Task.OBJECTS in networks:
        _store_objects(c, photo_id, findings.objects, objects, networks[Task.OBJECTS], seen)
    else:
        following.carry(c, objects)
    if Task.FACES in networks:
        _store_faces(c, photo_id, findings.faces, faces, networks, index, seen)
    else:
        following.carry(c, faces)


def object_keys(c: sqlite3.Connection, photo_id: int) -> list[tuple[str, float, float, float, float]]:
    """Label and box (five places) of each object that the last analysis met, sorted: to tell whether they would
    change."""
    rows = c.execute(
        "SELECT label, x, y, w, h FROM region WHERE photo = ? AND kind = ?"
        " AND id NOT IN (SELECT region FROM kept_region)",
        (photo_id, OBJECT),
    )
    return sorted((row[0], *(round(value, 5) for value in row[1:])) for row in rows)


def _store_objects(
    c: sqlite3.Connection,
    photo_id: int,
    objects: Sequence[ObjectFinding],
    known: Sequence[KnownRegion],
    network: int,
    seen: Seen | None,
) -> None:
    kept = _objects_kept(c, photo_id, objects, known)
    c.executemany("DELETE FROM region WHERE id = ?", [(one.id,) for one in known if one.id not in kept])
    for found in objects:
        box = _steady(found.box, (one for one in known if one.name == found.name), seen)
        place = (photo_id, OBJECT, found.label, found.name, *_numbers(box), float(found.score))
        c.execute(_INSERT, (*place, network, None, None, None, None, None))


def _steady(box: Box, known: Iterable[KnownRegion], seen: Seen | None) -> Box:
    """Where a box is that was found again on the same picture in another file: where it was, turned with it, for
    networks draw a little differently each time, and what stands in the file is as good."""
    if seen is None or seen.same_file:
        return box
    places = [one.now for one in known if one.fate.sure and one.now is not None]
    return max(
        (place for place in places if place.iou(box) >= SAME_PLACE_IOU),
        key=lambda place: place.iou(box),
        default=box,
    )


def _objects_kept(
    c: sqlite3.Connection, photo_id: int, objects: Sequence[ObjectFinding], known: Sequence[KnownRegion]
) -> set[int]:
    """Confirmed objects that stay though they were not met: those of a photo that was only turned, which networks
    know less well upside down, and, held, those of one that was changed otherwise."""
    words = written.confirmed_words(c, photo_id)
    kept: set[int] = set()
    unplaced: dict[str, list[KnownRegion]] = {}
    for one in known:
        name = one.name.casefold()
        if name not in words:
            continue
        if not one.fate.sure or one.now is None:
            unplaced.setdefault(name, []).append(one)
            continue
        place = one.now
        met = any(
            found.name.casefold() == name and found.box.iou(place) >= SAME_PLACE_IOU for found in objects
        )
        if not met and (one.kept or one.fate.turn != 1):
            following.turn_along(c, one)
            kept.add(one.id)
    for name, some in unplaced.items():
        met_now = sum(found.name.casefold() == name for found in objects)
        for one in some[met_now:]:
            following.hold(c, one)
            kept.add(one.id)
    return kept


def _store_faces(
    c: sqlite3.Connection,
    photo_id: int,
    faces: Sequence[FaceFinding],
    known: Sequence[KnownRegion],
    networks: Mapping[str, int],
    index: FaceIndex,
    seen: Seen | None,
) -> None:
    identity = networks.get(Task.IDENTITY)
    matches = following.match(faces, known, identity, seen.after if seen else None)
    clusters = _new_clusters(c, faces, known, matches, identity, index)
    for place, face in enumerate(faces):
        match = matches.get(place)
        vector = None if face.embedding is None else np.asarray(face.embedding, "<f4")
        box = _steady(face.box, [match] if match is not None and match.named else [], seen)
        facts = (
            *_numbers(box),
            float(face.score),
            networks[Task.FACES],
            float(face.quality),
            np.asarray(face.landmarks, "<f4").tobytes(),
            None if vector is None else vector.tobytes(),
            None if vector is None else identity,
            clusters.get(place, match.cluster if match else None),
        )
        if match is None:
            c.execute(_INSERT, (photo_id, FACE, "face", "face", *facts))
        else:
            c.execute(
                "UPDATE region SET x = ?, y = ?, w = ?, h = ?, score = ?, network = ?, quality = ?,"
                " landmarks = ?, embedding = coalesce(?, embedding), identity = coalesce(?, identity),"
                " cluster = ? WHERE id = ?",
                (*facts, match.id),
            )
            if match.kept:
                following.let_go(c, match.id)
    met = {match.id for match in matches.values()}
    lost = [face for face in known if face.id not in met]
    c.executemany("DELETE FROM region WHERE id = ?", [(face.id,) for face in lost if not face.named])
    following.carry(c, [face for face in lost if face.named])


def _new_clusters(
    c: sqlite3.Connection,
    faces: Sequence[FaceFinding],
    known: Sequence[KnownRegion],
    matches: Mapping[int, KnownRegion],
    identity: int | None,
    index: FaceIndex,
) -> dict[int, int]:
    """Place in ``faces`` to its cluster, of those that have a vector and no cluster yet. Nobody is twice on one
    photo, but a face that this version of it does not show takes no place from those that it does."""
    met = {match.id for match in matches.values()}
    stay = [face for face in known if face.id in met or (face.named and face.fate.sure)]
    new = [
        (place, (np.asarray(face.embedding, "<f4"), face.quality))
        for place, face in enumerate(faces)
        if face.embedding is not None and (place not in matches or matches[place].cluster is None)
    ]
    taken = [face.cluster for face in stay if face.cluster is not None]
    found = index.assign_all(c, [vector for _, vector in new], identity, taken)
    return {place: cluster for (place, _), cluster in zip(new, found, strict=True)}


def _numbers(box: Box) -> tuple[float, float, float, float]:
    return float(box.x), float(box.y), float(box.w), float(box.h)


def for_photos(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, list[Region]]:
    """The regions of these photos: faces, then objects, surest first; photos without any are left out. ``person``
    is the one a person gave to the face, or else the name of its cluster."""
    rows = c.execute(
        "SELECT region.id, photo, kind, label, region.name, x, y, w, h, score, network.name, person.name,"
        " cluster, quality, coalesce(held, 0) FROM region JOIN network ON network.id = network"
        " LEFT JOIN kept_region ON kept_region.region = region.id"
        " LEFT JOIN cluster ON cluster.id = cluster"
        " LEFT JOIN person ON person.id = coalesce(region.person, cluster.person)"
        " WHERE photo IN (SELECT value FROM json_each(?))"
        " ORDER BY photo, kind, coalesce(held, 0), score DESC, region.id",
        (json.dumps(list(photo_ids)),),
    )
    found: dict[int, list[Region]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(_region(row))
    return found


def _region(row: tuple[Any, ...]) -> Region:
    identity, photo, kind, label, name, x, y, w, h, score, network, person, cluster, quality, held = row
    box = Box(x, y, w, h)
    known = (label, name, box, score, network, person, cluster, quality)
    return Region(identity, photo, KINDS[kind], *known, held=bool(held))


PERSONAL = (
    Personal(
        "region",
        {"label": "of objects", "name": "of objects", "landmarks": "none", "embedding": "none"},
        forget=deleted("DELETE FROM region WHERE kind = 0"),
    ),
)
