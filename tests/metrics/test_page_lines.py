"""Lines of a page by polygon and by baseline, on hand-worked cases and against plain loops."""

from itertools import pairwise

import numpy as np
import pytest

from effocr.metrics.boxes import BoxCounts
from effocr.metrics.page_lines import (
    BaselineScore,
    baseline_of,
    line_counts,
    score_baselines,
    tolerances,
)


def row(y: float, x0: float = 0, x1: float = 1000) -> np.ndarray:
    return np.array([(x0, y), (x1, y)], np.float64)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def test_the_tolerance_is_a_quarter_of_the_distance_to_the_neighbour() -> None:
    # distances 40, 40, 80: mean 53.3; the last one is cut to the mean
    limits = tolerances([row(100), row(140), row(220)])
    assert limits == pytest.approx([10, 10, 160 / 3 / 4])


def test_lines_beside_each_other_and_far_away_are_no_neighbours() -> None:
    # columns side by side at one height; the only neighbour is the line below in the left one
    limits = tolerances([row(100, 0, 400), row(101, 600, 1000), row(140, 0, 400)])
    assert limits == pytest.approx([10, 10, 10])  # the lone one gets the mean
    assert tolerances([row(100)]) == pytest.approx([62.5])  # a quarter of 250
    assert tolerances([row(100), row(900)]) == pytest.approx([62.5, 62.5])
    # halves of one row that overlap by a little do not make a distance of nothing
    halves = [row(100, 0, 500), row(100, 490, 1000), row(140)]
    assert tolerances(halves) == pytest.approx([10, 10, 10])


def test_a_line_within_the_tolerance_is_found_whole_and_fades_up_to_three_times_it() -> None:
    truth = [row(100), row(140)]  # tolerance 10
    assert score_baselines(truth, [row(110), row(130)]).recall == pytest.approx(1.0)
    # 15 off: (30 - 15) / 20 = 0.75; but the other found line is 140 - 115 = 25 off, 0.25: less
    score = score_baselines([row(100), row(140)], [row(85), row(155)])
    assert (score.recall, score.precision) == pytest.approx((0.75, 0.75))
    # 30 off: nothing
    assert score_baselines([row(100), row(140)], [row(70), row(170)]).recall == 0.0


def test_a_line_found_in_two_halves_costs_precision_only() -> None:
    truth = [row(100), row(140)]
    found = [row(100, 0, 500), row(100, 500, 1000), row(140)]
    score = score_baselines(truth, found)
    # every point is covered; of the halves only one is paired: (1 + 0 + 1) / 3
    assert score.recall == pytest.approx(1.0)
    assert score.precision == pytest.approx(2 / 3)


def test_half_a_line_is_half_a_recall() -> None:
    score = score_baselines([row(100, 0, 1000), row(140)], [row(100, 0, 500), row(140)])
    # points from 500 to 510 are within 10 px of the end, then it fades over 20 px, mean a half:
    # 500 + 10 + 10 of 1000
    assert score.recall == pytest.approx((0.52 + 1) / 2, abs=0.004)
    assert score.precision == pytest.approx(1.0)


def test_two_columns_run_together_cost_precision() -> None:
    truth = [row(y, x, x + 400) for y in (100, 140) for x in (0, 600)]
    score = score_baselines(truth, [row(100), row(140)])
    assert score.recall == pytest.approx(1.0)
    # of 1000 px 400 lie on the line it is paired with, 10 within the tolerance, 20 fading
    assert score.precision == pytest.approx(0.42, abs=0.01)


def test_sums_over_pages_and_pages_without_lines() -> None:
    assert score_baselines([], []) == BaselineScore()
    nothing = score_baselines([row(100)], [])
    assert (nothing.recall, nothing.precision, nothing.f_score) == (0.0, 0.0, 0.0)
    extra = score_baselines([], [row(100)])
    both = score_baselines([row(100)], [row(100)]) + nothing + extra
    assert (both.recall, both.precision, both.f_score) == (0.5, 0.5, 0.5)


def naive(truth: list[np.ndarray], found: list[np.ndarray], limits: np.ndarray) -> tuple:
    """Recall and precision by dense points and loops."""

    def dense(line: np.ndarray) -> np.ndarray:
        steps = np.linspace(0, 1, 150)[:, None]  # a pixel apart
        return np.concatenate([a + steps * (b - a) for a, b in pairwise(line)])

    def share(a: np.ndarray, others: list[np.ndarray], limit: float) -> float:
        away = np.min(
            [np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1)).min(axis=1) for b in others],
            axis=0,
        )
        return float(np.clip((3 * limit - away) / (2 * limit), 0, 1).mean())

    true, got = [dense(one) for one in truth], [dense(one) for one in found]
    recall = np.mean([share(one, got, limit) for one, limit in zip(true, limits, strict=True)])
    table = np.array([[share(b, [a], t) for a, t in zip(true, limits, strict=True)] for b in got])
    total = 0.0
    while table.max() > 0:
        i, j = np.unravel_index(table.argmax(), table.shape)
        total += table[i, j]
        table[i, :] = table[:, j] = 0
    return recall, total / len(found)


def test_scores_agree_with_plain_loops_on_skewed_lines() -> None:
    rng = np.random.default_rng(7)
    truth = [
        np.stack([np.linspace(0, 600, 5), y + np.linspace(0, 30, 5) + rng.uniform(-2, 2, 5)], 1)
        for y in np.arange(100, 400, 45)
    ]
    found = [one[: int(rng.integers(2, 6))] + rng.uniform(-14, 14, 2) for one in truth[1:]]
    score = score_baselines(truth, found)
    recall, precision = naive(truth, found, tolerances(truth))
    assert score.recall == pytest.approx(recall, abs=0.01)
    assert score.precision == pytest.approx(precision, abs=0.01)


def test_the_lower_edge_stands_for_a_baseline() -> None:
    # a box 50 high: a fifth above its lower edge
    line = baseline_of(box(0, 100, 400, 150))
    assert line[:, 1] == pytest.approx(np.full(21, 140))
    assert line[[0, -1], 0] == pytest.approx([0.4, 399.6])
    # sheared: the same, along the slope of 0.1
    slanted = box(0, 100, 400, 150) + np.array([(0, 0), (0, 40), (0, 40), (0, 0)])
    assert baseline_of(slanted)[:, 1] == pytest.approx(140 + 0.1 * line[:, 0])
    # whichever corner comes first, whichever way round
    assert baseline_of(np.roll(slanted, 1, axis=0)[::-1]) == pytest.approx(baseline_of(slanted))


def test_lines_by_polygon() -> None:
    truth = [box(0, 0, 100, 20), box(0, 30, 100, 50), box(0, 60, 100, 80)]
    # 16 of 20 rows; exactly half; found twice
    found = [box(0, 0, 100, 16), box(0, 30, 50, 50), box(0, 60, 100, 80), box(0, 60, 100, 79)]
    assert line_counts(truth, found) == BoxCounts(3, 4, 3)
    assert line_counts(truth, found, iou_threshold=0.51) == BoxCounts(2, 4, 3)
