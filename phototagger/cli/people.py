"""`people`: groups of faces, and the names of the persons they are."""

from __future__ import annotations

from pathlib import Path

from phototagger.assembly import App
from phototagger.cli.arguments import Options
from phototagger.cli.console import DONE, WRONG_USE, Console, plural
from phototagger.domain import Changes, RegionKind
from phototagger.errors import UsageError
from phototagger.jobs.progress import Cancel

USAGE = {
    "list": "people list",
    "name": "people name GROUP NAME (GROUP as `people list` shows it)",
    "merge": "people merge GROUP OTHER...",
    "split": "people split PHOTO FACE (FACE: 1 for the first face that `show` lists)",
    "forget": "people forget",
}


def run(app: App, options: Options, console: Console, cancel: Cancel) -> int:
    words = options.words or []
    if options.action == "list" and not words:
        return _list(app, console)
    if options.action == "name" and len(words) == 2:
        changes = app.people.name(_group(words[0]), words[1])
        return _said(changes, f"Group {words[0]} is {words[1]} now", console)
    if options.action == "merge" and len(words) >= 2:
        changes = app.people.merge(_group(words[0]), [_group(word) for word in words[1:]])
        return _said(changes, f"Merged into group {words[0]}", console)
    if options.action == "split" and len(words) == 2:
        return _said(app.people.split(_face(app, *words)), "The face stands alone now", console)
    if options.action == "forget" and not words:
        return _said(app.people.forget(), "All face fingerprints, groups and names are deleted", console)
    raise UsageError(f"Use it like this: phototagger {USAGE[options.action or 'list']}.")


def _list(app: App, console: Console) -> int:
    rows = app.people.clusters()
    for row in rows:
        if console.json:
            console.record(
                {"cluster": row.id, "person": row.person, "faces": row.faces, "photos": row.photos}
            )
        else:
            name = row.person or "not named"
            console.result(
                f"{row.id:>5}  {name}: {plural(row.faces, 'face')} on {plural(row.photos, 'photo')}"
            )
    if not rows:
        console.error("No faces are known yet. Run `phototagger analyse` on some photos first.")
        return WRONG_USE
    return DONE


def _said(changes: Changes, text: str, console: Console) -> int:
    if console.json:
        console.record({"photos": len(changes.photos)})
    else:
        console.result(f"{text} ({plural(len(changes.photos), 'photo')}).")
    return DONE


def _group(word: str) -> int:
    if not word.isdecimal():
        raise UsageError(f"{word!r} is no group number; see `phototagger people list`.")
    return int(word)


def _face(app: App, photo: str, number: str) -> int:
    ids = app.library.ids_under([Path(photo).absolute()])
    if len(ids) != 1:
        raise UsageError(f"{photo} is no known photo.")
    faces = [region for region in app.library.details(ids[0]).regions if region.kind is RegionKind.FACE]
    if not number.isdecimal() or not 1 <= int(number) <= len(faces):
        raise UsageError(f"{photo} has {plural(len(faces), 'face')}; {number!r} is none of them.")
    return faces[int(number) - 1].id
