"""How well the lines of a page were found: by polygons, and by baselines.

By polygons: as many pairs as possible of a true and a found line whose IoU is at least 0.5.

By baselines, after Grüning, Labahn, Diem, Kleber and Fiel, "READ-BAD: A New Dataset and Evaluation
Scheme for Baseline Detection in Archival Documents", DAS 2018 (arXiv 1705.03311), which scored the
cBAD competitions. Every true baseline has a tolerance t, a quarter of its distance to the nearest
parallel neighbour, at most a quarter of the page's mean distance. A point counts 1 up to t from the
other line, 0 from 3t on, linearly less between. Recall is the mean, over true lines, of the share
of their points that any found lines cover; precision the mean, over found lines, of the share of
their points that the one true line covers that they are paired with (greedily, the greatest share
first), so that lines cut up or run together cost precision.

Distances are exact; the tool of the authors adds up those along x and y, between points 5 pixels
apart. Lines of all pages are summed; the competition takes the mean of the pages' figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from effocr.metrics.boxes import BoxCounts, pair_most
from effocr.metrics.polygons import overlaps, shapes, valid

__all__ = [
    "BaselineScore",
    "baseline_of",
    "line_counts",
    "score_baselines",
    "tolerances",
]

Floats = npt.NDArray[np.float64]

SHARE: Final = 0.25  # of the distance to the neighbour
FARTHEST_PX: Final = 250.0  # a line further off is no neighbour
SAME_ROW_PX: Final = 1.0  # a line nearer than this is the same row, cut in two
STEP_PX: Final = 5.0  # between the points of a baseline
DESCENT: Final = 0.2  # of a line's height, below its baseline


@dataclass(frozen=True, slots=True)
class BaselineScore:
    """Coverage summed over the lines of one or several pages.

    Attributes:
        covered: of the true lines, each 0 to 1.
        truth: true lines.
        right: of the found lines, each 0 to 1.
        found: found lines.
    """

    covered: float = 0.0
    truth: int = 0
    right: float = 0.0
    found: int = 0

    def __add__(self, other: BaselineScore) -> BaselineScore:
        """Both pages together."""
        return BaselineScore(
            self.covered + other.covered,
            self.truth + other.truth,
            self.right + other.right,
            self.found + other.found,
        )

    @property
    def recall(self) -> float:
        """0 to 1; 0 where there is no true line."""
        return self.covered / self.truth if self.truth else 0.0

    @property
    def precision(self) -> float:
        """0 to 1; 0 where no line was found."""
        return self.right / self.found if self.found else 0.0

    @property
    def f_score(self) -> float:
        """Harmonic mean of both."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def line_counts(
    truth: Sequence[np.ndarray], found: Sequence[np.ndarray], *, iou_threshold: float = 0.5
) -> BoxCounts:
    """Lines of one page that were found, by their polygons.

    Args:
        truth: [n, 2] numbers each, in pixels; broken ones are dropped.
        found: the same of what was found.
        iou_threshold: least intersection over union of a pair, inclusive.
    """
    true_shapes, found_shapes = shapes(truth), shapes(found)
    true_shapes, found_shapes = true_shapes[valid(true_shapes)], found_shapes[valid(found_shapes)]
    pairs = overlaps(found_shapes, true_shapes)
    partners: list[list[int]] = [[] for _ in found_shapes]
    close = pairs.iou >= iou_threshold
    for row, column in zip(pairs.first[close].tolist(), pairs.second[close].tolist(), strict=True):
        partners[row].append(column)
    return BoxCounts(len(pair_most(partners)), len(found_shapes), len(true_shapes))


def score_baselines(truth: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> BaselineScore:
    """Score the baselines of one page.

    Args:
        truth: [n, 2] numbers each, n >= 2, pixels, along the line.
        found: the same of what was found.
    """
    true_points = [_sample(line) for line in truth]
    found_points = [_sample(line) for line in found]
    if not true_points or not found_points:
        return BaselineScore(truth=len(true_points), found=len(found_points))
    found_lines = _chains(found_points)
    tree = shapely.STRtree(found_lines)
    limits = tolerances(truth)
    covered = 0.0
    shares: list[tuple[float, int, int]] = []
    for place, (points, line, limit) in enumerate(
        zip(true_points, _chains(true_points), limits.tolist(), strict=True)
    ):
        x0, y0, x1, y1 = line.bounds
        reach = 3 * limit
        near = tree.query(shapely.box(x0 - reach, y0 - reach, x1 + reach, y1 + reach))
        if not len(near):
            continue
        here = shapely.points(points)
        distance = shapely.distance(here[:, None], found_lines[near][None, :]).min(axis=1)
        covered += float(_counted(distance, limit).mean())
        for other in near.tolist():
            away = shapely.distance(shapely.points(found_points[other]), line)
            shares.append((float(_counted(away, limit).mean()), other, place))
    return BaselineScore(covered, len(true_points), _aligned(shares), len(found_points))


def tolerances(truth: Sequence[np.ndarray]) -> Floats:
    """[n] pixels that each baseline may be missed by.

    Args:
        truth: [k, 2] numbers each, k >= 2, pixels: all baselines of a page.
    """
    points = [_sample(line) for line in truth]
    distances = np.array([_neighbour(place, points) for place in range(len(points))], np.float64)
    known = distances < FARTHEST_PX
    mean = float(distances[known].mean()) if known.any() else FARTHEST_PX
    limits: Floats = SHARE * np.minimum(distances, mean)
    return limits


def baseline_of(polygon: np.ndarray) -> Floats:
    """A guess for a line of which only the outline is known: its lower edge, raised by a fifth.

    Args:
        polygon: [n, 2] numbers, pixels, of a line that lies rather than stands.

    Returns:
        [k, 2] float64, from left to right.
    """
    corners = np.asarray(polygon, np.float64)
    left, right = float(corners[:, 0].min()), float(corners[:, 0].max())
    inset = (right - left) * 1e-3  # at its very ends a polygon may have no height
    columns = np.linspace(left + inset, right - inset, 21)
    low, high = np.full(len(columns), np.inf), np.full(len(columns), -np.inf)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        here = (columns >= min(x0, x1)) & (columns <= max(x0, x1)) & (x0 != x1)
        rows = y0 + (columns[here] - x0) * ((y1 - y0) / (x1 - x0 or 1.0))
        low[here] = np.minimum(low[here], rows)
        high[here] = np.maximum(high[here], rows)
    return np.stack([columns, high - DESCENT * (high - low)], axis=1)


def _neighbour(place: int, points: Sequence[Floats]) -> float:
    """Least distance, across the line, of another line beside it; FARTHEST_PX if there is none."""
    along = _direction(points[place])
    across = np.array([-along[1], along[0]])
    own = points[place] @ np.stack([along, across], axis=1)
    own = own[np.argsort(own[:, 0], kind="stable")]
    least = FARTHEST_PX
    for other, line in enumerate(points):
        if other == place:
            continue
        turned = line @ np.stack([along, across], axis=1)
        beside = (turned[:, 0] >= own[0, 0] - STEP_PX) & (turned[:, 0] <= own[-1, 0] + STEP_PX)
        if not beside.any():
            continue
        level = np.interp(turned[beside, 0], own[:, 0], own[:, 1])
        distance = float(np.abs(turned[beside, 1] - level).min())
        least = min(least, distance) if distance > SAME_ROW_PX else least
    return least


def _direction(points: Floats) -> Floats:
    """[2] unit vector along a line, by least squares of the distances."""
    centred = points - points.mean(axis=0)
    vector: Floats = np.linalg.svd(centred, full_matrices=False)[2][0]
    return vector


def _sample(line: np.ndarray) -> Floats:
    """[k, 2] points of a chain, STEP_PX or less apart, its ends included."""
    chain = np.asarray(line, np.float64)
    lengths = np.hypot(*np.diff(chain, axis=0).T)
    reached = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0.0, reached[-1], max(int(np.ceil(reached[-1] / STEP_PX)) + 1, 2))
    return np.stack([np.interp(places, reached, chain[:, axis]) for axis in (0, 1)], axis=1)


def _chains(lines: Sequence[Floats]) -> npt.NDArray[np.object_]:
    made = np.empty(len(lines), dtype=object)
    made[:] = [shapely.LineString(line) for line in lines]
    return made


def _counted(distance: Floats, limit: float) -> Floats:
    """1 up to the tolerance, 0 from three times that on, linear between."""
    counted: Floats = np.clip((3 * limit - distance) / (2 * limit), 0.0, 1.0)
    return counted


def _aligned(shares: Sequence[tuple[float, int, int]]) -> float:
    """Sum of shares, each found and each true line once, the greatest first."""
    total, used_found, used_true = 0.0, set[int](), set[int]()
    for share, found, true in sorted(shares, key=lambda one: (-one[0], one[1], one[2])):
        if share > 0 and found not in used_found and true not in used_true:
            used_found.add(found)
            used_true.add(true)
            total += share
    return total
