"""Bring a line image into the frame in which every module sees it.

A *frame* has a fixed height, paper 255, baseline and x-height at fixed rows, and any width. It is
an `Affine` that maps frame pixels to image pixels, so a box found in the frame maps back exactly,
whatever the scale, aspect ratio or skew of the image. Training and reading call the same functions.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.bundle import LineShape
from effocr.contrast import stretch
from effocr.geometry import Affine, Direction

__all__ = [
    "CROP_AGAIN",
    "LOCATE_AGAIN",
    "Prepared",
    "Tolerance",
    "better_frame",
    "frame_width",
    "lay_down",
    "prepare",
    "true_frame",
    "warp",
]

Grey = npt.NDArray[np.uint8]

PAPER: Final = 255
OVERSAMPLED: Final = 2  # samples on a side of a frame pixel when shrinking
LEAST_SCALE, MOST_SCALE = 1 / 16, 16.0  # image pixels per frame pixel
SIDE_PX: Final = 8.0  # paper left and right of the ink
LINE_SPAN: Final = 1.9  # x-heights between the first and the last row of busy print
BAND_MIDDLE: Final = 0.6  # x-heights from the baseline up to the middle of these rows
QUIET: Final = 0.05  # share of the usual ink of a row; less lies between lines
NARROWEST_PX: Final = 16  # of a frame
STEEPEST: Final = 0.12  # slope of a baseline that is believed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A line with its contrast stretched, and where its print lies.

    Attributes:
        grey: [height, width] uint8, ink near 0, paper 255; the image itself where it is so already.
        frame: maps first-frame pixels to pixels of `grey` (and of the image, which has the same
            size).
        frame_width: of the first frame, in pixels.
        turned: True where the image was light on dark.
    """

    grey: Grey
    frame: Affine
    frame_width: int
    turned: bool


def lay_down(grey: Grey, direction: Direction) -> tuple[Grey, Affine]:
    """The line as all modules see it, running from left to right, and the map back to the image.

    A column is turned by a quarter counter-clockwise, so that its top becomes the left end and its
    right side the top. Others stay as they are.

    Args:
        grey: [height, width] uint8, the image of one line.
        direction: of the line.

    Returns:
        The image lying down, and the map from its pixels to those of `grey`.
    """
    if direction != "ttb":
        return grey, Affine.identity()
    return np.ascontiguousarray(np.rot90(grey)), Affine.quarter_turn(grey.shape[1])


def prepare(grey: Grey, shape: LineShape) -> Prepared | None:
    """Turn light print dark, stretch the contrast, find the print.

    Args:
        grey: [height, width] uint8, lying down.
        shape: of the frame.

    Returns:
        The line, or None when it holds no print.
    """
    line = stretch(grey)
    if line is None:
        return None
    frame, width = _first_frame(line.dark, shape)
    return Prepared(line.grey, frame, width, line.turned)


def _first_frame(dark: Grey, shape: LineShape) -> tuple[Affine, int]:
    """Guess the frame from the rows and columns of ink; `better_frame` mends the guess."""
    rows = cv2.reduce(dark, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel().astype(np.float64)
    top, bottom = _ink_rows(rows)
    left, _, ink_width, _ = cv2.boundingRect(dark[top:bottom])
    ink_width = ink_width or dark.shape[1]
    span_px = LINE_SPAN * shape.x_height_px  # of the frame
    scale = min(max((bottom - top) / span_px, LEAST_SCALE), MOST_SCALE)
    middle = (top + bottom) / 2
    frame_middle = shape.baseline_px - BAND_MIDDLE * shape.x_height_px
    x0 = left - SIDE_PX * scale
    frame = Affine(np.array([[scale, 0.0, x0], [0.0, scale, middle - frame_middle * scale]]))
    return frame, frame_width(ink_width, scale)


def _ink_rows(rows: npt.NDArray[np.float64]) -> tuple[int, int]:
    """First and last row (exclusive) of the main band of print.

    Of the runs of rows that hold more than a small share of the usual ink, the one with the most:
    rules, stray specks and ink of neighbouring lines beyond an empty strip do not widen the band.
    """
    smooth = np.convolve(rows, np.ones(3) / 3)[1:-1]
    usual = _percentile(smooth[smooth > 0], 0.85)
    busy = np.concatenate(([False], smooth > QUIET * usual, [False]))
    edges = np.flatnonzero(busy[1:] != busy[:-1])
    starts, stops = edges[::2], edges[1::2]
    total = np.concatenate(([0.0], np.cumsum(rows)))
    main = int((total[stops] - total[starts]).argmax())
    return int(starts[main]), int(stops[main])


def _percentile(values: npt.NDArray[np.float64], share: float) -> float:
    """The value that `share` of a few values do not exceed, as by `np.percentile`, but quickly."""
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * (place - below)


def frame_width(ink_width_px: float, scale: float) -> int:
    """Width in frame pixels of `ink_width_px` image pixels with paper on both sides."""
    return max(math.ceil(ink_width_px / scale + 2 * SIDE_PX), NARROWEST_PX)


def warp(grey: Grey, frame: Affine, width: int, height: int) -> Grey:
    """Resample the line into the frame.

    Args:
        grey: [image height, image width] uint8, paper 255.
        frame: maps frame pixels to pixels of `grey`.
        width: of the frame in pixels.
        height: of the frame in pixels.

    Returns:
        [height, width] uint8; paper outside of the image.
    """
    shrink = math.hypot(frame.matrix[0, 0], frame.matrix[1, 0])
    if shrink <= 1.0:
        return _sample(grey, frame, width, height)
    # Shrinking must average, or thin strokes are skipped: by whole factors, which OpenCV does fast.
    factor = int(shrink // OVERSAMPLED)
    if factor > 1:
        missing = ((0, -grey.shape[0] % factor), (0, -grey.shape[1] % factor))
        grey = np.pad(grey, missing, constant_values=PAPER)
        size = (grey.shape[1] // factor, grey.shape[0] // factor)
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        frame = frame.then(Affine.scale_shift(1 / factor, 1 / factor))
    finer = Affine.scale_shift(1 / OVERSAMPLED, 1 / OVERSAMPLED).then(frame)
    fine = _sample(grey, finer, width * OVERSAMPLED, height * OVERSAMPLED)
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _sample(grey: Grey, frame: Affine, width: int, height: int) -> Grey:
    """Resample by linear interpolation; right where the frame is finer than the image or alike."""
    matrix = frame.matrix.copy()
    # Frames speak of pixel edges, OpenCV of pixel centres.
    matrix[:, 2] += 0.5 * (matrix[:, 0] + matrix[:, 1]) - 0.5
    sampled = cv2.warpAffine(
        grey,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=PAPER,
    )
    return np.asarray(sampled, np.uint8)


def true_frame(
    baseline: tuple[float, float], x_height: float, extent: tuple[float, float], shape: LineShape
) -> tuple[Affine, int]:
    """The frame of a line whose baseline, x-height and horizontal extent are known.

    Args:
        baseline: (row at x = 0, slope), image pixels.
        x_height: image pixels.
        extent: (left, right) of the ink, image pixels.
        shape: of the frame.

    Returns:
        The frame and its width.
    """
    scale = x_height / shape.x_height_px
    height, slope = baseline
    x0 = extent[0] - SIDE_PX * scale
    matrix = [
        [scale, 0.0, x0],
        [slope * scale, scale, height + slope * x0 - shape.baseline_px * scale],
    ]
    return Affine(np.array(matrix)), frame_width(extent[1] - extent[0], scale)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far off a frame may be before a better one is worth its cost.

    Attributes:
        scale: of the natural logarithm of the scale.
        drift_px: of the baseline from one end of the line to the other.
        offset_px: of the baseline in the middle of the line.
    """

    scale: float
    drift_px: float
    offset_px: float


LOCATE_AGAIN: Final = Tolerance(0.2, 6.0, 4.0)  # within, the localizer sees as well
CROP_AGAIN: Final = Tolerance(0.015, 0.6, 0.4)  # beyond, o looks like O to the recognizer


def better_frame(
    frame: Affine,
    width: int,
    *,
    baseline: tuple[float, float],
    x_height: float,
    extent: tuple[float, float],
    shape: LineShape,
    tolerance: Tolerance = LOCATE_AGAIN,
) -> tuple[Affine, int] | None:
    """A better frame, from what was seen in the first one.

    Args:
        frame: the first frame.
        width: of the first frame in pixels.
        baseline: (row at x = 0, slope) seen, pixels of the first frame.
        x_height: seen, pixels of the first frame.
        extent: (left, right) of the glyphs seen, pixels of the first frame.
        shape: of the frame.
        tolerance: within which the first frame is good enough.

    Returns:
        The new frame and its width, or None where the first one is good enough.
    """
    height, slope = baseline[0], min(max(baseline[1], -STEEPEST), STEEPEST)
    ratio = min(max(x_height / shape.x_height_px, 0.3), 3.0)
    drift_px = abs(slope) * (extent[1] - extent[0])
    offset_px = abs(height + slope * (extent[0] + extent[1]) / 2 - shape.baseline_px)
    if (
        abs(math.log(ratio)) < tolerance.scale
        and drift_px < tolerance.drift_px
        and offset_px < tolerance.offset_px
    ):
        return None
    # New frame pixels -> old frame pixels: scale by ratio, follow the slope, baseline to its row.
    to_old = Affine(
        np.array([[ratio, 0.0, 0.0], [slope * ratio, ratio, height - shape.baseline_px * ratio]])
    )
    refined = to_old.then(frame)
    if not LEAST_SCALE <= refined.matrix[0, 0] <= MOST_SCALE:
        return None
    return refined, max(math.ceil(width / ratio), NARROWEST_PX)
