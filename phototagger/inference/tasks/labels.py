"""Further labels of the whole photo, beside those of the classifier: birds, flowers, what a person trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from phototagger.domain.findings import Findings, PhotoFacts
from phototagger.inference.reading.pixels import cropped
from phototagger.inference.tasks.base import PhotoTask, Pixels
from phototagger.inference.tasks.classify import labelled
from phototagger.specs.labels import labels_of

__all__ = ["LabelsTask"]

FLOOR = 0.05
"""Probabilities below are not kept, where the network's spec says nothing else."""
MOST = 20
"""Labels of a photo, the most certain ones."""
Answer = list[list[str | float]]


class LabelsTask(PhotoTask):
    """``probabilities`` N x labels. Kept in ``more["labels"]``, by network: lists of label and probability."""

    name = "labels"
    outputs = ("probabilities", "features")
    optional = frozenset({"features"})
    several = True

    def prepare(self, photo: Pixels, facts: PhotoFacts | None) -> Pixels:
        """The middle of the photo."""
        return cropped(photo, self.spec.size, self.spec.crop_share, self.spec.interpolation)

    def run(self, looks: Sequence[Pixels]) -> list[Answer]:
        """Labels, best first."""
        probabilities = self.answers(np.stack(looks))[0]
        names, floor = labels_of(self.spec), self.spec.thresholds.get("floor", FLOOR)
        return [
            [[found.label, round(found.score, 6)] for found in labelled(row, names, floor)[:MOST]]
            for row in probabilities
        ]

    def merge(self, findings: Findings, answer: Answer) -> Findings:
        """See :meth:`PhotoTask.merge`."""
        labels = {**findings.more.get(self.name, {}), self.spec.name: answer}
        return replace(findings, more={**findings.more, self.name: labels})
