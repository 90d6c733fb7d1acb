"""Areas that polygons have in common, found by a tree so that thousands of them are quick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["Overlaps", "overlaps", "shapes", "unions", "valid"]

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """The pairs of two lists of shapes that have an area in common.

    Attributes:
        first: [k] places in the first list, ascending.
        second: [k] places in the second, ascending within those of `first`.
        common: [k] areas in common, > 0.
        first_area: [n] of the first list.
        second_area: [m] of the second list.
    """

    first: Places
    second: Places
    common: Floats
    first_area: Floats
    second_area: Floats

    @property
    def iou(self) -> Floats:
        """[k] intersection over union of the pairs."""
        union = self.first_area[self.first] + self.second_area[self.second] - self.common
        result: Floats = self.common / union
        return result

    @property
    def of_first(self) -> Floats:
        """[k] share of the first's area that is in common."""
        result: Floats = self.common / self.first_area[self.first]
        return result

    @property
    def of_second(self) -> Floats:
        """[k] share of the second's area that is in common."""
        result: Floats = self.common / self.second_area[self.second]
        return result


def shapes(polygons: Sequence[np.ndarray]) -> Shapes:
    """Shapely polygons.

    Args:
        polygons: [n, 2] numbers each, n >= 3, in pixels.

    Returns:
        [len(polygons)] of shapely geometries.
    """
    made = np.empty(len(polygons), dtype=object)
    made[:] = [shapely.Polygon(np.asarray(polygon, np.float64)) for polygon in polygons]
    return made


def valid(made: Shapes) -> npt.NDArray[np.bool_]:
    """[n] whether a shape has an area and an outline that does not cross itself."""
    good: npt.NDArray[np.bool_] = shapely.is_valid(made) & (shapely.area(made) > 0)
    return good


def unions(groups: Sequence[Sequence[np.ndarray]]) -> Shapes:
    """One shape for each group: all that its polygons cover; at least one polygon a group."""
    made = np.empty(len(groups), dtype=object)
    made[:] = [shapely.union_all(shapely.make_valid(shapes(group))) for group in groups]
    return made


def overlaps(first: Shapes, second: Shapes) -> Overlaps:
    """All pairs with an area in common.

    Args:
        first: [n] valid shapes.
        second: [m] valid shapes.
    """
    if len(first) and len(second):
        rows, columns = shapely.STRtree(second).query(first, predicate="intersects")
        order = np.lexsort((columns, rows))
        rows, columns = rows[order], columns[order]
        common = shapely.area(shapely.intersection(first[rows], second[columns]))
    else:
        rows = columns = np.zeros(0, np.int64)
        common = np.zeros(0)
    touching = common > 0
    return Overlaps(
        rows[touching],
        columns[touching],
        common[touching],
        shapely.area(first).astype(np.float64),
        shapely.area(second).astype(np.float64),
    )
