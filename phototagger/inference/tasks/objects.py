"""Things in the photo, each in a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from phototagger.domain.findings import Findings, ObjectFinding, PhotoFacts, Task
from phototagger.inference.reading.boxes import decode_objects
from phototagger.inference.reading.pixels import View, stretch
from phototagger.inference.tasks.base import PhotoTask, Pixels
from phototagger.specs.labels import labels_of

__all__ = ["ObjectsTask"]

FLOOR, OVERLAP = 0.05, 0.6
"""Least score, and IoU from which the weaker of two boxes of one kind goes, where the spec says nothing else."""


class ObjectsTask(PhotoTask):
    """``scores`` N x cells x labels in 0..1; ``boxes`` N x cells x 4 as left, top, right, bottom in pixels of the
    input, over which the photo is stretched."""

    name = Task.OBJECTS
    outputs = ("scores", "boxes")

    def prepare(self, photo: Pixels, facts: PhotoFacts | None) -> View:
        """The photo stretched over the input."""
        return stretch(photo, self.spec.size)

    def run(self, looks: Sequence[View]) -> list[tuple[ObjectFinding, ...]]:
        """The boxes of each photo, strongest first."""
        scores, boxes = self.answers(np.stack([look.canvas for look in looks]))
        names, limits = labels_of(self.spec), self.spec.thresholds
        floor, overlap = limits.get("floor", FLOOR), limits.get("overlap", OVERLAP)
        if scores.shape[-1] != len(names):
            raise ValueError(f"the network answers {scores.shape[-1]} numbers a box for {len(names)} labels")
        answers: list[tuple[ObjectFinding, ...]] = []
        for look, some_scores, some_boxes in zip(looks, scores, boxes, strict=True):
            found = decode_objects(some_scores, some_boxes, floor, overlap)
            placed = zip(found.kinds, found.scores, found.boxes, strict=True)
            objects = [
                ObjectFinding(names[kind].label, names[kind].name, float(score), box)
                for kind, score, corners in placed
                if (box := look.box(corners)) is not None
            ]
            answers.append(tuple(objects))
        return answers

    def merge(self, findings: Findings, answer: tuple[ObjectFinding, ...]) -> Findings:
        """See :meth:`PhotoTask.merge`."""
        return replace(findings, objects=answer)
