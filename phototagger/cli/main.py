"""The same jobs without a window. Results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence

from phototagger.app.program import Program
from phototagger.app.report import save_report as save_report
from phototagger.cli.commands import commands, offline
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import CANCELLED, WRONG_USE, Console, OutputError
from phototagger.cli.terminal.stopping import Stopping
from phototagger.cli.terminal.streams import abandon
from phototagger.diagnostics.crash import find_new
from phototagger.diagnostics.log import log_plainly, where_more
from phototagger.diagnostics.private_marks import Known
from phototagger.diagnostics.session import with_log
from phototagger.domain.errors import Cancelled, PhotoTaggerError
from phototagger.domain.plain_text import several_lines
from phototagger.domain.sentences import said
from phototagger.jobs.progress import Cancel

log = logging.getLogger(__name__)


def open_app(options: Options) -> Program:
    """The application as the options want it. Raises CatalogError, SettingsError."""
    return Program.open(options.catalog, options.settings, options.device, options.in_process)


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
    stopping = Stopping(cancel)
    console = Console(options.json, options.quiet, stopping)
    log_plainly()
    with stopping.listening():
        try:
            return _answered(options, console, cancel, stopping)
        except BrokenPipeError:
            abandon(sys.stdout)  # the reader of our results has stopped reading (`| head`)
            return CANCELLED
        except OutputError as error:  # met while something else was reported
            console.error(error.message)
            return WRONG_USE
        finally:
            console.close()


def _answered(options: Options, console: Console, cancel: Cancel, stopping: Stopping) -> int:
    """The exit status, with a sentence for whatever went wrong."""
    try:
        status = _run(options, console, cancel, stopping)
        if status == WRONG_USE:
            console.tell_wrong("usage", console.last_error)
        console.flush()
        return status
    except (Cancelled, KeyboardInterrupt):
        stopping.leave()
        console.remark(said("Stopped. Everything finished so far is kept."))
        console.flush()
        return CANCELLED
    except PhotoTaggerError as error:
        console.error(error.message)
        console.tell_wrong(error.name, error.message)
        console.flush()
        return WRONG_USE
    except BrokenPipeError:
        raise
    except Exception as fault:  # noqa: BLE001 - the outermost boundary: our own fault must not look like a failed photo (1)
        sys.stderr.write(several_lines(traceback.format_exc()))
        sentence = (
            f"this is a fault in phototagger itself ({type(fault).__name__}). Your photos are as they were before "
            f"or as planned, nothing in between. Please report it. {where_more()}"
        )
        console.error(sentence)
        console.tell_wrong("internal", sentence)
        console.flush()
        return WRONG_USE


def _run(options: Options, console: Console, cancel: Cancel, stopping: Stopping) -> int:
    if options.command in offline.COMMANDS:
        return offline.COMMANDS[options.command](options, console)
    with with_log("command", options.log):
        return _on_catalog(options, console, cancel, stopping)


def _tell(notices: Sequence[str], console: Console) -> None:
    for notice in notices:
        console.remark(notice)


def _tell_of_crash(console: Console) -> None:
    """Once, and calmly: an earlier command was ended by a crash. The window tells of its own."""
    if any(crash.part == "command" for crash in find_new(but_of="window")):
        console.remark(
            said(
                "phototagger ended unexpectedly the last time. Your photos, and what you decided about "
                "them, are safe. `phototagger report` prints what helps to mend it."
            )
        )


def _on_catalog(options: Options, console: Console, cancel: Cancel, stopping: Stopping) -> int:
    log.info("The command is %s", Known(" ".join(filter(None, (options.command, options.action)))))
    command = commands.find(options)
    _tell_of_crash(console)
    app = open_app(options)
    try:
        _tell(app.notices, console)
        before = len(app.notices)
        with app.telling_damage():
            status = command(app, options, console, cancel)
        _tell(app.notices[before:], console)
        console.flush()
        return status
    finally:
        stopping.leave()
        app.close()
