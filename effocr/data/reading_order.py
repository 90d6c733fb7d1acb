"""In which order the boxes of a line are read, told by where they lie and what the text says.

A column's boxes lie below each other, so they cover its breadth several times over. A line of
Hebrew or Arabic text is read from the right, numbers and Latin words in it from the left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from effocr.layout.bidi import turn_runs

__all__ = ["reading_order", "runs_down"]

Floats = npt.NDArray[np.float64]


def runs_down(boxes: npt.ArrayLike) -> bool:
    """Whether the boxes lie below rather than beside each other; of one box nobody can tell.

    Args:
        boxes: [n, 4] numbers, x y width height.
    """
    x, y, width, height = np.asarray(boxes, np.float64).reshape(-1, 4).T
    if len(x) < 2:
        return False
    across = width.sum() / max(float(np.max(x + width) - np.min(x)), 1e-6)
    down = height.sum() / max(float(np.max(y + height) - np.min(y)), 1e-6)
    return bool(across > max(down, 1.0))


def reading_order(boxes: npt.ArrayLike, text: Sequence[str], boxed: Sequence[bool]) -> list[int]:
    """Places of the boxes in the order in which they are read.

    Args:
        boxes: [n, 4] numbers, x y width height, in any order.
        text: characters of the line in the order in which they are spoken, spaces included; none
            where nothing is known.
        boxed: which of them have a box.
    """
    corners = np.asarray(boxes, np.float64).reshape(-1, 4)
    axis = int(runs_down(corners))
    along: list[int] = np.argsort(
        corners[:, axis] + corners[:, axis + 2] / 2, kind="stable"
    ).tolist()
    if axis == 1 or not _from_the_right(text):
        return along
    paper = [place for place in turn_runs(text) if boxed[place]]
    if len(paper) != len(along):
        return along[::-1]
    return [box for _, box in sorted(zip(paper, along, strict=True))]


def _from_the_right(text: Sequence[str]) -> bool:
    """Whether the line begins with a letter that runs from right to left, or most letters do."""
    kinds = [unicodedata.bidirectional(point) for character in text for point in character]
    letters = [kind != "L" for kind in kinds if kind in ("L", "R", "AL")]
    return bool(letters) and (letters[0] or 2 * sum(letters) > len(letters))
