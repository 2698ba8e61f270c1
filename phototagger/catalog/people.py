"""Clusters of faces, and the persons they are named after.

Clustering is incremental: a new face joins the cluster whose centroid is nearest, if it is near enough, or
founds a new one. Edits by a person are history steps; :func:`forget_all` alone is not, since what it removes
must be gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from phototagger.catalog import history
from phototagger.catalog.history import Subject
from phototagger.catalog.paths import fold, join
from phototagger.domain import Box, Changes
from phototagger.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from phototagger.domain import Vector

# Least cosine between a face and a cluster's centroid for the face to join it. Measured with MobileFaceNet on 145
# photos of 27 people in 20 random orders: BCubed F 0.994 at 0.5 (0.993 at 0.45, 0.990 at 0.55, 0.981 at 0.4).
JOIN_COSINE = 0.5


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """A cluster for a list: its size, and its face of best quality as the one to show."""

    id: int
    person: str | None
    faces: int
    photos: int
    best_face: int
    best_photo: int


@dataclass(frozen=True, slots=True)
class FaceRow:
    """One face of a cluster. ``box`` in 0..1 of the upright photo; ``id`` is what :func:`split_face` takes."""

    id: int
    photo_id: int
    path: Path
    box: Box
    quality: float | None


class FaceIndex:
    """Centroids of all clusters in memory, for one job. Reads the faces once, and again after a person edited
    clusters (``people_revision``) or :meth:`reset`. Only faces seen by one network compare."""

    def __init__(self) -> None:
        self._held: tuple[int, int, int | None] | None = None  # revision, numbers a face, network
        self._ids: list[int] = []
        self._sums: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._units: NDArray[np.float32] = np.zeros((0, 0), np.float32)

    def reset(self) -> None:
        """Forgets what was read: the transaction it was read or changed in was rolled back."""
        self._held = None

    def assign(self, c: sqlite3.Connection, embedding: Vector, network: int | None = None) -> int:
        """The cluster of a new face, a new one if none is near; the face counts in its centroid from now on.

        ``embedding``: float32 (n,), any length but zero, made by ``network`` (its id; None: by any). Call inside
        a write transaction. Raises ValueError for numbers that are not finite.
        """
        if not np.isfinite(embedding).all():
            raise ValueError("the vector of a face is not finite")
        self._sync(c, len(embedding), network)
        unit = _unit(embedding)
        count = len(self._ids)
        if count:
            cosines = self._units[:count] @ unit
            nearest = int(cosines.argmax())
            if float(cosines[nearest]) >= JOIN_COSINE:
                self._add(nearest, unit)
                return self._ids[nearest]
        cluster = _new_cluster(c)
        self._found(cluster, unit)
        return cluster

    def _sync(self, c: sqlite3.Connection, width: int, network: int | None) -> None:
        revision = int(c.execute("SELECT value FROM meta WHERE key = 'people_revision'").fetchone()[0])
        if self._held == (revision, width, network):
            return
        self._ids = []
        places: dict[int, int] = {}
        self._sums = self._units = np.zeros((0, 0), np.float32)
        rows = c.execute(
            "SELECT cluster, embedding FROM region WHERE cluster NOT NULL AND length(embedding) = ?1"
            " AND (?2 IS NULL OR identity = ?2)",
            (4 * width, network),
        )
        for cluster, blob in rows:
            unit = _unit(np.frombuffer(blob, "<f4"))
            if cluster in places:
                self._sums[places[cluster]] += unit
            else:
                places[cluster] = len(self._ids)
                self._found(cluster, unit)
        lengths = np.linalg.norm(self._sums, axis=1, keepdims=True) if len(self._ids) else 1.0
        self._units = (self._sums / np.maximum(lengths, 1e-12)).astype(np.float32)
        self._held = (revision, width, network)

    def _found(self, cluster: int, unit: Vector) -> None:
        count = len(self._ids)
        if count >= len(self._sums):
            self._sums = _grown(self._sums, count, len(unit))
            self._units = _grown(self._units, count, len(unit))
        self._sums[count] = self._units[count] = unit
        self._ids.append(cluster)

    def _add(self, place: int, unit: Vector) -> None:
        self._sums[place] += unit
        self._units[place] = _unit(self._sums[place])


def _unit(vector: Vector) -> Vector:
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)


def _grown(matrix: NDArray[np.float32], count: int, width: int) -> NDArray[np.float32]:
    larger = np.zeros((max(64, 2 * count), width), np.float32)
    if count:
        larger[:count] = matrix[:count]
    return larger


def list_clusters(c: sqlite3.Connection) -> list[ClusterRow]:
    """Clusters that hold a face: named ones by name, then the others, largest first."""
    # SQLite takes the columns beside max() from the row of the maximum.
    rows = c.execute(
        "SELECT cluster, name, count(*), count(DISTINCT photo), face, photo, max(quality) FROM"
        " (SELECT region.cluster, person.name, person.folded, photo, region.id AS face,"
        " coalesce(quality, 0) AS quality FROM region JOIN cluster ON cluster.id = region.cluster"
        " LEFT JOIN person ON person.id = cluster.person) GROUP BY cluster"
        " ORDER BY folded IS NULL, folded, count(*) DESC, cluster"
    )
    return [ClusterRow(*row[:6]) for row in rows]


def faces_of(c: sqlite3.Connection, cluster: int) -> list[FaceRow]:
    """The faces of one cluster, best quality first. Raises UsageError for an unknown cluster."""
    _check_cluster(c, cluster)
    rows = c.execute(
        "SELECT region.id, photo.id, folder.path, photo.name, x, y, w, h, quality FROM region"
        " JOIN photo ON photo.id = region.photo JOIN folder ON folder.id = photo.folder"
        " WHERE cluster = ? ORDER BY quality DESC, region.id",
        (cluster,),
    )
    return [FaceRow(row[0], row[1], join(row[2], row[3]), Box(*row[4:8]), row[8]) for row in rows]


def confirmed_faces(c: sqlite3.Connection, photo_id: int) -> list[tuple[str, Box]]:
    """The persons confirmed on one photo, each with the box of the face, left to right."""
    rows = c.execute(
        "SELECT person.name, x, y, w, h FROM region JOIN person ON person.id = region.person WHERE photo = ?"
        " ORDER BY x, region.id",
        (photo_id,),
    )
    return [(row[0], Box(*row[1:])) for row in rows]


def name_cluster(c: sqlite3.Connection, cluster: int, name: str | None) -> Changes:
    """Names a cluster and all faces in it (None takes the name away), as one history step.

    Raises UsageError for an unknown cluster or an empty name.
    """
    _check_cluster(c, cluster)
    person = None if name is None else _person_id(c, name)
    step = history.begin(c)
    _plan_cluster_person(c, step, cluster, person)
    _plan_face_person(c, step, "cluster = ?", (cluster,), person)
    text = f"Removed the name of group {cluster}" if name is None else f"Named group {cluster} {name.strip()}"
    return history.finish(c, step, text)


def merge_clusters(c: sqlite3.Connection, into: int, others: Sequence[int]) -> Changes:
    """Moves the faces of ``others`` into ``into``, as one history step. The merged group has the name of
    ``into``, or of the first of ``others`` that has one. Raises UsageError for an unknown cluster."""
    others = [cluster for cluster in dict.fromkeys(others) if cluster != into]
    for cluster in (into, *others):
        _check_cluster(c, cluster)
    names = [_cluster_person(c, cluster) for cluster in (into, *others)]
    person = next((name for name in names if name is not None), None)
    step = history.begin(c)
    _plan_cluster_person(c, step, into, person)
    for cluster in others:
        history.plan(
            c,
            step,
            Subject.FACE_CLUSTER,
            "SELECT id, NULL, cluster, ? FROM region WHERE cluster = ?",
            (into, cluster),
        )
        _plan_face_person(c, step, "cluster = ?", (cluster,), person)
    _plan_face_person(c, step, "cluster = ?", (into,), person)
    return history.finish(c, step, f"Merged {_count(len(others), 'group')} into group {into}")


def split_face(c: sqlite3.Connection, region_id: int) -> Changes:
    """Takes one face out of its cluster into a new one without a name, as one history step.

    Raises UsageError when the region is no face or is in no cluster.
    """
    row = c.execute("SELECT cluster FROM region WHERE id = ? AND kind = 0", (region_id,)).fetchone()
    if row is None or row[0] is None:
        raise UsageError(f"There is no face {region_id} in any group. `people list` shows the groups.")
    step = history.begin(c)
    where = "SELECT id, NULL, cluster, ? FROM region WHERE id = ?"
    history.plan(c, step, Subject.FACE_CLUSTER, where, (_new_cluster(c), region_id))
    _plan_face_person(c, step, "id = ?", (region_id,), None)
    return history.finish(c, step, f"Took a face out of group {row[0]}")


def forget_all(c: sqlite3.Connection) -> Changes:
    """Removes all that identifies people: face vectors, groups, names, and the history steps about them. The
    face boxes stay. There is no undo; the freed bytes are overwritten."""
    c.execute("PRAGMA secure_delete = ON")
    photos = c.execute("SELECT DISTINCT photo FROM region WHERE kind = 0").fetchall()
    c.execute(
        "UPDATE region SET embedding = NULL, landmarks = NULL, cluster = NULL, person = NULL WHERE kind = 0"
    )
    c.execute("DELETE FROM cluster")
    c.execute("DELETE FROM person")
    about_people = (Subject.FACE_CLUSTER, Subject.CLUSTER_PERSON, Subject.FACE_PERSON)
    c.execute(
        "DELETE FROM history_step WHERE id IN (SELECT step FROM history_change WHERE subject IN (?, ?, ?))",
        about_people,
    )
    c.execute("UPDATE meta SET value = value + 1 WHERE key = 'people_revision'")
    c.execute("PRAGMA secure_delete = OFF")
    return Changes(frozenset(row[0] for row in photos), history=True)


def _new_cluster(c: sqlite3.Connection) -> int:
    return int(c.execute("INSERT INTO cluster DEFAULT VALUES").lastrowid or 0)


def _check_cluster(c: sqlite3.Connection, cluster: int) -> None:
    if c.execute("SELECT 1 FROM region WHERE cluster = ? LIMIT 1", (cluster,)).fetchone() is None:
        raise UsageError(f"There is no group {cluster} of faces. `people list` shows the groups.")


def _cluster_person(c: sqlite3.Connection, cluster: int) -> int | None:
    row = c.execute("SELECT person FROM cluster WHERE id = ?", (cluster,)).fetchone()
    return row[0] if row else None


def _person_id(c: sqlite3.Connection, name: str) -> int:
    name = name.strip()
    if not name:
        raise UsageError("A person's name cannot be empty.")
    row = c.execute("SELECT id FROM person WHERE folded = ?", (fold(name),)).fetchone()
    if row is None:
        cursor = c.execute("INSERT INTO person (name, folded) VALUES (?, ?)", (name, fold(name)))
        return int(cursor.lastrowid or 0)
    return int(row[0])


def _plan_cluster_person(c: sqlite3.Connection, step: int, cluster: int, person: int | None) -> None:
    history.plan(
        c,
        step,
        Subject.CLUSTER_PERSON,
        "SELECT id, NULL, person, ? FROM cluster WHERE id = ? AND person IS NOT ?",
        (person, cluster, person),
    )


def _plan_face_person(
    c: sqlite3.Connection, step: int, where: str, parameters: tuple[int, ...], person: int | None
) -> None:
    history.plan(
        c,
        step,
        Subject.FACE_PERSON,
        f"SELECT id, NULL, person, ? FROM region WHERE {where} AND kind = 0 AND person IS NOT ?",
        (person, *parameters, person),
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
