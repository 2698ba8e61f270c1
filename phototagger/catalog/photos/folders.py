"""Roots (what the person added) and the folders met below them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.store.paths import absolute, below_bounds, decode, encode
from phototagger.catalog.store.personal import Personal
from phototagger.domain.errors import UsageError
from phototagger.domain.sentences import said
from phototagger.domain.spelling import fold


@dataclass(frozen=True, slots=True)
class FolderRow:
    """One folder of the tree with everything below it: every figure counts photos. ``root``: the person added
    it. ``to_review``: photos with at least one suggestion waiting, but for words of folders. Missing photos
    count in ``photos`` only."""

    path: Path
    root: bool
    photos: int
    pending: int
    failed: int
    to_review: int


def add_root(
    c: sqlite3.Connection,
    path: Path,
    single: bool = False,
    apart: Callable[[Path, Path], bool] = lambda above, below: False,
) -> int:
    """The id of the root that covers ``path``: an older one, or a new one that swallows those inside it.

    ``single``: the path is one photo file, not a folder. ``apart`` says of a root and a place below it whether that
    stands for itself, as one that a scan of the root would pass over.
    """
    return add_roots(c, [path], single, apart)[0]


def add_roots(
    c: sqlite3.Connection,
    paths: Sequence[Path],
    single: bool = False,
    apart: Callable[[Path, Path], bool] = lambda above, below: False,
) -> list[int]:
    """:func:`add_root` for each of these, none of which is inside another."""
    known = {decode(row[1]): int(row[0]) for row in c.execute("SELECT id, path FROM root")}
    found: list[int] = []
    for path in map(absolute, paths):
        covering = next((above for above in (path, *path.parents) if above in known), None)
        if covering is not None and (covering == path or not apart(covering, path)):
            found.append(known[covering])
            continue
        cursor = c.execute("INSERT INTO root (path, single) VALUES (?, ?)", (encode(path), single))
        new_id = int(cursor.lastrowid or 0)
        for root, root_id in [] if single else list(known.items()):
            if root.is_relative_to(path) and not apart(path, root):
                c.execute("UPDATE photo SET root = ? WHERE root = ?", (new_id, root_id))
                c.execute("DELETE FROM root WHERE id = ?", (root_id,))
                del known[root]
        known[path] = new_id
        found.append(new_id)
    return found


def remove_root(c: sqlite3.Connection, path: Path) -> list[int]:
    """Forgets a root and its photos, and gives their ids; no file is touched. A folder known only through single
    photos forgets those. Raises UsageError when the path is neither."""
    path = absolute(path)
    rows = c.execute("SELECT id, path, single FROM root").fetchall()
    doomed = [row[0] for row in rows if decode(row[1]) == path or (row[2] and decode(row[1]).parent == path)]
    if not doomed:
        raise UsageError(said("{path} is not one of the folders added to the catalog.", path=path))
    forgotten: list[int] = []
    for root_id in doomed:
        forgotten += [row[0] for row in c.execute("SELECT id FROM photo WHERE root = ?", (root_id,))]
        c.execute("DELETE FROM photo WHERE root = ?", (root_id,))
        c.execute("DELETE FROM root WHERE id = ?", (root_id,))
    drop_empty_folders(c)
    return forgotten


def roots(c: sqlite3.Connection) -> list[Path]:
    """What the person added: folders, and single photo files."""
    return [decode(row[0]) for row in c.execute("SELECT path FROM root ORDER BY path")]


def root_path(c: sqlite3.Connection, root_id: int) -> Path:
    """The path of a root. Raises KeyError for an unknown id."""
    row = c.execute("SELECT path FROM root WHERE id = ?", (root_id,)).fetchone()
    if row is None:
        raise KeyError(root_id)
    return decode(row[0])


def roots_below(c: sqlite3.Connection, top: Path) -> list[tuple[Path, bool]]:
    """The roots strictly below a folder, which stand for themselves, and whether each is a single photo."""
    least, beyond = below_bounds(top)
    rows = c.execute(
        "SELECT path, single FROM root WHERE path >= ? AND path < ? ORDER BY path", (least, beyond)
    )
    return [(decode(path), bool(single)) for path, single in rows]


def root_bases(c: sqlite3.Connection, root_ids: Sequence[int]) -> dict[int, tuple[Path, bool]]:
    """By root: the folder that must be there before anything below the root can be called missing (the root itself,
    or the folder of a single photo), and whether that was a mount point when it was last walked."""
    rows = c.execute(
        "SELECT id, path, single, mounted FROM root WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(root_ids)),),
    )
    return {row[0]: (decode(row[1]).parent if row[2] else decode(row[1]), bool(row[3])) for row in rows}


def set_mounted(c: sqlite3.Connection, mounted: Mapping[int, bool]) -> None:
    """Keeps whether these roots are mount points."""
    rows = [(state, root_id) for root_id, state in mounted.items()]
    c.executemany("UPDATE root SET mounted = ? WHERE id = ?", rows)


def folder_id(c: sqlite3.Connection, path: Path) -> int:
    """The id of a folder, made if it is new."""
    stored = encode(path)
    row = c.execute("SELECT id FROM folder WHERE path = ?", (stored,)).fetchone()
    if row is None:
        cursor = c.execute("INSERT INTO folder (path, folded) VALUES (?, ?)", (stored, fold(str(path))))
        return int(cursor.lastrowid or 0)
    return int(row[0])


def rename_below(c: sqlite3.Connection, old: Path, new: Path) -> None:
    """A folder and those below it have another name from now on, but where one of that name is known already."""
    least, beyond = below_bounds(old)
    rows = c.execute(
        "SELECT id, path FROM folder WHERE path = ? OR path >= ? AND path < ?", (encode(old), least, beyond)
    ).fetchall()
    for identity, stored in rows:
        path = new / decode(stored).relative_to(old)
        c.execute(
            "UPDATE OR IGNORE folder SET path = ?, folded = ? WHERE id = ?",
            (encode(path), fold(str(path)), identity),
        )


def drop_empty_folders(c: sqlite3.Connection) -> None:
    c.execute("DELETE FROM folder WHERE NOT EXISTS (SELECT 1 FROM photo WHERE photo.folder = folder.id)")


def folder_ids_below(c: sqlite3.Connection, folders: Sequence[Path]) -> set[int]:
    """Ids of these folders and of every folder below them."""
    found: set[int] = set()
    for folder in folders:
        least, beyond = below_bounds(folder)
        rows = c.execute(
            "SELECT id FROM folder WHERE path = ? UNION ALL SELECT id FROM folder WHERE path >= ? AND path < ?",
            (encode(folder), least, beyond),
        )
        found.update(row[0] for row in rows)
    return found


def photo_id_at(c: sqlite3.Connection, path: Path) -> int | None:
    """The id of the photo at exactly this absolute path."""
    row = c.execute(
        "SELECT id FROM photo WHERE folder = (SELECT id FROM folder WHERE path = ?) AND name = ?",
        (encode(path.parent), encode(path.name)),
    ).fetchone()
    return None if row is None else int(row[0])


def scope(c: sqlite3.Connection, paths: Sequence[Path]) -> tuple[str, list[str]]:
    """A condition on ``photo`` (and its parameters) that holds for photos at or below any of ``paths``;
    no paths: for all photos."""
    if not paths:
        return "1", []
    resolved = [absolute(path) for path in paths]
    folder_ids = folder_ids_below(c, resolved)
    photo_ids: list[int] = []
    photo_ids.extend(found for found in (photo_id_at(c, path) for path in resolved) if found is not None)
    inside = "photo.folder IN (SELECT value FROM json_each(?))"
    named = "photo.id IN (SELECT value FROM json_each(?))"
    if not photo_ids:
        return inside, [json.dumps(sorted(folder_ids))]
    if not folder_ids:
        return named, [json.dumps(photo_ids)]
    return f"({inside} OR {named})", [json.dumps(sorted(folder_ids)), json.dumps(photo_ids)]


# Which photos a folder counts (FolderRow: photos, pending, failed, to_review), and the index of just those.
_FIGURES = (
    ("1", "photo_order"),
    ("state = 0", "photo_pending"),
    ("state IN (2, 3)", "photo_failed"),
    ("to_review > 0", "photo_to_review"),
)


def folders(c: sqlite3.Connection) -> list[FolderRow]:
    """Every folder from the roots down, those without photos of their own included, ordered by path."""
    tops = {str(top) for top in _top_folders(c)}
    own: dict[bytes, list[int]] = {}
    for place, (condition, index) in enumerate(_FIGURES):
        rows = c.execute(
            f"SELECT path, figure FROM (SELECT folder AS place, count(*) AS figure FROM photo INDEXED BY {index}"
            f" WHERE {condition} GROUP BY folder) JOIN folder ON folder.id = place"
        )
        for stored, figure in rows:
            own.setdefault(stored, [0, 0, 0, 0])[place] = figure
    sums: dict[str, list[int]] = {top: [0, 0, 0, 0] for top in tops}
    chains: dict[str, list[str]] = {}
    for stored, figures in own.items():
        folder = str(decode(stored))
        for step in _up_to_root(folder, tops, chains) or [folder]:
            known = sums.setdefault(step, [0, 0, 0, 0])
            for place, figure in enumerate(figures):
                known[place] += figure
    ordered = sorted((Path(folder), folder in tops, sums[folder]) for folder in sums)
    return [FolderRow(path, root, *figures) for path, root, figures in ordered]


def _top_folders(c: sqlite3.Connection) -> set[Path]:
    rows = c.execute("SELECT path, single FROM root")
    return {decode(path).parent if single else decode(path) for path, single in rows}


def _up_to_root(folder: str, tops: set[str], known: dict[str, list[str]]) -> list[str]:
    """The folder and its parents as far up as the outermost of ``tops``; none where none is on the way. ``known``
    is a cache to hand on from folder to folder."""
    if folder not in known:
        parent = str(Path(folder).parent)
        above = _up_to_root(parent, tops, known) if parent != folder else []
        known[folder] = [folder, *above] if above or folder in tops else []
    return known[folder]


def folders_named(c: sqlite3.Connection, word: str) -> list[int]:
    """Ids of folders in whose path, from the root's own name down, the folded ``word`` stands."""
    tops = [(top, len(str(top.parent).rstrip(os.sep))) for top in _top_folders(c)]
    found: list[int] = []
    for identity, stored in c.execute("SELECT id, path FROM folder"):
        path = decode(stored)
        skip = max((length for top, length in tops if path.is_relative_to(top)), default=0)
        if word in fold(str(path)[skip:]):
            found.append(identity)
    return found


PERSONAL = (
    Personal("root", {"path": "the person's own"}),
    Personal("folder", {"path": "the person's own", "folded": "the person's own"}),
)
