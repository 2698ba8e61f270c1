"""`fix-names`: photos whose name has the wrong suffix."""

from __future__ import annotations

from phototagger.app.program import Program
from phototagger.cli.commands import render
from phototagger.cli.commands.selection import selected
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import DONE, SOME_FAILED, Console, plural
from phototagger.domain.sentences import said
from phototagger.jobs.progress import Cancel


def fix_names(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    names = console.run(app.writing.plan_names(selected(app, options, console), cancel))
    refused = [(new.path, new.refused) for new in names if new.refused is not None]
    for new in names:
        if console.json:
            beside = [{"path": str(old), "new_path": str(name)} for old, name in new.beside]
            refused_for = new.refused.message if new.refused is not None else None
            ends = {"path": str(new.path), "new_path": str(new.target)}
            console.record({**ends, "beside": beside, "refused": refused_for})
        elif new.refused is None:
            more = f", and {plural(len(new.beside), 'file')} beside it" if new.beside else ""
            console.result(f"{new.path} -> {new.target.name}{more}")
    if options.dry_run or not names:
        for path, failure in refused:
            console.error(render.failure_text(path, failure.message))
        if not names:
            console.remark(said("Every photo there has the suffix that it should have."))
        return SOME_FAILED if refused else DONE
    summary = console.run(app.writing.fix_names(names, cancel), files=True)
    if console.json:
        failures = render.failures_record(summary.failed)
        console.record({"run": summary.run_id, "renamed": summary.renamed, "failed": failures})
    for path, failure in summary.failed:
        console.error(render.failure_text(path, failure.message))
    if summary.run_id is not None:
        console.remark(
            said(
                "{photos} renamed in run {run_id}. Take it back with: phototagger undo {run_id}",
                photos=said("%n photo(s)", "", summary.renamed),
                run_id=summary.run_id,
            )
        )
    return SOME_FAILED if summary.failed else DONE
