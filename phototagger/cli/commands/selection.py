"""Which photos a command is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from phototagger.app.program import Program
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import Console
from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import said


def existing(paths: Iterable[Path]) -> list[Path]:
    """The paths, absolute. Raises UsageError for one that is not there."""
    found = []
    for path in paths:
        if not path.exists():
            raise UsageError(said("{path} does not exist.", path=path))
        found.append(path.absolute())
    return found


def photos_meant(app: Program, paths: Iterable[Path], console: Console) -> list[Path]:
    """The photos and folders that these paths name, absolute, each once. A raw that a JPEG leads, the film of a
    live photo and a sidecar name their photo; that is said where the photo itself is not named too."""
    given = dict.fromkeys(app.analysis.located(list(paths)))
    owned = app.analysis.photos_of(list(given))
    for path, photo in owned.items():
        if photo not in given:
            console.remark(said("{path} belongs to {name}: that photo is meant.", path=path, name=photo.name))
    return list(dict.fromkeys(owned.get(path, path) for path in given))


def chosen(app: Program, options: Options, console: Console) -> Sequence[int] | None:
    """Ids of the photos under the paths given; None, meaning all, when none was given.

    Raises UsageError when none of the photos there is known.
    """
    if not options.paths:
        return None
    return ids_under(app, options.paths, console, "scan")


def selected(app: Program, options: Options, console: Console) -> Sequence[int] | None:
    """As :func:`chosen`, for what a person decides: all photos (None) only where ``--all`` says so, for a path left
    out by a slip must not mean everything."""
    if options.all and options.paths:
        raise UsageError(said("--all means all photos of the catalog: name photos, or give --all."))
    if not options.paths and not options.all:
        raise UsageError(
            said("Say which photos: their paths or folders, or --all for all photos of the catalog.")
        )
    return chosen(app, options, console)


def ids_under(app: Program, paths: Sequence[Path], console: Console, first: str) -> Sequence[int]:
    """Ids of the photos that these paths name or that lie below them. Raises UsageError, naming the command to
    start with, when none of them is known."""
    ids = app.library.ids_under(photos_meant(app, paths, console))
    if not len(ids):
        names = ", ".join(map(str, paths))
        raise UsageError(
            said(
                "No photo is known in {names}. Run `phototagger {first}` on it first.",
                names=names,
                first=first,
            )
        )
    return ids
