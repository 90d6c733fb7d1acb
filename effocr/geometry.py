"""Boxes and affine maps.

A box is x0 y0 x1 y1 in pixels, right and bottom exclusive; boxes are [n, 4] arrays. Pixel (0, 0)
covers the square from (0, 0) to (1, 1), so coordinates are edges, not pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["Affine", "Direction", "box_polygon", "clip_boxes", "iou_matrix", "union_box"]

Direction = Literal["ltr", "rtl", "ttb"]
"""How a line runs: left to right, right to left, or down a column; columns go right to left."""

_LEAST_DETERMINANT = 1e-12


@dataclass(frozen=True, eq=False)
class Affine:
    """A map of the plane: (x, y) -> matrix @ (x, y, 1).

    Attributes:
        matrix: [2, 3] float64.
    """

    matrix: np.ndarray

    def __post_init__(self) -> None:
        """Copy the matrix and make it read-only.

        Raises:
            ValueError: the matrix is not [2, 3].
        """
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.shape != (2, 3):
            raise ValueError(f"an Affine needs a [2, 3] matrix, not {list(matrix.shape)}")
        matrix.setflags(write=False)
        object.__setattr__(self, "matrix", matrix)

    @staticmethod
    def identity() -> Affine:
        """The map that changes nothing."""
        return Affine(np.eye(2, 3))

    @staticmethod
    def scale_shift(
        x_scale: float, y_scale: float, *, x_shift: float = 0.0, y_shift: float = 0.0
    ) -> Affine:
        """The map (x, y) -> (x * x_scale + x_shift, y * y_scale + y_shift)."""
        return Affine(np.array([[x_scale, 0.0, x_shift], [0.0, y_scale, y_shift]]))

    @staticmethod
    def quarter_turn(width: float) -> Affine:
        """From an image turned counter-clockwise back to the image, which is `width` pixels wide.

        The top of the image is the left of the turned one: (x, y) there is (width - y, x) here.
        """
        return Affine(np.array([[0.0, -1.0, width], [1.0, 0.0, 0.0]]))

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Map points.

        Args:
            xy: [n, 2] numbers.

        Returns:
            [n, 2] float64.
        """
        mapped: np.ndarray = np.asarray(xy, np.float64) @ self.matrix[:, :2].T + self.matrix[:, 2]
        return mapped

    def boxes(self, boxes: np.ndarray) -> np.ndarray:
        """Map boxes; each result is the axis-aligned hull of the mapped box.

        Args:
            boxes: [n, 4] numbers, x0 y0 x1 y1.

        Returns:
            [n, 4] float64.
        """
        boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
        (a, b, x), (c, d, y) = self.matrix.tolist()
        # Each edge of the hull follows that edge of the box which the sign of the factor picks.
        columns = [
            (max(a, 0.0), max(c, 0.0), min(a, 0.0), min(c, 0.0)),
            (max(b, 0.0), max(d, 0.0), min(b, 0.0), min(d, 0.0)),
            (min(a, 0.0), min(c, 0.0), max(a, 0.0), max(c, 0.0)),
            (min(b, 0.0), min(d, 0.0), max(b, 0.0), max(d, 0.0)),
        ]
        mapped: np.ndarray = boxes @ np.array(columns) + (x, y, x, y)
        return mapped

    def inverse(self) -> Affine:
        """The map that undoes this one.

        Raises:
            ValueError: the map flattens the plane and cannot be undone.
        """
        (a, b, x), (c, d, y) = self.matrix.tolist()
        determinant = a * d - b * c
        if abs(determinant) < _LEAST_DETERMINANT:
            raise ValueError("an Affine without area has no inverse")
        a, b, c, d = d / determinant, -b / determinant, -c / determinant, a / determinant
        return Affine(np.array([[a, b, -a * x - b * y], [c, d, -c * x - d * y]]))

    def then(self, after: Affine) -> Affine:
        """The map that does this one first and `after` second."""
        (a, b, x), (c, d, y) = self.matrix.tolist()
        (e, f, u), (g, h, v) = after.matrix.tolist()
        upper = (e * a + f * c, e * b + f * d, e * x + f * y + u)
        lower = (g * a + h * c, g * b + h * d, g * x + h * y + v)
        return Affine(np.array((upper, lower)))


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of every box of `a` with every box of `b`.

    Args:
        a: [n, 4] numbers, x0 y0 x1 y1.
        b: [m, 4] numbers.

    Returns:
        [n, m] float64, 0 where both boxes have no area.
    """
    a = np.asarray(a, np.float64).reshape(-1, 4)
    b = np.asarray(b, np.float64).reshape(-1, 4)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0.0, None).prod(axis=2)
    union = _areas(a)[:, None] + _areas(b)[None, :] - common
    iou: np.ndarray = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return iou


def _areas(boxes: np.ndarray) -> np.ndarray:
    """Areas [n] of boxes [n, 4]; an inverted box has none."""
    areas: np.ndarray = np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None).prod(axis=1)
    return areas


def clip_boxes(boxes: np.ndarray, width: float, height: float) -> np.ndarray:
    """Cut boxes off at the edges of an image.

    Args:
        boxes: [n, 4] numbers, x0 y0 x1 y1.
        width: of the image, pixels.
        height: of the image, pixels.

    Returns:
        A new [n, 4] array of the same type with 0 <= x <= width and 0 <= y <= height.
    """
    most = np.array((width, height, width, height))
    clipped: np.ndarray = np.minimum(np.maximum(boxes, 0), most)
    return clipped.astype(boxes.dtype, copy=False)


def union_box(boxes: np.ndarray) -> np.ndarray:
    """The smallest box around all boxes.

    Args:
        boxes: [n, 4] numbers, at least one row.

    Returns:
        [4], of the same type.

    Raises:
        ValueError: there is no box.
    """
    if len(boxes) == 0:
        raise ValueError("union_box needs at least one box")
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def right_of(polygon: np.ndarray, x: float) -> np.ndarray:
    """What of a polygon is right of an upright line (Sutherland and Hodgman, 1974).

    Args:
        polygon: [n, 2] numbers.
        x: of the line.

    Returns:
        [m, 2] float32, the corners in the same order; m is 0 where nothing is right of it.
    """
    points = []
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if start[0] >= x:
            points.append(start)
        if (start[0] >= x) != (end[0] >= x):
            points.append(start + (end - start) * (x - start[0]) / (end[0] - start[0]))
    return np.array(points, np.float32).reshape(-1, 2)


def box_polygon(box: tuple[float, float, float, float]) -> tuple[tuple[float, float], ...]:
    """The four corners of a box, clockwise from top left."""
    x0, y0, x1, y1 = box
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
