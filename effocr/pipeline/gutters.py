"""Lines that run on over a gutter into the next column, cut where the lines around them end.

A detector that sees a page small takes a narrow gutter, or the hairline in it, for a word gap. One
line does not tell the two apart, its neighbours do: above and below it, lines end where others
begin. It is cut if more of them do so than run on as well, or if those that run on are white there
too, nearly all; and if it is as white there as they are. Lines that were cut tell about others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.edges import edge_height, line_edges
from effocr.pipeline.images import Grey
from effocr.pipeline.line_rows import ABOVE_AND_BELOW, LEVEL, SAME, LineRows, line_rows
from effocr.pipeline.rectify import paper_of

__all__ = ["cut_at_gutters", "line_parts"]

Floats = npt.NDArray[np.float64]
Polygon = npt.NDArray[np.float32]

# All lengths are in usual heights of a line of the page.
FEWEST: Final = 4  # lines that tell
LEAST: Final = 1.0  # of a line on either side of a cut
HIGHEST: Final = 1.6  # of a line that is cut; headlines reach over columns
NEARLY_ALL: Final = 0.85  # of the lines that run on, which are white at a gutter
ROUNDS: Final = 4  # of cutting
WHITE: Final = 0.3  # without ink in one piece, at a cut
INK: Final = 0.6  # of the paper's grey level; darker is ink
SPECKS: Final = 0.1  # of the height of a line, ink that counts as none


def cut_at_gutters(page: Grey, polygons: Sequence[Polygon]) -> list[Polygon]:
    """Cut lines that reach over several columns.

    Args:
        page: [height, width] uint8, upright.
        polygons: [n, 2] each, outlines of its lines, which run from side to side.

    Returns:
        The outlines; those of a line that was cut stand together, from left to right.
    """
    lines = list(polygons)
    for _ in range(ROUNDS):
        cut = _cut_once(page, lines)
        if len(cut) == len(lines):
            break
        lines = cut
    return lines


def _cut_once(page: Grey, polygons: Sequence[Polygon]) -> list[Polygon]:
    """The outlines, cut where these lines tell."""
    edges = [line_edges(polygon) for polygon in polygons]
    rows = line_rows(edges)
    if len(edges) <= FEWEST or rows is None:
        return list(polygons)
    unit = rows.unit

    def is_white(line: int, x: float) -> bool:
        return _is_white(page, edges[line], rows.page_x(line, x), unit)

    cut: list[Polygon] = []
    for place, (polygon, (top, bottom)) in enumerate(zip(polygons, edges, strict=True)):
        places = [] if edge_height(top, bottom) > HIGHEST * unit else _cuts(rows, place, is_white)
        columns = [rows.page_x(place, x) for x in places if is_white(place, x)]
        stops = [-np.inf, *columns, np.inf]
        cut += line_parts(top, bottom, list(pairwise(stops))) if columns else [polygon]
    return cut


def _cuts(rows: LineRows, place: int, is_white: Callable[[int, float], bool]) -> list[float]:
    """Level x at which a line is to be cut, from left to right; `is_white` tells of any line."""
    y = float(rows.y[place])
    first, last = rows.left[place, 0] + LEAST, rows.right[place, 0] - LEAST
    x, rise = rows.gaps[:, 0], np.abs(rows.gaps[:, 1] - y)
    near = x[(x > first) & (x < last) & (rise < ABOVE_AND_BELOW) & (rise > LEVEL)]
    around = np.abs(rows.y - y) < ABOVE_AND_BELOW
    found: list[float] = []
    while len(near) >= FEWEST:
        votes = (np.abs(near[:, None] - near[None, :]) < SAME).sum(axis=1)
        best = near[int(votes.argmax())]
        at = float(np.median(near[np.abs(near - best) < SAME]))
        over = around & (rows.left[:, 0] < at - LEAST) & (rows.right[:, 0] > at + LEAST)
        if votes.max() >= FEWEST and _gives_way(np.flatnonzero(over), at, votes.max(), is_white):
            found.append(at)
        near = near[np.abs(near - at) > max(2 * SAME, float(np.abs(best - at)))]
    return sorted(found)


def _gives_way(
    over: npt.NDArray[np.intp], x: float, votes: int, is_white: Callable[[int, float], bool]
) -> bool:
    """Whether lines that run on over a gutter do so for no reason; `votes` lines end at it."""
    if len(over) <= votes:
        return True
    return sum(is_white(int(line), x) for line in over) >= NEARLY_ALL * len(over)


def _is_white(page: Grey, edges: tuple[Floats, Floats], x: float, unit: float) -> bool:
    """Whether a strip without ink runs down through a line near x; a rule may stand in it."""
    y0, y1 = (round(float(np.interp(x, edge[:, 0], edge[:, 1]))) for edge in edges)
    x0, x1 = round(x - SAME * unit), round(x + SAME * unit)
    seen = page[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    if not seen.size:
        return False
    inked = (seen < INK * paper_of(seen)).mean(axis=0)
    ink = np.flatnonzero(np.concatenate([[True], inked > SPECKS, [True]]))
    return float(np.diff(ink).max() - 1) >= WHITE * unit


def line_parts(top: Floats, bottom: Floats, spans: Sequence[tuple[float, float]]) -> list[Polygon]:
    """Outlines of parts of a line, cut upright.

    Args:
        top: [k, 2] its upper edge, from left to right.
        bottom: [k, 2] its lower edge.
        spans: the least and the greatest x of each part.
    """
    return [
        np.concatenate([_between(top, x0, x1), _between(bottom, x0, x1)[::-1]]).astype(np.float32)
        for x0, x1 in spans
    ]


def _between(edge: Floats, x0: float, x1: float) -> Floats:
    """[k, 2] the piece of an edge from x0 to x1."""
    inside = edge[(edge[:, 0] > x0) & (edge[:, 0] < x1), 0]
    ends = np.clip([x0, x1], edge[0, 0], edge[-1, 0])
    x = np.unique(np.concatenate([ends, inside]))
    return np.stack([x, np.interp(x, edge[:, 0], edge[:, 1])], axis=1)
