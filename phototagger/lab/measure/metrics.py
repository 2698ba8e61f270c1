"""Measures of accuracy, each a plain function of arrays, without files and without networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# COCO's detection evaluation: ten IoU thresholds, 101 recall points, the best 100 boxes of a photo and class.
COCO_IOUS = np.linspace(0.5, 0.95, 10)
COCO_RECALLS = np.linspace(0.0, 1.0, 101)
COCO_MOST_BOXES = 100


@dataclass(frozen=True, slots=True)
class PhotoBoxes:
    """Found and true boxes of one class on one photo; boxes are (n, 4) arrays of x, y, w, h in pixels.

    ``crowd`` marks true boxes that stand for many things: they may be hit often and never count as missed.
    """

    found: Floats
    scores: Floats
    true: Floats
    crowd: Flags


def iou_matrix(found: Floats, true: Floats, crowd: Flags | None = None) -> Floats:
    """Intersection over union of each found with each true box, shape (found, true). For a crowd the union is
    the found box alone, as COCO has it."""
    if not len(found) or not len(true):
        return np.zeros((len(found), len(true)))
    low = np.maximum(found[:, None, :2], true[None, :, :2])
    high = np.minimum(found[:, None, :2] + found[:, None, 2:], true[None, :, :2] + true[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    own = np.prod(found[:, 2:], axis=1)[:, None]
    other = np.prod(true[:, 2:], axis=1)[None, :]
    union = own + other - shared
    if crowd is not None:
        union = np.where(crowd[None, :], own, union)
    result: Floats = shared / np.maximum(union, 1e-12)
    return result


def match_boxes(ious: Floats, crowd: Flags, least: float) -> NDArray[np.int64]:
    """For each found box, best first, the true box it takes, or -1: the free true box of highest IoU, a crowd
    only where no other fits. ``ious``: (found, true), found boxes in falling order of score."""
    taken = np.zeros(ious.shape[1], dtype=bool)
    matches = np.full(ious.shape[0], -1, dtype=np.int64)
    for place, row in enumerate(ious):
        for candidates in (~crowd & ~taken, crowd):
            fit = np.where(candidates & (row >= least), row, -1.0)
            if fit.size and fit.max() >= 0:
                matches[place] = int(fit.argmax())
                taken[matches[place]] = True
                break
    return matches


def average_precision(photos: Sequence[PhotoBoxes], least_iou: float) -> float | None:
    """COCO's 101-point interpolated average precision of one class; None when no true box is there."""
    wanted = sum(int((~photo.crowd).sum()) for photo in photos)
    if not wanted:
        return None
    scores: list[Floats] = []
    hits: list[Flags] = []
    for photo in photos:
        order = np.argsort(-photo.scores, kind="stable")[:COCO_MOST_BOXES]
        matches = match_boxes(iou_matrix(photo.found[order], photo.true, photo.crowd), photo.crowd, least_iou)
        counted = np.array([match < 0 or not photo.crowd[match] for match in matches], dtype=bool)
        scores.append(photo.scores[order][counted])
        hits.append(matches[counted] >= 0)
    all_scores = np.concatenate(scores) if scores else np.zeros(0)
    hit = np.concatenate(hits)[np.argsort(-all_scores, kind="stable")]
    right = np.cumsum(hit)
    recall = right / wanted
    precision = right / np.arange(1, len(hit) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, COCO_RECALLS, side="left")
    return float(np.where(places < len(envelope), np.append(envelope, 0.0)[places], 0.0).mean())


def ranking_ap(scores: Sequence[float], right: Sequence[bool]) -> float | None:
    """Average precision of a ranking by score: the mean, over the right ones, of the precision down to each. Equal
    scores count as one step, so that their order does not matter; a score of 0 is no rank, so a right one with it
    is missed. None when none is right."""
    if not any(right):
        return None
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.float64)
    wanted, ranked = truth.sum(), values > 0
    values, truth = values[ranked], truth[ranked]
    if not len(values):
        return 0.0
    order = np.argsort(-values, kind="stable")
    values, hits = values[order], np.cumsum(truth[order])
    ends = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)
    gained = np.diff(hits[ends], prepend=0.0)
    return float((gained * hits[ends] / (ends + 1)).sum() / wanted)


def coco_ap(classes: Sequence[Sequence[PhotoBoxes]]) -> tuple[float, float]:
    """(AP over IoU 0.50 to 0.95, AP at 0.50), the mean over the classes that have true boxes. (0, 0) if none."""
    rows = [
        [average_precision(photos, float(least)) for least in COCO_IOUS]
        for photos in classes
        if any((~photo.crowd).any() for photo in photos)
    ]
    if not rows:
        return 0.0, 0.0
    table = np.array(rows, dtype=np.float64)
    return float(table.mean()), float(table[:, 0].mean())


def reliability_error(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: over ``bins`` equal slices of 0..1, the distance between mean score and share
    of right ones, weighted by how many fall into the slice. 0 for none."""
    if not scores:
        return 0.0
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.float64)
    slot = np.minimum((values * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = slot == number
        if inside.any():
            error += inside.sum() * abs(values[inside].mean() - truth[inside].mean())
    return float(error / len(values))


def tpr_at_fpr(same: Sequence[float] | Floats, other: Sequence[float] | Floats, fpr: float) -> float:
    """Share of same-person similarities above the lowest threshold that lets at most ``fpr`` of the
    different-person similarities through. 0 without same-person pairs."""
    if not len(same):
        return 0.0
    falling = np.sort(np.asarray(other, dtype=np.float64))[::-1]
    allowed = int(np.floor(fpr * len(falling)))
    threshold = falling[allowed] if allowed < len(falling) else -np.inf
    return float((np.asarray(same, dtype=np.float64) > threshold).mean())


def rank1(similarity: Floats, names: Sequence[str]) -> float:
    """Share of photos whose most similar other photo shows the same person, among persons with two photos or
    more. ``similarity``: (n, n); a row of -inf (no face found) counts as wrong."""
    counts = Counter(names)
    tried = right = 0
    for place, name in enumerate(names):
        if counts[name] < 2:
            continue
        tried += 1
        row = similarity[place].copy()
        row[place] = -np.inf
        best = int(row.argmax())
        right += bool(np.isfinite(row[best])) and names[best] == name
    return right / tried if tried else 0.0


def bcubed_f(clusters: Sequence[Hashable], names: Sequence[str]) -> float:
    """B-cubed F: for each item the share of its cluster that is the same person (precision) and the share of
    the person that is in its cluster (recall), averaged over items, then their harmonic mean."""
    if not names:
        return 0.0
    both, by_cluster, by_name = Counter(zip(clusters, names, strict=True)), Counter(clusters), Counter(names)
    pairs = list(zip(clusters, names, strict=True))
    precision = sum(both[pair] / by_cluster[pair[0]] for pair in pairs) / len(pairs)
    recall = sum(both[pair] / by_name[pair[1]] for pair in pairs) / len(pairs)
    return 2 * precision * recall / (precision + recall)
