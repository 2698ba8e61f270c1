"""Everyday words that no single class or box stands for: kitchen, street, snow, meal, tennis.

A linear head sees what the networks said of a photo together: the classifier's features, boxes and faces. It is
trained by ``packaging/train_everyday.py`` on photos with labels and captions and ships as numbers. It needs no
pixels, so photos that were analysed before get its words too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from phototagger.domain.errors import ModelError
from phototagger.domain.findings import Findings, Task
from phototagger.domain.records import KEYWORD_SEPARATOR
from phototagger.domain.sentences import said
from phototagger.keywords.scoring.calibration import (
    LEAST_AT_NORMAL,
    SURE_FACE,
    from_log_odds,
    least_score,
    log_odds,
)
from phototagger.keywords.scoring.suggest import NewSuggestion
from phototagger.keywords.sources.activities import landscape
from phototagger.keywords.sources.facts import FACT_ROOTS
from phototagger.keywords.sources.source import PhotoContext
from phototagger.keywords.tree.vocabulary import Vocabulary

FILE_NAME = "everyday_words.safetensors"
NETWORK = "everyday_words@1"
CLASSIFIER = "efficientnet_lite2.in1k"  # whose features it was trained on
FEATURES = 1280
BOX_LABELS = tuple(
    f"coco:{number}" for number in range(1, 91) if number not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
)
"""The labels of COCO's 80 kinds, in order; its numbering has gaps."""
BOX_COUNTED = 0.3  # raw score from which a box counts
INPUTS = FEATURES + 2 * len(BOX_LABELS) + 3
_MOST_COUNTED = 2.0  # natural logarithm of one more than the boxes: from seven on it makes no difference
# At its threshold a word counts as right in six of ten cases, and its odds grow so fast with the score: fitted to
# what a person judged of it on the open photos with a list of wanted words (98 words, 95 % of them right).
_SLOPE = 1.8

IMPLIED = (("nature|clouds", "nature|sky"), ("nature|sunset", "nature|sky"))  # where one is, the other is

Floats = NDArray[np.float32]


def scaled_features(features: NDArray[np.float16] | Floats) -> Floats:
    """N x 1280 features as the head takes them: square roots of what is positive, each row of length 1."""
    roots = np.sqrt(np.maximum(features.astype(np.float32), 0))
    return np.asarray(roots / (np.linalg.norm(roots, axis=1, keepdims=True) + 1e-9), np.float32)


def context_rows(
    box_score: NDArray[np.generic], box_count: NDArray[np.generic], faces: NDArray[np.generic]
) -> Floats:
    """What else the head takes, N x 163: best score and number of the boxes of each kind (N x 80 each), and faces
    (N x 3: number, height of the tallest in 0..1, best score)."""
    counted = np.minimum(np.log1p(box_count.astype(np.float32)), _MOST_COUNTED)
    looks = faces.astype(np.float32)
    columns = [box_score.astype(np.float32), counted, np.log1p(looks[:, :1]), looks[:, 1:]]
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True, slots=True)
class Everyday:
    """The head: ``weight`` inputs x words, ``bias`` and ``threshold`` words (the score from which a word is offered
    at normal strictness)."""

    keywords: tuple[str, ...]
    weight: Floats
    bias: Floats
    threshold: Floats
    ids: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path, vocabulary: Vocabulary) -> Everyday:
        """Reads the file in ``folder``. Raises ModelError when it is missing or damaged."""
        path = folder / FILE_NAME
        try:
            with safe_open(path, "numpy") as file:
                keywords = tuple(file.metadata()["keywords"].split("\n"))
                weight, bias, threshold = (file.get_tensor(name) for name in ("weight", "bias", "threshold"))
            if weight.shape != (INPUTS, len(keywords)) or bias.shape != threshold.shape != (len(keywords),):
                raise ValueError(f"{weight.shape} do not fit {len(keywords)} words")
            ids = tuple(_id_of(keyword, vocabulary) for keyword in keywords)
        except OSError as error:
            raise ModelError(
                said(
                    "The everyday words {path} cannot be read ({reason}). Install the program again.",
                    path=path,
                    reason=error,
                )
            ) from error
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                said("The everyday words {path} are damaged. Install the program again.", path=path)
            ) from error
        return cls(keywords, weight.astype(np.float32), bias, threshold, ids)

    def suggest(self, findings: Findings, strictness: str) -> list[NewSuggestion]:
        """The words that this strictness lets through; none for a photo whose features are not those of the shipped
        classifier."""
        least = least_score(strictness)
        row = _inputs(findings)
        if row is None:
            return []
        above = _SLOPE * (row @ self.weight + self.bias - self.threshold)
        scores = [from_log_odds(log_odds(LEAST_AT_NORMAL) + float(value)) for value in above]
        for narrow, wide in IMPLIED:
            at = self.keywords.index(wide)
            scores[at] = max(scores[at], scores[self.keywords.index(narrow)])
        words = zip(self.keywords, self.ids, scores, strict=True)
        return [NewSuggestion(*word, NETWORK) for word in words if word[2] >= least]


def _id_of(keyword: str, vocabulary: Vocabulary) -> str:
    """Raises KeyError for a word that stands in no list of ours."""
    node = vocabulary.of_keyword(keyword)
    if node is None and keyword.split(KEYWORD_SEPARATOR)[0] not in FACT_ROOTS:
        raise KeyError(keyword)
    return node.id if node else f"fact:{keyword}"


def context_of(findings: Findings) -> tuple[Floats, Floats, Floats]:
    """What :func:`context_rows` takes: best score and number of boxes (1 x 80 each), and faces (1 x 3)."""
    score, count = (np.zeros((1, len(BOX_LABELS)), np.float32) for _ in range(2))
    for found in findings.objects:
        if found.label in _PLACE:
            at = _PLACE[found.label]
            score[0, at] = max(score[0, at], found.score)
            count[0, at] += found.score >= BOX_COUNTED
    sure = [face.box.h for face in findings.faces if face.score >= SURE_FACE]
    best = max((face.score for face in findings.faces), default=0.0)
    return score, count, np.array([[len(sure), max(sure, default=0.0), best]], np.float32)


def _inputs(findings: Findings) -> Floats | None:
    if findings.networks.get(Task.CLASSIFY, CLASSIFIER).split("@")[0] != CLASSIFIER:
        return None
    features = np.frombuffer(findings.features or b"", "<f2")
    if len(features) != FEATURES:
        return None
    context = context_rows(*context_of(findings))
    return np.asarray(np.concatenate([scaled_features(features[None]), context], axis=1)[0], np.float32)


_PLACE = {label: at for at, label in enumerate(BOX_LABELS)}


class EverydayWords:
    """See :class:`KeywordSource`. What the head says, and the landscape that follows from it."""

    name = "everyday"
    needs = frozenset({"features"})

    def __init__(self, head: Everyday) -> None:
        self._head = head

    def suggest(self, photo: PhotoContext) -> list[NewSuggestion]:
        """See :meth:`Everyday.suggest` and :func:`landscape`."""
        found = self._head.suggest(photo.findings, photo.strictness)
        return found + landscape(photo.people, {one.keyword for one in found}, photo.strictness)
