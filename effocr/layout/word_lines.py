"""Words of a page -> lines, for detectors that find words. Numpy only.

Every word takes the nearest word beside it that stands on its level, if each is the nearest of the
other and the white between them is no wider than that between words; columns stay apart.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["lines_from_words"]

Floats = npt.NDArray[np.float64]

WIDEST: Final = 1.5  # word heights between words of a line
LEVEL: Final = 0.5  # of the lower word's height, that neighbours share
DEEP: Final = 0.5  # word heights that neighbours may overlap along the line


def lines_from_words(boxes: npt.ArrayLike, *, slope: float = 0.0) -> list[list[int]]:
    """Put words into lines.

    Args:
        boxes: [n, 4] numbers, x0 y0 x1 y1 of words that run from left to right.
        slope: of the lines, pixels down for each to the right; see `effocr.layout.skew`.

    Returns:
        Numbers of the words of each line, from the left; lines by their tops, every word once.
    """
    words = np.array(boxes, np.float64).reshape(-1, 4)
    lean = slope * (words[:, 0] + words[:, 2]) / 2
    words[:, 1] -= lean
    words[:, 3] -= lean
    after = _neighbours(words)
    firsts = sorted(set(range(len(words))) - set(after.values()), key=lambda n: words[n, 1])
    lines = []
    for first in firsts:
        line = [first]
        while line[-1] in after:
            line.append(after[line[-1]])
        lines.append(line)
    return lines


def _neighbours(words: Floats) -> dict[int, int]:
    """For each word the next one of its line, where there is one."""
    tall = np.maximum(words[:, 3] - words[:, 1], 1e-6)
    low = np.maximum(words[:, None, 1], words[None, :, 1])
    high = np.minimum(words[:, None, 3], words[None, :, 3])
    height = np.minimum(tall[:, None], tall[None, :])
    gap = words[None, :, 0] - words[:, None, 2]
    begins_later = words[None, :, 0] > words[:, None, 0]
    fits = (high - low >= LEVEL * height) & begins_later
    fits &= (gap <= WIDEST * np.maximum(tall[:, None], tall[None, :])) & (gap >= -DEEP * height)
    cost = np.where(fits, np.abs(gap), np.inf)
    if not len(words):
        return {}
    right, left = cost.argmin(axis=1), cost.argmin(axis=0)
    return {
        one: int(other)
        for one, other in enumerate(right.tolist())
        if np.isfinite(cost[one, other]) and left[other] == one
    }
