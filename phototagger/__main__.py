"""Picks window or command line; spawn and freeze support; nothing else."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phototagger.cli.arguments import Options


def main(argv: Sequence[str] | None = None) -> int:
    multiprocessing.freeze_support()
    from phototagger.cli import arguments

    options = arguments.parse(sys.argv[1:] if argv is None else argv)
    if options.command in (None, "gui"):
        return _window(options)
    from phototagger.cli import run

    return run(options)


def main_window() -> int:
    return main(["gui", *sys.argv[1:]])


def _window(options: Options) -> int:
    from phototagger.cli import check_display, open_app

    problem = check_display()
    if problem:
        sys.stderr.write(problem + "\n")
        return 2
    from phototagger.gui import application

    return application.run(lambda: open_app(options), options.paths)


if __name__ == "__main__":
    sys.exit(main())
