"""Commands that open no catalog: licences, a report, deleting our data, asking for a newer version."""

from __future__ import annotations

from phototagger import __version__
from phototagger.app.licences import licence_texts
from phototagger.app.newer_version import is_newer
from phototagger.app.offline import find_own_data, newest_release
from phototagger.app.own_data import delete_own_data
from phototagger.app.report import make_report, save_report
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import DONE, SOME_FAILED, Console, agree
from phototagger.domain.sentences import said

SHOWN = 20  # files named one by one


def licences(options: Options, console: Console) -> int:
    """Ours, and those of every part."""
    text = licence_texts()
    if console.json:
        console.record({"licences": text})
    else:
        console.result(*text.splitlines())
    return DONE


def check_update(options: Options, console: Console) -> int:
    release = newest_release(options.settings)
    newer = is_newer(release.version, __version__)
    if console.json:
        record = {"version": release.version, "page": release.page, "current": __version__, "newer": newer}
        console.record(record)
    else:
        console.result(
            release.sentence()
            if newer
            else said("phototagger {version} is the newest version.", version=__version__)
        )
    return DONE


def uninstall_data(options: Options, console: Console) -> int:
    """Says what it would delete and asks; ``--yes`` is the answer beforehand."""
    data = find_own_data(options.catalog, options.settings)
    if not data.files:
        console.remark(said("There is nothing of phototagger's to delete."))
        return DONE
    for path in data.files[:SHOWN]:
        console.remark(f"  {path}")
    if len(data.files) > SHOWN:
        console.remark(said("  and %n file(s) more", "", len(data.files) - SHOWN))
    for path in data.photos:
        console.remark(said("  stays: {path}", path=path))
    console.remark(
        said(
            "{size} MiB: the catalog with all reviews, names, faces and the undo of what was written. "
            "No photo is touched, and keywords in photos stay.",
            size=f"{data.size() / 2**20:.1f}",
        )
    )
    if not options.yes:
        agree(
            console,
            said("Delete them?"),
            said("Nothing was deleted."),
        )
    problems = delete_own_data(data)
    for problem in problems:
        console.error(problem)
    if console.json:
        console.record({"deleted": len(data.files) - len(problems), "failed": len(problems)})
    elif not problems:
        console.result(said("Deleted."))
    return SOME_FAILED if problems else DONE


def report(options: Options, console: Console) -> int:
    """Versions, settings, figures and the log, without anything of the person's own."""
    if options.output is not None:
        save_report(options.output, options.catalog, options.settings)
        if console.json:
            console.record({"written": str(options.output)})
        else:
            console.result(
                said("The report is in {output}. Look through it, then send it.", output=options.output)
            )
        return DONE
    made = make_report(options.catalog, options.settings)
    if console.json:
        console.record(made.record())
    else:
        console.result(*made.text().splitlines())
    return DONE


COMMANDS = {
    "licences": licences,
    "report": report,
    "check-update": check_update,
    "uninstall-data": uninstall_data,
}
