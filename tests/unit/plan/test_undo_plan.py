"""Taking a write back, field by field."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from phototagger.domain.facets.books import AUTO_PERSONS, AUTO_TAGS, CREATED_FIELDS, IPTC_CHARSET
from phototagger.domain.facets.keyword import CATEGORIES, HIERARCHY, IPTC_KEYWORDS, SUBJECT
from phototagger.domain.facets.region import MWG_REGIONS, MWG_SIZE, PERSONS
from phototagger.domain.writing import FieldChange, FieldConflict
from phototagger.plan.fields.fields import IptcText, PhotoFields
from phototagger.plan.undo_in_file import is_undone, undo_changes
from tests.unit.plan.test_keyword_plan import Values, fields

RATING = "XMP-xmp:Rating"


def back(done: Sequence[FieldChange], now: PhotoFields) -> tuple[FieldChange, ...]:
    """The changes of an undo without conflicts."""
    undo = undo_changes(done, now)
    assert undo.conflicts == ()
    return undo.changes


def test_undo_gives_back_exactly_what_was() -> None:
    done = [FieldChange(SUBJECT, ("sea",), ("sea", "dog")), FieldChange(AUTO_TAGS, (), ("dog",))]
    now = fields({SUBJECT: ("sea", "dog"), AUTO_TAGS: ("dog",)})
    assert back(done, now) == (
        FieldChange(SUBJECT, ("sea", "dog"), ("sea",)),
        FieldChange(AUTO_TAGS, ("dog",), ()),
    )


def test_a_field_of_our_making_goes_whatever_its_order() -> None:
    """Found by the soak: what it was given of an earlier write stayed in it for ever."""
    done = [
        FieldChange(HIERARCHY, (), ("sea", "cat", "animal|dog")),
        FieldChange(AUTO_TAGS, ("cat",), ("cat", "dog", "animal|dog")),
        FieldChange(CREATED_FIELDS, (), (HIERARCHY,)),
    ]
    now = {HIERARCHY: ("sea", "animal|dog", "cat"), AUTO_TAGS: ("dog", "animal|dog", "cat")}
    after = {
        change.field: change.after for change in back(done, fields(now | {CREATED_FIELDS: (HIERARCHY,)}))
    }
    assert after == {HIERARCHY: (), AUTO_TAGS: ("cat",), CREATED_FIELDS: ()}


def test_undo_keeps_words_that_came_since() -> None:
    done = [
        FieldChange(SUBJECT, ("sea",), ("sea", "dog")),
        FieldChange(HIERARCHY, (), ("sea", "animal|dog")),
        FieldChange(AUTO_TAGS, (), ("dog", "animal|dog")),
    ]
    now = fields(
        {
            SUBJECT: ("sea", "dog", "sun"),
            HIERARCHY: ("sea", "animal|dog", "sun"),
            AUTO_TAGS: ("dog", "animal|dog"),
        }
    )
    after = {change.field: change.after for change in back(done, now)}
    # "sea" was sown into the new hierarchy, and is the person's: with "sun" there it must stay visible.
    assert after == {SUBJECT: ("sea", "sun"), HIERARCHY: ("sea", "sun"), AUTO_TAGS: ()}


def test_undo_leaves_a_field_where_our_word_is_gone_or_came_back() -> None:
    done = [FieldChange(SUBJECT, ("sea",), ("sea", "dog"))]
    now = fields({SUBJECT: ("sea", "Dogs")})
    undo = undo_changes(done, now)
    assert undo.changes == ()
    assert undo.conflicts == (FieldConflict(now.path, SUBJECT, ("sea", "dog"), ("sea", "Dogs")),)
    undo = undo_changes([FieldChange(SUBJECT, ("a", "b"), ("a",))], fields({SUBJECT: ("b", "a", "c")}))
    assert [conflict.now for conflict in undo.conflicts] == [("b", "a", "c")]


DONE = (
    FieldChange(SUBJECT, ("sea",), ("sea", "animal", "dog")),
    FieldChange(HIERARCHY, (), ("sea", "animal|dog")),
    FieldChange(AUTO_TAGS, (), ("animal", "dog", "animal|dog")),
    FieldChange(CREATED_FIELDS, (), (HIERARCHY,)),
)


def test_the_other_fields_go_back_and_the_record_keeps_what_is_left() -> None:
    held: Values = {change.field: change.after for change in DONE}
    undo = undo_changes(DONE, fields(held | {SUBJECT: ("sea", "dog", "Rex")}))
    assert [conflict.field for conflict in undo.conflicts] == [SUBJECT]
    assert {change.field: change.after for change in undo.changes} == {
        HIERARCHY: (),
        AUTO_TAGS: ("dog",),
        CREATED_FIELDS: (),
    }
    assert undo.keeps("animal|dog")
    assert not undo.keeps("animal")
    undo = undo_changes(DONE, fields(held | {HIERARCHY: ("sea", "pet|animal|dog")}))
    assert {change.field: change.after for change in undo.changes} == {
        SUBJECT: ("sea",),
        AUTO_TAGS: ("animal", "dog"),
    }


def test_single_values_that_were_edited_are_left() -> None:
    done = [FieldChange(RATING, (), ("3",)), FieldChange(CATEGORIES, ("a",), ("b",))]
    undo = undo_changes(done, fields({RATING: ("5",), CATEGORIES: ("c",)}))
    assert (undo.changes, [conflict.field for conflict in undo.conflicts]) == ((), [RATING, CATEGORIES])


def test_the_size_stays_while_others_have_boxes() -> None:
    done = [
        FieldChange(MWG_REGIONS, (), ("{ours}",)),
        FieldChange(PERSONS, (), ("Anna",)),
        FieldChange(AUTO_PERSONS, (), ("Anna",)),
        FieldChange(MWG_SIZE, (), ("{size}",)),
    ]
    held: Values = {change.field: change.after for change in done}
    assert {change.field for change in back(done, fields(held))} == {change.field for change in done}
    undone = back(done, fields(held | {MWG_REGIONS: ("{theirs}", "{ours}")}))
    assert [change.field for change in undone] == [MWG_REGIONS, PERSONS, AUTO_PERSONS]


@pytest.mark.parametrize(
    ("now", "undone"),
    [
        ({SUBJECT: ("sea",)}, True),
        ({SUBJECT: ("sea", "sun"), HIERARCHY: ("sea", "sun")}, True),  # others' words do not count
        ({SUBJECT: ("sea", "sun"), HIERARCHY: ("sea", "animal|dog")}, False),
        ({SUBJECT: ("sea", "dog")}, False),
        ({SUBJECT: ("sea",), AUTO_TAGS: ("dog",)}, False),
    ],
)
def test_what_counts_as_undone(now: Values, undone: bool) -> None:
    assert is_undone(DONE, fields(now)) is undone


def test_fields_left_alone_do_not_count_as_not_undone() -> None:
    now = fields({SUBJECT: ("sea", "dog", "Rex"), AUTO_TAGS: ("dog",)})
    assert not is_undone(DONE, now)
    assert is_undone(DONE, now, [SUBJECT])


def test_undo_of_what_is_undone_already_is_nothing() -> None:
    done = [FieldChange(SUBJECT, ("sea",), ("sea", "dog"))]
    assert back(done, fields({SUBJECT: ("sea",)})) == ()


def test_undo_takes_the_declaration_back_only_while_no_letter_needs_it() -> None:
    done = [FieldChange(IPTC_KEYWORDS, ("a",), ("a", "ö")), FieldChange(IPTC_CHARSET, (), ("UTF8",))]
    values: Values = {IPTC_KEYWORDS: ("a", "ö"), IPTC_CHARSET: ("UTF8",)}
    undone = back(done, fields(values, IptcText.UTF8, IPTC__City="Bonn"))
    assert [change.field for change in undone] == [IPTC_KEYWORDS, IPTC_CHARSET]
    undone = back(done, fields(values, IptcText.UTF8, IPTC__City="Köln"))
    assert [change.field for change in undone] == [IPTC_KEYWORDS]


def test_our_declaration_goes_too_where_others_took_the_words_out() -> None:
    done = [FieldChange(IPTC_KEYWORDS, (), ("ö",)), FieldChange(IPTC_CHARSET, (), ("UTF8",))]
    assert [change.field for change in back(done, fields({IPTC_CHARSET: ("UTF8",)}, IptcText.UTF8))] == [
        IPTC_CHARSET
    ]
