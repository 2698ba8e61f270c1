"""Damaged catalogs: a small real one with something in every table, and what window and commands make of it."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from phototagger.app.program import Program
from phototagger.cli.grammar.arguments import parse
from phototagger.cli.main import run
from phototagger.domain.errors import PhotoTaggerError
from phototagger.jobs.library import PhotoFilter
from phototagger.jobs.progress import Cancel, run_to_end
from tests.support import shipped
from tests.support.catalog_parts import answer, dog, face, save, suggestion_ids

FAULT = "a fault in phototagger itself"
QUICK = ("show .", "search dog", "history", "--json history", "people list", "keywords list", "scan .")
SLOW = ("write --dry-run", "undo")
EDITS = (
    "accept --above 0.1",
    "reject cat",
    "resuggest",
    "undo --edit",
    "people name 1 Zoe",
    "keywords hide dog",
)


def make_catalog(folder: Path, samples: Path) -> Path:
    """A catalog beside copies of sample photos, of which one was written, as it is after the program was closed."""
    photos, path = folder / "photos", folder / "c.sqlite"
    photos.mkdir()
    for sample in sorted(samples.glob("*.jpg"))[:3]:
        shutil.copy(sample, photos)
    shipped.generate(path)
    app = Program.open(path, folder / "s.toml")
    try:
        run_to_end(app.analysis.scan([photos], Cancel()))
        found = app.library.photos(app.library.ids_under([photos]))
        for photo in found:
            words = (("animal|dog", 0.9), ("Straße|Möwe", 0.7))
            made = answer(photo.id, *words, faces=[face()], objects=[dog()], signature=photo.signature)
            save(app._session.catalog, made)
        app.review.confirm(list(suggestion_ids(app._session.catalog, found[0].id).values()))
        run_to_end(app.writing.write(run_to_end(app.writing.plan([found[0].id], Cancel())), Cancel()))
        app.review.add_keyword([found[1].id], "Urlaub|Köln")
    finally:
        app.close()
    return path


def command(catalog: Path, line: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of one command on this catalog; ``.`` stands for its photos."""
    words = [str(catalog.parent / "photos") if word == "." else word for word in line.split()]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(parse(["--catalog", str(catalog), "--settings", str(catalog.parent / "s.toml"), *words]))
    return status, out.getvalue(), err.getvalue()


def looks_of_the_window(app: Program) -> Iterator[Callable[[], object]]:
    """What the window asks when it opens and a person looks round."""
    library = app.library
    yield library.folders
    yield library.counts
    yield library.problems
    yield lambda: library.history(100)
    yield library.runs
    yield lambda: [library.conflicts(one.id) for one in library.runs()]
    yield lambda: library.rows(library.photo_ids(PhotoFilter()))
    yield lambda: library.details_of(library.photo_ids(PhotoFilter()))
    yield lambda: [library.thumbnail(one) for one in library.photo_ids(PhotoFilter(text="dog"))]
    yield app.words.known
    yield app.words.book.rows
    yield lambda: [app.people.faces(group.id) for group in app.people.clusters()]
    yield app.people.persons
    yield lambda: app.viewing.place(library.photos(library.photo_ids(PhotoFilter()))[0])


def surprises(catalog: Path, lines: tuple[str, ...] = QUICK, window: bool = True) -> list[str]:
    """Every ending that is neither success nor a told error, in words."""
    found = []
    for line in lines:
        status, _, err = command(catalog, line)
        if FAULT in err or "Traceback" in err or status not in (0, 1, 2):
            found.append(f"{line}: {err[-1500:]}")
    if window:
        found += _surprises_in_the_window(catalog)
    return found


def _surprises_in_the_window(catalog: Path) -> list[str]:
    import traceback

    found = []
    try:
        app = Program.open(catalog, catalog.parent / "s.toml")
    except PhotoTaggerError:
        return []
    except Exception:  # noqa: BLE001 - any other one is what is looked for
        return [f"opening: {traceback.format_exc()[-1500:]}"]
    try:
        for look in looks_of_the_window(app):
            try:
                look()
            except PhotoTaggerError:
                continue
            except Exception:  # noqa: BLE001
                found.append(f"window: {traceback.format_exc()[-1500:]}")
    finally:
        app.close()
    return found
