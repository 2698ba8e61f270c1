"""The person's own words: their keyword list, and what the program's keywords are called instead, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from phototagger.catalog import history
from phototagger.catalog.store.personal import Personal
from phototagger.catalog.undo.own_words import OWN_WORD, RULE
from phototagger.catalog.undo.photo_words import SUGGESTION_STATE, WANTED
from phototagger.catalog.undo.undoable import Undoable
from phototagger.catalog.words import languages
from phototagger.catalog.words.edits import CONFIRMED, REJECTED, SUPERSEDED
from phototagger.catalog.words.keywords import keyword_id
from phototagger.domain.records import KEYWORD_SEPARATOR, Changes
from phototagger.domain.sentences import Said, said

_HIDDEN = ""  # in the history; the rule itself has no target then


def own_words(c: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Every keyword of the person's own list with its synonyms, by path."""
    rows = c.execute("SELECT path, synonyms FROM own_word ORDER BY path")
    return {path: tuple(word for word in synonyms.split(";") if word) for path, synonyms in rows}


def add_own_words(c: sqlite3.Connection, words: Mapping[str, Iterable[str]], text: Said) -> Changes:
    """One history step called ``text``: takes up keywords with their synonyms."""
    step = history.begin(c)
    held = dict(c.execute("SELECT path, synonyms FROM own_word"))
    for path, synonyms in words.items():
        _plan(c, step, OWN_WORD, path, held.get(path), ";".join(synonyms))
    return history.finish(c, step, text)


def rules(c: sqlite3.Connection) -> dict[str, str | None]:
    """Keyword of the program -> what it is called instead, or None where it is hidden."""
    return dict(c.execute("SELECT path, target FROM word_rule ORDER BY path"))


def hide(c: sqlite3.Connection, keyword: str) -> Changes:
    """One history step: neither the program's keyword nor what is below it is suggested any more."""
    step = history.begin(c)
    _plan_rule(c, step, keyword, _HIDDEN)
    return history.finish(c, step, said("Hid {keyword}", keyword=keyword))


def drop_rule(c: sqlite3.Connection, keyword: str) -> Changes:
    """One history step: forgets the rule for the program's keyword; none where there was no rule."""
    step = history.begin(c)
    _plan_rule(c, step, keyword, None)
    return history.finish(c, step, said("Restored {keyword}", keyword=keyword))


def rename(c: sqlite3.Connection, old: str, new: str, called: str | None = None) -> Changes:
    """One history step: the program's keyword ``old`` is called ``new`` from now on. What photos have as ``old``,
    or below it, they have as ``new``; a rejected word is rejected under its new name too. Where ``new`` is there
    already, the two become one. ``called``: what had another name until now (an earlier one, or another
    language's) goes along."""
    step = history.begin(c)
    _plan_rule(c, step, old, new)
    for name in dict.fromkeys((old, called or old)):
        _plan_branch(c, step, name, new)
    return history.finish(c, step, said("Renamed {old} to {new}", old=old, new=new))


def rename_own(c: sqlite3.Connection, old: str, new: str) -> Changes:
    """The same for a word of the person's own, with all below it, on their list too."""
    step = history.begin(c)
    _plan_branch(c, step, old, new)
    return history.finish(c, step, said("Renamed {old} to {new}", old=old, new=new))


def _plan_branch(c: sqlite3.Connection, step: int, name: str, new: str) -> None:
    """What is called ``name``, or is below it, is called ``new``: on photos, on the person's list, and where the
    program's keywords have this name."""
    among = "{0} = ?1 OR substr({0}, 1, length(?1) + 1) = ?1 || ?2"
    place = (name, KEYWORD_SEPARATOR)

    def renamed(path: str) -> str | None:
        """None where it already has the new name."""
        below = (new + KEYWORD_SEPARATOR).startswith(name + KEYWORD_SEPARATOR)
        if below and (path + KEYWORD_SEPARATOR).startswith(new + KEYWORD_SEPARATOR):
            return None
        return new + path[len(name) :]

    rows = c.execute(f"SELECT id, path FROM keyword WHERE {among.format('path')}", place).fetchall()
    for before, path in rows:
        target = renamed(path)
        if target is not None:
            _plan_rename(c, step, before, keyword_id(c, target))
    listed = own_words(c)
    rows = c.execute(
        f"SELECT path FROM own_word WHERE {among.format('path')} ORDER BY path", place
    ).fetchall()
    for (path,) in rows:
        target = renamed(path)
        if target is not None:
            together = dict.fromkeys((*listed.get(target, ()), *listed[path]))
            _plan(c, step, OWN_WORD, path, ";".join(listed[path]), None)
            _plan(c, step, OWN_WORD, target, _listed(listed, target), ";".join(together))
    rows = c.execute(f"SELECT path, target FROM word_rule WHERE {among.format('target')}", place).fetchall()
    for keyword, goes_by in rows:
        target = renamed(goes_by)
        if target is not None:
            _plan_rule(c, step, keyword, target)


def _listed(words: Mapping[str, Sequence[str]], path: str) -> str | None:
    return ";".join(words[path]) if path in words else None


def rename_each(
    c: sqlite3.Connection, pairs: Mapping[str, str], text: Said, into: Sequence[str] = ()
) -> Changes:
    """One history step called ``text``: each keyword of ``pairs`` (not what is below it) gets its new name.
    ``into``: the languages from then on, where they change."""
    step = history.begin(c)
    if into:
        languages.plan_change(c, step, into)
    known = dict(c.execute("SELECT path, id FROM keyword"))
    for old, new in pairs.items():
        if old != new and old in known:
            _plan_rename(c, step, known[old], keyword_id(c, new))
    return history.finish(c, step, text)


def _plan_rule(c: sqlite3.Connection, step: int, keyword: str, after: str | None) -> None:
    row = c.execute("SELECT target FROM word_rule WHERE path = ?", (keyword,)).fetchone()
    before = None if row is None else _HIDDEN if row[0] is None else row[0]
    _plan(c, step, RULE, keyword, before, after)


def _plan(
    c: sqlite3.Connection, step: int, subject: Undoable, path: str, before: str | None, after: str | None
) -> None:
    if before != after:
        c.execute(
            "INSERT INTO word_change VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET after = excluded.after",
            (step, subject.number, path, before, after),
        )


def _plan_rename(c: sqlite3.Connection, step: int, before: int, after: int) -> None:
    wanted = "SELECT photo FROM photo_keyword WHERE keyword = ? AND wanted = 1 AND companion = 0"
    history.plan(
        c,
        step,
        WANTED,
        f"SELECT photo, ?, 0, 1 FROM ({wanted}) AS had WHERE NOT EXISTS"
        " (SELECT 1 FROM photo_keyword AS have WHERE have.photo = had.photo AND have.keyword = ?"
        " AND wanted = 1 AND companion = 0)",
        (after, before, after),
    )
    history.plan(c, step, WANTED, f"SELECT photo, ?, 1, 0 FROM ({wanted})", (before, before))
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
        SUGGESTION_STATE,
        "SELECT new.id, NULL, new.state, old.state FROM suggestion AS old JOIN suggestion AS new"
        " ON new.photo = old.photo AND new.keyword = ? WHERE old.keyword = ? AND new.state != old.state"
        f" AND old.state IN ({CONFIRMED}, {REJECTED}) AND new.state NOT IN ({CONFIRMED}, {REJECTED})",
        (after, before),
    )
    history.plan(
        c,
        step,
        SUGGESTION_STATE,
        f"SELECT id, NULL, state, {SUPERSEDED} FROM suggestion WHERE keyword = ? AND state = {CONFIRMED}",
        (before,),
    )


PERSONAL = (
    Personal("own_word", {"path": "a word of the tree", "synonyms": "words"}),
    Personal("word_rule", {"path": "a word of the tree", "target": "a word of the tree"}),
    Personal("word_change", {"path": "a word of the tree", "before": "as the word", "after": "as the word"}),
)
