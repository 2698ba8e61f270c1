"""The tree in other languages: complete, without mix-ups, and changed on photos in one step."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from phototagger.catalog.connection import Catalog
from phototagger.catalog.words import keywords as keyword_rows
from phototagger.domain.errors import ModelError
from phototagger.domain.findings import COLOURS, Findings, LabelScore, PhotoFacts, Task
from phototagger.jobs import review
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.keywords.rules import Rules
from phototagger.keywords.scoring.suggest import Suggester
from phototagger.keywords.sources.facts import FACT_ROOTS
from phototagger.keywords.sources.places import Gazetteer
from phototagger.keywords.tree.translate import names, translated
from phototagger.keywords.tree.vocabulary import Vocabulary
from phototagger.settings.declared import LANGUAGES, WordSettings
from tests.support.catalog_parts import add_photos, answer, save, states, suggestion_ids, wanted

RESOURCES = Path(__file__).resolve().parents[4] / "resources"
FOLDER = RESOURCES / "vocabulary"
RETRIEVER = "animal|dog|golden retriever"
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(FOLDER)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    (photo,) = add_photos(opened, Path("/photos"), "a.jpg")
    save(opened, answer(photo, (RETRIEVER, 0.9), ("animal|cat", 0.8), ("location|Germany|Berlin", 0.9)))
    yield opened
    opened.close()


def book(catalog: Catalog, language: str) -> KeywordBook:
    switches = WordSettings(language=language)
    return KeywordBook(catalog, Suggester(FOLDER), switches, Gazetteer(RESOURCES / "places"), FOLDER)


@pytest.mark.parametrize("language", OTHERS)
def test_every_keyword_has_a_path_of_the_same_depth_and_no_two_share_one(
    vocabulary: Vocabulary, language: str
) -> None:
    found = names(FOLDER, vocabulary, language)
    assert {node.keyword for node in vocabulary} <= found.keys()
    assert all(path.count("|") == keyword.count("|") for keyword, path in found.items())
    assert all(part.strip() == part != "" for path in found.values() for part in path.split("|"))
    assert len({path.casefold() for path in found.values()}) == len(found)


@pytest.mark.parametrize("language", OTHERS)
def test_a_parent_s_path_is_the_beginning_of_its_child_s(vocabulary: Vocabulary, language: str) -> None:
    found = names(FOLDER, vocabulary, language)
    for keyword, path in found.items():
        if "|" in keyword:
            assert path.startswith(found[keyword.rsplit("|", 1)[0]] + "|")


def test_no_path_means_one_thing_in_one_language_and_another_in_the_next(vocabulary: Vocabulary) -> None:
    """Else a change of language, which renames path by path, would throw two keywords together."""
    english = {node.keyword: node.keyword for node in vocabulary}
    by_language = [english, *(names(FOLDER, vocabulary, language) for language in OTHERS)]
    for one, other in permutations(by_language, 2):
        meaning = {path: keyword for keyword, path in other.items()}
        assert [path for keyword, path in one.items() if meaning.get(path, keyword) != keyword] == []


def test_every_fact_word_is_translated(vocabulary: Vocabulary) -> None:
    found = names(FOLDER, vocabulary, "de")
    colours = {f"look|{name}" for name in COLOURS if name not in ("white", "black", "grey")}
    assert colours <= found.keys()
    assert {f"season|{name}" for name in ("spring", "summer", "autumn", "winter")} <= found.keys()
    assert set(FACT_ROOTS) <= found.keys()


def test_what_has_no_translation_keeps_its_own_words_below_a_parent_that_has() -> None:
    assert translated("location|Germany|Berlin", {"location": "Ort"}) == "Ort|Germany|Berlin"
    assert translated("holiday", {"location": "Ort"}) == "holiday"


def test_a_rule_of_the_person_s_own_wins_over_the_language() -> None:
    rules = Rules({"animal": "Viecher"}, {RETRIEVER: "Tier|Hund|Golden Retriever", "animal": "Tier"})
    assert rules.renamed(RETRIEVER) == "Viecher|Hund|Golden Retriever"


def test_suggestions_come_in_the_language(catalog: Catalog) -> None:
    labels = (LabelScore("wn:02099601", "", 0.9),)
    facts = PhotoFacts("JPEG", 100, 100, latitude=48.137, longitude=11.575)
    findings = Findings(labels, networks={Task.CLASSIFY: "plain@1"})
    found = [word.keyword for word in book(catalog, "de").proposer().suggest(findings, facts)]
    assert set(found) == {"Tier|Hund|Golden Retriever", "Aufnahmeort|Deutschland|Bavaria|Munich"}


def test_a_change_of_language_is_one_step_on_photos_too(catalog: Catalog) -> None:
    ids = suggestion_ids(catalog, 1)
    review.confirm(catalog, [ids[RETRIEVER], ids["location|Germany|Berlin"]])
    review.reject(catalog, [ids["animal|cat"]])
    review.add_keyword(catalog, [1], "holiday")
    assert book(catalog, "en").change_language("fr").photos == {1}
    place = "lieu de prise de vue|Allemagne|Berlin"
    assert wanted(catalog, 1) == {"animal|chien|golden retriever", place, "holiday"}
    assert states(catalog, 1)["animal|chat"] == "rejected"
    book(catalog, "fr").change_language("zh")
    assert {"动物|狗|金毛寻回犬", "拍摄地点|德国|Berlin"} <= wanted(catalog, 1)
    book(catalog, "zh").change_language("en")
    assert wanted(catalog, 1) == {RETRIEVER, "location|Germany|Berlin", "holiday"}
    assert review.undo(catalog) is not None
    assert "动物|狗|金毛寻回犬" in wanted(catalog, 1)


def test_a_place_that_has_its_country_in_english_goes_along(
    catalog: Catalog,
) -> None:
    """As photos have it that were tagged before countries had names in other languages."""
    review.add_keyword(catalog, [1], "Aufnahmeort|Switzerland|Bern")
    book(catalog, "de").change_language("fr")
    assert "lieu de prise de vue|Suisse|Bern" in wanted(catalog, 1)
    review.add_keyword(catalog, [1], "lieu de prise de vue|Suisse|Basel")
    book(catalog, "fr").change_language("es")
    assert {"lugar de la toma|Suiza|Bern", "lugar de la toma|Suiza|Basel"} <= wanted(catalog, 1)
    book(catalog, "es").change_language("en")
    assert {"location|Switzerland|Bern", "location|Switzerland|Basel"} <= wanted(catalog, 1)


@pytest.mark.parametrize("language", OTHERS)
def test_every_country_of_the_gazetteer_has_a_name(vocabulary: Vocabulary, language: str) -> None:
    found = names(FOLDER, vocabulary, language)
    with gzip.open(RESOURCES / "places" / "places.csv.gz", "rt", encoding="utf-8") as file:
        countries = {row["country"] for row in csv.DictReader(file)}
    assert len(countries) > 230
    assert [name for name in countries if f"location|{name}" not in found] == []


def words_of(catalog: Catalog) -> tuple[set[str], set[str]]:
    """Words of photo 1, and those that are only translations."""
    found = [word for word in catalog.read(lambda c: keyword_rows.keywords(c, 1)) if word.wanted]
    return {word.keyword for word in found}, {word.keyword for word in found if word.translation}


GERMAN, FRENCH = "Tier|Hund|Golden Retriever", "animal|chien|golden retriever"


@pytest.fixture
def confirmed(catalog: Catalog) -> int:
    """The suggestion of a retriever, confirmed; English, with German and French beside it."""
    suggestion = suggestion_ids(catalog, 1)[RETRIEVER]
    review.confirm(catalog, [suggestion])
    review.add_keyword(catalog, [1], "holiday")
    book(catalog, "en").change_language("en, de, fr")
    return suggestion


def test_words_of_other_languages_stand_beside_one_another(catalog: Catalog, confirmed: int) -> None:
    assert words_of(catalog) == ({RETRIEVER, GERMAN, FRENCH, "holiday"}, {GERMAN, FRENCH})
    add, _ = catalog.read(lambda c: keyword_rows.changes_of(c, 1))
    assert set(add) == {RETRIEVER, GERMAN, FRENCH, "holiday"}
    row = catalog.read(lambda c: c.execute("SELECT confirmed, changes FROM photo WHERE id = 1").fetchone())
    assert row == (2, 4), "translations are written, but nobody confirmed them"
    assert GERMAN not in {*catalog.read(keyword_rows.counts), *catalog.read(keyword_rows.known)}


def test_translations_come_and_go_with_their_word(catalog: Catalog, confirmed: int) -> None:
    review.reject(catalog, [confirmed])
    assert words_of(catalog) == ({"holiday"}, set())
    review.undo(catalog)
    assert words_of(catalog)[1] == {GERMAN, FRENCH}
    review.add_keyword(catalog, [1], "animal|cat")
    assert {"Tier|Katze", "animal|chat"} < words_of(catalog)[1]
    review.undo(catalog)
    catalog.write(lambda c: keyword_rows.set_written(c, 1, [RETRIEVER, GERMAN], ours=[RETRIEVER, GERMAN]))
    review.reject(catalog, [confirmed])
    _, gone = catalog.read(lambda c: keyword_rows.changes_of(c, 1))
    assert {word.keyword for word in gone if word.ours} == {RETRIEVER, GERMAN}


def test_other_languages_are_one_step_to_undo(catalog: Catalog, confirmed: int) -> None:
    book(catalog, "en").change_language("de, zh")
    chinese = "动物|狗|金毛寻回犬"
    assert words_of(catalog) == ({GERMAN, chinese, "holiday"}, {chinese})
    assert book(catalog, "de").languages() == ("de", "zh")
    review.undo(catalog)
    assert words_of(catalog) == ({RETRIEVER, GERMAN, FRENCH, "holiday"}, {GERMAN, FRENCH})
    review.undo(catalog)
    assert words_of(catalog) == ({RETRIEVER, "holiday"}, set())
    assert book(catalog, "en").languages() == ("en",)
    review.redo(catalog)
    review.redo(catalog)
    assert words_of(catalog) == ({GERMAN, chinese, "holiday"}, {chinese})
    book(catalog, "de").change_language("en")
    assert words_of(catalog) == ({RETRIEVER, "holiday"}, set())


def test_what_a_person_did_to_a_translation_stands(catalog: Catalog, confirmed: int) -> None:
    review.remove_keyword(catalog, [1], FRENCH)
    assert words_of(catalog)[1] == {GERMAN}
    book(catalog, "en").change_language("en, fr")
    assert words_of(catalog)[1] == set(), "it stays away"
    review.undo(catalog)
    review.undo(catalog)
    assert words_of(catalog)[1] == {GERMAN, FRENCH}
    review.add_keyword(catalog, [1], GERMAN)
    review.reject(catalog, [confirmed])
    assert GERMAN in words_of(catalog)[0], "a word of the person's own outlives the one it went with"
    review.undo(catalog)
    review.undo(catalog)
    assert words_of(catalog) == ({RETRIEVER, GERMAN, FRENCH, "holiday"}, {GERMAN, FRENCH})


def test_a_word_that_a_person_renamed_has_no_translations(catalog: Catalog, confirmed: int) -> None:
    book(catalog, "en").rename(["golden retriever"], "Bello")
    assert words_of(catalog) == ({"Bello", "holiday"}, set())
    review.undo(catalog)
    assert words_of(catalog)[1] == {GERMAN, FRENCH}


def test_a_new_catalog_takes_the_languages_of_the_settings(catalog: Catalog) -> None:
    book(catalog, "de, en").start_languages()
    review.add_keyword(catalog, [1], GERMAN)
    assert words_of(catalog)[1] == {RETRIEVER}
    assert book(catalog, "fr").languages() == ("de", "en")


def test_a_keyword_can_be_named_in_the_language(catalog: Catalog) -> None:
    assert book(catalog, "de").hide("Hund")[0] == "animal|dog"
    keyword, changes = book(catalog, "de").restore("dog")
    assert keyword == "animal|dog"
    assert changes


def test_missing_words_say_what_to_do(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(ModelError, match="Install the program again"):
        names(tmp_path, vocabulary, "de")


@pytest.mark.parametrize(
    "keyword", ["person|grandmother", "event|Mother's Day", "object|snowman", "place|old town"]
)
def test_words_that_no_network_knows_are_in_the_tree_in_every_language(
    vocabulary: Vocabulary, keyword: str
) -> None:
    assert keyword in vocabulary.keywords()
    assert not vocabulary.is_seen(keyword), "for own use, import and larger networks"
    called = {names(FOLDER, vocabulary, language)[keyword] for language in OTHERS}
    assert len(called | {keyword}) == 5
