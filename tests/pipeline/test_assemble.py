"""Confidence and unknown glyphs, worked by hand."""

from dataclasses import dataclass, replace
from math import exp

import numpy as np
import pytest

from effocr.bundle import Calibration
from effocr.geometry import Affine, Direction
from effocr.pipeline.assemble import Rules, Seen, assemble_line, confidences

WEIGHTS = Calibration(bias=-1.0, similarity=2.0, margin=3.0, location=0.5)


@dataclass
class Answer:
    labels: list[list[str]]
    similarities: np.ndarray


def seen(frame: Affine, size: tuple[int, int] = (100, 40)) -> Seen:
    boxes = np.array([[0, 10, 10, 30], [12, 10, 20, 30], [40, 8, 50, 30]], np.float32)
    return Seen(size, frame, boxes, np.array([0.9, 0.8, 0.7], np.float32), np.array([1, 0, 1]) > 0)


ANSWER = Answer(
    [["a", "b"], ["ch", "c"], ["d"]],
    np.array([[0.9, 0.5], [0.8, 0.7], [0.3, -np.inf]], np.float32),
)


def test_confidence_is_the_logistic_of_the_weighted_features() -> None:
    sure = confidences(np.array([[0.9, 0.5]]), np.array([0.8], np.float32), WEIGHTS)
    assert sure[0] == pytest.approx(1 / (1 + exp(-(-1 + 2 * 0.9 + 3 * 0.4 + 0.5 * 0.8))))


def test_a_missing_second_character_counts_as_similarity_zero() -> None:
    scores = np.array([0.5], np.float32)
    one = confidences(np.array([[0.6]]), scores, WEIGHTS)
    for nothing in (-np.inf, np.nan, 0.0):
        np.testing.assert_allclose(one, confidences(np.array([[0.6, nothing]]), scores, WEIGHTS))


def test_words_boxes_and_glyphs_of_several_code_points() -> None:
    frame = Affine.scale_shift(2.0, 2.0, x_shift=-4.0, y_shift=1.0)
    line = assemble_line(seen(frame, (94, 80)), ANSWER, Rules(5, 0.4, 0.0, WEIGHTS))
    assert line.text == "ach \ufffd"
    assert [word.text for word in line.words] == ["ach", "\ufffd"]
    assert [word.glyphs for word in line.words] == [(0, 2), (2, 3)]
    assert line.glyphs[0].box == (0.0, 21.0, 16.0, 61.0)  # cut off at the image's left edge
    assert line.glyphs[2].box == (76.0, 17.0, 94.0, 61.0)  # and at its right edge
    assert line.words[0].box == (0.0, 21.0, 36.0, 61.0)
    assert line.box == (0.0, 17.0, 94.0, 61.0)
    assert line.glyphs[2].unknown
    assert line.glyphs[2].candidates == (("d", 0.3),)


def test_the_outline_follows_the_slope() -> None:
    frame = Affine(np.array([[1.0, 0.0, 5.0], [0.1, 1.0, 2.0]]))
    line = assemble_line(seen(frame), ANSWER, Rules(1, -1.0, 0.0, WEIGHTS))
    assert line.polygon == ((5, 10), (55, 15), (55, 37), (5, 32))


@pytest.mark.parametrize(
    ("direction", "ends"),
    [("ltr", ((5, 30.5), (55, 40.5))), ("rtl", ((55, 40.5), (5, 30.5))), ("ttb", ())],
)
def test_the_baseline_runs_from_the_first_to_the_last_letter(
    direction: Direction, ends: tuple[tuple[float, float], ...]
) -> None:
    frame = Affine(np.array([[1.0, 0.0, 5.0], [0.1, 1.0, 2.0]]))
    given = replace(seen(frame, (100, 60)), direction=direction, baseline=(28.5, 0.1))
    line = assemble_line(given, ANSWER, Rules(1, -1.0, 0.0, WEIGHTS))
    np.testing.assert_allclose(line.baseline, ends)


def test_a_line_whose_baseline_nobody_saw_has_none() -> None:
    line = assemble_line(seen(Affine.identity()), ANSWER, Rules(1, -1.0, 0.0, WEIGHTS))
    assert line.baseline == ()


def test_ink_without_glyphs_is_an_empty_line_without_confidence() -> None:
    empty = np.zeros((0, 4), np.float32)
    nothing = Seen((10, 5), Affine.identity(), empty, empty[:, 0], empty[:, 0] > 0)
    line = assemble_line(nothing, Answer([], np.zeros((0, 2))), Rules(1, 0.0, 0.0, WEIGHTS))
    assert (line.text, line.confidence, line.glyphs) == ("", 0.0, ())


def test_a_glyph_of_too_little_confidence_is_unknown() -> None:
    line = assemble_line(seen(Affine.identity()), ANSWER, Rules(5, 0.0, 0.8, WEIGHTS))
    assert line.text == "a\ufffd \ufffd"
    assert [glyph.unknown for glyph in line.glyphs] == [False, True, True]
    assert "".join(glyph.text for glyph in line.glyphs) == line.text.replace(" ", "")
    assert line.glyphs[1].candidates == (("ch", 0.8), ("c", 0.7))
