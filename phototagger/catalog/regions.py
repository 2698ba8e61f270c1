"""Boxes round faces and objects: stored after an analysis, read for the window.

Embeddings and landmarks are little-endian float32; landmarks are five (x, y) in 0..1 of the upright photo.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from phototagger.catalog.face_index import FaceIndex
from phototagger.domain import SAME_PLACE_IOU, Box, Region, RegionKind
from phototagger.findings import FaceFinding, Findings, Task
from phototagger.same_face import match_faces

FACE, OBJECT = range(2)
KINDS = (RegionKind.FACE, RegionKind.OBJECT)

_INSERT = (
    "INSERT INTO region (photo, kind, label, name, x, y, w, h, score, network, quality, landmarks, embedding,"
    " identity, cluster) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class _Known:
    """A face of an earlier analysis. ``named``: a person said who it is, or who it is not."""

    id: int
    box: Box
    cluster: int | None
    named: bool


def store(
    c: sqlite3.Connection, photo_id: int, findings: Findings, networks: Mapping[Task, int], index: FaceIndex
) -> None:
    """Replaces the photo's regions by what this analysis found, task by task: a task that did not run leaves
    its regions alone. A face met again keeps its id, cluster and person; one that a person said something
    about is never dropped."""
    if Task.OBJECTS in networks:
        c.execute("DELETE FROM region WHERE photo = ? AND kind = ?", (photo_id, OBJECT))
        for found in findings.objects:
            place = (photo_id, OBJECT, found.label, found.name, *_numbers(found.box), float(found.score))
            c.execute(_INSERT, (*place, networks[Task.OBJECTS], None, None, None, None, None))
    if Task.FACES in networks:
        _store_faces(c, photo_id, findings.faces, networks, index)


def object_keys(c: sqlite3.Connection, photo_id: int) -> list[tuple[str, float, float, float, float]]:
    """Label and box (five places) of each object the photo has, sorted: to tell whether they would change."""
    rows = c.execute("SELECT label, x, y, w, h FROM region WHERE photo = ? AND kind = ?", (photo_id, OBJECT))
    return sorted((row[0], *(round(value, 5) for value in row[1:])) for row in rows)


def _store_faces(
    c: sqlite3.Connection,
    photo_id: int,
    faces: Sequence[FaceFinding],
    networks: Mapping[Task, int],
    index: FaceIndex,
) -> None:
    known = _known_faces(c, photo_id)
    matches = _match([face.box for face in faces], known)
    identity = networks.get(Task.IDENTITY)
    clusters = _new_clusters(c, faces, known, matches, identity, index)
    for place, face in enumerate(faces):
        match = matches.get(place)
        vector = None if face.embedding is None else np.asarray(face.embedding, "<f4")
        facts = (
            *_numbers(face.box),
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
    met = {match.id for match in matches.values()}
    lost = [(face.id,) for face in known if face.id not in met and not face.named]
    c.executemany("DELETE FROM region WHERE id = ?", lost)


def _new_clusters(
    c: sqlite3.Connection,
    faces: Sequence[FaceFinding],
    known: Sequence[_Known],
    matches: Mapping[int, _Known],
    identity: int | None,
    index: FaceIndex,
) -> dict[int, int]:
    """Place in ``faces`` to its cluster, of those that have a vector and no cluster yet."""
    stay = [face for face in known if face.named or any(face is match for match in matches.values())]
    new = [
        (place, (np.asarray(face.embedding, "<f4"), face.quality))
        for place, face in enumerate(faces)
        if face.embedding is not None and (place not in matches or matches[place].cluster is None)
    ]
    taken = [face.cluster for face in stay if face.cluster is not None]
    found = index.assign_all(c, [vector for _, vector in new], identity, taken)
    return {place: cluster for (place, _), cluster in zip(new, found, strict=True)}


def _known_faces(c: sqlite3.Connection, photo_id: int) -> list[_Known]:
    rows = c.execute(
        "SELECT id, x, y, w, h, cluster, person IS NOT NULL OR id IN (SELECT face FROM face_rejected)"
        " FROM region WHERE photo = ? AND kind = ?",
        (photo_id, FACE),
    )
    return [_Known(row[0], Box(*row[1:5]), row[5], bool(row[6])) for row in rows]


def _match(boxes: Sequence[Box], known: Sequence[_Known]) -> dict[int, _Known]:
    """Place in ``boxes`` to the earlier face it is. Networks draw alike, so half of both is asked for."""

    def fit(one: Box, other: Box) -> float:
        overlap = one.iou(other)
        return overlap if overlap >= SAME_PLACE_IOU else 0.0

    matched = match_faces(boxes, [face.box for face in known], fit)
    return {place: known[face] for place, face in matched.items()}


def _numbers(box: Box) -> tuple[float, float, float, float]:
    return float(box.x), float(box.y), float(box.w), float(box.h)


def for_photo(c: sqlite3.Connection, photo_id: int) -> list[Region]:
    """The regions of one photo: faces, then objects, surest first. ``person`` is the one a person gave to the
    face, or else the name of its cluster."""
    return for_photos(c, [photo_id]).get(photo_id, [])


def for_photos(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, list[Region]]:
    """The regions of several photos; photos without any are left out."""
    rows = c.execute(
        "SELECT region.id, photo, kind, label, region.name, x, y, w, h, score, network.name, person.name,"
        " cluster, quality FROM region JOIN network ON network.id = network"
        " LEFT JOIN cluster ON cluster.id = cluster"
        " LEFT JOIN person ON person.id = coalesce(region.person, cluster.person)"
        " WHERE photo IN (SELECT value FROM json_each(?)) ORDER BY photo, kind, score DESC, region.id",
        (json.dumps(list(photo_ids)),),
    )
    found: dict[int, list[Region]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(_region(row))
    return found


def _region(row: tuple[Any, ...]) -> Region:
    identity, photo, kind, label, name, x, y, w, h, score, network, person, cluster, quality = row
    box = Box(x, y, w, h)
    return Region(identity, photo, KINDS[kind], label, name, box, score, network, person, cluster, quality)
