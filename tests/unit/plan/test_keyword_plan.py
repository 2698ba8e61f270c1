"""Which values go where, without any file."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phototagger.domain.facets.books import AUTO_TAGS, CREATED_FIELDS, IPTC_CHARSET
from phototagger.domain.facets.keyword import (
    HIERARCHY,
    IPTC_KEYWORDS,
    LAST_KEYWORD,
    SUBJECT,
    TAGS_LIST,
    XP_KEYWORDS,
)
from phototagger.domain.records import keyword_leaf
from phototagger.domain.writing import FieldChange
from phototagger.plan.fields.fields import (
    IptcText,
    PhotoFields,
    as_texts,
    as_utf8,
    fault_of,
    iptc_text,
    word_key,
    written_keyword,
)
from phototagger.plan.keyword_plan import Planner, arguments
from phototagger.settings.declared import WriteSettings

LIGHTROOM = WriteSettings(preset="lightroom")
Values = dict[str, tuple[str, ...]]


def fields(values: Values | None = None, text: IptcText = IptcText.NONE, **raw: object) -> PhotoFields:
    return PhotoFields(
        Path("/photos/a.jpg"),
        values or {},
        "JPEG",
        raw={name.replace("__", ":"): value for name, value in raw.items()},
        iptc_text=text,
    )


def changed(
    start: PhotoFields,
    add: list[str],
    remove: list[str] | None = None,
    settings: WriteSettings | None = None,
) -> Values:
    """The values after the plan."""
    planner = Planner(start, settings or LIGHTROOM, iptc_fits=True)
    result = dict(start.values)
    for change in planner.changes(add, remove or []):
        assert change.before == start.values.get(change.field, ())
        result[change.field] = change.after
        if not change.after:
            del result[change.field]
    return result


def test_a_path_goes_as_leaf_and_as_path() -> None:
    assert changed(fields(), ["animal|dog"]) == {
        SUBJECT: ("dog",),
        HIERARCHY: ("animal|dog",),
        AUTO_TAGS: ("dog", "animal|dog"),
        CREATED_FIELDS: (HIERARCHY,),
    }


def test_a_flat_keyword_makes_no_hierarchy() -> None:
    assert changed(fields(), ["dog"]) == {SUBJECT: ("dog",), AUTO_TAGS: ("dog",)}


def test_a_flat_keyword_joins_a_hierarchy_that_exists_or_is_made() -> None:
    held = fields({HIERARCHY: ("place|sea",)})
    assert changed(held, ["dog"])[HIERARCHY] == ("place|sea", "dog")
    assert changed(fields(), ["dog", "place|sea"])[HIERARCHY] == ("dog", "place|sea")


def test_no_hierarchy_is_made_where_the_person_wants_none() -> None:
    off = WriteSettings(hierarchy=False)
    assert HIERARCHY not in changed(fields(), ["animal|dog"], settings=off)
    held = fields({HIERARCHY: ("sea",)})
    assert changed(held, ["animal|dog"], settings=off)[HIERARCHY] == ("sea", "animal|dog")


def test_parents_go_into_the_flat_fields_on_request() -> None:
    got = changed(
        fields(), ["animal|dog|poodle"], settings=WriteSettings(preset="lightroom", parents_too=True)
    )
    assert got[SUBJECT] == ("animal", "dog", "poodle")
    assert got[HIERARCHY] == ("animal|dog|poodle",)


def test_a_new_hierarchy_holds_the_old_keywords_too() -> None:
    held = fields({SUBJECT: ("Beach", "2024"), IPTC_KEYWORDS: ("Old",)}, IptcText.ASCII)
    assert changed(held, ["animal|dog"])[HIERARCHY] == ("Beach", "2024", "Old", "animal|dog")


def test_a_new_hierarchy_takes_digikams_paths() -> None:
    held = fields({SUBJECT: ("Hund", "Meer"), TAGS_LIST: ("Tier/Hund",)})
    got = changed(held, ["Ort|Berlin"])
    assert got[HIERARCHY] == ("Tier|Hund", "Meer", "Ort|Berlin")
    assert got[TAGS_LIST] == ("Tier/Hund", "Ort/Berlin")


def test_slash_paths_are_left_out_where_a_step_has_a_slash() -> None:
    held = fields({TAGS_LIST: ("x",), LAST_KEYWORD: ("x",)})
    got = changed(held, ["thing|24/7"])
    assert got[TAGS_LIST] == ("x",)
    assert got[LAST_KEYWORD] == ("x",)
    assert got[SUBJECT] == ("x", "24/7")
    assert "thing|24/7" in got[HIERARCHY]


@pytest.mark.parametrize("held", ["Dog", "DOG", "dog"])
def test_another_spelling_counts_as_held(held: str) -> None:
    assert changed(fields({SUBJECT: (held,)}), ["dog"]) == {SUBJECT: (held,)}


def test_decomposed_letters_count_as_held_and_are_written_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Möwe")
    assert changed(fields({SUBJECT: (decomposed,)}), ["möwe"]) == {SUBJECT: (decomposed,)}
    assert changed(fields(), [decomposed])[SUBJECT] == ("Möwe",)


def test_the_persons_word_is_never_recorded_as_ours() -> None:
    got = changed(fields({SUBJECT: ("Dog",)}), ["animal|dog"])
    assert got[SUBJECT] == ("Dog",)
    assert got[AUTO_TAGS] == ("animal|dog",)
    back = changed(fields(got), [], ["animal|dog"])
    assert back == {SUBJECT: ("Dog",)}


def test_adding_and_removing_gives_the_old_fields() -> None:
    held: Values = {SUBJECT: ("Beach",), TAGS_LIST: ("Beach",), IPTC_KEYWORDS: ("Beach",)}
    start = fields(held, IptcText.UTF8)
    got = changed(start, ["animal|dog", "sky"])
    assert got[IPTC_KEYWORDS] == ("Beach", "dog", "sky")
    assert changed(fields(got, IptcText.UTF8), [], ["animal|dog", "sky"]) == held


@pytest.mark.parametrize(("start", "left"), [({}, {}), ({SUBJECT: ("dog",)}, {SUBJECT: ("dog",)})])
def test_a_word_that_moves_in_the_tree_stays_whose_it_was(start: Values, left: Values) -> None:
    first = fields(changed(fields(start), ["animal|dog"]))
    moved = fields(changed(first, ["pet|dog"], ["animal|dog"]))
    assert moved.values[SUBJECT] == ("dog",)
    assert changed(moved, [], ["pet|dog"]) == left


def test_a_leaf_that_another_path_needs_stays() -> None:
    got = changed(fields(), ["animal|jaguar", "car|jaguar"])
    left = changed(fields(got), [], ["car|jaguar"])
    assert left[SUBJECT] == ("jaguar",)
    assert left[HIERARCHY] == ("animal|jaguar",)
    assert changed(fields(left), [], ["animal|jaguar"]) == {}


def test_parents_that_another_path_needs_stay() -> None:
    parents = WriteSettings(preset="lightroom", parents_too=True)
    got = changed(fields(), ["animal|dog", "animal|cat"], settings=parents)
    left = changed(fields(got), [], ["animal|dog"], settings=parents)
    assert left[SUBJECT] == ("animal", "cat")
    assert changed(fields(left), [], ["animal|cat"], settings=parents) == {}


def test_a_word_that_the_person_respelled_is_theirs() -> None:
    got = changed(fields(), ["dog"])
    got[SUBJECT] = ("Dog",)
    assert changed(fields(got), [], ["dog"])[SUBJECT] == ("Dog",)


def test_without_a_record_a_word_is_the_persons() -> None:
    held: dict[str, tuple[str, ...]] = {SUBJECT: ("dog", "sea"), HIERARCHY: ("animal|dog", "sea")}
    assert changed(fields(held), [], ["animal|dog"]) == held


def test_a_step_that_is_a_keyword_of_its_own_stays() -> None:
    got = changed(fields(), ["animal|dog", "animal"])
    left = changed(fields(got), [], ["animal|dog"])
    assert (left[SUBJECT], left[HIERARCHY], left[AUTO_TAGS]) == (("animal",), ("animal",), ("animal",))


def test_a_hierarchy_of_our_making_stays_once_it_says_more() -> None:
    got = changed(fields(), ["animal|dog"])
    got[HIERARCHY] += ("place|sea",)
    assert changed(fields(got), [], ["animal|dog"])[HIERARCHY] == ("place|sea",)


# --- IPTC ---------------------------------------------------------------------------------------------------------


def test_no_iptc_is_made_unless_asked_for() -> None:
    assert IPTC_KEYWORDS not in changed(fields(), ["dog"])
    got = changed(
        fields({SUBJECT: ("sea",)}), ["dog"], settings=WriteSettings(preset="lightroom", iptc_always=True)
    )
    assert got[IPTC_KEYWORDS] == ("sea", "dog")
    assert got[IPTC_CHARSET] == ("UTF8",)


def test_a_field_that_held_only_a_word_of_ours_gets_its_new_name() -> None:
    held = fields(
        {
            SUBJECT: ("sea", "cat"),
            TAGS_LIST: ("animal/cat",),
            LAST_KEYWORD: ("animal/cat",),
            XP_KEYWORDS: ("cat",),
            AUTO_TAGS: ("cat", "animal|cat"),
        }
    )
    got = changed(held, ["animal|tom"], ["animal|cat"])
    assert got[TAGS_LIST] == got[LAST_KEYWORD] == ("sea", "animal/tom")
    assert (got[XP_KEYWORDS], got[SUBJECT]) == (("tom",), ("sea", "tom"))


def test_a_word_that_goes_does_not_come_back_with_the_field() -> None:
    """IPTC held nothing but the word that goes, so it was made again, with that word in it. Found by the soak."""
    held = fields({SUBJECT: ("sea", "cat"), IPTC_KEYWORDS: ("cat",), AUTO_TAGS: ("cat",)}, IptcText.UTF8)
    got = changed(held, ["dog"], ["cat"])
    assert (got[SUBJECT], got[IPTC_KEYWORDS]) == (("sea", "dog"), ("sea", "dog"))


def test_long_keywords_stay_out_of_iptc() -> None:
    held = fields({IPTC_KEYWORDS: ("sea",)}, IptcText.UTF8)
    fits, too_long = "人" * 21, "人" * 22  # 63 and 66 bytes
    got = changed(held, [fits, too_long])
    assert got[IPTC_KEYWORDS] == ("sea", fits)
    assert got[SUBJECT] == ("sea", fits, too_long)


@pytest.mark.parametrize(
    ("text", "word", "declared"),
    [
        (IptcText.ASCII, "dog", False),
        (IptcText.ASCII, "Möwe", True),
        (IptcText.LATIN1, "dog", True),
        (IptcText.UTF8_UNDECLARED, "dog", True),
    ],
)
def test_utf8_is_declared_where_letters_need_it(text: IptcText, word: str, declared: bool) -> None:
    assert (IPTC_CHARSET in changed(fields({IPTC_KEYWORDS: ("x",)}, text), [word])) is declared


def test_doubtful_iptc_is_left_alone() -> None:
    held = fields({IPTC_KEYWORDS: ("x",)}, IptcText.UNSURE)
    assert changed(held, ["dog"])[IPTC_KEYWORDS] == ("x",)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, IptcText.NONE),
        ({"IPTC:City": "Bonn"}, IptcText.ASCII),
        ({"IPTC:City": "Köln", "IPTC:CodedCharacterSet": "\x1b%G"}, IptcText.UTF8),
        ({"IPTC:City": "Köln"}, IptcText.LATIN1),
        ({"IPTC:City": "KÃ¶ln"}, IptcText.UTF8_UNDECLARED),
        ({"IPTC:City": "KÃ¶ln", "IPTC:Headline": "Köln"}, IptcText.LATIN1),
        ({"IPTC:City": "Ìîñêâà"}, IptcText.UNSURE),  # Moscow in Windows-1251
        ({"IPTC:City": "K\u0161ln"}, IptcText.UNSURE),  # ö as old Macs wrote it
        ({"IPTC:City": "Köln", "IPTC:CodedCharacterSet": "\x1b-A"}, IptcText.LATIN1),
        ({"IPTC:City": "Köln", "IPTC:CodedCharacterSet": "\x1b-F"}, IptcText.UNSURE),  # Greek
        ({"IPTC:City": "KÃ¶ln", "IPTC:CodedCharacterSet": "UTF-8"}, IptcText.UTF8_UNDECLARED),
        ({"IPTC:City": "a", "IPTC:City#2": "b"}, IptcText.UNSURE),
    ],
)
def test_the_encoding_is_told_from_the_bytes(raw: dict[str, object], expected: IptcText) -> None:
    assert iptc_text(raw, ()) is expected


def test_damaged_iptc_is_doubtful() -> None:
    assert iptc_text({"IPTC:City": "Bonn"}, ("Bad IPTC data tag",)) is IptcText.UNSURE


def test_misread_utf8_is_put_right() -> None:
    assert as_utf8("MÃ¶we") == "Möwe"
    assert as_utf8("Möwe") == "Möwe"


# --- values -------------------------------------------------------------------------------------------------------


def test_values_come_as_texts() -> None:
    assert as_texts([True, "1e5", "", False]) == ("true", "1e5", "false")
    assert as_texts("007") == ("007",)
    assert as_texts(None) == ()


@pytest.mark.parametrize("keyword", ["a\nb", "a\tb", "a\x00b", "a\u2028b", "a\ud800b", "", "a||b", "|", "a|"])
def test_impossible_keywords_have_a_fault(keyword: str) -> None:
    assert fault_of(written_keyword(keyword))


@pytest.mark.parametrize("keyword", ["2024", "true", "a,b;c", "a/b", '"q"', "<3", "👍🏽", "x" * 300])
def test_odd_keywords_have_none(keyword: str) -> None:
    assert fault_of(written_keyword(keyword)) is None


def test_blanks_round_steps_go() -> None:
    assert written_keyword(" animal | dog ") == "animal|dog"


# --- arguments ----------------------------------------------------------------------------------------------------


def test_values_are_added_and_removed_one_by_one() -> None:
    change = FieldChange(SUBJECT, ("a", "b"), ("b", "c"))
    assert arguments([change], iptc_utf8=False)[3:] == [
        "-XMP-dc:Subject-=a",
        "-XMP-dc:Subject-=c",
        "-XMP-dc:Subject+=c",
    ]


def test_a_list_is_given_whole_only_for_its_order() -> None:
    change = FieldChange(SUBJECT, ("b",), ("a", "b"))
    assert arguments([change], iptc_utf8=False)[3:] == ["-XMP-dc:Subject=a", "-XMP-dc:Subject=b"]


letters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="|/\ufffe\uffff")
words = st.text(letters, min_size=1, max_size=8).map(written_keyword).filter(bool)
paths = st.lists(words, min_size=1, max_size=3).map("|".join)


@given(
    st.lists(words, max_size=4, unique_by=word_key),
    st.lists(paths, max_size=5, unique_by=word_key),
    st.booleans(),
)
def test_a_second_plan_is_empty_and_removal_keeps_the_persons_words(
    theirs: list[str], keywords: list[str], parents: bool
) -> None:
    settings = WriteSettings(preset="all", parents_too=parents)
    start: Values = {SUBJECT: tuple(theirs)} if theirs else {}
    got = changed(fields(start), keywords, settings=settings)
    assert changed(fields(got), keywords, settings=settings) == got
    # The jobs pass on only keywords that are this program's.
    recorded = {word_key(value) for value in got.get(AUTO_TAGS, ())}
    ours = [word for word in keywords if {word_key(word), word_key(keyword_leaf(word))} & recorded]
    assert changed(fields(got), [], ours, settings=settings) == start
