"""Folder names and what most photos of a day have, as suggestions: where they come, and how they are decided on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from phototagger.catalog.analysis import offers, suggestions
from phototagger.catalog.analysis.suggestions import SavedAnswer
from phototagger.catalog.connection import Catalog
from phototagger.domain.records import Changes
from phototagger.jobs import review
from phototagger.jobs.analysis.resuggest import resuggest
from phototagger.jobs.progress import Cancel, run_to_end
from phototagger.jobs.words import own_words
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.words.offers import offer_all
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.settings.declared import WordSettings
from tests.support.catalog_parts import add_photos, answer, save, states, suggestion_ids, wanted

VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
ROOT = Path("/pictures")


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(VOCABULARY)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def taken(photo: int, at: str, position: tuple[float, float] | None = None) -> SavedAnswer:
    made = answer(photo)
    assert made.answer.facts is not None
    latitude, longitude = position or (None, None)
    facts = replace(made.answer.facts, taken_at=at, latitude=latitude, longitude=longitude)
    return replace(made, answer=replace(made.answer, facts=facts))


def photos(catalog: Catalog, folder: str, count: int = 5, first: int = 0) -> list[int]:
    """Analysed photos of one day in a folder."""
    names = [f"{folder}/IMG_{first + number}.jpg" for number in range(count)]
    ids = add_photos(catalog, ROOT, *names)
    save(catalog, *(taken(photo, f"2024-05-01T10:{photo % 60:02}:00") for photo in ids))
    return ids


def book(catalog: Catalog, suggester: Suggester, **switches: bool | str) -> KeywordBook:
    return KeywordBook(catalog, suggester, WordSettings(**switches), None, VOCABULARY)  # type: ignore[arg-type]


def offered(catalog: Catalog, suggester: Suggester, ids: Sequence[int], **switches: bool | str) -> Changes:
    return book(catalog, suggester, **switches).offers().refresh(ids)


def confirm(catalog: Catalog, ids: Sequence[int]) -> Changes:
    """As the window does."""
    return review.confirm(catalog, catalog.read(lambda c: offers.whole_folders(c, ids)))


def reject(catalog: Catalog, ids: Sequence[int]) -> Changes:
    return review.reject(catalog, catalog.read(lambda c: offers.whole_folders(c, ids)))


def test_a_folders_name_is_offered_for_its_photos(catalog: Catalog, suggester: Suggester) -> None:
    ids = photos(catalog, "Anna's trip 2023/100CANON")
    offered(catalog, suggester, ids)
    (found,) = catalog.read(lambda c: suggestions.for_photos(c, ids[:1]))
    assert (found.keyword, found.network) == ("Anna's trip", "folders@1")
    assert found.score < 0.5, "`tag` leaves it for a person"
    assert all(states(catalog, photo) == {"Anna's trip": "suggested"} for photo in ids)


@pytest.mark.parametrize(
    ("folder", "language", "keyword"),
    [
        ("Hochzeit", "en", "event|wedding"),
        ("wedding 2019", "en", "event|wedding"),
        ("Mariage", "de", "Ereignis|Hochzeit"),
        ("婚礼", "en", "event|wedding"),
        ("Italien", "en", "location|Italy"),
        ("Kreuzfahrt 2019", "en", "event|cruise"),
        ("abuela", "en", "person|grandmother"),
        ("Holiday in Rome", "de", "Holiday in Rome"),
    ],
)
def test_a_name_that_the_tree_knows_in_any_language_joins_its_keyword(
    catalog: Catalog, suggester: Suggester, folder: str, language: str, keyword: str
) -> None:
    ids = photos(catalog, folder, 1)
    offered(catalog, suggester, ids, language=language)
    assert states(catalog, ids[0]) == {keyword: "suggested"}


def test_it_joins_a_word_of_the_persons_own(catalog: Catalog, suggester: Suggester) -> None:
    old = photos(catalog, "DCIM", 1)
    review.add_keyword(catalog, old, "trips|Atlantis")
    ids = photos(catalog, "atlantis 2024", 1)
    offered(catalog, suggester, ids)
    assert states(catalog, ids[0]) == {"trips|Atlantis": "suggested"}


def test_one_decision_is_for_the_whole_folder_and_one_step_back(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = [*photos(catalog, "Atlantis/Day 1"), *photos(catalog, "Atlantis/Day 2")]
    other = photos(catalog, "Camelot")
    offered(catalog, suggester, [*ids, *other])
    confirm(catalog, [suggestion_ids(catalog, ids[0])["Atlantis"]])
    assert all(wanted(catalog, photo) == {"Atlantis"} for photo in ids)
    assert all(states(catalog, photo) == {"Camelot": "suggested"} for photo in other)
    review.undo(catalog)
    assert all(states(catalog, photo) == {"Atlantis": "suggested"} for photo in ids)


def test_a_rejected_name_is_never_offered_again(catalog: Catalog, suggester: Suggester) -> None:
    ids = photos(catalog, "Atlantis")
    offered(catalog, suggester, ids)
    reject(catalog, [suggestion_ids(catalog, ids[0])["Atlantis"]])
    offered(catalog, suggester, ids)
    assert all(states(catalog, photo) == {"Atlantis": "rejected"} for photo in ids)
    later = photos(catalog, "Atlantis", 2, first=90)
    offered(catalog, suggester, later)
    assert all(states(catalog, photo) == {} for photo in later), (
        "nor for photos that come into the folder later"
    )


def test_a_name_renamed_after_it_was_accepted_is_not_offered_again(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = photos(catalog, "Atlantis")
    offered(catalog, suggester, ids)
    confirm(catalog, [suggestion_ids(catalog, ids[0])["Atlantis"]])
    own_words.rename(catalog, [own_words.Renaming("Atlantis", own=True)], "journeys|sunken")
    offered(catalog, suggester, ids)
    assert all(states(catalog, photo) == {"journeys|sunken": "confirmed"} for photo in ids)


def test_a_hidden_keyword_is_not_offered(catalog: Catalog, suggester: Suggester) -> None:
    ids = photos(catalog, "Hochzeit")
    book(catalog, suggester).hide("wedding")
    offered(catalog, suggester, ids)
    assert states(catalog, ids[0]) == {}


def test_a_photo_that_has_the_word_in_another_spelling_is_not_asked(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = photos(catalog, "Atlantis", 2)
    review.add_keyword(catalog, ids[:1], "atlantis")
    offered(catalog, suggester, ids)
    assert states(catalog, ids[0]) == {}


def test_names_of_folders_stand_when_photos_are_suggested_anew_and_go_with_the_switch(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = photos(catalog, "Atlantis")
    offered(catalog, suggester, ids)
    run_to_end(resuggest(catalog, suggester, Cancel()))
    assert all(states(catalog, photo) == {"Atlantis": "suggested"} for photo in ids)
    off = book(catalog, suggester, folders=False).offers()
    assert run_to_end(offer_all(catalog, off, Cancel())) == len(ids)
    assert all(states(catalog, photo) == {} for photo in ids)
    on = book(catalog, suggester).offers()
    assert run_to_end(offer_all(catalog, on, Cancel(), [ROOT / "Atlantis"])) == len(ids)
    assert all(states(catalog, photo) == {"Atlantis": "suggested"} for photo in ids)


def test_files_that_are_called_alike_are_an_album(catalog: Catalog, suggester: Suggester) -> None:
    names = [f"2023/Anna and Ben {number:02}.jpg" for number in range(3)]
    ids = add_photos(catalog, ROOT, *names, "2023/IMG_1.jpg")
    save(catalog, *map(answer, ids))
    offered(catalog, suggester, ids)
    assert [list(states(catalog, photo)) for photo in ids] == [["Anna and Ben"]] * 3 + [[]]


# --- days ---------------------------------------------------------------------------------------------------------


def test_what_most_photos_of_a_day_have_is_offered_for_the_rest(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = photos(catalog, "DCIM")
    review.add_keyword(catalog, ids[:2], "Atlantis")
    assert not offered(catalog, suggester, ids)
    edited = review.add_keyword(catalog, ids[2:3], "Atlantis")
    assert book(catalog, suggester).learn(edited.photos).photos >= set(ids[3:])
    (found,) = catalog.read(lambda c: suggestions.for_photos(c, ids[3:4]))
    assert (found.keyword, found.network) == ("Atlantis", "days@1")
    assert all(states(catalog, photo) == {"Atlantis": "suggested"} for photo in ids[3:])


def test_it_is_withdrawn_when_most_have_it_no_longer(catalog: Catalog, suggester: Suggester) -> None:
    ids = photos(catalog, "DCIM")
    review.add_keyword(catalog, ids[:3], "Atlantis")
    offered(catalog, suggester, ids)
    edited = review.remove_keyword(catalog, ids[:1], "Atlantis")
    offered(catalog, suggester, sorted(edited.photos))
    assert all(states(catalog, photo) == {} for photo in ids[3:])


def test_days_folders_and_places_are_kept_apart(catalog: Catalog, suggester: Suggester) -> None:
    here = photos(catalog, "DCIM", 3)
    names = ["DCIM/next.jpg", "other/IMG_1.jpg", "DCIM/far.jpg", "DCIM/near.jpg"]
    next_day, elsewhere, far, near = add_photos(catalog, ROOT, *names)
    rome, ostia, naples = (41.9, 12.5), (41.85, 12.45), (40.8, 14.2)
    save(
        catalog,
        *(taken(photo, "2024-05-01T10:00:00", rome) for photo in here),
        taken(next_day, "2024-05-02T10:00:00", rome),
        taken(elsewhere, "2024-05-01T10:00:00", rome),
        taken(far, "2024-05-01T22:00:00", naples),
        taken(near, "2024-05-01T12:00:00", ostia),
    )
    review.add_keyword(catalog, here, "Atlantis")
    offered(catalog, suggester, here, folders=False)
    asked = [list(states(catalog, photo)) for photo in (next_day, elsewhere, far, near)]
    assert asked == [[], [], [], ["Atlantis"]]


def test_what_a_network_would_see_and_what_is_one_photos_own_is_not_offered(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = photos(catalog, "DCIM")
    save(catalog, *(answer(photo, ("animal|dog", 0.9)) for photo in ids[:4]))
    for photo in ids[:4]:
        review.confirm(catalog, [suggestion_ids(catalog, photo)["animal|dog"]])
    review.add_keyword(catalog, ids[:4], "format|panorama")
    offered(catalog, suggester, ids)
    assert states(catalog, ids[4]) == {}


def test_a_rejected_word_of_a_day_stays_rejected_and_the_switch_takes_the_rest(
    catalog: Catalog, suggester: Suggester
) -> None:
    ids = photos(catalog, "DCIM")
    review.add_keyword(catalog, ids[:3], "Atlantis")
    offered(catalog, suggester, ids)
    reject(catalog, [suggestion_ids(catalog, ids[3])["Atlantis"]])
    offered(catalog, suggester, ids)
    assert [states(catalog, photo)["Atlantis"] for photo in ids[3:]] == ["rejected", "suggested"]
    offered(catalog, suggester, ids, days=False)
    assert [states(catalog, photo).get("Atlantis") for photo in ids[3:]] == ["rejected", None]


def test_a_photo_that_comes_into_the_day_is_offered_its_words(catalog: Catalog, suggester: Suggester) -> None:
    ids = photos(catalog, "DCIM", 4)
    review.add_keyword(catalog, ids, "Atlantis")
    offered(catalog, suggester, ids)
    (late,) = photos(catalog, "DCIM", 1, first=90)
    offered(catalog, suggester, [late])
    assert states(catalog, late) == {"Atlantis": "suggested"}
