"""What a person decides in review, as changes of one history step each (see ``history``)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from phototagger.catalog import history
from phototagger.catalog.undo.photo_words import SUGGESTION_STATE, WANTED
from phototagger.catalog.words.keywords import kept_keyword, keyword_id, keyword_ids_named
from phototagger.domain.records import ReviewState
from phototagger.domain.spelling import fold

REVIEW_STATES = (ReviewState.SUGGESTED, ReviewState.CONFIRMED, ReviewState.REJECTED)
SUGGESTED, CONFIRMED, REJECTED, SUPERSEDED = range(4)


@dataclass(frozen=True, slots=True)
class Planned:
    """A filled step, ready for ``history.finish``: how many suggestions and photos it is about."""

    step: int
    suggestions: int
    photos: int


def plan_state(c: sqlite3.Connection, suggestion_ids: Sequence[int], state: ReviewState) -> Planned:
    """These suggestions get that state, and their photos want (confirmed) or no longer want the keyword."""
    return _plan(c, REVIEW_STATES.index(state), *_among("id", suggestion_ids))


def plan_accept_above(c: sqlite3.Connection, score: float, photo_ids: Sequence[int] | None) -> Planned:
    """All suggestions waiting with at least this score are confirmed; rejected ones stay rejected."""
    inside, parameters = _among("photo", photo_ids)
    return _plan(c, CONFIRMED, f"state = {SUGGESTED} AND score >= ? AND {inside}", (score, *parameters))


def offered(c: sqlite3.Connection, photo_ids: Sequence[int] | None) -> dict[str, int]:
    """Every keyword that was suggested (whatever became of it), is wanted or stands in the file of one of these
    photos (None: of any), with its id."""
    inside, parameters = _among("photo", photo_ids)
    rows = c.execute(
        "SELECT path, id FROM keyword WHERE id IN"
        f" (SELECT keyword FROM suggestion WHERE state != {SUPERSEDED} AND {inside}"
        f" UNION SELECT keyword FROM photo_keyword WHERE companion = 0 AND {inside})",
        (*parameters, *parameters),
    )
    return dict(rows.fetchall())


def plan_accept_keyword(
    c: sqlite3.Connection, keyword_ids: Sequence[int], score: float, photo_ids: Sequence[int] | None
) -> Planned:
    """These keywords are wanted where they are suggested with at least this score or were rejected, and where the
    file has one that was taken off."""
    inside, parameters = _among("photo", photo_ids)
    named, ids = _among("keyword", keyword_ids)
    where = f"{named} AND state IN ({SUGGESTED}, {REJECTED}) AND score >= ? AND {inside}"
    planned = _plan(c, CONFIRMED, where, (*ids, score, *parameters))
    history.plan(
        c,
        planned.step,
        WANTED,
        "SELECT photo, keyword, 0, 1 FROM photo_keyword AS held WHERE wanted = 0 AND written = 1 AND NOT EXISTS"
        f" (SELECT 1 FROM suggestion AS s WHERE s.photo = held.photo AND s.keyword = held.keyword"
        f" AND s.state != {SUPERSEDED}) AND {named} AND {inside}",
        (*ids, *parameters),
    )
    return _planned(c, planned.step)


def plan_reject_keyword(c: sqlite3.Connection, keyword: str, photo_ids: Sequence[int] | None) -> Planned:
    """Every suggestion of a keyword (its path or its last part), confirmed or not, is rejected."""
    inside, parameters = _among("photo", photo_ids)
    named, ids = _among("keyword", keyword_ids_named(c, keyword))
    where = f"{named} AND state IN ({SUGGESTED}, {CONFIRMED}) AND {inside}"
    return _plan(c, REJECTED, where, (*ids, *parameters))


def plan_add_keyword(c: sqlite3.Connection, photo_ids: Sequence[int], keyword: str) -> Planned:
    """These photos want the keyword; a suggestion of it counts as confirmed. Photos that want it in another
    spelling (upper or lower case) keep theirs. Raises UsageError for an empty keyword."""
    keyword = kept_keyword(keyword)
    word = keyword_id(c, keyword)
    inside, ids = _among("photo", photo_ids)
    step = history.begin(c)
    _plan_states(c, step, CONFIRMED, f"keyword = ? AND {inside}", (word, *ids))
    history.plan(
        c,
        step,
        WANTED,
        "SELECT photo.id, ?, 0, 1 FROM photo WHERE id IN (SELECT value FROM json_each(?)) AND NOT EXISTS"
        " (SELECT 1 FROM photo_keyword JOIN keyword ON keyword.id = keyword"
        " WHERE photo = photo.id AND wanted = 1 AND companion = 0 AND folded = ?)",
        (word, *ids, fold(keyword)),
    )
    return _planned(c, step)


def plan_remove_keyword(c: sqlite3.Connection, photo_ids: Sequence[int], keyword: str) -> Planned:
    """These photos no longer want the keyword; a suggestion of it that was confirmed counts as rejected."""
    words, word_ids = _among("keyword", _spellings(c, keyword))
    inside, ids = _among("photo", photo_ids)
    step = history.begin(c)
    _plan_states(c, step, REJECTED, f"{words} AND state = {CONFIRMED} AND {inside}", (*word_ids, *ids))
    history.plan(
        c,
        step,
        WANTED,
        f"SELECT photo, keyword, 1, 0 FROM photo_keyword WHERE wanted = 1 AND {words} AND {inside}",
        (*word_ids, *ids),
    )
    return _planned(c, step)


def _spellings(c: sqlite3.Connection, keyword: str) -> list[int]:
    return [
        row[0] for row in c.execute("SELECT id FROM keyword WHERE folded = ?", (fold(kept_keyword(keyword)),))
    ]


def _among(column: str, ids: Sequence[int] | None) -> tuple[str, tuple[str, ...]]:
    if ids is None:
        return "1", ()
    return f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)


def _plan(c: sqlite3.Connection, state: int, where: str, parameters: tuple[object, ...]) -> Planned:
    """Suggestions get a state; the keyword is wanted with it, or no longer wanted if it was confirmed."""
    wanted = int(state == CONFIRMED)
    before = "coalesce(wanted AND NOT companion, 0)" if wanted else "coalesce(wanted, 0)"
    step = history.begin(c)
    _plan_states(c, step, state, where, parameters)
    history.plan(
        c,
        step,
        WANTED,
        f"SELECT suggestion.photo, suggestion.keyword, {before}, ? FROM history_change AS h"
        " JOIN suggestion ON suggestion.id = h.key LEFT JOIN photo_keyword"
        " ON photo_keyword.photo = suggestion.photo AND photo_keyword.keyword = suggestion.keyword"
        f" WHERE h.step = ? AND h.{SUGGESTION_STATE.rows} AND {before} != ? AND (? OR h.before = {CONFIRMED})",
        (wanted, step, wanted, wanted),
    )
    return _planned(c, step)


def _plan_states(
    c: sqlite3.Connection, step: int, state: int, where: str, parameters: tuple[object, ...]
) -> None:
    history.plan(
        c,
        step,
        SUGGESTION_STATE,
        f"SELECT id, NULL, state, ? FROM suggestion WHERE state != ? AND {where}",
        (state, state, *parameters),
    )


def _planned(c: sqlite3.Connection, step: int) -> Planned:
    suggestions = c.execute(
        f"SELECT count(*) FROM history_change WHERE step = ? AND {SUGGESTION_STATE.rows}", (step,)
    ).fetchone()[0]
    return Planned(step, suggestions, len(history.touched(c, step)))
