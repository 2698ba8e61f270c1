"""What a network's score is worth: the probability that a thing is really there. Pure.

Networks say "0.6" where they are right nine times in ten, or the other way round. All constants below were fitted
by ``packaging/fit_calibration.py`` on one half of the open photos (of ground truth, and of what a person judged by
eye, ``packaging/judged.csv``) and are rounded; the figures in the comments are those of the other half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# By name of the network, without its revision: slope and offset in log-odds that turn its score into the share of
# right ones. nanodet's are for photos without a classifier to ask.
# efficientnet: photos of one thing count half, for they are no person's usual ones.
# nanodet_g is no more, but what it said is kept in catalogs of before.
CALIBRATIONS = {
    "nanodet_plus_m_416.coco": (3.8, 0.0),
    "nanodet_g_416.coco": (2.9, 0.15),
    "efficientnet_lite2.in1k": (1.55, 1.85),
}

# How far, in log-odds, a strictness moves every threshold away from normal.
STRICTNESS_SHIFT = {"strict": 1.3, "normal": 0.0, "eager": -0.8}
LEAST_AT_NORMAL = 0.6  # probability from which a word is offered

SURE_FACE = 0.8  # raw score from which a face counts as one
SURE_BOX = 0.4  # and a box, where rules speak of it

# For people, who are none of the classifier's classes: of the photos where a box alone tells of one.
PEOPLE = {"nanodet_plus_m_416.coco": (2.9, 0.55)}

LEAST_TRACE = 0.01
COMPANY_LEAST = 0.4  # raw score of a box that counts as company


@dataclass(frozen=True, slots=True)
class BoxContext:
    """What a photo says about one of its boxes. ``trace``: the classifier's probability of the box's own keyword;
    ``rival``: of its surest other class; ``share`` of the photo that the box covers; ``company``: how many boxes
    the photo has with a score of ``COMPANY_LEAST``. Fractions are 0..1."""

    trace: float
    rival: float
    share: float
    company: int


@dataclass(frozen=True, slots=True)
class _BoxWeights:
    """Log-odds that a box's label is right: ``score`` times the box's own log-odds, ``trace`` times the decimal
    logarithm of the trace (0.01 to 1), ``rival`` times rival times share, ``company`` times the natural logarithm
    of 1 + company, and ``offset``."""

    score: float
    trace: float
    rival: float
    company: float
    offset: float


# Of 637 boxes on photos of all kinds, 6 are known to be right in 95 % of the cases by their own score, 145 with
# the classifier's word: a heron is no giraffe, and a large box is what the classifier looked at. In a room full of
# things it looked at none of them.
BOXES = {
    "nanodet_plus_m_416.coco": _BoxWeights(1.49, 2.09, -2.98, 1.33, 2.21),
    "nanodet_g_416.coco": _BoxWeights(1.23, 2.17, -3.19, 1.26, 2.29),
}


@dataclass(frozen=True, slots=True)
class ClassWeights:
    """Log-odds that a keyword of the classifier's is right: ``score`` times those of its classes' sum, and
    ``offset``. Where boxes could tell as well, ``box`` times those of the best one's raw score is added; elsewhere
    ``inner``, if the keyword has narrower ones."""

    score: float
    offset: float
    box: float = 0.0
    inner: float = 0.0


# For keywords that boxes could tell, and for the others. A dog that nobody finds is no dog; and of two rare things
# alike the classifier knows but one. On the open photos of no one thing this takes the classifier's words from 0.63
# right to 0.75 at normal strictness and from 0.86 to 0.96 at strict; with those of one thing they are right in 0.89
# and 0.98.
CLASSES = {
    "efficientnet_lite2.in1k": (
        ClassWeights(score=1.23, offset=2.32, box=0.98),
        ClassWeights(score=1.05, offset=1.05, inner=0.7),
    )
}
LEAST_BOX, MOST_BOX = 0.1, 0.9


def calibrated(score: float, network: str) -> float:
    """The probability, 0..1, that a thing the network gave ``score`` is really there; see ``CALIBRATIONS``."""
    slope, offset = CALIBRATIONS.get(_name(network), (1.0, 0.0))
    return from_log_odds(slope * log_odds(score) + offset)


def person_probability(score: float, network: str) -> float:
    """The same, 0..1, for the box of a person."""
    slope, offset = PEOPLE.get(_name(network), CALIBRATIONS.get(_name(network), (1.0, 0.0)))
    return from_log_odds(slope * log_odds(score) + offset)


def box_probability(score: float, context: BoxContext, network: str) -> float:
    """The same, 0..1, for a box, with the classifier asked; see ``_BoxWeights``."""
    weights = BOXES.get(_name(network))
    if weights is None:
        return calibrated(score, network)
    value = weights.score * log_odds(score) + weights.offset
    value += weights.trace * math.log10(min(max(context.trace, LEAST_TRACE), 1.0))
    value += weights.rival * context.rival * context.share
    value += weights.company * math.log1p(context.company)
    return from_log_odds(value)


def least_score(strictness: str, at_normal: float = LEAST_AT_NORMAL) -> float:
    """The threshold at this strictness: moved in log-odds, so that it stays inside 0..1."""
    return from_log_odds(log_odds(at_normal) + STRICTNESS_SHIFT[strictness])


def class_probability(score: float, box: float | None, network: str, *, inner: bool = False) -> float:
    """The same, 0..1, for a sum of classes, with boxes asked. ``box``: raw score of the best of what the keyword
    names, a kind of it or what it is a kind of; None where no box is for any of those. ``inner``: the keyword has
    narrower ones."""
    known = CLASSES.get(_name(network))
    if known is None:
        return calibrated(score, network)
    weights = known[box is None]
    value = weights.score * log_odds(score) + weights.offset
    if box is not None:
        value += weights.box * log_odds(min(max(box, LEAST_BOX), MOST_BOX))
    elif inner:
        value += weights.inner
    return from_log_odds(value)


def log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(inside / (1.0 - inside))


def from_log_odds(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


def _name(network: str) -> str:
    return network.split("@", 1)[0]
