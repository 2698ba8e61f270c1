"""Forgetting all faces: what identifies people leaves the catalog for good. There is no undo.

Faces (boxes, vectors, groups), names, what files say of people, and the history steps about them are deleted. The
write journal keeps digests of what it wrote about people (``domain.forgotten``), so that runs can still be
taken out of the files.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import zlib
from collections.abc import Iterable
from typing import Any

from phototagger.catalog import history
from phototagger.catalog.photos.findings import forget
from phototagger.catalog.store.packed import DAMAGED, UNREADABLE, pack, unpack
from phototagger.catalog.store.packed_statements import keep_statements, unpacked_statements
from phototagger.domain.forgotten import PERSON_FIELDS, hide, salt_of
from phototagger.domain.records import Changes, RegionKind, keyword_leaf
from phototagger.domain.sentences import from_text, said, to_text
from phototagger.domain.writing import FieldChange

_PAGE = 500
_NAMES_IN_BOXES = re.compile(r"(?:PersonDisplayName|Name)=((?:\|.|[^,{}\[\]|])*)")
_WORD = re.compile(r"\w+")
_UNTOLD = said("Not shown any more: it was about faces that were forgotten since.")


def forget_all(c: sqlite3.Connection) -> Changes:
    """Removes all that identifies people; the freed bytes are overwritten."""
    c.execute("PRAGMA secure_delete = ON")
    _drop_damaged(c)
    photos = c.execute("SELECT DISTINCT photo FROM region WHERE kind = 0").fetchall()
    names = _Names(_all_names(c) - _keywords(c))
    for row in _pages(c, "SELECT id, changes, error_message FROM write_row WHERE id > ? ORDER BY id LIMIT ?"):
        _forget_row(c, row, names)
    _blank_messages(c, "photo", names)
    for packed in _pages(c, "SELECT photo, packed FROM finding WHERE photo > ? ORDER BY photo LIMIT ?"):
        _forget_findings(c, *packed)
    c.execute("DELETE FROM region WHERE kind = 0")
    c.execute("DELETE FROM written_region WHERE kind = 0")
    for table in ("face_rejected", "file_face", "file_faces_read", "cluster", "person"):
        c.execute(f"DELETE FROM {table}")
    history.forget_people(c)
    c.execute("UPDATE meta SET value = value + 1 WHERE key = 'people_revision'")
    c.execute("PRAGMA secure_delete = OFF")
    return Changes(frozenset(row[0] for row in photos), history=True)


def forget_run(c: sqlite3.Connection, run_id: int) -> None:
    """The same for the journal of one run, which took forgotten faces out of files and had to name them for it."""
    c.execute("PRAGMA secure_delete = ON")
    _drop_damaged(c)
    rows = c.execute("SELECT id, changes, error_message FROM write_row WHERE run = ?", (run_id,)).fetchall()
    named = {name.casefold() for row in rows if row[1] != DAMAGED for name in _names_in(unpack(row[1]))}
    names = _Names(named - _keywords(c))
    for row in rows:
        _forget_row(c, row, names)
    c.execute("PRAGMA secure_delete = OFF")


def _drop_damaged(c: sqlite3.Connection) -> None:
    """What cannot be read any more may name somebody all the same. It is of no use to anybody."""
    for identity, stored in _pages(
        c, "SELECT id, CAST(changes AS BLOB) FROM write_row WHERE id > ? ORDER BY id LIMIT ?"
    ):
        try:
            _names_in(unpack(stored.decode()))
        except UNREADABLE:
            c.execute("UPDATE write_row SET changes = ? WHERE id = ?", (DAMAGED, identity))
    for photo_id, packed in _pages(
        c, "SELECT photo, packed FROM finding WHERE photo > ? ORDER BY photo LIMIT ?"
    ):
        try:
            json.loads(zlib.decompress(packed))["faces"]
        except UNREADABLE:
            forget(c, [photo_id])


def _pages(c: sqlite3.Connection, query: str) -> Iterable[tuple[Any, ...]]:
    """All rows that ``query`` gives, a page after the other: its parameters are the last key and the limit."""
    after = 0
    while rows := c.execute(query, (after, _PAGE)).fetchall():
        yield from rows
        after = rows[-1][0]


def _all_names(c: sqlite3.Connection) -> set[str]:
    """Every name of a person that the catalog holds anywhere, folded."""
    names = {
        row[0]
        for row in c.execute(
            "SELECT name FROM person UNION SELECT name FROM file_face"
            " UNION SELECT name FROM written_region WHERE kind = 0"
        )
    }
    for _, changes, _ in _pages(
        c, "SELECT id, changes, NULL FROM write_row WHERE id > ? ORDER BY id LIMIT ?"
    ):
        names |= set() if changes == DAMAGED else _names_in(unpack(changes))
    return {name.strip().casefold() for name in names if name.strip()}


def _names_in(content: dict[str, Any]) -> set[str]:
    names = {
        one.value
        for side in ("added", "removed")
        for one in unpacked_statements(content, side)
        if one.kind == RegionKind.FACE
    }
    for change in content["changes"]:
        if change["field"] in PERSON_FIELDS:
            for value in (*change["before"], *change["after"]):
                boxed = _NAMES_IN_BOXES.findall(value) if value.startswith("{") else [value]
                names |= {re.sub(r"\|(.)", r"\1", name) for name in boxed}
    return names


def _forget_row(c: sqlite3.Connection, row: tuple[Any, ...], names: _Names) -> None:
    identity, stored, message = row
    if stored == DAMAGED:
        return
    content = unpack(stored)
    salt = content.get("forgotten") or salt_of(secrets.token_bytes)
    changes = [
        FieldChange(change["field"], tuple(change["before"]), tuple(change["after"]))
        for change in content["changes"]
    ]
    kept = [hide(change, salt, names.in_text) for change in changes]
    content["changes"] = [
        {"field": change.field, "before": change.before, "after": change.after} for change in kept
    ]
    faces = keep_statements(content, lambda one: one.kind != RegionKind.FACE)
    if "undo" in content:
        content["undo"]["conflicts"] = [
            [field, *([*hidden.before], [*hidden.after])]
            for field, wrote, now in content["undo"]["conflicts"]
            for hidden in [hide(FieldChange(field, tuple(wrote), tuple(now)), salt, names.in_text)]
        ]
    if kept != changes or faces:
        content["forgotten"] = salt
    text = pack(content)
    if text != stored:
        c.execute("UPDATE write_row SET changes = ? WHERE id = ?", (text, identity))
    if message and names.in_text(from_text(message)):
        c.execute("UPDATE write_row SET error_message = ? WHERE id = ?", (to_text(_UNTOLD), identity))


class _Names:
    """Names of persons, folded, and whether a text has one of them in it, as whole words."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first_word: dict[str, list[str]] = {}
        for name in names:
            words = _WORD.findall(name)
            if words:
                self._by_first_word.setdefault(words[0], []).append(name)

    def in_text(self, text: str) -> bool:
        folded = text.casefold()
        return any(
            re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded)
            for word in set(_WORD.findall(folded))
            for name in self._by_first_word.get(word, ())
        )


def _keywords(c: sqlite3.Connection) -> set[str]:
    """Words that the person has as keywords, folded: what is said of those in the journal may stay."""
    return {keyword_leaf(path).casefold() for (path,) in c.execute("SELECT path FROM keyword")}


def _blank_messages(c: sqlite3.Connection, table: str, names: _Names) -> None:
    rows = c.execute(f"SELECT id, error_message FROM {table} WHERE error_message NOT NULL").fetchall()
    c.executemany(
        f"UPDATE {table} SET error_message = ? WHERE id = ?",
        [(to_text(_UNTOLD), identity) for identity, message in rows if names.in_text(from_text(message))],
    )


def _forget_findings(c: sqlite3.Connection, photo_id: int, packed: bytes) -> None:
    table = json.loads(zlib.decompress(packed))
    if table["faces"]:
        table["faces"] = table["traits"] = []
        text = json.dumps(table, separators=(",", ":"), allow_nan=False)
        c.execute("UPDATE finding SET packed = ? WHERE photo = ?", (zlib.compress(text.encode()), photo_id))
