"""Which photos a command is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from phototagger.assembly import App
from phototagger.cli.arguments import Options
from phototagger.errors import UsageError


def existing(paths: Iterable[Path]) -> list[Path]:
    """The paths, absolute. Raises UsageError for one that is not there."""
    found = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist.")
        found.append(path.absolute())
    return found


def chosen(app: App, options: Options) -> Sequence[int] | None:
    """Ids of the photos under the paths given; None, meaning all, when none was given.

    Raises UsageError when none of the photos there is known.
    """
    if not options.paths:
        return None
    paths = [path.absolute() for path in options.paths]
    ids = app.library.ids_under(paths)
    if not len(ids):
        names = ", ".join(str(path) for path in options.paths)
        raise UsageError(f"No photo is known in {names}. Run `phototagger scan` on it first.")
    return ids
