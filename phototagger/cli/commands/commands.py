"""Each command: asks the application, prints what it says, and chooses the exit status."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from phototagger.app.program import Program
from phototagger.cli.commands import keywords, naming, people, render, writing
from phototagger.cli.commands.selection import existing, ids_under, photos_meant, selected
from phototagger.cli.commands.values import give, say_changed, set_value, unset_value
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import DONE, SOME_FAILED, WRONG_USE, Console, plural
from phototagger.domain.errors import UsageError, message_of
from phototagger.domain.facets import VALUE_KINDS
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.records import PhotoState
from phototagger.domain.sentences import Said, either, joined, said
from phototagger.domain.writing import FileFields, FileSays, said_by
from phototagger.files.outputs import check_output
from phototagger.jobs.analysis.passed_over import Left, sentences
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel
from phototagger.lab.report import REPORT_ENDINGS
from phototagger.lab.truth.file_keywords import reasons_text
from phototagger.lab.truth.ground_truth import PassedOver

Command = Callable[[Program, Options, Console, Cancel], int]
PHOTOS_A_PAGE = 100
ACCEPT_ABOVE = 0.5  # `tag` without --above; suggestions are already over their own thresholds


def find(options: Options) -> Command:
    """The function that runs this command."""
    table: dict[str, Command] = {
        "scan": scan,
        "analyse": analyse,
        "resuggest": keywords.resuggest,
        "show": show,
        "accept": accept,
        "reject": reject,
        "set": set_value,
        "unset": unset_value,
        "write": writing.write,
        "undo": writing.undo,
        "fix-names": naming.fix_names,
        "history": writing.history,
        "tag": tag,
        "keywords": keywords.run,
        "people": people.run,
        "search": search,
        "models": models,
        "evaluate": evaluate,
        "benchmark": benchmark,
    }
    return table[options.command or ""]


def scan(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    summary = console.run(app.analysis.scan(photos_meant(app, existing(options.paths), console), cancel))
    _tell_left(summary.left, console)
    status = _name_unreadable(summary.unreadable_folders, console)
    if not summary.found and not summary.missing:
        raise UsageError(said("No photos in {paths}.", paths=", ".join(map(str, options.paths))))
    if console.json:
        console.record(
            {
                "found": summary.found,
                "new": summary.new,
                "changed": summary.changed,
                "missing": summary.missing,
                "paired": summary.paired,
                "unreadable_folders": [str(folder) for folder in summary.unreadable_folders],
                **render.left_record(summary.left),
            }
        )
    else:
        pairs = f" {plural(summary.paired, 'raw')} beside a JPEG or HEIC." if summary.paired else ""
        console.result(
            said(
                "{photos} found: {new} new, {changed} changed, {missing} missing.{pairs}",
                photos=said("%n photo(s)", "", summary.found),
                new=summary.new,
                changed=summary.changed,
                missing=summary.missing,
                pairs=pairs,
            )
        )
    return status


def analyse(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    folders = photos_meant(app, existing(options.paths), console)
    status = _analyse(app, folders, console, cancel)
    ids = ids_under(app, folders, console, "scan") if folders else None
    if console.json:
        print_photos(app, app.library.photo_ids(PhotoFilter()) if ids is None else ids, console)
    return SOME_FAILED if name_failed(app, ids, console) else status


def _analyse(app: Program, folders: list[Path], console: Console, cancel: Cancel) -> int:
    """Scans these folders and analyses what is pending there (everywhere without folders)."""
    status = DONE
    if folders:
        found = console.run(app.analysis.scan(folders, cancel))
        _tell_left(found.left, console)
        status = _name_unreadable(found.unreadable_folders, console)
        if not found.found:
            raise UsageError(
                said("No photos in {folders}.", folders=", ".join(str(folder) for folder in folders))
            )
    summary = console.run(app.analysis.analyse(folders, cancel))
    failed = summary.failed + summary.quarantined
    if not summary.analysed and not failed:
        console.remark(said("Nothing new to analyse."))
    else:
        rate = (summary.analysed + failed) / summary.seconds if summary.seconds else 0.0
        console.remark(
            said(
                "{photos} analysed, {failed} failed in {seconds} s ({rate} a second).",
                photos=said("%n photo(s)", "", summary.analysed),
                failed=failed,
                seconds=f"{summary.seconds:.1f}",
                rate=f"{rate:.1f}",
            )
        )
    if app.files.exiftool_status() is None:
        facts = console.run(app.analysis.read_facts(folders, cancel))
        if facts.changed:
            console.remark(
                said(
                    "Time or place of {photos} read from XMP, IPTC or sidecars.",
                    photos=said("%n photo(s)", "", facts.changed),
                )
            )
    if app.analysis.reads_names():
        read = console.run(app.analysis.read_names(folders, cancel))
        if read.names:
            console.remark(
                said(
                    "{names} of people read from {files}.",
                    names=said("%n name(s)", "", read.names),
                    files=said("%n file(s)", "", read.read),
                )
            )
    captions = console.run(app.analysis.propose_captions(folders, cancel))
    if captions.proposed:
        console.remark(
            said(
                "Text read in {photos} is proposed as caption.",
                photos=said("%n photo(s)", "", captions.proposed),
            )
        )
    return status


def _tell_left(left: Left, console: Console) -> None:
    if left:
        console.remark(joined(sentences(left)))


def _name_unreadable(folders: Sequence[Path], console: Console) -> int:
    for folder in folders:
        console.error(said("{folder} cannot be read. Check its permissions.", folder=folder))
    return SOME_FAILED if folders else DONE


def name_failed(app: Program, ids: Sequence[int] | None, console: Console) -> int:
    """Names each failed photo among ``ids`` (all when None) on stderr, and counts them."""
    wanted = None if ids is None else set(ids)
    count = 0
    for photo in app.library.problems():
        if (wanted is None or photo.id in wanted) and photo.state is not PhotoState.MISSING:
            count += 1
            message = photo.failure.message if photo.failure else str(photo.state)
            console.error(render.failure_text(photo.path, message))
    return count


def show(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    paths = photos_meant(app, options.paths, console)
    unknown = app.library.unknown(paths)
    for path in unknown:
        console.error(said("{path} is not known. Run `phototagger scan` on its folder first.", path=path))
    ids = app.library.ids_under(paths)
    if not len(ids):
        return WRONG_USE
    unread = print_photos(app, ids, console)
    return SOME_FAILED if unknown or unread else DONE


def print_photos(app: Program, ids: Sequence[int], console: Console) -> int:
    """Prints what is known of each, a page at a time, the keywords now in each file included. Gives how many files
    cannot be read; each is reported."""
    unread = 0
    can_read = app.files.exiftool_status()
    if can_read is not None:
        console.remark(said("Keywords already in the files are not shown. {what}", what=can_read))
    for start in range(0, len(ids), PHOTOS_A_PAGE):
        page = [app.library.details(photo_id) for photo_id in ids[start : start + PHOTOS_A_PAGE]]
        there = [details.photo.path for details in page if details.photo.path.is_file()]
        read = {} if can_read else app.files.fields(there)
        for details in page:
            found = read.get(details.photo.path)
            for fault in _unread(found):
                console.error(said("What is in a file is not shown. {fault}", fault=fault))
                unread += 1
            says = said_by(found, VALUE_KINDS) if isinstance(found, FileFields) else FileSays()
            boxes = found.regions() if isinstance(found, FileFields) else ()
            place = app.viewing.place(details.photo)
            if console.json:
                console.record(render.photo_record(details, says, place, boxes))
            else:
                console.result(*render.photo_lines(details, says, place, boxes))
    return unread


def _unread(found: FileFields | Exception | None) -> list[Said]:
    if isinstance(found, FileFields):
        return [failure.message for failure in found.unread()]
    return [] if found is None else [message_of(found)]


def accept(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    if options.text is not None and not options.caption:
        raise UsageError(said("--text goes with --caption: it is the caption to be accepted."))
    if options.caption and (options.keyword is not None or options.above is not None):
        raise UsageError(
            said("--caption accepts captions and nothing else: leave --keyword and --above out.")
        )
    ids = selected(app, options, console)
    above = options.above or 0.0
    if options.caption and options.text is not None:
        return give(app, CAPTION, ids, options.text, (), console, cancel)
    if options.caption:
        changes = app.review.accept_values(CAPTION, ids)
        return say_changed(changes, ids, "accepted the caption of", console)
    if options.keyword is not None:
        changes = app.review.accept_keyword(options.keyword, ids, above)
        return say_changed(changes, ids, f"accepted {options.keyword!r} on", console)
    return say_changed(app.review.accept_above(above, ids), ids, "accepted suggestions on", console)


def reject(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    if options.caption:
        options.paths = [*([Path(options.keyword)] if options.keyword else []), *options.paths]
        ids = selected(app, options, console)
        return say_changed(app.review.reject_values(CAPTION, ids), ids, "rejected the caption of", console)
    if not options.keyword:
        raise UsageError(said("Say which keyword to reject, or --caption."))
    ids = selected(app, options, console)
    changes = app.review.reject_keyword(options.keyword, ids)
    if not changes.photos:
        near = [repr(keyword) for keyword in app.review.nearest_offered(options.keyword, ids)]
        told = said(
            "Nothing to change: {keyword} waits on none of these photos, and was accepted on none.",
            keyword=repr(options.keyword),
        )
        others = said("The nearest words there: {near}.", near=either(near)) if near else None
        by_hand = said("A word that you gave by hand, `phototagger keywords remove` takes off.")
        raise UsageError(joined((told, others, by_hand)))
    return say_changed(changes, ids, f"rejected {options.keyword!r} on", console)


def tag(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    folders = photos_meant(app, existing(options.paths), console)
    if options.write:
        app.files.require_exiftool()  # say that exiftool is missing before an hour's work, not after it
    status = _analyse(app, folders, console, cancel)
    ids = app.library.ids_under(folders)
    above = ACCEPT_ABOVE if options.above is None else options.above
    accepted = app.review.accept_above(above, ids)
    console.remark(
        said(
            "Accepted suggestions from {above} on: {photos}.",
            above=f"{above:.0%}",
            photos=said("%n photo(s)", "", len(accepted.photos)),
        )
    )
    if options.write:
        plans = console.run(app.writing.plan(ids, cancel))
        status = max(status, writing.say_written(writing.write_plans(app, plans, console, cancel), console))
    print_photos(app, ids, console)
    if not options.write and accepted.photos:
        console.remark(
            said(
                "Nothing is written into the photos yet. To see what would be: phototagger write "
                "--dry-run; to write it: phototagger write. What it writes, phototagger undo takes back."
            )
        )
    return SOME_FAILED if name_failed(app, ids, console) else status


def search(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    query = " ".join(options.words or [])
    if not query.strip():
        raise UsageError(said("Say what to search for, such as: phototagger search dog"))
    ids = app.library.photo_ids(PhotoFilter(text=query))
    if console.json:
        print_photos(app, ids, console)
    else:
        for start in range(0, len(ids), PHOTOS_A_PAGE):
            for row in app.library.rows(ids[start : start + PHOTOS_A_PAGE]):
                console.result(str(row.path))
    if not len(ids):
        console.remark(said("No photo matches {query}.", query=repr(query)))
    return DONE


def models(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    if options.action == "verify":
        checks = app.measuring.verify_models()
        for check in checks:
            if console.json:
                console.record({"network": check.name, "task": str(check.task), "ok": check.ok})
            else:
                console.result(f"{check.name}: {'ok' if check.ok else check.message}")
        return DONE if all(check.ok for check in checks) else SOME_FAILED
    for network in app.measuring.models():
        if console.json:
            console.record(network)
        else:
            told = [network[key] for key in ("name", "task", "licence", "source") if network[key]]
            told += [network["from"]] if network["from"] != "shipped" else []
            console.result("  ".join(told))
    return DONE


def evaluate(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    dataset = existing(options.paths)[0]
    if options.report is not None:
        check_output(
            options.report,
            REPORT_ENDINGS,
            said("a report"),
        )  # before the hours of work for it
    wanted = options.truth == "wanted"
    if options.to_judge is not None:
        if not wanted:
            raise UsageError(said("--to-judge goes with --truth wanted."))
        check_output(
            options.to_judge,
            (".csv",),
            said("a list of words to judge"),
        )
    report = console.run(
        app.measuring.evaluate(
            dataset,
            cancel,
            options.report,
            options.held_out,
            options.truth == "files",
            wanted,
            options.to_judge,
        )
    )
    if options.truth != "files" and "passed_over" in report:
        console.remark(
            said(
                "There is no ground truth beside these photos: the keywords in their files were taken, as "
                "with --truth files."
            )
        )
    status = _name_left_out(report, console)
    if console.json:
        console.record(report)
        return status
    for part, values in report.items():
        if part == "passed_over":
            reasons = reasons_text({PassedOver(reason): count for reason, count in values.items()})
            count = plural(sum(values.values()), "photo")
            console.result(f"not counted: {count}" + (f" ({reasons})" if reasons else ""))
        elif isinstance(values, dict):
            console.result(f"{part}: " + ", ".join(f"{name} {value}" for name, value in values.items()))
        elif part != "failed":
            console.result(f"{part}: {values}")
    return status


def _benchmark_write(app: Program, folder: Path | None, console: Console, cancel: Cancel) -> int:
    report = console.run(app.measuring.benchmark_write(folder, cancel))
    status = _name_left_out(report, console)
    if console.json:
        console.record(report)
    else:
        console.result(
            said(
                "{safely} photos/s written safely ({photos} of {megabytes} MB); exiftool alone {bare}, copy and "
                "sync {copied}.",
                safely=f"{report['safe_photos_per_s']:.1f}",
                photos=said("%n JPEG(s)", "", report["photos"]),
                megabytes=report["mean_megabytes"],
                bare=f"{report['bare_exiftool_photos_per_s']:.1f}",
                copied=f"{report['copy_fsync_photos_per_s']:.1f}",
            )
        )
    return status


def _name_left_out(report: Mapping[str, Any], console: Console) -> int:
    """Names the photos that could not be measured or judged, on stderr."""
    failed = report.get("failed", [])
    for entry in failed:
        console.error(render.failure_text(Path(entry["path"]), entry["message"]))
    return SOME_FAILED if failed else DONE


def benchmark(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    folders = existing(options.paths)
    if options.write:
        return _benchmark_write(app, folders[0] if folders else None, console, cancel)
    report = console.run(app.measuring.benchmark(folders[0] if folders else None, cancel))
    status = _name_left_out(report, console)
    if console.json:
        console.record(report)
        return status
    console.result(
        said(
            "{rate} photos/s over {photos} on {device}: {share} of what its slowest stage allows, {times} times "
            "one photo after another; {memory} MiB at most.",
            rate=f"{report['photos_per_s']:.1f}",
            photos=said("%n photo(s)", "", report["photos"]),
            device=report["device"],
            share=f"{report['share_of_bound']:.0%}",
            times=f"{report['ratio_to_naive']:.1f}",
            memory=report["peak_mib"],
        )
    )
    for stage, values in report["stages"].items():
        console.result(
            said(
                "  {stage}: {rate} photos/s, busy {busy}",
                stage=stage,
                rate=f"{values['photos_per_s']:.1f}",
                busy=f"{values['busy']:.0%}",
            )
        )
    return status
