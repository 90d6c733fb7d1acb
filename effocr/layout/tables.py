"""Blocks that stand side by side and are read row by row, as in a table. Numpy only."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["by_rows", "covered", "joined_rows", "side_by_side"]

Floats = npt.NDArray[np.float64]

SHORT: Final = 5.0  # line heights; cells of a table are shorter, lines of a column longer
PAIRED: Final = 0.8  # of the cells of the shorter block have a cell beside them
SAME_ROW: Final = 0.5  # of the lower one's height, that cells of one row share


def joined_rows(blocks: list[list[int]], boxes: Floats) -> list[list[int]]:
    """Join neighbours of which one has short lines only, each on one level with one of the other.

    Args:
        blocks: numbers of lines.
        boxes: [n, 4], of the lines, upright and read from left to right.

    Returns:
        The blocks; those that were joined have their lines row by row.
    """
    joined = [list(block) for block in blocks]
    place = 0
    while place < len(joined):
        mates = [
            other
            for other in range(len(joined))
            if other != place and _is_table(boxes[joined[place]], boxes[joined[other]])
        ]
        if not mates:
            place += 1
            continue
        joined[place] = by_rows(joined[place] + joined[mates[0]], boxes)
        del joined[mates[0]]
        place = 0
    return joined


def _is_table(one: Floats, other: Floats) -> bool:
    """Whether the lines of two blocks, [n, 4] and [m, 4], are cells of the same rows."""
    if min(len(one), len(other)) < 2:
        return False
    if one[:, 2].max() > other[:, 0].min() and other[:, 2].max() > one[:, 0].min():
        return False
    if max(len(one), len(other)) > 1.5 * min(len(one), len(other)):
        return False
    short = [
        np.median(cells[:, 2] - cells[:, 0]) < SHORT * np.median(cells[:, 3] - cells[:, 1])
        for cells in (one, other)
    ]
    if not any(short):
        return False
    fewer, more = (one, other) if len(one) <= len(other) else (other, one)
    return bool((side_by_side(fewer, more).sum(axis=1) == 1).mean() >= PAIRED)


def side_by_side(some: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    """[n, m] whether lines [n, 4] and [m, 4] stand on one level."""
    low = np.maximum(some[:, None, 1], others[None, :, 1])
    high = np.minimum(some[:, None, 3], others[None, :, 3])
    least = np.minimum((some[:, 3] - some[:, 1])[:, None], (others[:, 3] - others[:, 1])[None, :])
    level: npt.NDArray[np.bool_] = (high - low) > SAME_ROW * least
    return level


def covered(boxes: Floats) -> float:
    """Share of the area around lines [n, 4] that they cover; what two cover counts twice."""
    width, height = boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)
    own = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum()
    return float(own / max(width * height, 1e-6))


def by_rows(lines: list[int], boxes: Floats) -> list[int]:
    """Lines from the top, those on one level from the left.

    Args:
        lines: numbers.
        boxes: [n, 4], of all lines, upright and read from left to right.
    """
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    rows: list[list[int]] = []
    for line in sorted(lines, key=lambda number: middle[number]):
        last = rows[-1][0] if rows else None
        if last is not None and middle[line] < boxes[last, 3] and middle[last] > boxes[line, 1]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda number: boxes[number, 0])]
