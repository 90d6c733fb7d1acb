"""Baseline, x-height and words of a real line, from its boxes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from effocr.data.labelled import X_PER_TALL, estimate_metrics, label_line
from effocr.data.records import LineImage
from effocr.errors import DataFormatError

GREY = np.full((60, 400), 255, np.uint8)


def boxes_of(text: str, *, baseline: float = 40.0, slope: float = 0.0) -> np.ndarray:
    """Boxes as type would have them: x-height 10, capitals 15, descenders 5, every 20 pixels."""
    rows = []
    for place, letter in enumerate(text):
        x = 20.0 * place + 10
        foot = baseline + slope * (x + 6)
        top = foot - (10 if letter in "acemnorsuvwxzgpqy" else 15)
        rows.append([x, top, x + 12, foot + (5 if letter in "gpqyj" else 0)])
    return np.array(rows, np.float32)


def test_letters_below_the_baseline_do_not_pull_it_down() -> None:
    text = "typography"
    (row, slope), x_height = estimate_metrics(boxes_of(text), tuple(text))
    assert (row, slope) == pytest.approx((40.0, 0.0), abs=1e-3)
    assert x_height == pytest.approx(10.0)


def test_a_slope_is_found_in_spite_of_an_outlier() -> None:
    text = "anemoneandhoneybee"
    boxes = boxes_of(text, baseline=30.0, slope=0.03)
    boxes[4, 3] += 6  # a smudge below one letter
    (row, slope), x_height = estimate_metrics(boxes, tuple(text))
    assert slope == pytest.approx(0.03, abs=0.004)
    assert row + slope * 200 == pytest.approx(30.0 + 0.03 * 200, abs=0.5)
    assert x_height == pytest.approx(10.0, abs=0.1)


def test_capitals_alone_give_a_share_of_their_height() -> None:
    (row, slope), x_height = estimate_metrics(boxes_of("HEAD"), tuple("HEAD"))
    assert (row, slope) == (40.0, 0.0)  # too few letters for a slope
    assert x_height == pytest.approx(15 * X_PER_TALL, rel=1e-6)


def test_signs_alone_are_measured_as_they_are() -> None:
    boxes = np.array([[0, 20, 9, 32], [10, 20, 19, 32]], np.float32)
    assert estimate_metrics(boxes, ("*", "+")) == ((32.0, 0.0), 12.0)


def line_of(text: str, glyphs: tuple[str, ...] | None, count: int) -> LineImage:
    return LineImage(Path("line.png"), text, boxes=boxes_of("n" * count), glyphs=glyphs)


def test_words_follow_the_text_and_ligatures_are_one_box() -> None:
    labelled = label_line(line_of("no office", ("n", "o", "o", "f", "fi", "c", "e"), 7), GREY)
    assert labelled.words == ((0, 2), (2, 7))
    assert labelled.glyphs[4] == "fi"


def test_a_grapheme_of_several_code_points_is_one_letter() -> None:
    labelled = label_line(line_of("x\u0304 a", ("x\u0304", "a"), 2), GREY)
    assert labelled.words == ((0, 1), (1, 2))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (LineImage(Path("line.png"), "no"), "needs glyph boxes"),
        (line_of("no", None, 2), "needs glyph boxes"),
        (line_of("noo", ("n", "o"), 2), "disagree at 'noo'"),
        (line_of("n o", ("no",), 1), "disagree at 'n'"),
        (line_of("n", ("n", "o"), 2), "1 boxes more"),
    ],
)
def test_lines_whose_boxes_and_text_disagree_are_refused(line: LineImage, message: str) -> None:
    with pytest.raises(DataFormatError, match=message) as error:
        label_line(line, GREY)
    assert str(error.value).startswith("line.png: ")


def test_a_column_runs_through_the_middle_of_its_large_glyphs_whatever_stands_in_its_corners() -> (
    None
):
    em, middle, slope = 40.0, 60.0, 0.01
    boxes = []
    for number in range(12):
        x = 50.0 * number
        y = middle + slope * (x + em / 2)
        half = 0.87 * em / 2
        if number % 3 == 2:  # punctuation: small, and in the upper right corner, here at the top
            boxes.append((x, y - half, x + 8, y - half + 8))
        else:
            boxes.append((x, y - half, x + em, y + half))
    marks = tuple("国国、" * 4)
    metrics = estimate_metrics(np.array(boxes, np.float32), marks, column=True)
    (row, found_slope), x_height = metrics
    assert x_height == pytest.approx(em / 2, rel=0.01)
    assert found_slope == pytest.approx(slope, abs=0.001)
    assert row - 0.6 * x_height == pytest.approx(middle, abs=0.5)


def test_a_labelled_column_is_measured_lying_down_and_kept_upright() -> None:
    boxes = np.array([[10, 5, 45, 35], [10, 45, 45, 75], [30, 85, 40, 95]], np.float32)
    line = replace(line_of("国国、", ("国", "国", "、"), 3), boxes=boxes)
    column = np.full((120, 60), 255, np.uint8)
    labelled = label_line(line, column, "ttb")
    assert labelled.grey is column
    assert (labelled.boxes == boxes).all()
    # The column's middle is 27.5 from the left: 32.5 from the top of the column lying down.
    assert labelled.baseline[0] - 0.6 * labelled.x_height == pytest.approx(32.5)
    assert labelled.x_height == pytest.approx(35 / 0.87 / 2, rel=0.01)
