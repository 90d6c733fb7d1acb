"""Panoptic quality, on hand-worked cases and against matrices of pixel masks."""

import cv2
import numpy as np
import pytest

from effocr.metrics.panoptic import PanopticCounts, panoptic_counts
from effocr.metrics.polygons import shapes, unions


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def test_tightness_times_f() -> None:
    truth = shapes([box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 10)])
    # IoU 80 / 100 and 100 / 125; the third is not found, one is found where nothing is
    found = shapes([box(0, 0, 8, 10), box(20, 0, 32.5, 10), box(70, 0, 80, 10)])
    counts = panoptic_counts(truth, [False] * 3, found)
    rates = counts.rates()
    assert rates["precision"] == rates["recall"] == rates["f"] == pytest.approx(2 / 3)
    assert rates["tightness"] == pytest.approx(0.8)
    assert rates["pq"] == pytest.approx(0.8 * 2 / 3)


def test_an_iou_of_exactly_a_half_is_enough() -> None:
    counts = panoptic_counts(shapes([box(0, 0, 10, 10)]), [False], shapes([box(0, 0, 5, 10)]))
    assert counts == PanopticCounts(1, 0.5, 1, 1)


def test_a_region_is_found_only_by_what_it_is_the_best_for() -> None:
    # found 0 covers both, IoU 60 / 100 and 40 / 100; found 1 has 0.4 with the second true one
    truth = shapes([box(0, 0, 6, 10), box(6, 0, 10, 10)])
    counts = panoptic_counts(truth, [False] * 2, shapes([box(0, 0, 10, 10)]))
    assert counts == PanopticCounts(1, 0.6, 1, 2)
    # two equal ones: only the first of them is anybody's best
    one = box(0, 0, 10, 10)
    assert panoptic_counts(shapes([one]), [False], shapes([one, one])).matched == 1


def test_at_least_half_inside_a_dont_care_region_is_dropped() -> None:
    truth = shapes([box(0, 0, 100, 10), box(200, 0, 210, 10)])
    # 5 of 10 columns inside: dropped here, where ICDAR 2015 would count it; 4 of 10: counts
    found = shapes([box(95, 0, 105, 10), box(96, 0, 106, 10), box(200, 0, 210, 10)])
    assert panoptic_counts(truth, [True, False], found) == PanopticCounts(1, 1.0, 2, 1)


def test_end_to_end_wants_equal_texts() -> None:
    both = shapes([box(0, 0, 10, 10), box(20, 0, 30, 10)])
    counts = panoptic_counts(both, [False] * 2, both, (["Exit", "sale"], ["exit", "sale"]))
    # found: both, PQ 1; end to end: case counts, one of two, P = R = F = 0.5, T = 1
    assert counts.rates()["pq"] == 1.0
    assert counts.rates(texts=True)["pq"] == 0.5
    # texts that nobody knows are not equal
    assert panoptic_counts(both, [False] * 2, both, ([None] * 2, [None] * 2)).right == 0


def test_of_nothing_all_rates_are_one() -> None:
    rates = panoptic_counts(shapes([]), [], shapes([])).rates()
    assert set(rates.values()) == {1.0}
    rates = panoptic_counts(shapes([]), [], shapes([box(0, 0, 1, 1)])).rates()
    assert (rates["precision"], rates["recall"], rates["f"]) == (0.0, 1.0, 0.0)


def test_a_line_is_the_union_of_its_words() -> None:
    # two words of 4 x 10 with a gap of 2: 80, found as one box of 10 x 10 = 100: IoU 0.8
    line = unions([[box(0, 0, 4, 10), box(6, 0, 10, 10)]])
    found = unions([[box(0, 0, 10, 10)]])
    assert panoptic_counts(line, [False], found) == PanopticCounts(1, 0.8, 1, 1)


def mask(polygon: np.ndarray) -> np.ndarray:
    return cv2.fillPoly(np.zeros((800, 800), np.uint8), [polygon.astype(np.int32)], 1).astype(bool)


def test_areas_agree_with_pixel_masks() -> None:
    rng = np.random.default_rng(5)
    truth = [box(x, y, x + 180, y + 90) for x, y in rng.integers(0, 600, (8, 2)).tolist()]
    found = [one + rng.integers(-30, 30, 2) for one in truth]
    ignore = [number % 4 == 3 for number in range(8)]
    true_masks = [mask(one) for one in truth]
    kept = [
        one
        for one in map(mask, found)
        if all(
            (one & other).sum() / one.sum() < 0.5
            for other, care in zip(true_masks, ignore, strict=True)
            if care
        )
    ]
    wanted = [one for one, care in zip(true_masks, ignore, strict=True) if not care]
    iou = np.array([[(a & b).sum() / (a | b).sum() for b in kept] for a in wanted])
    best = [
        iou[row].max()
        for row in range(len(wanted))
        if iou[row].max() >= 0.5 and iou[:, iou[row].argmax()].argmax() == row
    ]
    counts = panoptic_counts(shapes(truth), ignore, shapes(found))
    assert (counts.matched, counts.found, counts.truth) == (len(best), len(kept), len(wanted))
    assert counts.tightness == pytest.approx(sum(best), abs=0.02 * len(best))
