"""The lines of an image: itself, or its columns from right to left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.contrast import MOST_INK
from effocr.geometry import Direction
from effocr.layout.columns import blank_others, split_strips
from effocr.pipeline.images import Grey

__all__ = ["Piece", "cut_pieces"]

DIRT: Final = 0.2  # of the usual stroke's longer side
MARGIN: Final = 0.1  # paper kept around a column, of its width; so glyphs drawn from fonts have it


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of an image.

    Attributes:
        grey: [height, width] uint8.
        corner: x and y of its left upper corner in the image.
    """

    grey: Grey
    corner: tuple[int, int] = (0, 0)


def cut_pieces(grey: Grey, direction: Direction) -> list[Piece]:
    """Cut an image into its lines, in reading order.

    Args:
        grey: [height, width] uint8.
        direction: of the lines. An image of horizontal lines is one line; one of columns may hold
            several, and stays whole where it holds one.

    Returns:
        At least one piece.
    """
    whole = [Piece(grey)]
    if direction != "ttb":
        return whole
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = light == 0
    if dark.mean() > MOST_INK:  # light print on a dark ground
        dark = ~dark
    strips = split_strips(_without_dirt(dark))
    if len(strips) < 2:
        return whole
    paper = int(np.median(grey[~dark]))
    return [
        Piece(*blank_others(grey, strip, strips, margin_px=_margin(strip.edges), paper=paper))
        for strip in strips
    ]


def _without_dirt(dark: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The ink without specks that are small beside the usual stroke, which is as long as a glyph.

    Only where columns stand is told by this; what is read keeps its dots.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        dark.astype(np.uint8), connectivity=8
    )
    if count < 2:
        return dark
    longer = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0  # the paper
    order = np.argsort(longer, kind="stable")
    share = np.cumsum(area[order]) / max(int(area.sum()), 1)
    usual = longer[order[int(np.searchsorted(share, 0.5))]]
    stays = longer >= DIRT * usual
    stays[0] = False
    return np.asarray(stays[labels], bool)


def _margin(edges: tuple[float, float]) -> int:
    return max(2, round(MARGIN * (edges[1] - edges[0])))
