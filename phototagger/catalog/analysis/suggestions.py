"""Suggestions and the rest of what an analysis leaves behind, one transaction for a batch of answers."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from phototagger.catalog import history
from phototagger.catalog.analysis import moves
from phototagger.catalog.analysis.offers import DAYS
from phototagger.catalog.people import following, regions
from phototagger.catalog.people.face_index import FaceIndex
from phototagger.catalog.photos import file_facts, photos
from phototagger.catalog.photos import findings as kept_findings
from phototagger.catalog.store.personal import Personal
from phototagger.catalog.words.edits import REVIEW_STATES
from phototagger.catalog.words.keywords import keyword_id
from phototagger.catalog.words.keywords import keywords as keywords
from phototagger.diagnostics.log import where_more
from phototagger.domain.findings import Answer, Findings, Task
from phototagger.domain.records import Changes, ErrorKind, Failure, Suggestion
from phototagger.domain.sentences import joined, said
from phototagger.keywords.sources.folders import FOLDERS

log = logging.getLogger(__name__)


class Proposal(Protocol):
    """A keyword proposed for a photo (``jobs.suggest.NewSuggestion`` has this shape)."""

    @property
    def keyword(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def network(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer of the engine with the keywords made of it (none for a failure). ``raw``: the findings as the
    networks gave them, where ``answer`` holds only the sure ones."""

    answer: Answer
    suggestions: Sequence[Proposal] = ()
    raw: Findings | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving changed. ``moved``: photo id in the answer to the id it goes on under, for moved files."""

    changes: Changes
    moved: Mapping[int, int] = field(default_factory=dict)


def networks_key(networks: Mapping[str, str]) -> str:
    """Networks as one string, for comparing analyses: ``classify=name@1;faces=name@1``."""
    return ";".join(f"{task}={networks[task]}" for task in sorted(networks))


def save(c: sqlite3.Connection, answers: Sequence[SavedAnswer], index: FaceIndex | None = None) -> Saved:
    """Stores a batch of answers: state and facts of each photo, analysis record, features, regions with their
    clusters, suggestions. Confirmed and rejected ones stay so; unreviewed ones that the same task's networks
    no longer propose are superseded. Answers about photos that are gone from the catalog are passed over."""
    index = index or FaceIndex()
    moved: dict[int, int] = {}
    changed: set[int] = set()
    words: dict[str, int] = {}
    for saved in answers:
        answer = saved.answer
        row = c.execute("SELECT size, mtime_ns FROM photo WHERE id = ?", (answer.photo_id,)).fetchone()
        if row is None:
            continue
        if answer.failure is not None:
            if row == (answer.signature.size, answer.signature.mtime_ns):
                photos.set_failed(c, answer.photo_id, answer.failure, answer.quarantined)
            changed.add(answer.photo_id)
            continue
        photo_id = _save_alone(c, saved, index, words)
        if photo_id != answer.photo_id:
            moved[answer.photo_id] = photo_id
        changed |= {answer.photo_id, photo_id}
    return Saved(Changes(frozenset(changed), photo_list=bool(moved), folders=bool(changed)), moved)


def _save_alone(c: sqlite3.Connection, saved: SavedAnswer, index: FaceIndex, words: dict[str, int]) -> int:
    """Saves one good answer and gives the id its photo goes on under. Numbers that no photo can have (a NaN out of
    a network) fail this photo and not the batch, or the job would never get past it."""
    answer = saved.answer
    c.execute("SAVEPOINT answer")
    try:
        photo_id = moves.settle(c, answer.photo_id, answer.facts)
        seen = following.look(c, photo_id, answer.signature, answer.facts)
        photos.set_analysed(c, photo_id, answer.signature, answer.facts)
        file_facts.begin(c, photo_id, answer.facts)
        if answer.findings is not None:
            _save_findings(c, photo_id, saved, answer.findings, index, words, seen)
        else:
            regions.store(c, photo_id, Findings(), {}, index, seen)
        following.keep_sketch(c, photo_id, answer.facts)
    except (sqlite3.IntegrityError, ValueError) as error:
        c.execute("ROLLBACK TO answer")
        index.reset()
        words.clear()
        log.exception("What the networks found makes no sense")
        told = said(
            "What the networks found makes no sense ({reason}). Please report this photo.", reason=error
        )
        failure = Failure(ErrorKind.INTERNAL, joined((told, where_more())))
        photos.set_failed(c, answer.photo_id, failure, quarantined=False)
        photo_id = answer.photo_id
    c.execute("RELEASE answer")
    return photo_id


def _save_findings(
    c: sqlite3.Connection,
    photo_id: int,
    saved: SavedAnswer,
    findings: Findings,
    index: FaceIndex,
    words: dict[str, int],
    seen: following.Seen | None,
) -> None:
    networks = {task: _network_id(c, name, task) for task, name in findings.networks.items()}
    signature = saved.answer.signature
    c.execute(
        "INSERT INTO analysis VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET networks = excluded.networks,"
        " size = excluded.size, mtime_ns = excluded.mtime_ns, made_at = excluded.made_at",
        (photo_id, networks_key(findings.networks), signature.size, signature.mtime_ns, history.now()),
    )
    if findings.features is not None:
        c.execute(
            "INSERT OR REPLACE INTO feature VALUES (?, ?, ?)",
            (photo_id, networks.get(Task.CLASSIFY), findings.features),
        )
    kept_findings.keep(c, photo_id, saved.raw or findings, saved.answer.facts)
    regions.store(c, photo_id, findings, networks, index, seen)
    _save_suggestions(c, photo_id, saved.suggestions, list(networks), words)


def suggest_again(
    c: sqlite3.Connection,
    photo_id: int,
    findings: Findings,
    proposals: Sequence[Proposal],
    words: dict[str, int],
) -> bool:
    """New suggestions, and boxes of sure objects, out of kept findings; ``findings.objects`` holds the sure ones.

    Confirmed and rejected suggestions stay so. ``words`` is a cache of keyword ids to hand on from photo to photo.
    Gives whether anything of the photo changed.
    """
    before = c.total_changes
    tasks = list(findings.networks)
    if Task.OBJECTS in findings.networks and regions.object_keys(c, photo_id) != sorted(
        (found.label, *found.box.as_list()) for found in findings.objects
    ):
        network: dict[str, int] = {
            Task.OBJECTS: _network_id(c, findings.networks[Task.OBJECTS], Task.OBJECTS)
        }
        regions.store(c, photo_id, findings, network, FaceIndex())
    _save_suggestions(c, photo_id, proposals, tasks, words)
    return c.total_changes > before


def _save_suggestions(
    c: sqlite3.Connection,
    photo_id: int,
    proposals: Sequence[Proposal],
    tasks: Sequence[str],
    words: dict[str, int],
) -> None:
    best: dict[int, Proposal] = {}
    for proposal in proposals:
        if proposal.keyword not in words:
            words[proposal.keyword] = keyword_id(c, proposal.keyword)
        word = words[proposal.keyword]
        if word not in best or proposal.score > best[word].score:
            best[word] = proposal
    c.execute(
        "UPDATE suggestion SET state = 3 WHERE photo = ? AND state = 0"
        " AND keyword NOT IN (SELECT value FROM json_each(?)) AND network IN"
        " (SELECT id FROM network WHERE task IS NULL AND name NOT IN (?, ?)"
        " OR task IN (SELECT value FROM json_each(?)))",
        (photo_id, json.dumps(list(best)), FOLDERS, DAYS, json.dumps(list(tasks))),
    )
    for word, proposal in best.items():
        # A keyword that the photo holds already (added by hand) needs no second look.
        c.execute(
            "INSERT INTO suggestion (photo, keyword, network, label, score, state) VALUES (?1, ?2, ?3, ?4, ?5,"
            " EXISTS (SELECT 1 FROM photo_keyword WHERE photo = ?1 AND keyword = ?2 AND wanted = 1))"
            " ON CONFLICT (photo, keyword) DO UPDATE SET network = excluded.network, label = excluded.label,"
            " score = excluded.score, state = iif(state = 3, excluded.state, state)"
            " WHERE network != excluded.network OR label != excluded.label OR state = 3"
            " OR abs(score - excluded.score) > 1e-4",
            (photo_id, word, _network_id(c, proposal.network), proposal.label, float(proposal.score)),
        )


def _network_id(c: sqlite3.Connection, name: str, task: str | None = None) -> int:
    row = c.execute("SELECT id FROM network WHERE name = ?", (name,)).fetchone()
    if row is None:
        cursor = c.execute("INSERT INTO network (name, task) VALUES (?, ?)", (name, task))
        return int(cursor.lastrowid or 0)
    return int(row[0])


def for_photos(c: sqlite3.Connection, ids: Sequence[int]) -> list[Suggestion]:
    """The suggestions of these photos, superseded ones left out, by photo, then surest first."""
    rows = c.execute(
        "SELECT suggestion.id, photo, path, label, score, network.name, state FROM suggestion"
        " JOIN keyword ON keyword.id = keyword JOIN network ON network.id = network"
        " WHERE photo IN (SELECT value FROM json_each(?)) AND state < 3 ORDER BY photo, score DESC, path",
        (json.dumps(list(ids)),),
    )
    return [
        Suggestion(identity, photo, path, label, score, network, REVIEW_STATES[state])
        for identity, photo, path, label, score, network, state in rows
    ]


PERSONAL = (
    Personal("network", {"name": "of a network", "task": "of a network"}),
    Personal("analysis", {"networks": "names of networks", "made_at": "a time"}),
    Personal("feature", {"vector": "of the whole photo"}),
    Personal("suggestion", {"label": "a class of a network"}),
)
