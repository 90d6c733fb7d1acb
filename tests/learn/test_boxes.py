"""Boxes of aligned lines against true ones."""

from pathlib import Path

import numpy as np

from effocr.data.records import LineImage
from effocr.learn.boxes import score_boxes


def line(glyphs: tuple[str, ...], boxes: list[tuple[float, float, float, float]]) -> LineImage:
    return LineImage(Path("x.png"), "".join(glyphs), np.array(boxes, np.float32), glyphs)


LETTERS = line(("a", "c", "h"), [(0, 0, 10, 10), (12, 0, 20, 10), (21, 0, 30, 10)])


def test_letters_of_a_ligature_count_together() -> None:
    truth = line(("a", "ch"), [(0, 0, 10, 10), (12, 0, 30, 10)])
    found = score_boxes(LETTERS, truth)
    assert (found.right, found.glyphs) == (2, 2)


def test_a_wrong_text_or_place_is_not_right() -> None:
    truth = line(("b", "c", "h"), [(0, 0, 10, 10), (12, 0, 20, 10), (40, 0, 50, 10)])
    found = score_boxes(LETTERS, truth)
    assert (found.right, found.glyphs) == (1, 3)
    assert (found + found).share == 1 / 3


def test_a_ligature_that_was_found_is_none_of_its_letters() -> None:
    found = score_boxes(line(("a", "ch"), [(0, 0, 10, 10), (12, 0, 30, 10)]), LETTERS)
    assert found.right == 1


def test_a_line_without_boxes_has_found_nothing() -> None:
    nothing = LineImage(Path("x.png"), "ach")
    assert score_boxes(nothing, LETTERS).right == 0
    assert score_boxes(LETTERS, nothing).glyphs == 0
