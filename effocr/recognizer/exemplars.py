"""Which rows an index keeps: a few exemplars of each character."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["choose_rows", "prune_rows"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LEAST_PRECISION: Final = 0.7  # share of the glyphs nearest to a row that must be its own
LEAST_HITS: Final = 2  # glyphs nearest to a row before it is judged
PRUNING_ROUNDS: Final = 6
AT_ONCE: Final = 4096  # embeddings compared with all rows in one product
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


def prune_rows(
    rows: Floats, row_labels: Sequence[str], embeddings: Floats, labels: Sequence[str]
) -> Ints:
    """Drop exemplars that answer wrongly too often; the editing of nearest neighbours.

    Wear makes some glyphs look like another character (an e that lost its bar is a c). As exemplars
    they claim the good glyphs of that character. So every row is judged by the glyphs of a sample
    for which it is the nearest: where too few of them are its own, it goes. Glyphs of a character
    count by one over the root of its number, halfway between text as it is and all alike.
    Source: D. Wilson, Asymptotic properties of nearest neighbor rules using edited data, 1972.

    Args:
        rows: [m, d] float32, unit length.
        row_labels: m characters.
        embeddings: [n, d] float32, unit length, other glyphs than the rows.
        labels: n characters.

    Returns:
        Numbers of the rows that are kept, rising; at least one of every character.
    """
    kept = np.arange(len(rows))
    if not len(labels):
        return kept
    own = np.array(row_labels, dtype=object)
    truth = np.array(labels, dtype=object)
    numbers = Counter(labels)
    weights = np.array([numbers[label] for label in labels], np.float64) ** -0.5
    for _ in range(PRUNING_ROUNDS):
        nearest = _nearest(rows[kept], embeddings)
        hits = np.bincount(nearest, minlength=len(kept))
        claimed = np.bincount(nearest, weights=weights, minlength=len(kept))
        right = own[kept][nearest] == truth
        good = np.bincount(nearest, weights=weights * right, minlength=len(kept))
        bad = (hits >= LEAST_HITS) & (good < LEAST_PRECISION * claimed)
        left = Counter(own[kept[~bad]])
        for place in np.flatnonzero(bad):
            if not left[own[kept[place]]]:  # the last ones of a character: keep the first
                bad[place] = False
                left[own[kept[place]]] += 1
        if not bad.any():
            break
        kept = kept[~bad]
    return kept


def _nearest(rows: Floats, embeddings: Floats) -> Ints:
    """Number of the most similar row of each embedding, [n]."""
    parts = [
        (embeddings[start : start + AT_ONCE] @ rows.T).argmax(axis=1)
        for start in range(0, len(embeddings), AT_ONCE)
    ]
    return np.concatenate(parts)
