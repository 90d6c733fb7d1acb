"""The detection figures of ocrs-models, for comparison with its training runs.

Source: `box_match_metrics` of ocrs-models. There the true boxes are the least rotated rectangles of
connected parts of the mask that the network is trained on; here they are those of the polygons
that are given. Figures are means over images, not quotients of sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from effocr.metrics.polygons import Shapes, overlaps, shapes, valid

__all__ = ["OcrsScore", "mean_score", "ocrs_score"]

HALF: Final = 0.5  # exclusive; of IoU and of areas


@dataclass(frozen=True, slots=True)
class OcrsScore:
    """Of one image, or means over several; all from 0.

    Attributes:
        precision: found boxes with an IoU above a half with a true one / found; 1 if none is found.
        recall: the same found boxes / true ones, so that two that share a true one count twice; 1
            if there is none.
        merged: true boxes of which more than half lies in a found one that so covers another,
            too, / true ones; one that lies in two such counts twice.
        split: true boxes in which two found ones lie by more than half / true ones.
    """

    precision: float
    recall: float
    merged: float
    split: float


def ocrs_score(truth: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> OcrsScore:
    """The figures of one image.

    Args:
        truth: [n, 2] numbers each, in pixels; their least rotated rectangles count.
        found: the same of what was found.
    """
    true_boxes, found_boxes = _rectangles(truth), _rectangles(found)
    pairs = overlaps(found_boxes, true_boxes)
    good = len(np.unique(pairs.first[pairs.iou > HALF]))
    covers = np.bincount(pairs.first[pairs.of_second > HALF], minlength=len(found_boxes))
    holds = np.bincount(pairs.second[pairs.of_first > HALF], minlength=len(true_boxes))
    number = len(true_boxes)
    return OcrsScore(
        precision=good / len(found_boxes) if len(found_boxes) else 1.0,
        recall=good / number if number else 1.0,
        merged=int(covers[covers > 1].sum()) / number if number else 0.0,
        split=int((holds > 1).sum()) / number if number else 0.0,
    )


def mean_score(scores: Sequence[OcrsScore]) -> OcrsScore:
    """Means over images; of none, 1 for precision and recall and 0 for the others."""
    if not scores:
        return OcrsScore(1.0, 1.0, 0.0, 0.0)
    values = np.array([(one.precision, one.recall, one.merged, one.split) for one in scores])
    return OcrsScore(*values.mean(axis=0).tolist())


def _rectangles(polygons: Sequence[np.ndarray]) -> Shapes:
    """Least rotated rectangles; those without area are dropped."""
    made: Shapes = np.atleast_1d(shapely.oriented_envelope(shapes(polygons)))
    return made[valid(made)] if len(made) else made
