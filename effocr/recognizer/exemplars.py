"""Which rows an index keeps: a few exemplars of each character."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["choose_rows"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ITERATIONS: Final = 8  # of k-means; the rows chosen hardly change afterwards


def choose_rows(
    embeddings: Floats, labels: Sequence[str], *, rows_per_label: int, rng: np.random.Generator
) -> Ints:
    """Choose exemplars, so that an index stays small: of each label, the rows nearest to k means.

    Args:
        embeddings: [n, dim] float32, unit length.
        labels: n characters.
        rows_per_label: at most this many rows are kept of each.
        rng: for the first means.

    Returns:
        [m] rows, rising.
    """
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label, []).append(place)
    chosen = [
        np.array(own)[_exemplars(embeddings[own], rows_per_label, rng)] for own in places.values()
    ]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)


def _exemplars(points: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Rows of `points` [n, dim] nearest to `count` spherical k-means; fewer where two share one."""
    if len(points) <= count:
        return np.arange(len(points))
    means = points[_spread(points, count, rng)]
    for _ in range(ITERATIONS):
        nearest = (points @ means.T).argmax(axis=1)
        sums = np.zeros_like(means)
        np.add.at(sums, nearest, points)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        means = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), means)
    return np.unique((points @ means.T).argmax(axis=0))


def _spread(points: Floats, count: int, rng: np.random.Generator) -> Ints:
    """First means as in k-means++ (Arthur and Vassilvitskii 2007): far ones are likelier."""
    chosen = [int(rng.integers(len(points)))]
    distances = 1 - points @ points[chosen[0]]
    for _ in range(count - 1):
        weights = np.maximum(distances, 0) + 1e-9
        chosen.append(int(rng.choice(len(points), p=weights / weights.sum())))
        distances = np.minimum(distances, 1 - points @ points[chosen[-1]])
    return np.array(chosen)
