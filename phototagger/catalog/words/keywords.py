"""Keywords: the words themselves, and what each photo should hold and does hold.

A row of ``photo_keyword`` exists while the keyword is wanted on the photo or written in its file; pending
changes are rows where the two differ.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence

from phototagger.catalog.store.personal import Personal
from phototagger.domain.errors import UsageError
from phototagger.domain.records import KEYWORD_SEPARATOR, Changes, Keyword, keyword_leaf
from phototagger.domain.sentences import said
from phototagger.domain.spelling import fold

MOST_LEVELS = (
    100  # of a tree of keywords; lists made to stop programs have thousands, each as long as its depth
)


def kept_keyword(keyword: str) -> str:
    """The keyword as it is kept: composed characters, no blanks round its parts.

    Raises UsageError for an empty part, a control character, or more levels than a tree has.
    """
    parts = [part.strip() for part in unicodedata.normalize("NFC", keyword).split(KEYWORD_SEPARATOR)]
    if not all(parts) or any(
        unicodedata.category(letter) in {"Cc", "Cs"} for part in parts for letter in part
    ):
        raise UsageError(
            said(
                "{keyword} is no keyword. Use plain words, with {separator} between levels.",
                keyword=repr(keyword),
                separator=KEYWORD_SEPARATOR,
            )
        )
    if len(parts) > MOST_LEVELS:
        raise UsageError(
            said(
                "{keyword}... has {count} levels; a keyword may have {most} at most.",
                keyword=repr(keyword[:40]),
                count=len(parts),
                most=MOST_LEVELS,
            )
        )
    return KEYWORD_SEPARATOR.join(parts)


def mended(keyword: str) -> str | None:
    """A keyword met in a file as it can be kept: line breaks and the like become blanks, empty parts go (a bar at
    the end, two in a row). None where nothing is left, or more levels than a tree has."""
    parts = (
        " ".join(
            "".join(
                " " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in part
            ).split()
        )
        for part in keyword.split(KEYWORD_SEPARATOR)
    )
    kept = [part for part in parts if part]
    return kept_keyword(KEYWORD_SEPARATOR.join(kept)) if 0 < len(kept) <= MOST_LEVELS else None


def keyword_id(c: sqlite3.Connection, keyword: str) -> int:
    """The id of a keyword's path, made if it is new."""
    row = c.execute("SELECT id FROM keyword WHERE path = ?", (keyword,)).fetchone()
    if row is None:
        cursor = c.execute("INSERT INTO keyword (path, folded) VALUES (?, ?)", (keyword, fold(keyword)))
        return int(cursor.lastrowid or 0)
    return int(row[0])


def keyword_ids_named(c: sqlite3.Connection, name: str) -> list[int]:
    """Ids of the keywords a person means by ``name``: the whole path, or its last part; case is ignored."""
    folded = fold(kept_keyword(name))
    rows = c.execute("SELECT id, folded FROM keyword WHERE instr(folded, ?) > 0", (folded,)).fetchall()
    return [row[0] for row in rows if row[1] == folded or row[1].endswith(KEYWORD_SEPARATOR + folded)]


def known(c: sqlite3.Connection) -> list[str]:
    """Every keyword in use on a photo, suggested or wanted (not as a translation), for completion."""
    rows = c.execute(
        "SELECT path FROM keyword WHERE EXISTS (SELECT 1 FROM suggestion WHERE keyword = keyword.id AND state < 2)"
        " OR EXISTS (SELECT 1 FROM photo_keyword WHERE keyword = keyword.id AND companion = 0) ORDER BY folded"
    )
    return [row[0] for row in rows]


def on_photos(c: sqlite3.Connection, photo_ids: Sequence[int]) -> list[str]:
    """The keywords that these photos have, are offered, or were offered and rejected."""
    among = "photo IN (SELECT value FROM json_each(?1))"
    rows = c.execute(
        f"SELECT path FROM keyword WHERE id IN (SELECT keyword FROM photo_keyword WHERE {among} AND companion = 0"
        f" UNION SELECT keyword FROM suggestion WHERE {among} AND state < 3) ORDER BY folded",
        (json.dumps(list(photo_ids)),),
    )
    return [row[0] for row in rows]


def keywords(c: sqlite3.Connection, photo_id: int) -> list[Keyword]:
    """The keywords of one photo, wanted or written, by path."""
    return keywords_of(c, [photo_id]).get(photo_id, [])


def keywords_of(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, list[Keyword]]:
    """The keywords of several photos; photos without any are left out."""
    rows = c.execute(
        "SELECT photo, path, wanted, written, ours, companion FROM photo_keyword"
        " JOIN keyword ON keyword.id = keyword"
        " WHERE photo IN (SELECT value FROM json_each(?)) ORDER BY photo, folded, path",
        (json.dumps(list(photo_ids)),),
    )
    found: dict[int, list[Keyword]] = {}
    for photo, path, wanted, written, ours, translation in rows:
        word = Keyword(path, bool(wanted), bool(written), bool(ours), bool(wanted and translation))
        found.setdefault(photo, []).append(word)
    return found


def changes_of(c: sqlite3.Connection, photo_id: int) -> tuple[list[str], list[Keyword]]:
    """What must be written into one photo, and which of its keywords must go (``ours`` tells whose they are)."""
    found = keywords(c, photo_id)
    add = [keyword.keyword for keyword in found if keyword.wanted and not keyword.written]
    return add, [keyword for keyword in found if keyword.written and not keyword.wanted]


def set_written(
    c: sqlite3.Connection,
    photo_id: int,
    written: Iterable[str] = (),
    gone: Iterable[str] = (),
    ours: Iterable[str] = (),
    theirs: Iterable[str] = (),
) -> Changes:
    """The file now holds the keywords ``written`` (of which ``ours`` were put there by this program, ``theirs`` by
    others, whatever was so before, and the rest are whose they were) and no longer those in ``gone``. What is
    wanted stays as it is."""
    ours, theirs = set(ours), set(theirs)
    for keyword in written:
        c.execute(
            "INSERT INTO photo_keyword (photo, keyword, wanted, written, ours) SELECT id, ?, 0, 1, ? FROM photo"
            " WHERE id = ? ON CONFLICT DO UPDATE SET written = 1, ours = max(ours AND NOT ?, excluded.ours)",
            (keyword_id(c, keyword), keyword in ours, photo_id, keyword in theirs),
        )
    for keyword in gone:
        place = (photo_id, keyword_id(c, keyword))
        c.execute("DELETE FROM photo_keyword WHERE photo = ? AND keyword = ? AND wanted = 0", place)
        c.execute("UPDATE photo_keyword SET written = 0, ours = 0 WHERE photo = ? AND keyword = ?", place)
    return Changes(frozenset([photo_id]))


def leaves(c: sqlite3.Connection) -> set[str]:
    """The last parts of all keywords, folded."""
    return {keyword_leaf(path).casefold() for (path,) in c.execute("SELECT path FROM keyword")}


def wanted_anywhere(c: sqlite3.Connection) -> list[str]:
    """Every keyword that at least one photo should have, translations left out, by path."""
    rows = c.execute(
        "SELECT path FROM keyword WHERE EXISTS"
        " (SELECT 1 FROM photo_keyword WHERE keyword = keyword.id AND wanted = 1 AND companion = 0)"
        " ORDER BY folded"
    )
    return [row[0] for row in rows]


def counts(c: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Every keyword in use -> on how many photos it is wanted, and on how many it waits for review."""
    rows = c.execute(
        "SELECT path, (SELECT count(*) FROM photo_keyword WHERE keyword = keyword.id AND wanted = 1"
        " AND companion = 0),"
        " (SELECT count(*) FROM suggestion WHERE keyword = keyword.id AND state = 0) FROM keyword"
    )
    return {path: (wanted, waiting) for path, wanted, waiting in rows if wanted or waiting}


PERSONAL = (Personal("keyword", {"path": "a word of the tree", "folded": "a word of the tree"}),)
