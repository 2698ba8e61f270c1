"""Picks window or command line; spawn and freeze support; nothing else."""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # typing itself is imported later: until Ctrl+C is ours, as little as possible is
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from phototagger.cli.grammar.arguments import Options


def main(argv: Sequence[str] | None = None) -> int:
    _take_ctrl_c()
    _open_closed_streams()
    import multiprocessing

    multiprocessing.freeze_support()
    from phototagger.cli.grammar import arguments

    options = arguments.parse(sys.argv[1:] if argv is None else argv)
    if options.command in (None, "gui"):
        return _window(options)
    from phototagger.cli.main import run

    status = run(options)
    if argv is None:
        # All is done and reported. While Python puts itself away it would let Ctrl+C end us as if it were not.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return status


def main_window() -> int:
    return main(["gui", *sys.argv[1:]])


def _take_ctrl_c() -> None:
    """Until the command listens to Ctrl+C itself, which takes a second of imports, nothing is begun that would have
    to be ended well: Python's own answer would be a traceback out of somebody's import."""

    def leave(number: int, frame: FrameType | None) -> None:
        os._exit(130)

    try:
        signal.signal(signal.SIGINT, leave)
    except ValueError:  # not the main thread: whoever runs us there listens
        pass


def _open_closed_streams() -> None:
    """A stream that the caller closed (``<&-``, ``>&-``) leads nowhere from now on. Left closed, its number would
    go to the next file opened, and what is printed for people would be written into that."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)  # our child processes need it as much
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            stream = open(os.devnull, mode, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
            setattr(sys, name, stream)


def _window(options: Options) -> int:
    from phototagger.cli.main import check_display, open_app, save_report

    problem = check_display()
    if problem:
        sys.stderr.write(problem + "\n")
        return 2
    from phototagger.gui.shell import application

    return application.run(
        lambda: open_app(options),
        options.paths,
        save_report=lambda path: save_report(path, options.catalog, options.settings),
        log_level=options.log,
    )


if __name__ == "__main__":
    sys.exit(main())
