"""The protocol of ICDAR 2015, against hand-worked cases and a loop over all pairs."""

import numpy as np
import pytest
from shapely.geometry import Polygon

from effocr.metrics.boxes import BoxCounts
from effocr.metrics.icdar import match_detections


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def test_one_right_one_wrong_one_missed() -> None:
    truth = [box(0, 0, 10, 10), box(20, 0, 30, 10)]
    # 10 x 10 against 8 x 10 inside of it: 80 / 100 = 0.8 is a match; the other is far off
    found = [box(0, 0, 8, 10), box(50, 0, 60, 10)]
    match = match_detections(truth, [False, False], found)
    assert match.pairs == ((0, 0),)
    counts = match.counts
    assert (counts.precision, counts.recall, counts.f_score) == (0.5, 0.5, 0.5)


def test_an_iou_of_exactly_a_half_is_no_match() -> None:
    # 5 x 10 inside 10 x 10: 50 / 100 = 0.5, and the protocol asks for more
    assert match_detections([box(0, 0, 10, 10)], [False], [box(0, 0, 5, 10)]).pairs == ()
    assert match_detections([box(0, 0, 10, 10)], [False], [box(0, 0, 5.5, 10)]).pairs == ((0, 0),)


def test_what_lies_in_a_dont_care_region_counts_neither_way() -> None:
    truth, ignore = [box(0, 0, 100, 10), box(200, 0, 210, 10)], [True, False]
    # 6 of 10 columns inside the don't-care region: 0.6 > 0.5, dropped
    # 5 of 10 columns: 0.5 is not more than 0.5, so that it counts and is wrong
    found = [box(94, 0, 104, 10), box(95, 0, 105, 10), box(200, 0, 210, 10)]
    assert match_detections(truth, ignore, found).counts == BoxCounts(1, 2, 1)


def test_two_dont_care_regions_do_not_add_up() -> None:
    # 4 + 4 of 10 columns lie in one or the other, but neither has more than half
    truth = [box(0, 0, 4, 10), box(6, 0, 10, 10)]
    assert match_detections(truth, [True, True], [box(0, 0, 10, 10)]).counts == BoxCounts(0, 1, 0)


def test_pairs_are_taken_in_the_order_of_the_file_not_by_overlap() -> None:
    # both found ones reach 0.5 (0.6 and 1.0); the first of the file is taken, the other is wrong
    truth = [box(0, 0, 10, 10)]
    match = match_detections(truth, [False], [box(0, 0, 6, 10), box(0, 0, 10, 10)])
    assert match.pairs == ((0, 0),)
    assert match.counts == BoxCounts(1, 2, 1)


def test_polygons_that_cross_themselves_are_dropped_on_both_sides() -> None:
    bow_tie = np.array([(0, 0), (10, 10), (10, 0), (0, 10)], np.float32)
    flat = box(0, 0, 10, 0)
    match = match_detections([bow_tie, box(20, 0, 30, 10)], [False, False], [bow_tie, flat])
    assert match.counts == BoxCounts(0, 0, 1)
    assert match.truth == (1,)


@pytest.mark.parametrize(("truth", "found"), [([], []), ([], [1]), ([1], [])])
def test_nothing_to_divide_by_is_zero(truth: list[int], found: list[int]) -> None:
    one = box(0, 0, 10, 10)
    counts = match_detections([one] * len(truth), [False] * len(truth), [one] * len(found)).counts
    assert (counts.precision, counts.recall, counts.f_score) == (0.0, 0.0, 0.0)


def naive(truth: list, ignore: list, found: list) -> BoxCounts:
    """The script of the competition as its text says it, all pairs one by one."""
    gt = [(Polygon(one), care) for one, care in zip(truth, ignore, strict=True)]
    gt = [(one, care) for one, care in gt if one.is_valid and one.area]
    det = [Polygon(one) for one in found]
    det = [one for one in det if one.is_valid and one.area]
    hidden = {
        place
        for place, one in enumerate(det)
        for other, care in gt
        if care and one.intersection(other).area / one.area > 0.5
    }
    used: set[int] = set()
    matched = 0
    for other, care in gt:
        for place, one in enumerate(det):
            if care or place in hidden or place in used:
                continue
            if one.intersection(other).area / one.union(other).area > 0.5:
                used.add(place)
                matched += 1
                break
    return BoxCounts(matched, len(det) - len(hidden), sum(not care for _, care in gt))


def test_the_tree_agrees_with_a_loop_over_all_pairs() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        centre = rng.uniform(0, 60, (12, 1, 2))
        truth = list((centre + rng.uniform(-9, 9, (12, 4, 2))).astype(np.float32))
        truth += [box(*place, *(place + 12)) for place in rng.uniform(0, 50, (12, 2))]
        found = [one + rng.uniform(-2, 2, 2) for one in truth] + [truth[-1] + 1, truth[-1]]
        ignore = list(rng.random(len(truth)) < 0.3)
        assert match_detections(truth, ignore, found).counts == naive(truth, ignore, found)


def test_thousands_of_polygons_are_matched() -> None:
    corners = np.stack(np.meshgrid(np.arange(80), np.arange(50)), axis=-1).reshape(-1, 2) * 20
    boxes = [box(x, y, x + 15, y + 10) for x, y in corners.tolist()]
    match = match_detections(boxes, [False] * len(boxes), [one + 1 for one in boxes])
    assert match.counts == BoxCounts(4000, 4000, 4000)
