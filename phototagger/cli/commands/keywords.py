"""`keywords` and `resuggest`: the person's own words, what the program's are called, and new suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from phototagger.app.program import Program
from phototagger.cli.commands import render
from phototagger.cli.commands.selection import ids_under, photos_meant
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import DONE, SOME_FAILED, Console, plural
from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import said
from phototagger.jobs.progress import Cancel
from phototagger.jobs.words.keyword_book import LEAST_PHOTOS, BookRow, NotLearnt
from phototagger.jobs.words.own_words import Imported
from phototagger.settings.declared import LANGUAGES

NOT_LEARNT = {
    NotLearnt.TOO_FEW: f"learnt from {LEAST_PHOTOS} photos on",
    NotLearnt.NOT_ANALYSED: "learnt once its photos are analysed",
    NotLearnt.TOO_UNLIKE: "its photos look too unlike each other to find more by them",
}


def run(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    words = options.words or []
    match options.action:
        case "add" | "remove":
            return _edit(app, options.action == "add", words, console)
        case "rename" | "merge":
            return _rename(app, words[:-1], words[-1], console, cancel)
        case "hide":
            for word in words:
                console.remark(said("{keyword} is suggested no more.", keyword=app.words.book.hide(word)[0]))
            return _resuggest(app, console, cancel)
        case "language":
            unknown = [word for word in words if word not in LANGUAGES]
            if unknown:
                raise UsageError(
                    said(
                        "{unknown}: no language of the keywords; use {languages}.",
                        unknown=", ".join(unknown),
                        languages=", ".join(LANGUAGES),
                    )
                )
            changes = app.words.change_language(", ".join(words))
            return _resuggest(app, console, cancel, len(changes.photos))
        case "restore":
            return _restore(app, words, console, cancel)
        case "import":
            return _import(app, options, words, console, cancel)
        case "export":
            count = app.words.book.export_list(Path(words[0]))
            return _say_exported(app, count, words[0], console)
    return _list(app, options, console)


def _rename(app: Program, words: Sequence[str], name: str, console: Console, cancel: Cancel) -> int:
    done = app.words.book.rename(words, name)
    for keyword in done.keywords:
        console.remark(said("{keyword} is called {target} now.", keyword=keyword, target=done.target))
    if done.joined:
        console.remark(
            said("{target} is one keyword now, whatever photos had of it before.", target=done.target)
        )
    return _resuggest(app, console, cancel, len(done.changes.photos))


def _list(app: Program, options: Options, console: Console) -> int:
    rows = app.words.book.rows(options.all)
    for row in rows:
        if console.json:
            console.record(
                {
                    "keyword": row.keyword,
                    "photos": row.photos,
                    "waiting": row.waiting,
                    "examples": row.examples,
                    "instead_of": row.instead_of or None,
                    "hidden": row.hidden,
                    "not_learnt": row.not_learnt,
                }
            )
        else:
            console.result(_row_text(row))
    if not rows:
        console.remark(said("No keyword is in use yet. Run `phototagger analyse` on some photos first."))
    return DONE


def _row_text(row: BookRow) -> str:
    notes = [f"on {plural(row.photos, 'photo')}"] if row.photos else []
    notes += [f"{row.waiting} to review"] if row.waiting else []
    if row.not_learnt is not None:
        notes.append(NOT_LEARNT[row.not_learnt])
    elif row.examples:
        notes.append(f"learnt from {plural(row.examples, 'photo')}")
    notes += [f"instead of {row.instead_of}"] if row.instead_of else []
    notes += ["hidden"] if row.hidden else []
    return f"{row.keyword}  {', '.join(notes)}".rstrip()


def _edit(app: Program, add: bool, words: Sequence[str], console: Console) -> int:
    ids = ids_under(app, [Path(word) for word in words[1:]], console, "analyse")
    keyword = app.words.book.named(words[0], ids, on_them=not add)
    change = app.review.add_keyword if add else app.review.remove_keyword
    changes = change(ids, keyword)
    changed = len(changes.photos.intersection(ids))
    if not changed:
        raise UsageError(
            said("Nothing to change: these photos have {keyword} already.", keyword=repr(words[0]))
            if add
            else said("Nothing to change: none of these photos has {keyword}.", keyword=repr(words[0]))
        )
    if console.json:
        console.record({"keyword": keyword, "photos": changed})
    else:
        done = "Added" if add else "Removed"
        console.result(
            said(
                "{done} {keyword} on {photos}.",
                done=done,
                keyword=keyword,
                photos=said("%n photo(s)", "", changed),
            )
        )
    others = len(changes.photos.difference(ids))
    if others:
        console.remark(
            said(
                "Learnt from your photos: suggestions changed on {photos}.",
                photos=said("%n other photo(s)", "", others),
            )
        )
    return DONE


def _restore(app: Program, words: Sequence[str], console: Console, cancel: Cancel) -> int:
    missing = 0
    for word in words:
        keyword, was_there = app.words.book.restore(word)
        missing += not was_there  # no changes
        console.remark(
            said("{keyword} is as it was.", keyword=keyword)
            if was_there
            else said("{keyword} has no rule.", keyword=keyword)
        )
    if missing == len(words):
        raise UsageError(said("Nothing to change: there is neither a rename nor a hide to take back."))
    return _resuggest(app, console, cancel)


def _import(app: Program, options: Options, words: Sequence[str], console: Console, cancel: Cancel) -> int:
    failed = 0
    if options.from_photos:
        ids = ids_under(app, [Path(word) for word in words], console, "scan")
        taken = console.run(app.words.import_from_photos(ids, options.match, cancel))
        for path, failure in taken.failed:
            console.error(render.failure_text(path, failure.message))
        failed, done = len(taken.failed), [taken.imported]
    else:
        done = [app.words.book.import_list(Path(word), options.match) for word in words]
    for imported in done:
        _say_imported(imported, console)
    renamed = any(imported.renamed for imported in done)
    status = _resuggest(app, console, cancel) if renamed else DONE
    return SOME_FAILED if failed else status


def _say_exported(app: Program, count: int, path: str, console: Console) -> int:
    renamed = sum(bool(row.instead_of) for row in app.words.book.rows())
    if console.json:
        console.record({"keywords": count, "path": str(Path(path).absolute())})
    else:
        console.result(
            said("{keywords} written to {path}.", keywords=said("%n keyword(s)", "", count), path=path)
        )
    if renamed and path.lower().endswith(".txt"):
        console.remark(
            said(
                "{renames} of the program's keywords left out: Lightroom's list has no place for them. A "
                ".csv file has.",
                renames=said("%n rename(s)", "", renamed),
            )
        )
    return DONE


def _say_imported(imported: Imported, console: Console) -> None:
    if console.json:
        console.record({"keywords": imported.words, "new": imported.new, "renamed": dict(imported.renamed)})
        return
    console.result(
        said(
            "{keywords} read, {new} of them new.",
            keywords=said("%n keyword(s)", "", imported.words),
            new=imported.new,
        )
    )
    for keyword, target in imported.renamed.items():
        console.remark(said("{keyword} is called {target} now.", keyword=keyword, target=target))


def _resuggest(app: Program, console: Console, cancel: Cancel, edited: int = 0) -> int:
    summary = console.run(app.analysis.resuggest([], cancel))
    changed = max(summary.changed, edited)
    if console.json:
        console.record({"photos": changed})
    else:
        console.result(said("{photos} changed.", photos=said("%n photo(s)", "", changed)))
    return DONE


def resuggest(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    summary = console.run(app.analysis.resuggest(photos_meant(app, options.paths, console), cancel))
    if not summary.photos:
        raise UsageError(said("No analysed photo there. Run `phototagger analyse` first."))
    if console.json:
        console.record(
            {"photos": summary.photos, "changed": summary.changed, "without_findings": summary.without}
        )
    else:
        console.result(
            said(
                "Suggestions updated on {photos} in {seconds} s: {changed} changed.",
                photos=said("%n photo(s)", "", summary.photos),
                seconds=f"{summary.seconds:.1f}",
                changed=summary.changed,
            )
        )
    if summary.without:
        console.remark(
            said(
                "{photos} analysed by an earlier version keep the suggestions they have.",
                photos=said("%n photo(s)", "", summary.without),
            )
        )
    return DONE
