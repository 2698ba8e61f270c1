"""The photos that teach a keyword, the features they are compared by, and the suggestions made from them.

A photo is an example of a keyword while the person wants the keyword on it, and a counter-example once the person
rejected the suggestion. Features are the classifier's, float16, those of one network only (they compare with no
other's).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from phototagger.catalog.photos.photos import ANALYSED
from phototagger.catalog.store.personal import Personal
from phototagger.catalog.words.edits import REJECTED, SUGGESTED, SUPERSEDED
from phototagger.catalog.words.keywords import keyword_id
from phototagger.keywords.examples.learnt import EXAMPLES

WAY = 1  # of learning: another one where the same examples give other suggestions
LEAST_EXAMPLES = 3
MOST_EXAMPLES = 400  # the newest photos; more make no better prototype
PAGE = 2000


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Ids of the photos that have a keyword, and of those on which it was rejected, newest first.
    ``signature`` changes whenever one of the two sets does."""

    keyword: str
    examples: tuple[int, ...]
    rejected: tuple[int, ...]
    signature: str


def classifier(c: sqlite3.Connection) -> int | None:
    """The network of the newest photo's features, None while there are none."""
    row = c.execute("SELECT network FROM feature ORDER BY photo DESC LIMIT 1").fetchone()
    return None if row is None else row[0]


def network_name(c: sqlite3.Connection, network: int) -> str:
    return str(c.execute("SELECT name FROM network WHERE id = ?", (network,)).fetchone()[0])


def example_sets(c: sqlite3.Connection, network: int, known: Container[str] = ()) -> list[ExampleSet]:
    """Every keyword that at least ``LEAST_EXAMPLES`` photos with features have, by path; those in ``known`` and the
    names of persons (faces tell them) are left out."""
    # Three rows of an index for each keyword, however many photos have it: this runs after every edit.
    rows = c.execute(
        "SELECT id, path FROM keyword WHERE (SELECT count(*) FROM (SELECT 1 FROM photo_keyword"
        " WHERE photo_keyword.keyword = keyword.id AND wanted = 1 AND companion = 0 LIMIT ?1)) = ?1"
        " AND path NOT IN (SELECT name FROM person) ORDER BY path",
        (LEAST_EXAMPLES,),
    ).fetchall()
    sets = [_set_of(c, network, identity, path) for identity, path in rows if path not in known]
    return [entry for entry in sets if len(entry.examples) >= LEAST_EXAMPLES]


def persons(c: sqlite3.Connection) -> frozenset[str]:
    """Names that faces answer for."""
    return frozenset(row[0] for row in c.execute("SELECT name FROM person"))


def _set_of(c: sqlite3.Connection, network: int, keyword: int, path: str) -> ExampleSet:
    with_features = "JOIN feature ON feature.photo = {0}.photo AND feature.network = ?"
    examples = c.execute(
        f"SELECT photo_keyword.photo FROM photo_keyword {with_features.format('photo_keyword')}"
        " WHERE photo_keyword.keyword = ? AND wanted = 1 AND companion = 0 ORDER BY 1 DESC",
        (network, keyword),
    ).fetchall()
    rejected = c.execute(
        f"SELECT suggestion.photo FROM suggestion {with_features.format('suggestion')}"
        f" WHERE suggestion.keyword = ? AND state = {REJECTED} ORDER BY 1 DESC",
        (network, keyword),
    ).fetchall()
    ids = tuple(row[0] for row in examples)
    not_ids = tuple(row[0] for row in rejected)
    signature = f"{EXAMPLES}.{WAY} {network} {len(ids)}:{sum(ids)} {len(not_ids)}:{sum(not_ids)}"
    return ExampleSet(path, ids[:MOST_EXAMPLES], not_ids[:MOST_EXAMPLES], signature)


def vectors(c: sqlite3.Connection, network: int, ids: Collection[int]) -> dict[int, bytes]:
    """The features of these photos; photos without any are left out."""
    rows = c.execute(
        "SELECT photo, vector FROM feature WHERE network = ? AND photo IN (SELECT value FROM json_each(?))",
        (network, json.dumps(list(ids))),
    )
    return dict(rows)


def sample(c: sqlite3.Connection, network: int, size: int) -> list[tuple[int, bytes]]:
    """About ``size`` photos with their features, evenly spread over the catalog; all where there are fewer."""
    # Ids of photos, not of features: those would mean to read every page of vectors.
    ids = [row[0] for row in c.execute(f"SELECT id FROM photo WHERE state = {ANALYSED} ORDER BY id")]
    return sorted(vectors(c, network, ids[:: max(1, len(ids) // size)]).items())


def pages(c: sqlite3.Connection, network: int) -> Iterator[list[tuple[int, bytes]]]:
    """All analysed photos with their features, some thousand at a time."""
    rows = c.execute(
        "SELECT feature.photo, vector FROM feature JOIN photo ON photo.id = feature.photo"
        f" WHERE network = ? AND state = {ANALYSED}",
        (network,),
    )
    while page := rows.fetchmany(PAGE):
        yield page


def known_signatures(c: sqlite3.Connection) -> dict[str, str]:
    """Keyword -> the signature of the examples that its suggestions were last made from."""
    return dict(c.execute("SELECT path, signature FROM taught JOIN keyword ON keyword.id = keyword"))


def replace_suggestions(
    c: sqlite3.Connection, keyword: str, scores: Mapping[int, tuple[float, str]], signature: str | None
) -> frozenset[int]:
    """The keyword is now suggested by example on exactly these photos (id -> score and label), except where it was
    decided on. ``signature`` None: it is taught no longer. Gives the ids of the photos that changed."""
    word = keyword_id(c, keyword)
    row = c.execute("SELECT id FROM network WHERE name = ?", (EXAMPLES,)).fetchone()
    network = row[0] if row else c.execute("INSERT INTO network (name) VALUES (?)", (EXAMPLES,)).lastrowid
    changed = {
        row[0]
        for row in c.execute(
            f"UPDATE suggestion SET state = {SUPERSEDED} WHERE keyword = ? AND network = ? AND state = {SUGGESTED}"
            " AND photo NOT IN (SELECT value FROM json_each(?)) RETURNING photo",
            (word, network, json.dumps(list(scores))),
        )
    }
    for photo, (score, label) in scores.items():
        found = c.execute(
            "INSERT INTO suggestion (photo, keyword, network, label, score) SELECT ?1, ?2, ?3, ?4, ?5"
            " WHERE NOT EXISTS (SELECT 1 FROM photo_keyword WHERE photo = ?1 AND keyword = ?2 AND wanted = 1)"
            " ON CONFLICT (photo, keyword) DO UPDATE SET network = excluded.network, label = excluded.label,"
            f" score = excluded.score, state = iif(state = {SUPERSEDED}, {SUGGESTED}, state)"
            f" WHERE state IN ({SUGGESTED}, {SUPERSEDED})",
            (photo, word, network, label, score),
        ).rowcount
        if found > 0:
            changed.add(photo)
    c.execute("DELETE FROM taught WHERE keyword = ?", (word,))
    if signature is not None:
        c.execute("INSERT INTO taught VALUES (?, ?)", (word, signature))
    return frozenset(changed)


def forget(c: sqlite3.Connection, keywords: Sequence[str]) -> frozenset[int]:
    """These keywords are taught no longer: their unreviewed suggestions are set aside."""
    changed: set[int] = set()
    for keyword in keywords:
        changed |= replace_suggestions(c, keyword, {}, None)
    return frozenset(changed)


PERSONAL = (Personal("taught", {"signature": "a digest"}),)
