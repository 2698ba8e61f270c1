"""Our average precision of boxes beside that of COCO's own program, on the same boxes."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from phototagger.lab.measure.metrics import COCO_IOUS, COCO_RECALLS, PhotoBoxes, coco_ap

CLASSES, PHOTOS = 3, 12


def made_photo(random: np.random.Generator, most_true: int, most_found: int) -> PhotoBoxes:
    """True boxes, a fifth of them crowds; found boxes beside them and elsewhere. Either may be none."""
    count, tried = int(random.integers(0, most_true + 1)), int(random.integers(0, most_found + 1))
    true = np.column_stack((random.uniform(0, 300, (count, 2)), random.uniform(30, 150, (count, 2))))
    found = np.column_stack((random.uniform(0, 300, (tried, 2)), random.uniform(30, 150, (tried, 2))))
    for number in range(min(tried, count * 3)):  # up to three a true box
        found[number] = true[number % count] + random.normal(0, random.choice([1.0, 6.0, 20.0]), 4)
    found[:, 2:] = np.maximum(found[:, 2:], 5)
    return PhotoBoxes(found, random.uniform(0.05, 1, tried), true, random.uniform(0, 1, count) < 0.2)


def coco_says(classes: list[list[PhotoBoxes]]) -> tuple[float, float]:
    """(AP over IoU 0.50 to 0.95, AP at 0.50), of all sizes of boxes, by pycocotools."""
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for category, photos in enumerate(classes, 1):
        for image, photo in enumerate(photos, 1):
            where = {"image_id": image, "category_id": category}
            for box, crowd in zip(photo.true.tolist(), photo.crowd.tolist(), strict=True):
                number = len(annotations) + 1
                area = box[2] * box[3]
                annotations.append({**where, "id": number, "bbox": box, "area": area, "iscrowd": int(crowd)})
            for box, score in zip(photo.found.tolist(), photo.scores.tolist(), strict=True):
                results.append({**where, "bbox": box, "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "images": [{"id": image} for image in range(1, PHOTOS + 1)],
            "categories": [{"id": category} for category in range(1, CLASSES + 1)],
            "annotations": annotations,
        }
        truth.createIndex()
        found = COCO()
        found.dataset = {
            **truth.dataset,
            "annotations": [
                {**one, "id": number, "area": one["bbox"][2] * one["bbox"][3], "iscrowd": 0}
                for number, one in enumerate(results, 1)
            ],
        }
        found.createIndex()
        judge = COCOeval(truth, found, "bbox")
        judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
        judge.evaluate()
        judge.accumulate()
    assert judge.params.iouThrs == pytest.approx(COCO_IOUS)
    assert judge.params.recThrs == pytest.approx(COCO_RECALLS)
    precision = judge.eval["precision"][:, :, :, 0, -1]  # (threshold, recall, class); -1: no true box
    known = precision[:, :, (precision > -1).all(axis=(0, 1))]
    return float(known.mean()), float(known[0].mean())


@pytest.mark.parametrize(("most_true", "most_found"), [(5, 12), (1, 3), (8, 4), (3, 130)])
@pytest.mark.parametrize("seed", range(5))
def test_our_average_precision_is_that_of_cocos_own_program(
    seed: int, most_true: int, most_found: int
) -> None:
    """The last case has more found boxes than COCO counts in a photo."""
    random = np.random.default_rng(seed)
    classes = [[made_photo(random, most_true, most_found) for _ in range(PHOTOS)] for _ in range(CLASSES)]

    ours, theirs = coco_ap(classes), coco_says(classes)

    assert 0 < theirs[0] < theirs[1] <= 1
    assert ours == pytest.approx(theirs, abs=1e-9)
