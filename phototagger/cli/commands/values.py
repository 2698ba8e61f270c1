"""What a photo has one of: captions, titles, ratings, given by the person."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from phototagger.app.program import Program
from phototagger.cli.commands.selection import selected
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.terminal.console import DONE, SOME_FAILED, WRONG_USE, Console, plural
from phototagger.domain.errors import UsageError
from phototagger.domain.facets import value_facet
from phototagger.domain.records import Changes
from phototagger.domain.sentences import said
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel
from phototagger.jobs.words.given_values import kept_sentence


def set_value(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    ids = selected(app, options, console)
    over = None if options.replace else ()
    return give(app, options.kind, ids, options.value, over, console, cancel)


def unset_value(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    ids = selected(app, options, console)
    noun = value_facet(options.kind).noun
    changes = app.review.reject_values(options.kind, ids)
    if not changes.photos:
        raise UsageError(said("Nothing to change: none of these photos was given a {noun} here.", noun=noun))
    return say_changed(changes, ids, f"took back the {noun} of", console)


def give(
    app: Program,
    kind: str,
    ids: Sequence[int] | None,
    text: str,
    over: Collection[str] | None,
    console: Console,
    cancel: Cancel,
) -> int:
    """Gives these photos (None: all) a value; those that keep another are named."""
    ids = app.library.photo_ids(PhotoFilter()) if ids is None else ids
    given = console.run(app.review.give_values(kind, ids, text, over, cancel))
    noun = value_facet(kind).noun
    for path, value in given.kept:
        console.error(kept_sentence(kind, path, value))
    if given.changes:
        say_changed(given.changes, ids, f"accepted the {noun} of", console)
        return SOME_FAILED if given.kept else DONE
    if not given.kept:
        console.error(said("Nothing to change: these photos have that {noun}.", noun=noun))
    return WRONG_USE


def say_changed(changes: Changes, ids: Sequence[int] | None, what: str, console: Console) -> int:
    """Photos outside the selection get other suggestions from what is learnt of these; they are reported apart."""
    photos = len(changes.photos if ids is None else changes.photos.intersection(ids))
    if not photos:
        raise UsageError(said("Nothing to change: no such suggestion waits there."))
    if console.json:
        console.record({"photos": photos})
    else:
        console.result(f"{what[0].upper()}{what[1:]} {plural(photos, 'photo')}.")
    if ids is not None:
        others = len(changes.photos.difference(ids))
        if others:
            console.remark(
                said(
                    "Learnt from your photos: suggestions changed on {photos}.",
                    photos=said("%n other photo(s)", "", others),
                )
            )
    return DONE
