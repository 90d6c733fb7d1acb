"""Crops too tight: the truth is cut with the picture."""

from dataclasses import replace

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.synth.crop import Crop, crop_line, draw_crop
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineMaker, LineOptions


def block_line() -> LabelledLine:
    grey = np.full((60, 50), 255, np.uint8)
    boxes = np.array([[5, 10, 15, 40], [20, 20, 30, 50]], np.float32)
    for x0, y0, x1, y1 in boxes.astype(int):
        grey[y0:y1, x0:x1] = 0
    return LabelledLine(grey, "ab", ("a", "b"), boxes, ((0, 2),), (40.0, 0.0), 20.0, "drawn")


def test_a_crop_too_tight_takes_boxes_and_baseline_along() -> None:
    line = block_line()
    cut = crop_line(line, Crop(above=0.1, below=0.25))  # the print is 40 high, from 10 to 50
    np.testing.assert_array_equal(cut.grey, line.grey[14:40])
    assert cut.boxes.tolist() == [[5, 0, 15, 26], [20, 6, 30, 26]]
    assert cut.baseline == (26.0, 0.0)
    sloping = crop_line(replace(line, baseline=(40.0, 0.5)), Crop(left=0.05, right=-0.1))
    np.testing.assert_array_equal(sloping.grey, line.grey[:, 7:34])
    assert sloping.boxes.tolist() == [[0, 10, 8, 40], [13, 20, 23, 50]]
    assert sloping.baseline == (43.5, 0.5)  # at the seventh column


def test_a_side_that_is_not_cut_stays() -> None:
    line = block_line()
    assert crop_line(line, Crop()) is line
    np.testing.assert_array_equal(crop_line(line, Crop(above=0.1)).grey, line.grey[14:])
    wide = crop_line(line, Crop(above=-9, below=-9, left=-9, right=-9))
    np.testing.assert_array_equal(wide.grey, line.grey)


def test_most_of_every_glyph_stays_even_of_the_small_ones() -> None:
    line = block_line()
    boxes = np.array([[5, 10, 15, 40], [20, 36, 25, 40]], np.float32)  # a full stop
    cut = crop_line(replace(line, boxes=boxes), Crop(below=0.3))
    heights = cut.boxes[:, 3] - cut.boxes[:, 1]
    assert heights[1] >= 0.6 * 4
    assert cut.grey.shape[0] == cut.boxes[:, 3].max()


@pytest.mark.parametrize(("clipped", "tight"), [(1, 0), (0, 1)])
def test_drawn_lines_keep_their_glyphs_and_boxes_inside(
    fonts: tuple[FontFile, ...], english: Charset, clipped: int, tight: int
) -> None:
    maker = LineMaker(fonts, english, LineOptions(clipped=clipped, tight=tight))
    rng = np.random.default_rng(0)
    for _ in range(60):
        line = maker.line(rng)
        height, width = line.grey.shape
        assert (line.boxes >= 0).all()
        assert (line.boxes[:, 2] <= width).all()
        assert (line.boxes[:, 3] <= height).all()
        assert (line.boxes[:, 2:] - line.boxes[:, :2] > 0).all()
        assert len(line.glyphs) == len(line.boxes)


def test_crops_are_drawn_as_often_as_wished() -> None:
    rng = np.random.default_rng(0)
    options = LineOptions(clipped=0.2, tight=0.3)
    crops = [draw_crop(rng, options) for _ in range(1000)]
    into = [any((side or 0) > 0 for side in sides(crop)) for crop in crops]
    close = [all(side is not None and side <= 0 for side in sides(crop)) for crop in crops]
    assert np.mean(into) == pytest.approx(0.2, abs=0.04)
    assert np.mean(close) == pytest.approx(0.3, abs=0.05)


def sides(crop: Crop) -> tuple[float | None, ...]:
    return crop.above, crop.below, crop.left, crop.right
