"""Nothing that changes more than the photos named happens without saying so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import AtTerminal, Program


@pytest.mark.parametrize(
    "words",
    [
        ["accept"],
        ["accept", "--above", "0.5"],
        ["accept", "--keyword", "dog"],
        ["accept", "--caption"],
        ["accept", "--caption", "--text", "Mine"],
        ["reject", "dog"],
        ["reject", "--caption"],
    ],
)
def test_without_photos_nothing_is_decided(program: Program, folder: Path, words: list[str]) -> None:
    assert program("scan", folder).status == 0
    ran = program("--json", *words)
    assert ran.status == 2
    assert "--all" in ran.records[0]["error"]["message"]
    both = program(*words, "--all", folder)
    assert both.status == 2
    assert "name photos, or give --all" in both.err


def test_a_slip_of_the_pen_gives_no_photo_a_word(program: Program, folder: Path) -> None:
    photo = folder / "coffee.jpg"
    assert program("scan", folder).status == 0
    assert program("keywords", "add", "animal|unicorn", photo).status == 0
    for selection in (["--all"], [folder], [photo]):
        ran = program("--json", "accept", "--keyword", "unicron", *selection)
        assert ran.status == 2
        assert "animal|unicorn" in ran.records[0]["error"]["message"]
        assert "keywords add unicron" in ran.err
    listed = program("--json", "keywords", "list").records
    assert [(row["keyword"], row["photos"]) for row in listed] == [("animal|unicorn", 1)]
    near = program("reject", "unicron", "--all")
    assert near.status == 2
    assert "animal|unicorn" in near.err


def test_pairs_of_options_that_make_no_sense_are_refused(program: Program, folder: Path) -> None:
    assert program("scan", folder).status == 0
    assert program("keywords", "add", "mine", folder).status == 0
    for words in (
        ["undo", "--edit", "--only-added"],
        ["undo", "--edit", "3"],
        ["accept", "--caption", "--keyword", "mine", folder],
        ["accept", "--caption", "--above", "0.5", folder],
    ):
        assert program(*words).status == 2, words
    steps = program("--json", "history").records
    assert [step["undone"] for step in steps] == [False]


def named(program: Program) -> int:
    with closing(sqlite3.connect(program.home / "catalog.sqlite")) as catalog:
        count: int = catalog.execute("SELECT count(*) FROM person").fetchone()[0]
    return count


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", 1), (b"\n", 1), (b"yes\n", 0)])
def test_forgetting_all_faces_is_asked_at_the_terminal(
    program: Program, folder: Path, answer: bytes, left: int
) -> None:
    assert program("scan", folder).status == 0
    with closing(sqlite3.connect(program.home / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("INSERT INTO person (name, folded) VALUES ('Anna', 'anna')")
    running = AtTerminal(program.command("people", "forget"), answers=True)
    running.wait_for(b"[y/N]")
    running.answer(answer)
    running.rest()
    assert running.process.wait(timeout=60) == (2 if left else 0)
    running.close()
    assert named(program) == left


@pytest.mark.parametrize("command", [["people", "forget"], ["uninstall-data"]])
def test_what_cannot_be_taken_back_wants_a_person_or_yes(
    program: Program, folder: Path, command: list[str]
) -> None:
    assert program("scan", folder).status == 0
    with closing(sqlite3.connect(program.home / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("INSERT INTO person (name, folded) VALUES ('Anna', 'anna')")
    for given in (b"", b"yes\n"):
        ran = program(*command, given=given)
        assert ran.status == 2
        assert "only done when asked at a terminal, or with --yes" in ran.err
    assert named(program) == 1
    assert program(*command, "--yes").status == 0
