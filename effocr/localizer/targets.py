"""Truth for the localizer: boxes of a line in its frame -> target maps. Numpy only."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.localizer import arrays

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LENGTHS: Final = (
    arrays.LEFT,
    arrays.RIGHT,
    arrays.TOP,
    arrays.BOTTOM,
    arrays.BASELINE,
    arrays.X_HEIGHT,
)
NARROWEST_PEAK: Final = 0.6  # columns, standard deviation of the target's bell
PEAK_PER_WIDTH: Final = 1 / 10  # of the glyph's width


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """The truth of one line in frame pixels.

    Attributes:
        boxes: [n, 4] float32.
        classes: [n] int64, character of each box.
        words: [first, last) glyph of each word.
        baseline: (row at x = 0, slope).
        x_height: pixels.
    """

    boxes: Floats
    classes: Ints
    words: tuple[tuple[int, int], ...]
    baseline: tuple[float, float]
    x_height: float


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets of a batch of n lines with `columns` columns and g glyphs in all.

    Attributes:
        centre: [n, columns] float32, bells of height 1 at the glyph centres.
        gap: [n, columns] float32, 1 between words, 0 within, nan where it does not matter.
        line: [g] int64, which line each glyph is on.
        column: [g] int64, its centre column.
        lengths: [g, 6] float32, pixels, in the order of `LENGTHS`.
        classes: [g] int64.
    """

    centre: Floats
    gap: Floats
    line: Ints
    column: Ints
    lengths: Floats
    classes: Ints


def build_targets(lines: list[FrameTruth], columns: int) -> Targets:
    """Draw the target maps of a batch."""
    centre = np.zeros((len(lines), columns), np.float32)
    gap = np.full((len(lines), columns), np.nan, np.float32)
    grid = (np.arange(columns, dtype=np.float32) + 0.5) * arrays.STRIDE
    line_of, column_of, lengths, classes = [], [], [], []
    for row, truth in enumerate(lines):
        boxes = truth.boxes
        if not len(boxes):
            continue
        middle = (boxes[:, 0] + boxes[:, 2]) / 2
        column = np.clip((middle / arrays.STRIDE).astype(np.int64), 0, columns - 1)
        spread = np.maximum(
            NARROWEST_PEAK, (boxes[:, 2] - boxes[:, 0]) / arrays.STRIDE * PEAK_PER_WIDTH
        )
        distance = (np.arange(columns)[None, :] - column[:, None]) / spread[:, None]
        centre[row] = np.exp(-0.5 * np.square(distance)).max(axis=0)
        _draw_gaps(gap[row], truth)
        at = grid[column]
        base = truth.baseline[0] + truth.baseline[1] * at
        lengths.append(
            np.stack(
                (
                    at - boxes[:, 0],
                    boxes[:, 2] - at,
                    boxes[:, 1],
                    boxes[:, 3],
                    base,
                    np.full(len(at), truth.x_height),
                ),
                axis=1,
            )
        )
        line_of.append(np.full(len(at), row, np.int64))
        column_of.append(column)
        classes.append(truth.classes)
    if not line_of:
        none = np.zeros(0, np.int64)
        return Targets(centre, gap, none, none, np.zeros((0, len(LENGTHS)), np.float32), none)
    return Targets(
        centre,
        gap,
        np.concatenate(line_of),
        np.concatenate(column_of),
        np.concatenate(lengths).astype(np.float32),
        np.concatenate(classes),
    )


def _draw_gaps(gap: Floats, truth: FrameTruth) -> None:
    """0 from the first to the last glyph.

    1 between words, in place; at least the middle column of a gap is 1.
    """
    first = int(truth.boxes[:, 0].min() / arrays.STRIDE)
    last = int(np.ceil(truth.boxes[:, 2].max() / arrays.STRIDE))
    gap[max(first, 0) : last] = 0.0
    for (_, end), (start, _) in zip(truth.words, truth.words[1:], strict=False):
        left, right = float(truth.boxes[end - 1, 2]), float(truth.boxes[start, 0])
        left, right = min(left, right), max(left, right)
        begin = int(np.floor(left / arrays.STRIDE))
        gap[max(begin, 0) : max(int(np.ceil(right / arrays.STRIDE)), begin + 1)] = 1.0
