"""What the write journal keeps of people whose faces were forgotten: digests (``domain.forgotten``), so that runs
can still be taken out of the files."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterator
from itertools import filterfalse
from typing import Any

from phototagger.catalog.store.packed import DAMAGED, UNREADABLE, pack, unpack_json
from phototagger.catalog.store.packed_statements import keep_statements, unpacked_statements
from phototagger.catalog.store.personal import Names, Personal, blank_messages, in_pages
from phototagger.catalog.words.keywords import leaves
from phototagger.domain.forgotten import PERSON_FIELDS, hide, is_hidden, salt_of
from phototagger.domain.records import RegionKind
from phototagger.domain.writing import FieldChange

_NAMES_IN_BOXES = re.compile(r"(?:PersonDisplayName|Name)=((?:\|.|[^,{}\[\]|])*)")
_ROWS = "SELECT id, CAST(changes AS BLOB) FROM write_row WHERE id > ? {} ORDER BY id LIMIT ?"


def forget_run(c: sqlite3.Connection, run_id: int) -> None:
    """Forgets the people in the journal of one run, which took forgotten faces out of files and had to name them
    for it; the freed bytes are overwritten."""
    c.execute("PRAGMA secure_delete = ON")
    rows = _ROWS.format(f"AND run = {run_id}")
    _forget(c, rows, Names({name.strip().casefold() for name in _names(c, rows)} - leaves(c)))
    c.execute("PRAGMA secure_delete = OFF")


def _names(c: sqlite3.Connection, rows: str) -> Iterator[str]:
    for _, stored in in_pages(c, rows):
        try:
            yield from _names_in(unpack_json(stored.decode()))
        except UNREADABLE:
            continue


def _forget(c: sqlite3.Connection, rows: str, names: Names) -> None:
    """What cannot be read any more may name somebody all the same. It is of no use to anybody."""
    for identity, stored in in_pages(c, rows):
        try:
            text = _forgotten(stored.decode(), names)
        except UNREADABLE:
            text = DAMAGED
        if text != stored.decode(errors="replace"):
            c.execute("UPDATE write_row SET changes = ? WHERE id = ?", (text, identity))
    blank_messages(c, "write_row", names)


def _names_in(content: dict[str, Any]) -> set[str]:
    names = {
        one.value
        for side in ("added", "removed")
        for one in unpacked_statements(content, side)
        if one.kind == RegionKind.FACE
    }
    for change in content["changes"]:
        if change["field"] in PERSON_FIELDS:
            for value in filterfalse(is_hidden, (*change["before"], *change["after"])):
                boxed = _NAMES_IN_BOXES.findall(value) if value.startswith("{") else [value]
                names |= {re.sub(r"\|(.)", r"\1", name) for name in boxed}
    return names


def _forgotten(stored: str, names: Names) -> str:
    """The changes of a row without faces and names. Raises one of ``UNREADABLE``."""
    content = unpack_json(stored)
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
    return pack(content)


PERSONAL = (
    Personal(
        "write_row",
        {
            "path": "of a file",
            "target": "of a file",
            "changes": "digests",
            "state": "a state",
            "error_kind": "a kind",
            "error_message": "without names",
        },
        names=lambda c: _names(c, _ROWS.format("")),
        forget=lambda c, names: _forget(c, _ROWS.format(""), names),
    ),
)
