"""What is known of people: clusters of faces, persons, and who the unnamed might be. Edits: ``edits``.

``region.person`` is whom a person said (or a file's own metadata says) a face is: confirmed. A face without it,
in a cluster that has a person, is a suggestion for review; so is a whole cluster near to a person.
"""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from phototagger.catalog.people.face_index import centroid_sums, join_cosine, sound_numbers, unit
from phototagger.catalog.store.paths import join
from phototagger.catalog.store.personal import Personal, named
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Box
from phototagger.domain.sentences import said
from phototagger.domain.spelling import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEEP = 0.06
"""Cosine that takes a suggestion's score from 0.5 to 0.73."""
_LEAST_SCORE = 0.3
"""A cluster less like a person than this is not proposed to be that person."""


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """A cluster for a list: its size, and its face of best quality as the one to show.

    ``waiting``: faces that nobody confirmed yet. ``suggested``: the person that an unnamed cluster looks like,
    and how sure that is, 0..1 (0.5: as sure as joining a cluster takes).
    """

    id: int
    person: str | None
    faces: int
    photos: int
    best_face: int
    best_photo: int
    ignored: bool = False
    hidden: bool = False
    waiting: int = 0
    suggested: str | None = None
    score: float | None = None
    box: Box | None = None  # of the best face


@dataclass(frozen=True, slots=True)
class FaceRow:
    """One face of a cluster. ``box`` in 0..1 of the upright photo; ``id`` is what the edits take. ``score``: how
    like the rest of its cluster it is, 0..1; None where it has no vector."""

    id: int
    photo_id: int
    path: Path
    box: Box
    quality: float | None
    person: str | None = None
    score: float | None = None
    held: bool = False  # the box is of an earlier version of the photo


def likeness(cosine: float, centroids: int) -> float:
    """A cosine as a score 0..1: 0.5 where a face would join one of so many clusters."""
    return 1.0 / (1.0 + math.exp(-(cosine - join_cosine(centroids)) / _STEEP))


def list_clusters(c: sqlite3.Connection) -> list[ClusterRow]:
    """Clusters that hold a face: named ones by name, then the others, largest first; ignored ones last. Without
    suggestions; see :func:`with_suggestions`."""
    # SQLite takes the columns beside max() from the row of the maximum.
    rows = c.execute(
        "SELECT cluster, name, count(*), count(DISTINCT photo), face, photo, ignored, hidden,"
        " count(*) FILTER (WHERE NOT confirmed), x, y, w, h, max(quality) FROM"
        " (SELECT region.cluster, person.name, person.folded, photo, region.id AS face, ignored,"
        " coalesce(hidden, 0) AS hidden, region.person NOT NULL AS confirmed, x, y, w, h,"
        " iif(region.id IN (SELECT region FROM kept_region WHERE held = 1), -1, coalesce(quality, 0)) AS quality"
        " FROM region JOIN cluster ON cluster.id = region.cluster"
        " LEFT JOIN person ON person.id = cluster.person) GROUP BY cluster"
        " ORDER BY ignored, folded IS NULL, folded, count(*) DESC, cluster"
    )
    return [
        ClusterRow(
            *row[:6],  # type: ignore[misc]
            ignored=bool(row[6]),
            hidden=bool(row[7]),
            waiting=row[8],
            box=Box(*row[9:13]),
        )
        for row in rows
    ]


def others_in_clusters(c: sqlite3.Connection) -> dict[int, list[tuple[str, int]]]:
    """Cluster -> who is confirmed on some of its faces though the cluster is called otherwise, with the number of
    faces: two programs may have named one person differently."""
    rows = c.execute(
        "SELECT cluster.id, person.name, count(*) FROM region JOIN cluster ON cluster.id = region.cluster"
        " JOIN person ON person.id = region.person WHERE region.person IS NOT cluster.person"
        " GROUP BY cluster.id, person.id ORDER BY cluster.id, count(*) DESC, person.folded"
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for cluster, name, faces in rows:
        found.setdefault(cluster, []).append((name, faces))
    return found


def with_suggestions(c: sqlite3.Connection, rows: list[ClusterRow]) -> list[ClusterRow]:
    """The rows, unnamed ones with the person they look like most, where they look like one. Hidden persons are
    not proposed, nor one for whom a face of the cluster was rejected."""
    found = suggestions(c)
    nobody: tuple[str | None, float | None] = (None, None)
    answers: list[ClusterRow] = []
    for row in rows:
        person, score = found.get(row.id, nobody)
        answers.append(replace(row, suggested=person, score=score))
    return answers


def suggestions(c: sqlite3.Connection) -> dict[int, tuple[str, float]]:
    """Unnamed, not ignored cluster to the person it is most like and the score."""
    vectors = c.execute(
        "SELECT region.person, embedding, quality, length(embedding), identity FROM region JOIN person"
        " ON person.id = region.person WHERE length(embedding) % 4 = 0 AND hidden = 0"
    ).fetchall()
    if not vectors:
        return {}
    unnamed = c.execute(
        "SELECT cluster, embedding, quality, length(embedding), identity FROM region JOIN cluster"
        " ON cluster.id = region.cluster WHERE length(embedding) % 4 = 0 AND cluster.person IS NULL AND ignored = 0"
        " AND region.person IS NULL"
    ).fetchall()
    names = dict(c.execute("SELECT id, name FROM person"))
    never = set(
        c.execute(
            "SELECT cluster, face_rejected.person FROM face_rejected JOIN region ON region.id = face"
            " WHERE cluster NOT NULL"
        )
    )
    answers: dict[int, tuple[str, float]] = {}
    for kind in {row[3:] for row in vectors}:  # only vectors of one network compare
        persons, known = _centroids(vectors, kind)
        clusters, new = _centroids(unnamed, kind)
        for start in range(0, len(clusters), 1024):
            cosines = new[start : start + 1024] @ known.T
            for cluster, row in zip(clusters[start : start + 1024], cosines, strict=True):
                for at in np.argsort(-row)[:3]:
                    score = likeness(float(row[at]), len(persons))
                    if (cluster, persons[at]) not in never:
                        if score >= _LEAST_SCORE:
                            answers[cluster] = (names[persons[at]], round(score, 4))
                        break
    return answers


def _centroids(
    rows: list[tuple[int, bytes, float | None, int, int]], kind: tuple[int, int]
) -> tuple[list[int], NDArray[np.float32]]:
    """Keys and unit centroids (n x width) of the rows of one kind (bytes a vector, network)."""
    keys, sums, _ = centroid_sums([row[:3] for row in rows if row[3:] == kind], kind[0] // 4)
    return keys, sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def faces_of(c: sqlite3.Connection, cluster: int) -> list[FaceRow]:
    """The faces of one cluster, best quality first. Raises UsageError for an unknown cluster."""
    check_cluster(c, cluster)
    rows = c.execute(
        "SELECT region.id, photo.id, folder.path, photo.name, x, y, w, h, quality, person.name, embedding,"
        " identity, coalesce(held, 0) FROM region JOIN photo ON photo.id = region.photo"
        " JOIN folder ON folder.id = photo.folder LEFT JOIN person ON person.id = region.person"
        " LEFT JOIN kept_region ON kept_region.region = region.id"
        " WHERE cluster = ? ORDER BY quality DESC, region.id",
        (cluster,),
    ).fetchall()
    scores = _scores([(row[10], row[8], row[11]) for row in rows])
    return [
        FaceRow(row[0], row[1], join(row[2], row[3]), Box(*row[4:8]), row[8], row[9], score, bool(row[12]))
        for row, score in zip(rows, scores, strict=True)
    ]


def _scores(faces: list[tuple[bytes | None, float | None, int]]) -> list[float | None]:
    """How like the weighted mean of all others each face (vector, quality, network) is."""
    # A vector that is damaged is none.
    kinds = [(None if blob is None or len(blob) % 4 else len(blob), network) for blob, _, network in faces]
    answers: list[float | None] = [None] * len(faces)
    for kind in set(kinds):
        members = [at for at, other in enumerate(kinds) if other == kind]
        if kind[0] is None:
            continue
        vectors = [unit(sound_numbers(faces[at][0] or b"")) for at in members]
        _, sums, _ = centroid_sums([(0, faces[at][0] or b"", faces[at][1]) for at in members], kind[0] // 4)
        mean = unit(sums[0])
        for at, vector in zip(members, vectors, strict=True):
            answers[at] = round(likeness(float(vector @ mean), 1), 4)
    return answers


def persons(c: sqlite3.Connection) -> list[tuple[str, int, bool]]:
    """Every person's name, number of confirmed faces, and whether the person is hidden; by name."""
    rows = c.execute(
        "SELECT name, (SELECT count(*) FROM region WHERE region.person = person.id), hidden FROM person"
        " ORDER BY folded"
    )
    return [(name, faces, bool(hidden)) for name, faces, hidden in rows]


class ConfirmedFace(NamedTuple):
    """``held``: the box is of an earlier version of the photo."""

    person: int
    name: str
    box: Box
    held: bool


def confirmed_faces(c: sqlite3.Connection, photo_id: int) -> list[ConfirmedFace]:
    """The persons confirmed on one photo, hidden ones left out, each with the box of the face, left to right."""
    rows = c.execute(
        "SELECT person.id, person.name, x, y, w, h, coalesce(held, 0) FROM region"
        " JOIN person ON person.id = region.person LEFT JOIN kept_region ON kept_region.region = region.id"
        " WHERE photo = ? AND hidden = 0 ORDER BY x, region.id",
        (photo_id,),
    )
    return [ConfirmedFace(row[0], row[1], Box(*row[2:6]), bool(row[6])) for row in rows]


def check_cluster(c: sqlite3.Connection, cluster: int) -> None:
    """Raises UsageError for a cluster that holds no face."""
    if c.execute("SELECT 1 FROM region WHERE cluster = ? LIMIT 1", (cluster,)).fetchone() is None:
        raise UsageError(
            said("There is no group {cluster} of faces. `people list` shows the groups.", cluster=cluster)
        )


def person_named(c: sqlite3.Connection, name: str) -> int | None:
    """The id of a person, upper and lower case being the same; None where there is none."""
    row = c.execute("SELECT id FROM person WHERE folded = ?", (fold(name.strip()),)).fetchone()
    return None if row is None else int(row[0])


PERSONAL = (
    Personal("face_rejected", emptied=True),
    Personal("cluster", emptied=True),
    Personal("person", emptied=True, names=named("SELECT name FROM person")),
)
