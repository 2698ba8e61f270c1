"""`write`, `undo` and `history`: what goes into files, and back out of them."""

from __future__ import annotations

from collections.abc import Sequence

from phototagger.app.program import Program
from phototagger.cli.commands import render
from phototagger.cli.commands.selection import chosen
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import DONE, SOME_FAILED, Console, local_time, plural
from phototagger.domain.errors import UsageError
from phototagger.domain.facets.keyword import KEYWORD
from phototagger.domain.sentences import said
from phototagger.domain.writing import WritePlan, WriteRun, values_of
from phototagger.jobs.progress import Cancel
from phototagger.jobs.write.run import WriteSummary
from phototagger.plan.preview import Totals, totals


def write(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    if options.preset:
        app.preferences.use_preset(options.preset)
    photo_ids = chosen(app, options, console)
    if options.dry_run:
        return _dry_run(app, photo_ids, console, cancel)
    plans = console.run(app.writing.plan(photo_ids, cancel))
    summary = write_plans(app, plans, console, cancel)
    if console.json:
        console.record(_write_record(summary))
    return say_written(summary, console)


def _dry_run(app: Program, photo_ids: Sequence[int] | None, console: Console, cancel: Cancel) -> int:
    """Prints the plans as they are made: those of a large library would not fit into memory."""
    sums, planned, refused = Totals(), 0, 0

    def show(plans: Sequence[WritePlan]) -> None:
        nonlocal sums, planned, refused
        for plan in plans:
            if console.json:
                console.record(render.plan_record(plan))
            else:
                console.result(*render.plan_lines(plan))
        sums += totals(plans)
        planned += len(plans)
        refused += sum(plan.refused is not None for plan in plans)

    console.run(app.writing.plan_each(photo_ids, show, cancel))
    console.remark(render.totals_text(sums) if planned else said("Nothing to write."))
    return SOME_FAILED if refused else DONE


def write_plans(app: Program, plans: list[WritePlan], console: Console, cancel: Cancel) -> WriteSummary:
    """Having nothing to write is no fault: the photos are as they should be."""
    if plans:
        rejecting = sum(bool(values_of(plan.rejects, KEYWORD)) and plan.refused is None for plan in plans)
        if rejecting:
            console.remark(
                said(
                    "On {photos} a keyword was taken out in another program: it is rejected.",
                    photos=said("%n photo(s)", "", rejecting),
                )
            )
        return console.run(app.writing.write(plans, cancel), files=True)
    console.remark(said("Nothing to write: every photo has its keywords."))
    return WriteSummary(None)


def _write_record(summary: WriteSummary) -> dict[str, object]:
    return {
        "run": summary.run_id,
        "written": summary.written,
        "unchanged": summary.unchanged,
        "failed": render.failures_record([*summary.refused, *summary.failed]),
    }


def say_written(summary: WriteSummary, console: Console) -> int:
    problems = [*summary.refused, *summary.failed]
    for path, failure in problems:
        console.error(render.failure_text(path, failure.message))
    if summary.written:
        console.remark(
            said(
                "{photos} written in run {run_id}. Take it back with: phototagger undo {run_id}",
                photos=said("%n photo(s)", "", summary.written),
                run_id=summary.run_id,
            )
        )
    elif problems:
        console.remark(said("Nothing was written."))
    return SOME_FAILED if problems else DONE


def undo(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    if options.edit:
        if options.only_added or options.run is not None:
            raise UsageError(
                said("--edit takes back the latest edit, which has no RUN: leave --only-added and RUN out.")
            )
        return _undo_edit(app, console, cancel)
    if options.only_added:
        return _remove_added(app, options, console, cancel)
    summary = console.run(app.writing.undo_run(options.run, cancel), files=True)
    if console.json:
        console.record(render.undo_record(summary))
    else:
        files = plural(summary.restored, "file")
        back = " What it had taken out is there again." if summary.took_away and summary.restored else ""
        console.result(
            said(
                "Run {run_id} of {local_time} taken back on {files}.{back}",
                run_id=summary.run_id,
                local_time=local_time(summary.made_at),
                files=files,
                back=back,
            )
        )
        if summary.forgotten:
            console.remark(
                said(
                    "Boxes and names of faces that the run had taken out do not come back in {files}: all "
                    "faces were forgotten since.",
                    files=said("%n file(s)", "", summary.forgotten),
                )
            )
    for path, failure in (*summary.conflicts, *summary.failed):
        console.error(render.failure_text(path, failure.message))
    for conflict in summary.left:
        console.error(render.conflict_text(conflict))
    return SOME_FAILED if summary.conflicts or summary.failed else DONE


def _remove_added(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    summary = console.run(app.writing.remove_added(options.run, cancel), files=True)
    if console.json:
        console.record(
            {
                "run": summary.run_id,
                "removal_run": summary.removal_run,
                "cleared": summary.cleared,
                "unchanged": summary.unchanged,
                "failed": render.failures_record(summary.failed),
            }
        )
    elif summary.removal_run is None:
        console.result(
            said(
                "Nothing in these files says any more that run {run_id} added it. Words left there are "
                "yours.",
                run_id=summary.run_id,
            )
        )
    else:
        console.result(
            said(
                "What run {run_id} added was taken out of {photos} in run {removal}. Take that back "
                "with: phototagger undo {removal}",
                run_id=summary.run_id,
                photos=said("%n photo(s)", "", summary.cleared),
                removal=summary.removal_run,
            )
        )
    for path, failure in summary.failed:
        console.error(render.failure_text(path, failure.message))
    return SOME_FAILED if summary.failed else DONE


def _undo_edit(app: Program, console: Console, cancel: Cancel) -> int:
    undone = app.review.undo()
    if undone is None:
        raise UsageError(said("There is no edit to take back."))
    changes, text = undone
    if changes.words:
        console.run(app.analysis.resuggest([], cancel))
    if console.json:
        console.record({"undone": text, "photos": len(changes.photos)})
    else:
        console.result(said("Taken back: {text}.", text=text))
    return DONE


def history(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    runs, steps = app.library.runs(), app.library.history(20)
    if console.json:
        for run in runs:
            console.record(
                {
                    "run": run.id,
                    "made_at": run.made_at,
                    "files": run.files,
                    "undone_files": run.undone_files,
                    "conflicts": run.conflicts,
                    "fields": _left_by(app, run),
                    "renamed": run.renamed,
                }
            )
        for step in steps:
            console.record(
                {"step": step.id, "made_at": step.made_at, "text": step.text, "undone": step.undone}
            )
        return DONE
    for run in runs:
        undone = f", {run.undone_files} taken back" if run.undone_files else ""
        edited = f", {run.conflicts} edited by others and left alone in part" if run.conflicts else ""
        when = local_time(run.made_at)
        what = "renamed" if run.renamed else "written"
        console.result(
            said(
                "run {id}  {when}  {files} {what}{undone}{edited}",
                id=run.id,
                when=when,
                files=said("%n file(s)", "", run.files),
                what=what,
                undone=undone,
                edited=edited,
            )
        )
    if runs and len(runs) < runs[0].id:
        console.remark(said("Numbers that are missing are of runs that changed no file."))
    for step in steps:
        console.result(
            said("edit    {time}  {text} (undone)", time=local_time(step.made_at), text=step.text)
            if step.undone
            else said("edit    {time}  {text}", time=local_time(step.made_at), text=step.text)
        )
    if not runs and not steps:
        console.remark(said("Nothing has been written or edited yet."))
    return DONE


def _left_by(app: Program, run: WriteRun) -> list[dict[str, object]]:
    conflicts = app.library.conflicts(run.id) if run.conflicts else []
    return [render.conflict_record(conflict) for conflict in conflicts]
