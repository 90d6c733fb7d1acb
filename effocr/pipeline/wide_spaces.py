"""Pieces of a line that a detector parted at a wide space, put together again.

Typists leave two spaces after a full stop, and justified lines of narrow columns have spaces as
wide as gutters. A gutter parts the lines above and below as well; over a space, these run on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.edges import edge_height, line_edges
from effocr.pipeline.joined_words import joined_outline
from effocr.pipeline.line_rows import ABOVE_AND_BELOW, SAME, LineRows, line_rows

__all__ = ["join_at_spaces"]

Polygon = npt.NDArray[np.float32]

FEWEST: Final = 3  # lines above and below that run on
REACH: Final = 2.0  # usual heights that they do so on both sides of the space
OFTEN: Final = 4  # lines that run on, for one that is parted at the same place
HIGHER: Final = 1.5  # of two pieces, the one than the other at most


def join_at_spaces(polygons: Sequence[Polygon]) -> list[Polygon]:
    """Join pieces of lines.

    Args:
        polygons: [n, 2] each, outlines of the lines of a page, which run from side to side.

    Returns:
        The outlines; a line that was joined stands in the place of its first piece.
    """
    edges = [line_edges(polygon) for polygon in polygons]
    rows = line_rows(edges)
    if rows is None:
        return list(polygons)
    heights = [edge_height(*one) for one in edges]
    before = {
        second: first
        for place, (first, second) in enumerate(rows.pairs.tolist())
        if max(heights[first], heights[second]) <= HIGHER * min(heights[first], heights[second])
        and _is_space(rows, place)
    }
    following = {first: second for second, first in before.items()}
    lines = []
    for number in range(len(polygons)):
        if number in before:
            continue
        pieces = [number]
        while pieces[-1] in following:
            pieces.append(following[pieces[-1]])
        lines.append([polygons[piece] for piece in pieces])
    return [line[0] if len(line) == 1 else joined_outline(line, rows.slope) for line in lines]


def _is_space(rows: LineRows, pair: int) -> bool:
    """Whether the gap of a pair of lines is a space between words."""
    first, second = rows.pairs[pair].tolist()
    x, y = rows.gaps[pair]
    near = np.abs(rows.y - y) < ABOVE_AND_BELOW
    near[[first, second]] = False
    over = near & (rows.left[:, 0] < x - REACH) & (rows.right[:, 0] > x + REACH)
    gaps = np.abs(rows.gaps - (x, y))
    parted = int(((gaps[:, 0] < SAME) & (gaps[:, 1] < ABOVE_AND_BELOW)).sum()) - 1
    return int(over.sum()) >= max(FEWEST, OFTEN * parted)
