"""Numpy-only parts of the localizer.

Maps -> glyph boxes and word gaps. Shared by torch and ONNX.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

STRIDE: Final = 2  # frame pixels per column of the maps
CHANNELS: Final = 8
# Channels of the maps, [channels, columns] float32. Column c stands for frame pixels 2c and 2c + 1.
CENTRE, LEFT, RIGHT, TOP, BOTTOM, GAP, BASELINE, X_HEIGHT = range(CHANNELS)
GAP_THRESHOLD: Final = 0.5


@dataclass(frozen=True, slots=True)
class Located:
    """What the localizer found on one line, left to right, in frame pixels.

    Attributes:
        boxes: [n, 4] float32.
        scores: [n] float32, probability that a glyph stands here.
        gaps: [n] float32, probability of a word gap before each glyph; 0 for the first.
        baseline: (height at x = 0, slope) of the baseline; None where nothing was found.
        x_height: in frame pixels; 0 where nothing was found.
    """

    boxes: Floats
    scores: Floats
    gaps: Floats
    baseline: tuple[float, float] | None
    x_height: float


def decode(maps: Floats, *, width: int, peak_threshold: float) -> Located:
    """Turn the localizer's maps into glyph boxes and word gaps.

    Args:
        maps: [channels, columns] float32: centre and gap as probabilities, left and right extents
            in pixels from the column's middle, top, bottom, baseline and x-height in frame pixels.
        width: of the frame that is print, in pixels; columns beyond are padding.
        peak_threshold: least probability of a glyph centre.

    Returns:
        Boxes left to right, in frame pixels.
    """
    columns = min(maps.shape[1], -(-width // STRIDE))
    maps = maps[:, :columns]
    centre = maps[CENTRE]
    before = np.concatenate(([0.0], centre[:-1]))
    after = np.concatenate((centre[1:], [0.0]))
    peaks = np.flatnonzero((centre >= peak_threshold) & (centre >= before) & (centre > after))
    if not peaks.size:
        empty = np.zeros(0, np.float32)
        return Located(np.zeros((0, 4), np.float32), empty, empty, None, 0.0)
    middle = peaks * STRIDE + STRIDE / 2
    boxes = np.stack(
        (
            middle - maps[LEFT, peaks],
            maps[TOP, peaks],
            middle + maps[RIGHT, peaks],
            maps[BOTTOM, peaks],
        ),
        axis=1,
    ).astype(np.float32)
    scores = centre[peaks].astype(np.float32)
    kept = _suppress(boxes, scores)
    peaks, boxes, scores = peaks[kept], boxes[kept], scores[kept]
    baseline, x_height = _metrics(maps, peaks)
    return Located(boxes, scores, _gaps(maps[GAP], boxes), baseline, x_height)


def _suppress(boxes: Floats, scores: Floats, most_overlap: float = 0.5) -> npt.NDArray[np.intp]:
    """Indices of boxes left after dropping the weaker of two that cover each other, left to right.

    Overlap is that of the horizontal extents over the narrower one: glyphs of a line stand side by
    side.
    """
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    x0, x1 = boxes[order, 0], boxes[order, 2]
    width = np.maximum(x1 - x0, 1e-3)
    shared = np.minimum(x1[1:], x1[:-1]) - np.maximum(x0[1:], x0[:-1])
    if not (shared > most_overlap * np.minimum(width[1:], width[:-1])).any():
        return order
    # Only boxes this near can touch: comparing each with all would take hours on a noisy strip.
    middle = (x0 + x1) / 2
    reach = (width + width.max()) / 2 + 1
    first = np.searchsorted(middle, middle - reach)
    last = np.searchsorted(middle, middle + reach)
    kept = np.zeros(len(order), bool)
    place = np.argsort(order)
    for i in place[np.argsort(-scores, kind="stable")]:
        near = slice(first[i], last[i])
        overlap = np.minimum(x1[near], x1[i]) - np.maximum(x0[near], x0[i])
        limit = most_overlap * np.minimum(width[near], width[i])
        kept[i] = not (kept[near] & (overlap > limit)).any()
    return order[kept]


def _gaps(gap: Floats, boxes: Floats) -> Floats:
    """Mean gap probability between each box and the one before it."""
    total = np.concatenate(([0.0], np.cumsum(gap)))
    columns = len(gap)
    # Between the right edge of one and the left edge of the next, at least one column where they
    # touch.
    ends = np.sort(np.stack((boxes[:-1, 2], boxes[1:, 0])) / STRIDE, axis=0)
    first = np.clip(np.floor(ends[0]).astype(int), 0, columns - 1)
    last = np.clip(np.ceil(ends[1]).astype(int), first + 1, columns)
    between = (total[last] - total[first]) / (last - first)
    return np.concatenate(([0.0], between)).astype(np.float32)


def _metrics(maps: Floats, peaks: npt.NDArray[np.intp]) -> tuple[tuple[float, float], float]:
    """Baseline (height, slope) and x-height that most glyphs agree on."""
    x = peaks * STRIDE + STRIDE / 2
    y = maps[BASELINE, peaks].astype(np.float64)
    slope, height = 0.0, float(np.median(y))
    if len(peaks) >= 4 and x[-1] - x[0] > 4 * float(maps[X_HEIGHT, peaks].mean()):
        weights = np.ones(len(y))
        for _ in range(3):  # least squares, outliers weighted down
            slope, height = (float(v) for v in np.polyfit(x, y, 1, w=weights))
            weights = 1 / (1 + np.square(y - height - slope * x))
    return (height, slope), float(np.median(maps[X_HEIGHT, peaks]))


def spaces_before(located: Located) -> npt.NDArray[np.bool_]:
    """[n] bool: a word gap stands before the glyph."""
    return located.gaps > GAP_THRESHOLD
