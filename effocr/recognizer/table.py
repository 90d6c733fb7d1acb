"""The rows of an index, arranged for searching: for each glyph the best row of every character."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import faiss
import numpy as np
import numpy.typing as npt

from effocr.errors import DataFormatError

__all__ = ["Table", "greatest", "unit_rows"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

QUERIES_AT_ONCE: Final = 256  # so that their similarities to all rows stay in the cache
LEAST_LAYER: Final = 8  # characters whose n-th rows are compared in one step
FEW: Final = 16  # characters wanted; more are found by sorting all


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an index, arranged for searching.

    First come the first rows of all characters, those with the most rows first, then the second
    rows of those that have one, and so on: in such layers the best row of each character is found
    by a few comparisons of long runs of numbers. Rows of the few characters that have many more
    than the others stand at the end, one character after the other.

    The inner products are FAISS's and not numpy's, because numpy's BLAS would start threads of its
    own in each of the reader's threads (seven times slower on two busy cores), and FAISS's search
    for the nearest rows would have to ask for many of them to see a second character.
    """

    transform: Any
    layers: tuple[slice, ...]
    crowds: Ints  # where the last rows of the first characters begin
    characters: npt.NDArray[np.object_]

    @classmethod
    def of(cls, rows: Floats, labels: Sequence[str]) -> Self:
        """Arrange the rows [n, dim] float32 of n labels."""
        numbers = {label: i for i, (label, _) in enumerate(Counter(labels).most_common())}
        order, layers, crowds = _arrange(np.array([numbers[label] for label in labels], np.int64))
        transform = faiss.LinearTransform(rows.shape[1], len(labels), False)
        faiss.copy_array_to_vector(np.ascontiguousarray(rows[order]).ravel(), transform.A)
        transform.is_trained = True
        return cls(transform, layers, crowds, np.array(list(numbers), dtype=object))

    def alike(self, queries: Floats) -> Floats:
        """Similarity [n, characters] of each glyph [n, dim] to the best row of every character."""
        found = np.empty((len(queries), len(self.characters)), np.float32)
        for start in range(0, len(queries), QUERIES_AT_ONCE):
            part = slice(start, start + QUERIES_AT_ONCE)
            found[part] = self._alike(queries[part])
        return found

    def _alike(self, queries: Floats) -> Floats:
        if not len(self.characters):
            return np.zeros((len(queries), 0), np.float32)
        faiss.omp_set_num_threads(1)  # of this thread: the callers are the threads
        rows = self.transform.apply(np.ascontiguousarray(queries, np.float32))
        alike: Floats = rows[:, self.layers[0]].copy()  # [n, characters]
        for layer in self.layers[1:]:
            deep = alike[:, : layer.stop - layer.start]
            np.maximum(deep, rows[:, layer], out=deep)
        if self.crowds.size:
            deep = alike[:, : len(self.crowds)]
            np.maximum(deep, np.maximum.reduceat(rows, self.crowds, axis=1), out=deep)
        return alike


def unit_rows(embeddings: Floats, labels: Sequence[str], dim: int) -> Floats:
    """Rows of an index [n, dim] float32, brought to unit length.

    Raises:
        DataFormatError: the shapes do not fit, a label is empty, or an embedding is not finite.
    """
    embeddings = np.asarray(embeddings, np.float32)
    if embeddings.shape != (len(labels), dim):
        raise DataFormatError(
            f"{len(labels)} labels need embeddings [{len(labels)}, {dim}], "
            f"not {list(embeddings.shape)}"
        )
    if not all(label.strip() for label in labels):
        raise DataFormatError("a label of the index is empty or white space")
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise DataFormatError("an embedding is zero or not a finite number")
    return np.ascontiguousarray(embeddings / lengths)


def _arrange(codes: Ints) -> tuple[Ints, tuple[slice, ...], Ints]:
    """The order of the rows of a `Table`, its layers, and where its crowds begin.

    Args:
        codes: number of the character of each row; a lower one has no fewer rows.
    """
    grouped = np.argsort(codes, kind="stable")
    own = codes[grouped]
    depths = np.arange(len(own)) - np.searchsorted(own, own)  # rows of the character before it
    sizes = np.bincount(depths)
    deepest = max(int((sizes >= LEAST_LAYER).sum()), 1)
    within = depths < deepest
    layered = grouped[within][np.argsort(depths[within], kind="stable")]
    ends = np.cumsum(sizes[:deepest]).tolist()
    layers = tuple(slice(first, last) for first, last in zip([0, *ends], ends, strict=False))
    crowds = np.flatnonzero(np.diff(own[~within], prepend=-1)) + len(layered)
    return np.concatenate((layered, grouped[~within])), layers, crowds


def greatest(scores: Floats, k: int) -> Ints:
    """Columns [n, k] of the k greatest of each row, greatest first; may change `scores`."""
    if k > FEW:
        return np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found = np.empty((len(scores), k), np.int64)
    rows = np.arange(len(scores))
    for place in range(k):
        found[:, place] = scores.argmax(axis=1)
        scores[rows, found[:, place]] = -np.inf
    return found
