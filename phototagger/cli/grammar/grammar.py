"""How a command is read: options before, between or after its arguments, and mistakes explained."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from phototagger.cli.terminal.stopping import CANCELLED
from phototagger.cli.terminal.streams import abandon
from phototagger.diagnostics.log import LEVELS
from phototagger.domain.plain_text import several_lines
from phototagger.settings.declared import DEVICES

_COMMON = ("help", "catalog", "settings", "device", "json", "quiet", "in_process", "log")


class _Help(argparse.HelpFormatter):
    """The usage line shows what is a command's own; the options that all have are listed below it."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, [one for one in actions if one.dest not in _COMMON], groups, prefix)

    def _format_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any) -> str:
        """argparse leaves a usage that it was given, and a part that holds choices, as wide as they are."""
        text = super()._format_usage(usage, actions, groups, prefix)
        width = max(self._width - 2, 20)
        if all(len(line) <= width for line in text.split("\n")):
            return text
        # What stands in brackets stays together: its blanks are none to the wrapping.
        glued = re.sub(r"\[[^\]]*\]+", lambda part: part[0].replace(" ", "\0"), " ".join(text.split()))
        return (
            textwrap.fill(glued, width, subsequent_indent=" " * 7, break_on_hyphens=False).replace("\0", " ")
            + "\n\n"
        )


class WrongUse(SystemExit):
    """A command line that cannot be understood, after that was printed on stderr."""

    def __init__(self, message: str) -> None:
        super().__init__(2)
        self.message = message


class Grammar(argparse.ArgumentParser):
    """The grammar of the program, of a command, or of one action of a command.

    argparse by itself takes all arguments at the first of them, and knows no more of them behind an option:
    ``reject dog --quiet photo.jpg`` would fail. Here a command's options are read first, wherever they stand;
    behind ``--`` everything is an argument.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **given})
        self.set_defaults(grammar=self)  # the innermost one's stays

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        words = list(args or ())
        holds_commands = any(isinstance(action.choices, dict) for action in self._actions)
        return super().parse_known_args(words if holds_commands else self._options_first(words), namespace)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self._print_message(f"{self.prog}: error: {message}\nSee: {self.prog} --help\n", sys.stderr)
        raise WrongUse(message)

    def _print_message(self, message: str, file: Any = None) -> None:
        """A message may name files, as the shell found them, and may go to a full disk."""
        stream = file or sys.stderr
        try:
            stream.write(several_lines(message))
            stream.flush()
        except OSError as error:
            abandon(stream)
            if stream is sys.stdout:
                if isinstance(error, BrokenPipeError):
                    raise SystemExit(CANCELLED) from error  # the reader has stopped reading
                self._print_message(f"{self.prog}: this cannot be printed ({error.strerror}).\n", sys.stderr)
                raise SystemExit(2) from error

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """Ends the program over words that are left."""
        options = [word for word in unknown if word.startswith("-") and word != "--"]
        if options:
            self.error(f"there is no option {', '.join(options)} here")
        self.error(f"too many arguments: {' '.join(unknown)} (a name or path with blanks needs quotes)")

    def _options_first(self, words: list[str]) -> list[str]:
        options: list[str] = []
        arguments: list[str] = []
        coming = iter(words)
        for word in coming:
            if word == "--":
                arguments.extend(coming)
            elif word.startswith("-") and word != "-" and not _is_number(word):
                options.append(word)
                value = next(coming, None) if self._wants_value(word) else None
                options.extend([] if value is None else [value])
            else:
                arguments.append(word)
        odd = any(word.startswith("-") for word in arguments)
        return [*options, *(["--"] if odd else []), *arguments]

    def _wants_value(self, word: str) -> bool:
        """Whether the next word is this option's value. argparse takes the beginning of an option for all of it."""
        known = {name: action for action in self._actions for name in action.option_strings}
        meant = [known[word]] if word in known else [known[name] for name in known if name.startswith(word)]
        return len(meant) == 1 and meant[0].nargs != 0


def _is_number(word: str) -> bool:
    """Whether a word that begins with a minus is a number all the same, and no option: ``set rating -1``."""
    return re.fullmatch(r"-\d+", word) is not None


def path_given(text: str) -> Path:
    """An argument that is a path. An empty one would be the folder one stands in, which nobody meant who wrote
    ``"$DIR"`` with no such variable."""
    return Path(_not_blank(text))


def name_given(text: str) -> str:
    """An argument that names something."""
    return _not_blank(text)


def number_given(text: str) -> int | None:
    """The number that an argument is; None for what is none, or too large for the catalog to count to."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


_LONGEST_NUMBER = 18


def _not_blank(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(
            "an empty argument names nothing (a variable that is not set?); the folder you are in is ."
        )
    return text


class _Take(argparse.Action):
    """Appends an argument, or several, to the words before it."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: Any, option: object = None
    ) -> None:
        words = getattr(namespace, self.dest, None) or []
        setattr(namespace, self.dest, [*words, *([values] if isinstance(values, str) else values)])


def add_common(parser: argparse.ArgumentParser, **extra: Any) -> None:
    """The options of every command."""
    common = parser.add_argument_group("options of every command")
    common.add_argument(
        "--catalog", type=path_given, metavar="FILE", help="catalog to use instead of your own", **extra
    )
    common.add_argument("--settings", type=path_given, metavar="FILE", help="settings file to use", **extra)
    common.add_argument("--device", choices=DEVICES, help="where the networks run", **extra)
    common.add_argument("--json", action="store_true", help="results as JSON, one object a line", **extra)
    common.add_argument("--quiet", action="store_true", help="no progress; errors only", **extra)
    common.add_argument(
        "--log",
        choices=LEVELS,
        metavar="LEVEL",
        help="how much the log file holds: " + ", ".join(LEVELS),
        **extra,
    )
    common.add_argument("--in-process", action="store_true", help="run the networks in this process", **extra)


@dataclass(frozen=True, slots=True)
class Word:
    """One argument of an action; ``count`` as argparse's ``nargs``."""

    name: str
    help: str
    count: int | str = 1

    def is_path(self) -> bool:
        """Whether it is, or may be, the path of a photo, a folder or a list."""
        return not {"PHOTO", "LIST"}.isdisjoint(self.name.split("|"))


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a command such as ``people``. ``shape`` stands for arguments that can be given in two ways."""

    name: str
    text: str
    words: tuple[Word, ...] = ()
    shape: str = ""

    def arguments(self) -> str:
        """``GROUP NAME``, ``PHOTO...``."""
        dots = {1: "", "+": "...", "?": ""}
        return self.shape or " ".join(word.name + dots[word.count] for word in self.words)


def add_actions(command: Grammar, actions: Sequence[Action]) -> dict[str, Grammar]:
    """Gives a command its actions; their words arrive as ``words``, in order."""
    table = command.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    made: dict[str, Grammar] = {}
    for action in actions:
        arguments = action.arguments()
        parser: Grammar = table.add_parser(
            action.name,
            help=f"{arguments}: {action.text}" if arguments else action.text,
            description=action.text[0].upper() + action.text[1:] + ".",
        )
        if action.shape:
            parser.usage = f"{parser.prog} {action.shape}"
        for one in action.words:
            # Not given, it must leave the words before it alone.
            parser.add_argument(
                "words",
                action=_Take,
                type=name_given if one.is_path() else str,
                nargs=one.count,
                metavar=one.name,
                help=one.help,
                default=argparse.SUPPRESS,
            )
        made[action.name] = parser
    for parser in made.values():
        add_common(parser, default=argparse.SUPPRESS)
    return made
