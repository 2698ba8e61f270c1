"""The person's own words: their keyword list, and what the program's keywords are called instead, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from phototagger.catalog import history, languages
from phototagger.catalog.edits import CONFIRMED, REJECTED, SUPERSEDED
from phototagger.catalog.history import Subject
from phototagger.catalog.keywords import keyword_id
from phototagger.domain import KEYWORD_SEPARATOR, Changes


def own_words(c: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Every keyword of the person's own list with its synonyms, by path."""
    rows = c.execute("SELECT path, synonyms FROM own_word ORDER BY path")
    return {path: tuple(word for word in synonyms.split(";") if word) for path, synonyms in rows}


def add_own_words(c: sqlite3.Connection, words: Mapping[str, Iterable[str]]) -> int:
    """Takes up keywords with their synonyms; how many are new."""
    before = c.execute("SELECT count(*) FROM own_word").fetchone()[0]
    c.executemany(
        "INSERT INTO own_word VALUES (?, ?) ON CONFLICT DO UPDATE SET synonyms = excluded.synonyms",
        [(path, ";".join(synonyms)) for path, synonyms in words.items()],
    )
    return int(c.execute("SELECT count(*) FROM own_word").fetchone()[0] - before)


def rules(c: sqlite3.Connection) -> dict[str, str | None]:
    """Keyword of the program -> what it is called instead, or None where it is hidden."""
    return dict(c.execute("SELECT path, target FROM word_rule ORDER BY path"))


def set_rule(c: sqlite3.Connection, keyword: str, target: str | None) -> None:
    c.execute(
        "INSERT INTO word_rule VALUES (?, ?) ON CONFLICT DO UPDATE SET target = excluded.target",
        (keyword, target),
    )


def drop_rules(c: sqlite3.Connection, keywords: Iterable[str]) -> int:
    """Forgets the rules for these keywords; how many there were."""
    return sum(c.execute("DELETE FROM word_rule WHERE path = ?", (keyword,)).rowcount for keyword in keywords)


def rename(c: sqlite3.Connection, old: str, new: str, called: str | None = None) -> Changes:
    """One history step: what photos have as ``old``, or below it, they have as ``new`` from now on; a rejected word
    is rejected under its new name too. Where ``new`` is there already, the two become one. ``called``: what went
    by another name until now (an earlier one, or another language's) goes along."""
    step = history.begin(c)
    for name in dict.fromkeys((old, called or old)):
        rows = c.execute(
            "SELECT id, path FROM keyword WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || ?2",
            (name, KEYWORD_SEPARATOR),
        ).fetchall()
        for before, path in rows:
            if (path + KEYWORD_SEPARATOR).startswith(new + KEYWORD_SEPARATOR):
                continue  # by the new name already
            _plan_rename(c, step, before, keyword_id(c, new + path[len(name) :]))
    return history.finish(c, step, f"Renamed {old} to {new}")


def rename_each(
    c: sqlite3.Connection, pairs: Mapping[str, str], text: str, into: Sequence[str] = ()
) -> Changes:
    """One history step called ``text``: each keyword of ``pairs`` (not what is below it) goes by its new name.
    ``into``: the languages from then on, where they change."""
    step = history.begin(c)
    if into:
        languages.plan_change(c, step, into)
    known = dict(c.execute("SELECT path, id FROM keyword"))
    for old, new in pairs.items():
        if old != new and old in known:
            _plan_rename(c, step, known[old], keyword_id(c, new))
    return history.finish(c, step, text)


def _plan_rename(c: sqlite3.Connection, step: int, before: int, after: int) -> None:
    wanted = "SELECT photo FROM photo_keyword WHERE keyword = ? AND wanted = 1 AND companion = 0"
    history.plan(
        c,
        step,
        Subject.WANTED,
        f"SELECT photo, ?, 0, 1 FROM ({wanted}) AS had WHERE NOT EXISTS"
        " (SELECT 1 FROM photo_keyword AS have WHERE have.photo = had.photo AND have.keyword = ?"
        " AND wanted = 1 AND companion = 0)",
        (after, before, after),
    )
    history.plan(c, step, Subject.WANTED, f"SELECT photo, ?, 1, 0 FROM ({wanted})", (before, before))
    # The suggestion under the new name begins as set aside; the step gives it the state that the old one had.
    c.execute(
        "INSERT OR IGNORE INTO suggestion (photo, keyword, network, label, score, state)"
        f" SELECT photo, ?, network, label, score, {SUPERSEDED} FROM suggestion"
        f" WHERE keyword = ? AND state IN ({CONFIRMED}, {REJECTED})",
        (after, before),
    )
    history.plan(
        c,
        step,
        Subject.SUGGESTION_STATE,
        "SELECT new.id, NULL, new.state, old.state FROM suggestion AS old JOIN suggestion AS new"
        " ON new.photo = old.photo AND new.keyword = ? WHERE old.keyword = ? AND new.state != old.state"
        f" AND old.state IN ({CONFIRMED}, {REJECTED}) AND new.state NOT IN ({CONFIRMED}, {REJECTED})",
        (after, before),
    )
    history.plan(
        c,
        step,
        Subject.SUGGESTION_STATE,
        f"SELECT id, NULL, state, {SUPERSEDED} FROM suggestion WHERE keyword = ? AND state = {CONFIRMED}",
        (before,),
    )
