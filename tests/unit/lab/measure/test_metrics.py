"""Measures against cases small enough to be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phototagger.lab.measure.metrics import (
    PhotoBoxes,
    average_precision,
    bcubed_f,
    coco_ap,
    iou_matrix,
    match_boxes,
    rank1,
    ranking_ap,
    reliability_error,
    tpr_at_fpr,
)

Box = tuple[float, float, float, float]
A: Box = (0, 0, 10, 10)
B: Box = (20, 0, 10, 10)
FAR: Box = (100, 100, 10, 10)


def photo(found: list[tuple[Box, float]], true: list[Box], crowd: list[bool] | None = None) -> PhotoBoxes:
    return PhotoBoxes(
        found=np.array([box for box, _ in found], dtype=np.float64).reshape(-1, 4),
        scores=np.array([score for _, score in found], dtype=np.float64),
        true=np.array(true, dtype=np.float64).reshape(-1, 4),
        crowd=np.array(crowd if crowd is not None else [False] * len(true), dtype=bool),
    )


def test_iou_of_half_shifted_boxes_is_a_third() -> None:
    ious = iou_matrix(np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 10, 10], [10.0, 0, 10, 10]]))
    assert ious[0] == pytest.approx([1 / 3, 0.0])


def test_iou_with_a_crowd_is_the_share_of_the_found_box_inside() -> None:
    ious = iou_matrix(np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 100, 10]]), np.array([True]))
    assert ious[0, 0] == pytest.approx(0.5)


def test_a_true_box_is_taken_once_and_the_better_overlap_wins() -> None:
    ious = np.array([[0.6, 0.9], [0.8, 0.95], [0.7, 0.0]])
    matches = match_boxes(ious, np.array([False, False]), 0.5)
    assert matches.tolist() == [1, 0, -1]


def test_a_crowd_takes_many_but_only_what_fits_nowhere_else() -> None:
    ious = np.array([[0.6, 0.9], [0.1, 0.9], [0.1, 0.9]])
    matches = match_boxes(ious, np.array([False, True]), 0.5)
    assert matches.tolist() == [0, 1, 1]


def test_perfect_boxes_have_average_precision_one() -> None:
    assert average_precision([photo([(A, 0.9), (B, 0.8)], [A, B])], 0.5) == pytest.approx(1.0)


def test_average_precision_of_right_wrong_right() -> None:
    # Precision 1 up to recall 0.5 (51 of 101 points), then 2/3 for the other 50.
    measured = average_precision([photo([(A, 0.9), (FAR, 0.8), (B, 0.7)], [A, B])], 0.5)
    assert measured == pytest.approx((51 * 1.0 + 50 * 2 / 3) / 101)


def test_average_precision_where_half_is_missed() -> None:
    assert average_precision([photo([(A, 0.9)], [A, B])], 0.5) == pytest.approx(51 / 101)


def test_scores_rank_over_all_photos() -> None:
    wrong_first = [photo([(FAR, 0.9)], []), photo([(A, 0.5)], [A])]
    right_first = [photo([(FAR, 0.5)], []), photo([(A, 0.9)], [A])]
    assert average_precision(wrong_first, 0.5) == pytest.approx(0.5)
    assert average_precision(right_first, 0.5) == pytest.approx(1.0)


def test_a_second_box_on_the_same_thing_is_wrong() -> None:
    doubled = [photo([(A, 0.9), (A, 0.8), (B, 0.7)], [A, B])]
    assert average_precision(doubled, 0.5) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_a_crowd_neither_counts_as_missed_nor_makes_found_boxes_wrong() -> None:
    crowded = [photo([(A, 0.9), (B, 0.8), (FAR, 0.1)], [A, (15, -5, 40, 40)], [False, True])]
    assert average_precision(crowded, 0.5) == pytest.approx(1.0)


def test_a_class_without_true_boxes_has_no_average_precision() -> None:
    assert average_precision([photo([(A, 0.9)], [])], 0.5) is None


def test_coco_ap_averages_ious_and_classes() -> None:
    shifted: Box = (0, 0, 10, 8)  # IoU 0.8: right at seven of the ten thresholds, 0.50 to 0.80
    classes = [[photo([(shifted, 0.9)], [A])], [photo([], [A])], [photo([(FAR, 0.9)], [])]]
    ap, ap50 = coco_ap(classes)
    assert ap50 == pytest.approx(0.5)
    assert ap == pytest.approx(0.5 * 7 / 10)


def test_coco_ap_of_nothing_is_zero() -> None:
    assert coco_ap([]) == (0.0, 0.0)


def test_reliability_error_is_zero_where_scores_hold() -> None:
    assert reliability_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)


def test_reliability_error_weights_slices_by_their_size() -> None:
    scores = [0.95, 0.95, 0.95, 0.25]
    right = [True, True, True, True]
    assert reliability_error(scores, right) == pytest.approx((3 * 0.05 + 0.75) / 4)


def test_tpr_counts_what_lies_above_the_allowed_share_of_others() -> None:
    others = [number / 1000 for number in range(1000)]  # one in a thousand may pass: 0.999
    assert tpr_at_fpr([0.9985, 0.998, 0.5, 2.0], others, 0.001) == pytest.approx(0.5)


def test_tpr_without_pairs() -> None:
    assert tpr_at_fpr([], [0.1], 0.001) == 0.0
    assert tpr_at_fpr([0.1, -0.5], [], 0.001) == 1.0


def test_rank1_leaves_out_persons_with_one_photo_but_keeps_them_as_distractors() -> None:
    similarity = np.array(
        [
            [1.0, 0.9, 0.1, 0.2],
            [0.9, 1.0, 0.1, 0.95],
            [0.1, 0.1, 1.0, 0.3],
            [0.2, 0.95, 0.3, 1.0],
        ]
    )
    assert rank1(similarity, ["a", "a", "b", "c"]) == pytest.approx(0.5)


def test_rank1_counts_a_photo_without_a_face_as_wrong() -> None:
    similarity = np.array([[1.0, 0.5, -np.inf], [0.5, 1.0, -np.inf], [-np.inf] * 3])
    assert rank1(similarity, ["a", "a", "a"]) == pytest.approx(2 / 3)


def test_bcubed_of_one_group_for_two_persons() -> None:
    # Precision 1/2 for each of four, recall 1: F = 2/3.
    assert bcubed_f([0, 0, 0, 0], ["a", "a", "b", "b"]) == pytest.approx(2 / 3)


def test_bcubed_of_a_person_split_in_two() -> None:
    # a: recall 2/3 twice and 1/3 once, precision 1; b: both 1.
    recall = (2 / 3 + 2 / 3 + 1 / 3 + 1) / 4
    assert bcubed_f([0, 0, 1, 2], ["a", "a", "a", "b"]) == pytest.approx(2 * recall / (1 + recall))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc")), min_size=1, max_size=30))
def test_bcubed_is_a_share_and_one_only_for_the_true_groups(items: list[tuple[int, str]]) -> None:
    clusters, names = [item[0] for item in items], [item[1] for item in items]
    value = bcubed_f(clusters, names)
    assert 0 < value <= 1 + 1e-12
    exact = len(set(items)) == len(set(clusters)) == len(set(names))
    assert math.isclose(value, 1.0) == exact


def test_average_precision_of_a_ranking() -> None:
    assert ranking_ap([0.9, 0.5, 0.1], [True, False, True]) == pytest.approx((1 + 2 / 3) / 2)
    assert ranking_ap([0.5, 0.5], [True, False]) == ranking_ap([0.5, 0.5], [False, True]) == 0.5
    assert ranking_ap([0.5], [False]) is None
    assert ranking_ap([0.0, 0.0], [True, False]) == 0.0
    assert ranking_ap([0.9, 0.0], [True, True]) == 0.5
