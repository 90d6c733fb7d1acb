"""Baselines fitted to boxes of letters whose baseline is known."""

import numpy as np
import pytest

from effocr.layout.baseline import fit_line, outline, page_slope


def letters(
    slope: float = 0.0, bend: float = 0.0, count: int = 40, start: float = 100
) -> np.ndarray:
    """Letters 20 high; every fifth has a descender of 8, every fourth an ascender of 10."""
    x = start + 18.0 * np.arange(count)
    middle = x + 7
    base = 300 + slope * (middle - start) + bend * ((middle - middle.mean()) / np.ptp(middle)) ** 2
    top = base - 20 - 10 * (np.arange(count) % 4 == 0)
    bottom = base + 8 * (np.arange(count) % 5 == 0)
    return np.stack([x, top, x + 14, bottom], axis=1)


@pytest.mark.parametrize("slope", [0.0, 0.03, -0.1])
def test_descenders_do_not_pull_the_baseline(slope: float) -> None:
    fit = fit_line(letters(slope), 20)
    for x in (100.0, 400.0, 800.0):
        assert fit.y(x) == pytest.approx(300 + slope * (x - 100), abs=1)
    assert fit.height == pytest.approx(20, abs=1)
    assert fit.ascent == pytest.approx(30, abs=1.5)
    assert fit.descent == pytest.approx(8, abs=1.5)
    assert outline(fit).shape == (4, 2)


def test_a_bent_line_gets_a_bent_outline_around_its_letters() -> None:
    boxes = letters(bend=120)
    fit = fit_line(boxes, 20, may_bend=True)
    found = outline(fit)
    assert len(found) > 4
    half = len(found) // 2
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    assert (np.interp(middle, *found[:half].T) <= boxes[:, 1] + 0.5).all()
    assert (np.interp(middle, *found[half:][::-1].T) >= boxes[:, 3] - 0.5).all()


def test_a_short_line_takes_the_slope_of_the_page() -> None:
    lines = [letters(0.05, count=60), letters(0.05, count=50), letters(0.0, count=4)]
    slope = page_slope(lines, 20)
    assert slope == pytest.approx(0.05, abs=0.003)
    fit = fit_line(lines[2], 20, slope=slope)
    assert fit.y(100) - fit.y(0) == pytest.approx(100 * slope)
    assert page_slope(lines[2:], 20) == 0.0
