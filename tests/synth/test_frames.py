"""Frames for training agree with the truth of the line."""

import numpy as np

from effocr.bundle import LineShape
from effocr.charset import Charset
from effocr.frame import true_frame
from effocr.synth.fonts import FontFile
from effocr.synth.frames import LOCALIZER_SEES, draw_frame, frame_line, prepare_line
from effocr.synth.lines import LineMaker

SHAPE = LineShape()


def test_truth_moves_with_the_pixels(fonts: tuple[FontFile, ...], english: Charset) -> None:
    """In any frame, boxes mapped back to the image are those of the image, up to the skew."""
    rng = np.random.default_rng(2)
    maker = LineMaker(fonts, english)
    for _ in range(20):
        prepared = prepare_line(maker.line(rng), SHAPE)
        if prepared is None:
            continue
        frame, width = draw_frame(prepared, SHAPE, LOCALIZER_SEES, rng)
        framed = frame_line(prepared, frame, width, SHAPE)
        back = frame.boxes(framed.boxes)
        truth = prepared.truth
        middles = (back[:, :2] + back[:, 2:] - truth.boxes[:, :2] - truth.boxes[:, 2:]) / 2
        assert np.abs(middles).max() < 1e-2
        assert framed.pixels.shape == (SHAPE.height, width)


def test_the_true_frame_has_the_shape_that_the_model_expects(
    fonts: tuple[FontFile, ...], english: Charset
) -> None:
    rng = np.random.default_rng(3)
    maker = LineMaker(fonts, english)
    for _ in range(20):
        prepared = prepare_line(maker.line(rng), SHAPE)
        if prepared is None:
            continue
        truth = prepared.truth
        extent = (float(truth.boxes[0, 0]), float(truth.boxes[-1, 2]))
        frame, width = true_frame(truth.baseline, truth.x_height, extent, SHAPE)
        framed = frame_line(prepared, frame, width, SHAPE)
        assert abs(framed.x_height - SHAPE.x_height_px) < 1e-3
        assert abs(framed.baseline[0] - SHAPE.baseline_px) < 1e-2
        assert abs(framed.baseline[1]) < 1e-5
