"""Which photos, in the order the window shows them: by folder, then name."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from phototagger.catalog.photos.folders import folder_ids_below, folders_named, photo_id_at, scope
from phototagger.catalog.store.pending import WAITS
from phototagger.domain.facets import VALUE_FACETS
from phototagger.domain.spelling import fold

_OF_WORDS = f"kind IN ({', '.join(repr(facet.kind) for facet in VALUE_FACETS if not facet.choices)})"

PhotoChoice = Literal["all", "to_review", "pending_changes", "failed", "with_faces"]

# Which photos, and the index that holds just those, in order.
_CHOICES: dict[str, tuple[str, str]] = {
    "all": ("1", "photo_order"),
    "to_review": ("photo.to_review > 0", "photo_to_review"),
    "pending_changes": (WAITS, "photo_waits"),
    "failed": ("photo.state IN (2, 3)", "photo_failed"),
    "with_faces": ("photo.faces > 0", "photo_with_faces"),
}


def ids(
    c: sqlite3.Connection, folder: Path | None = None, state: PhotoChoice = "all", text: str = ""
) -> array[int]:
    """Ids of photos in a folder and below it, in that state, in which every word of ``text`` stands somewhere:
    in the file's name, its folder, a keyword (suggested or confirmed, not rejected), a person's name,
    the text read in the photo or an accepted caption or title.

    Raises KeyError for an unknown state.
    """
    inside, parameters = scope(c, [folder] if folder else [])
    chosen, index = _CHOICES[state]
    words = list(dict.fromkeys(fold(text).split()))
    found = _with_words(c, words[:_WORDS_AT_ONCE], [chosen, inside], parameters, index)
    for start in range(_WORDS_AT_ONCE, len(words), _WORDS_AT_ONCE):
        if not found:
            break
        also = set(_with_words(c, words[start : start + _WORDS_AT_ONCE], [chosen, inside], parameters, index))
        found = array("q", filter(also.__contains__, found))
    return found


_WORDS_AT_ONCE = (
    20  # SQLite takes no condition of a thousand parts: a page of text pasted by a slip has as many
)


def _with_words(
    c: sqlite3.Connection, words: Sequence[str], conditions: list[str], parameters: list[str], index: str
) -> array[int]:
    """Those among the photos of these conditions in which each of the words stands."""
    conditions, parameters = [*conditions], [*parameters]
    for word in words:
        condition, more = _holds_word(c, word)
        conditions.append(condition)
        parameters += more
    return _ordered(c, " AND ".join(conditions), parameters, index)


def ids_under(c: sqlite3.Connection, paths: list[Path]) -> array[int]:
    """Ids of the photos at or below any of the paths, in order; none for no paths."""
    if not paths:
        return array("q")
    return _ordered(c, *scope(c, paths))


def unknown(c: sqlite3.Connection, paths: Sequence[Path]) -> list[Path]:
    """Those of these paths at or below which there is no photo."""
    return [path for path in paths if not (photo_id_at(c, path) or folder_ids_below(c, [path]))]


def _ordered(
    c: sqlite3.Connection, condition: str, parameters: list[str], index: str = "photo_order"
) -> array[int]:
    # CROSS JOIN fixes the loop order (few folders outside, their photos by index inside), and with folder.id in
    # the order SQLite knows that both indexes give it: no sort of all photos. All ids come as one text: half a
    # million rows one by one would take three times as long, and hold up the window's thread meanwhile.
    (text,) = c.execute(
        "SELECT group_concat(id) FROM (SELECT photo.id AS id FROM folder CROSS JOIN photo"
        f" INDEXED BY {index} ON photo.folder = folder.id WHERE {condition}"
        " ORDER BY folder.folded, folder.path, folder.id, photo.folded, photo.name)",
        parameters,
    ).fetchone()
    return array("q", map(int, text.split(","))) if text else array("q")


def _holds_word(c: sqlite3.Connection, word: str) -> tuple[str, list[str]]:
    """A condition that the word stands in one of the six places. Keywords and persons are few: they are
    matched first, so that no row of a photo's many suggestions is read as text."""
    keywords = _matching(c, "keyword", word)
    persons = _matching(c, "person", word)
    places = ["instr(photo.folded, ?) > 0", "photo.folder IN (SELECT value FROM json_each(?))"]
    parameters = [word, json.dumps(folders_named(c, word))]
    places.append("photo.id IN (SELECT photo FROM photo_text WHERE instr(folded, ?) > 0)")
    parameters.append(word)
    places.append(
        "photo.id IN (SELECT photo FROM statement JOIN statement_text ON statement_text.id = decision"
        f" WHERE {_OF_WORDS} AND instr(casefold(statement_text.text), ?) > 0)"
    )
    parameters.append(word)
    if keywords:
        places.append(
            "photo.id IN (SELECT photo FROM suggestion WHERE state IN (0, 1)"
            " AND keyword IN (SELECT value FROM json_each(?)))"
        )
        places.append(
            "photo.id IN (SELECT photo FROM photo_keyword WHERE wanted = 1"
            " AND keyword IN (SELECT value FROM json_each(?)))"
        )
        parameters += [json.dumps(keywords)] * 2
    if persons:
        places.append(
            "photo.id IN (SELECT photo FROM region WHERE person IN (SELECT value FROM json_each(?))"
            " UNION ALL SELECT photo FROM region WHERE person IS NULL AND cluster IN"
            " (SELECT id FROM cluster WHERE person IN (SELECT value FROM json_each(?))))"
        )
        parameters += [json.dumps(persons)] * 2
    return "(" + " OR ".join(places) + ")", parameters


def _matching(c: sqlite3.Connection, table: str, word: str) -> list[int]:
    return [row[0] for row in c.execute(f"SELECT id FROM {table} WHERE instr(folded, ?) > 0", (word,))]
