"""What a network's score is worth: the probability that a thing is really there. Pure.

Networks say "0.6" where they are right nine times in ten, or the other way round. What turns one into the other is
in each network's spec, and was fitted by ``packaging/fit_calibration.py`` on one half of the open photos (of ground
truth, and of what a person judged by eye, ``packaging/judged.csv``), or of both where the spec says so; figures are
those of the other half.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from phototagger.specs.found import shipped_networks
from phototagger.specs.spec import BoxWeights, Calibration, NetworkSpec

Worths = Mapping[str, Calibration]
"""By name of the network, without its revision."""

# Networks that are no more, but what they said is kept in catalogs of before.
_RETIRED = {
    "nanodet_g_416.coco": Calibration(
        2.9, 0.15, boxes=BoxWeights(score=1.23, trace=2.17, rival=-3.19, company=1.26, offset=2.29)
    ),
}

# How far, in log-odds, a strictness moves every threshold away from normal.
STRICTNESS_SHIFT = {"strict": 1.3, "normal": 0.0, "eager": -0.8}
LEAST_AT_NORMAL = 0.6  # probability from which a word is offered

SURE_FACE = 0.8  # raw score from which a face counts as one
SURE_BOX = 0.4  # and a box, where rules speak of it

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


LEAST_BOX, MOST_BOX = 0.1, 0.9


def worths_of(networks: Iterable[NetworkSpec] = ()) -> Worths:
    """What scores of these networks are worth, of those that ship and of those that shipped before. Reads what the
    latter say of themselves, once. Raises ModelError where that is damaged."""
    return {**_RETIRED, **{spec.name: spec.calibration for spec in (*networks, *shipped_networks())}}


def calibrated(score: float, network: str, worths: Worths) -> float:
    """The probability, 0..1, that a thing the network gave ``score`` is really there."""
    worth = worths.get(_name(network), Calibration())
    return from_log_odds(worth.slope * log_odds(score) + worth.offset)


def person_probability(score: float, network: str, worths: Worths) -> float:
    """The same, 0..1, for the box of a person."""
    worth = worths.get(_name(network), Calibration())
    line = worth.person or worth
    return from_log_odds(line.slope * log_odds(score) + line.offset)


def box_probability(score: float, context: BoxContext, network: str, worths: Worths) -> float:
    """The same, 0..1, for a box, with the classifier asked; see ``BoxWeights``."""
    weights = worths.get(_name(network), Calibration()).boxes
    if weights is None:
        return calibrated(score, network, worths)
    value = weights.score * log_odds(score) + weights.offset
    value += weights.trace * math.log10(min(max(context.trace, LEAST_TRACE), 1.0))
    value += weights.rival * context.rival * context.share
    value += weights.company * math.log1p(context.company)
    return from_log_odds(value)


def least_score(strictness: str, at_normal: float = LEAST_AT_NORMAL) -> float:
    """The threshold at this strictness: moved in log-odds, so that it stays inside 0..1."""
    return from_log_odds(log_odds(at_normal) + STRICTNESS_SHIFT[strictness])


def class_probability(
    score: float, box: float | None, network: str, worths: Worths, *, inner: bool = False
) -> float:
    """The same, 0..1, for a sum of classes, with boxes asked. ``box``: raw score of the best of what the keyword
    names, a kind of it or what it is a kind of; None where no box is for any of those. ``inner``: the keyword has
    narrower ones."""
    worth = worths.get(_name(network), Calibration())
    weights = worth.unboxed if box is None else worth.boxed
    if weights is None:
        return calibrated(score, network, worths)
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
