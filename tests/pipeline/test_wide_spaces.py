"""Pieces of a line that were parted at a wide space."""

import numpy as np
import pytest

from effocr.pipeline.wide_spaces import join_at_spaces

STEP, HIGH = 30, 20
SPACE = (190, 214)


def outline(x0: float, x1: float, row: int, *, high: float = HIGH, slope: float = 0) -> np.ndarray:
    y0 = 20 + STEP * row
    corners = [[x0, y0], [x1, y0], [x1, y0 + high], [x0, y0 + high]]
    return np.array([[x, y + slope * x] for x, y in corners], np.float32)


def parted(row: int, **form: float) -> list[np.ndarray]:
    return [outline(10, SPACE[0], row, **form), outline(SPACE[1], 400, row, **form)]


def column(rows: int, apart: set[int], **form: float) -> list[np.ndarray]:
    """Lines of a column, some of them in two pieces."""
    lines = []
    for row in range(rows):
        lines += parted(row, **form) if row in apart else [outline(10, 400, row, **form)]
    return lines


@pytest.mark.parametrize("slope", [0.0, 0.02, -0.02])
def test_a_line_parted_at_a_wide_space_is_one_line(slope: float) -> None:
    joined = join_at_spaces(column(6, {2}, slope=slope))
    assert len(joined) == 6
    np.testing.assert_allclose(joined[2], outline(10, 400, 2, slope=slope), atol=0.5)


def test_the_last_line_of_a_paragraph_is_one_line() -> None:
    lines = [*column(4, set()), outline(10, SPACE[0], 4), outline(SPACE[1], 300, 4)]
    assert len(join_at_spaces(lines)) == 5


def test_three_pieces_are_one_line() -> None:
    lines = column(6, set())
    lines[2:3] = [outline(10, 120, 2), outline(140, 260, 2), outline(284, 400, 2)]
    joined = join_at_spaces(lines)
    assert len(joined) == 6
    np.testing.assert_allclose(joined[2], outline(10, 400, 2), atol=0.5)


def test_columns_stay_apart_below_a_headline_of_several_lines() -> None:
    lines = column(12, set(range(4, 12)))
    assert len(join_at_spaces(lines)) == len(lines)


def test_cells_of_a_table_stay_apart() -> None:
    lines = [piece for row in range(5) for piece in parted(row)]
    assert len(join_at_spaces(lines)) == len(lines)


def test_a_note_beside_a_column_stays_apart() -> None:
    lines = [outline(10, SPACE[0], row) for row in range(8)]
    lines.insert(4, outline(SPACE[1], 300, 3))
    assert len(join_at_spaces(lines)) == len(lines)


def test_a_large_letter_beside_a_line_stays_apart() -> None:
    lines = column(6, {2})
    lines[2] = outline(10, SPACE[0], 2, high=2 * HIGH)
    assert len(join_at_spaces(lines)) == len(lines)


def test_few_lines_tell_nothing() -> None:
    lines = column(3, {1})
    assert len(join_at_spaces(lines)) == len(lines)
    assert join_at_spaces([]) == []
    flat = [np.zeros((4, 2), np.float32)]
    assert len(join_at_spaces(flat)) == 1


def test_nothing_is_lost_where_outlines_overlap() -> None:
    lines = column(6, {2})
    lines.insert(3, lines[2].copy())
    lines += [outline(200, 204, 2), outline(201, 205, 2)]
    joined = join_at_spaces(lines)
    ends = sorted(float(line[:, 0].max()) for line in joined)
    assert len(joined) >= 6
    assert ends[-6:] == [400.0] * 6
