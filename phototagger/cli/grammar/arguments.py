"""The program's commands and their options. Options stand before or after the command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phototagger import __version__
from phototagger.cli.grammar.actions import KEYWORDS, MODELS, PEOPLE
from phototagger.cli.grammar.grammar import (
    Grammar,
    WrongUse,
    add_actions,
    add_common,
    name_given,
    number_given,
    path_given,
)
from phototagger.cli.terminal.console import Console, OutputError
from phototagger.cli.terminal.streams import abandon
from phototagger.domain.facets import VALUE_FACETS
from phototagger.settings.declared import PRESETS, declaration_of


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
    log: str = "info"
    paths: list[Path] = field(default_factory=list)
    above: float | None = None
    write: bool = False
    dry_run: bool = False
    preset: str | None = None
    keyword: str | None = None
    caption: bool = False
    kind: str = ""
    value: str = ""
    replace: bool = False
    text: str | None = None
    run: int | None = None
    edit: bool = False
    only_added: bool = False
    action: str | None = None
    words: list[str] | None = None
    all: bool = False
    report: Path | None = None
    held_out: bool = False
    truth: str = "auto"
    to_judge: Path | None = None
    match: bool = False
    from_photos: bool = False
    output: Path | None = None
    licences: bool = False
    yes: bool = False
    grammar: Grammar | None = None  # of the command or action that was used


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no score; give a number from 0 to 1, such as 0.8")
    return value


def _run_number(text: str) -> int:
    if (number := number_given(text)) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no run; `phototagger history` shows their numbers")
    return number


class _Commands:
    """The program's commands, added one by one."""

    def __init__(self, parser: Grammar) -> None:
        self._table = parser.add_subparsers(
            dest="command", metavar="COMMAND", title="commands", prog=parser.prog
        )
        self._made: list[Grammar] = []

    def add(self, name: str, text: str, more: str = "") -> Grammar:
        command: Grammar = self._table.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}. {more}".rstrip()
        )
        self._made.append(command)
        return command

    def on_folders(self, name: str, text: str, count: str, otherwise: str = "") -> Grammar:
        command = self.add(name, text)
        paths = "folders, or single photos" + (f"; none: {otherwise}" if otherwise else "")
        command.add_argument("paths", nargs=count, type=path_given, metavar="FOLDER", help=paths)
        return command

    def finish(self) -> None:
        for command in self._made:  # after the command too, without undoing those before it
            add_common(command, default=argparse.SUPPRESS)


def _photos(command: Grammar, count: str = "*", otherwise: str = "", all_by_option: bool = False) -> None:
    if all_by_option:
        command.add_argument("--all", action="store_true", help="all photos of the catalog, instead of paths")
    command.add_argument(
        "paths",
        nargs=count,
        type=path_given,
        metavar="PATH",
        help="photos, or folders of them" + (f"; none: {otherwise}" if otherwise else ""),
    )


def make_parser() -> Grammar:
    parser = Grammar(
        prog="phototagger",
        usage="phototagger [OPTION...] COMMAND [OPTION...] [ARGUMENT...]",
        description="Finds keywords, people and objects in photos, locally, and writes them into the photos' "
        "own metadata. Without a command it opens the window. `phototagger COMMAND --help` explains a command.",
        epilog="Exit status: 0 done; 1 some photos failed (each named); 2 wrong use or nothing done; "
        "130 stopped.",
    )
    parser.add_argument("--version", action="version", version=f"phototagger {__version__}")
    parser.add_argument("--licences", action="store_true", help="print the licences of all parts, and leave")
    commands = _Commands(parser)
    commands.on_folders("gui", "open the window, with these folders added", "*", "those it has already")
    commands.on_folders("scan", "index folders of photos; no photo is opened", "+")
    commands.on_folders(
        "analyse", "scan these folders and run the networks on what is pending", "*", "all that is pending"
    )
    commands.on_folders(
        "resuggest", "update the suggestions after a change of settings or words", "*", "all photos"
    )
    _photos(commands.add("show", "show what is known of each photo"), "+")
    _add_review(commands)
    _add_values(commands)
    _add_writing(commands)
    _add_tag(commands)
    people = add_actions(commands.add("people", "say who the people in the photos are"), PEOPLE)
    people["forget"].add_argument("--yes", action="store_true", help="do not ask")
    _add_keywords(commands)
    commands.add(
        "search", "find photos by keyword, person, title, caption, text in the photo, folder or file name"
    ).add_argument(
        "words", nargs="+", metavar="QUERY", help="words, of which each must fit the photo somewhere"
    )
    add_actions(commands.add("models", "list or check the networks"), MODELS)
    _add_measuring(commands)
    commands.add("check-update", "ask whether there is a newer version, at the setting updates.address")
    report = commands.add(
        "report",
        "make a report to send when something goes wrong",
        "It holds versions, settings, how many photos are in which state, and the log. Names, folders, keywords "
        "and faces are left out. It is printed, or written into a file; nothing is sent.",
    )
    report.add_argument(
        "--output", type=path_given, metavar="FILE", help="write it into this file, .txt or .json, instead"
    )
    leaving = commands.add("uninstall-data", "delete catalog, settings and cache, after asking; no photo")
    leaving.add_argument("--yes", action="store_true", help="do not ask")
    commands.finish()
    add_common(parser)
    return parser


def _add_review(commands: _Commands) -> None:
    accept = commands.add(
        "accept",
        "accept suggestions on these photos, or with --all on all",
        "Nothing is written into photos by that. A folder's own name ('Holiday in Rome') waits for "
        "`accept --keyword NAME FOLDER`, or `reject NAME FOLDER`, for all photos of the folder at once.",
    )
    accept.add_argument(
        "--above", type=_score, metavar="S", help="only those with at least this score (0 to 1)"
    )
    accept.add_argument(
        "--keyword",
        metavar="KEYWORD",
        help="only this keyword, where it was suggested, and even where it was rejected (`keywords add` gives "
        "photos a word that was not)",
    )
    accept.add_argument(
        "--caption", action="store_true", help="the text read in each photo as its caption, and nothing else"
    )
    accept.add_argument("--text", metavar="TEXT", help="with --caption: this caption instead")
    _photos(accept, all_by_option=True)
    reject = commands.add(
        "reject",
        "reject a keyword, or the caption, on these photos, for good",
        "It is no longer suggested there; `accept --keyword` brings it back.",
    )
    reject.add_argument(
        "--caption",
        action="store_true",
        help="the caption instead of a keyword; all arguments are photos then",
    )
    reject.add_argument(
        "keyword", nargs="?", type=name_given, metavar="KEYWORD", help="as suggested: 'dog' or 'animal|dog'"
    )
    _photos(reject, all_by_option=True)


def _add_values(commands: _Commands) -> None:
    kinds = [facet.kind for facet in VALUE_FACETS]
    named = "/".join(kinds)
    give = commands.add(
        "set",
        "give photos a value of your own, such as a caption",
        "Nothing is written into photos by that. What a photo's file says already by another hand stays.",
    )
    give.add_argument(
        "--replace",
        action="store_true",
        help="also where the file has another: "
        + ", ".join(one.noun for one in VALUE_FACETS if one.replaces),
    )
    give.add_argument("kind", choices=kinds, metavar="KIND", help=f"which value: {named}")
    give.add_argument("value", metavar="VALUE", help=_values_help())
    _photos(give, all_by_option=True)
    take = commands.add("unset", "take a value of yours back; the files follow with the next `write`")
    take.add_argument("kind", choices=kinds, metavar="KIND", help=f"which value: {named}")
    _photos(take, all_by_option=True)


def _values_help() -> str:
    chosen = [f"of a {one.noun} one of {', '.join(one.choices)}" for one in VALUE_FACETS if one.choices]
    return "; ".join(["a text", *chosen])


def _add_writing(commands: _Commands) -> None:
    write = commands.add(
        "write",
        "write what was accepted into the photos",
        "Without a path that is all that was accepted; --dry-run shows it before.",
    )
    write.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
    write.add_argument(
        "--preset",
        choices=PRESETS,
        metavar="PRESET",
        help="the program you use (default: the setting write.preset); one of these. "
        + " ".join(f"{name}: {meaning}" for name, meaning in declaration_of("write.preset").meanings.items()),
    )
    _photos(write, otherwise="all photos with something to write")
    names = commands.add(
        "fix-names",
        "give photos whose name has the wrong suffix (a JPEG called .heic) the right one",
        "They are renamed, with their sidecars; no byte of them is changed. `undo` takes it back.",
    )
    names.add_argument("--dry-run", action="store_true", help="show the new names, rename nothing")
    _photos(names, all_by_option=True)
    undo = commands.add("undo", "take back one run of write or fix-names (the last one when none is named)")
    undo.add_argument(
        "--edit", action="store_true", help="take back the latest edit instead, such as a reject"
    )
    undo.add_argument(
        "--only-added",
        action="store_true",
        help="only take out the words and boxes that the run added, also where a field was edited since; "
        "what it took away stays away",
    )
    undo.add_argument(
        "run", nargs="?", type=_run_number, metavar="RUN", help="its number, as `history` shows it"
    )
    commands.add("history", "list the runs of write and the latest edits")


def _add_tag(commands: _Commands) -> None:
    tag = commands.on_folders("tag", "scan, analyse, accept and, with --write, write, in one go", "+")
    tag.add_argument("--above", type=_score, metavar="S", help="accept from this score on (default: 0.5)")
    tag.add_argument("--write", action="store_true", help="write the accepted keywords into the photos")


def _add_keywords(commands: _Commands) -> None:
    made = add_actions(
        commands.add("keywords", "your own words: list, add, rename, merge, hide, language, import, export"),
        KEYWORDS,
    )
    made["list"].add_argument("--all", action="store_true", help="the program's keywords too")
    made["import"].add_argument(
        "--match", action="store_true", help="use your word where the program's has its name"
    )
    made["import"].add_argument(
        "--from-photos", action="store_true", help="out of photos (or folders), not a list"
    )


def _add_measuring(commands: _Commands) -> None:
    evaluate = commands.add("evaluate", "measure accuracy against ground truth")
    evaluate.add_argument(
        "paths",
        nargs=1,
        type=path_given,
        metavar="DATASET",
        help="photos with labels.csv, faces.csv, COCO's instances.json or YOLO's images/ and labels/ beside them; "
        "with --truth files any folder of photos that have keywords",
    )
    evaluate.add_argument(
        "--report", type=path_given, metavar="FILE.html", help="write the worst photos into a file"
    )
    evaluate.add_argument(
        "--truth",
        choices=("auto", "files", "wanted"),
        help="auto (the default): the ground truth beside the photos, or where there is none the keywords in the "
        "photos' own files, which is said; files: those in any case; wanted: lists of what people would want said "
        "of each photo (wanted.csv, in the folder or in ../wanted/NAME beside it)",
    )
    evaluate.add_argument(
        "--to-judge",
        type=path_given,
        metavar="FILE.csv",
        help="with --truth wanted: write the words that no list knows into a file",
    )
    evaluate.add_argument(
        "--held-out", action="store_true", help="only the half of the open photos that nothing was fitted on"
    )
    benchmark = commands.add("benchmark", "measure speed, stage by stage")
    benchmark.add_argument(
        "--write", action="store_true", help="the speed of writing, on copies of the JPEGs"
    )
    benchmark.add_argument(
        "paths",
        nargs="*",
        type=path_given,
        metavar="FOLDER",
        help="photos to measure with; none: the samples",
    )


def parse(argv: Sequence[str]) -> Options:
    """Exits with status 2, how the command is used and what was wrong, on wrong use."""
    try:
        return _parse(argv)
    except WrongUse as wrong:
        if _wants_json(argv):
            _tell_in_json(wrong.message)
        raise


def _tell_in_json(message: str) -> None:
    """Where that cannot be printed, stderr has said it already."""
    console = Console(as_json=True, quiet=False)
    try:
        console.tell_wrong("usage", message)
        console.flush()
    except (OutputError, BrokenPipeError):
        abandon(sys.stdout)


def _wants_json(argv: Sequence[str]) -> bool:
    """Whether results were to be JSON, found without understanding the rest."""
    words = list(argv[: list(argv).index("--")] if "--" in argv else argv)
    return any(word.startswith("--j") and "--json".startswith(word) for word in words)


def _parse(argv: Sequence[str]) -> Options:
    parser = make_parser()
    options = Options()
    _, unknown = parser.parse_known_args(argv, namespace=options)
    used = options.grammar or parser
    if unknown:
        used.refuse(unknown)
    if options.licences:
        options.command = "licences"
    if options.command == "benchmark" and len(options.paths) > 1:
        used.refuse([str(path) for path in options.paths[1:]])
    return options
