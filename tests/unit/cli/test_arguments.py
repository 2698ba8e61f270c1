"""What the command line understands, and what it says to somebody who types something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phototagger.cli.grammar.arguments import parse


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int) -> str:
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == status
    out, err = capsys.readouterr()
    return " ".join((err if status else out).split())


def test_a_number_below_nothing_is_no_option() -> None:
    options = parse(["set", "rating", "-1", "a.jpg", "--replace"])
    assert (options.kind, options.value, options.paths) == ("rating", "-1", [Path("a.jpg")])
    assert options.replace


@pytest.mark.parametrize(
    "line",
    [
        "--json --catalog c.sqlite reject dog a.jpg b.jpg",
        "reject --json dog --catalog c.sqlite a.jpg b.jpg",
        "reject dog a.jpg --json b.jpg --catalog=c.sqlite",
        "reject dog a.jpg b.jpg --catalog c.sqlite --js",
        "--catalog c.sqlite reject --json -- dog a.jpg b.jpg",
    ],
)
def test_options_stand_anywhere(line: str) -> None:
    options = parse(line.split())
    assert (options.command, options.keyword, options.paths) == (
        "reject",
        "dog",
        [Path("a.jpg"), Path("b.jpg")],
    )
    assert (options.json, options.catalog) == (True, Path("c.sqlite"))


def test_options_of_the_program_the_command_and_the_action_add_up() -> None:
    options = parse(["--quiet", "keywords", "--json", "add", "dog", "--device", "cpu", "a.jpg", "b.jpg"])
    assert (options.quiet, options.json, options.device) == (True, True, "cpu")
    assert (options.action, options.words) == ("add", ["dog", "a.jpg", "b.jpg"])


def test_names_that_begin_with_a_dash_stand_behind_two() -> None:
    assert parse(["show", "--json", "--", "-odd.jpg", "--quiet"]).paths == [Path("-odd.jpg"), Path("--quiet")]
    assert not parse(["show", "--", "--quiet"]).quiet


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("people name 3 Anna", ["3", "Anna"]),
        ("people confirm 3", ["3"]),
        ("people confirm a.jpg 12", ["a.jpg", "12"]),
        ("people reject a.jpg 2", ["a.jpg", "2"]),
        ("people reject a.jpg 2 Anna", ["a.jpg", "2", "Anna"]),
        ("people merge 1 2 3", ["1", "2", "3"]),
        ("search golden dog", ["golden", "dog"]),
        ("keywords merge cat lynx tabby", ["cat", "lynx", "tabby"]),
    ],
)
def test_arguments_arrive_in_order(line: str, words: list[str]) -> None:
    assert parse(line.split()).words == words


def test_help_of_people_shows_each_action_with_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    help_text = told(capsys, "people", "--help", status=0)
    for shape in (
        "name GROUP NAME:",
        "move PHOTO FACE NAME:",
        "merge GROUP OTHER...:",
        "confirm GROUP | PHOTO FACE:",
    ):
        assert shape in help_text
    assert "usage: phototagger people ACTION ..." in help_text


def test_help_of_an_action_explains_each_argument(capsys: pytest.CaptureFixture[str]) -> None:
    help_text = told(capsys, "keywords", "add", "--help", status=0)
    assert "usage: phototagger keywords add KEYWORD PHOTO [PHOTO ...]" in help_text
    assert "photos, or folders of them" in help_text


def test_help_offers_only_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    help_text = told(capsys, "models", "--help", status=0)
    assert "verify" in help_text
    assert "remove" not in help_text
    assert "invalid choice: 'add'" in told(capsys, "models", "add", "convnext", status=2)


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        (
            "people name 3 Anna Maria",
            ["usage: phototagger people name GROUP NAME", "too many arguments: Maria", "quotes"],
        ),
        ("people name 3", ["usage: phototagger people name GROUP NAME", "required: NAME"]),
        ("people", ["required: ACTION", "See: phototagger people --help"]),
        ("history RUN", ["usage: phototagger history", "too many arguments: RUN"]),
        (
            "write --preview",
            [
                "usage: phototagger write",
                "there is no option --preview here",
                "See: phototagger write --help",
            ],
        ),
        ("undo last", ["'last' is no run; `phototagger history` shows their numbers"]),
        (f"undo {'9' * 19}", [f"'{'9' * 19}' is no run"]),
        (f"undo {'9' * 5000}", ["is no run"]),
        ("accept --above 70", ["give a number from 0 to 1"]),
        ("benchmark a b", ["usage: phototagger benchmark", "too many arguments: b"]),
        ("tga x", ["invalid choice: 'tga'", "See: phototagger --help"]),
    ],
)
def test_wrong_use_is_answered_with_how_that_command_is_used(
    capsys: pytest.CaptureFixture[str], line: str, sentences: list[str]
) -> None:
    answer = told(capsys, *line.split(), status=2)
    for sentence in sentences:
        assert sentence in answer


@pytest.mark.parametrize("empty", ["", " ", "\t"])
@pytest.mark.parametrize(
    "line",
    [
        *("scan @", "analyse @", "resuggest @", "tag --write @", "gui @", "show @", "write @", "benchmark @"),
        *("scan good @", "accept --above 0.5 @", "reject dog @", "reject --caption @", "evaluate @"),
        *("keywords add dog @", "keywords remove dog good @", "keywords import --from-photos @"),
        *("people split @ 1", "people confirm @ 1", "scan good --catalog @", "--settings @ scan good"),
        "evaluate good --report @",
    ],
)
def test_an_empty_path_is_wrong_use_and_not_the_folder_one_stands_in(
    capsys: pytest.CaptureFixture[str], line: str, empty: str
) -> None:
    """``tag "$DIR" --write`` with no such variable must touch nothing."""
    words = [empty if word == "@" else word for word in line.split()]
    assert "an empty argument names nothing" in told(capsys, *words, status=2)


def test_a_point_is_the_folder_one_stands_in() -> None:
    assert parse(["scan", "."]).paths == [Path()]


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("line", ["", "write", "accept", "people confirm", "keywords import", "evaluate"])
def test_usage_fits_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with pytest.raises(SystemExit):
        parse([*line.split(), "--help"])
    usage = capsys.readouterr().out.split("\n\n")[0]
    assert usage.startswith("usage: phototagger")
    assert all(len(row) <= width for row in usage.splitlines())


@pytest.mark.parametrize("line", ["--json tga", "tga --json", "undo last --js", "people --json name 3"])
def test_wrong_use_is_told_in_json_where_that_was_asked_for(
    capsys: pytest.CaptureFixture[str], line: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split())
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert json.loads(out)["error"]["kind"] == "usage"
    assert json.loads(out)["error"]["message"] in err


def test_without_json_wrong_use_prints_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["undo", "last", "--", "--json"])
    assert capsys.readouterr().out == ""
