"""From the maps of the network to regions of a page, shared by torch and ONNX. Numpy and OpenCV.

DBNet's steps (Liao et al. 2020, arXiv 1911.08947): probability map -> components -> mean
probability -> moved outwards again. How far is read from the map of thickness where the network has
one: a kernel is a share of the line's height, so that a fixed ratio cuts ascenders off or takes the
neighbours in.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import pyclipper

from effocr.detector.config import Look

__all__ = [
    "PROBABILITY",
    "THICKNESS",
    "Regions",
    "area_and_perimeter",
    "decode",
    "offset_polygon",
    "short_side",
]

Floats = npt.NDArray[np.float32]
Polygon = npt.NDArray[np.float32]

PROBABILITY, THICKNESS = 0, 1
"""Channels of the maps; a network without thickness has the first alone."""

CLIPPER_SCALE: Final = 256  # pyclipper counts in whole numbers
LEAST_CELLS: Final = 3  # of a component; less is noise
LEAST_SIDE_PX: Final = 3.0  # of a region
OUTLINE_TOLERANCE: Final = 0.5  # cells that a simplified outline may be off
MOST_GROWTH: Final = 6.0  # of the kernel's own height: no line is as much thicker than its kernel


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Regions found on a page.

    Attributes:
        polygons: each [n, 2] float32, clockwise on the screen; a box begins at its top left.
        scores: [len(polygons)] float32, mean probability.
    """

    polygons: tuple[Polygon, ...]
    scores: Floats


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
    return [np.asarray(path, np.float32) / CLIPPER_SCALE for path in found if len(path) > 2]


def decode(maps: Floats, look: Look) -> Regions:
    """Find the regions in the maps of a page.

    Args:
        maps: [1 or 2, height, width] float32: probability, and thickness in pixels.
        look: thresholds, stride, shape.

    Returns:
        Regions in pixels of the image that the network saw, from top to bottom as they begin.
    """
    probability = maps[PROBABILITY]
    text = (probability > look.binary_threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(text, connectivity=8)
    where = np.flatnonzero(text)
    of = labels.ravel()[where]
    sizes = np.maximum(stats[:, cv2.CC_STAT_AREA].astype(np.float64), 1)
    scores = np.bincount(of, probability.ravel()[where], count) / sizes
    heights = None
    if len(maps) > THICKNESS:
        heights = np.bincount(of, maps[THICKNESS].ravel()[where], count) / sizes
    kept = (scores >= look.box_threshold) & (sizes >= LEAST_CELLS)
    kept[0] = False  # the ground
    outlines, _ = cv2.findContours(text, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    polygons, found = [], []
    for outline in reversed(outlines):  # OpenCV gives the lowest first
        x, y = outline[0, 0]
        label = int(labels[y, x])
        if not kept[label]:
            continue
        height = None if heights is None else float(heights[label])
        polygon = _grown(outline[:, 0], height, look)
        if polygon is not None:
            polygons.append(polygon)
            found.append(scores[label])
    return Regions(tuple(polygons), np.array(found, np.float32))


def _grown(outline: npt.NDArray[np.int32], thickness: float | None, look: Look) -> Polygon | None:
    """The region of a kernel; None where it is too small.

    Args:
        outline: [n, 2] the cells on the border of the kernel.
        thickness: of the line, pixels; None: it is not known.
        look: stride, ratio, shape.
    """
    stride = look.map_stride
    if look.shape == "box":
        (x, y), (width, height), angle = cv2.minAreaRect(outline)
        # The outline runs through the middles of cells: half a cell lies beyond it on each side.
        sides = ((width + 1) * stride, (height + 1) * stride)
        middle = ((x + 0.5) * stride, (y + 0.5) * stride)
        kernel = np.asarray(cv2.boxPoints((middle, sides, angle)), np.float32)
        grown = 2 * _growth(kernel, thickness, look)
        sides = (sides[0] + grown, sides[1] + grown)
        if min(sides) < LEAST_SIDE_PX:
            return None
        return _from_top_left(np.asarray(cv2.boxPoints((middle, sides, angle)), np.float32))
    simple = cv2.approxPolyDP(outline[:, None], OUTLINE_TOLERANCE, closed=True)[:, 0]
    if len(simple) < 3:  # a row of cells has no area that could be moved
        box = look.model_copy(update={"shape": "box"})
        return _grown(outline, thickness, box)
    whole = offset_polygon((simple + 0.5).astype(np.float32) * stride, stride / 2)
    kernel = max(whole, key=lambda each: area_and_perimeter(each)[0])
    regions = offset_polygon(kernel, _growth(kernel, thickness, look))
    if not regions:
        return None
    region = max(regions, key=lambda each: area_and_perimeter(each)[0])
    return region if short_side(region) >= LEAST_SIDE_PX else None


def _growth(kernel: Polygon, thickness: float | None, look: Look) -> float:
    """Pixels that a kernel, in pixels, is moved outwards."""
    if thickness is None:
        area, perimeter = area_and_perimeter(kernel)
        return area * look.unclip_ratio / max(perimeter, 1e-6)
    own = short_side(kernel)
    return min(max(thickness - own, 0.0), MOST_GROWTH * own) / 2


def _from_top_left(box: Polygon) -> Polygon:
    """The corners of a box, clockwise, from the one that is top left along its longer sides."""
    first = int(np.argmin(box.sum(axis=1)))
    box = np.roll(box, -first, axis=0)
    (ax, ay), (bx, by), (cx, cy) = box[:3]
    if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0:  # the other way round
        box = np.roll(box[::-1], 1, axis=0)
    return np.ascontiguousarray(box)
