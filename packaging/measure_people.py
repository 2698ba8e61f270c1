"""Measures recognition and clustering on libraries far larger than the photos at hand.

    python packaging/measure_people.py DATASET [--faces 100000]

The real faces of DATASET (``../shared/photos/open``) give the covariance that made-up people are drawn with, and
how far two photos of one person lie apart. Prints how many real faces would join a stranger in libraries of rising
size, with a fixed threshold and with the catalog's own; then time, memory and B-cubed F of clustering.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from phototagger.app.session import Session
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people.face_index import LEAST_COSINE, FaceIndex, join_cosine
from phototagger.domain.findings import AnalyseRequest
from phototagger.domain.records import FileSignature
from phototagger.lab.measure.faces import main_face
from phototagger.lab.measure.metrics import bcubed_f
from phototagger.lab.truth.ground_truth import find_ground_truth

Matrix = NDArray[np.float32]

SHRINK = (
    0.2  # towards a round covariance; gives made-up strangers the spread of real ones (0.146; real 0.141)
)
SIZES = (100, 1_000, 5_000, 20_000, 50_000)


def real_faces(dataset: Path) -> tuple[Matrix, Matrix, list[str]]:
    """All faces, and the main faces of the photos of known people with their names."""
    truth = find_ground_truth(dataset)
    paths = sorted({*truth.identities, *truth.faces})
    with tempfile.TemporaryDirectory() as folder:
        session = Session.open(
            Path(folder) / "catalog.sqlite", Path(folder) / "settings.toml", None, in_process=True
        )
        requests = [AnalyseRequest(at, path, FileSignature(0, 0)) for at, path in enumerate(paths)]
        with session.engine() as engine:
            found = {a.photo_id: a.findings.faces for a in engine.analyse(requests) if a.findings}
        session.close()
    everyone = [face.embedding for faces in found.values() for face in faces]
    known = {
        path: face.embedding
        for at, path in enumerate(paths)
        if path in truth.identities and (face := main_face(found.get(at, ()))) is not None
    }
    vectors = np.array([known[path] for path in sorted(known)], np.float32)
    names = [truth.identities[path] for path in sorted(known)]
    return np.array(everyone, np.float32), vectors, names


class MadeUp:
    """People drawn like the real ones."""

    def __init__(self, everyone: Matrix, vectors: Matrix, names: list[str]) -> None:
        self._mean = everyone.mean(axis=0)
        self._root = _root(everyone - self._mean)
        known = np.array(names)
        own = [vectors[known == name] - _unit(vectors[known == name].sum(axis=0)) for name in set(names)]
        self._noise = _root(np.concatenate(own))
        self._rng = np.random.default_rng(0)

    def people(self, count: int) -> Matrix:
        return _unit(
            self._rng.normal(size=(count, len(self._mean))).astype(np.float32) @ self._root + self._mean
        )

    def photos(self, people: Matrix) -> Matrix:
        """One photo of each; pose, light and blur as between real photos of one person."""
        noise = self._rng.normal(size=people.shape).astype(np.float32) @ self._noise
        return _unit(people + noise)


def _root(centred: Matrix) -> Matrix:
    width = centred.shape[1]
    covariance = centred.T @ centred / len(centred)
    even = np.eye(width) * np.trace(covariance) / width
    return np.linalg.cholesky((1 - SHRINK) * covariance + SHRINK * even + 1e-6 * np.eye(width)).T.astype(
        np.float32
    )


def _unit(matrix: Matrix) -> Matrix:
    unit: Matrix = (matrix / np.linalg.norm(matrix, axis=-1, keepdims=True)).astype(np.float32)
    return unit


def strangers(made: MadeUp, vectors: Matrix, names: list[str]) -> None:
    known = np.array(names)
    print("library  fixed: join a stranger / find their own   following the size: the same")
    for size in SIZES:
        best = (vectors @ made.people(size).T).max(axis=1)
        own = np.array([_own_cosine(vectors, known, at) for at in range(len(names))])
        row = []
        for least in (LEAST_COSINE, join_cosine(size)):
            row += [(best >= least).mean(), (own >= least)[np.isfinite(own)].mean()]
        print(
            f"{size:>7}  {row[0]:.3f} / {row[1]:.3f}   {join_cosine(size):.3f}: {row[2]:.3f} / {row[3]:.3f}"
        )


def _own_cosine(vectors: Matrix, names: NDArray[np.str_], at: int) -> float:
    others = names == names[at]
    others[at] = False
    return float(vectors[at] @ _unit(vectors[others].sum(axis=0))) if others.any() else -np.inf


def clustering(made: MadeUp, count: int) -> None:
    # A family library: some people on thousands of photos (Zipf's law), and two faces in five of strangers who
    # are met once.
    rng = np.random.default_rng(1)
    who = np.minimum(rng.zipf(1.3, count), count // 3)
    once = rng.random(count) < 0.4
    who[once] = count + np.arange(once.sum())
    _, who = np.unique(who, return_inverse=True)
    people = made.people(int(who.max()) + 1)
    faces = made.photos(people[who])
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(Path(folder) / "catalog.sqlite")
        _prepare(catalog, count + 100)
        started = time.perf_counter()
        found: list[int] = []
        index = FaceIndex()
        for start in range(0, count, 32):
            found += catalog.write(lambda c, a=start: _store(c, index, faces[a : a + 32], a))  # type: ignore[misc]
        whole = time.perf_counter() - started
        score = bcubed_f(found, [str(name) for name in who])
        pure = _purity(found, who)
        fresh, started = FaceIndex(), time.perf_counter()
        more = made.photos(people[who[:100]])
        catalog.write(lambda c: _store(c, fresh, more, count))
        batch = time.perf_counter() - started
        catalog.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count} faces of {len(people)} people: {whole:.0f} s, {len(set(found))} groups, B-cubed F {score:.3f}, "
    )
    print(
        f"faces that are of their group's majority {pure:.4f}; 100 more in a new run {batch:.2f} s;"
        f" peak {peak:.0f} MiB"
    )


def _purity(found: list[int], who: NDArray[np.intp]) -> float:
    pairs, counts = np.unique(np.stack([np.array(found), who]), axis=1, return_counts=True)
    _, starts = np.unique(pairs[0], return_index=True)
    return float(np.maximum.reduceat(counts, starts).sum() / len(found))


def _prepare(catalog: Catalog, count: int) -> None:
    def work(c: sqlite3.Connection) -> None:
        c.execute("INSERT INTO root (id, path) VALUES (1, x'2f')")
        c.execute("INSERT INTO folder (id, path, folded) VALUES (1, x'2f', '/')")
        c.execute("INSERT INTO network (id, name, task) VALUES (1, 'made up', 'identity')")
        rows = ((at + 1, str(at).encode(), str(at)) for at in range(count))
        c.executemany(
            "INSERT INTO photo (id, root, folder, name, folded, size, mtime_ns, scan)"
            " VALUES (?, 1, 1, ?, ?, 1, 1, 1)",
            rows,
        )

    catalog.write(work)


def _store(c: sqlite3.Connection, index: FaceIndex, faces: Matrix, first: int) -> list[int]:
    found = [index.assign(c, face, 1, 0.9) for face in faces]
    c.executemany(
        "INSERT INTO region (photo, kind, label, name, x, y, w, h, score, network, quality, embedding, identity,"
        " cluster) VALUES (?, 0, 'face', 'face', 0, 0, 1, 1, 1, 1, 0.9, ?, 1, ?)",
        [
            (first + at + 1, face.tobytes(), cluster)
            for at, (face, cluster) in enumerate(zip(faces, found, strict=True))
        ],
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--faces", type=int, default=100_000)
    options = parser.parse_args()
    everyone, vectors, names = real_faces(options.dataset)
    made = MadeUp(everyone, vectors, names)
    strangers(made, vectors, names)
    clustering(made, options.faces)


if __name__ == "__main__":
    main()
