"""Top and bottom edge of a line from its outline, whoever drew it. Numpy only."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["edge_height", "line_edges"]

Floats = npt.NDArray[np.float64]

STATIONS: Final = 9  # places along a bent line where its edges are looked up
FINE: Final = 65  # places along a straight line where its outermost points are looked for
FARTHEST: Final = 0.5  # of the line's height: no edge moves further out
STRAIGHT: Final = 0.12  # of the line's height: an edge that bends less is straight


def line_edges(polygon: npt.ArrayLike, *, down: bool = False) -> tuple[Floats, Floats]:
    """The edges of a line, both in the direction of reading.

    Four corners are taken as they come, clockwise from the start of the top edge. Other outlines
    may start anywhere and turn either way: they are cut at even steps along their longer axis.

    Args:
        polygon: [n, 2] numbers, n at least 3.
        down: the line is a column; its top edge lies on the right.

    Returns:
        Top and bottom edge, [k, 2] float64 each; k is 2 for a straight line.
    """
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    if len(corners) == 4:
        return corners[:2], corners[:1:-1]
    axis = _long_axis(corners, down)
    across = np.array([-axis[1], axis[0]])
    turned = np.stack([corners @ axis, corners @ across], axis=1)
    first, last = turned[:, 0].min(), turned[:, 0].max()
    inset = 0.01 * (last - first)  # at the very ends an outline may be a point
    x = np.linspace(first + inset, last - inset, STATIONS)
    low, high = _crossings(turned, x)
    x[0], x[-1] = first, last
    if _bend(x, low) + _bend(x, high) < 2 * STRAIGHT * float((high - low).mean()):
        low, high = _around(turned, x, low, high)
        x = x[[0, -1]]
    back = np.stack([axis, across])
    return np.stack([x, low], axis=1) @ back, np.stack([x, high], axis=1) @ back


def edge_height(top: Floats, bottom: Floats) -> float:
    """Mean distance of the edges of a line, [k, 2] each."""
    return float(np.hypot(*(bottom - top).T).mean())


def _long_axis(corners: Floats, down: bool) -> Floats:
    """[2] unit vector along the line: of the longest extent among directions close to the axes."""
    closed = np.concatenate([corners, corners[:1]])
    steps = np.diff(closed, axis=0)
    weight = np.hypot(steps[:, 0], steps[:, 1])
    middles = closed[:-1] + steps / 2
    total = max(float(weight.sum()), 1e-9)
    centre = (middles * weight[:, None]).sum(axis=0) / total
    spread = (middles - centre).T @ ((middles - centre) * weight[:, None])
    axis = np.linalg.eigh(spread)[1][:, -1]
    wanted = np.array([0.0, 1.0]) if down else np.array([1.0, 0.0])
    if abs(float(axis @ wanted)) < 0.5:  # a line of one letter is higher than long
        axis = wanted
    return axis if float(axis @ wanted) > 0 else -axis


def _crossings(corners: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Least and greatest y of an outline at [k] x."""
    ends = np.roll(corners, -1, axis=0)
    run = ends[:, 0] - corners[:, 0]
    share = np.divide(
        x[None, :] - corners[:, :1],
        run[:, None],
        out=np.full((len(run), len(x)), -1.0),
        where=np.abs(run[:, None]) > 1e-9,
    )
    y = corners[:, 1:] + share * (ends[:, 1:] - corners[:, 1:])
    on = (share >= 0) & (share <= 1)
    return np.where(on, y, np.inf).min(axis=0), np.where(on, y, -np.inf).max(axis=0)


def _around(corners: Floats, x: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """[2] y at both ends of straight edges, moved out to the furthest points of the outline.

    An outline that hugs the letters keeps its ascenders so; a spike does not count in full.
    """
    most = FARTHEST * float((high - low).mean())
    inset = 0.01 * (x[-1] - x[0])
    fine = np.linspace(x[0] + inset, x[-1] - inset, FINE)
    top, bottom = _chord(x, low), _chord(x, high)
    up, down = _crossings(corners, fine)
    above = float((np.interp(fine, x[[0, -1]], top) - up).max())
    below = float((down - np.interp(fine, x[[0, -1]], bottom)).max())
    return top - np.clip(above, 0.0, most), bottom + np.clip(below, 0.0, most)


def _chord(x: Floats, y: Floats) -> Floats:
    """[2] y at both ends of the straight line nearest to an edge."""
    slope, level = np.polyfit(x - x[0], y, 1)
    return np.array([level, level + slope * (x[-1] - x[0])])


def _bend(x: Floats, y: Floats) -> float:
    """How far an edge leaves a straight line, on average."""
    low, high = _chord(x, y)
    return float(np.abs(y - np.interp(x, x[[0, -1]], [low, high])).mean())
