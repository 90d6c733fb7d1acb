"""From the maps of the network to regions, shared by torch and ONNX. Numpy and OpenCV.

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

from effocr.detector.config import Look
from effocr.detector.shapes import region_of
from effocr.detector.stacked import part_stacked

__all__ = ["PROBABILITY", "THICKNESS", "Regions", "decode"]

Floats = npt.NDArray[np.float32]
Polygon = npt.NDArray[np.float32]

PROBABILITY, THICKNESS = 0, 1
"""Channels of the maps; a network without thickness has the first alone."""

LEAST_CELLS: Final = 3  # of a kernel; less is noise


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Regions found on a page.

    Attributes:
        polygons: each [n, 2] float32, clockwise: the upper edge from left to right, then the lower
            one backwards.
        scores: [len(polygons)] float32, mean probability.
    """

    polygons: tuple[Polygon, ...]
    scores: Floats


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
    sizes = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    scores = np.bincount(of, probability.ravel()[where], count) / sizes
    heights = None
    if len(maps) > THICKNESS:
        heights = np.bincount(of, maps[THICKNESS].ravel()[where], count) / sizes
    kept = (scores >= look.box_threshold) & (sizes >= LEAST_CELLS)
    kept[0] = False  # the ground
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(count + 1))
    polygons, found = [], []
    for label in np.flatnonzero(kept).tolist():
        cells = where[order[ends[label] : ends[label + 1]]]
        height = None if heights is None else float(heights[label])
        parts = [cells]
        if height is not None:
            parts = part_stacked(cells, probability, height / look.map_stride)
        for part in parts:
            rows, columns = np.divmod(part, probability.shape[1])
            polygon = region_of(np.stack((columns, rows), axis=1).astype(np.float32), height, look)
            if polygon is not None:
                polygons.append(polygon)
                found.append(scores[label] if len(parts) == 1 else probability.flat[part].mean())
    return Regions(tuple(polygons), np.array(found, np.float32))
