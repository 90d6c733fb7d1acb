"""Precision, recall and Hmean of text detection by the protocol of ICDAR 2015.

Source: the evaluation script of the Robust Reading Competition, challenge 4, as used by the
authors of DB (arXiv 1911.08947). For each image:

1. True and found polygons that cross themselves or have no area are dropped.
2. A found polygon does not count if more than half of its area lies in one don't-care region.
3. Pairs are made greedily in the order of the files, true ones in the outer loop: both free, both
   counting, IoU above 0.5. No ranking by confidence, no one-to-many.

Summed over the set: recall = pairs / true ones that count, precision = pairs / found ones that
count, Hmean = 2PR / (P + R); 0 where nothing can be divided by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.metrics.boxes import BoxCounts
from effocr.metrics.polygons import overlaps, shapes, valid

__all__ = ["AREA_PRECISION", "IOU", "DetectionMatch", "match_detections"]

IOU: Final = 0.5  # exclusive
AREA_PRECISION: Final = 0.5  # exclusive


@dataclass(frozen=True, slots=True)
class DetectionMatch:
    """What became of the polygons of an image.

    Attributes:
        pairs: (place of the true one, place of the found one) that were matched.
        truth: places of true ones that count.
        found: places of found ones that count.
    """

    pairs: tuple[tuple[int, int], ...]
    truth: tuple[int, ...]
    found: tuple[int, ...]

    @property
    def counts(self) -> BoxCounts:
        """Numbers of each; those of several images are added up."""
        return BoxCounts(len(self.pairs), len(self.found), len(self.truth))


def match_detections(
    truth: Sequence[np.ndarray], ignore: Sequence[bool], found: Sequence[np.ndarray]
) -> DetectionMatch:
    """Match the polygons of one image.

    Args:
        truth: [n, 2] numbers each, in pixels.
        ignore: which of them do not count.
        found: [n, 2] numbers each, in the same pixels.
    """
    true_shapes, found_shapes = shapes(truth), shapes(found)
    true_places = np.flatnonzero(valid(true_shapes))
    found_places = np.flatnonzero(valid(found_shapes))
    left_out = np.asarray(ignore, bool)[true_places]
    pairs = overlaps(true_shapes[true_places], found_shapes[found_places])
    hidden = np.zeros(len(found_places), bool)
    hidden[pairs.second[left_out[pairs.first] & (pairs.of_second > AREA_PRECISION)]] = True
    close = (pairs.iou > IOU) & ~left_out[pairs.first] & ~hidden[pairs.second]
    matched = _in_order(pairs.first[close], pairs.second[close])
    return DetectionMatch(
        tuple((int(true_places[row]), int(found_places[column])) for row, column in matched),
        tuple(true_places[~left_out].tolist()),
        tuple(found_places[~hidden].tolist()),
    )


def _in_order(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pairs of which both are still free, first come, first served."""
    matched: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            matched.append((row, column))
    return matched
