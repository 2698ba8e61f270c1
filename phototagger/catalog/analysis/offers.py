"""Suggestions out of what the person did already: the names of folders, and what most photos of a day have.

They rest on no network's word on the photo, so analysis and ``resuggest`` let them stand; what is offered is looked
at again wherever photos come, are analysed or are reviewed. A decision on a folder's word is one for all photos of
the folder.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.photos.folders import scope
from phototagger.catalog.photos.photos import ANALYSED
from phototagger.catalog.store.paths import below_bounds, decode, encode, join
from phototagger.catalog.words.edits import CONFIRMED, REJECTED, SUGGESTED, SUPERSEDED
from phototagger.catalog.words.keywords import keyword_id
from phototagger.domain.spelling import fold
from phototagger.keywords.sources.folders import FOLDER_LABEL, FOLDERS

DAYS = "days@1"
DAY_LABEL = "day:"

# What is confirmed on so many photos of one day and folder, and on this share of them, is offered for the rest.
LEAST_OF_DAY, SHARE_OF_DAY = 3, 0.6
NEAR_DEGREES = 0.1  # some ten kilometres: further off is another place on the same day


@dataclass(frozen=True, slots=True)
class PlacedPhoto:
    """Where an analysed photo lies. ``root``: the folder that was added, or that of a photo added alone."""

    id: int
    path: Path
    folder: int
    root: Path


@dataclass(frozen=True, slots=True)
class Offer:
    keyword: str
    label: str
    score: float


def placed(c: sqlite3.Connection, photo_ids: Collection[int]) -> list[PlacedPhoto]:
    """Those of these photos that are analysed, by folder."""
    rows = c.execute(
        "SELECT photo.id, folder.path, photo.name, folder.id, root.path, root.single FROM photo"
        " JOIN folder ON folder.id = photo.folder JOIN root ON root.id = photo.root"
        f" WHERE photo.id IN (SELECT value FROM json_each(?)) AND photo.state = {ANALYSED} ORDER BY folder.id",
        (json.dumps(sorted(photo_ids)),),
    )
    return [
        PlacedPhoto(photo, join(path, name), folder, decode(path) if single else decode(root))
        for photo, path, name, folder, root, single in rows
    ]


def page(c: sqlite3.Connection, after_id: int, limit: int, folders: Sequence[Path] = ()) -> list[int]:
    """The next analysed photos after ``after_id``, at or below ``folders`` or anywhere."""
    inside, parameters = scope(c, folders)
    rows = c.execute(
        f"SELECT photo.id FROM photo WHERE state = {ANALYSED} AND photo.id > ? AND {inside}"
        " ORDER BY photo.id LIMIT ?",
        (after_id, *parameters, limit),
    )
    return [row[0] for row in rows]


def names_in(c: sqlite3.Connection, folder: int) -> list[str]:
    """The file names of a folder's photos."""
    return [decode(row[0]).name for row in c.execute("SELECT name FROM photo WHERE folder = ?", (folder,))]


def photos_in(c: sqlite3.Connection, folder: int) -> int:
    return int(c.execute("SELECT count(*) FROM photo WHERE folder = ?", (folder,)).fetchone()[0])


def offer_by_folder(c: sqlite3.Connection, offers: Mapping[PlacedPhoto, Sequence[Offer]]) -> frozenset[int]:
    """These photos are offered exactly these words of their folders. Words that were decided on stay so, under
    another name too; those that were rejected for a folder are not offered for photos that come into it later.
    Gives the photos that changed."""
    network = _network(c, FOLDERS)
    words: dict[str, int] = {}
    refused: dict[tuple[Path, int], bool] = {}
    wanted: dict[tuple[int, int], Offer] = {}
    for photo, found in offers.items():
        for offer in found:
            word = words.setdefault(offer.keyword, 0) or keyword_id(c, offer.keyword)
            words[offer.keyword] = word
            place = source_of(photo.path.parent, offer.label), word
            if place not in refused:
                refused[place] = _is_refused(c, *place, offer.label)
            if not refused[place] and not _decided_elsewhere(c, photo.id, offer.label, word):
                wanted[photo.id, word] = offer
    return frozenset(_settle(c, network, [photo.id for photo in offers], wanted))


def source_of(folder: Path, label: str) -> Path:
    """The folder that a word's label names: this one, or one round it."""
    name = label.removeprefix(FOLDER_LABEL)
    if label.startswith(FOLDER_LABEL):
        return next((above for above in (folder, *folder.parents) if above.name == name), folder)
    return folder


def whole_folders(c: sqlite3.Connection, suggestion_ids: Sequence[int]) -> list[int]:
    """These suggestions, and with one of a folder's word those of all its photos that are in the same state."""
    ids = dict.fromkeys(suggestion_ids)
    rows = c.execute(
        "SELECT DISTINCT keyword, label, suggestion.state, folder.path FROM suggestion"
        " JOIN photo ON photo.id = photo JOIN folder ON folder.id = photo.folder"
        " WHERE suggestion.id IN (SELECT value FROM json_each(?))"
        " AND network = (SELECT id FROM network WHERE name = ?)",
        (json.dumps(list(suggestion_ids)), FOLDERS),
    ).fetchall()
    done: set[tuple[int, str, int, Path]] = set()
    for keyword, label, state, path in rows:
        source = source_of(decode(path), label)
        if (keyword, label, state, source) not in done:
            done.add((keyword, label, state, source))
            inside, places = _at_or_below(source)
            ids |= dict.fromkeys(
                row[0]
                for row in c.execute(
                    f"{_OF_FOLDER_WORD.format('suggestion.id')} AND suggestion.state = ? AND {inside}",
                    (keyword, label, state, *places),
                )
            )
    return list(ids)


_OF_FOLDER_WORD = (
    "SELECT {} FROM suggestion JOIN photo ON photo.id = photo JOIN folder ON folder.id = photo.folder"
    " WHERE keyword = ? AND label = ?"
)


def _at_or_below(folder: Path) -> tuple[str, tuple[bytes, bytes, bytes]]:
    return "(folder.path = ? OR folder.path >= ? AND folder.path < ?)", (
        encode(folder),
        *below_bounds(folder),
    )


def _is_refused(c: sqlite3.Connection, source: Path, keyword: int, label: str) -> bool:
    inside, places = _at_or_below(source)
    decided = f"max(suggestion.state = {REJECTED}), max(suggestion.state = {CONFIRMED})"
    found = c.execute(
        f"{_OF_FOLDER_WORD.format(decided)} AND {inside}",
        (keyword, label, *places),
    ).fetchone()
    return bool(found[0]) and not found[1]


def _decided_elsewhere(c: sqlite3.Connection, photo: int, label: str, keyword: int) -> bool:
    """What was renamed since is not offered under its old name again."""
    return bool(
        c.execute(
            "SELECT EXISTS (SELECT 1 FROM suggestion WHERE photo = ? AND label = ? AND keyword != ?"
            f" AND state IN ({CONFIRMED}, {REJECTED}))",
            (photo, label, keyword),
        ).fetchone()[0]
    )


# --- days ---------------------------------------------------------------------------------------------------------


def offer_by_day(
    c: sqlite3.Connection, photo_ids: Collection[int], roots: Iterable[str] = ()
) -> frozenset[int]:
    """What most photos of a day and folder have, of those that these photos are of, is offered for the rest; what
    most have no longer, is not. Nothing that networks see for themselves, no person, and nothing below ``roots``.
    Gives the photos that changed."""
    network = _network(c, DAYS)
    changed: set[int] = set()
    days = c.execute(
        "SELECT DISTINCT folder, substr(taken_at, 1, 10) FROM photo WHERE id IN (SELECT value FROM json_each(?))"
        " AND length(taken_at) >= 10",
        (json.dumps(sorted(photo_ids)),),
    ).fetchall()
    for folder, day in days:
        photos = c.execute(
            f"SELECT id, latitude, longitude, state = {ANALYSED} FROM photo"
            " WHERE folder = ? AND substr(taken_at, 1, 10) = ? AND state != 4",
            (folder, day),
        ).fetchall()
        changed |= _offer_for_day(c, network, day, photos, tuple(roots))
    return frozenset(changed)


def _offer_for_day(
    c: sqlite3.Connection,
    network: int,
    day: str,
    photos: Sequence[tuple[int, float | None, float | None, int]],
    roots: Sequence[str],
) -> set[int]:
    ids = [photo for photo, *_ in photos]
    having: dict[int, set[int]] = {}
    paths: dict[int, str] = {}
    if len(ids) > LEAST_OF_DAY:
        for photo, word, path in c.execute(_WANTED_OF_DAY, (json.dumps(ids),)):
            having.setdefault(word, set()).add(photo)
            paths[word] = path
    cells = {photo: _cell(latitude, longitude) for photo, latitude, longitude, _ in photos}
    analysed = {photo for photo, *_, state in photos if state}
    wanted: dict[tuple[int, int], Offer] = {}
    for word, have in having.items():
        here = _near(cells, have)
        share = len(have) / len(here)
        known = any((paths[word] + "|").startswith(root + "|") for root in roots)
        if (
            len(have) >= LEAST_OF_DAY
            and SHARE_OF_DAY <= share < 1
            and not known
            and not _is_seen(c, word, have)
        ):
            offer = Offer(paths[word], f"{DAY_LABEL}{day}", round(share * 0.9, 3))
            wanted |= {(photo, word): offer for photo in (here - have) & analysed}
    return _settle(c, network, ids, wanted)


_WANTED_OF_DAY = (
    "SELECT photo, keyword, path FROM photo_keyword JOIN keyword ON keyword.id = keyword"
    " WHERE photo IN (SELECT value FROM json_each(?)) AND wanted = 1 AND companion = 0"
    " AND path NOT IN (SELECT name FROM person)"
)


def _cell(latitude: float | None, longitude: float | None) -> tuple[int, int] | None:
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 360):
        return None
    return round(latitude / NEAR_DEGREES), round(longitude / NEAR_DEGREES)


def _near(cells: Mapping[int, tuple[int, int] | None], have: Collection[int]) -> set[int]:
    """The photos that are no further off than a cell from those that have a word; in doubt they are."""
    around = {
        (cell[0] + up, cell[1] + right)
        for cell in {cells[photo] for photo in have}
        if cell is not None
        for up in (-1, 0, 1)
        for right in (-1, 0, 1)
    }
    return {photo for photo, cell in cells.items() if cell is None or not around or cell in around}


def _is_seen(c: sqlite3.Connection, word: int, have: Collection[int]) -> bool:
    """Did a network of classes, boxes or faces see it on any of these photos? Then it would on the others."""
    return bool(
        c.execute(
            "SELECT EXISTS (SELECT 1 FROM suggestion JOIN network ON network.id = network WHERE keyword = ?"
            " AND photo IN (SELECT value FROM json_each(?)) AND task IS NOT NULL)",
            (word, json.dumps(sorted(have))),
        ).fetchone()[0]
    )


# --- both ---------------------------------------------------------------------------------------------------------


def withdraw(c: sqlite3.Connection, name: str, photo_ids: Collection[int] | None = None) -> frozenset[int]:
    """What waits of this source is set aside, on these photos or on all. Gives the photos that changed."""
    if photo_ids is not None:
        return frozenset(_settle(c, _network(c, name), photo_ids, {}))
    rows = c.execute(
        f"UPDATE suggestion SET state = {SUPERSEDED} WHERE state = {SUGGESTED}"
        " AND network = (SELECT id FROM network WHERE name = ?) RETURNING photo",
        (name,),
    )
    return frozenset(row[0] for row in rows)


def _settle(
    c: sqlite3.Connection, network: int, photo_ids: Collection[int], wanted: Mapping[tuple[int, int], Offer]
) -> set[int]:
    """These photos are offered exactly what is ``wanted`` (photo, keyword) of this source. Gives those changed."""
    rows = c.execute(
        "SELECT photo, keyword, id FROM suggestion WHERE photo IN (SELECT value FROM json_each(?))"
        f" AND network = ? AND state = {SUGGESTED}",
        (json.dumps(sorted(photo_ids)), network),
    )
    there = {(photo, word): identity for photo, word, identity in rows}
    stale = {place: identity for place, identity in there.items() if place not in wanted}
    c.execute(
        f"UPDATE suggestion SET state = {SUPERSEDED} WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(stale.values())),),
    )
    changed = {photo for photo, _ in stale}
    for (photo, word), offer in wanted.items():
        if (photo, word) not in there:
            changed |= _offer(c, photo, word, network, offer)
    return changed


def _offer(c: sqlite3.Connection, photo: int, word: int, network: int, offer: Offer) -> set[int]:
    """Unless it was decided on, is suggested already, or the photo has it in whatever spelling."""
    added = c.execute(
        "INSERT INTO suggestion (photo, keyword, network, label, score) SELECT ?1, ?2, ?3, ?4, ?5"
        " WHERE NOT EXISTS (SELECT 1 FROM photo_keyword JOIN keyword ON keyword.id = keyword"
        " WHERE photo = ?1 AND wanted = 1 AND companion = 0 AND folded = ?6)"
        " ON CONFLICT (photo, keyword) DO UPDATE SET network = excluded.network, label = excluded.label,"
        f" score = excluded.score, state = {SUGGESTED} WHERE state = {SUPERSEDED}",
        (photo, word, network, offer.label, offer.score, fold(offer.keyword)),
    ).rowcount
    return {photo} if added > 0 else set()


def _network(c: sqlite3.Connection, name: str) -> int:
    row = c.execute("SELECT id FROM network WHERE name = ?", (name,)).fetchone()
    return int(row[0] if row else c.execute("INSERT INTO network (name) VALUES (?)", (name,)).lastrowid or 0)
