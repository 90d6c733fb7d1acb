"""Panoptic quality of text detection, as HierText defines it.

Source: evaluator.py of google-research-datasets/hiertext; Long et al., "Towards End-to-End Unified
Scene Text Detection and Layout Analysis", CVPR 2022. For each image:

1. A found region with at least half of its area in one don't-care region is dropped.
2. A true region is found if the region of greatest IoU with it reaches 0.5 and has, itself, its
   greatest IoU with it (the first of equals).

Summed over the set: F = 2PR / (P + R), tightness T = mean IoU of what was found, PQ = T x F.
P, R and T are 1 where nothing can be divided by. End to end, the texts must be equal, too.

A line or paragraph is the union of its words' polygons. The original counts pixels of masks, here
areas are exact, so that figures differ by what rounding to pixels does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from effocr.metrics.polygons import Overlaps, Shapes, overlaps, valid

__all__ = ["PanopticCounts", "panoptic_counts"]

IOU: Final = 0.5  # inclusive
DONT_CARE_SHARE: Final = 0.5  # inclusive


@dataclass(frozen=True, slots=True)
class PanopticCounts:
    """Sums over images.

    Attributes:
        matched: true regions that were found.
        tightness: sum of their IoU.
        found: found regions that count.
        truth: true regions that count.
        right: matched ones whose texts are equal.
        right_tightness: sum of their IoU.
    """

    matched: int = 0
    tightness: float = 0.0
    found: int = 0
    truth: int = 0
    right: int = 0
    right_tightness: float = 0.0

    def __add__(self, other: PanopticCounts) -> PanopticCounts:
        """The sums of both sets of images together."""
        return PanopticCounts(
            self.matched + other.matched,
            self.tightness + other.tightness,
            self.found + other.found,
            self.truth + other.truth,
            self.right + other.right,
            self.right_tightness + other.right_tightness,
        )

    def rates(self, *, texts: bool = False) -> dict[str, float]:
        """`precision`, `recall`, `f`, `tightness` and `pq`, each 0 to 1.

        Args:
            texts: of end to end, where texts must be equal.
        """
        matched = self.right if texts else self.matched
        total = self.right_tightness if texts else self.tightness
        precision = matched / self.found if self.found else 1.0
        recall = matched / self.truth if self.truth else 1.0
        both = precision + recall
        f_score = 2 * precision * recall / both if both else 0.0
        tightness = total / matched if matched else 1.0
        return {
            "precision": precision,
            "recall": recall,
            "f": f_score,
            "tightness": tightness,
            "pq": tightness * f_score,
        }


def panoptic_counts(
    truth: Shapes,
    ignore: Sequence[bool],
    found: Shapes,
    texts: tuple[Sequence[str | None], Sequence[str | None]] | None = None,
) -> PanopticCounts:
    """Counts of one image.

    Args:
        truth: [n] shapes, see `effocr.metrics.polygons`; broken ones are dropped.
        ignore: n, which of them do not count.
        found: [m] shapes.
        texts: the n true and the m found ones; None: texts are not compared.
    """
    true_places = np.flatnonzero(valid(truth))
    found_places = np.flatnonzero(valid(found))
    left_out = np.asarray(ignore, bool)[true_places]
    hidden = overlaps(truth[true_places[left_out]], found[found_places])
    dropped = np.unique(hidden.second[hidden.of_second >= DONT_CARE_SHARE])
    found_places = np.delete(found_places, dropped)
    true_places = true_places[~left_out]
    pairs = overlaps(truth[true_places], found[found_places])
    best = _mutual_best(pairs, len(true_places), len(found_places))
    right = [
        iou
        for row, column, iou in best
        if texts is not None
        and texts[0][true_places[row]] == texts[1][found_places[column]] is not None
    ]
    return PanopticCounts(
        matched=len(best),
        tightness=float(sum(iou for _, _, iou in best)),
        found=len(found_places),
        truth=len(true_places),
        right=len(right),
        right_tightness=float(sum(right)),
    )


def _mutual_best(pairs: Overlaps, rows: int, columns: int) -> list[tuple[int, int, float]]:
    """(true, found, IoU) of those that are each other's best and reach the threshold."""
    row_best, column_best = np.full(rows, -1), np.full(columns, -1)
    row_iou, column_iou = np.zeros(rows), np.zeros(columns)
    iou = pairs.iou
    for row, column, value in zip(
        pairs.first.tolist(), pairs.second.tolist(), iou.tolist(), strict=True
    ):
        if value > row_iou[row]:
            row_best[row], row_iou[row] = column, value
        if value > column_iou[column]:
            column_best[column], column_iou[column] = row, value
    return [
        (row, int(column), float(row_iou[row]))
        for row, column in enumerate(row_best)
        if column >= 0 and row_iou[row] >= IOU and column_best[column] == row
    ]
