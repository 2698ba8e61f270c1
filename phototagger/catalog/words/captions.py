"""Captions: what the text in a photo proposes, what the person made of it, and what we wrote into the file.

``caption.suggested`` NULL: nothing to propose, as far as was looked (``mark``: at which state of the photo, empty
where nobody has looked yet).
``decision`` NULL: none yet; 0: rejected, for ever; else the accepted ``caption_text``. ``written``: the one that
the file holds by our hand. A caption waits to be written while decision and written differ; triggers count it in
``photo.to_review`` and ``photo.changes``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phototagger.catalog import history
from phototagger.catalog.photos import findings
from phototagger.catalog.photos.folders import scope
from phototagger.catalog.store.paths import join
from phototagger.catalog.words.edits import Planned
from phototagger.domain.findings import TextLine
from phototagger.domain.records import Caption, Changes, ReviewState
from phototagger.domain.writing import CaptionChange

_AMONG = "photo IN (SELECT value FROM json_each(?))"
_IDS_AMONG = "id IN (SELECT value FROM json_each(?))"
_WAITING = "suggested NOT NULL AND decision IS NULL"


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A photo with text, whose file must be looked at before a caption is proposed."""

    id: int
    path: Path
    mark: str
    lines: tuple[TextLine, ...]


def unlooked(
    c: sqlite3.Connection, after_id: int, limit: int, folders: Sequence[Path] = ()
) -> list[ReadPhoto]:
    """Analysed photos with text at or below ``folders``, not decided on and not looked at as they are now; a page
    by id."""
    inside, parameters = scope(c, folders)
    mark = "photo.size || ':' || photo.mtime_ns"
    rows = c.execute(
        f"SELECT photo.id, folder.path, photo.name, {mark} FROM photo JOIN folder ON folder.id = photo.folder"
        " JOIN photo_text ON photo_text.photo = photo.id LEFT JOIN caption ON caption.photo = photo.id"
        f" WHERE photo.id > ? AND photo.state = 1 AND photo_text.lines != '[]' AND {inside} AND decision IS NULL"
        f" AND written IS NULL AND (mark IS NULL OR mark != {mark}) ORDER BY photo.id LIMIT ?",
        (after_id, *parameters, limit),
    ).fetchall()
    texts = findings.text_of(c, [row[0] for row in rows])
    return [ReadPhoto(row[0], join(row[1], row[2]), row[3], texts.get(row[0], ())) for row in rows]


def propose(c: sqlite3.Connection, photo_id: int, mark: str, text: str | None) -> bool:
    """The photo was looked at and this is its caption (None: nothing to propose); whether that is news. What a
    person decided meanwhile stands."""
    before = c.total_changes
    wanted = None if text is None else _text_id(c, text)
    c.execute(
        "INSERT INTO caption (photo, suggested, mark) VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET suggested = excluded.suggested, mark = excluded.mark WHERE decision IS NULL",
        (photo_id, wanted, mark),
    )
    return c.total_changes > before


def withdraw(c: sqlite3.Connection) -> Changes:
    """Captions are not proposed any more: those that wait go."""
    gone = c.execute(f"SELECT photo FROM caption WHERE {_WAITING}").fetchall()
    c.execute("DELETE FROM caption WHERE decision IS NULL AND written IS NULL")
    return Changes(frozenset(row[0] for row in gone), folders=bool(gone))


def of_photos(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, Caption]:
    """The captions proposed, accepted or rejected on these photos."""
    rows = c.execute(
        "SELECT photo, coalesce(accepted.text, proposed.text), decision, written IS NOT NULL AND written = decision"
        " FROM caption LEFT JOIN caption_text AS proposed ON proposed.id = suggested"
        f" LEFT JOIN caption_text AS accepted ON accepted.id = decision WHERE {_AMONG}",
        (json.dumps(list(photo_ids)),),
    )
    return {
        photo: Caption(photo, text, _state(decision), bool(written))
        for photo, text, decision, written in rows
        if text is not None
    }


def _state(decision: int | None) -> ReviewState:
    if decision is None:
        return ReviewState.SUGGESTED
    return ReviewState.CONFIRMED if decision else ReviewState.REJECTED


# --- what a person decides ----------------------------------------------------------------------------------------


def plan_accept(c: sqlite3.Connection, photo_ids: Sequence[int] | None, text: str | None) -> Planned:
    """The captions that wait on these photos (None: on all) are accepted; with ``text`` that one, also where none
    was proposed, or one was accepted or rejected before."""
    if text is None:
        return _plan(c, photo_ids, "suggested", _WAITING)
    inside, parameters = ("1", ()) if photo_ids is None else (_IDS_AMONG, (json.dumps(list(photo_ids)),))
    c.execute(
        f"INSERT INTO caption (photo, mark) SELECT id, '' FROM photo WHERE {inside} ON CONFLICT DO NOTHING",
        parameters,
    )
    return _plan(c, photo_ids, str(_text_id(c, text)), "1")


def plan_reject(c: sqlite3.Connection, photo_ids: Sequence[int] | None) -> Planned:
    """Captions that wait, or were accepted, are rejected for ever; one of a person's own, where none was proposed,
    is only taken back."""
    return _plan(c, photo_ids, "iif(suggested IS NULL, NULL, 0)", f"(({_WAITING}) OR decision > 0)")


def plan_reset(c: sqlite3.Connection, photo_ids: Sequence[int]) -> Planned:
    """Captions wait for review again."""
    return _plan(c, photo_ids, "NULL", "suggested NOT NULL")


def _plan(c: sqlite3.Connection, photo_ids: Sequence[int] | None, after: str, where: str) -> Planned:
    inside, parameters = ("1", ()) if photo_ids is None else (_AMONG, (json.dumps(list(photo_ids)),))
    step = history.begin(c)
    count = c.execute(
        f"INSERT INTO caption_change (step, photo, before, after) SELECT ?, photo, decision, {after} FROM caption"
        f" WHERE {where} AND decision IS NOT {after} AND {inside}",
        (step, *parameters),
    ).rowcount
    return Planned(step, count, count)


# --- what files hold ----------------------------------------------------------------------------------------------


def written_on(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, str]:
    """The captions that files of these photos hold by our hand."""
    rows = c.execute(
        f"SELECT photo, text FROM caption JOIN caption_text ON caption_text.id = written WHERE {_AMONG}",
        (json.dumps(list(photo_ids)),),
    )
    return dict(rows)


def change_of(c: sqlite3.Connection, photo_id: int) -> CaptionChange:
    """What must be written into one photo, and what of ours must go."""
    row = c.execute(
        "SELECT nullif(decision, 0) IS NOT written, accepted.text, held.text FROM caption"
        " LEFT JOIN caption_text AS accepted ON accepted.id = decision"
        " LEFT JOIN caption_text AS held ON held.id = written WHERE photo = ?",
        (photo_id,),
    ).fetchone()
    return CaptionChange(row[1], row[2]) if row is not None and row[0] else CaptionChange()


def set_written(c: sqlite3.Connection, photo_id: int, written: str | None, gone: str | None) -> Changes:
    """The file now holds the caption ``written`` by our hand, or no longer the one in ``gone``; with neither what
    is known stays."""
    if written is None and gone is None:
        return Changes()
    held = None if written is None else _text_id(c, written)
    c.execute("UPDATE caption SET written = ? WHERE photo = ?", (held, photo_id))
    return Changes(frozenset([photo_id]))


def hand_over(c: sqlite3.Connection, lost: int, found: int) -> None:
    """The photo ``lost`` goes on as ``found``, whose own decision wins; what is written is known of ``lost``."""
    c.execute(
        "UPDATE caption SET decision = coalesce(caption.decision, earlier.decision), written = earlier.written"
        " FROM caption AS earlier WHERE caption.photo = ? AND earlier.photo = ?",
        (found, lost),
    )
    c.execute("UPDATE OR IGNORE caption SET photo = ? WHERE photo = ?", (found, lost))


def _text_id(c: sqlite3.Connection, text: str) -> int:
    c.execute("INSERT OR IGNORE INTO caption_text (text) VALUES (?)", (text,))
    return int(c.execute("SELECT id FROM caption_text WHERE text = ?", (text,)).fetchone()[0])
