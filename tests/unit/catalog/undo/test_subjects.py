"""Whatever a step of the history can hold has a subject that answers for it; no step asks the others."""

from __future__ import annotations

import pkgutil
import re
import sqlite3
from importlib import import_module
from pathlib import Path

import pytest

from phototagger.catalog import history, undo
from phototagger.catalog.connection import Catalog
from phototagger.catalog.undo.subjects import SUBJECTS, TABLES
from phototagger.catalog.undo.undoable import Undoable
from phototagger.catalog.words import edits, languages
from phototagger.domain.records import Changes, ReviewState
from phototagger.domain.sentences import plain
from tests.support.catalog_parts import add_photos, answer, save, states, suggestion_ids


def of_steps(c: sqlite3.Connection) -> dict[str, str]:
    """Every table whose rows are of a step, with what made it."""
    tables = c.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: sql
        for name, sql in tables
        if any(row[2] == "history_step" for row in c.execute(f"PRAGMA foreign_key_list({name})"))
    }


def test_no_table_of_changes_was_overlooked(catalog: Catalog) -> None:
    assert set(catalog.read(of_steps)) == {table.name for table in TABLES}


def test_every_subject_that_a_table_may_hold_is_declared(catalog: Catalog) -> None:
    for name, sql in catalog.read(of_steps).items():
        declared = {subject.number for subject in SUBJECTS if subject.table.name == name}
        between = re.search(r"subject BETWEEN (\d+) AND (\d+)", sql)
        among = re.search(r"subject IN \(([\d, ]+)\)", sql)
        if between:
            assert declared == set(range(int(between[1]), int(between[2]) + 1)), name
        elif among:
            assert declared == set(map(int, among[1].split(","))), name
        else:
            assert declared == {None}, name


def test_a_table_is_keyed_as_it_is_declared(catalog: Catalog) -> None:
    for table in TABLES:
        columns = catalog.read(lambda c, name=table.name: c.execute(f"PRAGMA table_info({name})").fetchall())  # type: ignore[misc]
        key = {row[1] for row in columns if row[5]}
        assert key == ({"step", "seq"} if table.keys is None else {"step", *table.keys}), table.name


def test_every_module_of_the_room_is_among_the_subjects() -> None:
    found = [
        subject
        for module in pkgutil.iter_modules(undo.__path__)
        for subject in getattr(import_module(f"{undo.__name__}.{module.name}"), "UNDOABLE", ())
    ]
    assert set(found) == set(SUBJECTS)
    assert len(found) == len(SUBJECTS)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("side", ["before", "after"])
def test_what_is_gone_meanwhile_is_passed_over(catalog: Catalog, subject: Undoable, side: str) -> None:
    def apply(c: sqlite3.Connection) -> None:
        for statement in subject.apply:
            c.execute(statement.format(side=side), (1,))
        for statement in subject.follow:
            c.execute(statement)
        if subject.photos:
            assert c.execute(subject.photos, (1,)).fetchall() == []

    catalog.write(apply)


def test_accepting_a_suggestion_asks_no_other_subject(catalog: Catalog) -> None:
    (photo,) = add_photos(catalog, Path("/p"), "a.jpg")
    save(catalog, answer(photo, ("animal|dog", 0.9)))
    ids = list(suggestion_ids(catalog, photo).values())
    asked: list[str] = []

    def accept(c: sqlite3.Connection) -> None:
        c.set_trace_callback(asked.append)
        history.finish(c, edits.plan_state(c, ids, ReviewState.CONFIRMED).step, plain("Accepted"))
        history.undo(c)
        c.set_trace_callback(None)

    catalog.write(accept)
    # SQLite tells triggers' statements as comments.
    sent = " ".join(statement for statement in asked if not statement.startswith("--"))
    for table in (
        "word_rule",
        "own_word",
        "meta",
        "statement",
        "cluster",
        "region",
        "person",
        "face_rejected",
    ):
        assert not re.search(rf"\b{table}\b", sent), table
    assert set(states(catalog, photo).values()) == {"suggested"}


def test_a_change_of_languages_that_is_the_later_of_two_edits_is_taken_back_with_them(
    catalog: Catalog,
) -> None:
    catalog.write(lambda c: languages.begin(c, ["en"]))

    def into(code: str) -> history.Edit:
        def edit(c: sqlite3.Connection) -> Changes:
            step = history.begin(c)
            languages.plan_change(c, step, [code])
            return history.finish(c, step, plain(code))

        return edit

    catalog.write(lambda c: history.together(c, [into("de"), into("fr")], plain("Both")))
    assert catalog.read(languages.chosen) == ("fr",)
    catalog.write(history.undo)
    assert catalog.read(languages.chosen) == ("en",)
    catalog.write(history.redo)
    assert catalog.read(languages.chosen) == ("fr",)
