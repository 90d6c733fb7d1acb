"""Truth for the detector: regions of a crop -> target maps. Numpy and OpenCV only.

The maps are those of DBNet (Liao et al. 2020, arXiv 1911.08947) and one of ours, the height of the
line at every point of its kernel. A cell of a map stands for `stride` pixels of the crop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from effocr.detector.config import TruthConfig
from effocr.detector.polygons import area_and_perimeter, offset_polygon, short_side

__all__ = ["RegionTruth", "Targets", "build_targets", "shrink_distance"]

Floats = npt.NDArray[np.float32]
Polygon = npt.NDArray[np.float32]

SUBPIXEL_BITS: Final = 4  # of what OpenCV draws
FILL_GROWS: Final = 0.5  # cells: OpenCV fills up to the cells that the outline touches


@dataclass(frozen=True, slots=True, eq=False)
class RegionTruth:
    """A region of a crop.

    Attributes:
        polygon: [n, 2] float32, pixels of the crop; may lie outside of it in part.
        ignored: True where neither finding it nor missing it counts.
    """

    polygon: Polygon
    ignored: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Maps [height / stride, width / stride] of a crop.

    Attributes:
        kernel: float32, 1 within shrunk regions, else 0.
        counted: float32, 0 where neither counts.
        threshold: float32, `threshold_high` on the borders of regions, falling to `threshold_low`.
        border: float32, 1 where the threshold counts.
        thickness: float32, height of the region within its kernel, pixels of the crop; else 0.
    """

    kernel: Floats
    counted: Floats
    threshold: Floats
    border: Floats
    thickness: Floats


def shrink_distance(polygon: Polygon, ratio: float) -> float:
    """How far a polygon is moved inwards: D = A (1 - r^2) / L, in its own unit."""
    area, perimeter = area_and_perimeter(polygon)
    return area * (1 - ratio**2) / max(perimeter, 1e-6)


def build_targets(
    regions: Sequence[RegionTruth], size: tuple[int, int], stride: int, truth: TruthConfig
) -> Targets:
    """Draw the maps of a crop.

    Args:
        regions: in pixels of the crop.
        size: height and width of the crop, multiples of the stride.
        stride: pixels for a cell.
        truth: how regions are shrunk.
    """
    shape = (size[0] // stride, size[1] // stride)
    kernel, thickness, rise, border = (np.zeros(shape, np.float32) for _ in range(4))
    counted = np.ones(shape, np.float32)
    for region in regions:
        cells = np.asarray(region.polygon, np.float32) / np.float32(stride)
        side = short_side(cells)
        distance = shrink_distance(cells, truth.shrink_ratio)
        shrunk = _shrunk(cells, distance) if side >= truth.least_cells else []
        if region.ignored or not shrunk:
            _fill(counted, [cells], 0.0)
            continue
        _fill(kernel, shrunk, 1.0)
        _fill(thickness, shrunk, side * stride)
        _draw_border(rise, border, cells, distance)
    border *= counted  # an ignored region hides what lies under it
    low, high = truth.threshold_low, truth.threshold_high
    return Targets(kernel, counted, low + (high - low) * rise, border, thickness)


def _shrunk(polygon: Polygon, distance: float) -> list[Polygon]:
    """A polygon moved inwards, as it has to be given to `_fill`; empty where nothing is left."""
    return offset_polygon(polygon, -(distance + FILL_GROWS)) or offset_polygon(polygon, -distance)


def _fill(canvas: Floats, polygons: Sequence[Polygon], value: float) -> None:
    """Draw polygons, in cells, in place. Cell (0, 0) has its middle at (0.5, 0.5)."""
    scale = 1 << SUBPIXEL_BITS
    points = [np.round((polygon - 0.5) * scale).astype(np.int32) for polygon in polygons]
    cv2.fillPoly(canvas, points, value, shift=SUBPIXEL_BITS)


def _draw_border(rise: Floats, border: Floats, polygon: Polygon, distance: float) -> None:
    """1 on the outline, falling to 0 at `distance` on both sides; the higher one stays. In place.

    `border` becomes 1 up to `distance` outside of the polygon.
    """
    for grown in offset_polygon(polygon, distance - FILL_GROWS):
        _fill(border, [grown], 1.0)
    height, width = rise.shape
    x0, y0 = np.floor(polygon.min(axis=0) - distance).astype(int)
    x1, y1 = np.ceil(polygon.max(axis=0) + distance).astype(int)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    if x1 <= x0 or y1 <= y0 or distance <= 0:
        return
    half = np.float32(0.5)
    xs = np.arange(x0, x1, dtype=np.float32) + half
    ys = np.arange(y0, y1, dtype=np.float32) + half
    away = _distance_to_outline(xs, ys, polygon)
    window = rise[y0:y1, x0:x1]
    np.maximum(window, 1 - np.minimum(away / distance, 1), out=window)


def _distance_to_outline(xs: Floats, ys: Floats, polygon: Polygon) -> Floats:
    """[len(ys), len(xs)]: distance of each point to the nearest edge of a polygon."""
    nearest = np.full((len(ys), len(xs)), np.inf, np.float32)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        dx, dy = float(bx - ax), float(by - ay)
        length = max(dx * dx + dy * dy, 1e-12)
        along = ((xs - ax) * dx)[None, :] + ((ys - ay) * dy)[:, None]
        along = np.clip(along / length, 0.0, 1.0)
        away_x = (xs - ax)[None, :] - along * dx
        away_y = (ys - ay)[:, None] - along * dy
        np.minimum(nearest, away_x * away_x + away_y * away_y, out=nearest)
    found: Floats = np.sqrt(nearest)
    return found
