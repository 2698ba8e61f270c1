"""Near enough, weights, and the graph against the exact answer."""

from __future__ import annotations

import numpy as np
import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import face_index
from phototagger.catalog.people.face_index import (
    LEAST_COSINE,
    LEAST_WEIGHT,
    FaceIndex,
    centroid_sums,
    join_cosine,
    weight,
)
from phototagger.lab.measure.metrics import bcubed_f
from tests.support.catalog_parts import vector


def test_near_enough_rises_with_the_library() -> None:
    cosines = [join_cosine(count) for count in (0, 1, 30, 1_000, 20_000, 50_000)]
    assert cosines[0] == cosines[1] == LEAST_COSINE
    assert cosines == sorted(cosines)
    assert 0.6 < cosines[3] < 0.65
    assert 0.7 < cosines[5] < 0.75


def test_a_better_face_weighs_more() -> None:
    good, poor = vector(1.0), vector(0.0, 1.0)
    rows = [(7, good.tobytes(), 1.0), (7, poor.tobytes(), 0.1), (3, poor.tobytes(), None)]
    keys, sums, sizes = centroid_sums(rows, len(good))
    assert (keys, sizes) == ([3, 7], [1, 2])
    assert sums[1][:2].tolist() == pytest.approx([1.0, 0.1])
    assert sums[0][1] == 1.0


def test_no_faces_have_no_centroids() -> None:
    keys, sums, sizes = centroid_sums([], 192)
    assert (keys, sums.shape, sizes) == ([], (0, 192), [])


def test_the_graph_gives_what_comparing_with_all_gives(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    people = rng.normal(size=(300, 192))
    faces = (people[rng.integers(0, 300, 1500)] + rng.normal(size=(1500, 192)) * 0.5).astype(np.float32)

    def clusters() -> list[int]:
        index = FaceIndex()
        found = catalog.write(lambda c: [index.assign(c, face) for face in faces])
        assert (index._graph is not None) is (face_index.EXACT_BELOW < 300)
        catalog.write(lambda c: c.execute("DELETE FROM cluster").rowcount)
        return found

    exact = clusters()
    monkeypatch.setattr(face_index, "EXACT_BELOW", 100)
    monkeypatch.setattr(face_index, "_PAYS_AFTER", 50)
    near = clusters()
    assert 290 <= len(set(exact)) <= 300
    assert bcubed_f(near, [str(number) for number in exact]) > 0.99
    # Chance has no part in it: the same faces make the same clusters again.
    assert bcubed_f(clusters(), [str(number) for number in near]) == 1.0


def test_the_graph_passes_over_clusters_that_are_taken(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_index, "EXACT_BELOW", 1)
    monkeypatch.setattr(face_index, "_PAYS_AFTER", 1)
    index = FaceIndex()
    anna, bob = vector(1.0), vector(0.0, 1.0)
    found = catalog.write(
        lambda c: [
            index.assign_all(c, [(face, None) for face in faces]) for faces in ([anna, bob], [anna, anna])
        ]
    )
    assert index._graph is not None
    (first, other), twice = found
    assert first in twice
    assert other not in twice
    assert len(set(twice)) == 2


@pytest.mark.parametrize(
    ("quality", "counts"),
    [(None, 1.0), (0.6, 0.6), (float("inf"), 1.0), (float("nan"), LEAST_WEIGHT), (-3.0, LEAST_WEIGHT)],
)
def test_a_damaged_quality_makes_no_face_count_more_than_one(quality: float | None, counts: float) -> None:
    assert weight(quality) == counts
