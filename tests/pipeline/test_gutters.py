"""Lines that run on over a gutter."""

import numpy as np
import pytest

from effocr.pipeline.gutters import cut_at_gutters

GUTTER = (200, 214)
STEP, HIGH = 30, 20


def outline(x0: float, x1: float, row: int, high: float = HIGH) -> np.ndarray:
    y0 = 20 + STEP * row
    return np.array([[x0, y0], [x1, y0], [x1, y0 + high], [x0, y0 + high]], np.float32)


def two_columns(rows: int, run_on: set[int]) -> list[np.ndarray]:
    lines = []
    for row in range(rows):
        if row in run_on:
            lines.append(outline(10, 400, row))
        else:
            lines += [outline(10, GUTTER[0], row), outline(GUTTER[1], 400, row)]
    return lines


def printed(rows: int, *, gutter: bool = True, rule: bool = False) -> np.ndarray:
    """Letters as strokes four pixels apart, with a gutter between two columns."""
    page = np.full((40 + STEP * rows, 420), 255, np.uint8)
    for row in range(rows):
        page[22 + STEP * row : 38 + STEP * row, 12:398:4] = 0
    if gutter:
        page[:, GUTTER[0] : GUTTER[1]] = 255
    if rule:
        page[:, 207] = 0
    return page


@pytest.mark.parametrize("rule", [False, True])
def test_a_line_over_two_columns_is_cut_in_their_gutter(rule: bool) -> None:
    lines = cut_at_gutters(printed(8, rule=rule), two_columns(8, {3}))
    assert len(lines) == 16
    left, right = lines[6:8]
    assert GUTTER[0] <= left[:, 0].max() == right[:, 0].min() <= GUTTER[1]
    for part, (x0, x1) in ((left, (10, left[:, 0].max())), (right, (right[:, 0].min(), 400))):
        np.testing.assert_allclose(part, outline(x0, x1, 3))


def test_a_line_with_ink_in_the_gutter_stays_whole() -> None:
    page = printed(8)
    page[22 + 3 * STEP : 38 + 3 * STEP, 12:398:4] = 0
    assert len(cut_at_gutters(page, two_columns(8, {3}))) == 15


def test_a_headline_over_both_columns_stays_whole() -> None:
    lines = two_columns(8, {3})
    lines[6] = outline(10, 400, 3, high=2 * HIGH)
    assert len(cut_at_gutters(printed(8), lines)) == 15


def test_lines_of_one_column_stay_as_they_are() -> None:
    lines = two_columns(8, set(range(8)))
    assert [id(line) for line in cut_at_gutters(printed(8), lines)] == [id(line) for line in lines]


RUN_ON = {1, 2, 3, 4, 5, 7, 9, 11}


def test_where_more_lines_run_on_than_end_all_are_cut_if_white_runs_down_through_all() -> None:
    cut = cut_at_gutters(printed(12), two_columns(12, RUN_ON))
    assert len(cut) == 24
    assert all(GUTTER[0] <= line[:, 0].max() <= GUTTER[1] for line in cut[::2])


def test_where_more_lines_run_on_than_end_and_print_stands_in_some_none_is_cut() -> None:
    page = printed(12)
    for row in (2, 4, 7):
        page[22 + STEP * row : 38 + STEP * row, 12:398:4] = 0
    lines = two_columns(12, RUN_ON)
    assert len(cut_at_gutters(page, lines)) == len(lines)


def test_lines_that_were_cut_tell_about_those_further_off() -> None:
    rows = 40
    lines = two_columns(rows, set(range(6, 30)))  # the middle ones see no two lines that end
    assert len(cut_at_gutters(printed(rows), lines)) == 2 * rows


def test_a_leaning_page_is_cut_along_its_gutter() -> None:
    lean = 0.03

    def leaning(points: np.ndarray) -> np.ndarray:
        x, y = points.T
        return np.stack([x - lean * y, y + lean * x], axis=1).astype(np.float32)

    lines = [leaning(line) for line in two_columns(16, {2, 13})]
    cut = cut_at_gutters(np.full((600, 420), 255, np.uint8), lines)
    assert len(cut) == 32
    for row in (2, 13):
        middle = leaning(np.array([[207.0, 20 + STEP * row + HIGH / 2]]))[0, 0]
        assert abs(cut[2 * row][:, 0].max() - middle) < 5


@pytest.mark.parametrize("lines", [[], [outline(10, 400, 0)]])
def test_few_lines_tell_nothing(lines: list[np.ndarray]) -> None:
    assert len(cut_at_gutters(printed(2), lines)) == len(lines)
