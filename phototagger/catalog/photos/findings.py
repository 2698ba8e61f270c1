"""What the networks said of each photo, kept whole, so that new words and thresholds never decode a photo again.

One row a photo: the classes with their probabilities and every box with its raw score, below the thresholds of
today too, packed as JSON under zlib (about two kilobytes). The classifier's features lie in ``feature``.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from itertools import zip_longest
from pathlib import Path
from typing import Any

from phototagger.catalog.photos.file_facts import unpack_place
from phototagger.catalog.photos.folders import scope
from phototagger.catalog.photos.photos import ANALYSED, PENDING
from phototagger.catalog.store.packed import UNREADABLE
from phototagger.catalog.store.personal import Names, Personal, in_pages
from phototagger.domain.facets.caption import CAPTION
from phototagger.domain.findings import (
    FaceFinding,
    Findings,
    LabelScore,
    ObjectFinding,
    PhotoFacts,
    PhotoLook,
    PhotoShot,
    Task,
    TextLine,
    Traits,
)
from phototagger.domain.records import Box
from phototagger.domain.spelling import fold

LAYOUT = 1  # of the packed row


@dataclass(frozen=True, slots=True)
class KeptFindings:
    """What is needed to suggest again, unless it is ``damaged``. Faces have no landmarks and no embedding: those
    are in ``region``."""

    photo_id: int
    findings: Findings
    facts: PhotoFacts
    damaged: bool = False


def keep(c: sqlite3.Connection, photo_id: int, findings: Findings, facts: PhotoFacts | None = None) -> None:
    """Keeps one photo's findings in the place of older ones."""
    c.execute("INSERT OR REPLACE INTO finding VALUES (?, ?)", (photo_id, _pack(findings, facts)))
    if Task.TEXT in findings.networks:  # text that was read before stays where none is read now
        lines = [[line.text, round(line.score, 4), *line.box.as_list()] for line in findings.text]
        folded = fold(" ".join(line.text for line in findings.text))
        packed = json.dumps(lines, ensure_ascii=False, allow_nan=False)
        c.execute("INSERT OR REPLACE INTO photo_text VALUES (?, ?, ?)", (photo_id, folded, packed))
        c.execute("UPDATE statement SET mark = '' WHERE photo = ? AND kind = ?", (photo_id, CAPTION))


def text_of(c: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[int, tuple[TextLine, ...]]:
    """The text read in these photos; photos in which none was looked for are left out."""
    rows = c.execute(
        "SELECT photo, lines FROM photo_text WHERE photo IN (SELECT value FROM json_each(?))",
        (json.dumps(list(photo_ids)),),
    )
    return {photo: _text(lines) for photo, lines in rows}


def _text(lines: str | None) -> tuple[TextLine, ...]:
    """Empty where that is damaged."""
    try:
        return tuple(TextLine(text, score, Box(*box)) for text, score, *box in json.loads(lines or "[]"))
    except UNREADABLE:
        return ()


_KEPT = (
    "SELECT photo.id, packed, vector, format, width, height, orientation, taken_at, latitude, longitude,"
    " photo_text.lines, file_facts.place"
    " FROM photo JOIN finding ON finding.photo = photo.id LEFT JOIN feature ON feature.photo = photo.id"
    " LEFT JOIN photo_text ON photo_text.photo = photo.id"
    " LEFT JOIN file_facts ON file_facts.photo = photo.id"
    f" WHERE state = {ANALYSED}"
)


def of_photos(c: sqlite3.Connection, photo_ids: Sequence[int]) -> list[KeptFindings]:
    """Those of these photos that are analysed and whose findings are kept, by id."""
    rows = c.execute(
        f"{_KEPT} AND photo.id IN (SELECT value FROM json_each(?)) ORDER BY photo.id",
        (json.dumps(list(photo_ids)),),
    )
    return [_unpack(row) for row in rows]


def page(
    c: sqlite3.Connection, after_id: int, limit: int, folders: Sequence[Path] = ()
) -> list[KeptFindings]:
    """The next ``limit`` analysed photos after ``after_id`` whose findings are kept, by id, at or below
    ``folders`` or anywhere."""
    inside, parameters = scope(c, folders)
    rows = c.execute(
        f"{_KEPT} AND photo.id > ? AND {inside} ORDER BY photo.id LIMIT ?",
        (after_id, *parameters, limit),
    )
    return [_unpack(row) for row in rows]


def forget(c: sqlite3.Connection, photo_ids: Sequence[int]) -> None:
    """What is kept of these photos is damaged: they wait to be analysed again, and keep their words till then."""
    for photo_id in photo_ids:
        c.execute("DELETE FROM finding WHERE photo = ?", (photo_id,))
        c.execute(f"UPDATE photo SET state = {PENDING} WHERE id = ? AND state = {ANALYSED}", (photo_id,))


def counts(c: sqlite3.Connection, folders: Sequence[Path] = ()) -> tuple[int, int]:
    """How many analysed photos have their findings kept, and how many have not (an earlier version's work)."""
    inside, parameters = scope(c, folders)
    row = c.execute(
        "SELECT count(finding.photo), count(*) - count(finding.photo) FROM photo"
        f" LEFT JOIN finding ON finding.photo = photo.id WHERE state = {ANALYSED} AND {inside}",
        parameters,
    ).fetchone()
    return int(row[0]), int(row[1])


def _pack(findings: Findings, facts: PhotoFacts | None) -> bytes:
    table: dict[str, Any] = {
        "layout": LAYOUT,
        "networks": {str(task): name for task, name in findings.networks.items()},
        "labels": [[found.label, round(found.score, 6)] for found in findings.labels],
        "objects": [[found.label, round(found.score, 6), *found.box.as_list()] for found in findings.objects],
        "faces": [[round(found.score, 6), *found.box.as_list()] for found in findings.faces],
        "traits": [_rounded(astuple(found.traits)) if found.traits else None for found in findings.faces],
    }
    if findings.more:
        table["more"] = findings.more
    if facts is not None and facts.look is not None:
        table["look"] = {name: _rounded(value) for name, value in asdict(facts.look).items()}
    if facts is not None and facts.shot is not None:
        table["shot"] = asdict(facts.shot)
    return zlib.compress(json.dumps(table, separators=(",", ":"), allow_nan=False).encode())


def _rounded(value: float | tuple[float, ...]) -> float | list[float]:
    return [round(entry, 4) for entry in value] if isinstance(value, tuple) else round(value, 4)


def _unpack(row: tuple[Any, ...]) -> KeptFindings:
    try:
        return _unpacked(row)
    except UNREADABLE:
        return KeptFindings(row[0], Findings(), PhotoFacts("", 0, 0), damaged=True)


def _unpacked(row: tuple[Any, ...]) -> KeptFindings:
    photo_id, packed, vector, kind, width, height, orientation = row[:7]
    taken_at, latitude, longitude, lines, place = row[7:]
    table = json.loads(zlib.decompress(packed))
    findings = Findings(
        tuple(LabelScore(label, "", score) for label, score in table["labels"]),
        tuple(ObjectFinding(label, "", score, Box(*box)) for label, score, *box in table["objects"]),
        tuple(
            FaceFinding(score, Box(*box), (), 0.0, traits=Traits(*traits) if traits else None)
            for (score, *box), traits in zip_longest(table["faces"], table.get("traits", ()))
        ),
        dict(table["networks"]),
        vector,
        _text(lines),
        table.get("more", {}),
    )
    look = (
        PhotoLook(**{**table["look"], "colours": tuple(table["look"]["colours"])})
        if "look" in table
        else None
    )
    shot = _shot(table["shot"]) if "shot" in table else None
    size = (width or 0, height or 0, orientation or 1)
    named = unpack_place(place)
    facts = PhotoFacts(
        kind or "", *size, taken_at, latitude, longitude, look=look, shot=shot, named_place=named
    )
    return KeptFindings(photo_id, findings, facts)


def _shot(stored: dict[str, Any]) -> PhotoShot:
    """Earlier versions kept more."""
    return PhotoShot(**{one.name: stored[one.name] for one in fields(PhotoShot) if one.name in stored})


def _forget_faces(c: sqlite3.Connection, _names: Names) -> None:
    query = "SELECT photo, packed FROM finding WHERE photo > ? ORDER BY photo LIMIT ?"
    for photo_id, packed in in_pages(c, query):
        try:
            table = json.loads(zlib.decompress(packed))
            faces = table["faces"]
        except UNREADABLE:  # it may tell of faces all the same
            forget(c, [photo_id])
            continue
        if faces:
            table["faces"] = table["traits"] = []
            text = json.dumps(table, separators=(",", ":"), allow_nan=False)
            c.execute(
                "UPDATE finding SET packed = ? WHERE photo = ?", (zlib.compress(text.encode()), photo_id)
            )


PERSONAL = (
    Personal("finding", {"packed": "without faces"}, forget=_forget_faces),
    Personal("photo_text", {"folded": "text in a photo", "lines": "text in a photo"}),
)
