"""Where a line stands: its baseline and outline from the boxes of its letters. Numpy only.

The baseline is fitted to the bottoms of the letters by least absolute deviations (iteratively
reweighted least squares), so that descenders and commas, the smaller part, do not pull it down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["LineFit", "fit_line", "outline", "page_slope"]

Floats = npt.NDArray[np.float64]

ROUNDS: Final = 6  # of reweighting
SURE: Final = 10.0  # heights long a line must be, for its slope to be told by its letters alone
BENDABLE: Final = 25.0  # heights long a line must be, to be seen to bend
LEAST_BEND: Final = 0.12  # heights that the baseline must leave the chord by
STEPS: Final = 8  # pieces of a bent outline
ASCENT, DESCENT = (1.4, 2.3), (0.35, 0.9)  # least and most beyond the baseline, in heights
MARGIN: Final = 0.15  # heights of paper around the ink
STEEPEST: Final = 0.25  # slope that is believed


@dataclass(frozen=True, slots=True, eq=False)
class LineFit:
    """Baseline and extent of a line, in pixels.

    Attributes:
        curve: coefficients of the baseline's y, highest power first, over x - `start`.
        start: left end.
        stop: right end.
        height: of a letter without ascender.
        ascent: how far the ink reaches above the baseline.
        descent: how far below.
    """

    curve: Floats
    start: float
    stop: float
    height: float
    ascent: float
    descent: float

    def baseline(self, x: Floats) -> Floats:
        """[n] y of the baseline at [n] x."""
        return np.asarray(np.polyval(self.curve, x - self.start), np.float64)

    def y(self, x: float) -> float:
        """The baseline's y at one x."""
        return float(np.polyval(self.curve, x - self.start))


def page_slope(lines: Sequence[npt.ArrayLike], height: float) -> float:
    """Slope of the lines of a page: the median of those that are long enough, by their length.

    Args:
        lines: boxes [n, 4] of the letters of each line.
        height: usual height of x on the page.

    Returns:
        Pixels down for each pixel to the right; 0 where no line is long.
    """
    given = [np.asarray(line, np.float64) for line in lines]
    sure = [line for line in given if line[:, 2].max() - line[:, 0].min() > SURE * height]
    long = [fit_line(line, height) for line in sure]
    if not long:
        return 0.0
    slopes = np.array(
        [(fit.y(fit.stop) - fit.y(fit.start)) / (fit.stop - fit.start) for fit in long]
    )
    order = np.argsort(slopes)
    weight = np.cumsum([long[number].stop - long[number].start for number in order])
    return float(slopes[order[int(np.searchsorted(weight, weight[-1] / 2))]])


def fit_line(
    boxes: npt.ArrayLike, height: float, *, slope: float | None = None, may_bend: bool = False
) -> LineFit:
    """Fit the baseline of one line.

    Args:
        boxes: [n, 4] numbers, x0 y0 x1 y1 of its letters and marks, at least one.
        height: usual height of x on the page, which tells letters from marks.
        slope: of the page; a line too short to tell its own takes it.
        may_bend: whether the baseline may be a parabola.
    """
    pieces = np.asarray(boxes, np.float64)
    tall = pieces[:, 3] - pieces[:, 1]
    letters = (tall >= 0.6 * height) & (tall <= 2.4 * height)
    used = pieces[letters] if letters.any() else pieces
    start, stop = float(pieces[:, 0].min()), float(pieces[:, 2].max())
    x, y = (used[:, 0] + used[:, 2]) / 2 - start, used[:, 3]
    weights = used[:, 2] - used[:, 0]
    long = stop - start
    if slope is not None and long < SURE * height:
        curve = np.array([slope, float(_least_absolute(x, y - slope * x, 0, weights)[0])])
    else:
        curve = _least_absolute(x, y, 1 if long > 2 * height else 0, weights)
        curve = np.array([0.0, *curve]) if len(curve) == 1 else curve
        curve[0] = np.clip(curve[0], -STEEPEST, STEEPEST)
    if may_bend and long > BENDABLE * height and len(x) >= 2 * STEPS:
        bent = _least_absolute(x, y, 2, weights)
        if abs(bent[0]) * (long / 2) ** 2 > LEAST_BEND * height:
            curve = bent
    above = np.polyval(curve, x) - used[:, 1]
    small = above[(above > 0.5 * height) & (above < 1.5 * height)]
    own = float(np.median(small)) if small.size else height
    middle = (pieces[:, 0] + pieces[:, 2]) / 2 - start
    rise = np.polyval(curve, middle) - pieces[:, 1]
    fall = pieces[:, 3] - np.polyval(curve, middle)
    ascent = float(np.clip(rise.max(), ASCENT[0] * own, ASCENT[1] * own))
    descent = float(np.clip(fall.max(), DESCENT[0] * own, DESCENT[1] * own))
    return LineFit(curve, start, stop, own, ascent, descent)


def outline(fit: LineFit) -> npt.NDArray[np.float32]:
    """Outline around a line, clockwise from the start of its top edge.

    Returns:
        [4, 2] float32 for a straight line, else [2 * (STEPS + 1), 2].
    """
    margin = MARGIN * fit.height
    count = 2 if len(fit.curve) < 3 else STEPS + 1
    x = np.linspace(fit.start - 2 * margin, fit.stop + 2 * margin, count)
    y = fit.baseline(x)
    top = np.stack([x, y - fit.ascent - margin], axis=1)
    bottom = np.stack([x, y + fit.descent + margin], axis=1)
    return np.concatenate([top, bottom[::-1]]).astype(np.float32)


def _least_absolute(x: Floats, y: Floats, degree: int, weights: Floats) -> Floats:
    """Polynomial with the least sum of absolute deviations; highest power first."""
    degree = min(degree, len(x) - 1)
    fit = _fit_bent if degree == 2 else _fit_straight
    weights = np.maximum(weights, 1e-6)
    now = weights
    for _ in range(ROUNDS):
        found = fit(x, y, now) if degree else np.array([float(now @ y) / float(now.sum())])
        now = weights / np.maximum(np.abs(np.polyval(found, x) - y), 0.5)
    return found


def _fit_straight(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Slope and y at 0 of the line of least squares."""
    total = float(weights.sum())
    middle, level = float(weights @ x) / total, float(weights @ y) / total
    off = x - middle
    pull = weights * off
    slope = float(pull @ (y - level)) / (float(pull @ off) + 1e-9)
    return np.array([slope, level - slope * middle])


def _fit_bent(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Parabola of least squares, highest power first."""
    span = max(float(x.max()), 1.0)
    powers = np.vander(x / span, 3)
    square = powers.T @ (powers * weights[:, None]) + 1e-9 * np.eye(3)
    found = np.linalg.solve(square, powers.T @ (y * weights))
    return np.asarray(found / span ** np.array([2, 1, 0]), np.float64)
