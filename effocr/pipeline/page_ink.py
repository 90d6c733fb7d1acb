"""A page in black and white, and the connected pieces of its ink: what classical layout looks at.

The threshold follows the paper (Sauvola and Pietikainen, "Adaptive document image binarization",
2000); mean and spread are taken from a page a quarter as large, which changes nothing that matters
to lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.contrast import MOST_INK
from effocr.pipeline.images import Grey
from effocr.shrink import shrink

__all__ = ["PageInk", "page_ink", "usual_height"]

Ints = npt.NDArray[np.int32]

LONGEST_PX: Final = 2400  # side of the page that is looked at; larger pages are made smaller
WINDOW: Final = 1 / 30  # of the longer side: what the threshold looks around
SPREAD_WEIGHT: Final = 0.2  # Sauvola's k
FULL_SPREAD: Final = 128.0  # Sauvola's R
QUARTER: Final = 4
LEAST_HEIGHT_PX: Final = 4  # of what may be a letter
TALLEST: Final = 1 / 12  # of the page, of what tells the height of letters
THINNEST, WIDEST = 0.15, 6.0  # width by height of the same


@dataclass(frozen=True, slots=True, eq=False)
class PageInk:
    """The pieces of ink of a page.

    Attributes:
        labels: [height, width] int32, the number of the piece at each pixel; 0 is paper.
        boxes: [n, 4] int32, x0 y0 x1 y1 of each piece, the first that of the paper.
        areas: [n] int32, pixels of each piece.
        scale: pixels of the page for one pixel here.
    """

    labels: Ints
    boxes: Ints
    areas: Ints
    scale: float

    @property
    def widths(self) -> Ints:
        """[n] int32."""
        return np.asarray(self.boxes[:, 2] - self.boxes[:, 0], np.int32)

    @property
    def heights(self) -> Ints:
        """[n] int32."""
        return np.asarray(self.boxes[:, 3] - self.boxes[:, 1], np.int32)


def page_ink(page: Grey) -> PageInk:
    """Find the pieces of ink.

    Args:
        page: [height, width] uint8; light print on a dark page is turned.
    """
    longest = max(page.shape)
    scale = max(longest / LONGEST_PX, 1.0)
    page = shrink(page, 1 / scale)
    dark = _dark(page)
    if cv2.countNonZero(dark) > MOST_INK * dark.size:
        dark = _dark(np.asarray(cv2.bitwise_not(page), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    boxes = stats[:, :4].astype(np.int32)
    boxes[:, 2:] += boxes[:, :2]
    return PageInk(np.asarray(labels, np.int32), boxes, stats[:, 4].astype(np.int32), scale)


def _dark(page: Grey) -> Grey:
    """[height, width] uint8, 1 where there is ink."""
    height, width = page.shape
    small_size = (max(width // QUARTER, 1), max(height // QUARTER, 1))
    small = cv2.resize(page, small_size, interpolation=cv2.INTER_AREA).astype(np.float32)
    side = max(round(max(small_size) * WINDOW), 3)
    mean = cv2.boxFilter(small, -1, (side, side), borderType=cv2.BORDER_REPLICATE)
    square = cv2.boxFilter(small * small, -1, (side, side), borderType=cv2.BORDER_REPLICATE)
    spread = np.sqrt(np.maximum(square - mean * mean, 0.0))
    level = mean * (1.0 + SPREAD_WEIGHT * (spread / FULL_SPREAD - 1.0))
    threshold = cv2.resize(level.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(page < np.asarray(threshold, np.uint8), np.uint8)


def usual_height(ink: PageInk) -> float | None:
    """Height of the letters of the body of the text, mostly that of x; None without letters.

    The median over ink, not over pieces, so that specks do not count; larger type has few pieces.
    """
    heights, widths = ink.heights, ink.widths
    letters = (
        (heights >= LEAST_HEIGHT_PX)
        & (heights <= TALLEST * ink.labels.shape[0])
        & (widths >= THINNEST * heights)
        & (widths <= WIDEST * heights)
    )
    letters[0] = False
    if not letters.any():
        return None
    order = np.argsort(heights[letters], kind="stable")
    ordered = heights[letters][order]
    weight = np.cumsum(np.sqrt(ink.areas[letters][order]))
    return float(ordered[int(np.searchsorted(weight, weight[-1] / 2))])
