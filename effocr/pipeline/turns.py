"""Pages that lie on their side or upside down.

Only a page that looks wrong is looked at again: a few of its lines are read, and where they read
badly, a few lines of the page in each other turn. The turn that reads clearly better is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.detector.page import estimate_x_height
from effocr.document import Line
from effocr.geometry import Affine
from effocr.pipeline.images import Grey

__all__ = ["best_turn", "holds_letters", "looks_wrong", "sample_lines", "turn_back", "turned"]

SAMPLE: Final = 6  # lines that are read to tell how a page lies
SURE: Final = 0.75  # mean confidence of a page that lies as it should
BETTER: Final = 0.12  # of confidence, that another turn has to read better
LEAST: Final = 0.5  # of confidence, that it has to read with; pictures read worse in every turn
LETTERS: Final = 20  # fewer tell too little of a turn


def turned(grey: Grey, quarters: int) -> Grey:
    """The page after so many quarter turns counter-clockwise."""
    return np.ascontiguousarray(np.rot90(grey, quarters)) if quarters else grey


def turn_back(size: tuple[int, int], quarters: int) -> Affine:
    """The map from the pixels of the turned page to those of the page.

    Args:
        size: width and height of the page as it came.
        quarters: turns counter-clockwise.
    """
    width, height = size
    match quarters % 4:
        case 0:
            return Affine.identity()
        case 1:
            return Affine.quarter_turn(width)
        case 2:
            return Affine.scale_shift(-1, -1, x_shift=width, y_shift=height)
        case _:
            return Affine(np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, height]]))


def sample_lines(polygons: Sequence[npt.NDArray[np.float32]]) -> list[int]:
    """Numbers of the lines that tell how a page lies: the longest."""
    extent = [float(np.ptp(polygon, axis=0).max()) for polygon in polygons]
    return sorted(range(len(polygons)), key=lambda number: -extent[number])[:SAMPLE]


def looks_wrong(lines: Sequence[Line]) -> bool:
    """Whether lines that were read read badly, or a detector that knows upright lines saw none."""
    return not lines or _sure(lines) < SURE


def holds_letters(grey: Grey) -> bool:
    """Whether a page has anything in the size of letters, dark or light, however it lies."""
    return any(estimate_x_height(page) is not None for page in (grey, np.invert(grey)))


def best_turn(samples: Mapping[int, Sequence[Line]]) -> int:
    """How often a page has to be turned counter-clockwise.

    Args:
        samples: a few lines of the page as it came (0), and after 1 to 3 quarter turns.

    Returns:
        0 to 3; 0 unless another turn reads clearly better.
    """
    best, sure = 0, max(_sure(samples[0]) + BETTER, LEAST)
    for quarters, lines in samples.items():
        letters = sum(len(line.text) for line in lines)
        if quarters and letters >= LETTERS and (found := _sure(lines)) > sure:
            best, sure = quarters, found
    return best


def _sure(lines: Sequence[Line]) -> float:
    """Mean confidence of the glyphs of lines; a line without any counts as one that is wrong."""
    sure = [glyph.confidence for line in lines for glyph in line.glyphs]
    empty = sum(not line.glyphs for line in lines)
    return fsum(sure) / max(len(sure) + empty, 1)
