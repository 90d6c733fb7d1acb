"""The figures of ocrs-models, on hand-worked cases and against matrices of all pairs."""

import numpy as np
import pytest
from shapely.geometry import Polygon

from effocr.metrics.ocrs import OcrsScore, mean_score, ocrs_score


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def test_two_words_found_as_one_are_merged() -> None:
    # the found box covers both wholly; its IoU with either is 100 / 210, no match
    score = ocrs_score([box(0, 0, 10, 10), box(11, 0, 21, 10)], [box(0, 0, 21, 10)])
    assert score == OcrsScore(0.0, 0.0, 1.0, 0.0)


def test_a_word_found_in_two_pieces_is_split() -> None:
    # pieces of 60 and 40: IoU 0.6 and 0.4; both lie wholly inside; the other word is found
    truth = [box(0, 0, 10, 10), box(20, 0, 30, 10)]
    score = ocrs_score(truth, [box(0, 0, 6, 10), box(6, 0, 10, 10), box(20, 0, 30, 10)])
    assert score == OcrsScore(precision=2 / 3, recall=1.0, merged=0.0, split=0.5)


def test_two_found_boxes_of_one_word_both_count_so_that_recall_can_exceed_one() -> None:
    one = box(0, 0, 10, 10)
    assert ocrs_score([one], [one, one]).recall == 2.0


def test_rectangles_count_not_outlines() -> None:
    # a triangle has half of its rectangle's area
    triangle = np.array([(0, 0), (10, 0), (10, 10), (10, 5)], np.float32)
    assert ocrs_score([triangle], [box(0, 0, 10, 10)]).precision == 1.0


def test_nothing_found_and_nothing_there() -> None:
    one = box(0, 0, 10, 10)
    assert ocrs_score([], []) == OcrsScore(1.0, 1.0, 0.0, 0.0)
    assert ocrs_score([one], []) == OcrsScore(1.0, 0.0, 0.0, 0.0)
    assert ocrs_score([], [one]) == OcrsScore(0.0, 1.0, 0.0, 0.0)
    # means over images, not quotients of sums
    assert mean_score([OcrsScore(1, 0, 0, 0), OcrsScore(0, 1, 1, 0)]).precision == 0.5
    assert mean_score([]) == OcrsScore(1.0, 1.0, 0.0, 0.0)


def test_the_tree_agrees_with_matrices_of_all_pairs() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        truth = [box(x, y, x + 12, y + 6) for x, y in rng.uniform(0, 50, (15, 2)).tolist()]
        found = [one + rng.uniform(-4, 4, 2).astype(np.float32) for one in truth]
        found += [box(x, y, x + 30, y + 8) for x, y in rng.uniform(0, 40, (5, 2)).tolist()]
        a, b = [Polygon(one) for one in found], [Polygon(one) for one in truth]
        common = np.array([[one.intersection(two).area for two in b] for one in a])
        union = np.array([[one.union(two).area for two in b] for one in a])
        good = int(((common / union) > 0.5).any(axis=1).sum())
        covers = (common / np.array([one.area for one in b]) > 0.5).sum(axis=1)
        holds = (common / np.array([one.area for one in a])[:, None] > 0.5).sum(axis=0)
        score = ocrs_score(truth, found)
        assert score.precision == pytest.approx(good / len(found))
        assert score.recall == pytest.approx(good / len(truth))
        assert score.merged == pytest.approx(covers[covers > 1].sum() / len(truth))
        assert score.split == pytest.approx((holds > 1).sum() / len(truth))
