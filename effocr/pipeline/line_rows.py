"""Lines of a page as rows: which ends where another one begins, and what stands above and below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.edges import edge_height
from effocr.layout.skew import edges_slope

__all__ = ["ABOVE_AND_BELOW", "LEVEL", "SAME", "LineRows", "line_rows"]

Floats = npt.NDArray[np.float64]

# All lengths are in usual heights of a line of the page.
ABOVE_AND_BELOW: Final = 12.0  # so far off are the lines that tell about one
LEVEL: Final = 0.5  # that two lines of a row differ by
NARROWEST, WIDEST = -0.5, 1.6  # of a gap between two lines; their outlines may overlap
SAME: Final = 0.6  # gaps no further apart are one


@dataclass(frozen=True, slots=True)
class LineRows:
    """Lines of a page, level, in usual heights of a line.

    Attributes:
        unit: that height, pixels.
        slope: of the lines, pixels down for each to the right.
        left: [n, 2] middle of the left end of each line.
        right: [n, 2] that of the right end.
        pairs: [m, 2] lines that stand in a row, the first one's end near the second one's begin.
    """

    unit: float
    slope: float
    left: Floats
    right: Floats
    pairs: npt.NDArray[np.intp]

    @property
    def y(self) -> Floats:
        """[n] of the middles of the lines."""
        middles: Floats = (self.left[:, 1] + self.right[:, 1]) / 2
        return middles

    @property
    def gaps(self) -> Floats:
        """[m, 2] middles of the gaps between the lines of each pair."""
        middles: Floats = (self.right[self.pairs[:, 0]] + self.left[self.pairs[:, 1]]) / 2
        return middles

    def page_x(self, line: int, x: float) -> float:
        """Pixels from the left side of the page, of an x in a line."""
        return float((x - self.slope * self.y[line]) * self.unit / (1 + self.slope**2))


def line_rows(edges: Sequence[tuple[Floats, Floats]]) -> LineRows | None:
    """The rows of lines.

    Args:
        edges: top and bottom of each line, see `effocr.layout.edges.line_edges`.

    Returns:
        None where there are no lines, or lines without height.
    """
    unit = float(np.median([edge_height(*one) for one in edges])) if edges else 0.0
    if unit <= 0:
        return None
    slope = edges_slope(edges)
    level = np.array([[1.0, -slope], [slope, 1.0]]) / unit
    middles = [(top + bottom) / 2 for top, bottom in edges]
    left = np.array([middle[0] for middle in middles]) @ level
    right = np.array([middle[-1] for middle in middles]) @ level
    gap = left[None, :, 0] - right[:, None, 0]
    beside = (gap > NARROWEST) & (gap < WIDEST)
    beside &= left[None, :, 0] > left[:, None, 0]
    beside &= np.abs(left[None, :, 1] - right[:, None, 1]) < LEVEL
    ends = np.flatnonzero(beside.any(axis=1))
    nearest = np.where(beside, gap, np.inf)[ends].argmin(axis=1)
    return LineRows(unit, slope, left, right, np.stack([ends, nearest], axis=1))
