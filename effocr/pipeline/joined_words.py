"""Words, or pieces of a line, that follow each other are put into one outline."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, hypot
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.layout.edges import edge_height, line_edges
from effocr.layout.skew import line_slope
from effocr.layout.word_lines import lines_from_words
from effocr.pipeline.detected import DetectedLine, LineDetector
from effocr.pipeline.images import Grey

__all__ = ["JoinedWords", "joined_outline", "joined_row"]

BESIDE: Final = 0.3  # of the narrower one, that pieces of a line cover each other at most
IN_ROW: Final = 0.7  # of its height, that a piece of a line shares with the highest one
BENT: Final = 1.6  # heights of its words: what a straight outline of a line is no higher than


class JoinedWords:
    """A `LineDetector` of words, whose words are joined.

    Args:
        words: finds words that run from left to right, or from right to left.
    """

    def __init__(self, words: LineDetector) -> None:
        self._words = words

    def detect(self, page: Grey) -> list[DetectedLine]:
        """Find the lines of text.

        Args:
            page: [height, width] uint8, upright.
        """
        words = self._words.detect(page)
        outlines = [word.polygon for word in words]
        slope = line_slope(outlines)
        boxes = [[*outline.min(axis=0), *outline.max(axis=0)] for outline in outlines]
        lines = lines_from_words(boxes, slope=slope)
        return [_joined([words[number] for number in line], slope) for line in lines]


def joined_row(lines: Sequence[DetectedLine]) -> list[DetectedLine]:
    """Lines of a page; where all stand in one row, as in an image of one line, they are one line.

    A detector takes wide spaces for gutters, and one row does not tell the two apart. On a page of
    several rows the others do.
    """
    lines = sorted(lines, key=lambda line: float(line.polygon[:, 0].min()))
    starts, ends = (np.array([edge(line.polygon[:, 0]) for line in lines]) for edge in (min, max))
    over = ends[:-1] - starts[1:]
    widths = ends - starts
    if len(lines) < 2 or (over > BESIDE * np.minimum(widths[:-1], widths[1:])).any():
        return lines
    middles = np.array([line.polygon.min(axis=0) + line.polygon.max(axis=0) for line in lines]) / 2
    # The lean of a short piece tells less of that of the row than where the pieces stand.
    slope = float(np.polyfit(middles[:, 0], middles[:, 1], 1)[0])
    level = [line.polygon[:, 1] - slope * line.polygon[:, 0] for line in lines]
    tops, bottoms = (np.array([edge(one) for one in level]) for edge in (min, max))
    highest = int((bottoms - tops).argmax())
    shared = np.minimum(bottoms, bottoms[highest]) - np.maximum(tops, tops[highest])
    return lines if (shared < IN_ROW * (bottoms - tops)).any() else [_joined(lines, slope)]


def _joined(words: Sequence[DetectedLine], slope: float) -> DetectedLine:
    """One line of words in their order; the wider a word, the more its score counts."""
    if len(words) == 1:
        return words[0]
    widths = [float(np.ptp(word.polygon[:, 0])) for word in words]
    score = fsum(word.score * width for word, width in zip(words, widths, strict=True))
    outline = joined_outline([word.polygon for word in words], slope)
    return DetectedLine(outline, score / max(fsum(widths), 1e-6))


def joined_outline(
    words: Sequence[npt.NDArray[np.float32]], slope: float
) -> npt.NDArray[np.float32]:
    """The four corners of a strip around all words; from word to word where the line bends.

    Args:
        words: [n, 2] each, outlines, from left to right.
        slope: of the line, pixels down for each to the right.
    """
    edges = [line_edges(word) for word in words]
    top = np.concatenate([upper for upper, _ in edges])
    bottom = np.concatenate([lower for _, lower in edges])
    along = np.array([1.0, slope]) / hypot(1.0, slope)
    back = np.stack([along, [-along[1], along[0]]])  # rows: along and across the line
    level = np.concatenate([top, bottom]) @ back.T
    (start, high), (end, low) = level.min(axis=0), level.max(axis=0)
    heights = [edge_height(*one) for one in edges]
    if low - high > BENT * float(np.median(heights)):
        return np.asarray(np.concatenate([top, bottom[::-1]]), np.float32)
    corners = np.array([(start, high), (end, high), (end, low), (start, low)])
    return np.asarray(corners @ back, np.float32)
