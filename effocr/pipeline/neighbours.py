"""Ink of neighbouring lines in the crop of a line, covered with paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.geometry import Affine
from effocr.pipeline.rectify import Crop, paper_of

__all__ = ["without_neighbours"]

Polygon = npt.NDArray[np.float32]
Boxes = npt.NDArray[np.float64]

AROUND: Final = 2  # pixels around its own outline that stay, whoever claims them


def without_neighbours(crops: Sequence[Crop], polygons: Sequence[Polygon]) -> list[Crop]:
    """Cover what lies in the outline of another line and not in that of the line itself.

    A crop holds more than the outline of its line where that has more than four corners, as one
    that hugs the letters; the crop of an unbent line follows its edges.

    Args:
        crops: of the lines of a page.
        polygons: [n, 2] each, their outlines, in pixels of the page that they were cut from.

    Returns:
        The crops; those without foreign ink as they are.
    """
    if not crops:
        return []
    boxes = np.array([[*one.min(axis=0), *one.max(axis=0)] for one in polygons], np.float64)
    covered = []
    for place, (crop, polygon) in enumerate(zip(crops, polygons, strict=True)):
        x0, y0, x1, y1 = boxes[place]
        near = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0)
        near[place] = False
        others = [polygons[other] for other in np.flatnonzero(near).tolist()]
        covered.append(_covered(crop, polygon, others) if others else crop)
    return covered


def _covered(crop: Crop, polygon: Polygon, others: Sequence[Polygon]) -> Crop:
    """The crop without what belongs to others alone."""
    if not isinstance(crop.to_page, Affine) or len(polygon) <= 4:
        return crop
    back = crop.to_page.inverse()
    foreign = _inside(crop, [back.points(other) for other in others])
    around = np.ones((2 * AROUND + 1, 2 * AROUND + 1), np.uint8)
    own = cv2.dilate(_inside(crop, [back.points(polygon)]), around)
    alien = (foreign > 0) & (np.asarray(own) == 0)
    if not alien.any():
        return crop
    return Crop(np.where(alien, paper_of(crop.grey), crop.grey).astype(np.uint8), crop.to_page)


def _inside(crop: Crop, polygons: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.uint8]:
    """[height, width] uint8, 1 inside of any of the outlines."""
    mask = np.zeros(crop.grey.shape, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 1)
    return mask
