"""The person's own words: rename, merge, hide, restore, and lists in Lightroom's text and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phototagger.catalog.connection import Catalog
from phototagger.catalog.words.keywords import mended
from phototagger.domain.errors import UsageError
from phototagger.domain.findings import Findings, LabelScore, Task
from phototagger.domain.records import Changes
from phototagger.jobs import review
from phototagger.jobs.words.keyword_book import KeywordBook
from phototagger.jobs.words.own_words import tree_of
from phototagger.keywords.rules import Rules
from phototagger.keywords.scoring.suggest import NewSuggestion, Suggester
from phototagger.keywords.tree.lists import (
    MOST_BYTES,
    ListedWord,
    from_csv,
    from_lightroom,
    matches,
    read_list,
    to_csv,
    to_lightroom,
)
from phototagger.settings.declared import WordSettings
from tests.support.catalog_parts import add_photos, answer, save, states, suggestion_ids, wanted

ROOT = Path("/photos")
VOCABULARY = Path(__file__).resolve().parents[4] / "resources" / "vocabulary"
RETRIEVER, BANANA = "animal|dog|golden retriever", "food|fruit|banana"
LABELS = (LabelScore("wn:02099601", "", 0.6), LabelScore("wn:07753592", "", 0.5))


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(VOCABULARY)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    ids = add_photos(opened, ROOT, "a.jpg", "b.jpg")
    save(opened, *(answer(photo, (RETRIEVER, 0.9), (BANANA, 0.8), ("animal|cat", 0.7)) for photo in ids))
    yield opened
    opened.close()


@pytest.fixture
def book(catalog: Catalog, suggester: Suggester) -> KeywordBook:
    return KeywordBook(catalog, suggester)


def proposed(book: KeywordBook) -> list[str]:
    findings = Findings(LABELS, networks={Task.CLASSIFY: "plain@1"})
    eager = KeywordBook(book._catalog, Suggester(VOCABULARY, "eager"))
    return [found.keyword for found in eager.proposer().suggest(findings)]


def test_a_renamed_branch_takes_what_is_below_it_along(book: KeywordBook) -> None:
    assert book.rename(["dog"], "Tiere|Hund").keywords == ("animal|dog",)
    assert proposed(book) == ["Tiere|Hund|golden retriever", BANANA]


def test_photos_follow_a_rename_in_one_step_that_can_be_undone(catalog: Catalog, book: KeywordBook) -> None:
    ids = suggestion_ids(catalog, 1)
    review.confirm(catalog, [ids[RETRIEVER]])
    review.reject(catalog, [ids["animal|cat"]])
    changes = book.rename(["animal"], "Tier").changes
    assert changes.photos == {1}
    assert wanted(catalog, 1) == {"Tier|dog|golden retriever"}
    assert states(catalog, 1)["Tier|cat"] == "rejected"
    assert states(catalog, 1)["Tier|dog|golden retriever"] == "confirmed"
    assert RETRIEVER not in states(catalog, 1)
    done = review.undo(catalog)
    assert done is not None
    assert done[1] == "Renamed animal to Tier"
    assert wanted(catalog, 1) == {RETRIEVER}
    assert states(catalog, 1)[RETRIEVER] == "confirmed"


def test_undo_takes_the_rule_back_too_and_redo_sets_it_again(catalog: Catalog, book: KeywordBook) -> None:
    book.rename(["dog"], "Hund")
    book.rename(["dog"], "Wauwau")
    undone = review.undo(catalog)
    assert undone is not None
    assert undone[0].words  # suggestions must follow
    assert proposed(book) == ["Hund|golden retriever", BANANA]
    review.undo(catalog)
    assert proposed(book) == [RETRIEVER, BANANA]
    review.redo(catalog)
    assert proposed(book) == ["Hund|golden retriever", BANANA]
    review.redo(catalog)
    assert proposed(book) == ["Wauwau|golden retriever", BANANA]


def test_hidden_and_restored_words_are_steps_that_can_be_undone(catalog: Catalog, book: KeywordBook) -> None:
    book.hide("dog")
    book.rename(["dog"], "Hund")
    book.restore("dog")
    answers = [("Restored animal|dog", "Hund|golden retriever"), ("Renamed animal|dog to Hund", "animal")]
    answers.append(("Hid animal|dog", RETRIEVER))
    for text, first in answers:
        undone = review.undo(catalog)
        assert undone is not None
        assert (undone[1], undone[0].words) == (text, True)
        assert proposed(book) == [first, BANANA]
    assert review.undo(catalog) is None


def test_an_import_is_one_step(catalog: Catalog, book: KeywordBook, tmp_path: Path) -> None:
    review.add_keyword(catalog, [1], "animal|dog")
    book.take_words(["Berlin"], match=False)
    path = tmp_path / "list.csv"
    path.write_text("keyword,synonyms,replaces\nHund,,dog\nHund,,cat\nBerlin,B,\nWien,,\n", "utf-8")
    imported = book.import_list(path, match=False)
    assert imported.changes.photos == {1}
    assert proposed(book) == ["Hund|golden retriever", BANANA]
    undone = review.undo(catalog)
    assert undone is not None
    assert undone[1] == "Imported 4 keywords"
    assert proposed(book) == [RETRIEVER, BANANA]
    assert wanted(catalog, 1) == {"animal|dog"}
    assert book.own_words() == ["Berlin"]
    review.redo(catalog)
    assert book.own_words() == ["Berlin", "Hund", "Wien"]
    assert wanted(catalog, 1) == {"Hund"}


def test_a_list_that_changes_nothing_makes_no_step(catalog: Catalog, book: KeywordBook) -> None:
    book.take_words(["Berlin"], match=False)
    assert not book.take_words(["Berlin"], match=False).changes
    review.undo(catalog)
    assert review.undo(catalog) is None


def test_a_list_with_a_name_below_its_own_takes_nothing_up(
    catalog: Catalog, book: KeywordBook, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("keyword,synonyms,replaces\nWien,,\nanimal|dog|mine,,dog\n", "utf-8")
    with pytest.raises(UsageError, match="is below 'animal\\|dog' itself"):
        book.import_list(path, match=False)
    assert book.own_words() == []


def test_a_second_rename_takes_photos_along_too(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], RETRIEVER)
    for target in ("Tiere|Hund", "Tiere|Hund|Wauwau", "Wauwau"):
        book.rename(["dog"], target)
        assert wanted(catalog, 1) == {f"{target}|golden retriever"}


def test_a_name_of_several_stays_when_one_of_them_leaves(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], BANANA)
    book.rename([RETRIEVER], "favourites")
    book.rename([BANANA], "favourites")
    book.rename([RETRIEVER], "dogs")
    assert wanted(catalog, 1) == {"favourites"}


def test_two_keywords_with_one_name_are_one(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], RETRIEVER)
    review.add_keyword(catalog, [1, 2], BANANA)
    book.rename([RETRIEVER], "favourites")
    book.rename([BANANA], "favourites")
    assert wanted(catalog, 1) == wanted(catalog, 2) == {"favourites"}
    assert proposed(book) == ["favourites"]


def test_hidden_words_are_not_suggested_but_what_is_above_them_is(book: KeywordBook) -> None:
    book.hide("golden retriever")
    assert proposed(book) == ["animal|dog", BANANA]
    book.hide("animal")
    assert proposed(book) == [BANANA]
    assert book.restore("animal")[0] == "animal"
    assert book.restore("golden retriever")[0] == RETRIEVER
    assert book.restore("golden retriever") == (RETRIEVER, Changes())
    assert proposed(book) == [RETRIEVER, BANANA]


def test_a_name_that_is_none_or_not_one_is_refused(book: KeywordBook, suggester: Suggester) -> None:
    with pytest.raises(UsageError, match="knows no keyword 'unicorn'"):
        book.hide("unicorn")
    with pytest.raises(UsageError, match="below 'animal' itself"):
        book.rename(["animal"], "animal|dog")
    assert tree_of(suggester.vocabulary).program("Banana") == BANANA


def test_of_two_suggestions_under_one_name_the_surer_stays() -> None:
    rules = Rules({"animal|dog": "pets", "animal|cat": "pets", "food": None})
    found = rules.apply(
        [NewSuggestion("animal|dog", "a", 0.7, "n"), NewSuggestion("animal|cat", "b", 0.9, "n")]
    )
    assert [(entry.keyword, entry.label, entry.score) for entry in found] == [("pets", "b", 0.9)]
    assert rules.hidden == {"food"}


def test_a_parent_that_a_rename_makes_gives_way_to_its_child() -> None:
    rules = Rules({"animal|dog": "pets", "animal|cat": "pets|cat"})
    found = rules.apply(
        [NewSuggestion("animal|dog", "a", 0.9, "n"), NewSuggestion("animal|cat", "b", 0.7, "n")]
    )
    assert [entry.keyword for entry in found] == ["pets|cat"]


LIGHTROOM = "Tiere\n\tHund\n\t\t{dog}\n\t\tDackel\n[Orte]\n\tBerlin\n\n"


def test_lightroom_lists_are_read_with_levels_and_synonyms(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xef\xbb\xbf" + LIGHTROOM.replace("\n", "\r\n").encode())
    words = {word.keyword: word.synonyms for word in read_list(path)}
    assert words == {
        "Tiere": (),
        "Tiere|Hund": ("dog",),
        "Tiere|Hund|Dackel": (),
        "Orte|Berlin": (),
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.txt", b"Tiere\n\t\tHund\n", "Line 2 of .*list.txt is more than one level below its parent"),
        ("list.txt", b"\n\n", "no keyword in .*list.txt"),
        ("list.txt", "Käse".encode("latin-1"), "not UTF-8"),
        ("list.csv", b"word\ndog\n", "one of them 'keyword'"),
        ("list.txt", b"x" * (MOST_BYTES + 1), "is longer than 16 MiB"),
        ("list.csv", b"keyword\n" + b"dog\n" * (MOST_BYTES // 4), "is longer than 16 MiB"),
        ("list.csv", b"keyword\n" + b"x" * 200_000, "no proper CSV"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read_list(tmp_path / name)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_list(tmp_path / "none.txt")


def test_a_list_without_end_is_refused() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no such device here")
    with pytest.raises(UsageError, match="/dev/zero is longer than"):
        read_list(Path("/dev/zero"))


plain = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=8)
marked = st.builds(
    "".join, st.lists(st.sampled_from(list("[]{}\\'=+-@,\"/ab＝\u2028")), min_size=1, max_size=6)
)
word = st.one_of(plain, marked.map(str.strip).filter(bool))
lists = st.dictionaries(
    st.lists(word, min_size=1, max_size=3).map("|".join), st.lists(word, max_size=2).map(tuple), min_size=1
)


@given(lists)
def test_both_kinds_of_list_read_back_as_they_were_written(words: dict[str, tuple[str, ...]]) -> None:
    listed = [ListedWord(keyword, synonyms) for keyword, synonyms in words.items()]
    again = {entry.keyword: entry.synonyms for entry in from_lightroom(to_lightroom(listed), Path("x"))}
    assert again == words
    assert from_csv(to_csv(listed), Path("x")) == listed


FORMULAS = ("=SUM(A1)", "+1", "-1", "@now", "'=1", "''+x", "'quoted", "=cmd|'/C calc'!A0", "＝1")


def test_no_cell_of_an_export_is_run_by_a_spreadsheet() -> None:
    listed = [ListedWord(keyword, FORMULAS, keyword) for keyword in FORMULAS]
    text = to_csv(listed)
    for row in csv.reader(io.StringIO(text)):
        for cell in (row[0], *row[1].split("; "), row[2]):
            assert cell[:1] not in tuple("=+-@\t\r＝"), cell
    assert from_csv(text, Path("x")) == listed
    # Where a semicolon parts cells, each is in quotes still.
    assert all(line.startswith('"') for line in text.split("\r\n") if line)


def test_odd_words_come_back_from_an_export(book: KeywordBook, catalog: Catalog, tmp_path: Path) -> None:
    odd = ["[hidden]", "{braced}", "Orte|[Rom]", "Orte|{Wien}", "\\[x", "=SUM(A1)", "-1", 'a, "b"', "📷|é"]
    for word_given in odd:
        review.add_keyword(catalog, [1], word_given)
    held = sorted(wanted(catalog, 1))
    for name in ("list.txt", "list.csv"):
        assert book.export_list(tmp_path / name) == len(held)
        assert sorted(entry.keyword for entry in read_list(tmp_path / name)) == held
    assert (tmp_path / "list.txt").read_text("utf-8").count("[Orte]") == 1, "a level, and no word"


def test_matching_takes_names_and_synonyms_and_leaves_doubts_alone() -> None:
    listed = [ListedWord("Tiere|Hund", ("dog",)), ListedWord("a|crane"), ListedWord("b|crane")]
    known = {"animal|dog": ("dog",), "tool|crane": ("crane",), "animal|cat": ("cat",)}
    assert matches(listed, known) == {"animal|dog": "Tiere|Hund"}


def test_an_imported_list_renames_what_it_replaces_or_matches(
    catalog: Catalog, book: KeywordBook, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("keyword,synonyms,replaces\nTiere|Hund,dog,\nObst|Banane,,food|fruit|banana\n", "utf-8")
    plain = book.import_list(path, match=False)
    assert (plain.words, plain.new, dict(plain.renamed)) == (2, 2, {BANANA: "Obst|Banane"})
    matched = book.import_list(path, match=True)
    assert (matched.new, matched.renamed["animal|dog"]) == (0, "Tiere|Hund")
    assert proposed(book) == ["Tiere|Hund|golden retriever", "Obst|Banane"]
    assert book.own_words() == ["Obst|Banane", "Tiere|Hund"]


def test_an_export_holds_own_words_rules_and_what_is_on_photos(
    catalog: Catalog, book: KeywordBook, tmp_path: Path
) -> None:
    review.add_keyword(catalog, [1], "holiday")
    book.rename(["banana"], "Obst|Banane")
    assert book.export_list(tmp_path / "out.csv") == 2
    assert read_list(tmp_path / "out.csv") == [
        ListedWord("holiday"),
        ListedWord("Obst|Banane", (), BANANA),
    ]
    book.export_list(tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text("utf-8") == "[Obst]\n\tBanane\nholiday\n"


def test_words_out_of_files_are_taken_once(book: KeywordBook) -> None:
    taken = book.take_words(["dog", "Tiere|dog", "Berlin"], match=True)
    assert (taken.words, dict(taken.renamed)) == (2, {"animal|dog": "Tiere|dog"})


def test_the_book_lists_words_in_use_with_their_figures(catalog: Catalog, book: KeywordBook) -> None:
    review.confirm(catalog, [suggestion_ids(catalog, 1)[RETRIEVER]])
    book.hide("cat")
    rows = {row.keyword: row for row in book.rows()}
    assert (rows[RETRIEVER].photos, rows[RETRIEVER].waiting) == (1, 1)
    assert rows["animal|cat"].hidden
    assert "animal|bear" not in rows
    assert "animal|bear" in {row.keyword for row in book.rows(everything=True)}


# --- the person's own words ---------------------------------------------------------------------------------------


def test_an_own_word_is_renamed_with_all_below_it_in_one_step(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1, 2], "trips|rome 2024")
    review.add_keyword(catalog, [1], "trips|rome 2024|forum")
    done = book.rename(["rome 2024"], "Reisen|Rom")
    assert (done.keywords, done.target, done.joined) == (("trips|rome 2024",), "Reisen|Rom", False)
    assert wanted(catalog, 1) == {"Reisen|Rom", "Reisen|Rom|forum"}
    assert wanted(catalog, 2) == {"Reisen|Rom"}
    assert review.undo(catalog) == (Changes(frozenset({1, 2}), folders=True, history=True), ANY)
    assert wanted(catalog, 1) == {"trips|rome 2024", "trips|rome 2024|forum"}


def test_a_parent_that_is_on_no_photo_can_be_renamed_and_moved(
    catalog: Catalog, book: KeywordBook, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text("keyword,synonyms,replaces\ntrips|paris,lutetia,\n", "utf-8")
    book.import_list(tmp_path / "list.csv", match=False)
    review.add_keyword(catalog, [1], "trips|rome")
    book.rename([BANANA], "trips|fruit")  # one of the program's goes by a name below it
    book.rename(["trips"], "life|Trips")
    assert wanted(catalog, 1) == {"life|Trips|rome"}
    assert book.own_words() == ["life|Trips|paris"]
    assert "life|Trips|fruit" in proposed(book)
    assert book.named("lutetia") == "life|Trips|paris"  # its synonyms went along
    for _ in range(3):
        review.undo(catalog)
    assert book.own_words() == ["trips|paris"]


def test_new_capitals_are_a_new_name(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], "trips|rome")
    done = book.rename(["trips|rome"], "trips|Rome")
    assert (wanted(catalog, 1), done.joined) == ({"trips|Rome"}, False)
    book.rename(["dog"], "animal|Dog")
    review.add_keyword(catalog, [2], book.named("dog"))
    assert wanted(catalog, 2) == {"animal|Dog"}
    with pytest.raises(UsageError, match=r"'trips\|Rome' is called 'trips|Rome' already"):
        book.rename(["TRIPS|ROME"], "trips|Rome")


def test_a_target_that_is_there_becomes_one_with_what_comes(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1, 2], "holiday")
    review.add_keyword(catalog, [1], "trips|Rome")
    for name in ("TRIPS|rome", "rome"):
        done = book.rename(["holiday"], name)
        assert (done.target, done.joined) == ("trips|Rome", True)
        assert wanted(catalog, 1) == wanted(catalog, 2) == {"trips|Rome"}
        review.undo(catalog)
    assert book.rename(["holiday"], "|rome").target == "rome"


def test_own_words_and_the_programs_are_merged_into_one_of_either_in_one_step(
    catalog: Catalog, book: KeywordBook
) -> None:
    review.add_keyword(catalog, [1], "my doggies")
    review.add_keyword(catalog, [2], "Fido")
    review.add_keyword(catalog, [2], "animal|cat")
    done = book.rename(["my doggies", "fido", "cat"], "dog")
    assert (done.target, done.joined) == ("animal|dog", True)
    assert wanted(catalog, 1) == wanted(catalog, 2) == {"animal|dog"}
    assert "animal|cat" not in proposed(book)
    assert review.undo(catalog) is not None
    assert (wanted(catalog, 1), wanted(catalog, 2)) == ({"my doggies"}, {"Fido", "animal|cat"})
    book.rename(["my doggies"], "pets")
    assert wanted(catalog, 1) == {"pets"}


def test_a_word_into_its_own_parent(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], RETRIEVER)
    review.add_keyword(catalog, [1], "trips|rome|forum")
    book.rename(["animal|dog"], "animal")
    book.rename(["trips|rome"], "trips")
    assert wanted(catalog, 1) == {"animal|golden retriever", "trips|forum"}
    with pytest.raises(UsageError, match="is below 'trips' itself"):
        book.rename(["trips"], "trips|2024")


def test_a_word_of_the_programs_that_the_person_has_at_the_top_too_is_one(
    catalog: Catalog, book: KeywordBook
) -> None:
    review.add_keyword(catalog, [1], "dog")  # as earlier versions added it
    review.add_keyword(catalog, [2], "animal|dog")
    assert book.rename(["dog"], "Hund").keywords == ("animal|dog", "dog")
    assert wanted(catalog, 1) == wanted(catalog, 2) == {"Hund"}
    assert proposed(book)[0] == "Hund|golden retriever"
    review.undo(catalog)
    assert book.rename(["animal|dog"], "Hund").keywords == ("animal|dog",)
    assert wanted(catalog, 1) == {"dog"}


def test_an_own_word_below_one_of_the_programs_goes_along_and_alone(
    catalog: Catalog, book: KeywordBook
) -> None:
    review.add_keyword(catalog, [1], "animal|dog|Bello")
    book.rename(["dog"], "Tiere|Hund")
    assert wanted(catalog, 1) == {"Tiere|Hund|Bello"}
    book.rename(["Bello"], "family|Bello")
    assert wanted(catalog, 1) == {"family|Bello"}
    assert proposed(book)[0] == "Tiere|Hund|golden retriever"


def test_a_name_that_several_go_by_is_renamed_for_all_of_them(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], RETRIEVER)
    book.rename([RETRIEVER, BANANA], "favourites")
    book.rename(["favourites"], "Lieblinge")
    assert wanted(catalog, 1) == {"Lieblinge"}
    assert proposed(book) == ["Lieblinge"]


def test_words_of_facts_and_places_can_be_renamed_and_hidden(catalog: Catalog, suggester: Suggester) -> None:
    book = KeywordBook(catalog, suggester, None, None, VOCABULARY)
    review.add_keyword(catalog, [1], "location|Italy|Lazio|Rome")
    review.add_keyword(catalog, [1], "season|summer")
    book.rename(["Rome"], "Orte|Rom")
    book.rename(["summer"], "season|Sommer")
    assert wanted(catalog, 1) == {"Orte|Rom", "season|Sommer"}
    rules = book.proposer().rules
    assert rules.renamed("location|Italy|Lazio|Rome") == "Orte|Rom"  # the next photo of it, too
    assert book.hide("winter")[0] == "season|winter"


def test_a_rejected_own_word_stays_rejected_under_its_new_name(catalog: Catalog, book: KeywordBook) -> None:
    save(catalog, answer(1, ("trips|rome", 0.9)))
    review.add_keyword(catalog, [2], "trips|rome")
    review.reject(catalog, [suggestion_ids(catalog, 1)["trips|rome"]])
    book.rename(["rome"], "trips|Roma")
    assert states(catalog, 1)["trips|Roma"] == "rejected"


def test_of_own_words_only_what_is_asked_for_is_hidden_or_found(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], "trips|rome")
    review.add_keyword(catalog, [1], "films|rome")
    with pytest.raises(UsageError, match=r"'rome' may be films\|rome or trips\|rome. Give the whole path"):
        book.rename(["rome"], "x")
    with pytest.raises(UsageError, match="a word of your own"):
        book.hide("trips|rome")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dog", "animal|dog"),
        (" DOG ", "animal|dog"),
        ("Animal|Dog", "animal|dog"),
        ("dog|golden retriever", RETRIEVER),
        ("paddy wagon", "vehicle|van|police van"),  # a synonym
        ("Rome 2024", "trips|rome 2024"),
        ("roma", "trips|rome 2024"),  # a synonym of the person's
        ("trips|dog", "trips|dog"),
        ("new word", "new word"),
        ("|dog", "dog"),
        ("Animal|DOG|Bello", "animal|dog|Bello"),
        ("TRIPS|Naples|port", "trips|Naples|port"),
        ("dog|Bello", "dog|Bello"),
        ("cafe\u0301", "places|café"),
    ],
)
def test_a_word_that_the_tree_knows_joins_it(
    catalog: Catalog, book: KeywordBook, tmp_path: Path, typed: str, meant: str
) -> None:
    rows = "keyword,synonyms,replaces\ntrips|rome 2024,roma,\nplaces|Café,,\n"
    (tmp_path / "list.csv").write_text(rows.replace("Café", "café"), "utf-8")
    book.import_list(tmp_path / "list.csv", match=False)
    assert book.named(typed) == meant


def test_a_word_that_may_be_several_is_told_unless_the_photo_tells(
    catalog: Catalog, book: KeywordBook
) -> None:
    review.add_keyword(catalog, [1], "trips|rome")
    review.add_keyword(catalog, [2], "films|rome")
    told = (
        r"'Rome' may be films\|rome or trips\|rome. Give the whole path, or '\|Rome' for a keyword of its own"
    )
    for photos in ([], [1, 2]):
        with pytest.raises(UsageError, match=told):
            book.named("Rome", photos)
    assert book.named("Rome", [1]) == "trips|rome"
    assert book.named("|Rome", [1]) == "Rome"


def test_a_renamed_word_is_known_by_its_old_name_and_its_new_one(book: KeywordBook) -> None:
    book.rename(["dog"], "Tiere|Hund")
    assert book.named("hund") == book.named("dog") == book.named("animal|dog") == "Tiere|Hund"
    assert book.named("animal|dog|Bello") == book.named("tiere|hund|Bello") == "Tiere|Hund|Bello"


def test_in_another_language_only_its_own_words_are_known(catalog: Catalog, suggester: Suggester) -> None:
    german = KeywordBook(catalog, suggester, WordSettings(language="de"), None, VOCABULARY)
    assert german.named("hund") == "Tier|Hund"
    assert german.named("Rat") == "Rat"  # advice, not the animal
    assert german.named("Sommer") == "Jahreszeit|Sommer"


def test_what_is_taken_off_is_looked_for_on_the_photos_first(catalog: Catalog, book: KeywordBook) -> None:
    review.add_keyword(catalog, [1], "Zoo|dog")
    assert book.named("dog", [1], on_them=True) == "Zoo|dog"


def test_a_list_with_more_levels_than_a_tree_has_is_refused(tmp_path: Path, book: KeywordBook) -> None:
    path = tmp_path / "deep.txt"
    path.write_text("\n".join("\t" * level + f"w{level}" for level in range(3000)), "utf-8")
    with pytest.raises(UsageError, match="has 101 levels; a keyword may have 100 at most"):
        book.import_list(path, match=False)
    path.write_text("\n".join("\t" * level + f"w{level}" for level in range(100)), "utf-8")
    assert book.import_list(path, match=False).words == 100


def test_a_keyword_of_a_file_with_more_levels_than_a_tree_has_is_left_out() -> None:
    assert mended("|".join("a" * 101)) is None
    assert mended("|".join("a" * 100)) == "|".join("a" * 100)
