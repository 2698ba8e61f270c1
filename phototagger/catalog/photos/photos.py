"""Photos: what a scan found, what waits for analysis, what failed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phototagger.catalog.photos.doubt import doubt
from phototagger.catalog.photos.folders import FolderRow as FolderRow
from phototagger.catalog.photos.folders import add_root as add_root
from phototagger.catalog.photos.folders import folder_id, folder_ids_below, scope
from phototagger.catalog.photos.folders import folders as folders
from phototagger.catalog.photos.folders import remove_root as remove_root
from phototagger.catalog.photos.folders import roots as roots
from phototagger.catalog.photos.search import ids as ids
from phototagger.catalog.store.paths import absolute, encode, join
from phototagger.catalog.store.pending import WAITS
from phototagger.catalog.store.personal import Personal, blank_messages
from phototagger.domain.findings import AnalyseRequest, PhotoFacts, WantedNetworks
from phototagger.domain.records import (
    Changes,
    ErrorKind,
    Failure,
    FileSignature,
    FoundFile,
    Photo,
    PhotoState,
)
from phototagger.domain.sentences import from_text, to_text
from phototagger.domain.spelling import fold

PHOTO_STATES = (
    PhotoState.PENDING,
    PhotoState.ANALYSED,
    PhotoState.FAILED,
    PhotoState.QUARANTINED,
    PhotoState.MISSING,
)
PENDING, ANALYSED, FAILED, QUARANTINED, MISSING = range(5)

# Failures that say nothing about the content: worth another try when a scan meets the file again.
PASSING = (ErrorKind.GONE, ErrorKind.UNREADABLE, ErrorKind.NO_MEMORY, ErrorKind.TIMED_OUT)

_COLUMNS = (
    "photo.id, folder.path, photo.name, size, mtime_ns, state, error_kind, error_message, format, width, height,"
    f" orientation, taken_at, latitude, longitude, {WAITS}"
)


@dataclass(frozen=True, slots=True)
class Upserted:
    """What a batch of found files did: how many photos are new, how many changed, and who must look again."""

    new: int
    changed: int
    changes: Changes

    def __or__(self, other: Upserted) -> Upserted:
        return Upserted(self.new + other.new, self.changed + other.changed, self.changes | other.changes)


def next_scan(c: sqlite3.Connection) -> int:
    """A number for a new scan; photos it meets carry it, so that the others can be told apart afterwards."""
    row = c.execute("UPDATE meta SET value = value + 1 WHERE key = 'scan' RETURNING value").fetchone()
    return int(row[0])


def upsert(c: sqlite3.Connection, root_id: int, files: Sequence[FoundFile], scan_id: int) -> Upserted:
    """Takes up a batch of found files. New ones are pending; ones with another signature become pending again
    and keep their review; missing ones that are as they were become what they were."""
    folder_of: dict[Path, int] = {}
    new = changed = 0
    touched: set[int] = set()
    for file in files:
        parent = file.path.parent
        if parent not in folder_of:
            folder_of[parent] = folder_id(c, parent)
        place = (folder_of[parent], encode(file.path.name))
        row = c.execute(
            "SELECT id, size, mtime_ns, state, state_before, error_kind FROM photo WHERE folder = ? AND name = ?",
            place,
        ).fetchone()
        if row is None:
            touched.add(_insert(c, root_id, place, file, scan_id))
            new += 1
            continue
        same = (row[1], row[2]) == (file.signature.size, file.signature.mtime_ns)
        state = _state_when_met(same, row[3], row[4], row[5])
        _meet(c, row[0], root_id, file.signature, scan_id, state)
        if not same:  # somebody else changed it: whether it still holds what is ours must be looked at again
            doubt(c, row[0])
        changed += not same
        if not same or state != row[3]:
            touched.add(row[0])
    arrived = new > 0
    return Upserted(new, changed, Changes(frozenset(touched), photo_list=arrived, folders=bool(touched)))


def waiting_in_cloud(c: sqlite3.Connection, paths: Sequence[Path], scan_id: int) -> int:
    """Files were met whose content is not here: photos that the catalog knows are as they were, not missing. How
    many of the files are not analysed, and wait."""
    known = by_path(c, paths)
    c.executemany("UPDATE photo SET scan = ? WHERE id = ?", [(scan_id, photo.id) for photo in known])
    return len(paths) - sum(photo.state is PhotoState.ANALYSED for photo in known)


def _insert(
    c: sqlite3.Connection, root_id: int, place: tuple[int, bytes], file: FoundFile, scan_id: int
) -> int:
    cursor = c.execute(
        "INSERT INTO photo (root, folder, name, folded, size, mtime_ns, scan) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (root_id, *place, fold(file.path.name), file.signature.size, file.signature.mtime_ns, scan_id),
    )
    return int(cursor.lastrowid or 0)


def _state_when_met(same: bool, state: int, before: int | None, error_kind: str | None) -> int:
    if not same:
        return PENDING
    if state == MISSING:
        state = before if before is not None else PENDING
    if state == FAILED and error_kind in PASSING:
        return PENDING
    return state


def _meet(
    c: sqlite3.Connection, photo_id: int, root_id: int, signature: FileSignature, scan_id: int, state: int
) -> None:
    c.execute(
        "UPDATE photo SET root = ?, size = ?, mtime_ns = ?, scan = ?, state = ?, state_before = NULL,"
        " error_kind = iif(? IN (2, 3), error_kind, NULL), error_message = iif(? IN (2, 3), error_message, NULL)"
        " WHERE id = ?",
        (root_id, signature.size, signature.mtime_ns, scan_id, state, state, state, photo_id),
    )


def mark_missing(
    c: sqlite3.Connection,
    root_id: int,
    scan_id: int,
    under: Sequence[Path] = (),
    spared: Sequence[Path] = (),
) -> Changes:
    """After a complete walk: photos of the root that the scan did not meet are missing. ``under`` limits it to
    what was walked (folders, or photo files), ``spared`` are folders that could not be read.

    They keep everything; :func:`upsert` brings them back when they are met again.
    """
    condition, parameters = scope(c, under)
    rows = c.execute(
        f"SELECT id, folder FROM photo WHERE root = ? AND scan != ? AND state != {MISSING} AND {condition}",
        (root_id, scan_id, *parameters),
    ).fetchall()
    unknown = folder_ids_below(c, spared)
    return set_missing(c, [identity for identity, folder in rows if folder not in unknown])


def count_missing(c: sqlite3.Connection, folders: Sequence[Path]) -> int:
    """How many photos at or below these folders are missing."""
    inside, parameters = scope(c, folders)
    condition = f"state = {MISSING} AND {inside}"
    return int(c.execute(f"SELECT count(*) FROM photo WHERE {condition}", parameters).fetchone()[0])


def set_missing(c: sqlite3.Connection, photo_ids: Sequence[int]) -> Changes:
    """Says of these photos that their files are not there now."""
    c.executemany(
        f"UPDATE photo SET state_before = state, state = {MISSING} WHERE id = ? AND state != {MISSING}",
        [(identity,) for identity in photo_ids],
    )
    return Changes(frozenset(photo_ids), folders=bool(photo_ids))


def pending(
    c: sqlite3.Connection,
    after_id: int,
    limit: int,
    folders: Sequence[Path] = (),
    networks: str = "",
    wanted: WantedNetworks | None = None,
) -> list[AnalyseRequest]:
    """The next ``limit`` photos after ``after_id`` that wait for analysis, by id. ``networks`` (see
    ``suggestions.networks_key``): photos analysed by any other networks wait too; ``wanted``: so do
    those that were not analysed by these."""
    waiting, parameters = _waiting(c, folders, networks, wanted)
    rows = c.execute(
        "SELECT photo.id, folder.path, photo.name, size, mtime_ns FROM photo"
        f" JOIN folder ON folder.id = photo.folder WHERE photo.id > ? AND {waiting} ORDER BY photo.id LIMIT ?",
        (after_id, *parameters, limit),
    )
    return [AnalyseRequest(row[0], join(row[1], row[2]), FileSignature(row[3], row[4])) for row in rows]


def count_pending(
    c: sqlite3.Connection,
    folders: Sequence[Path] = (),
    networks: str = "",
    wanted: WantedNetworks | None = None,
) -> int:
    """How many photos :func:`pending` would give in all."""
    waiting, parameters = _waiting(c, folders, networks, wanted)
    return int(c.execute(f"SELECT count(*) FROM photo WHERE {waiting}", parameters).fetchone()[0])


def _waiting(
    c: sqlite3.Connection, folders: Sequence[Path], networks: str, wanted: WantedNetworks | None
) -> tuple[str, list[str]]:
    inside, parameters = scope(c, folders)
    stale = [("networks != ?", networks)] if networks else []
    for one in wanted.lacking if wanted else ():
        stale.append(("instr(';' || networks || ';', ?) = 0", f";{one};" if "=" in one else f";{one}="))
    stale += [("instr(';' || networks, ?) > 0", f";{one}") for one in (wanted.outdated if wanted else ())]
    if not stale:
        return f"state = {PENDING} AND {inside}", parameters
    conditions = " OR ".join(condition for condition, _ in stale)
    again = f"EXISTS (SELECT 1 FROM analysis WHERE analysis.photo = photo.id AND ({conditions}))"
    values = [value for _, value in stale]
    return f"(state = {PENDING} OR state = {ANALYSED} AND {again}) AND {inside}", [*values, *parameters]


def set_failed(c: sqlite3.Connection, photo_id: int, failure: Failure, quarantined: bool) -> None:
    """The photo could not be analysed; it is not tried again before its file changes (or :func:`retry`)."""
    c.execute(
        "UPDATE photo SET state = ?, error_kind = ?, error_message = ? WHERE id = ?",
        (QUARANTINED if quarantined else FAILED, failure.kind, to_text(failure.message), photo_id),
    )


def set_analysed(
    c: sqlite3.Connection, photo_id: int, signature: FileSignature, facts: PhotoFacts | None
) -> None:
    """The photo was analysed as the file with this signature was; if the file changed meanwhile, it waits."""
    c.execute(
        f"UPDATE photo SET state = iif(size = ? AND mtime_ns = ?, {ANALYSED}, {PENDING}), error_kind = NULL,"
        " error_message = NULL WHERE id = ?",
        (signature.size, signature.mtime_ns, photo_id),
    )
    if facts is not None:
        c.execute(
            "UPDATE photo SET format = ?, width = ?, height = ?, orientation = ?, taken_at = ?, latitude = ?,"
            " longitude = ?, fingerprint = coalesce(?, fingerprint) WHERE id = ?",
            (
                facts.format,
                facts.width,
                facts.height,
                facts.orientation if 1 <= facts.orientation <= 8 else 1,
                facts.taken_at,
                facts.latitude,
                facts.longitude,
                facts.fingerprint,
                photo_id,
            ),
        )


def retry(c: sqlite3.Connection, photo_ids: Sequence[int]) -> Changes:
    """Makes failed and quarantined photos pending again."""
    c.executemany(
        f"UPDATE photo SET state = {PENDING}, error_kind = NULL, error_message = NULL"
        f" WHERE id = ? AND state IN ({FAILED}, {QUARANTINED})",
        [(identity,) for identity in photo_ids],
    )
    return Changes(frozenset(photo_ids), folders=bool(photo_ids))


def look_again(c: sqlite3.Connection, photo_id: int) -> None:
    """An analysed photo is pending again: its file is not what was analysed, and no scan would notice."""
    c.execute(f"UPDATE photo SET state = {PENDING} WHERE id = ? AND state = {ANALYSED}", (photo_id,))


def set_signature(
    c: sqlite3.Connection,
    photo_id: int,
    before: FileSignature,
    after: FileSignature,
    fingerprint: bytes | None = None,
) -> None:
    """Our own write changed the file: the photo that stood at ``before`` stands at ``after``, analysis too. Its
    fingerprint is another one now (None: not known)."""
    c.execute(
        "UPDATE photo SET fingerprint = ? WHERE id = ? AND size = ? AND mtime_ns = ?",
        (fingerprint, photo_id, before.size, before.mtime_ns),
    )
    for table, key in (("photo", "id"), ("analysis", "photo")):
        c.execute(
            f"UPDATE {table} SET size = ?, mtime_ns = ? WHERE {key} = ? AND size = ? AND mtime_ns = ?",
            (after.size, after.mtime_ns, photo_id, before.size, before.mtime_ns),
        )


def by_id(c: sqlite3.Connection, ids: Iterable[int]) -> list[Photo]:
    """The photos with these ids, in the order asked for; unknown ids are left out."""
    wanted = list(ids)
    rows = c.execute(
        f"SELECT {_COLUMNS} FROM photo JOIN folder ON folder.id = photo.folder"
        " WHERE photo.id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    )
    found = {row[0]: _photo(row) for row in rows}
    return [found[identity] for identity in wanted if identity in found]


def by_path(c: sqlite3.Connection, paths: Iterable[Path]) -> list[Photo]:
    """The photos at exactly these paths, in the order asked for; unknown paths are left out."""
    found: list[Photo] = []
    for path in map(absolute, paths):
        row = c.execute(
            f"SELECT {_COLUMNS} FROM photo JOIN folder ON folder.id = photo.folder"
            " WHERE folder.path = ? AND photo.name = ?",
            (encode(path.parent), encode(path.name)),
        ).fetchone()
        if row is not None:
            found.append(_photo(row))
    return found


def problems(c: sqlite3.Connection) -> list[Photo]:
    """Failed and quarantined photos, by folder and name."""
    rows = c.execute(
        f"SELECT {_COLUMNS} FROM photo JOIN folder ON folder.id = photo.folder"
        f" WHERE state IN ({FAILED}, {QUARANTINED}) ORDER BY folder.path, photo.folded, photo.name"
    )
    return [_photo(row) for row in rows]


def stored_failure(kind: str | None, message: str | None) -> Failure | None:
    """An unknown kind is of a later version, or damaged; the message is what counts."""
    known = kind in ErrorKind.__members__.values()
    return (
        Failure(ErrorKind(kind) if known else ErrorKind.INTERNAL, from_text(message or "")) if kind else None
    )


def _photo(row: tuple[Any, ...]) -> Photo:
    identity, folder, name, size, mtime_ns, state, kind, message, *facts = row
    file_format, width, height, orientation, taken_at, latitude, longitude, changes = facts
    return Photo(
        identity,
        join(folder, name),
        FileSignature(size, mtime_ns),
        PHOTO_STATES[state],
        stored_failure(kind, message),
        file_format,
        width,
        height,
        orientation,
        taken_at,
        latitude,
        longitude,
        bool(changes),
    )


PERSONAL = (
    Personal(
        "photo",
        {
            "name": "of a file",
            "folded": "of a file",
            "error_kind": "a kind",
            "error_message": "without names",
            "fingerprint": "a digest",
            "format": "a format",
            "taken_at": "a time",
        },
        forget=lambda c, names: blank_messages(c, "photo", names),
    ),
)
