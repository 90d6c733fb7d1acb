"""The index: which characters look alike. FAISS holds the embeddings, a JSON file their labels.

A character usually has several rows: one per typeface, or per kind of shape. Search answers with
characters, each by its most similar row.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
import numpy.typing as npt

from effocr.bundle import INDEX, LABELS
from effocr.charset import normalise
from effocr.errors import BundleError, DataFormatError

__all__ = ["GlyphIndex", "Neighbours"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

QUERIES_AT_ONCE: Final = 256  # so that their similarities to all rows stay in the cache
LEAST_LAYER: Final = 8  # characters whose n-th rows are compared in one step
FEW: Final = 16  # characters wanted; more are found by sorting all


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Answer of a search.

    Attributes:
        labels: [n][k] characters, best first; fewer than asked for where the index holds fewer.
        similarities: [n, k] float32, cosine of the most similar row of each character. Handicaps
            count for the order only, so a later one may be a little larger.
    """

    labels: list[list[str]]
    similarities: Floats


class GlyphIndex:
    """Embeddings of known glyphs, and the character of each.

    Searching is safe from several threads at once while nothing is added or removed; each call
    uses one core.
    """

    def __init__(
        self, index: Any, labels: Sequence[str], handicaps: Mapping[str, float] | None = None
    ) -> None:
        """Take a FAISS inner-product index and the label of each of its rows; see `create`."""
        self._index = index
        self._labels = list(labels)
        self._handicaps = dict(handicaps or {})
        self._table: _Table | None = None

    @classmethod
    def create(cls, dim: int) -> Self:
        """An empty index for embeddings of `dim` numbers."""
        return cls(faiss.IndexFlatIP(dim), [])

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read index and labels from a model folder.

        Raises:
            BundleError: a file is missing or damaged, or the rows and labels differ in number.
        """
        index, (labels, handicaps) = _read_index(folder / INDEX), _read_labels(folder / LABELS)
        if len(labels) != index.ntotal:
            raise BundleError(
                f"{folder}: {index.ntotal} index rows, {len(labels)} labels; "
                "rebuild the model with `effocr export`"
            )
        return cls(index, labels, handicaps)

    def save(self, folder: Path) -> None:
        """Write index and labels into a folder, each file whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        drafts = {name: folder / f".{name}.part" for name in (INDEX, LABELS)}
        rows = faiss.serialize_index(self._index)  # faiss's own writer loses errors of the disk
        drafts[INDEX].write_bytes(rows.tobytes())
        content = {"labels": self._labels, "handicaps": self._handicaps}
        text = json.dumps(content, ensure_ascii=False)
        drafts[LABELS].write_text(text + "\n", encoding="utf-8")
        for name, draft in drafts.items():
            draft.replace(folder / name)

    def __len__(self) -> int:
        """Rows."""
        return len(self._labels)

    @property
    def dim(self) -> int:
        """Numbers in an embedding."""
        return int(self._index.d)

    @property
    def labels(self) -> tuple[str, ...]:
        """Label of each row, in the order of the rows."""
        return tuple(self._labels)

    @property
    def characters(self) -> tuple[str, ...]:
        """Characters that it knows, in the order in which they came."""
        return tuple(dict.fromkeys(self._labels))

    @property
    def embeddings(self) -> Floats:
        """[rows, dim] float32, a copy."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), np.float32).reshape(-1, self.dim)

    @property
    def handicaps(self) -> Mapping[str, float]:
        """What is taken off the cosine of a character when it competes with others; 0 if not here.

        A rare character that looks like a frequent one (‚ and ,) must be more alike to win.
        """
        return self._handicaps

    def with_handicaps(self, handicaps: Mapping[str, float]) -> Self:
        """The same rows with other handicaps."""
        return type(self)(self._index, self._labels, handicaps)

    def counts(self) -> Counter[str]:
        """Rows of each character."""
        return Counter(self._labels)

    def add(self, embeddings: Floats, labels: Sequence[str]) -> None:
        """Add rows.

        Args:
            embeddings: [n, dim] float; brought to unit length here.
            labels: n characters; brought to NFC here.

        Raises:
            DataFormatError: the shapes do not fit, a label is empty, or an embedding is not finite.
        """
        embeddings = np.asarray(embeddings, np.float32)
        if embeddings.shape != (len(labels), self.dim):
            raise DataFormatError(
                f"{len(labels)} labels need embeddings [{len(labels)}, {self.dim}], "
                f"not {list(embeddings.shape)}"
            )
        if not all(label.strip() for label in labels):
            raise DataFormatError("a label of the index is empty or white space")
        if not len(labels):
            return
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and (lengths > 0).all()):
            raise DataFormatError("an embedding is zero or not a finite number")
        self._index.add(np.ascontiguousarray(embeddings / lengths))
        self._labels += [normalise(label) for label in labels]
        self._table = None

    def remove(self, glyph: str) -> int:
        """Forget a character.

        Returns:
            How many rows it had.
        """
        wanted = normalise(glyph)
        rows = np.array([i for i, label in enumerate(self._labels) if label == wanted], np.int64)
        if rows.size:
            self._index.remove_ids(rows)
            self._labels = [label for label in self._labels if label != wanted]
            self._handicaps.pop(wanted, None)
            self._table = None
        return int(rows.size)

    def search(self, embeddings: Floats, k: int) -> Neighbours:
        """Find the nearest characters.

        Args:
            embeddings: [n, dim] float32, unit length.
            k: characters wanted, at least 1.

        Returns:
            The k best characters of each embedding, or all that the index holds where these are
            fewer.
        """
        table = self._table = self._table or _Table.of(self._index, self._labels, self._handicaps)
        k = min(k, len(table.characters))
        found = np.empty((len(embeddings), k), np.int64)
        similarities = np.empty((len(embeddings), k), np.float32)
        for start in range(0, len(embeddings), QUERIES_AT_ONCE) if k else ():
            part = slice(start, start + QUERIES_AT_ONCE)
            found[part], similarities[part] = table.best(embeddings[part], k)
        return Neighbours(table.characters[found].tolist(), similarities)


@dataclass(frozen=True, slots=True)
class _Table:
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
    handicaps: Floats

    @classmethod
    def of(cls, index: Any, labels: Sequence[str], handicaps: Mapping[str, float]) -> Self:
        numbers = {label: i for i, (label, _) in enumerate(Counter(labels).most_common())}
        order, layers, crowds = _arrange(np.array([numbers[label] for label in labels], np.int64))
        rows = (
            index.reconstruct_n(0, index.ntotal) if labels else np.zeros((0, index.d), np.float32)
        )
        transform = faiss.LinearTransform(index.d, len(labels), False)
        faiss.copy_array_to_vector(np.ascontiguousarray(rows[order]).ravel(), transform.A)
        transform.is_trained = True
        taken_off = np.array([handicaps.get(label, 0.0) for label in numbers], np.float32)
        return cls(transform, layers, crowds, np.array(list(numbers), dtype=object), taken_off)

    def best(self, queries: Floats, k: int) -> tuple[Ints, Floats]:
        """Numbers [n, k] and similarities [n, k] of the k best characters."""
        faiss.omp_set_num_threads(1)  # of this thread: the callers are the threads
        rows = self.transform.apply(np.ascontiguousarray(queries, np.float32))
        alike = rows[:, self.layers[0]].copy()  # [n, characters]
        for layer in self.layers[1:]:
            deep = alike[:, : layer.stop - layer.start]
            np.maximum(deep, rows[:, layer], out=deep)
        if self.crowds.size:
            deep = alike[:, : len(self.crowds)]
            np.maximum(deep, np.maximum.reduceat(rows, self.crowds, axis=1), out=deep)
        found = _greatest(alike - self.handicaps, k)
        return found, np.take_along_axis(alike, found, axis=1)


def _arrange(codes: Ints) -> tuple[Ints, tuple[slice, ...], Ints]:
    """The order of the rows of a `_Table`, its layers, and where its crowds begin.

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


def _greatest(scores: Floats, k: int) -> Ints:
    """Columns [n, k] of the k greatest of each row, greatest first; may change `scores`."""
    if k > FEW:
        return np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found = np.empty((len(scores), k), np.int64)
    rows = np.arange(len(scores))
    for place in range(k):
        found[:, place] = scores.argmax(axis=1)
        scores[rows, found[:, place]] = -np.inf
    return found


def _read_index(path: Path) -> Any:
    if not path.is_file():
        raise BundleError(f"{path}: missing; rebuild the model with `effocr export`")
    try:
        index = faiss.read_index(str(path))
    except RuntimeError as error:
        raise BundleError(f"{path}: not a readable FAISS index") from error
    if not isinstance(index, faiss.IndexFlat) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise BundleError(f"{path}: {type(index).__name__}, expected IndexFlatIP")
    return index


def _read_labels(path: Path) -> tuple[list[str], dict[str, float]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        labels, handicaps = content["labels"], content.get("handicaps", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f'{path}: not a file {{"labels": [...]}}') from error
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise BundleError(f"{path}: a label is not a text")
    if not isinstance(handicaps, dict) or not all(
        isinstance(value, int | float) for value in handicaps.values()
    ):
        raise BundleError(f"{path}: a handicap is not a number")
    return labels, handicaps
