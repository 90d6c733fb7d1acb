"""Lines of a page that bends or leans -> level boxes in upright columns. Numpy only.

The slope of lines is a smooth field over the page: straight between a few places across it, and
changing evenly from top to bottom. It is fitted to all lines at once, as the smoothest that
explains them, and print is moved up or down by its integral across the page. Where cells are too
short to tell a slope, rows of them do. Then columns are set upright by the places where lines that
stand above each other begin and end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.skew import weighted_median

__all__ = ["flat_boxes"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

LONG: Final = 4.0  # heights long a line must be, to tell a slope
STATIONS: Final = 5  # places along a line where it is looked at
INSET: Final = 0.05  # of its length, that the first and last of them are off its ends
STRAIGHT: Final = 0.12  # of its height: a line that bends less is straight
SOLID: Final = 0.5  # of its outline's height, that a line is high at least
THIN: Final = 0.25  # of the usual height; lower outlines tell no better than those so high
PLACES: Final = 9  # across the page, between which the slope changes evenly
NOISE: Final = 0.15  # of a line's height, that its ends are off
CELL: Final = 8.0  # heights; what is shorter may be a cell of a row
SAME_ROW: Final = 0.5  # of the lower one's height, that cells of a row are apart at most
ROW_NOISE: Final = 0.3  # of their height, that they are apart for other reasons than slope
BEND: Final = 0.01  # change of slope from place to place that needs no proof
STEEP: Final = 0.03  # slope that needs none, beside the median of the page
TILT: Final = 0.02  # the same, of what the slope changes from the middle to the bottom of the page
ROUNDS: Final = 4  # of weighing lines by how well they fit
FLUSH: Final = 1.0  # line heights that edges of lines in a column are apart at most
NEAR: Final = 12.0  # line heights, that these lines are apart at most
NEXT: Final = 12  # lines below it that each is compared with
LEAN: Final = 0.02  # of columns that needs no proof
FINE: Final = 129  # places at which the integral is known
TINY: Final = 1e-6  # pixels; no division by 0


def flat_boxes(lines: Sequence[Floats], *, width: float, height: float) -> Floats:
    """Boxes of the lines of a page as if it were flat and upright.

    Args:
        lines: [n, 2] each, outlines that run from left to right, page pixels; one at least.
        width: of the page, pixels.
        height: of the page, pixels.

    Returns:
        [k, 4] float64, x0 y0 x1 y1 of each line, as high as it is thick.
    """
    size = np.array([max(width, 1.0), max(height, 1.0)])
    points, firsts = np.concatenate(lines), np.cumsum([0, *map(len, lines)])[:-1]
    middles, tall = _middles(lines)
    slope = _median_slope(middles, tall)
    turn = np.array([[1.0, -slope], [slope, 1.0]]) / np.hypot(1.0, slope)
    centre = np.array([size[0] / 2, 0.0])
    points, middles = (points - centre) @ turn + centre, (middles - centre) @ turn + centre
    pieces = np.concatenate([_line_slopes(middles, tall), _row_slopes(_boxes(points, firsts))])
    points[:, 1] -= _drop(points, pieces, size)
    return _upright(_boxes(points, firsts), size)


def _middles(lines: Sequence[Floats]) -> tuple[Floats, Floats]:
    """[n, STATIONS, 2] places halfway between the edges of lines, and [n] their heights.

    As `effocr.layout.edges` tells them one by one; all at once is eight times as fast.
    """
    middles, tall = np.zeros((len(lines), STATIONS, 2)), np.zeros(len(lines))
    corners = np.array([len(line) for line in lines])
    for count in np.unique(corners).tolist():  # outlines of as many corners are seen together
        which = np.flatnonzero(corners == count)
        x, y = np.moveaxis(np.stack([lines[n] for n in which.tolist()]), 2, 0)
        first, last = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
        at = first + (last - first) * np.linspace(INSET, 1 - INSET, STATIONS)
        run, rise = np.roll(x, -1, axis=1) - x, np.roll(y, -1, axis=1) - y
        fair = np.abs(run) > TINY
        share = (at[:, None] - x[:, :, None]) / np.where(fair, run, 1.0)[:, :, None]
        on = (share >= 0) & (share <= 1) & fair[:, :, None]
        cut = y[:, :, None] + share * rise[:, :, None]
        low, high = np.where(on, cut, np.inf).min(axis=1), np.where(on, cut, -np.inf).max(axis=1)
        low, high = (np.where(on.any(axis=1), one, y.mean(axis=1)[:, None]) for one in (low, high))
        middles[which] = np.stack([at, (low + high) / 2], axis=2)
        tall[which] = (high - low).mean(axis=1)
    return middles, tall


def _fits(middles: Floats) -> tuple[Floats, Floats]:
    """[n] slopes of lines through places [n, k, 2], and how far these are off at most."""
    x, y = np.moveaxis(middles - middles.mean(axis=1, keepdims=True), 2, 0)
    slopes = (x * y).sum(axis=1) / np.maximum((x * x).sum(axis=1), TINY)
    return slopes, np.abs(y - slopes[:, None] * x).max(axis=1)


def _median_slope(middles: Floats, tall: Floats) -> float:
    """Slope of half of the length of the long lines; 0 where no line is long."""
    long = middles[:, -1, 0] - middles[:, 0, 0]
    fair = long > LONG * tall
    if not fair.any():
        return 0.0
    return weighted_median(_fits(middles[fair])[0], long[fair])


def _boxes(points: Floats, firsts: Ints) -> Floats:
    """[k, 4] boxes around outlines that begin at `firsts` of points [n, 2].

    What a line that leans adds to the height of its box is taken off again.
    """
    low, high = np.minimum.reduceat(points, firsts), np.maximum.reduceat(points, firsts)
    after = np.arange(1, len(points) + 1)
    after[np.append(firsts[1:], len(points)) - 1] = firsts
    x, y = (points - np.repeat(low, np.diff(firsts, append=len(points)), axis=0)).T
    area = np.abs(np.add.reduceat(x * y[after] - x[after] * y, firsts)) / 2
    tall = high[:, 1] - low[:, 1]
    thick = np.maximum(area / np.maximum(high[:, 0] - low[:, 0], TINY), SOLID * tall)
    spare = np.maximum(tall - thick, 0.0) / 2
    return np.stack([low[:, 0], low[:, 1] + spare, high[:, 0], high[:, 1] - spare], axis=1)


def _least(tall: Floats) -> float:
    """Height that a line counts as at least: a hair of an outline must not outweigh a page."""
    return max(THIN * float(np.median(tall)), TINY) if len(tall) else TINY


def _line_slopes(middles: Floats, tall: Floats) -> Floats:
    """[m, 5] of pieces of long lines: middle x and y, run (pixels), slope, weight."""
    fair = middles[:, -1, 0] - middles[:, 0, 0] > LONG * tall
    middles, tall = middles[fair], np.maximum(tall[fair], _least(tall))
    slopes, off = _fits(middles)
    bent = off > STRAIGHT * tall
    run = middles[:, -1, 0] - middles[:, 0, 0]
    whole = [*middles.mean(axis=1).T, run, slopes, run / (NOISE * tall)]
    step = np.diff(middles[bent], axis=1)
    x, y = np.moveaxis((middles[bent, 1:] + middles[bent, :-1]) / 2, 2, 0)
    weights = step[..., 0] / (NOISE * tall[bent, None])
    parts = [x, y, step[..., 0], step[..., 1] / np.maximum(step[..., 0], TINY), weights]
    return np.concatenate(
        [np.stack(whole, axis=1)[~bent], np.stack([part.ravel() for part in parts], axis=1)]
    )


def _row_slopes(boxes: Floats) -> Floats:
    """The same from cell to cell of rows, which are too short to tell a slope themselves."""
    cells = boxes[boxes[:, 2] - boxes[:, 0] < CELL * (boxes[:, 3] - boxes[:, 1])]
    if len(cells) < 2:
        return np.zeros((0, 5))
    x, y = (cells[:, 0] + cells[:, 2]) / 2, (cells[:, 1] + cells[:, 3]) / 2
    tall = cells[:, 3] - cells[:, 1]
    high = np.minimum(tall[:, None], tall[None, :])
    gap = cells[None, :, 0] - cells[:, None, 2]
    level = (np.abs(y[None] - y[:, None]) < SAME_ROW * high) & (gap > 0)
    one = np.flatnonzero(level.any(axis=1))
    other = np.where(level, gap, np.inf).argmin(axis=1)[one]
    run = np.maximum(x[other] - x[one], TINY)
    weights = run / (ROW_NOISE * np.maximum(high[one, other], _least(tall)))
    middle = [(x[one] + x[other]) / 2, (y[one] + y[other]) / 2]
    return np.stack([*middle, run, (y[other] - y[one]) / run, weights], axis=1)


def _drop(points: Floats, pieces: Floats, size: Floats) -> Floats:
    """[n] pixels by which print at points [n, 2] lies below where it would on a flat page.

    Args:
        points: [n, 2], page pixels.
        pieces: [m, 5] of lines, see `_line_slopes`.
        size: width and height of the page.
    """
    x, y, run, slopes, weights = pieces.T
    x, y, run = 2 * x / size[0] - 1, 2 * y / size[1] - 1, 2 * run / size[0]
    hats = np.mean([_hats(x + share * run) for share in (-0.4, -0.2, 0.0, 0.2, 0.4)], axis=0)
    known = np.concatenate([hats, hats * y[:, None]], axis=1)
    bend = np.diff(np.eye(PLACES), n=2, axis=0) / BEND
    steep = np.diag(np.repeat([1 / STEEP, 1 / TILT], PLACES))
    wanted = np.concatenate([np.kron(np.eye(2), bend), steep])
    fitted = _fitted(known, slopes, weights, wanted).reshape(2, PLACES)

    fine = np.linspace(-1.0, 1.0, FINE)
    steps = [np.interp(fine, np.linspace(-1, 1, PLACES), one) for one in fitted]
    totals = [np.cumsum(one) - np.cumsum(one)[FINE // 2] for one in steps]
    x, y = (2 * points / size - 1).T
    even, tilt = (np.interp(x, fine, total) * size[0] / (FINE - 1) for total in totals)
    dropped: Floats = even + y * tilt
    return dropped


def _hats(x: Floats) -> Floats:
    """[n, PLACES] shares of the places nearest to x, -1 to 1."""
    steps = np.clip((x[:, None] + 1) * (PLACES - 1) / 2, 0, PLACES - 1)
    shares: Floats = np.clip(1 - np.abs(steps - np.arange(PLACES)), 0.0, None)
    return shares


def _fitted(known: Floats, values: Floats, weights: Floats, wanted: Floats) -> Floats:
    """Least squares of `known` [n, k] to `values`, and of `wanted` [m, k] to 0.

    What does not fit weighs less and less, as with Cauchy's distribution.
    """
    own = wanted.T @ wanted
    left = np.zeros(len(values))
    fitted: Floats = np.zeros(known.shape[1])
    for _ in range(ROUNDS):
        trust = weights**2 / (1 + (left * weights) ** 2)
        by = known * trust[:, None]
        fitted = np.asarray(np.linalg.solve(known.T @ by + own, by.T @ values), np.float64)
        left = values - known @ fitted
    return fitted


def _upright(boxes: Floats, size: Floats) -> Floats:
    """Boxes moved sideways, so that columns stand upright."""
    unit = max(float(np.median(boxes[:, 3] - boxes[:, 1])), TINY)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    found = [np.zeros((0, 4))]
    for edge in (boxes[:, 0], boxes[:, 2]):
        order = np.lexsort((middle, np.floor(edge / (2 * FLUSH * unit))))
        for step in range(1, min(NEXT, len(order) - 1) + 1):
            one, other = order[:-step], order[step:]
            across, down = edge[other] - edge[one], middle[other] - middle[one]
            fair = (np.abs(across) < FLUSH * unit) & (down > 0.5 * unit) & (down < NEAR * unit)
            one, other, across, down = one[fair], other[fair], across[fair], down[fair]
            x, y = (edge[one] + edge[other]) / size[0], (middle[one] + middle[other]) / size[1]
            found.append(np.stack([x - 1, y - 1, across / down, down / (NOISE * unit)], axis=1))
    x, y, leans, weights = np.concatenate(found).T
    known = np.stack([np.ones_like(x), x, y], axis=1)
    # A line is in as many pairs as there are lines that it is compared with.
    even, spread, turn = _fitted(known, leans, weights, np.eye(3) * np.sqrt(NEXT) / LEAN)
    y = (2 * middle / size[1] - 1)[:, None]
    x = 2 * boxes[:, [0, 2]] / size[0] - 1
    moved = boxes.copy()
    moved[:, [0, 2]] -= ((even + spread * x) * y + turn * y**2 / 2) * size[1] / 2
    return moved
