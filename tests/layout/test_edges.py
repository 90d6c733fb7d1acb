"""Edges of outlines that others drew."""

import numpy as np
import pytest

from effocr.layout.edges import line_edges
from effocr.layout.skew import skew_degrees

BOX = np.array([(10, 20), (410, 20), (410, 60), (10, 60)], float)


def test_four_corners_are_taken_as_they_come() -> None:
    top, bottom = line_edges(BOX)
    assert top.tolist() == [[10, 20], [410, 20]]
    assert bottom.tolist() == [[10, 60], [410, 60]]


@pytest.mark.parametrize("shift", range(5))
@pytest.mark.parametrize("step", [1, -1])
def test_other_outlines_may_start_anywhere_and_turn_either_way(shift: int, step: int) -> None:
    outline = np.insert(BOX, 1, (200, 20), axis=0)
    top, bottom = line_edges(np.roll(outline, shift, axis=0)[::step])
    np.testing.assert_allclose(top, [[10, 20], [410, 20]], atol=0.5)
    np.testing.assert_allclose(bottom, [[10, 60], [410, 60]], atol=0.5)


def test_a_bent_outline_keeps_its_bend() -> None:
    x = np.linspace(0, 800, 17)
    y = 100 + 60 * (x / 400 - 1) ** 2
    outline = np.concatenate([np.stack([x, y], 1), np.stack([x, y + 40], 1)[::-1]])
    top, bottom = line_edges(outline)
    assert len(top) == len(bottom) > 2
    np.testing.assert_allclose(top[:, 1], np.interp(top[:, 0], x, y), atol=3)
    np.testing.assert_allclose(bottom[:, 1], np.interp(bottom[:, 0], x, y + 40), atol=3)


@pytest.mark.parametrize("degrees", [-2.0, 0.0, 4.0])
def test_the_skew_of_a_page_is_that_of_its_long_lines(degrees: float) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    lines = [(BOX + np.array([0, 70 * row])) @ turn for row in range(6)]
    lines.append(np.array([(0, 0), (30, 30), (30, 60), (0, 30)], float))  # too short to count
    assert skew_degrees(lines) == pytest.approx(degrees, abs=0.01)


def test_an_outline_that_hugs_the_letters_keeps_its_ascender() -> None:
    outline = [(0, 40), (50, 40), (50, 32), (65, 32), (65, 40), (300, 40), (300, 60), (0, 60)]
    top, bottom = line_edges(outline)
    assert np.interp(57, top[:, 0], top[:, 1]) == pytest.approx(32, abs=0.5)
    spike = [(x, 12 if y == 32 else y) for x, y in outline]
    top, bottom = line_edges(spike)
    assert top[:, 1] == pytest.approx([30, 30], abs=2)  # half of the height further out
    assert bottom[:, 1] == pytest.approx([60, 60], abs=2)
