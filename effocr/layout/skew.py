"""How far a page leans, told by its lines. Numpy only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.edges import line_edges

__all__ = ["edges_slope", "line_slope", "skew_degrees", "weighted_median"]

Floats = npt.NDArray[np.float64]

LONG: Final = 4.0  # heights long a line must be, to tell a slope


def line_slope(lines: Sequence[npt.ArrayLike]) -> float:
    """Slope that lines share: the median of the long ones, each weighed by its length.

    Args:
        lines: [n, 2] each, outlines that run from left to right.

    Returns:
        Pixels down for each pixel to the right; 0 where no line is long.
    """
    return edges_slope([line_edges(line) for line in lines])


def edges_slope(edges: Sequence[tuple[Floats, Floats]]) -> float:
    """The same, of edges that are known: top and bottom of each line, see `line_edges`."""
    slopes, lengths = [], []
    for top, bottom in edges:
        (run, drop), high = (top[-1] + bottom[-1] - top[0] - bottom[0]) / 2, bottom[0] - top[0]
        if abs(run) > LONG * float(np.hypot(*high)):
            slopes.append(drop / run)
            lengths.append(abs(run))
    if not slopes:
        return 0.0
    return weighted_median(slopes, lengths)


def weighted_median(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """The value that half of the weight is not above; [n] each, n at least 1."""
    known = np.asarray(values, np.float64)
    order = np.argsort(known)
    weight = np.cumsum(np.asarray(weights, np.float64)[order])
    return float(known[order[int(np.searchsorted(weight, weight[-1] / 2))]])


def skew_degrees(lines: Sequence[npt.ArrayLike]) -> float:
    """Angle of the lines, degrees clockwise; 0 for a page that stands straight."""
    return math.degrees(math.atan(line_slope(lines)))
