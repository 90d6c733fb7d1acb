"""Lines of a page that bends or leans come out level and in upright columns."""

import numpy as np
import numpy.typing as npt

from effocr.layout.flatten import flat_boxes

Floats = npt.NDArray[np.float64]
WIDTH, HEIGHT = 2000.0, 3000.0


def outline(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """A line of 18 corners, so that it can be bent."""
    x = np.linspace(x0, x1, 9)
    top, bottom = np.stack([x, 0 * x + y0], axis=1), np.stack([x, 0 * x + y1], axis=1)
    return np.concatenate([top, bottom[::-1]])


def flat(lines: list[Floats]) -> Floats:
    return flat_boxes(lines, width=WIDTH, height=HEIGHT)


def page() -> list[Floats]:
    """Three columns of lines that are 30 high, level with each other."""
    return [outline(x, y, x + 500, y + 30) for x in (150, 750, 1350) for y in range(200, 2800, 45)]


def test_lines_of_a_page_that_bends_are_level_and_as_high_as_they_were() -> None:
    bent = [line + [0, 1] * (60 * (line[:, :1] / WIDTH) ** 3) for line in page()]
    boxes = flat(bent)
    rows = ((boxes[:, 1] + boxes[:, 3]) / 2).reshape(3, -1)
    before = np.array([line[:, 1].mean() for line in bent]).reshape(3, -1)
    assert np.ptp(before, axis=0).min() > 30
    assert np.ptp(rows, axis=0).max() < 8
    assert np.abs(boxes[:, 3] - boxes[:, 1] - 30).max() < 4


def test_columns_of_a_page_whose_columns_lean_apart_stand_upright() -> None:
    """As those of a page that was photographed from below."""
    spread = [
        line + [1, 0] * (0.03 * (line[:, :1] / 1000 - 1) * (line[:, 1:] - 1500)) for line in page()
    ]
    before = np.array([line[0, 0] for line in spread]).reshape(3, -1)
    starts = flat(spread)[:, 0].reshape(3, -1)
    assert np.ptp(before, axis=1).max() > 50
    assert np.ptp(starts, axis=1).max() < 15


def test_a_flat_page_stays_as_it_is() -> None:
    lines = page()
    boxes = np.array([[*line.min(axis=0), *line.max(axis=0)] for line in lines])
    assert np.abs(flat(lines) - boxes).max() < 0.5


def test_rows_of_short_cells_tell_how_a_table_leans() -> None:
    cells = [
        outline(x, y, x + 90, y + 30) + np.array([0, 0.02 * (x - 1000)])
        for x in (200, 600, 1000, 1400)
        for y in range(200, 2000, 60)
    ]
    boxes = flat(cells)
    rows = ((boxes[:, 1] + boxes[:, 3]) / 2).reshape(4, -1)
    assert np.ptp(rows, axis=0).max() < 6


def test_one_short_line_keeps_its_box() -> None:
    assert flat([outline(100, 50, 160, 80)]).round(3).tolist() == [[100, 50, 160, 80]]


def test_a_hair_that_leans_does_not_outweigh_the_page() -> None:
    lines = [outline(150, y, 1850, y + 30) for y in range(200, 1910, 45)]
    hair = outline(200, 1000, 1800, 1000.2)
    hair[:, 1] += 0.075 * (hair[:, 0] - 200)
    assert np.abs(flat([*lines, hair])[:-1, 1] - flat(lines)[:, 1]).max() < 4
