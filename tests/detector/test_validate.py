"""Counts of found regions against worked cases."""

import numpy as np

from effocr.detector.validate import RegionCounts, count_regions


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def test_regions_match_one_to_one_above_the_iou() -> None:
    truth = [box(0, 0, 10, 10), box(20, 0, 30, 10)]
    found = [box(0, 0, 10, 9), box(0, 1, 10, 10), box(20, 0, 30, 5)]  # 0.9, 0.9 and exactly 0.5
    assert count_regions(found, truth, [False, False], 0.5) == RegionCounts(1, 3, 2)


def test_what_lies_in_an_ignored_region_does_not_count() -> None:
    truth = [box(0, 0, 10, 10), box(20, 0, 60, 10)]
    found = [box(0, 0, 10, 10), box(22, 0, 30, 10), box(15, 0, 24, 10)]
    counts = count_regions(found, truth, [False, True], 0.5)
    assert counts == RegionCounts(1, 2, 1)
    assert (counts.precision, counts.recall) == (0.5, 1.0)


def test_nothing_found_or_nothing_there() -> None:
    assert count_regions([], [box(0, 0, 9, 9)], [False], 0.5) == RegionCounts(0, 0, 1)
    assert count_regions([box(0, 0, 9, 9)], [], [], 0.5) == RegionCounts(0, 1, 0)
    assert RegionCounts().hmean == 0
