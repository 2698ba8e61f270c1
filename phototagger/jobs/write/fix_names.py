"""Photos whose name has the wrong suffix (a JPEG called ``.heic``) get the right one: renamed, no byte changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from phototagger.catalog.connection import Catalog
from phototagger.catalog.photos import photos
from phototagger.catalog.writing import journal, renames
from phototagger.catalog.writing.renames import RenameRow
from phototagger.domain.errors import UsageError, WriteError
from phototagger.domain.records import Changes, ErrorKind, Failure, PhotoState
from phototagger.domain.sentences import Said, said
from phototagger.files.cloud import in_cloud_only
from phototagger.files.pairs import spelling
from phototagger.jobs.progress import Cancel, Job, Meter, paged
from phototagger.jobs.write.guard import WriteGuard
from phototagger.jobs.write.threads import FileProblems
from phototagger.jobs.write.undo_of_runs import UndoSummary

PAGE = 500  # photos asked of the catalog at a time


@dataclass(frozen=True, slots=True)
class NameTools:
    """What the job needs of files. ``right_suffix``: the suffix that a photo should have, None where it has it
    (raises OSError). ``beside``: the sidecars of a photo and what else has its full name. ``rename``: a new
    name in the same folder, never another file's (raises WriteError, OSError). ``finish``: whether a rename that
    was cut short is done (raises OSError)."""

    right_suffix: Callable[[Path], str | None]
    beside: Callable[[Path], Sequence[Path]]
    rename: Callable[[Path, Path], None]
    finish: Callable[[Path, Path], bool]


@dataclass(frozen=True, slots=True)
class NewName:
    """A photo, its right name, and what goes with it; ``refused`` says why it keeps the wrong one."""

    photo_id: int
    path: Path
    target: Path
    beside: tuple[tuple[Path, Path], ...] = ()
    refused: Failure | None = None


@dataclass(frozen=True, slots=True)
class RenameSummary:
    """``renamed`` photos, in run ``run_id`` (None: there was nothing to rename); ``failed`` keep their names."""

    run_id: int | None
    renamed: int = 0
    failed: FileProblems = field(default_factory=list)


def plan_names(
    catalog: Catalog, tools: NameTools, photo_ids: Sequence[int], cancel: Cancel
) -> Job[list[NewName]]:
    """The photos among these whose suffix is wrong. Reads their first bytes; renames nothing."""
    meter = Meter("names", len(photo_ids), cancel)
    guard = WriteGuard(catalog.read(photos.roots))
    found: list[NewName] = []
    taken: set[tuple[Path, str]] = set()

    def look(page: Sequence[int]) -> None:
        for photo in catalog.read(partial(photos.by_id, ids=page)):
            if photo.state is PhotoState.MISSING:
                continue
            made = _plan(tools, guard, photo.id, photo.path, taken)
            if made is not None:
                found.append(made)

    yield from meter.pages(paged(photo_ids, PAGE), look)
    return found


def _plan(
    tools: NameTools, guard: WriteGuard, photo_id: int, path: Path, taken: set[tuple[Path, str]]
) -> NewName | None:
    try:
        suffix = None if in_cloud_only(path.stat()) else tools.right_suffix(path)
        if suffix is None:
            return None
        target = path.with_suffix(suffix)
        beside = tuple(
            (one, one.with_name(target.name + one.name[len(path.name) :])) for one in tools.beside(path)
        )
        names = {spelling(name) for name in os.listdir(path.parent)}  # noqa: PTH208 - names are wanted
    except OSError:  # gone or closed: reported where it is analysed
        return None
    refused = guard.refusal(path)
    for new in (target, *(one for _, one in beside)):
        place = (path.parent, spelling(new.name))
        if refused is None and (spelling(new.name) in names or place in taken):
            message = said(
                "{path} keeps its name: there is a file called {name} already. Rename one of them.",
                path=path,
                name=new.name,
            )
            refused = Failure(ErrorKind.WRITE_REFUSED, message)
    if refused is None and _is_closed(path.parent):
        message = said(
            "{path} keeps its name: {parent} is read-only. Allow writing to it first.",
            path=path,
            parent=path.parent,
        )
        refused = Failure(ErrorKind.WRITE_REFUSED, message)
    if refused is None:
        taken |= {(path.parent, spelling(new.name)) for new in (target, *(one for _, one in beside))}
    return NewName(photo_id, path, target, beside, refused)


def _is_closed(folder: Path) -> bool:
    """Whether names in this folder may not change; the mode counts even for root, for it is a wish."""
    return not os.access(folder, os.W_OK) or (os.name == "posix" and not folder.stat().st_mode & 0o222)


def rename(
    catalog: Catalog, tools: NameTools, names: Sequence[NewName], cancel: Cancel
) -> Job[RenameSummary]:
    """Gives these photos their right names, and the catalog too. One run, which undo takes back."""
    meter = Meter("rename", len(names), cancel)
    failed: FileProblems = [(new.path, new.refused) for new in names if new.refused is not None]
    wanted = [new for new in names if new.refused is None]
    yield from meter.once(lambda: meter.fail(len(failed)), count=len(failed))
    if not wanted:
        return RenameSummary(None, 0, failed)
    run_id = catalog.write(journal.begin_run)
    done = 0

    def give(new: NewName) -> None:
        nonlocal done
        pairs = [*new.beside, (new.path, new.target)]
        intent = partial(renames.begin, run_id=run_id, photo_id=new.photo_id, pairs=pairs)
        meter.changed(Changes(frozenset({new.photo_id}), photo_list=True))
        failure = _rename_all(catalog, tools, catalog.write(intent, durable=True))
        done += failure is None
        if failure is not None:
            failed.append((new.path, failure))
            meter.fail()

    yield from meter.each(wanted, give)
    return RenameSummary(run_id if done else None, done, failed)


def _rename_all(catalog: Catalog, tools: NameTools, rows: Sequence[RenameRow]) -> Failure | None:
    """Renames a photo's files, all of them or none: what was renamed before one that fails is put back."""
    done: list[RenameRow] = []
    for row in rows:
        source, target = row.ends()
        try:
            tools.rename(source, target)
        except (WriteError, OSError) as error:
            for before in reversed(done):
                tools.rename(*before.ends()[::-1])
            catalog.write(partial(renames.finish, rows=rows, done=False))
            if isinstance(error, WriteError):
                return error.failure
            return Failure(
                ErrorKind.WRITE_FAILED,
                said("{source} was not renamed ({reason}).", source=source, reason=error.strerror or error),
            )
        done.append(row)
    catalog.write(partial(renames.finish, rows=rows, done=True), durable=True)
    return None


def undo_names(catalog: Catalog, tools: NameTools, run_id: int, cancel: Cancel) -> Job[UndoSummary]:
    """Gives the photos of a run the names they had. What came to lie beside one meanwhile goes with it.

    Raises UsageError where there is nothing to take back.
    """
    rows = catalog.read(lambda c: renames.of_run(c, run_id))
    groups: dict[int | None, list[RenameRow]] = {}
    for row in rows:
        groups.setdefault(row.photo_id, []).append(row)
    if not rows:
        raise UsageError(said("There is nothing to undo in run {run_id}.", run_id=run_id))
    meter = Meter("undo", len(groups), cancel)
    restored = 0
    failed: FileProblems = []

    def give_back(group: Sequence[RenameRow]) -> None:
        nonlocal restored
        there = [row for row in group if row.leads or os.path.lexists(row.target)]
        intent = partial(renames.begin_undo, rows=there, added=_added(tools, group))
        ids = frozenset({group[0].photo_id} if group[0].photo_id is not None else ())
        meter.changed(Changes(ids, photo_list=True))
        failure = _rename_all(catalog, tools, catalog.write(intent, durable=True))
        restored += failure is None
        if failure is not None:
            failed.append((group[0].target, failure))
            meter.fail()

    yield from meter.each(groups.values(), give_back)
    made_at = catalog.read(lambda c: journal.made_at(c, run_id))
    return UndoSummary(run_id, restored, failed=failed, made_at=made_at, renamed=True)


def _added(tools: NameTools, group: Sequence[RenameRow]) -> list[tuple[Path, Path]]:
    """What came to lie beside the photo under its new name, such as a sidecar: the name it would have had, and that
    which it has."""
    known = {row.target for row in group}
    return [
        (row.source.with_name(row.source.name + one.name[len(row.target.name) :]), one)
        for row in group
        if row.leads
        for one in tools.beside(row.target)
        if one not in known
    ]


def recover_names(catalog: Catalog, tools: NameTools) -> list[Said]:
    """Finishes the renames that a killed run left half done, or takes note that they were not begun; gives what to
    tell of it."""
    groups: dict[tuple[int, int | None], list[RenameRow]] = {}
    for row in catalog.read(renames.unfinished):
        groups.setdefault((row.run_id, row.photo_id), []).append(row)
    for rows in groups.values():
        try:
            begun = [tools.finish(*row.ends()) for row in rows]
            if any(begun):
                for row, done in zip(rows, begun, strict=True):
                    if not done and os.path.lexists(row.ends()[0]):
                        tools.rename(*row.ends())
        except (
            WriteError,
            OSError,
        ):  # its disk is away, or somebody took the name: asked again at the next start
            continue
        catalog.write(partial(renames.finish, rows=rows, done=any(begun)))
    if not groups:
        return []
    return [said("An interrupted renaming was settled on %n photo(s).", "", len(groups))]
