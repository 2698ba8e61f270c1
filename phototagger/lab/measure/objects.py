"""How well objects are found: COCO's average precision."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from phototagger.domain.findings import ObjectFinding
from phototagger.lab.measure.measure import Analysed
from phototagger.lab.measure.metrics import PhotoBoxes, coco_ap
from phototagger.lab.truth.ground_truth import GroundTruth, TrueObject, TrueObjects


class ObjectsPart:
    """``ap``: mean over classes and IoU 0.50 to 0.95; ``ap50``: mean over classes at IoU 0.50."""

    name = "objects"

    def __init__(self, truth: GroundTruth) -> None:
        self._truth = truth
        self._classes: defaultdict[str, list[PhotoBoxes]] = defaultdict(list)
        self._seen = False

    def add(self, photo: Analysed) -> None:
        truth = self._truth.objects.get(photo.path)
        if truth is None:
            return
        self._seen = True
        found: defaultdict[str, list[ObjectFinding]] = defaultdict(list)
        for finding in photo.findings.objects:
            found[finding.label].append(finding)
        true: defaultdict[str, list[TrueObject]] = defaultdict(list)
        for entry in truth.objects:
            true[entry.label].append(entry)
        for label in (found.keys() | true.keys()) & self._truth.object_labels:
            self._classes[label].append(_boxes(found[label], true[label], truth))

    def average_precisions(self) -> dict[str, float]:
        """AP, as ``ap``, of every label that some photo shows."""
        return {label: coco_ap([photos])[0] for label, photos in self._classes.items() if _shown(photos)}

    def result(self) -> dict[str, float]:
        if not self._seen:
            return {}
        ap, ap50 = coco_ap(list(self._classes.values()))
        return {"ap": ap, "ap50": ap50}


def _shown(photos: list[PhotoBoxes]) -> bool:
    return any((~photo.crowd).any() for photo in photos)


def _boxes(found: list[ObjectFinding], true: list[TrueObject], size: TrueObjects) -> PhotoBoxes:
    """Found boxes scaled to the pixels that the ground truth speaks of."""
    scale = np.array([size.width, size.height, size.width, size.height])
    fractions = np.array([(f.box.x, f.box.y, f.box.w, f.box.h) for f in found], dtype=np.float64)
    return PhotoBoxes(
        found=fractions.reshape(-1, 4) * scale,
        scores=np.array([finding.score for finding in found], dtype=np.float64),
        true=np.array([entry.box for entry in true], dtype=np.float64).reshape(-1, 4),
        crowd=np.array([entry.crowd for entry in true], dtype=bool),
    )
