"""The list of photos that wait is kept by triggers: whatever happens, it says what a look at every photo says."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phototagger.catalog import forgetting
from phototagger.catalog.analysis import moves
from phototagger.catalog.connection import Catalog
from phototagger.catalog.people import written
from phototagger.catalog.photos import folders, photos, search
from phototagger.catalog.photos.summaries import photo_counts, photo_rows
from phototagger.catalog.store import pending
from phototagger.catalog.words import keywords, words
from phototagger.domain.errors import UsageError
from phototagger.domain.findings import FaceFinding, ObjectFinding, Task
from phototagger.domain.records import Box, FileSignature, RegionKind
from phototagger.domain.sentences import plain
from phototagger.domain.writing import PlacedRegion
from phototagger.jobs import review
from phototagger.jobs.people import People
from tests.support.catalog_parts import LANDMARKS, NETWORKS, SIGNATURE, add_photos, answer, save, vector

ROOT = Path("/photos")
NAMES = ("a.jpg", "sub/b.jpg", "sub/c.jpg", "new/a.jpg")
PEOPLE = ("Anna", "anna ", "Änne", "Eva")
WORDS = ("animal|dog", "Dog", "animal|cat", "beach")
PLACES = (Box(0.1, 0.1, 0.2, 0.2), Box(0.15, 0.1, 0.2, 0.2), Box(0.5, 0.5, 0.25, 0.25))
SKETCHES = (None, *(np.random.default_rng(seed).bytes(256) for seed in range(3)))
KINDS = (
    frozenset[RegionKind](),
    frozenset({RegionKind.FACE}),
    frozenset({RegionKind.OBJECT}),
    frozenset(RegionKind),
)


def a_look_at_every_photo(c: sqlite3.Connection, kinds: frozenset[RegionKind]) -> list[int]:
    rows = c.execute("SELECT id FROM photo WHERE state != 4 ORDER BY id").fetchall()
    return [
        photo
        for (photo,) in rows
        if any(keywords.changes_of(c, photo)) or written.region_changes(c, photo, kinds)
    ]


def boxes(c: sqlite3.Connection) -> dict[int, tuple[bool, bool]]:
    """Of each photo: whether boxes of faces wait, and boxes of objects, as they were noted."""
    return {row[0]: (bool(row[1] & 1), bool(row[1] & 2)) for row in c.execute("SELECT id, boxes FROM photo")}


def boxes_looked_at(c: sqlite3.Connection) -> dict[int, tuple[bool, bool]]:
    return {
        photo: (
            bool(written.region_changes(c, photo, KINDS[1])),
            bool(written.region_changes(c, photo, KINDS[2])),
        )
        for (photo,) in c.execute("SELECT id FROM photo").fetchall()
    }


def check(catalog: Catalog, chosen: frozenset[RegionKind]) -> None:
    assert catalog.read(boxes) == catalog.read(boxes_looked_at)
    for kinds in KINDS:
        expected = catalog.read(lambda c, kinds=kinds: a_look_at_every_photo(c, kinds))  # type: ignore[misc]
        assert catalog.read(lambda c, kinds=kinds: pending.photos_waiting(c, kinds)) == expected  # type: ignore[misc]
    expected = catalog.read(lambda c: a_look_at_every_photo(c, chosen))
    ids = catalog.read(photos.ids)
    assert sorted(catalog.read(lambda c: search.ids(c, None, "pending_changes"))) == expected
    assert (
        sorted(row.id for row in catalog.read(lambda c: photo_rows(c, ids)) if row.pending_changes)
        == expected
    )
    assert (
        sorted(photo.id for photo in catalog.read(lambda c: photos.by_id(c, ids)) if photo.pending_changes)
        == expected
    )
    assert catalog.read(photo_counts).pending_changes == len(expected)
    check_the_other_figures(catalog)


def check_the_other_figures(catalog: Catalog) -> None:
    """Those that come from indexes of just those photos."""
    rows = catalog.read(
        lambda c: c.execute("SELECT id, state, to_review > 0, faces > 0 FROM photo").fetchall()
    )
    total = catalog.read(photo_counts)
    assert (total.photos, total.analysed) == (len(rows), sum(row[1] == 1 for row in rows))
    assert (total.pending, total.failed) == (
        sum(row[1] == 0 for row in rows),
        sum(row[1] in (2, 3) for row in rows),
    )
    for choice, expected in (
        ("to_review", {row[0] for row in rows if row[2]}),
        ("with_faces", {row[0] for row in rows if row[3]}),
        ("failed", {row[0] for row in rows if row[1] in (2, 3)}),
    ):
        assert set(catalog.read(lambda c, choice=choice: search.ids(c, None, choice))) == expected  # type: ignore[misc]
    tops = [row for row in catalog.read(folders.folders) if row.root]
    assert sum(row.photos for row in tops) == len(rows)
    assert sum(row.to_review for row in tops) == sum(row[2] for row in rows)


class Life:
    """What can happen to a catalog; each edit takes two numbers that choose what it is about."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.people = People(catalog)
        self.chosen = KINDS[1]
        self.scanned = 0

    def photo(self, number: int) -> int:
        ids = self.catalog.read(photos.ids)
        return ids[number % len(ids)] if ids else 0

    def a_number(self, query: str, number: int) -> int:
        rows = self.catalog.read(lambda c: c.execute(query).fetchall())
        return int(rows[number % len(rows)][0]) if rows else 0

    def scan(self, one: int, two: int) -> None:
        self.scanned += two % 2
        signature = FileSignature(1000, SIGNATURE.mtime_ns + self.scanned)
        add_photos(self.catalog, ROOT, NAMES[one % len(NAMES)], signature=signature)

    def analyse(self, one: int, two: int) -> None:
        photo = self.photo(one)
        (row,) = self.catalog.read(lambda c: photos.by_id(c, [photo])) or (None,)
        if row is None:
            return
        found = [
            FaceFinding(0.9, box, LANDMARKS, 0.9, vector(1, at)) for at, box in enumerate(PLACES[: two % 3])
        ]
        things = [
            ObjectFinding("coco:18", name, 0.8, PLACES[place])
            for place, name in enumerate(("dog", "Cat", "dog")[: two // 3 % 4])
        ]
        said = [(word, 0.9) for word in WORDS[: two % 5]]
        mark = bytes([65 + one % 3])
        ran = {task: name for task, name in NETWORKS.items() if two != 7 or task is not Task.FACES}
        save(
            self.catalog,
            answer(
                photo,
                *said,
                faces=found,
                objects=things,
                networks=ran,
                signature=row.signature,
                fingerprint=mark,
                orientation=(6, 6, 3, 1)[two % 4],
                sketch=SKETCHES[two % 3 + one // 6],
            ),
        )

    def lose(self, one: int, two: int) -> None:
        lost = self.photo(one)
        self.catalog.write(lambda c: photos.set_missing(c, [lost]))
        settle = moves.settle_pairs if two % 2 else moves.settle_missing
        if self.catalog.read(lambda c: photos.by_id(c, [lost])):
            self.catalog.write(lambda c: settle(c, [lost]))

    def review(self, one: int, two: int) -> None:
        chosen = self.a_number("SELECT id FROM suggestion WHERE state < 3", one)
        (review.confirm, review.reject, review.reset)[two % 3](self.catalog, [chosen])

    def accept(self, one: int, two: int) -> None:
        review.accept_above(self.catalog, 0.5, [self.photo(one)] if two % 2 else None)

    def word(self, one: int, two: int) -> None:
        edit = review.add_keyword if two % 2 else review.remove_keyword
        edit(self.catalog, [self.photo(one)], WORDS[two // 2 % len(WORDS)])

    def rename(self, one: int, two: int) -> None:
        old, new = WORDS[one % len(WORDS)], (*WORDS, "pet|DOG")[two % 5]
        self.catalog.write(lambda c: words.rename(c, old, new))

    def write_words(self, one: int, two: int) -> None:
        photo, word = self.photo(one), WORDS[two // 2 % len(WORDS)]
        done = {"written": [word], "ours": [word]} if two % 2 else {"gone": [word]}
        self.catalog.write(lambda c: keywords.set_written(c, photo, **done))

    def write_box(self, one: int, two: int) -> None:
        photo = self.photo(one)
        kind = (RegionKind.FACE, RegionKind.OBJECT)[two % 2]
        name = PEOPLE[two // 2 % 4] if kind is RegionKind.FACE else ("dog", "CAT")[two // 2 % 2]
        region = PlacedRegion(kind, name, PLACES[two // 8 % 3])
        if two % 5:
            self.catalog.write(lambda c: written.add(c, photo, [region], ours=two % 3 > 0))
        else:
            self.catalog.write(lambda c: written.remove(c, photo, [region]))

    def name(self, one: int, two: int) -> None:
        cluster = self.a_number("SELECT DISTINCT cluster FROM region WHERE cluster NOT NULL", one)
        if two % 4 == 3:
            self.people.ignore([cluster])
        self.people.name(cluster, None if two % 5 == 4 else PEOPLE[two % 4])

    def face(self, one: int, two: int) -> None:
        face = self.a_number("SELECT id FROM region WHERE kind = 0", one)
        edits: Sequence[Callable[[], object]] = (
            lambda: self.people.split(face),
            lambda: self.people.confirm([face]),
            lambda: self.people.reject([face]),
            lambda: self.people.move([face], PEOPLE[one % 4]),
        )
        edits[two % 4]()

    def hide(self, one: int, two: int) -> None:
        self.people.hide(PEOPLE[one % 4], bool(two % 2))

    def merge(self, one: int, two: int) -> None:
        query = "SELECT DISTINCT cluster FROM region WHERE cluster NOT NULL"
        self.people.merge(self.a_number(query, one), [self.a_number(query, two)])

    def forget(self, one: int, two: int) -> None:
        self.catalog.write(forgetting.forget_all)

    def remove_root(self, one: int, two: int) -> None:
        self.catalog.write(lambda c: folders.remove_root(c, ROOT))

    def undo(self, one: int, two: int) -> None:
        (review.undo, review.redo)[two % 3 // 2](self.catalog)

    def choose(self, one: int, two: int) -> None:
        self.chosen = KINDS[one % 4]
        self.catalog.write(lambda c: pending.choose_boxes(c, self.chosen))


OFTEN = ("scan", "analyse", "review", "accept", "word", "write_words", "write_box", "name", "face", "undo")
SELDOM = ("lose", "rename", "hide", "merge", "forget", "remove_root", "choose")
EDITS = st.tuples(st.sampled_from(OFTEN * 3 + SELDOM), st.integers(0, 11), st.integers(0, 23))
BEGINNING = [
    ("scan", 0, 0),
    ("scan", 1, 0),
    ("scan", 2, 0),
    ("analyse", 0, 14),
    ("analyse", 1, 23),
    ("name", 0, 0),
]


@settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(st.lists(EDITS, max_size=25))
def test_whatever_happens_the_list_says_what_a_look_at_every_photo_says(
    edits: list[tuple[str, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(Path(folder) / "catalog.sqlite")
        try:
            life = Life(catalog)
            for name, one, two in BEGINNING + edits:
                with contextlib.suppress(UsageError):
                    getattr(life, name)(one, two)
                check(catalog, life.chosen)
        finally:
            catalog.close()


def test_an_edit_that_fails_leaves_the_list_as_it_was(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    region = PlacedRegion(RegionKind.FACE, "Anna", PLACES[0])

    def fail(c: sqlite3.Connection) -> None:
        written.add(c, photo, [region], ours=True)
        raise UsageError(plain("no"))

    with contextlib.suppress(UsageError):
        catalog.write(fail)
    check(catalog, KINDS[1])
    assert catalog.read(lambda c: pending.photos_waiting(c, KINDS[1])) == []


@pytest.fixture
def settled(catalog: Catalog) -> int:
    """A photo of Anna and a dog, whose words and boxes all stand in its file."""
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    anna = FaceFinding(0.9, PLACES[0], LANDMARKS, 0.9, vector(1))
    dog = ObjectFinding("coco:18", "dog", 0.8, PLACES[2])
    save(catalog, answer(photo, faces=[anna], objects=[dog]))
    People(catalog).name(1, "Anna")
    for word in ("animal|dog", "animal|cat"):
        review.add_keyword(catalog, [photo], word)
    held = [
        PlacedRegion(RegionKind.FACE, "Anna", PLACES[0]),
        PlacedRegion(RegionKind.OBJECT, "dog", PLACES[2]),
    ]

    def write(c: sqlite3.Connection) -> None:
        written.add(c, photo, held, ours=True)
        keywords.set_written(c, photo, ["animal|dog", "animal|cat"])

    catalog.write(write)
    assert catalog.read(boxes) == {photo: (False, False)}
    return photo


_OF_A_WORD = "WHERE keyword = (SELECT id FROM keyword WHERE path = 'animal|dog')"
_SAME = "photo, kind, label, {name}, 0.7, 0.7, w, h, score, network, {person} FROM region WHERE kind = {kind}"
_ADD = "INSERT INTO region (photo, kind, label, name, x, y, w, h, score, network, person) SELECT " + _SAME


@pytest.mark.parametrize(
    ("edit", "waiting"),
    [
        (_ADD.format(name="'cat'", person="NULL", kind=1), (False, True)),
        (_ADD.format(name="name", person="person", kind=0), (True, False)),
        ("DELETE FROM region WHERE kind = 1", (False, True)),
        ("DELETE FROM region WHERE kind = 0", (True, False)),
        ("UPDATE region SET x = 0.9", (True, True)),
        ("UPDATE region SET person = NULL", (True, False)),
        (
            "INSERT INTO written_region SELECT 9 + id, photo, kind, 'Eva', '', x, y, w, h, 1, 1 FROM region",
            (True, True),
        ),
        ("DELETE FROM written_region", (True, True)),
        ("UPDATE written_region SET name = 'Eva'", (True, True)),
        ("UPDATE written_region SET checked = 0", (True, True)),
        ("UPDATE person SET name = 'Eva'", (True, False)),
        ("UPDATE person SET hidden = 1", (True, False)),
        ("DELETE FROM person", (True, False)),
        ("UPDATE keyword SET path = 'cow', folded = 'cow' WHERE path = 'animal|dog'", (False, True)),
        (f"DELETE FROM photo_keyword {_OF_A_WORD}", (False, True)),
        (f"UPDATE photo_keyword SET wanted = 0 {_OF_A_WORD}", (False, True)),
    ],
)
def test_each_edit_is_noted_by_itself(
    catalog: Catalog, settled: int, edit: str, waiting: tuple[bool, bool]
) -> None:
    catalog.write(lambda c: c.execute(edit))
    assert catalog.read(boxes) == {settled: waiting}
    check(catalog, KINDS[1])


def test_a_word_that_comes_back_is_noted(catalog: Catalog, settled: int) -> None:
    catalog.write(lambda c: c.execute(f"DELETE FROM photo_keyword {_OF_A_WORD}"))
    assert catalog.read(boxes) == {settled: (False, True)}
    back = f"INSERT INTO photo_keyword (photo, keyword, wanted) SELECT {settled}, id, 1 FROM keyword WHERE path ="
    catalog.write(lambda c: c.execute(f"{back} 'animal|dog'"))
    assert catalog.read(boxes) == {settled: (False, False)}


def open_with_anna(path: Path) -> tuple[Catalog, int]:
    """A new catalog, and its one photo, on which there is Anna."""
    catalog = Catalog.open(path)
    (photo,) = add_photos(catalog, ROOT, "a.jpg")
    save(catalog, answer(photo, faces=[FaceFinding(0.9, PLACES[0], LANDMARKS, 0.9, vector(1))]))
    People(catalog).name(1, "Anna")
    return catalog, photo


def test_what_another_program_changed_is_looked_at_when_the_catalog_opens(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog, photo = open_with_anna(path)
    catalog.write(
        lambda c: written.add(c, photo, [PlacedRegion(RegionKind.FACE, "Anna", PLACES[0])], ours=True)
    )
    catalog.close()
    other = sqlite3.connect(path)
    other.execute("UPDATE person SET name = 'Eva'")
    other.commit()
    other.close()
    catalog = Catalog.open(path)
    assert catalog.read(lambda c: pending.photos_waiting(c, KINDS[1])) == [photo]
    check(catalog, KINDS[1])
    catalog.close()


def test_where_the_rule_has_changed_all_are_looked_at_when_the_catalog_opens(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog, photo = open_with_anna(path)
    catalog.write(lambda c: c.execute("UPDATE photo SET boxes = 2"))  # as another rule would have it
    catalog.write(lambda c: c.execute("UPDATE meta SET value = 1 WHERE key = 'boxes_rule'"))
    catalog.close()
    catalog = Catalog.open(path)
    check(catalog, KINDS[1])
    assert catalog.read(boxes) == {photo: (True, False)}
    catalog.close()
