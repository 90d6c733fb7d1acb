"""Capitals, small letters and periods told apart by height: `S` and `s` differ in nothing else.

The letters a, e, n and r cannot be taken for capitals, so they tell a line's x-height and
baseline. Lines without them stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from effocr.document import Box, Glyph, Line
from effocr.pipeline.postprocess.changes import change_glyphs

__all__ = ["ANCHOR_MARGIN", "fix_case_and_periods"]

ANCHOR_MARGIN: Final = 0.1  # of the x-height: what letters of one size may differ in height
_ANCHORS: Final = frozenset("aenr")
_SAME_SHAPE: Final = frozenset("cosuvwxz")  # small letters that are their capitals, only smaller
_CAPITAL_MARGINS: Final = 4  # a capital is higher than the x-height by more than so many margins
_DASH, _PERIOD = "-", "."


@dataclass(frozen=True, slots=True)
class _Measure:
    """Of a line: x-height and baseline (row at x = 0, slope), pixels."""

    x_height: float
    row: float
    slope: float
    margin: float  # pixels

    def is_small(self, box: Box) -> bool:
        """Whether it is as high as an x."""
        return abs(box[3] - box[1] - self.x_height) < self.margin

    def is_tall(self, box: Box) -> bool:
        """Whether it is as high as a capital."""
        return box[3] - box[1] - self.x_height > _CAPITAL_MARGINS * self.margin

    def stands(self, box: Box) -> bool:
        """Whether it stands on the baseline."""
        baseline = self.row + self.slope * (box[0] + box[2]) / 2
        return abs(box[3] - baseline) < self.margin


def fix_case_and_periods(line: Line, *, anchor_margin: float = ANCHOR_MARGIN) -> Line:
    """Correct the case of letters, and dashes that are periods, by their heights.

    A capital as high as an x becomes small, and a small c o s u v w x z as high as a capital
    becomes large. Small capitals stay: words with a capital of another shape (E, K, ...) that is
    no higher than an x. A `-` on the baseline becomes a period.

    Args:
        line: as it was read; a column of text stays as it is.
        anchor_margin: what heights may differ, as a share of the height of a, e, n, r.
    """
    measure = _measure(line.glyphs, anchor_margin)
    if measure is None:
        return line
    texts: dict[int, str] = {}
    for word in line.words:
        texts |= _word(line.glyphs, word.glyphs, measure)
    return change_glyphs(line, texts)


def _measure(glyphs: tuple[Glyph, ...], anchor_margin: float) -> _Measure | None:
    """What the anchors of a line tell; None where there are none."""
    boxes = np.array([glyph.box for glyph in glyphs if glyph.text in _ANCHORS], np.float64)
    if not len(boxes):
        return None
    middles, bottoms = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    if np.ptp(bottoms) > np.ptp(middles):
        return None  # a column
    slope = _slope(middles, bottoms)
    x_height = float(np.median(bottoms - boxes[:, 1]))
    row = float(np.median(bottoms - slope * middles))
    return _Measure(x_height, row, slope, anchor_margin * x_height) if x_height > 0 else None


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Median slope between all pairs of points (Theil and Sen): one anchor misread does no harm."""
    first, second = np.triu_indices(len(x), 1)
    across = x[second] - x[first]
    apart = np.abs(across) > 0
    if len(x) < 3 or not apart.any():
        return 0.0
    return float(np.median((y[second] - y[first])[apart] / across[apart]))


def _word(glyphs: tuple[Glyph, ...], place: tuple[int, int], measure: _Measure) -> dict[int, str]:
    """Changes of one word."""
    numbers = range(*place)
    small_capitals = any(_is_small_capital(glyphs[number], measure) for number in numbers)
    texts: dict[int, str] = {}
    for number in numbers:
        glyph = glyphs[number]
        text, box = glyph.text, glyph.box
        if text == _DASH and measure.stands(box):
            texts[number] = _PERIOD
        elif text in _SAME_SHAPE and measure.is_tall(box):
            texts[number] = text.upper()
        elif text.isupper() and not small_capitals and measure.is_small(box):
            texts[number] = text.lower()
    return texts


def _is_small_capital(glyph: Glyph, measure: _Measure) -> bool:
    """Whether it is a capital whose small letter looks different, and no higher than an x."""
    text = glyph.text
    return text.isupper() and text.lower() not in _SAME_SHAPE and measure.is_small(glyph.box)
