"""Frames for training: those that reading will produce.

And those a little off, so that nothing is learnt by heart.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape
from effocr.data.labelled import LabelledLine
from effocr.frame import Prepared, lay_down, prepare, true_frame, warp
from effocr.geometry import Affine, Direction

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FrameErrors:
    """How far off the frames are that a module sees when reading.

    Attributes:
        guessed: share of frames as guessed from the rows of ink.
        scale: standard deviation of the logarithm of the scale.
        baseline_px: standard deviation of the baseline's row.
        slope: standard deviation of the baseline's slope.
    """

    guessed: float
    scale: float
    baseline_px: float
    slope: float


LOCALIZER_SEES: Final = FrameErrors(guessed=0.5, scale=0.08, baseline_px=1.2, slope=0.0025)
RECOGNIZER_SEES: Final = FrameErrors(guessed=0.0, scale=0.03, baseline_px=0.35, slope=0.0007)


@dataclass(frozen=True, slots=True)
class PreparedLine:
    """A line with its contrast stretched, ready to be framed; it lies down.

    Attributes:
        prepared: the line.
        truth: in pixels of it; glyphs, boxes and words from left to right, whatever the direction.
    """

    prepared: Prepared
    truth: LabelledLine


@dataclass(frozen=True, slots=True)
class FramedLine:
    """A line in a frame, with its truth in frame pixels.

    Attributes:
        pixels: [height, width] uint8.
        boxes: [n, 4] float32.
        baseline: (row at x = 0, slope).
        x_height: pixels.
    """

    pixels: Grey
    boxes: Floats
    baseline: tuple[float, float]
    x_height: float


def prepare_line(line: LabelledLine, shape: LineShape) -> PreparedLine | None:
    """Stretch the contrast; None when wear left nothing to see."""
    lying = _lay_down(line, shape.direction)
    prepared = prepare(lying.grey, shape)
    return None if prepared is None else PreparedLine(prepared, lying)


def _lay_down(line: LabelledLine, direction: Direction) -> LabelledLine:
    """The line and its truth as the modules see them, see `PreparedLine`."""
    if direction == "ttb":
        grey, to_image = lay_down(line.grey, direction)
        return replace(line, grey=grey, boxes=to_image.inverse().boxes(line.boxes).astype("f4"))
    if direction == "ltr":
        return line
    order = np.argsort(line.boxes[:, 0] + line.boxes[:, 2], kind="stable")
    place = np.argsort(order)
    words = [place[first:last] for first, last in line.words]
    return replace(
        line,
        glyphs=tuple(line.glyphs[number] for number in order),
        boxes=line.boxes[order],
        words=tuple(sorted((int(word.min()), int(word.max()) + 1) for word in words)),
    )


def draw_frame(
    line: PreparedLine, shape: LineShape, errors: FrameErrors, rng: np.random.Generator
) -> tuple[Affine, int]:
    """A first frame, as reading guesses it, or the true one with jitter."""
    if rng.random() < errors.guessed:
        return _jitter_scale(line.prepared.frame, line.prepared.frame_width, errors, rng)
    truth = line.truth
    x_height = truth.x_height * float(np.exp(rng.normal(0, errors.scale)))
    pixel = x_height / shape.x_height_px
    slope = truth.baseline[1] + rng.normal(0, errors.slope)
    middle = (truth.boxes[0, 0] + truth.boxes[-1, 2]) / 2
    # The slope errs around the middle of the line, as a fitted one does.
    height = (
        truth.baseline[0]
        + (truth.baseline[1] - slope) * middle
        + rng.normal(0, errors.baseline_px) * pixel
    )
    return true_frame((height, slope), x_height, (truth.boxes[0, 0], truth.boxes[-1, 2]), shape)


def _jitter_scale(
    frame: Affine, width: int, errors: FrameErrors, rng: np.random.Generator
) -> tuple[Affine, int]:
    factor = float(np.exp(rng.normal(0, errors.scale)))
    return Affine.scale_shift(factor, factor).then(frame), max(16, int(np.ceil(width / factor)))


def frame_line(line: PreparedLine, frame: Affine, width: int, shape: LineShape) -> FramedLine:
    """Warp the line into the frame and take its truth along."""
    to_frame = frame.inverse()
    truth = line.truth
    corners = np.array(
        [[0.0, truth.baseline[0]], [1000.0, truth.baseline[0] + 1000.0 * truth.baseline[1]]]
    )
    (x0, y0), (x1, y1) = to_frame.points(corners)
    slope = (y1 - y0) / (x1 - x0)
    return FramedLine(
        pixels=warp(line.prepared.grey, frame, width, shape.height),
        boxes=to_frame.boxes(truth.boxes).astype(np.float32),
        baseline=(float(y0 - slope * x0), float(slope)),
        x_height=float(truth.x_height * to_frame.matrix[1, 1]),
    )


__all__ = ["FramedLine", "PreparedLine", "draw_frame", "frame_line", "prepare_line"]
