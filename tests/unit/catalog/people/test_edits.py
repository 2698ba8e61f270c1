"""Confirming, rejecting, moving, setting aside and hiding, each with its undo."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from phototagger.catalog import history
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import edits, people
from phototagger.catalog.schema.migrations import backup_path
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Box, Changes, Region
from phototagger.domain.sentences import plain
from phototagger.jobs import review
from phototagger.jobs.people import People
from tests.support.catalog_parts import add_photos, answer, face, regions_of, save

ROOT = Path("/photos")
ANNA, LIKE_ANNA, BOB = (1.0,), (1.0, 1.6), (0.0, 0.0, 1.0)  # Anna and her like: cosine 0.53


def faces(catalog: Catalog, photo: int) -> list[Region]:
    found = regions_of(catalog, photo)
    return sorted((region for region in found if region.kind == "face"), key=lambda region: region.box.x)


def confirmed(catalog: Catalog, photo: int) -> list[str]:
    return [face.name for face in catalog.read(lambda c: people.confirmed_faces(c, photo))]


@pytest.fixture
def known(catalog: Catalog) -> People:
    return People(catalog)


@pytest.fixture
def three(catalog: Catalog, known: People) -> list[int]:
    """Anna alone, named; then a new photo of her, not confirmed; then one of Bob, not named."""
    photos = add_photos(catalog, ROOT, "a.jpg", "b.jpg", "c.jpg")
    save(catalog, answer(photos[0], faces=[face(0.1, ANNA)]))
    known.name(faces(catalog, photos[0])[0].cluster or 0, "Anna")
    save(catalog, answer(photos[1], faces=[face(0.1, ANNA)]))
    save(catalog, answer(photos[2], faces=[face(0.1, BOB)]))
    return photos


def test_a_new_face_of_a_named_group_waits_for_its_word(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    (row,) = [row for row in known.clusters() if row.person == "Anna"]
    assert (row.faces, row.waiting) == (2, 1)
    assert [confirmed(catalog, photo) for photo in three] == [["Anna"], [], []]
    new = faces(catalog, three[1])[0]
    assert known.confirm([new.id]).photos == {three[1]}
    (anna,) = catalog.read(lambda c: people.confirmed_faces(c, three[1]))
    assert (anna.name, anna.box) == ("Anna", new.box)
    review.undo(catalog)
    assert confirmed(catalog, three[1]) == []


def test_a_rejected_face_never_comes_back(catalog: Catalog, known: People, three: list[int]) -> None:
    new = faces(catalog, three[1])[0]
    old_cluster = new.cluster or 0
    known.reject([new.id])
    (left,) = faces(catalog, three[1])
    assert left.id == new.id
    assert left.person is None
    assert left.cluster != old_cluster
    # Neither a new analysis, nor naming it with a group, nor a suggestion brings the name back.
    save(catalog, answer(three[1], faces=[face(0.11, ANNA)]))
    assert [(f.id, f.person) for f in faces(catalog, three[1])] == [(new.id, None)]
    assert [row.suggested for row in known.clusters()] == [None] * 3
    known.merge(faces(catalog, three[2])[0].cluster or 0, [faces(catalog, three[1])[0].cluster or 0])
    known.name(faces(catalog, three[2])[0].cluster or 0, "Anna")
    assert confirmed(catalog, three[2]) == ["Anna"]
    assert confirmed(catalog, three[1]) == []
    assert faces(catalog, three[1])[0].person is None


def test_a_rejected_face_that_is_not_found_again_is_kept(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    new = faces(catalog, three[1])[0]
    known.reject([new.id])
    save(catalog, answer(three[1], faces=[]))
    assert [f.id for f in faces(catalog, three[1])] == [new.id]


def test_a_merge_does_not_bring_a_rejected_face_back(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    new = faces(catalog, three[1])[0]
    known.reject([new.id])
    anna, other = (faces(catalog, photo)[0].cluster or 0 for photo in three[:2])
    known.merge(anna, [other, faces(catalog, three[2])[0].cluster or 0])
    assert [confirmed(catalog, photo) for photo in three] == [["Anna"], [], ["Anna"]]
    assert faces(catalog, three[1])[0].cluster == other


def test_rejecting_is_undone(catalog: Catalog, known: People, three: list[int]) -> None:
    first = faces(catalog, three[0])[0]
    known.reject([first.id])
    assert confirmed(catalog, three[0]) == []
    review.undo(catalog)
    assert confirmed(catalog, three[0]) == ["Anna"]
    assert faces(catalog, three[0])[0].cluster == first.cluster
    assert catalog.read(lambda c: c.execute("SELECT count(*) FROM face_rejected").fetchone()) == (0,)


def test_moving_a_face_overrules_everything(catalog: Catalog, known: People, three: list[int]) -> None:
    bob = faces(catalog, three[2])[0]
    known.reject([bob.id], "Anna")
    known.move([bob.id], "Anna")
    assert confirmed(catalog, three[2]) == ["Anna"]
    assert faces(catalog, three[2])[0].cluster == faces(catalog, three[0])[0].cluster
    review.undo(catalog)
    assert confirmed(catalog, three[2]) == []
    assert catalog.read(lambda c: c.execute("SELECT count(*) FROM face_rejected").fetchone()) == (1,)
    known.move([bob.id], "Bob")
    assert confirmed(catalog, three[2]) == ["Bob"]


def test_a_group_like_a_person_is_proposed_until_rejected(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    (new,) = add_photos(catalog, ROOT, "d.jpg")
    save(
        catalog, answer(new, faces=[face(0.1, (1.0, 1.9))])
    )  # cosine 0.47: near, but not near enough to join
    cluster = faces(catalog, new)[0].cluster or 0
    (row,) = [row for row in known.clusters() if row.id == cluster]
    assert row.person is None
    assert row.suggested == "Anna"
    assert 0.3 <= (row.score or 0) < 0.5
    known.reject_suggestion(cluster, "anna")
    assert [row.suggested for row in known.clusters() if row.id == cluster] == [None]
    review.undo(catalog)
    assert [row.suggested for row in known.clusters() if row.id == cluster] == ["Anna"]


def test_a_hidden_person_is_neither_proposed_nor_told(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    (new,) = add_photos(catalog, ROOT, "d.jpg")
    save(catalog, answer(new, faces=[face(0.1, (1.0, 1.9))]))
    assert known.hide("ANNA").photos == {three[0]}
    assert known.persons() == [("Anna", 1, True)]
    assert confirmed(catalog, three[0]) == []
    assert {row.suggested for row in known.clusters()} == {None}
    review.undo(catalog)
    assert confirmed(catalog, three[0]) == ["Anna"]


def test_new_faces_follow_a_group_set_aside(catalog: Catalog, known: People, three: list[int]) -> None:
    statue = faces(catalog, three[2])[0].cluster or 0
    known.ignore([statue])
    (new,) = add_photos(catalog, ROOT, "d.jpg")
    save(catalog, answer(new, faces=[face(0.1, BOB)]))
    rows = known.clusters()
    assert (rows[-1].id, rows[-1].faces, rows[-1].ignored) == (statue, 2, True)
    review.undo(catalog)
    assert not any(row.ignored for row in known.clusters())
    review.redo(catalog)
    known.ignore([statue], False)
    assert not any(row.ignored for row in known.clusters())


def test_splitting_several_faces_makes_one_group(catalog: Catalog, known: People, three: list[int]) -> None:
    both = [faces(catalog, photo)[0] for photo in three[:2]]
    known.split(*(f.id for f in both))
    after = [faces(catalog, photo)[0] for photo in three[:2]]
    assert after[0].cluster == after[1].cluster != both[0].cluster
    assert [f.person for f in after] == [None, None]


def test_faces_of_a_group_say_how_well_they_fit(catalog: Catalog, known: People) -> None:
    photos = add_photos(catalog, ROOT, *(f"{number}.jpg" for number in range(4)))
    for photo in photos[:3]:
        save(catalog, answer(photo, faces=[face(0.1, ANNA, 0.9)]))
    save(catalog, answer(photos[3], faces=[face(0.1, LIKE_ANNA, 0.95)]))
    rows = known.faces(faces(catalog, photos[0])[0].cluster or 0)
    assert rows[0].photo_id == photos[3]  # best quality first
    assert (rows[0].score or 0) < 0.99 < (rows[1].score or 0)


def test_forgetting_leaves_nothing_in_any_file(catalog: Catalog, known: People, three: list[int]) -> None:
    known.reject([faces(catalog, three[1])[0].id])
    row = "INSERT INTO file_face VALUES (1, ?, 'Annabelle', 0, 0, 1, 1)"
    catalog.write(lambda c: c.execute(row, (three[0],)).rowcount)
    copy = backup_path(catalog.path, 1)
    copy.write_bytes(b"Annabelle")
    known.forget()
    assert not copy.exists()
    assert known.persons() == []
    tables = ("face_rejected", "people_change", "file_face", "file_faces_read", "cluster", "person")
    counts = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)
    assert catalog.read(lambda c: c.execute(counts).fetchall()) == [(0,)] * len(tables)
    for path in catalog.path.parent.glob(catalog.path.name + "*"):  # the log too, while the catalog is open
        assert b"Annabelle" not in path.read_bytes()
        assert ANNA_BYTES not in path.read_bytes()


ANNA_BYTES = b"\x00\x00\x80?" + bytes(60)


def test_wrong_use_is_told(catalog: Catalog, known: People, three: list[int]) -> None:
    bob = faces(catalog, three[2])[0]
    with pytest.raises(UsageError, match="no face 999"):
        known.confirm([999])
    with pytest.raises(UsageError, match="has no name yet"):
        known.confirm([bob.id])
    with pytest.raises(UsageError, match="nothing to reject"):
        known.reject([bob.id])
    with pytest.raises(UsageError, match="Nobody is called 'Zoe'"):
        known.hide("Zoe")
    with pytest.raises(UsageError, match="No face was named"):
        known.split()
    with pytest.raises(UsageError, match="cannot be empty"):
        known.move([bob.id], " ")
    assert Box(0.1, 0.1, 0.2, 0.2).iou(bob.box) >= 0


def test_groups_answered_together_are_one_step(catalog: Catalog, known: People, three: list[int]) -> None:
    (like,) = add_photos(catalog, ROOT, "d.jpg")
    save(catalog, answer(like, faces=[face(0.1, (0.1, 1.6, 0.0))]))
    before = known.clusters()
    shown = [replace(row, suggested="Anna") if row.best_photo == like else row for row in before]
    assert known.accept(shown).photos == {three[1], like}
    assert [confirmed(catalog, photo) for photo in (*three, like)] == [["Anna"], ["Anna"], [], ["Anna"]]
    undone = review.undo(catalog)
    assert undone is not None
    assert undone[1] == f"Confirmed {len(shown)} groups"
    assert known.clusters() == before
    review.redo(catalog)
    assert confirmed(catalog, like) == ["Anna"]
    review.undo(catalog)
    known.refuse(shown)
    assert [row.faces for row in known.clusters() if row.person == "Anna"] == [1]
    review.undo(catalog)
    assert known.clusters() == before
    undone = review.undo(catalog)
    assert undone is not None
    assert undone[1] == "Named group 1 Anna"


def test_what_two_edits_of_one_step_change_goes_from_the_first_to_the_last(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    (bob,) = [row.id for row in known.clusters() if row.person is None]
    catalog.write(
        lambda c: history.together(
            c, [partial(edits.name_cluster, cluster=bob, name=name) for name in ("Rob", "Bob")], plain("Both")
        )
    )
    assert confirmed(catalog, three[2]) == ["Bob"]
    review.undo(catalog)
    assert confirmed(catalog, three[2]) == []
    review.redo(catalog)
    assert confirmed(catalog, three[2]) == ["Bob"]


def test_a_step_that_was_undone_is_no_part_of_the_next(
    catalog: Catalog, known: People, three: list[int]
) -> None:
    known.hide("Anna")
    review.undo(catalog)
    assert known.hide_all({"Anna": False}) == Changes()
    review.redo(catalog)
    assert known.persons() == [("Anna", 1, True)]
