"""Questions about the catalog, as the window and the command line ask them."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.thumbnails import ThumbnailStore
from phototagger.catalog.words import keywords
from phototagger.domain.records import ErrorKind, Failure
from phototagger.domain.sentences import plain
from phototagger.jobs import review
from phototagger.jobs.library import Counts, Library, PhotoFilter, PhotoRow
from phototagger.jobs.people import People
from tests.support.catalog_parts import SIGNATURE, add_photos, answer, face, failed, save, suggestion_ids

ROOT = Path("/home/someone/Photos")
BROKEN = Failure(ErrorKind.EMPTY, plain("It is empty."))
NAMES = ("b/IMG_2.jpg", "a/IMG_1.jpg", "b/beach.png", "b/Empty.jpg", "a/last.jpg")


@pytest.fixture
def library(catalog: Catalog, thumbnails: ThumbnailStore) -> Library:
    """b/IMG_2: dog confirmed, a/IMG_1: dog rejected and a face of Zoe, b/beach: cat suggested, b/Empty: failed,
    a/last: pending."""
    two, one, beach, empty, _ = add_photos(catalog, ROOT, *NAMES)
    save(
        catalog,
        answer(two, ("animal|dog", 0.9)),
        answer(one, ("animal|dog", 0.9), faces=[face()]),
        answer(beach, ("animal|cat", 0.7), ("Straße", 0.6)),
        failed(empty, BROKEN),
    )
    review.confirm(catalog, list(suggestion_ids(catalog, two).values()))
    review.reject(catalog, list(suggestion_ids(catalog, one).values()))
    People(catalog).name(1, "Zo\u00eb")
    return Library(catalog, thumbnails)


def names(library: Library, **wanted: object) -> list[str]:
    ids = library.photo_ids(PhotoFilter(**wanted))  # type: ignore[arg-type]
    return [row.path.relative_to(ROOT).as_posix() for row in library.rows(ids)]


def test_all_photos_by_folder_then_name_without_regard_to_case(library: Library) -> None:
    assert names(library) == ["a/IMG_1.jpg", "a/last.jpg", "b/beach.png", "b/Empty.jpg", "b/IMG_2.jpg"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("to_review", ["b/beach.png"]),
        ("pending_changes", ["a/IMG_1.jpg", "b/IMG_2.jpg"]),
        ("failed", ["b/Empty.jpg"]),
        ("with_faces", ["a/IMG_1.jpg"]),
    ],
)
def test_states(library: Library, state: str, expected: list[str]) -> None:
    assert names(library, state=state) == expected
    assert names(library, state=state, folder=ROOT / "nowhere") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("img_", ["a/IMG_1.jpg", "b/IMG_2.jpg"]),
        ("dog", ["b/IMG_2.jpg"]),
        ("animal|", ["b/beach.png", "b/IMG_2.jpg"]),
        ("beach cat", ["b/beach.png"]),
        ("beach dog", []),
        ("STRASSE", ["b/beach.png"]),
        ("zoe\u0308", ["a/IMG_1.jpg"]),
        ("photos", ["a/IMG_1.jpg", "a/last.jpg", "b/beach.png", "b/Empty.jpg", "b/IMG_2.jpg"]),
        ("someone", []),
        ("%", []),
        ("  ", ["a/IMG_1.jpg", "a/last.jpg", "b/beach.png", "b/Empty.jpg", "b/IMG_2.jpg"]),
    ],
)
def test_text(library: Library, text: str, expected: list[str]) -> None:
    assert names(library, text=text) == expected


def test_a_keyword_added_by_hand_is_found_until_removed(catalog: Catalog, library: Library) -> None:
    ids = library.photo_ids(PhotoFilter(text="last"))
    review.add_keyword(catalog, ids, "sunset")
    assert names(library, text="sunset") == ["a/last.jpg"]
    catalog.write(lambda c: keywords.set_written(c, ids[0], written=["sunset"], ours=["sunset"]))
    review.remove_keyword(catalog, ids, "sunset")
    assert names(library, text="sunset") == []


def test_folder_means_everything_below(library: Library) -> None:
    assert names(library, folder=ROOT / "b") == ["b/beach.png", "b/Empty.jpg", "b/IMG_2.jpg"]
    assert len(names(library, folder=ROOT)) == 5


def test_rows_come_in_the_order_asked_for(library: Library) -> None:
    ids = library.photo_ids(PhotoFilter())
    rows = library.rows([ids[4], 9999, ids[0]])
    assert rows == [
        PhotoRow(ids[4], ROOT / "b/IMG_2.jpg", rows[0].state, None, 0, 1, True),
        PhotoRow(ids[0], ROOT / "a/IMG_1.jpg", rows[1].state, None, 0, 0, True),
    ]
    assert library.rows([ids[3]])[0].failure == BROKEN
    assert library.rows([ids[2]])[0].to_review == 2


def test_details(library: Library) -> None:
    ids = library.photo_ids(PhotoFilter())
    details = library.details(ids[4])
    assert details.photo.path == ROOT / "b/IMG_2.jpg"
    assert details.photo.pending_changes
    assert [(s.keyword, s.state) for s in details.suggestions] == [("animal|dog", "confirmed")]
    assert [(k.keyword, k.wanted) for k in details.keywords] == [("animal|dog", True)]
    assert [region.person for region in library.details(ids[0]).regions] == ["Zo\u00eb"]
    assert [found.photo.id for found in library.details_of([ids[3], ids[1]])] == [ids[3], ids[1]]
    with pytest.raises(KeyError):
        library.details(9999)


def test_counts_folders_and_problems(library: Library) -> None:
    assert library.counts() == Counts(5, 3, 1, 1, 1, 2, 1)
    assert [(row.path.name, row.photos, row.pending) for row in library.folders()] == [
        ("Photos", 5, 1),
        ("a", 2, 1),
        ("b", 3, 0),
    ]
    assert [photo.failure for photo in library.problems()] == [BROKEN]
    assert library.roots() == [ROOT]


def test_an_empty_catalog_has_nothing(catalog: Catalog, thumbnails: ThumbnailStore) -> None:
    library = Library(catalog, thumbnails)
    assert list(library.photo_ids(PhotoFilter(text="x"))) == []
    assert library.counts() == Counts(0, 0, 0, 0, 0, 0)
    assert (library.folders(), library.problems(), library.runs(), library.history()) == ([], [], [], [])


def test_ids_under_takes_folders_and_files(library: Library) -> None:
    every = list(library.photo_ids(PhotoFilter()))
    assert list(library.ids_under([ROOT / "a", ROOT / "b" / "IMG_2.jpg"])) == [*every[:2], every[4]]
    assert list(library.ids_under([])) == []
    assert list(library.ids_under([ROOT / "nowhere"])) == []
    assert [photo.id for photo in library.by_path([ROOT / "b/IMG_2.jpg", ROOT / "x"])] == [every[4]]


def test_history_and_keywords_in_use(library: Library) -> None:
    assert [step.text for step in library.history(2)] == [
        "Named group 1 Zo\u00eb",
        "Rejected 1 suggestion on 1 photo",
    ]
    assert library.keywords_in_use() == ["animal|cat", "animal|dog", "Straße"]


def test_thumbnails(library: Library, thumbnails: ThumbnailStore) -> None:
    thumbnails.put(7, SIGNATURE, b"jpeg")
    assert (library.thumbnail(7), library.thumbnail(8)) == (b"jpeg", None)


def test_missing_photos_stay_in_the_list(catalog: Catalog, library: Library) -> None:
    ids = library.photo_ids(PhotoFilter(text="last"))
    catalog.write(lambda c: photos.set_missing(c, list(ids)))
    assert [row.state for row in library.rows(ids)] == ["missing"]
    assert library.counts() == Counts(5, 3, 0, 1, 1, 2, 1)


def test_a_page_of_text_may_be_searched_for(library: Library) -> None:
    parts = [f"w{number}" for number in range(3000)]
    assert names(library, text=" ".join(parts)) == []
    name = "img_2.jpg"
    pieces = [name[start:end] for start in range(len(name)) for end in range(start + 1, len(name) + 1)]
    words = [*pieces, *["dog"] * 2000]
    assert names(library, text=" ".join(words)) == ["b/IMG_2.jpg"]
    assert names(library, text=" ".join([*words, "zebra"])) == []
