"""Keywords learnt from a few photos: prototypes on the classifier's features, in closed form, no training run.

Features f (non-negative, after the last pooling) become x = unit(unit(sqrt(f)) - mean), where ``mean`` is that of
photos of the same catalog (and of stand-ins, while it is small: see ``standins``); the square root evens out a few
loud channels. A keyword's prototype is the mean of its examples' x, less half the mean of the rejected ones'
(Rocchio's rule), at unit length. A photo's score is its cosine with the prototype, measured against what the photos
and stand-ins that are no examples score (z: from their median, in steps from the median down to the lower sixth,
which those that deserve the keyword hardly move), as a probability: sigmoid(SLOPE * z + OFFSET). Slope and offset
were fitted (logistic regression) on twelve keywords of 502 photos (``packaging/measure_examples.py``); fitted on
one half of the keywords, the error of reliability on the other half was 0.01.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

SLOPE, OFFSET = 0.9, -5.4
LEAST_BACKGROUND = 20  # photos that are no examples: fewer tell nothing about what is usual
# Of threes drawn at random 85 to 91 % are below, of threes of one keyword 17 to 20 % (measure_examples.py --small).
LEAST_LIKENESS = 2.0
LOWER_SIXTH = 0.1587  # one standard deviation below the median of a normal distribution
REJECTED_WEIGHT = 0.5
THRESHOLDS = {"strict": 0.8, "normal": 0.6, "eager": 0.45}
MOST_COMPARED = 12  # examples, the newest, that tell how alike all are
LEAST_REJECTED = 2  # a single rejection moves the prototype, but not the threshold


@dataclass(frozen=True, slots=True)
class Prototype:
    """One learnt keyword. ``usual`` and ``spread``: what other photos score;
    ``threshold``: the least probability at which it is suggested, its own; ``likeness``: how far its examples stand
    out from other photos, each seen from the rest of them (the median, in steps of the spread)."""

    keyword: str
    direction: Vectors
    usual: float
    spread: float
    threshold: float
    likeness: float = 0.0

    def probabilities(self, points: Vectors) -> Vectors:
        """The probability, 0..1, that each photo deserves the keyword; ``points`` as :func:`centred` gives them."""
        z = (points @ self.direction - self.usual) / self.spread
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(SLOPE * z + OFFSET, -60, 60))), np.float32)


def unpacked_features(features: Sequence[bytes], width: int = 0) -> Vectors:
    """(photos, channels) float32 of the bytes that the catalog keeps; ``width``: how many channels there must be,
    or as many as most have. What is damaged is zero, as of a photo without any feature."""
    size = 2 * width or 2 * (Counter(map(len, features)).most_common(1)[0][0] // 2)
    whole = b"".join(entry if len(entry) == size else bytes(size) for entry in features)
    vectors = np.frombuffer(whole, "<f2").reshape(len(features), size // 2).astype(np.float32)
    return np.nan_to_num(vectors, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def scaled(features: Vectors) -> Vectors:
    """Unit length after the square root; a photo without any feature stays at zero."""
    return _unit(np.sqrt(np.maximum(features, 0.0)))


def centred(features: Vectors, mean: Vectors) -> Vectors:
    """Where photos stand for comparison: unit vectors round the catalog's ``mean`` of :func:`scaled`."""
    return _unit(scaled(features) - mean)


def learn(
    keyword: str, examples: Vectors, rejected: Vectors, background: Vectors, strictness: str
) -> Prototype | None:
    """A prototype from points (:func:`centred`) of examples, rejected photos and photos that are neither; None
    where there is too little to learn from."""
    if len(examples) < 2 or len(background) < LEAST_BACKGROUND:
        return None
    towards = examples.mean(axis=0)
    if len(rejected):
        towards = towards - REJECTED_WEIGHT * rejected.mean(axis=0)
    length = float(np.linalg.norm(towards))
    if length < 1e-6:
        return None
    direction = towards / length
    others = background @ direction
    usual = float(np.median(others))
    spread = max(usual - float(np.quantile(others, LOWER_SIXTH)), 1e-3)
    plain = Prototype(keyword, direction, usual, spread, THRESHOLDS[strictness])
    likeness = float(np.median(_seen_from_the_rest(examples[:MOST_COMPARED], background)))
    return replace(plain, threshold=_own_threshold(plain, rejected), likeness=likeness)


def _seen_from_the_rest(examples: Vectors, background: Vectors) -> Vectors:
    """For each example, what it scores by the mean of the others, in steps from what the background does."""
    towards = _unit(examples.sum(axis=0) - examples)
    others = background @ towards.T
    usual = np.median(others, axis=0)
    spread = np.maximum(usual - np.quantile(others, LOWER_SIXTH, axis=0), 1e-3)
    return np.asarray(((examples * towards).sum(axis=1) - usual) / spread, np.float32)


def _own_threshold(prototype: Prototype, rejected: Vectors) -> float:
    """Above what the person rejected: half of the rejected photos must fall below the threshold."""
    if len(rejected) < LEAST_REJECTED:
        return prototype.threshold
    middle = float(np.median(prototype.probabilities(rejected)))
    return min(max(prototype.threshold, middle + 1e-3), 1.0)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)
