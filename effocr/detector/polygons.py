"""Sizes of polygons, and their outlines moved outwards or inwards. Numpy and pyclipper."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyclipper

__all__ = ["area_and_perimeter", "offset_polygon", "short_side"]

Polygon = npt.NDArray[np.float32]

CLIPPER_SCALE: Final = 256  # pyclipper counts in whole numbers


def area_and_perimeter(polygon: Polygon) -> tuple[float, float]:
    """Area and perimeter of a polygon [n, 2], in its own unit."""
    points = np.asarray(polygon, np.float64)
    after = np.roll(points, -1, axis=0)
    area = abs(float((points[:, 0] * after[:, 1] - points[:, 1] * after[:, 0]).sum())) / 2
    return area, float(np.hypot(*(after - points).T).sum())


def short_side(polygon: Polygon) -> float:
    """The height of a band of this area and perimeter: of a rectangle its short side.

    Holds for bent lines too, whose smallest rectangle is higher than they are.
    """
    area, perimeter = area_and_perimeter(polygon)
    root = max(perimeter * perimeter - 16 * area, 0.0) ** 0.5
    return float((perimeter - root) / 4)


def offset_polygon(polygon: Polygon, distance: float) -> list[Polygon]:
    """Move the outline of a polygon outwards, or inwards with a negative distance.

    Corners stay corners. A polygon that crosses itself is taken apart first.

    Returns:
        What is left, none or several polygons [n, 2] float32.
    """
    points = np.round(np.asarray(polygon, np.float64) * CLIPPER_SCALE).astype(np.int64)
    try:
        simple = pyclipper.SimplifyPolygon(points.tolist(), pyclipper.PFT_NONZERO)
        offset = pyclipper.PyclipperOffset()
        offset.AddPaths(simple, pyclipper.JT_MITER, pyclipper.ET_CLOSEDPOLYGON)
    except pyclipper.ClipperException:  # no area
        return []
    found = offset.Execute(distance * CLIPPER_SCALE)
    scale = np.float32(CLIPPER_SCALE)
    return [np.asarray(path, np.float32) / scale for path in found if len(path) > 2]
