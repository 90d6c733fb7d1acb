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
GAP_THRESHOLD: Final = 0.5  # where no manifest says another


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
            in pixels from the column's middle, top, bottom, baseline and x-height in frame pixels;
            features behind them are passed over.
        width: of the frame that is print, in pixels; columns beyond are padding.
        peak_threshold: least probability of a glyph centre.

    Returns:
        Boxes left to right, in frame pixels.
    """
    maps = maps[:CHANNELS, : -(-width // STRIDE)]
    peaks = _peaks(maps[CENTRE], peak_threshold)
    if not peaks.size:
        empty = np.zeros(0, np.float32)
        return Located(np.zeros((0, 4), np.float32), empty, empty, None, 0.0)
    there = maps.take(peaks, axis=1)
    middle = peaks * STRIDE + STRIDE / 2
    boxes = _boxes(middle, there)
    kept = suppress(boxes, there[CENTRE])
    boxes = boxes[kept]
    baseline, x_height = _metrics(middle[kept], there[BASELINE, kept], there[X_HEIGHT, kept])
    return Located(boxes, there[CENTRE, kept], gaps_between(maps[GAP], boxes), baseline, x_height)


def decode_all(maps: Floats, *, width: int, least: float) -> Located:
    """Everything that may be a glyph, also what covers something better.

    Args:
        maps: as for `decode`.
        width: as for `decode`.
        least: probability of a glyph centre.

    Returns:
        Boxes by their middles, left to right, in frame pixels; `gaps` holds the greatest
        probability of a gap between the middle of each and that of the one before. No baseline.
    """
    maps = maps[:CHANNELS, : -(-width // STRIDE)]
    peaks = _peaks(maps[CENTRE], least)
    there = maps.take(peaks, axis=1)
    boxes = _boxes(peaks * STRIDE + STRIDE / 2, there)
    gaps = np.zeros(len(peaks), np.float32)
    if len(peaks) > 1:
        gaps[1:] = np.maximum.reduceat(maps[GAP, : peaks[-1]], peaks[:-1])
    return Located(boxes, there[CENTRE], gaps, None, 0.0)


def _boxes(middle: npt.NDArray[np.floating], there: Floats) -> Floats:
    """[n, 4] float32, frame pixels, from columns at `middle` and the maps `there` [channels, n]."""
    boxes = np.empty((len(middle), 4), np.float32)
    boxes[:, 0] = middle - there[LEFT]
    boxes[:, 1] = there[TOP]
    boxes[:, 2] = middle + there[RIGHT]
    boxes[:, 3] = there[BOTTOM]
    return boxes


def _peaks(centre: Floats, threshold: float) -> npt.NDArray[np.intp]:
    """Columns of at least this probability, not less than the one before, more than the next."""
    high = centre >= threshold
    high[1:] &= centre[1:] >= centre[:-1]
    high[:-1] &= centre[:-1] > centre[1:]
    high[-1:] &= centre[-1:] > 0
    return np.flatnonzero(high)


def suppress(boxes: Floats, scores: Floats, most_overlap: float = 0.5) -> npt.NDArray[np.intp]:
    """Indices of boxes left after dropping the weaker of two that cover each other, left to right.

    Overlap is that of the horizontal extents over the narrower one: glyphs of a line stand side by
    side.
    """
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    x0, x1 = boxes[order, 0], boxes[order, 2]
    rivals = _covering(x0, x1, most_overlap)
    if not rivals:
        return order
    dropped: set[int] = set()
    places = np.array(sorted(rivals))
    for place in places[np.lexsort((order[places], -scores[order[places]]))].tolist():
        if place not in dropped:
            dropped.update(rivals[place])
    stays = np.ones(len(order), bool)
    stays[list(dropped)] = False
    return order[stays]


def _covering(x0: Floats, x1: Floats, most_overlap: float) -> dict[int, list[int]]:
    """Places of extents that cover others too much, with the places of those; both ways.

    Nothing where no neighbours do. The extents are sorted by their middles.
    """
    width = np.maximum(x1 - x0, 1e-3)
    reach = float(width.max()) + 1
    middle = (x0 + x1) / 2
    rivals: dict[int, list[int]] = {}
    for step in range(1, len(x0)):  # each with the next, with the one after that, ...
        shared = np.minimum(x1[step:], x1[:-step]) - np.maximum(x0[step:], x0[:-step])
        limit = most_overlap * np.minimum(width[step:], width[:-step])
        pairs = np.flatnonzero(shared > limit).tolist()
        if not rivals and not pairs:
            break
        if not pairs and (middle[step:] - middle[:-step]).min() > reach:
            break
        for place in pairs:
            rivals.setdefault(place, []).append(place + step)
            rivals.setdefault(place + step, []).append(place)
    return rivals


def gaps_between(gap: Floats, boxes: Floats) -> Floats:
    """Mean gap probability between each box and the one before it."""
    columns = len(gap)
    total = np.zeros(columns + 1)
    total[1:] = np.cumsum(gap)
    # Between the right edge of one and the left edge of the next, at least one column where they
    # touch.
    ends, starts = boxes[:-1, 2] / STRIDE, boxes[1:, 0] / STRIDE
    first = np.floor(np.minimum(ends, starts)).astype(np.intp)
    first = np.minimum(np.maximum(first, 0), columns - 1)
    last = np.ceil(np.maximum(ends, starts)).astype(np.intp)
    last = np.minimum(np.maximum(last, first + 1), columns)
    gaps = np.zeros(len(boxes), np.float32)
    gaps[1:] = (total[last] - total[first]) / (last - first)
    return gaps


def _metrics(
    x: npt.NDArray[np.floating], baselines: Floats, x_heights: Floats
) -> tuple[tuple[float, float], float]:
    """Baseline (height, slope) and x-height that most glyphs at `x` agree on."""
    y = baselines.astype(np.float64)
    slope, height = 0.0, _median(y)
    if len(x) >= 4 and x[-1] - x[0] > 4 * float(x_heights.mean()):
        weights = np.ones(len(y))
        for _ in range(3):  # least squares, outliers weighted down
            total = weights.sum()
            x_mean, y_mean = float(weights @ x / total), float(weights @ y / total)
            from_mean = x - x_mean
            weighted = weights * from_mean
            slope = float(weighted @ (y - y_mean) / (weighted @ from_mean))
            height = y_mean - slope * x_mean
            weights = 1 / np.square(1 + np.square(y - height - slope * x))
    return (height, slope), _median(x_heights)


def _median(values: npt.NDArray[np.floating]) -> float:
    """As `np.median`, which takes longer to begin than to sort a few values."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def spaces_before(located: Located, threshold: float) -> npt.NDArray[np.bool_]:
    """[n] bool: a word gap stands before the glyph, being more probable than the threshold."""
    return located.gaps > threshold
