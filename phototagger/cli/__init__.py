"""The same jobs without a window. Results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType

from phototagger.assembly.app import App
from phototagger.cli import apart, commands
from phototagger.cli.arguments import Options
from phototagger.cli.console import CANCELLED, WRONG_USE, Console
from phototagger.errors import Cancelled, PhotoTaggerError
from phototagger.jobs.progress import Cancel


def open_app(options: Options) -> App:
    """The application as the options want it. Raises CatalogError, SettingsError."""
    return App.open(options.catalog, options.settings, options.device, options.in_process)


def check_display() -> str | None:
    """Why no window can open here, or None."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    return "There is no display for a window here. Try: phototagger tag FOLDER, or phototagger --help."


def run(options: Options) -> int:
    """Runs one command and gives the exit status."""
    cancel = Cancel()
    console = Console(options.json, options.quiet)
    restore = _stop_on_signals(cancel)
    try:
        return _run(options, console, cancel)
    except (Cancelled, KeyboardInterrupt):
        console.remark("Stopped. Everything finished so far is kept.")
        return CANCELLED
    except PhotoTaggerError as error:
        console.error(str(error))
        return WRONG_USE
    except BrokenPipeError:
        # Whoever read our results has heard enough (`| head`); stdout must not be flushed again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANCELLED
    except Exception as fault:  # noqa: BLE001 - the outermost boundary: our own fault must not look like a failed photo (1)
        traceback.print_exc()
        console.error(
            f"this is a fault in phototagger itself ({type(fault).__name__}). Your photos are as they were before "
            "or as planned, nothing in between. Please report it with the lines above."
        )
        return WRONG_USE
    finally:
        console.close()
        restore()


def _run(options: Options, console: Console, cancel: Cancel) -> int:
    if options.command in apart.COMMANDS:
        return apart.COMMANDS[options.command](options, console)
    command = commands.find(options)
    app = open_app(options)
    try:
        for notice in app.notices:
            console.remark(notice)
        status = command(app, options, console, cancel)
        sys.stdout.flush()
        return status
    finally:
        app.close()


def _stop_on_signals(cancel: Cancel) -> Callable[[], None]:
    """The first Ctrl+C (or termination) asks the job to stop; a second one interrupts at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
