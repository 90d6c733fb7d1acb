"""A line image with the truth that training needs: boxes, words, baseline and x-height."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes
from effocr.data.records import LineImage
from effocr.errors import DataFormatError
from effocr.frame import BAND_MIDDLE, lay_down
from effocr.geometry import Direction

__all__ = ["EMS", "LabelledLine", "column_metrics", "estimate_metrics", "label_line", "word_spans"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FLAT_SMALL: Final = frozenset("acemnorsuvwxzæœıα")  # x-height high, standing on the baseline
STANDING: Final = FLAT_SMALL | frozenset("bdfhiklABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
TALL: Final = frozenset("bdfhklABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
EMS: Final = 2.0  # x-heights in an em of a column
INK_OF_EM: Final = 0.87  # of a full-size glyph's ink, across the column
FULL_SIZE: Final = 85  # percentile across the column that full-size glyphs reach
LARGE: Final = 0.6  # em across the column; such glyphs stand in its middle
X_PER_TALL: Final = (
    0.66  # x-height over the height of capitals and ascenders, where nothing better is known
)


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line image and its truth.

    Attributes:
        grey: [height, width] uint8.
        text: NFC, single spaces.
        glyphs: one label a box, in reading order.
        boxes: [n, 4] float32, pixels of `grey`, n > 0.
        words: [first, last) glyph of each word.
        baseline: (row at x = 0, slope) of the line lying down, see `effocr.frame.lay_down`.
        x_height: pixels of `grey`; of a column half an em.
        source: font of a synthetic line, file of a real one.
        mixed: words of other sizes than the line's, so that size does not tell S from s.
    """

    grey: Grey
    text: str
    glyphs: tuple[str, ...]
    boxes: Floats
    words: tuple[tuple[int, int], ...]
    baseline: tuple[float, float]
    x_height: float
    source: str
    mixed: bool = False


def label_line(line: LineImage, grey: Grey, direction: Direction = "ltr") -> LabelledLine:
    """The truth of a real line, baseline and x-height estimated from its boxes.

    Args:
        line: with boxes and labels.
        grey: [height, width] uint8, its image.
        direction: of the line.

    Raises:
        DataFormatError: the line has no boxes, or its boxes and text disagree.
    """
    if line.boxes is None or line.glyphs is None or not len(line.boxes):
        raise DataFormatError(f"{line.path}: training needs glyph boxes; see `effocr data check`")
    words = word_spans(line)
    to_image = lay_down(grey, direction)[1]
    lying = to_image.inverse().boxes(line.boxes).astype(np.float32)
    baseline, x_height = estimate_metrics(lying, line.glyphs, column=direction == "ttb")
    return LabelledLine(
        grey=grey,
        text=line.text,
        glyphs=line.glyphs,
        boxes=line.boxes,
        words=words,
        baseline=baseline,
        x_height=x_height,
        source=str(line.path),
    )


def word_spans(line: LineImage) -> tuple[tuple[int, int], ...]:
    """[first, last) glyph of each word of the text.

    Raises:
        DataFormatError: the labels and the text disagree.
    """
    glyphs = line.glyphs or ()
    sizes = [len(graphemes(glyph)) for glyph in glyphs]
    words, first, done = [], 0, 0
    for word in line.text.split():
        letters, last = len(graphemes(word)), first
        while last < len(glyphs) and done < letters:
            done += sizes[last]
            last += 1
        if done != letters:
            raise DataFormatError(
                f"{line.path}: boxes and text disagree at {word!r}; see `effocr data check`"
            )
        words.append((first, last))
        first, done = last, 0
    if first != len(glyphs):
        raise DataFormatError(
            f"{line.path}: {len(glyphs) - first} boxes more than the text has glyphs"
        )
    return tuple(words)


def estimate_metrics(
    boxes: Floats, glyphs: tuple[str, ...], *, column: bool = False
) -> tuple[tuple[float, float], float]:
    """Baseline (row at x = 0, slope) and x-height of a line, from boxes of letters whose place is
    known.

    Args:
        boxes: [n, 4] float32, n > 0, of the line lying down.
        glyphs: n labels.
        column: the line is a column: the middles of its large glyphs tell where it runs.
    """
    if column:
        return _estimate_column(boxes)
    names = np.array(glyphs, dtype=object)
    standing = np.array([glyph in STANDING for glyph in names])
    if not standing.any():
        standing[:] = True
    x = (boxes[standing, 0] + boxes[standing, 2]) / 2
    y = boxes[standing, 3].astype(np.float64)
    row, slope = _fit_line(x, y)
    heights = boxes[:, 3] - boxes[:, 1]
    small = np.array([glyph in FLAT_SMALL for glyph in names])
    tall = np.array([glyph in TALL for glyph in names])
    if small.any():
        return (row, slope), float(np.median(heights[small]))
    share = X_PER_TALL if tall.any() else 1.0
    return (row, slope), float(np.median(heights[tall] if tall.any() else heights)) * share


def column_metrics(centre: tuple[float, float], em: float) -> tuple[tuple[float, float], float]:
    """What counts as baseline and x-height of a column lying down.

    So chosen that the frame guessed from the rows of ink of full-size glyphs is the true one.

    Args:
        centre: (row at x = 0, slope) of the column's middle.
        em: side of a glyph's square, pixels.

    Returns:
        (row at x = 0, slope) and x-height.
    """
    x_height = em / EMS
    return (centre[0] + BAND_MIDDLE * x_height, centre[1]), x_height


def _estimate_column(boxes: Floats) -> tuple[tuple[float, float], float]:
    """`estimate_metrics` of a column; punctuation and small kana stand off its middle."""
    across = (boxes[:, 3] - boxes[:, 1]).astype(np.float64)
    em = float(np.percentile(across, FULL_SIZE)) / INK_OF_EM
    large = across >= LARGE * em
    large = large if large.any() else np.ones(len(boxes), bool)
    x = (boxes[large, 0] + boxes[large, 2]) / 2
    y = ((boxes[large, 1] + boxes[large, 3]) / 2).astype(np.float64)
    return column_metrics(_fit_line(x, y), em)


def _fit_line(x: Floats, y: npt.NDArray[np.float64]) -> tuple[float, float]:
    """(row at x = 0, slope) of points, outliers weighted down; level where they are few."""
    if len(x) >= 5:
        line = cv2.fitLine(
            np.stack((x, y), axis=1).astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01
        ).ravel()
        if abs(line[0]) > 0.99:
            slope = float(line[1] / line[0])
            return float(line[3] - slope * line[2]), slope
    return float(np.median(y)), 0.0
