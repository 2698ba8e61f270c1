"""A moved or renamed file keeps its review: the photo that is missing and the new one with the same content
become one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog.photos.doubt import doubt
from phototagger.catalog.photos.folders import drop_empty_folders
from phototagger.catalog.photos.photos import MISSING
from phototagger.catalog.store.paths import decode, join
from phototagger.catalog.words import values
from phototagger.domain.findings import PhotoFacts
from phototagger.files.pairs import leaders


@dataclass(frozen=True, slots=True)
class Twin:
    """Another photo with the same content. ``mounted``: its root was a mount point when last walked."""

    photo_id: int
    path: Path
    root: Path
    mounted: bool


# Photos other than ?1 with the content ?2. Where the fingerprint is not known (never analysed, or unreadable just
# after our write), a move shows in size and time: both the same, and the name too unless the time has fractions of
# a second, for coarse clocks give one time to many files.
_SAME_CONTENT = (
    "photo.id IN (SELECT id FROM photo WHERE fingerprint = ?2 AND id != ?1"
    " UNION ALL SELECT other.id FROM photo AS this JOIN photo AS other ON other.size = this.size"
    " AND other.mtime_ns = this.mtime_ns WHERE this.id = ?1 AND other.id != ?1 AND other.fingerprint IS NULL"
    " AND (this.name = other.name OR other.mtime_ns % 1000000000 != 0))"
)


def twins_elsewhere(c: sqlite3.Connection, photo_id: int, fingerprint: bytes) -> list[Twin]:
    """Other photos with this content that no scan has called missing yet."""
    rows = c.execute(
        "SELECT photo.id, folder.path, photo.name, root.path, mounted FROM photo JOIN folder ON folder.id = folder"
        f" JOIN root ON root.id = root WHERE {_SAME_CONTENT} AND state != {MISSING}",
        (photo_id, fingerprint),
    )
    return [Twin(row[0], join(row[1], row[2]), decode(row[3]), bool(row[4])) for row in rows]


def settle(c: sqlite3.Connection, photo_id: int, facts: PhotoFacts | None) -> int:
    """If a missing photo has the content of this one, joins the two; gives the id under which it goes on."""
    if facts is None or facts.fingerprint is None:
        return photo_id
    lost = c.execute(
        f"SELECT photo.id FROM photo WHERE {_SAME_CONTENT} AND state = {MISSING}"
        " ORDER BY confirmed DESC, photo.id LIMIT 1",
        (photo_id, facts.fingerprint),
    ).fetchone()
    return _join(c, int(lost[0]), photo_id) if lost else photo_id


def settle_missing(c: sqlite3.Connection, missing: Sequence[int]) -> list[int]:
    """Photos just found missing whose content stands elsewhere, analysed and not reviewed, go on there: a copy
    was made and the original deleted. Gives the ids of those that did."""
    moved: list[int] = []
    for lost in missing:
        twin = c.execute(
            "SELECT twin.id FROM photo JOIN photo AS twin ON twin.fingerprint = photo.fingerprint"
            " WHERE photo.id = ? AND photo.fingerprint NOT NULL AND twin.id != photo.id AND twin.state = 1"
            " ORDER BY twin.id",
            (lost,),
        ).fetchall()
        heir = next((row[0] for row in twin if not _reviewed(c, row[0])), None)
        if heir is not None and _reviewed(c, lost):
            _join(c, lost, heir)
            moved.append(lost)
    return moved


def settle_pairs(c: sqlite3.Connection, missing: Sequence[int]) -> list[int]:
    """Photos just found missing whose other half is there go on as that: a raw met alone before has got its JPEG
    and is no photo of its own any more, or the JPEG that led a raw was deleted. Gives their ids.

    What was written into the one is not in the other, so it waits to be written again.
    """
    moved: list[int] = []
    for lost in missing:
        heir = _other_half(c, lost)
        if heir is None:
            continue
        going_on = _join(c, lost, heir)
        doubt(c, going_on, other_file=True)
        moved.append(lost)
    return moved


def _other_half(c: sqlite3.Connection, lost: int) -> int | None:
    folder, name = c.execute("SELECT folder, name FROM photo WHERE id = ?", (lost,)).fetchone()
    rows = c.execute(
        f"SELECT name, id FROM photo WHERE folder = ? AND state != {MISSING} ORDER BY name", (folder,)
    )
    present = {decode(row[0]).name: int(row[1]) for row in rows}
    name = decode(name).name
    led = leaders([name, *present])
    halves = [led.get(name), *(raw for raw, leader in led.items() if leader == name)]
    return next((present[half] for half in halves if half in present), None)


def _join(c: sqlite3.Connection, lost: int, found: int) -> int:
    if _reviewed(c, found):
        _hand_over(c, lost, found)
        c.execute("DELETE FROM photo WHERE id = ?", (lost,))
        drop_empty_folders(c)
        return found
    place = c.execute(
        "SELECT root, folder, name, folded, size, mtime_ns, scan, state FROM photo WHERE id = ?", (found,)
    ).fetchone()
    c.execute("UPDATE write_row SET photo = ? WHERE photo = ?", (lost, found))
    c.execute("DELETE FROM photo WHERE id = ?", (found,))
    c.execute(
        "UPDATE photo SET root = ?, folder = ?, name = ?, folded = ?, size = ?, mtime_ns = ?, scan = ?, state = ?,"
        " state_before = NULL, error_kind = NULL, error_message = NULL WHERE id = ?",
        (*place, lost),
    )
    c.execute("UPDATE analysis SET size = ?, mtime_ns = ? WHERE photo = ?", (place[4], place[5], lost))
    drop_empty_folders(c)
    return lost


def _hand_over(c: sqlite3.Connection, lost: int, found: int) -> None:
    """Both were reviewed (another photo was renamed over a reviewed one): the review of ``found`` wins. What the
    file holds, and which run wrote it, is known of ``lost``."""
    c.execute("UPDATE write_row SET photo = ? WHERE photo = ?", (found, lost))
    c.execute("DELETE FROM written_region WHERE photo = ?", (found,))
    c.execute("UPDATE written_region SET photo = ? WHERE photo = ?", (found, lost))
    values.hand_over(c, lost, found)
    c.execute(
        "UPDATE suggestion SET state = earlier.state FROM suggestion AS earlier WHERE suggestion.photo = ?1"
        " AND earlier.photo = ?2 AND earlier.keyword = suggestion.keyword AND suggestion.state IN (0, 3)"
        " AND earlier.state IN (1, 2)",
        (found, lost),
    )
    c.execute("UPDATE OR IGNORE suggestion SET photo = ? WHERE photo = ? AND state IN (1, 2)", (found, lost))
    c.execute(
        "UPDATE OR IGNORE photo_keyword SET photo = ?1 WHERE photo = ?2 AND NOT EXISTS (SELECT 1 FROM suggestion"
        " WHERE photo = ?1 AND keyword = photo_keyword.keyword AND state = 2)",
        (found, lost),
    )
    # What was met in the lost photo's content is what ``found`` shows now; its own boxes are of an earlier one.
    c.execute(
        "INSERT OR IGNORE INTO kept_region SELECT region.id, 1, width, height, coalesce(orientation, 1), grid FROM"
        " region JOIN photo ON photo.id = region.photo LEFT JOIN sketch ON sketch.photo = photo.id"
        " WHERE photo.id = ? AND width NOT NULL AND (person NOT NULL OR region.id IN"
        " (SELECT face FROM face_rejected))",
        (lost,),
    )
    c.execute(
        "UPDATE region SET photo = ? WHERE photo = ?"
        " AND (person NOT NULL OR id IN (SELECT face FROM face_rejected))",
        (found, lost),
    )


def _reviewed(c: sqlite3.Connection, photo_id: int) -> bool:
    row = c.execute(
        "SELECT EXISTS (SELECT 1 FROM photo_keyword WHERE photo = ?1)"
        " OR EXISTS (SELECT 1 FROM suggestion WHERE photo = ?1 AND state IN (1, 2))"
        " OR EXISTS (SELECT 1 FROM statement WHERE photo = ?1 AND decision NOT NULL)"
        " OR EXISTS (SELECT 1 FROM region WHERE photo = ?1"
        " AND (person NOT NULL OR id IN (SELECT face FROM face_rejected)))",
        (photo_id,),
    ).fetchone()
    return bool(row[0])
