"""The whole photo: probabilities of the network's labels, and the features that new words are learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phototagger.domain.findings import Findings, LabelScore, PhotoFacts, Task
from phototagger.inference.reading.pixels import cropped
from phototagger.inference.tasks.base import PhotoTask, Pixels
from phototagger.specs.labels import Label, labels_of

__all__ = ["ClassifyTask", "labelled"]

FLOOR = 0.001
"""Probabilities below are not reported, where the network's spec says nothing else."""
Answer = tuple[tuple[LabelScore, ...], bytes | None]


class ClassifyTask(PhotoTask):
    """``probabilities`` N x classes; ``features`` N x width, kept with the photo."""

    name = Task.CLASSIFY
    outputs = ("probabilities", "features")
    optional = frozenset({"features"})

    def prepare(self, photo: Pixels, facts: PhotoFacts | None) -> Pixels:
        """The middle of the photo."""
        return cropped(photo, self.spec.size, self.spec.crop_share, self.spec.interpolation)

    def run(self, looks: Sequence[Pixels]) -> list[Answer]:
        """Labels, best first, and features as float16."""
        probabilities, *features = self.answers(np.stack(looks))
        kept = [row.astype("<f2").tobytes() for row in features[0]] if features else [None] * len(looks)
        names, floor = labels_of(self.spec), self.spec.thresholds.get("floor", FLOOR)
        return [
            (labelled(row, names, floor), vector) for row, vector in zip(probabilities, kept, strict=True)
        ]

    def merge(self, findings: Findings, answer: Answer) -> Findings:
        """See :meth:`PhotoTask.merge`."""
        return replace(findings, labels=answer[0], features=answer[1])


def labelled(
    probabilities: NDArray[np.float32], names: tuple[Label, ...], floor: float
) -> tuple[LabelScore, ...]:
    """The classes from ``floor`` on, best first.

    Raises:
        ValueError: There are more or fewer numbers than labels.
    """
    if probabilities.shape != (len(names),):
        raise ValueError(f"the network answers {probabilities.shape} numbers for {len(names)} labels")
    kept = np.flatnonzero(probabilities >= floor)
    kept = kept[np.argsort(-probabilities[kept], kind="stable")]
    return tuple(LabelScore(names[at].label, names[at].name, float(probabilities[at])) for at in kept)
