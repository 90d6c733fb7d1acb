"""From maps to boxes and word gaps."""

import time

import numpy as np
import pytest

from effocr.localizer import arrays
from effocr.localizer.arrays import GAP_THRESHOLD, decode, spaces_before


def maps_of(
    glyphs: list[tuple[float, float]], *, columns: int, gaps: tuple[int, ...] = ()
) -> np.ndarray:
    """Perfect maps of glyphs given as (left, right) pixels; gaps are columns."""
    maps = np.zeros((arrays.CHANNELS, columns), np.float32)
    maps[arrays.X_HEIGHT], maps[arrays.BASELINE] = 13, 28
    for left, right in glyphs:
        column = int((left + right) / 2 / arrays.STRIDE)
        middle = column * arrays.STRIDE + 1
        maps[arrays.CENTRE, column] = 0.9
        maps[arrays.LEFT, column], maps[arrays.RIGHT, column] = middle - left, right - middle
        maps[arrays.TOP, column], maps[arrays.BOTTOM, column] = 15, 28
    maps[arrays.GAP, list(gaps)] = 1
    return maps


def test_boxes_come_out_where_they_were_put_in() -> None:
    glyphs = [(10.0, 17.0), (18.0, 30.0), (40.0, 44.5)]
    located = decode(maps_of(glyphs, columns=40), width=80, peak_threshold=0.3)
    expected = [(left, 15, right, 28) for left, right in glyphs]
    assert located.boxes == pytest.approx(np.array(expected, np.float32))
    assert located.baseline == (28.0, 0.0)
    assert located.x_height == 13


def test_the_weaker_of_two_boxes_on_one_glyph_is_dropped() -> None:
    maps = maps_of([(10.0, 24.0), (14.0, 26.0)], columns=20)
    maps[arrays.CENTRE, 8] = 0.95
    located = decode(maps, width=40, peak_threshold=0.3)
    assert located.boxes[:, 0].tolist() == [10.0]
    assert located.scores.tolist() == pytest.approx([0.95])


def test_touching_and_slightly_overlapping_glyphs_are_kept() -> None:
    located = decode(
        maps_of([(10.0, 20.0), (18.0, 30.0)], columns=20), width=40, peak_threshold=0.3
    )
    assert len(located.boxes) == 2


def test_peaks_in_the_padding_do_not_count() -> None:
    located = decode(
        maps_of([(10.0, 20.0), (60.0, 70.0)], columns=40), width=50, peak_threshold=0.3
    )
    assert len(located.boxes) == 1


def test_a_word_gap_between_two_glyphs_is_a_space_before_the_second() -> None:
    maps = maps_of(
        [(4.0, 10.0), (12.0, 18.0), (30.0, 36.0)], columns=20, gaps=(9, 10, 11, 12, 13, 14)
    )
    located = decode(maps, width=40, peak_threshold=0.3)
    assert spaces_before(located, GAP_THRESHOLD).tolist() == [False, False, True]


def test_a_narrow_gap_between_touching_boxes_is_seen() -> None:
    maps = maps_of([(4.0, 10.0), (10.0, 18.0)], columns=20, gaps=(5,))
    located = decode(maps, width=40, peak_threshold=0.3)
    assert spaces_before(located, GAP_THRESHOLD).tolist() == [False, True]


def test_a_gap_is_one_that_is_more_probable_than_the_threshold() -> None:
    none = np.zeros(3, np.float32)
    boxes = np.zeros((3, 4), np.float32)
    located = arrays.Located(boxes, none, np.array([0, 0.5, 0.75], np.float32), None, 0.0)
    assert spaces_before(located, 0.4).tolist() == [False, True, True]
    assert spaces_before(located, 0.5).tolist() == [False, False, True]
    assert spaces_before(located, 0.75).tolist() == [False, False, False]


def test_nothing_found_is_no_error() -> None:
    located = decode(np.zeros((arrays.CHANNELS, 10), np.float32), width=20, peak_threshold=0.3)
    assert located.boxes.shape == (0, 4)
    assert located.baseline is None
    assert spaces_before(located, GAP_THRESHOLD).size == 0


def test_the_slope_of_the_baseline_is_found_in_spite_of_an_outlier() -> None:
    glyphs = [(10.0 * i, 10.0 * i + 8) for i in range(1, 20)]
    maps = maps_of(glyphs, columns=110)
    columns = np.flatnonzero(maps[arrays.CENTRE])
    maps[arrays.BASELINE, columns] = 25 + 0.02 * (columns * 2 + 1)
    maps[arrays.BASELINE, columns[7]] = 40
    baseline = decode(maps, width=220, peak_threshold=0.3).baseline
    assert baseline is not None
    assert baseline[1] == pytest.approx(0.02, abs=2e-3)
    assert baseline[0] == pytest.approx(25, abs=0.3)


def naive_suppression(boxes: np.ndarray, scores: np.ndarray) -> set[int]:
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        (a, _, b, _), rivals = boxes[i], [boxes[k] for k in kept]
        if all(min(b, d) - max(a, c) <= 0.5 * min(b - a, d - c) for c, _, d, _ in rivals):
            kept.append(i)
    return set(kept)


def test_suppression_matches_a_naive_loop_over_all_pairs() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        left = rng.uniform(0, 300, 60)
        boxes = np.zeros((60, 4), np.float32)
        boxes[:, 0], boxes[:, 2] = left, left + rng.gamma(2.0, 8.0, 60) + 0.5
        scores = rng.permutation(60).astype(np.float32)
        kept = arrays.suppress(boxes, scores)
        assert set(kept.tolist()) == naive_suppression(boxes, scores)
        assert (np.diff(boxes[kept, 0] + boxes[kept, 2]) >= 0).all()


def test_a_strip_of_noise_is_decoded_in_seconds() -> None:
    """A glyph at every third column of a line 400,000 pixels long, all of them overlapping."""
    columns = 200_000
    maps = np.random.default_rng(5).uniform(0, 9, (arrays.CHANNELS, columns)).astype(np.float32)
    maps[arrays.CENTRE] /= 9
    started = time.perf_counter()
    assert len(decode(maps, width=2 * columns, peak_threshold=0.3).boxes) > 10_000
    assert time.perf_counter() - started < 20


def test_the_baseline_is_that_of_weighted_least_squares() -> None:
    rng = np.random.default_rng(6)
    for count in (4, 5, 60):
        x = np.sort(rng.uniform(0, 900, count))
        y = (28 + 0.01 * x + rng.standard_t(2, count)).astype(np.float32)
        heights = rng.normal(13, 1, count).astype(np.float32)
        (height, slope), x_height = arrays._metrics(x, y, heights)
        weights = np.ones(count)
        for _ in range(3):
            expected = np.polyfit(x, y.astype(float), 1, w=weights)
            weights = 1 / (1 + np.square(y - np.polyval(expected, x)))
        assert (slope, height) == pytest.approx(tuple(expected), rel=1e-9)
        assert x_height == np.median(heights)


def test_glyphs_too_near_for_a_slope_have_a_level_baseline() -> None:
    y = np.array([28, 30, 29], np.float32)
    found = arrays._metrics(np.array([1.0, 9.0, 17.0]), y, np.full(3, 13, np.float32))
    assert found == ((29.0, 0.0), 13.0)
