"""Single values of photos (caption, title, rating): what is proposed, what the person made of it, and what we wrote
into the file.

``statement.suggested`` NULL: nothing to propose, as far as was looked (``mark``: at which state of the photo, empty
where nobody has looked yet).
``decision`` NULL: none yet; 0: rejected, for ever; else the accepted ``statement_text``, whose ``over`` (JSON) are
the values of the file that it may take the place of. ``written``: the one that the file holds by our hand. A value
waits while decision and written differ; triggers count it in ``photo.to_review`` and ``photo.changes``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from phototagger.catalog.store.packed import UNREADABLE
from phototagger.catalog.store.personal import Personal
from phototagger.domain.facets import VALUE_KINDS
from phototagger.domain.records import Changes, KnownValue, ReviewState
from phototagger.domain.writing import Difference, Statement

_AMONG = "photo IN (SELECT value FROM json_each(?))"
_KNOWN = f"kind IN ({', '.join(repr(kind) for kind in VALUE_KINDS)})"  # a damaged one hides no other


def propose(c: sqlite3.Connection, kind: str, photo_id: int, mark: str, text: str | None) -> bool:
    """The photo was looked at and this is its value (None: nothing to propose); whether that is news. What a
    person decided meanwhile stands."""
    before = c.total_changes
    wanted = None if text is None else text_id(c, text)
    c.execute(
        "INSERT INTO statement (photo, kind, suggested, mark) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET suggested = excluded.suggested, mark = excluded.mark WHERE decision IS NULL",
        (photo_id, kind, wanted, mark),
    )
    return c.total_changes > before


def withdraw(c: sqlite3.Connection, kind: str) -> Changes:
    """Values of this kind are not proposed any more: those that wait go."""
    gone = c.execute(
        "SELECT photo FROM statement WHERE kind = ? AND suggested NOT NULL AND decision IS NULL", (kind,)
    ).fetchall()
    c.execute("DELETE FROM statement WHERE kind = ? AND decision IS NULL AND written IS NULL", (kind,))
    return Changes(frozenset(row[0] for row in gone), folders=bool(gone))


def of_photos(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, dict[str, KnownValue]]:
    """The values proposed, accepted or rejected on these photos, by photo and kind."""
    rows = c.execute(
        "SELECT photo, kind, coalesce(accepted.text, proposed.text), decision,"
        " written IS NOT NULL AND written = decision FROM statement"
        " LEFT JOIN statement_text AS proposed ON proposed.id = suggested"
        f" LEFT JOIN statement_text AS accepted ON accepted.id = decision WHERE {_KNOWN} AND {_AMONG}",
        (json.dumps(list(photo_ids)),),
    )
    found: dict[int, dict[str, KnownValue]] = {}
    for photo, kind, text, decision, written in rows:
        if text is not None:
            found.setdefault(photo, {})[kind] = KnownValue(photo, kind, text, _state(decision), bool(written))
    return found


def leaving(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The values of ours that wait to be taken out of the files of these photos, by photo and kind."""
    rows = c.execute(
        "SELECT photo, kind, text FROM statement JOIN statement_text ON statement_text.id = written"
        f" WHERE coalesce(decision, 0) = 0 AND {_KNOWN} AND {_AMONG}",
        (json.dumps(list(photo_ids)),),
    )
    found: dict[int, dict[str, str]] = {}
    for photo, kind, text in rows:
        found.setdefault(photo, {})[kind] = text
    return found


def _state(decision: int | None) -> ReviewState:
    if decision is None:
        return ReviewState.SUGGESTED
    return ReviewState.CONFIRMED if decision else ReviewState.REJECTED


# --- what files hold ----------------------------------------------------------------------------------------------


def written_on(c: sqlite3.Connection, kind: str, photo_ids: Sequence[int]) -> dict[int, str]:
    """The values that files of these photos hold by our hand."""
    rows = c.execute(
        f"SELECT photo, text FROM statement JOIN statement_text ON statement_text.id = written"
        f" WHERE kind = ? AND {_AMONG}",
        (kind, json.dumps(list(photo_ids))),
    )
    return dict(rows)


def difference(c: sqlite3.Connection, photo_id: int) -> Difference:
    """What must be written into one photo, and what of ours must go."""
    rows = c.execute(
        "SELECT kind, accepted.text, accepted.over, held.text FROM statement"
        " LEFT JOIN statement_text AS accepted ON accepted.id = decision"
        " LEFT JOIN statement_text AS held ON held.id = written"
        f" WHERE photo = ? AND {_KNOWN} AND nullif(decision, 0) IS NOT written ORDER BY kind",
        (photo_id,),
    ).fetchall()
    return Difference(
        tuple(Statement(kind, text) for kind, text, _, _ in rows if text is not None),
        tuple(Statement(kind, held) for kind, _, _, held in rows if held is not None),
        over=tuple(Statement(kind, text) for kind, _, over, _ in rows for text in _unpacked(over)),
    )


def set_written(
    c: sqlite3.Connection, photo_id: int, written: Iterable[Statement], gone: Iterable[Statement]
) -> None:
    """The file now holds these values by our hand, and no longer those in ``gone``."""
    held = {one.kind: one.value for one in written}
    for kind in {*held, *(one.kind for one in gone)}:
        c.execute(
            "UPDATE statement SET written = coalesce((SELECT id FROM statement_text WHERE id = statement.decision"
            " AND text = ?1), ?2) WHERE photo = ?3 AND kind = ?4",
            (held.get(kind), text_id(c, held[kind]) if kind in held else None, photo_id, kind),
        )


def hand_over(c: sqlite3.Connection, lost: int, found: int) -> None:
    """The photo ``lost`` goes on as ``found``, whose own decisions win; what is written is known of ``lost``."""
    c.execute(
        "UPDATE statement SET decision = coalesce(statement.decision, earlier.decision),"
        " written = earlier.written FROM statement AS earlier"
        " WHERE statement.photo = ? AND earlier.photo = ? AND earlier.kind = statement.kind",
        (found, lost),
    )
    c.execute("UPDATE OR IGNORE statement SET photo = ? WHERE photo = ?", (found, lost))


def text_id(c: sqlite3.Connection, text: str, over: Iterable[str] = ()) -> int:
    """The id of a text with what it may take the place of, made if it is new."""
    replaced = sorted(set(over) - {text})
    key = (text, json.dumps(replaced, ensure_ascii=False) if replaced else "")
    c.execute("INSERT OR IGNORE INTO statement_text (text, over) VALUES (?, ?)", key)
    return int(c.execute("SELECT id FROM statement_text WHERE text = ? AND over = ?", key).fetchone()[0])


def _unpacked(over: str | None) -> tuple[str, ...]:
    """None where that is damaged: nothing is replaced then."""
    try:
        return tuple(map(str, json.loads(over))) if over else ()
    except UNREADABLE:
        return ()


PERSONAL = (
    Personal("statement", {"kind": "a kind", "mark": "a digest"}),
    Personal("statement_text", {"text": "the person's own words", "over": "the person's own words"}),
    Personal("statement_change", {"kind": "a kind"}),
)
