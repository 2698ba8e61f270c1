"""The command line's grammar. Options stand before the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phototagger import __version__
from phototagger.settings import DEVICES, PRESETS

PEOPLE_ACTIONS = (
    *("list", "persons", "faces", "name", "merge", "split", "confirm", "reject", "move"),
    *("ignore", "unignore", "hide", "unhide", "undo", "forget"),
)


@dataclass(slots=True)
class Options(argparse.Namespace):
    """One parsed command line; ``paths`` are as the person typed them."""

    command: str | None = None
    catalog: Path | None = None
    settings: Path | None = None
    device: str | None = None
    json: bool = False
    quiet: bool = False
    in_process: bool = False
    paths: list[Path] = field(default_factory=list)
    above: float | None = None
    write: bool = False
    dry_run: bool = False
    preset: str | None = None
    keyword: str | None = None
    run: int | None = None
    edit: bool = False
    only_added: bool = False
    query: str | None = None
    action: str | None = None
    words: list[str] | None = None
    all: bool = False
    report: Path | None = None
    held_out: bool = False
    truth: str = "auto"
    match: bool = False
    from_photos: bool = False
    licences: bool = False
    yes: bool = False


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no score; give a number from 0 to 1, such as 0.8")
    return value


def _common(parser: argparse.ArgumentParser, **extra: Any) -> None:
    parser.add_argument(
        "--catalog", type=Path, metavar="FILE", help="catalog to use instead of your own", **extra
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings file to use", **extra)
    parser.add_argument("--device", choices=DEVICES, help="where the networks run", **extra)
    parser.add_argument("--json", action="store_true", help="results as JSON, one object a line", **extra)
    parser.add_argument("--quiet", action="store_true", help="no progress; errors only", **extra)
    parser.add_argument("--in-process", action="store_true", help="run the networks in this process", **extra)


def _keywords(parser: argparse.ArgumentParser) -> None:
    """A grammar for each action: one list of words for all would not let an option stand before it."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def add(name: str, words: str, metavar: str, text: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        _common(action, default=argparse.SUPPRESS)
        if words:
            action.add_argument("words", nargs=words, metavar=metavar)
        return action

    listing = add("list", "", "", "show the keywords in use")
    listing.add_argument("--all", action="store_true", help="the program's keywords too")
    add("add", "+", "KEYWORD PHOTO", "give photos a keyword: KEYWORD PHOTO...")
    add("remove", "+", "KEYWORD PHOTO", "take a keyword from photos: KEYWORD PHOTO...")
    add("rename", "+", "KEYWORD NEW_NAME", "use your own name for a keyword and what is below it")
    add("merge", "+", "KEYWORD", "let several keywords go by the last one's name")
    add("hide", "+", "KEYWORD", "never suggest these keywords, nor what is below them")
    add("restore", "+", "KEYWORD", "take a rename or a hide back")
    add(
        "language",
        "+",
        "CODE",
        "the program's keywords in en, de, fr, es or zh, with the words of further ones beside them",
    )
    taking = add("import", "+", "PATH", "take up a keyword list (Lightroom's text, or CSV)")
    taking.add_argument("--match", action="store_true", help="use your word where the program's has its name")
    taking.add_argument("--from-photos", action="store_true", help="out of photos (or folders), not a list")
    add("export", "+", "FILE", "write your keywords as a list (.txt for Lightroom, or .csv)")


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="phototagger",
        description="Finds keywords, people and objects in photos, locally, and writes them into the photos' "
        "own metadata. Without a command it opens the window.",
        epilog="Exit status: 0 done; 1 some photos failed (each named); 2 wrong use or nothing done; "
        "130 stopped.",
    )
    _common(parser)
    parser.add_argument("--version", action="version", version=f"phototagger {__version__}")
    parser.add_argument("--licences", action="store_true", help="print the licences of all parts, and leave")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        _common(command, default=argparse.SUPPRESS)  # after the command too, without undoing those before it
        return command

    def paths(command: argparse.ArgumentParser, count: str, name: str = "PATH") -> None:
        command.add_argument("paths", nargs=count, type=Path, metavar=name)

    paths(add("gui", "open the window, with these folders added"), "*", "FOLDER")
    paths(add("scan", "index folders of photos"), "+", "FOLDER")
    paths(add("analyse", "scan these folders and run the networks on what is pending"), "*", "FOLDER")
    paths(add("resuggest", "make the suggestions anew after a change of settings or words"), "*", "FOLDER")
    paths(add("show", "show what is known of each photo"), "+")
    accept = add("accept", "accept suggestions in bulk")
    accept.add_argument(
        "--above", type=_score, metavar="S", help="only those with at least this score (0 to 1)"
    )
    accept.add_argument(
        "--keyword", metavar="KEYWORD", help="this keyword, even where it was rejected before"
    )
    paths(accept, "*")
    reject = add("reject", "reject a keyword on these photos, for good")
    reject.add_argument("keyword", metavar="KEYWORD", help="as suggested: 'dog' or 'animal|dog'")
    paths(reject, "*")
    write = add("write", "write what was accepted into the photos")
    write.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
    write.add_argument(
        "--preset",
        choices=tuple(PRESETS),
        help="the program you use (default: the setting write.preset). "
        + " ".join(f"{name}: {meaning}" for name, meaning in PRESETS.items()),
    )
    paths(write, "*")
    undo = add("undo", "take back one run of write (the last one when none is named)")
    undo.add_argument(
        "--edit", action="store_true", help="take back the latest edit instead, such as a reject"
    )
    undo.add_argument(
        "--only-added",
        action="store_true",
        help="only take out the words and boxes that the run added, also where a field was edited since; "
        "what it took away stays away",
    )
    undo.add_argument("run", nargs="?", type=int, metavar="RUN")
    add("history", "list the runs of write and the latest edits")
    tag = add("tag", "scan, analyse, accept and, with --write, write, in one go")
    tag.add_argument("--above", type=_score, metavar="S", help="accept from this score on (default: 0.5)")
    tag.add_argument("--write", action="store_true", help="write the accepted keywords into the photos")
    paths(tag, "+", "FOLDER")
    people = add("people", "name the people found")
    people.add_argument("action", choices=PEOPLE_ACTIONS, metavar="ACTION", help=", ".join(PEOPLE_ACTIONS))
    people.add_argument("words", nargs="*", metavar="ARGUMENT")
    _keywords(add("keywords", "your own words: list, add, rename, merge, hide, language, import, export"))
    search = add("search", "find photos by keyword, person, folder or file name")
    search.add_argument("query", metavar="QUERY")
    models = add("models", "list or check the networks")
    models.add_argument("action", choices=("list", "add", "remove", "verify"))
    models.add_argument("words", nargs="*", metavar="NAME")
    evaluate = add("evaluate", "measure accuracy against ground truth")
    evaluate.add_argument("paths", nargs=1, type=Path, metavar="DATASET")
    evaluate.add_argument(
        "--report", type=Path, metavar="FILE.html", help="write the worst photos into a file"
    )
    evaluate.add_argument(
        "--truth",
        choices=("auto", "files"),
        help="files: the keywords in the photos' own files, also where the folder has other ground truth",
    )
    evaluate.add_argument(
        "--held-out", action="store_true", help="only the half of the open photos that nothing was fitted on"
    )
    benchmark = add("benchmark", "measure speed, stage by stage")
    benchmark.add_argument(
        "--write", action="store_true", help="the speed of writing, on copies of the JPEGs"
    )
    benchmark.add_argument("paths", nargs="*", type=Path, metavar="FOLDER")
    add("check-update", "ask whether there is a newer version, at the setting updates.address")
    leaving = add("uninstall-data", "delete catalog, settings and cache, after asking; no photo")
    leaving.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def parse(argv: Sequence[str]) -> Options:
    """Exits with status 2 and a usage line on wrong use, as argparse does."""
    parser = make_parser()
    options = parser.parse_args(argv, namespace=Options())
    if options.licences:
        options.command = "licences"
    if options.command == "benchmark" and len(options.paths) > 1:
        parser.error("benchmark takes one FOLDER")
    return options
