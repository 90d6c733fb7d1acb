"""From the cells of a kernel to the outline of its region. Numpy and OpenCV.

A straight line becomes a box of four corners. A bent one becomes a band: its middle is followed
along the line, and half the thickness lies above and below it.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.detector.config import Look

__all__ = ["region_of"]

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Polygon = npt.NDArray[np.float32]

LEAST_SIDE_PX: Final = 3.0  # of a region
MOST_GROWTH: Final = 6.0  # of the kernel's own height: no line is so much higher than its kernel
STRAIGHT: Final = 1.5  # a kernel is straight if its box is at most so much higher than it is
STEP: Final = 1.0  # heights of the line from one corner of a band to the next
FEWEST_STEPS: Final = 3
STEEP: Final = 0.75**0.5  # sine of 60 degrees
LEAST_COLUMN: Final = 2.5  # of its own height and the usual one: so long is a line that runs down
LITTLE: Final = 1e-6
CORNERS: Final = np.array(((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)))  # clockwise


def region_of(cells: Floats, thickness: float | None, look: Look) -> Polygon | None:
    """The region of a kernel; None where it is too small.

    Args:
        cells: [n, 2] float32, column and row of each cell of the kernel.
        thickness: of the line, pixels; None: it is not known.
        look: stride, ratio, shape.

    Returns:
        [m, 2] float32 in pixels, clockwise: the upper edge from left to right, then the lower one.
    """
    stride = look.map_stride
    (x, y), sides, angle = cv2.minAreaRect(cells)
    # The box goes through the middles of cells: half a cell lies beyond it on each side.
    width, height = ((side + 1) * stride for side in sides)
    middle = np.array(((x + 0.5) * stride, (y + 0.5) * stride))
    if width < height:  # the first side runs along the line
        width, height, angle = height, width, angle + 90
    own = len(cells) * stride**2 / width  # height of a band of this area and length
    bent = look.shape == "band" and height > STRAIGHT * own + stride
    grown = _growth(width, own if bent else height, thickness, look)
    if height + 2 * grown < LEAST_SIDE_PX:
        return None
    axes = _axes(angle)
    if bent:
        points = ((cells + 0.5) * stride - middle) @ axes.T
        band = _band(points, half=own / 2 + grown, beyond=grown)
        if band is not None:
            return np.ascontiguousarray(band @ axes + middle, np.float32)
    half = np.array((width / 2 + grown, height / 2 + grown))
    if abs(axes[0, 1]) > STEEP and not _is_column(2 * half, look):
        axes, half = _axes(angle - 90), half[::-1]
    return np.ascontiguousarray((CORNERS * half) @ axes + middle, np.float32)


def _axes(angle: float) -> Doubles:
    """[2, 2]: unit vectors along a line, to the right or down, and across it, clockwise of that."""
    turn = np.deg2rad(angle)
    x, y = np.cos(turn), np.sin(turn)
    if x < -LITTLE or (abs(x) <= LITTLE and y < 0):
        x, y = -x, -y
    return np.array(((x, y), (-y, x)))


def _is_column(sides: Doubles, look: Look) -> bool:
    """Whether a steep box is a line that runs down, and not a narrow glyph that stands alone."""
    return bool(sides[0] > LEAST_COLUMN * max(sides[1], look.line_px))


def _growth(width: float, height: float, thickness: float | None, look: Look) -> float:
    """Pixels that a kernel of this size is moved outwards."""
    if thickness is None:
        return width * height * look.unclip_ratio / (2 * (width + height))
    return min(max(thickness - height, 0.0), MOST_GROWTH * height) / 2


def _band(points: Doubles, *, half: float, beyond: float) -> Doubles | None:
    """A band around the middle of some points; None where it is too short to tell how it bends.

    Args:
        points: [n, 2] along and across the line, pixels.
        half: of the band's height.
        beyond: pixels that it goes on at both ends.

    Returns:
        [m, 2] in the same form: the upper edge, then the lower one backwards.
    """
    along, across = points.T
    first, last = float(along.min()), float(along.max())
    steps = int((last - first) / max(2 * half * STEP, 1.0))
    if steps < FEWEST_STEPS:
        return None
    place = np.minimum(((along - first) * (steps / (last - first))).astype(int), steps - 1)
    counts = np.bincount(place, minlength=steps)
    filled = counts > 0
    x = (first + (np.arange(steps) + 0.5) * (last - first) / steps)[filled]
    y = np.bincount(place, across, steps)[filled] / counts[filled]
    slopes = np.gradient(y, x)
    ends = (first - beyond, last + beyond)
    starts = (y[0] + slopes[0] * (ends[0] - x[0]), y[-1] + slopes[-1] * (ends[1] - x[-1]))
    x = np.concatenate((ends[:1], x, ends[1:]))
    y = np.concatenate((starts[:1], y, starts[1:]))
    slope = np.gradient(y, x)
    normal = np.stack((-slope, np.ones_like(slope)), axis=1) / np.sqrt(1 + slope**2)[:, None]
    spine = np.stack((x, y), axis=1)
    found: Doubles = np.concatenate((spine - half * normal, (spine + half * normal)[::-1]))
    return found
