"""Faces across analyses, clusters and names."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from phototagger.catalog import history
from phototagger.catalog.analysis import suggestions
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import people
from phototagger.catalog.people.face_index import LEAST_COSINE, FaceIndex
from phototagger.catalog.people.people import ClusterRow
from phototagger.domain.errors import UsageError
from phototagger.domain.findings import Task
from phototagger.domain.records import Region
from phototagger.jobs import review
from phototagger.jobs.people import People
from tests.support.catalog_parts import NETWORKS, add_photos, answer, face, regions_of, save, vector

ROOT = Path("/photos")


def faces(catalog: Catalog, photo: int) -> list[Region]:
    found = regions_of(catalog, photo)
    return sorted((region for region in found if region.kind == "face"), key=lambda region: region.box.x)


@pytest.fixture
def two(catalog: Catalog) -> list[int]:
    """Two photos of person A (cluster of two faces), the second one with person B beside her."""
    both = add_photos(catalog, ROOT, "a.jpg", "b.jpg")
    save(catalog, answer(both[0], faces=[face(0.1, (1.0,), 0.5)]))
    save(catalog, answer(both[1], faces=[face(0.1, (1.0, 0.2), 0.8), face(0.6, (0.0, 1.0))]))
    return both


def test_like_faces_share_a_cluster_and_unlike_ones_do_not(catalog: Catalog, two: list[int]) -> None:
    first, second = faces(catalog, two[0]), faces(catalog, two[1])
    assert first[0].cluster == second[0].cluster is not None
    assert second[1].cluster not in (None, second[0].cluster)
    rows = catalog.read(people.list_clusters)
    cluster, best = first[0].cluster or 0, second[0]
    assert rows[0] == ClusterRow(cluster, None, 2, 2, best.id, two[1], waiting=2, box=best.box)
    assert [row.faces for row in rows] == [2, 1]


def test_nobody_is_twice_on_one_photo(catalog: Catalog, two: list[int]) -> None:
    (sisters,) = add_photos(catalog, ROOT, "c.jpg")
    anna = faces(catalog, two[0])[0].cluster
    sister, herself = face(0.1, (1.0, 0.5)), face(0.6, (1.0, 0.1))
    save(catalog, answer(sisters, faces=[sister, herself]))
    left, right = faces(catalog, sisters)
    assert right.cluster == anna != left.cluster
    # Found again with one more like her: those met keep their clusters, and hers stays taken.
    save(catalog, answer(sisters, faces=[sister, face(0.35, (1.0, 0.05)), herself]))
    clusters = [region.cluster for region in faces(catalog, sisters)]
    assert (clusters[0], clusters[2]) == (left.cluster, anna)
    assert len(set(clusters)) == 3


def test_a_face_joins_at_the_threshold_and_not_below(catalog: Catalog) -> None:
    def beside(cosine: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return vector(cosine, float(np.sqrt(1 - cosine**2)))

    def clusters(cosine: float) -> bool:
        def work(c: sqlite3.Connection) -> bool:
            index = FaceIndex()
            return index.assign(c, vector(1.0)) == index.assign(c, beside(cosine))

        return catalog.write(work)

    assert clusters(LEAST_COSINE + 0.001)
    assert not clusters(LEAST_COSINE - 0.001)


def test_a_new_index_agrees_with_one_that_grew(catalog: Catalog) -> None:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(70, 192))
    photos = add_photos(catalog, ROOT, *(f"{number}.jpg" for number in range(210)))
    index = FaceIndex()
    for place, photo in enumerate(photos):
        near = centres[place % 70] + rng.normal(size=192) * 0.2
        saved = answer(photo, faces=[face(embedding=near.tolist())])
        catalog.write(lambda c, saved=saved: suggestions.save(c, [saved], index))  # type: ignore[misc]
    assert [row.faces for row in catalog.read(people.list_clusters)] == [3] * 70
    fresh = FaceIndex()
    for place in range(70):
        probe = vector(*centres[place])
        grown = catalog.write(lambda c, probe=probe: index.assign(c, probe))  # type: ignore[misc]
        assert catalog.write(lambda c, probe=probe: fresh.assign(c, probe)) == grown  # type: ignore[misc]


def test_a_named_face_survives_a_new_analysis(catalog: Catalog, two: list[int]) -> None:
    before = faces(catalog, two[1])
    People(catalog).name(before[0].cluster or 0, "Anna")
    moved = face(0.12, (0.3, 0.9), 0.7)  # overlaps the old box by IoU 0.8; by its vector it would be person B
    save(catalog, answer(two[1], faces=[moved]))
    after = faces(catalog, two[1])
    assert [(region.id, region.person, region.cluster) for region in after] == [
        (before[0].id, "Anna", before[0].cluster)
    ]
    assert (after[0].box.x, after[0].quality) == (0.12, 0.7)


def test_a_named_face_is_kept_even_if_not_found_again(catalog: Catalog, two: list[int]) -> None:
    before = faces(catalog, two[1])
    People(catalog).name(before[1].cluster or 0, "Bob")
    save(catalog, answer(two[1], faces=[face(0.35, (0.0, 0.0, 1.0))]))
    after = faces(catalog, two[1])
    assert [region.person for region in after] == [None, "Bob"]
    assert before[0].id not in {region.id for region in after}


def test_each_old_face_is_matched_once(catalog: Catalog, two: list[int]) -> None:
    (before,) = faces(catalog, two[0])
    save(catalog, answer(two[0], faces=[face(0.13), face(0.1)]))
    after = faces(catalog, two[0])
    assert after[0].id == before.id
    assert after[1].id != before.id


def test_a_new_face_of_a_named_cluster_shows_its_name(catalog: Catalog, two: list[int]) -> None:
    People(catalog).name(faces(catalog, two[0])[0].cluster or 0, "Anna")
    (new,) = add_photos(catalog, ROOT, "c.jpg")
    save(catalog, answer(new, faces=[face(0.1, (1.0, 0.1))]))
    assert [region.person for region in faces(catalog, new)] == ["Anna"]


def test_naming_is_undone_and_redone(catalog: Catalog, two: list[int]) -> None:
    known = People(catalog)
    cluster = faces(catalog, two[0])[0].cluster or 0
    assert known.name(cluster, " Anna ").photos == set(two)
    assert [row.person for row in known.clusters()] == ["Anna", None]
    undone = review.undo(catalog)
    assert undone is not None
    assert undone[1] == f"Named group {cluster} Anna"
    assert undone[0].photos == set(two)
    assert [region.person for region in faces(catalog, two[0])] == [None]
    review.redo(catalog)
    assert [region.person for region in faces(catalog, two[0])] == ["Anna"]
    known.name(cluster, None)
    assert [region.person for region in faces(catalog, two[0])] == [None]


def test_merging_and_its_undo(catalog: Catalog, two: list[int]) -> None:
    known = People(catalog)
    anna, bob = faces(catalog, two[1])
    known.name(bob.cluster or 0, "Bob")
    known.merge(anna.cluster or 0, [bob.cluster or 0])
    assert [(row.id, row.person, row.faces) for row in known.clusters()] == [(anna.cluster, "Bob", 3)]
    assert {region.person for photo in two for region in faces(catalog, photo)} == {"Bob"}
    review.undo(catalog)
    assert {(row.person, row.faces) for row in known.clusters()} == {("Bob", 1), (None, 2)}
    assert [region.person for region in faces(catalog, two[1])] == [None, "Bob"]


def test_splitting_and_its_undo(catalog: Catalog, two: list[int]) -> None:
    known = People(catalog)
    cluster = faces(catalog, two[0])[0].cluster or 0
    known.name(cluster, "Anna")
    best = known.faces(cluster)[0]
    assert (best.photo_id, best.path, best.quality) == (two[1], ROOT / "b.jpg", 0.8)
    known.split(best.id)
    split = faces(catalog, two[1])[0]
    assert split.person is None
    assert split.cluster != cluster
    review.undo(catalog)
    back = faces(catalog, two[1])[0]
    assert (back.person, back.cluster) == ("Anna", cluster)


def test_a_running_index_follows_a_merge(catalog: Catalog, two: list[int]) -> None:
    index = FaceIndex()
    anna, bob = faces(catalog, two[1])
    assert catalog.write(lambda c: index.assign(c, vector(0.0, 1.0))) == bob.cluster
    People(catalog).merge(anna.cluster or 0, [bob.cluster or 0])
    assert catalog.write(lambda c: index.assign(c, vector(0.0, 1.0))) == anna.cluster


def test_forgetting_removes_all_that_identifies(catalog: Catalog, two: list[int]) -> None:
    known = People(catalog)
    known.name(faces(catalog, two[0])[0].cluster or 0, "Annabelle Unmistakable")
    review.add_keyword(catalog, two, "party")
    known.forget()
    assert known.clusters() == []
    assert faces(catalog, two[1]) == []
    identifying = "SELECT count(*) FROM region WHERE embedding NOT NULL OR landmarks NOT NULL"
    assert catalog.read(lambda c: c.execute(identifying).fetchone()) == (0,)
    assert [step.text for step in catalog.read(lambda c: history.steps(c, 9))] == ["Added party to 2 photos"]
    catalog.close()
    assert b"Annabelle Unmistakable" not in catalog.path.read_bytes()
    assert vector(1.0).tobytes() not in catalog.path.read_bytes()


def test_wrong_use_is_told(catalog: Catalog, two: list[int]) -> None:
    known = People(catalog)
    cluster = faces(catalog, two[0])[0].cluster or 0
    with pytest.raises(UsageError, match="no group 999"):
        known.name(999, "Anna")
    with pytest.raises(UsageError, match="cannot be empty"):
        known.name(cluster, "  ")
    with pytest.raises(UsageError, match="no group 999"):
        known.merge(cluster, [999])
    with pytest.raises(UsageError, match="no face 999"):
        known.split(999)
    assert catalog.read(lambda c: history.steps(c, 9)) == []


def test_faces_of_different_networks_are_not_compared(catalog: Catalog) -> None:
    first, second, third = add_photos(catalog, ROOT, "a.jpg", "b.jpg", "c.jpg")
    newer = {**NETWORKS, Task.IDENTITY: "identity@2"}
    save(catalog, answer(first, faces=[face()]))
    save(
        catalog, answer(second, faces=[face()], networks=newer), answer(third, faces=[face()], networks=newer)
    )
    clusters = [faces(catalog, photo)[0].cluster for photo in (first, second, third)]
    assert clusters[0] != clusters[1] == clusters[2]


def test_a_group_in_which_two_names_were_given_tells_both(catalog: Catalog, two: list[int]) -> None:
    """Two programs may have named one person differently; the group has one name."""
    known = People(catalog)
    mine, other = faces(catalog, two[0])[0], faces(catalog, two[1])[1]
    known.name(mine.cluster or 0, "Dora")
    known.name(other.cluster or 0, "Cleo")
    assert known.others() == {}
    catalog.write(
        lambda c: c.execute(
            "UPDATE region SET person = (SELECT id FROM person WHERE name = 'Cleo') WHERE id = ?", (mine.id,)
        )
    )
    assert known.others() == {mine.cluster: [("Cleo", 1)]}
