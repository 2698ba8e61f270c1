"""Which cluster a new face belongs to: incremental, so that its cost follows the new faces and not all of them.

A face joins the cluster whose centroid is nearest, if it is near enough, or founds a new one. Centroids are the
faces' unit vectors weighted by quality. Near enough rises with the number of clusters (:func:`join_cosine`), so
that the chance of joining a stranger stays the same: rather two clusters of one person than one of two.

Nobody is twice on one photo: of two faces on it that are near one cluster, the nearer joins. (Of a mirror or a
collage that makes two clusters, which a person can merge; the other way round siblings became one.)

Up to :data:`EXACT_BELOW` clusters the nearest is found by comparing with all of them. Above, in a run that is
long enough to pay for building it, a graph (usearch's HNSW) proposes a few, and those are compared exactly.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from usearch.index import Index

    from phototagger.domain.findings import Vector

LEAST_COSINE = 0.5
"""Measured with MobileFaceNet on 145 photos of 27 people in 20 random orders: B-cubed F 0.994 at 0.5 (0.993 at
0.45, 0.990 at 0.55, 0.981 at 0.4)."""
STRANGERS = NormalDist(0.02, 0.145)
"""Cosines of faces with centroids of other people, on the same photos and on 20,000 people drawn from a normal
distribution with the covariance of 416 real faces."""
STRANGER_CHANCE = 0.02
"""How likely a person who is not in the catalog is to join somebody, however many it knows."""
EXACT_BELOW = 20_000
LEAST_WEIGHT = 0.05
"""Weight of a face of quality 0: it still counts, or a cluster of such faces would have no centroid."""
_PAYS_AFTER = 500
"""Faces in one run from which building the graph costs less than it saves."""
_CANDIDATES = 8


@lru_cache(maxsize=4096)
def join_cosine(clusters: int) -> float:
    """Least cosine between a face and the nearest of so many centroids for the face to join it."""
    if clusters < 1:
        return LEAST_COSINE
    return max(LEAST_COSINE, STRANGERS.inv_cdf(1.0 - STRANGER_CHANCE / clusters))


def weight(quality: float | None) -> float:
    """How much a face counts in a centroid. ``quality``: 0..1, None for unknown (counts fully)."""
    return 1.0 if quality is None else min(1.0, max(LEAST_WEIGHT, quality))  # a damaged one counts like any


def unit(vector: Vector) -> Vector:
    """The vector at length 1."""
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)


class FaceIndex:
    """Centroids of all clusters in memory, for one job. Reads the faces once, and again after a person edited
    clusters (``people_revision``) or :meth:`reset`. Only faces seen by one network compare."""

    def __init__(self) -> None:
        self._held: tuple[int, int, int | None] | None = None  # revision, numbers a face, network
        self._ids: list[int] = []
        self._places: dict[int, int] = {}  # of each id in _ids
        self._sums: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._units: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._sizes: list[int] = []
        self._graph: Index | None = None
        self._assigned = 0

    def reset(self) -> None:
        """Forgets what was read: the transaction it was read or changed in was rolled back."""
        self._held = None

    def assign(
        self,
        c: sqlite3.Connection,
        embedding: Vector,
        network: int | None = None,
        quality: float | None = None,
    ) -> int:
        """The cluster of a new face that is alone on its photo; see :meth:`assign_all`."""
        return self.assign_all(c, [(embedding, quality)], network)[0]

    def assign_all(
        self,
        c: sqlite3.Connection,
        faces: Sequence[tuple[Vector, float | None]],
        network: int | None = None,
        taken: Iterable[int] = (),
    ) -> list[int]:
        """The clusters of one photo's new faces, in their order, each another one; new ones where none is near.
        The faces count in their centroids from now on.

        ``faces``: embedding, float32 (n,), any length but zero, made by ``network`` (its id; None: by any), and
        quality, 0..1; ``taken``: clusters that hold another face of the photo already. Call inside a write
        transaction. Raises ValueError for numbers that are not finite.
        """
        if not all(np.isfinite(embedding).all() for embedding, _ in faces):
            raise ValueError("the vector of a face is not finite")
        if not faces:
            return []
        self._sync(c, len(faces[0][0]), network)
        vectors = [unit(embedding) for embedding, _ in faces]
        self._assigned += len(faces)
        used = set(taken)
        order = list(range(len(faces)))
        if len(faces) > 1:
            near = [self._nearest(vector, used)[1] for vector in vectors]
            order.sort(key=lambda at: -near[at])
        clusters = [0] * len(faces)
        for at in order:
            clusters[at] = self._join_or_found(c, vectors[at], weight(faces[at][1]), used)
            used.add(clusters[at])
        return clusters

    def _join_or_found(self, c: sqlite3.Connection, vector: Vector, weighs: float, taken: set[int]) -> int:
        place, cosine = self._nearest(vector, taken)
        if cosine >= join_cosine(len(self._ids)):
            self._add(place, vector, weighs)
            return self._ids[place]
        cluster = int(c.execute("INSERT INTO cluster DEFAULT VALUES").lastrowid or 0)
        self._found(cluster, vector, weighs)
        return cluster

    def _nearest(self, vector: Vector, taken: set[int]) -> tuple[int, float]:
        """Place and cosine of the nearest centroid whose cluster is not taken; (-1, -2.0) where there is none."""
        count = len(self._ids)
        if count < EXACT_BELOW or self._assigned < _PAYS_AFTER:
            cosines = self._units[:count] @ vector
            cosines[[self._places[cluster] for cluster in taken if cluster in self._places]] = -2.0
            place = int(cosines.argmax()) if count else -1
            return place, float(cosines[place]) if count else -2.0
        if self._graph is None:
            self._graph = _new_graph(vector.shape[0])
            # One thread: it takes a tenth longer, and the same faces always make the same graph.
            self._graph.add(np.arange(count, dtype=np.uint64), self._units[:count], threads=1)
        # The graph's own vectors may be a little behind: it proposes, today's centroids decide.
        found = self._graph.search(vector, _CANDIDATES + len(taken)).keys.astype(np.intp)
        places = np.array([place for place in found if self._ids[place] not in taken], np.intp)
        if not len(places):
            return -1, -2.0
        cosines = self._units[places] @ vector
        best = int(cosines.argmax())
        return int(places[best]), float(cosines[best])

    def _sync(self, c: sqlite3.Connection, width: int, network: int | None) -> None:
        revision = int(c.execute("SELECT value FROM meta WHERE key = 'people_revision'").fetchone()[0])
        if self._held == (revision, width, network):
            return
        rows = c.execute(
            "SELECT cluster, embedding, quality FROM region WHERE cluster NOT NULL AND length(embedding) = ?1"
            " AND (?2 IS NULL OR identity = ?2)",
            (4 * width, network),
        ).fetchall()
        clusters, self._sums, sizes = centroid_sums(rows, width)
        self._ids, self._sizes, self._graph = clusters, sizes, None
        self._places = {cluster: place for place, cluster in enumerate(clusters)}
        lengths = np.linalg.norm(self._sums, axis=1, keepdims=True)
        self._units = (self._sums / np.maximum(lengths, 1e-12)).astype(np.float32)
        self._held = (revision, width, network)

    def _found(self, cluster: int, vector: Vector, weighs: float) -> None:
        count = len(self._ids)
        if count >= len(self._sums):
            self._sums = _grown(self._sums, count, len(vector))
            self._units = _grown(self._units, count, len(vector))
        self._sums[count] = vector * np.float32(weighs)
        self._units[count] = vector
        self._ids.append(cluster)
        self._places[cluster] = count
        self._sizes.append(1)
        if self._graph is not None:
            self._graph.add(count, vector)

    def _add(self, place: int, vector: Vector, weighs: float) -> None:
        self._sums[place] += vector * np.float32(weighs)
        self._units[place] = unit(self._sums[place])
        self._sizes[place] += 1
        size = self._sizes[place]
        # A centroid moves little once it has many faces: the graph is updated when their number doubles.
        if self._graph is not None and size & (size - 1) == 0:
            self._graph.remove(place)
            self._graph.add(place, self._units[place])


def sound_numbers(stored: bytes) -> NDArray[np.float32]:
    """Little-endian float32 as stored; zero where damage made a number that is none."""
    return np.nan_to_num(np.frombuffer(stored, "<f4").astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def centroid_sums(
    rows: list[tuple[int, bytes, float | None]], width: int
) -> tuple[list[int], NDArray[np.float32], list[int]]:
    """Groups by key: the keys, the weighted sum of each one's unit vectors (groups x width), their sizes.

    ``rows``: key, embedding as little-endian float32, quality.
    """
    if not rows:
        return [], np.zeros((0, width), np.float32), []
    keys, places = np.unique(np.array([row[0] for row in rows], np.int64), return_inverse=True)
    vectors = sound_numbers(b"".join(row[1] for row in rows)).reshape(len(rows), width)
    weights = np.array([weight(row[2]) for row in rows], np.float32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(places[order]) > 0])
    scaled = vectors[order] * (weights / lengths)[order, None]
    sums = np.add.reduceat(scaled, starts, axis=0).astype(np.float32)
    return keys.tolist(), sums, np.diff(np.r_[starts, len(rows)]).tolist()


def _new_graph(width: int) -> Index:
    from usearch.index import Index  # takes half a second to import, and few libraries are that large

    return Index(ndim=width, metric="ip", dtype="f32")


def _grown(matrix: NDArray[np.float32], count: int, width: int) -> NDArray[np.float32]:
    larger = np.zeros((max(64, 2 * count), width), np.float32)
    if count:
        larger[:count] = matrix[:count]
    return larger
