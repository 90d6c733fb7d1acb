"""A line of a page -> its image, straight and level, with the way back to the page.

A level line is cut out by rows and columns, a leaning one is turned, a bent one is unbent between
its top and its bottom edge. What other lines claim is covered, see `effocr.pipeline.neighbours`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from effocr.frame import PAPER
from effocr.geometry import Affine, Direction
from effocr.layout.edges import line_edges
from effocr.pipeline.images import Grey

__all__ = ["AfterInitial", "Crop", "ToPage", "Unbent", "paper_of", "rectify"]

Floats = npt.NDArray[np.float64]

LEVEL: Final = 0.1  # of its height: a line that drifts less is level
LEAST_PX: Final = 3  # width and height of a line
PAPER_QUANTILE: Final = 0.7  # of the grey levels of a line is paper


@dataclass(frozen=True, slots=True, eq=False)
class Unbent:
    """The map from an unbent line to its page: (u, v) lies between two edges.

    Attributes:
        top: [k, 2] float64, page pixels, the top edge.
        bottom: [k, 2] float64, the bottom edge.
        stops: [k] float64, u of the corners of the edges.
        height: v of the bottom edge; the top edge is at 0.
    """

    top: Floats
    bottom: Floats
    stops: Floats
    height: float

    def points(self, uv: npt.ArrayLike) -> Floats:
        """Map [n, 2] points of the line to [n, 2] float64, pixels of the page."""
        at = np.asarray(uv, np.float64).reshape(-1, 2)
        share = at[:, 1:] / self.height
        return (1 - share) * _along(self.stops, self.top, at[:, 0]) + share * _along(
            self.stops, self.bottom, at[:, 0]
        )

    def boxes(self, boxes: npt.ArrayLike) -> Floats:
        """Map [n, 4] boxes; each result is the hull of the mapped corners."""
        given = np.asarray(boxes, np.float64).reshape(-1, 4)
        corners = self.points(given[:, [0, 1, 2, 1, 2, 3, 0, 3]]).reshape(-1, 4, 2)
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def then(self, after: Affine) -> Unbent:
        """The map that does this one first and `after` second."""
        return Unbent(after.points(self.top), after.points(self.bottom), self.stops, self.height)


@dataclass(frozen=True, slots=True, eq=False)
class AfterInitial:
    """The map from a line that a drop capital was set before, made as high as its letters.

    Attributes:
        split: u where the capital ends and the line begins.
        letter: [4] float64, box of the capital.
        initial: maps pixels of the capital to those of the page.
        line: maps those of the line's own crop.
        shift: [2] float64, from there to the place of that crop here.
    """

    split: float
    letter: Floats
    initial: Affine
    line: Affine | Unbent
    shift: Floats

    def points(self, uv: npt.ArrayLike) -> Floats:
        """Map [n, 2] points of the line to [n, 2] float64, pixels of the page."""
        at = np.asarray(uv, np.float64).reshape(-1, 2)
        before = at[:, :1] < self.split
        return np.where(before, self.initial.points(at), self.line.points(at - self.shift))

    def boxes(self, boxes: npt.ArrayLike) -> Floats:
        """Map [n, 4] boxes; each is on the side of its centre."""
        given = np.asarray(boxes, np.float64).reshape(-1, 4)
        before = given[:, [0, 2]].mean(axis=1, keepdims=True) < self.split
        moved = given - np.tile(self.shift, 2)
        return np.where(before, self.initial.boxes(given), self.line.boxes(moved))

    def parts(self, uv: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Map [n, 2] points, moved into the capital by that, moved out of it by the line."""
        at = np.asarray(uv, np.float64).reshape(-1, 2)
        before = np.clip(at, self.letter[:2], self.letter[2:])
        after = np.maximum(at, (self.split, -np.inf))
        return self.initial.points(before), self.line.points(after - self.shift)

    def then(self, after: Affine) -> AfterInitial:
        """The map that does this one first and `after` second."""
        initial, line = self.initial.then(after), self.line.then(after)
        return replace(self, initial=initial, line=line)


ToPage: TypeAlias = Affine | Unbent | AfterInitial


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """The image of one line.

    Attributes:
        grey: [height, width] uint8.
        to_page: maps its pixels to those of the page.
    """

    grey: Grey
    to_page: ToPage


def rectify(page: Grey, polygon: npt.ArrayLike, direction: Direction = "ltr") -> Crop | None:
    """Cut a line out of its page.

    Args:
        page: [height, width] uint8.
        polygon: [n, 2] numbers, outline of the line, see `effocr.layout.edges.line_edges`.
        direction: of the line; a column stays upright, with what is outside of it blanked.

    Returns:
        The line; None where it is too small or lies outside of the page.
    """
    if direction == "ttb":
        return _blanked(page, np.asarray(polygon, np.float64))
    top, bottom = line_edges(polygon)
    lengths = np.hypot(*np.diff((top + bottom) / 2, axis=0).T)
    height = float(np.hypot(*(bottom - top).T).mean())
    length = float(lengths.sum())
    if length < LEAST_PX or height < LEAST_PX or not _inside(page, np.concatenate([top, bottom])):
        return None
    if len(top) == 2 and _is_level(top, bottom, height):
        return _cut(page, np.concatenate([top, bottom]))
    stops = np.concatenate([[0.0], np.cumsum(lengths)])
    if len(top) == 2:
        return _turned(page, top, bottom, length, height)
    return _unbent(page, Unbent(top, bottom, stops, height))


def _is_level(top: Floats, bottom: Floats, height: float) -> bool:
    """Whether both edges are level and both ends upright, near enough."""
    return (
        max(abs(top[1, 1] - top[0, 1]), abs(bottom[1, 1] - bottom[0, 1])) < LEVEL * height
        and bool((bottom[:, 1] > top[:, 1]).all())
        and top[1, 0] > top[0, 0]
    )


def _inside(page: Grey, points: Floats) -> bool:
    """Whether some of the outline lies on the page."""
    low, high = points.min(axis=0), points.max(axis=0)
    return bool(high[0] >= 1 and high[1] >= 1 and low[0] < page.shape[1] and low[1] < page.shape[0])


def _cut(page: Grey, points: Floats) -> Crop | None:
    """Rows and columns around points."""
    height, width = page.shape
    x0, y0 = np.maximum(np.floor(points.min(axis=0)), 0).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(points.max(axis=0)), (width, height)).astype(int).tolist()
    if x1 - x0 < LEAST_PX or y1 - y0 < LEAST_PX:
        return None
    shift = Affine.scale_shift(1, 1, x_shift=x0, y_shift=y0)
    return Crop(page[y0:y1, x0:x1], shift)


def _blanked(page: Grey, polygon: Floats) -> Crop | None:
    """Rows and columns around a polygon, paper outside of it."""
    if len(polygon) < 3 or not _inside(page, polygon) or (crop := _cut(page, polygon)) is None:
        return None
    corner = crop.to_page.points(np.zeros((1, 2)))[0]
    mask = np.zeros(crop.grey.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(polygon - corner).astype(np.int32)], 1)
    return Crop(np.where(mask == 1, crop.grey, paper_of(crop.grey)).astype(np.uint8), crop.to_page)


def _turned(page: Grey, top: Floats, bottom: Floats, length: float, height: float) -> Crop:
    """A straight line that leans, turned level."""
    along = (top[1] - top[0] + bottom[1] - bottom[0]) / 2
    along = along / max(float(np.hypot(*along)), 1e-9)
    across = np.array([-along[1], along[0]])
    corners = np.concatenate([top, bottom])
    start, rise = (corners @ along).min(), (corners @ across).min()
    corner = start * along + rise * across
    size = (
        max(round(float((corners @ along).max() - start)), LEAST_PX),
        max(round(float((corners @ across).max() - rise)), LEAST_PX),
    )
    matrix = np.stack([along, across, corner], axis=1)
    sampled = matrix.copy()
    sampled[:, 2] += 0.5 * (sampled[:, 0] + sampled[:, 1]) - 0.5  # OpenCV speaks of pixel centres
    grey = cv2.warpAffine(
        page,
        sampled,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Crop(np.asarray(grey, np.uint8), Affine(matrix))


def _unbent(page: Grey, way: Unbent) -> Crop:
    """A bent line, unbent."""
    size = max(round(float(way.stops[-1])), LEAST_PX), max(round(way.height), LEAST_PX)
    u = np.arange(size[0], dtype=np.float64) + 0.5
    share = ((np.arange(size[1]) + 0.5) / way.height)[:, None]
    top, bottom = _along(way.stops, way.top, u) - 0.5, _along(way.stops, way.bottom, u) - 0.5
    grid = [(1 - share) * top[:, axis] + share * bottom[:, axis] for axis in (0, 1)]
    grey = cv2.remap(
        page,
        grid[0].astype(np.float32),
        grid[1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=PAPER,
    )
    return Crop(np.asarray(grey, np.uint8), way)


def _along(stops: Floats, edge: Floats, u: Floats) -> Floats:
    """[n, 2] points of an edge at [n] places along it."""
    return np.stack([np.interp(u, stops, edge[:, axis]) for axis in (0, 1)], axis=1)


def paper_of(grey: Grey) -> int:
    """Grey level of the paper of a line, [height, width] uint8."""
    return int(np.quantile(grey, PAPER_QUANTILE))
