"""Sentences as templates and parameters: English alone, another language at the edge, stored as they are."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from phototagger.domain.errors import PhotoError, UsageError, message_of
from phototagger.domain.records import ErrorKind
from phototagger.domain.sentences import (
    Said,
    both,
    either,
    from_text,
    in_words,
    joined,
    plain,
    said,
    to_text,
    with_texts,
)

_GERMAN = {
    "{path} is empty.": "{path} ist leer.",
    "%n photo(s) (was|were) left: {reason}": "Wegen {reason} blieben %n Fotos übrig",
    "{name} and %n more": "{name} und %n weitere",
    "it is full": "Überfüllung",
}


def german(template: str, note: str, count: int | None) -> str:
    return _GERMAN.get(template, template)


def number(value: int | float) -> str:
    return f"{value:,}".replace(",", ".")


def test_by_itself_a_sentence_is_english() -> None:
    assert said("{path} is empty.", path=Path("/p/a.jpg")) == "/p/a.jpg is empty."
    assert said("%n photo(s) (was|were) read", "", 1) == "1 photo was read"
    assert said("%n photo(s) (was|were) read", "", 12345) == "12,345 photos were read"
    assert said("{size:,} bytes", size=12345) == "12,345 bytes"


def test_the_edge_says_it_in_its_own_language_with_what_is_inside_it() -> None:
    left = said("%n photo(s) (was|were) left: {reason}", "", 1200, reason=said("it is full"))
    assert in_words(left, german, number) == "Wegen Überfüllung blieben 1.200 Fotos übrig"
    assert in_words("a text of the system's", german) == "a text of the system's"


@pytest.mark.parametrize(
    "name", ["{path}", "%n", "{0.__class__}", "(s)", "a(b|c)", 'Jo "The" {x} \\ Ünü', '{"said":"{path}"}', ""]
)
def test_what_others_wrote_is_told_as_it_stands(name: str) -> None:
    sentence = said("%n person(s) (is|are) called {name}", "", 2, name=name)
    assert sentence == f"2 persons are called {name}"
    assert from_text(to_text(sentence)) == sentence
    assert from_text(to_text(plain(name))) == name


@pytest.mark.parametrize(
    "make", [lambda name: said("{path} is empty.", path=name), plain], ids=["ours", "theirs"]
)
def test_a_file_name_of_bytes_that_are_no_text_can_be_stored(make: Callable[[str], Said]) -> None:
    sentence = make(b"/p/caf\xe9.jpg".decode("utf-8", "surrogateescape"))
    stored = to_text(sentence)
    stored.encode()  # as SQLite does
    assert from_text(stored) == sentence


def test_a_template_reaches_nothing_but_its_parameters() -> None:
    stored = '{"said":"{x.__class__} {x!r} {y} {x}","with":{"x":"1"}}'
    assert from_text(stored) == "{x.__class__} {x!r} {y} 1"


def test_several_sentences_and_lists_stay_translatable() -> None:
    text = joined((said("{path} is empty.", path="a"), None, said("{path} is empty.", path="b")))
    assert (text, in_words(text, german)) == ("a is empty. b is empty.", "a ist leer. b ist leer.")
    assert both(["a", "b", "c"]) == "a, b and c"
    assert both(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a or b or c"


def test_stored_and_read_back_it_can_still_be_put_into_another_language() -> None:
    first = said("%n photo(s) (was|were) left: {reason}", "", 3, reason=said("it is full"))
    read = from_text(to_text(first))
    assert (read, read.params, read.how_many) == (first, first.params, 3)
    assert in_words(read, german) == "Wegen Überfüllung blieben 3 Fotos übrig"
    noted = from_text(to_text(said("left", "of a list", names=("a", said("it is full")))))
    assert (noted.note, noted.params["names"]) == ("of a list", ("a", "it is full"))


def test_names_stand_in_the_stored_text_letter_by_letter() -> None:
    """They are looked for there when faces are forgotten."""
    assert "Zyxanna Ünü" in to_text(said("Named group {group} {name}", group=3, name="Zyxanna Ünü"))


@pytest.mark.parametrize(
    "stored",
    [
        "Accepted dog on 3 photos",
        "",
        '{"said":',
        '{"said":3}',
        '{"said":"x","with":[1]}',
        '{"said":"x","with":{"a":{"b":1}}}',
        '{"said":"x","count":"many"}',
        '{"said":"x","with":' + '{"a":{"said":"","with":' * 2000,
    ],
)
def test_what_an_earlier_version_stored_or_what_is_damaged_is_told_as_it_is(stored: str) -> None:
    assert from_text(stored) == stored
    assert in_words(from_text(stored), german) == stored


def test_an_error_carries_its_sentence_also_inside_another_one() -> None:
    inner = PhotoError(ErrorKind.EMPTY, said("{path} is empty.", path="a.jpg"))
    outer = UsageError(said("{name} and %n more", "", 2, name=inner))
    assert (str(inner), inner.failure.message) == ("a.jpg is empty.", inner.message)
    assert in_words(message_of(outer), german) == "a.jpg ist leer. und 2 weitere"
    assert message_of(OSError("the disk")) == "the disk"


def test_it_reaches_another_process_whole() -> None:
    sentence = said("%n photo(s) (was|were) left: {reason}", "", 3, reason=said("it is full"))
    read = pickle.loads(pickle.dumps(sentence))
    assert isinstance(read, Said)
    assert in_words(read, german) == in_words(sentence, german)


def test_a_name_in_it_can_be_exchanged() -> None:
    inner = said("{path} is empty.", path="/tmp/copy.jpg")
    told = with_texts(
        said("{name} and %n more", "", 1, name=inner, others=("/tmp/copy.jpg", 3)),
        lambda text: text.replace("/tmp/copy.jpg", "/photos/a.jpg"),
    )
    assert told == "/photos/a.jpg is empty. and 1 more"
    assert told.params["others"] == ("/photos/a.jpg", 3)
