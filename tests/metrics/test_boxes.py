"""Matching of boxes, against trying every assignment."""

from itertools import permutations

import numpy as np
import pytest

from effocr.metrics.boxes import BoxCounts, count_matches, match_greedy, match_most


def naive_iou(a: np.ndarray, b: np.ndarray) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def most_pairs_by_trying(found: np.ndarray, truth: np.ndarray, threshold: float) -> int:
    few, many = (found, truth) if len(found) <= len(truth) else (truth, found)
    return max(
        sum(naive_iou(few[i], many[j]) >= threshold for i, j in enumerate(order))
        for order in permutations(range(len(many)), len(few))
    )


def crowded_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corner = rng.uniform(0, 6, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(4, 9, (count, 2))], axis=1)


def test_optimal_matching_finds_as_many_pairs_as_any_assignment() -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        found = crowded_boxes(rng, int(rng.integers(1, 6)))
        truth = crowded_boxes(rng, int(rng.integers(1, 6)))
        pairs = match_most(found, truth, 0.3)
        assert len(pairs) == most_pairs_by_trying(found, truth, 0.3)
        assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
        assert all(naive_iou(found[i], truth[j]) >= 0.3 for i, j in pairs)
        assert len(match_greedy(found, truth, 0.3)) <= len(pairs)


def test_greedy_matching_takes_the_best_pair_first() -> None:
    truth = np.array([[0.0, 0, 10, 10], [6, 0, 16, 10]])
    found = np.array([[3.0, 0, 13, 10], [0, 0, 10, 10]])
    assert match_greedy(found, truth, 0.5) == [(0, 1), (1, 0)]


def test_a_box_found_twice_counts_once() -> None:
    truth = np.array([[0.0, 0, 10, 10]])
    found = np.array([[0.0, 0, 10, 10], [1, 0, 10, 10]])
    assert count_matches(found, truth) == BoxCounts(matched=1, found=2, truth=1)


def test_rates_are_harmonic_and_add_up_over_images() -> None:
    counts = BoxCounts(2, 4, 2) + BoxCounts(1, 1, 3)
    assert counts.precision == pytest.approx(3 / 5)
    assert counts.recall == pytest.approx(3 / 5)
    precision, recall = BoxCounts(2, 4, 5).precision, BoxCounts(2, 4, 5).recall
    assert BoxCounts(2, 4, 5).f_score == pytest.approx(2 / (1 / precision + 1 / recall))


def test_images_without_boxes_are_counted_without_dividing_by_zero() -> None:
    none = np.zeros((0, 4))
    one = np.array([[0.0, 0, 5, 5]])
    assert count_matches(none, one) == BoxCounts(0, 0, 1)
    assert count_matches(one, none) == BoxCounts(0, 1, 0)
    assert BoxCounts().precision == BoxCounts().recall == BoxCounts().f_score == 0.0
