"""How many regions are found: precision, recall and Hmean by the rule of ICDAR2015."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["RegionCounts", "count_regions"]

Polygon = npt.NDArray[np.float32]

IGNORED_SHARE = 0.5  # of a found region that lies in an ignored one: then it does not count


@dataclass(frozen=True, slots=True)
class RegionCounts:
    """Counts over pages."""

    matched: int = 0
    found: int = 0
    truth: int = 0

    def __add__(self, other: "RegionCounts") -> "RegionCounts":
        """Both together."""
        return RegionCounts(
            self.matched + other.matched, self.found + other.found, self.truth + other.truth
        )

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0 where nothing was found."""
        return self.matched / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the truth that was found; 0 where there is none."""
        return self.matched / self.truth if self.truth else 0.0

    @property
    def hmean(self) -> float:
        """Harmonic mean of both."""
        total = self.found + self.truth
        return 2 * self.matched / total if total else 0.0


def count_regions(
    found: Sequence[Polygon],
    truth: Sequence[Polygon],
    ignored: Sequence[bool],
    least_iou: float,
) -> RegionCounts:
    """Match greedily in order of the truth, one to one, at an IoU above `least_iou`.

    Args:
        found: polygons [n, 2].
        truth: polygons [n, 2].
        ignored: of each true one.
        least_iou: to be exceeded.
    """
    ours, theirs = _valid(found), _valid(truth)
    if not len(ours) or not len(theirs):
        counted = sum(not hidden for hidden in ignored)
        return RegionCounts(0, len(ours), counted)
    hidden = np.array(ignored, bool)
    common = np.zeros((len(theirs), len(ours)))
    rows, columns = shapely.STRtree(ours).query(theirs)
    common[rows, columns] = shapely.area(shapely.intersection(theirs[rows], ours[columns]))
    own = shapely.area(ours)
    dropped = (common[hidden] > IGNORED_SHARE * np.maximum(own, 1e-9)).any(axis=0)
    iou = common / np.maximum(shapely.area(theirs)[:, None] + own[None] - common, 1e-9)
    iou[hidden] = 0
    iou[:, dropped] = 0
    free, matched = np.ones(len(ours), bool), 0
    for row in iou:
        hits = np.flatnonzero((row > least_iou) & free)
        if len(hits):
            free[hits[0]] = False
            matched += 1
    return RegionCounts(matched, int((~dropped).sum()), int((~hidden).sum()))


def _valid(polygons: Sequence[Polygon]) -> npt.NDArray[np.object_]:
    """Polygons of shapely; those that cross themselves are mended."""
    made = np.array([shapely.Polygon(each) for each in polygons], object)
    mended: npt.NDArray[np.object_] = shapely.make_valid(made)
    return mended
