"""`people`: groups of faces, and the names of the persons they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from phototagger.app.program import Program
from phototagger.cli.commands.selection import photos_meant
from phototagger.cli.grammar.arguments import Options
from phototagger.cli.grammar.grammar import number_given
from phototagger.cli.terminal.console import DONE, Console, agree, plural
from phototagger.domain.errors import UsageError
from phototagger.domain.records import Changes, RegionKind
from phototagger.domain.sentences import said
from phototagger.domain.writing import NOT_MET
from phototagger.jobs.people import ClusterRow
from phototagger.jobs.progress import Cancel

FORGOTTEN = (
    "All faces, their fingerprints, groups and names are deleted from the catalog and overwritten on the disk. "
    "Names that were written into photos are still in those photos"
)


def run(app: Program, options: Options, console: Console, cancel: Cancel) -> int:
    words = options.words or []
    action = options.action or "list"
    if action in _LISTINGS:
        return _LISTINGS[action](app, console, words)
    if action == "forget" and not options.yes:
        console.remark(
            said(
                "This deletes all fingerprints of faces, all groups and all names from the catalog, and "
                "old copies of it. Names that were written into photos stay in those photos."
            )
        )
        agree(
            console,
            said("Forget all faces?"),
            said("Nothing was forgotten."),
        )
    changes, text = _edit(app, action, words, console)
    if changes.words:  # `undo` took back a rename of keywords
        console.run(app.analysis.resuggest([], cancel))
    return _said(changes, text, console)


def _edit(app: Program, action: str, words: list[str], console: Console) -> tuple[Changes, str]:
    """What the edit changed and its sentence."""
    people = app.people
    match action:
        case "name":
            return people.name(_group(words[0]), words[1]), f"Group {words[0]} is {words[1]} now"
        case "merge":
            others = [_group(word) for word in words[1:]]
            return people.merge(_group(words[0]), others), f"Merged into group {words[0]}"
        case "split":
            return people.split(_face(app, console, *words)), "The face stands alone now"
        case "confirm":
            return _confirm(app, words, console)
        case "reject":
            return _reject(app, words, console)
        case "move":
            return people.move([_face(app, console, *words[:2])], words[2]), f"The face is {words[2]} now"
        case "ignore" | "unignore":
            aside = action == "ignore"
            text = f"{'Set aside' if aside else 'Took back'} {plural(len(words), 'group')}"
            return people.ignore([_group(word) for word in words], aside), text
        case "hide" | "unhide":
            hide = action == "hide"
            return people.hide(words[0], hide), f"{words[0]} is {'hidden' if hide else 'shown'} now"
        case "forget":
            return people.forget(), FORGOTTEN
    undone = app.review.undo()
    if undone is None:
        raise UsageError(said("There is nothing to undo."))
    return undone[0], said("Undone: {text}", text=undone[1])


def _confirm(app: Program, words: list[str], console: Console) -> tuple[Changes, str]:
    """A whole group: as its name, or else as the person it was proposed to be; or one face."""
    if len(words) == 2:
        return app.people.confirm([_face(app, console, *words)]), "Confirmed the face"
    if not words[0].isdecimal() and Path(words[0]).exists():
        raise UsageError(
            said("Say which face of {words} is meant: phototagger people confirm {words} 1", words=words[0])
        )
    group = _group(words[0])
    row = next((row for row in app.people.clusters() if row.id == group), None)
    if row is not None and row.person is None and row.suggested is not None:
        return app.people.name(group, row.suggested), f"Group {group} is {row.suggested} now"
    faces = [face.id for face in app.people.faces(group)]
    return app.people.confirm(faces), f"Confirmed {plural(len(faces), 'face')} of group {group}"


def _reject(app: Program, words: list[str], console: Console) -> tuple[Changes, str]:
    """A group for a person, where the first word is a number; else one face."""
    if len(words) == 2 and words[0].isdecimal():
        text = f"Group {words[0]} is never proposed as {words[1]} again"
        return app.people.reject_suggestion(_group(words[0]), words[1]), text
    name = words[2] if len(words) == 3 else None
    return app.people.reject([_face(app, console, *words[:2])], name), "The face is never that person again"


def _list(app: Program, console: Console, _words: list[str]) -> int:
    rows, others = app.people.clusters(), app.people.others()
    for row in rows:
        also = others.get(row.id, [])
        if console.json:
            console.record(_record(row, also))
        else:
            console.result(
                f"{row.id:>5}  {_who(row)}: {plural(row.faces, 'face')} on {plural(row.photos, 'photo')}"
                + "".join(f"; {plural(faces, 'face')} confirmed as {name}" for name, faces in also)
            )
    nameless = next((row for row in rows if row.person is None and not row.ignored), None)
    if nameless is not None:
        console.remark(
            said(
                "`phototagger people faces {id}` shows a group's photos, `phototagger people name {id} "
                "NAME` names it.",
                id=nameless.id,
            )
        )
    if not rows:
        console.remark(said("No faces are known yet. Run `phototagger analyse` on some photos first."))
    return DONE


def _record(row: ClusterRow, others: Sequence[tuple[str, int]]) -> dict[str, object]:
    guess = None if row.suggested is None else {"person": row.suggested, "score": row.score}
    return {
        "cluster": row.id,
        "person": row.person,
        "others": [{"person": name, "faces": faces} for name, faces in others],
        "faces": row.faces,
        "photos": row.photos,
        "unconfirmed": row.waiting,
        "suggestion": guess,
        "ignored": row.ignored,
        "hidden": row.hidden,
    }


def _who(row: ClusterRow) -> str:
    if row.ignored:
        return "set aside"
    if row.person is not None:
        waiting = f", {row.waiting} to confirm" if row.waiting else ""
        return f"{row.person}{' (hidden)' if row.hidden else ''}{waiting}"
    if row.suggested is not None:
        return f"not named, perhaps {row.suggested} ({row.score:.2f})"
    return "not named"


def _persons(app: Program, console: Console, _words: list[str]) -> int:
    rows = app.people.persons()
    for name, faces, hidden in rows:
        if console.json:
            console.record({"person": name, "faces": faces, "hidden": hidden})
        else:
            console.result(f"{name}{' (hidden)' if hidden else ''}: {plural(faces, 'confirmed face')}")
    if not rows:
        console.remark(said("Nobody has a name yet. `phototagger people list` shows the groups to name."))
    return DONE


def _faces(app: Program, console: Console, words: list[str]) -> int:
    for face in app.people.faces(_group(words[0])):
        if console.json:
            console.record(
                {
                    "path": str(face.path),
                    "box": face.box.as_list(),
                    "quality": face.quality,
                    "person": face.person,
                    "score": face.score,
                    "held": NOT_MET if face.held else None,
                }
            )
        else:
            sure = "" if face.score is None else f" {face.score:.2f}"
            away = " (held back: not found in the photo as it is now)" if face.held else ""
            console.result(f"{face.path}{sure} {face.person or 'not confirmed'}{away}")
    return DONE


_LISTINGS: dict[str, Callable[[Program, Console, list[str]], int]] = {
    "list": _list,
    "persons": _persons,
    "faces": _faces,
}


def _said(changes: Changes, text: str, console: Console) -> int:
    """An edit that found everything so already changed nothing, and says that instead of a number of photos."""
    if console.json:
        console.record({"photos": len(changes.photos), "done": text})
    elif not changes:
        console.result(said("Nothing to change: it is so already."))
    else:
        photos = f" ({plural(len(changes.photos), 'photo')})" if changes.photos else ""
        console.result(f"{text}{photos}.")
    return DONE


def _group(word: str) -> int:
    if (number := number_given(word)) is None:
        raise UsageError(said("{word} is no group number; see `phototagger people list`.", word=repr(word)))
    return number


def _face(app: Program, console: Console, photo: str, number: str) -> int:
    ids = app.library.ids_under(photos_meant(app, [Path(photo)], console))
    if len(ids) != 1:
        raise UsageError(
            said("{photo} is no known photo. Run `phototagger analyse` on it first.", photo=photo)
        )
    faces = [region for region in app.library.details(ids[0]).regions if region.kind is RegionKind.FACE]
    place = number_given(number)
    if place is None or not 1 <= place <= len(faces):
        raise UsageError(
            said(
                "{photo} has {plural}; {number} is none of them.",
                photo=photo,
                plural=plural(len(faces), "face"),
                number=repr(number),
            )
        )
    return faces[place - 1].id
