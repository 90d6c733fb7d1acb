"""Kernels of lines that are set so tightly that they touch."""

from itertools import pairwise

import numpy as np
import pytest

from effocr.detector.arrays import decode
from effocr.detector.config import Look
from effocr.detector.stacked import part_stacked

LOOK = Look(map_stride=2)
HEIGHT = 10.0  # cells of a line, ascenders to descenders; its kernel has four


def page(*lines: tuple[int, int, int], between: float = 0.5) -> np.ndarray:
    """Probability of lines (row, first column, last column), and between each and the next."""
    probability = np.zeros((60, 160), np.float32)
    for (row, first, last), (_, first2, last2) in pairwise(lines):
        probability[row + 4 : row + 8, max(first, first2) + 5 : min(last, last2) - 5] = between
    for row, first, last in lines:
        probability[row : row + 4, first:last] = 0.95
    return probability


def kernel(probability: np.ndarray) -> np.ndarray:
    return np.flatnonzero(probability > 0.3)


def test_two_lines_that_touch_are_parted_and_no_cell_is_lost() -> None:
    probability = page((10, 10, 150), (18, 10, 150))
    cells = kernel(probability)
    upper, lower = part_stacked(cells, probability, HEIGHT)
    assert sorted([*upper, *lower]) == cells.tolist()
    assert set(upper // 160) == {10, 11, 12, 13, 14, 15}
    assert set(lower // 160) == {16, 17, 18, 19, 20, 21}


@pytest.mark.parametrize("between", [0.35, 0.65, 0.85])
def test_three_lines_are_parted_even_where_only_two_come_apart_at_first(between: float) -> None:
    probability = page((10, 10, 150), (18, 10, 150), (26, 10, 150))
    probability[22:26, 15:145] = between
    parts = part_stacked(kernel(probability), probability, HEIGHT)
    assert [sorted(set(part // 160))[0] for part in parts] == [10, 16, 24]


def test_a_block_of_lines_that_is_higher_than_wide_is_parted() -> None:
    probability = np.zeros((420, 100), np.float32)
    probability[10:410, 10:70] = 0.5
    for row in range(10, 410, 8):
        probability[row : row + 4, 5:75] = 0.95
    assert len(part_stacked(kernel(probability), probability, HEIGHT)) == 50


def test_parts_come_from_top_to_bottom() -> None:
    probability = page((10, 30, 150), (18, 10, 150))
    upper, lower = part_stacked(kernel(probability), probability, HEIGHT)
    assert upper.min() < lower.min()


def test_a_short_last_line_is_parted_from_the_one_above() -> None:
    probability = page((10, 10, 150), (18, 10, 70))
    upper, lower = part_stacked(kernel(probability), probability, HEIGHT)
    assert (lower % 160).max() < 70 <= (upper % 160).max()


def test_a_line_that_falls_into_pieces_beside_each_other_stays_one() -> None:
    probability = page((10, 10, 150), (18, 10, 150))
    probability[18:22, 75:80] = 0.35  # the lower line comes apart at the same threshold
    assert len(part_stacked(kernel(probability), probability, HEIGHT)) == 2
    probability[10:14, 75:80] = 0.35
    assert len(part_stacked(kernel(probability), probability, HEIGHT)) == 2


def test_one_line_stays_one_even_if_it_leans_or_has_a_hole() -> None:
    level = page((10, 10, 150))
    level[11:13, 60:70] = 0.35
    assert len(part_stacked(kernel(level), level, HEIGHT)) == 1
    leaning = np.zeros((60, 160), np.float32)
    for column in range(10, 150):
        leaning[10 + column // 5 : 14 + column // 5, column] = 0.95
    assert len(part_stacked(kernel(leaning), leaning, HEIGHT)) == 1


def test_a_headline_is_not_cut_through_its_middle() -> None:
    probability = page((10, 10, 150), (18, 10, 150))
    assert len(part_stacked(kernel(probability), probability, 2 * HEIGHT)) == 1


def test_lines_that_run_down_are_parted_side_by_side() -> None:
    probability = np.ascontiguousarray(page((10, 10, 150), (18, 10, 150)).T)
    left, right = part_stacked(np.flatnonzero(probability > 0.3), probability, HEIGHT)
    assert (left % 60).max() < (right % 60).min()


def test_what_no_threshold_parts_stays_whole() -> None:
    probability = page((10, 10, 150), (18, 10, 150), between=0.95)
    assert len(part_stacked(kernel(probability), probability, HEIGHT)) == 1


def test_a_page_of_touching_lines_gives_a_region_for_each() -> None:
    probability = page((10, 10, 150), (18, 10, 150))
    maps = np.stack((probability, np.full_like(probability, 2 * HEIGHT)))
    found = decode(maps, LOOK)
    assert len(found.polygons) == 2
    assert [polygon[:, 1].mean() for polygon in found.polygons] == pytest.approx([26, 38], abs=2)
