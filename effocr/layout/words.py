"""Which glyphs of a line begin a word. Numpy only.

A glyph belongs to a word by the share of its extent that the word covers, never by comparing edges:
glyphs overhang, and the right edge of an f may lie beyond the left edge of the word after it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["word_starts", "word_starts_from_gaps"]

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

LEAST_SHARE: Final = 0.5  # of a glyph's extent, to lie in a word at all
SAME_SHARE: Final = 0.05  # two words that cover a glyph alike: both hold it
# Gaps are measured in median glyph extents of their line, beyond the letter spacing of the line.
WIDEST_LETTER_SPACING: Final = 0.4
LEAST_CUT, USUAL_CUT, GREATEST_CUT = 0.25, 0.5, 1.0
FEW_GAPS: Final = 6  # of which too little can be told about the line; the usual cut is taken


def word_starts(glyphs: npt.ArrayLike, words: npt.ArrayLike, *, axis: int = 0) -> Flags:
    """Which glyphs begin a new word, told by boxes of words.

    Two neighbours that lie in different words are parted, two in the same word are not. Where the
    words do not say (a glyph in no word, words inside of words) the gap between the two decides. A
    word without glyphs changes nothing, and no glyph is ever dropped.

    Args:
        glyphs: [n, 4] numbers, x0 y0 x1 y1, sorted along the line.
        words: [m, 4] numbers in any order; with m = 0 the gaps alone decide.
        axis: along which the line runs: 0 for x, 1 for y.

    Returns:
        [n] bool, a space stands before the glyph; False for the first.
    """
    boxes = np.asarray(glyphs, np.float64).reshape(-1, 4)
    held = _members(boxes, np.asarray(words, np.float64).reshape(-1, 4), axis)
    starts = word_starts_from_gaps(boxes, axis=axis)
    if len(boxes) < 2 or not held.shape[1]:
        return starts
    before, after = held[:-1], held[1:]
    together = (before & after).any(axis=1)
    parted = (before ^ after).any(axis=1)
    in_words = before.any(axis=1) & after.any(axis=1)
    starts[1:][in_words & ~together] = True
    starts[1:][together & ~parted] = False
    return starts


def word_starts_from_gaps(glyphs: npt.ArrayLike, *, axis: int = 0) -> Flags:
    """Which glyphs begin a new word, told by the white before them.

    Args:
        glyphs: [n, 4] numbers, x0 y0 x1 y1, sorted along the line.
        axis: along which the line runs: 0 for x, 1 for y.

    Returns:
        [n] bool, a space stands before the glyph; False for the first.
    """
    boxes = np.asarray(glyphs, np.float64).reshape(-1, 4)
    starts = np.zeros(len(boxes), bool)
    if len(boxes) < 2:
        return starts
    gaps = boxes[1:, axis] - boxes[:-1, axis + 2]
    extent = max(float(np.median(boxes[:, axis + 2] - boxes[:, axis])), 1e-6)
    gaps = gaps / extent
    spacing = min(max(float(np.quantile(gaps, 0.25)), 0.0), WIDEST_LETTER_SPACING)
    cut = USUAL_CUT
    if len(gaps) >= FEW_GAPS:
        cut = min(max(_valley(gaps) - spacing, LEAST_CUT), GREATEST_CUT)
    starts[1:] = gaps > spacing + cut
    return starts


def _valley(gaps: npt.NDArray[np.float64]) -> float:
    """The cut that parts gaps into the two most different groups (Otsu, 1979)."""
    ordered = np.sort(gaps)
    left = np.arange(1, len(ordered))
    right = len(ordered) - left
    total = np.cumsum(ordered)
    means_apart = (total[-1] - total[:-1]) / right - total[:-1] / left
    place = int(np.argmax(left * right * np.square(means_apart)))
    return float(ordered[place] + ordered[place + 1]) / 2


def _members(glyphs: npt.NDArray[np.float64], words: npt.NDArray[np.float64], axis: int) -> Flags:
    """[n, m] bool: the word covers the glyph, and none covers it clearly better."""
    low = np.maximum(glyphs[:, None, axis], words[None, :, axis])
    high = np.minimum(glyphs[:, None, axis + 2], words[None, :, axis + 2])
    extent = np.maximum(glyphs[:, axis + 2] - glyphs[:, axis], 1e-6)
    share = np.clip(high - low, 0.0, None) / extent[:, None]
    best = share.max(axis=1, initial=0.0, keepdims=True)
    held: Flags = (share >= LEAST_SHARE) & (share >= best - SAME_SHARE)
    return held
