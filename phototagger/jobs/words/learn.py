"""Learning the person's own keywords: prototypes out of the catalog, suggestions from them, at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Container, Mapping
from typing import TYPE_CHECKING

import numpy as np

from phototagger.catalog.analysis import examples
from phototagger.catalog.analysis.examples import ExampleSet
from phototagger.catalog.connection import Catalog
from phototagger.domain.records import Changes
from phototagger.keywords.examples.learnt import Learnt, label_of
from phototagger.keywords.examples.prototypes import (
    LEAST_LIKENESS,
    Prototype,
    centred,
    learn,
    scaled,
    unpacked_features,
)
from phototagger.keywords.examples.standins import STANDINS

if TYPE_CHECKING:
    from phototagger.keywords.examples.prototypes import Vectors

SAMPLE = 2000  # photos that stand for the whole catalog


StandIns = Callable[[str], "Vectors | None"]
"""Features that stand for photos the catalog does not have, by the classifier's name."""


def none(_network: str) -> None:
    """No stand-ins."""


def load(catalog: Catalog, strictness: str, known: Container[str], standins: StandIns = none) -> Learnt:
    """Prototypes of every keyword with enough examples that is not among ``known``, what the networks have words
    for."""
    return catalog.read(lambda c: _load(c, _sets(c, known), strictness, standins))


def unlike(
    catalog: Catalog, strictness: str, known: Container[str], standins: StandIns = none
) -> frozenset[str]:
    """The keywords whose examples look too unlike each other for others to be found by them."""
    learnt = load(catalog, strictness, known, standins)
    return frozenset(one.keyword for one in learnt.prototypes if one.likeness < LEAST_LIKENESS)


def update(catalog: Catalog, strictness: str, known: Container[str], standins: StandIns = none) -> Changes:
    """Learns again what the latest edits changed and suggests it on all photos that have features: a sum over the
    features of those photos, no network, no file. Nothing is done while no example set changed."""

    def plan(c: sqlite3.Connection) -> tuple[dict[str, dict[int, float]], dict[str, str], list[str]]:
        before = examples.known_signatures(c)
        sets = _sets(c, known)
        signatures = {entry.keyword: entry.signature for entry in sets}
        changed = [entry for entry in sets if before.get(entry.keyword) != entry.signature]
        gone = [keyword for keyword in before if keyword not in signatures]
        return _scores(c, changed, _load(c, changed, strictness, standins)), signatures, gone

    scores, signatures, gone = catalog.read(plan)
    if not scores and not gone:
        return Changes()

    def save(c: sqlite3.Connection) -> frozenset[int]:
        photos = set(examples.forget(c, gone))
        for keyword, found in scores.items():
            rows = {photo: (score, label_of(keyword)) for photo, score in found.items()}
            photos |= examples.replace_suggestions(c, keyword, rows, signatures[keyword])
        return frozenset(photos)

    photos = catalog.write(save)
    return Changes(photos, folders=bool(photos))


def _sets(c: sqlite3.Connection, known: Container[str]) -> list[ExampleSet]:
    network = examples.classifier(c)
    if network is None:
        return []
    return examples.example_sets(c, network, known)


def _load(c: sqlite3.Connection, sets: list[ExampleSet], strictness: str, standins: StandIns) -> Learnt:
    network = examples.classifier(c)
    if network is None or not sets:
        return Learnt()
    sampled = dict(examples.sample(c, network, SAMPLE))
    wanted = {photo for entry in sets for photo in (*entry.examples, *entry.rejected)}
    more = examples.vectors(c, network, wanted - sampled.keys())
    name = examples.network_name(c, network)
    own = unpacked_features([*sampled.values(), *more.values()])
    others = _others(own[: len(sampled)], standins(name))
    mean = scaled(np.concatenate([own[: len(sampled)], others])).mean(axis=0)
    points = dict(zip([*sampled, *more], centred(own, mean), strict=True))
    made = [_prototype(entry, points, list(sampled), centred(others, mean), strictness) for entry in sets]
    return Learnt(tuple(prototype for prototype in made if prototype is not None), mean, name)


def _others(own: Vectors, standins: Vectors | None) -> Vectors:
    """As many stand-ins as the catalog lacks photos of its own: none once it has enough."""
    if standins is None or standins.shape[1:] != own.shape[1:]:
        return own[:0]
    return standins[: max(0, STANDINS - len(own))]


def _prototype(
    entry: ExampleSet, points: Mapping[int, Vectors], sampled: list[int], others: Vectors, strictness: str
) -> Prototype | None:
    taught = {*entry.examples, *entry.rejected}
    some = next(iter(points.values()))

    def rows(ids: Collection[int]) -> Vectors:
        return np.stack([points[photo] for photo in ids]) if ids else np.zeros((0, *some.shape), np.float32)

    background = [photo for photo in sampled if photo not in taught]
    beside = np.concatenate([rows(background), others])
    return learn(entry.keyword, rows(entry.examples), rows(entry.rejected), beside, strictness)


def _scores(c: sqlite3.Connection, sets: list[ExampleSet], learnt: Learnt) -> dict[str, dict[int, float]]:
    """Keyword -> photo -> score over its threshold, its own examples left out; empty for what cannot be learnt."""
    found: dict[str, dict[int, float]] = {entry.keyword: {} for entry in sets}
    network = examples.classifier(c)
    if network is None or learnt.mean is None or not learnt.prototypes:
        return found
    taught = {entry.keyword: {*entry.examples, *entry.rejected} for entry in sets}
    for page in examples.pages(c, network):
        points = centred(unpacked_features([vector for _, vector in page], len(learnt.mean)), learnt.mean)
        for prototype in learnt.prototypes:
            scores = prototype.probabilities(points)
            for at in np.flatnonzero(scores >= prototype.threshold):
                photo = page[at][0]
                if photo not in taught[prototype.keyword]:
                    found[prototype.keyword][photo] = float(scores[at])
    return found
