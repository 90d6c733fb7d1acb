"""Numpy-only parts of the sequence reader: lines into its form, its output into characters.

Shared by torch and ONNX. A line is 64 pixels high, grey from -0.5 (black) to 0.5 (white), padded
on the right with 0; that is the form of ocrs, so a graph of ours runs there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.ctc.alphabet import BLANK

__all__ = [
    "HEIGHT",
    "STRIDE",
    "Decoded",
    "batch_lines",
    "columns_of",
    "greedy",
    "needed_columns",
    "scale_line",
]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

HEIGHT: Final = 64  # pixels of a line
STRIDE: Final = 4  # pixels per column of output
LEAST_WIDTH: Final = 16  # pixels; the network's pooling needs some
MOST_WIDTH: Final = 8192  # pixels; a line wider than 128 times its height is squeezed


@dataclass(frozen=True, slots=True)
class Decoded:
    """Characters read from one line, left to right.

    Attributes:
        classes: [n] ints, none of them the blank.
        confidence: [n] float32, 0 to 1: the highest probability over the character's columns. It is
            that of the network, not calibrated.
        spans: [n, 2] int, first and last + 1 column of each.
    """

    classes: tuple[int, ...]
    confidence: Floats
    spans: npt.NDArray[np.intp]


def scale_line(grey: Grey) -> Grey:
    """Scale a line image to the network's height, its shape kept.

    Args:
        grey: [height, width] uint8, neither of them 0.

    Returns:
        [64, width] uint8, the width from LEAST_WIDTH to MOST_WIDTH.
    """
    height, width = grey.shape
    wanted = min(max(round(width * HEIGHT / height), LEAST_WIDTH), MOST_WIDTH)
    if (HEIGHT, wanted) == (height, width):
        return grey
    shrinks = height > HEIGHT
    scaled = cv2.resize(
        grey, (wanted, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    return np.asarray(scaled, np.uint8)


def batch_lines(lines: Sequence[Grey], width: int) -> Floats:
    """Put scaled lines into one batch, padded on the right.

    Args:
        lines: each [64, at most width] uint8.
        width: of the batch, pixels.

    Returns:
        [n, 1, 64, width] float32, -0.5 black to 0.5 white, padding 0.
    """
    batch = np.zeros((len(lines), 1, HEIGHT, width), np.float32)
    for row, line in zip(batch, lines, strict=True):
        row[0, :, : line.shape[1]] = line.astype(np.float32) / 255.0 - 0.5
    return batch


def columns_of(width: int) -> int:
    """Columns of output that a line `width` pixels wide has, without its padding."""
    return width // STRIDE + 1


def needed_columns(classes: Sequence[int]) -> int:
    """Least columns that can spell the classes: a blank must stand between equal neighbours."""
    return len(classes) + sum(before == after for before, after in pairwise(classes))


def greedy(log_probs: Floats) -> Decoded:
    """The likeliest class of every column, repeats joined and blanks left out.

    Args:
        log_probs: [columns, classes] float32, class 0 the blank.
    """
    best = log_probs.argmax(axis=1)
    changes = np.flatnonzero(best[1:] != best[:-1]) + 1
    edges = np.concatenate(([0], changes, [len(best)])) if len(best) else np.zeros(1, np.intp)
    spans = np.stack((edges[:-1], edges[1:]), axis=1)
    spans = spans[best[spans[:, 0]] != BLANK] if len(spans) else spans
    classes = tuple(int(best[first]) for first in spans[:, 0])
    confidence = np.array(
        [
            np.exp(log_probs[first:last, number].max())
            for number, (first, last) in zip(classes, spans.tolist(), strict=True)
        ],
        np.float32,
    )
    return Decoded(classes, confidence, spans)
