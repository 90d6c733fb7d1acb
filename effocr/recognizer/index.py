"""The index: which characters look alike. FAISS holds the embeddings, a JSON file their labels.

A character usually has several rows: one per typeface, or per kind of shape. Search answers with
characters, each by its most similar row. Rows that were learnt from a collection of documents count
on lines that look like that collection only, so that what was known is not forgotten.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from effocr.bundle import INDEX, LABELS
from effocr.charset import normalise
from effocr.errors import BundleError, DataFormatError
from effocr.recognizer.lookup import Collection, Lookup
from effocr.recognizer.table import Table

__all__ = ["Collection", "GlyphIndex", "Neighbours"]

Floats = npt.NDArray[np.float32]

COMMON = 0  # owner of the rows that belong to no collection
_COLLECTIONS = TypeAdapter(tuple[Collection, ...])


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Answer of a search.

    Attributes:
        labels: [n] lists of at most k characters, best first; k is what was asked for, or the
            characters of the index where these are fewer.
        similarities: [n, k] float32, cosine of the most similar row of each character; -inf where
            there is no k-th. Handicaps and the bonus of a collection count for the order only, so a
            later one may be a little larger.
    """

    labels: list[list[str]]
    similarities: Floats


@dataclass(frozen=True, slots=True)
class _Names:
    """Content of the JSON file beside the rows: the label and owner of each, and the rest."""

    labels: list[str]
    handicaps: dict[str, float]
    collections: tuple[Collection, ...] = ()
    owners: tuple[int, ...] = ()  # number of each row's collection, from 1; empty: all COMMON


class GlyphIndex:
    """Embeddings of known glyphs, and the character of each.

    Searching is safe from several threads at once while nothing is added or removed; each call
    uses one core.
    """

    def __init__(
        self,
        index: Any,
        labels: Sequence[str],
        handicaps: Mapping[str, float] | None = None,
        collections: Sequence[Collection] = (),
        owners: Sequence[int] = (),
    ) -> None:
        """Take a FAISS inner-product index and the label of each of its rows; see `create`.

        Args:
            index: the rows.
            labels: of each row.
            handicaps: see the property of that name.
            collections: that rows were learnt from.
            owners: number of the collection of each row, from 1, or 0; empty: all 0.
        """
        self._index = index
        self._labels = list(labels)
        self._handicaps = dict(handicaps or {})
        self._collections = tuple(collections)
        self._owners = list(owners) or [COMMON] * len(self._labels)
        self._lookup: Lookup | None = None

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
        index, names = _read_index(folder / INDEX), _read_names(folder / LABELS)
        if len(names.labels) != index.ntotal:
            raise BundleError(
                f"{folder}: {index.ntotal} index rows, {len(names.labels)} labels; "
                "rebuild the model with `effocr export`"
            )
        return cls(index, names.labels, names.handicaps, names.collections, names.owners)

    def save(self, folder: Path) -> None:
        """Write index and labels into a folder, each file whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        drafts = {name: folder / f".{name}.part" for name in (INDEX, LABELS)}
        rows = faiss.serialize_index(self._index)  # faiss's own writer loses errors of the disk
        drafts[INDEX].write_bytes(rows.tobytes())
        content: dict[str, Any] = {"labels": self._labels, "handicaps": self._handicaps}
        if self._collections:
            content["collections"] = [each.model_dump() for each in self._collections]
            content["owners"] = self._owners
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

    def rows_of(self, collection: str | None) -> tuple[Floats, list[str]]:
        """Rows [n, dim] float32 of a collection and their labels; None: those of no collection."""
        owner = COMMON
        if collection is not None:
            owner = 1 + [each.name for each in self._collections].index(collection)
        kept = [place for place, of in enumerate(self._owners) if of == owner]
        return self.embeddings[kept], [self._labels[place] for place in kept]

    @property
    def handicaps(self) -> Mapping[str, float]:
        """What is taken off the cosine of a character when it competes with others; 0 if not here.

        A rare character that looks like a frequent one (‚ and ,) must be more alike to win.
        """
        return self._handicaps

    @property
    def collections(self) -> tuple[Collection, ...]:
        """What rows were learnt from, besides those that count everywhere."""
        return self._collections

    def with_handicaps(self, handicaps: Mapping[str, float]) -> Self:
        """The same rows with other handicaps."""
        return type(self)(self._index, self._labels, handicaps, self._collections, self._owners)

    def counts(self, collection: str | None = None) -> Counter[str]:
        """Rows of each character, of all or of those of a collection."""
        if collection is None:
            return Counter(self._labels)
        return Counter(
            label for label, of in zip(self._labels, self._owners, strict=True)
            if of and self._collections[of - 1].name == collection
        )  # fmt: skip

    def add(self, embeddings: Floats, labels: Sequence[str]) -> None:
        """Add rows that count on every line.

        Args:
            embeddings: [n, dim] float; brought to unit length here.
            labels: n characters; brought to NFC here.

        Raises:
            DataFormatError: the shapes do not fit, a label is empty, or an embedding is not finite.
        """
        self._add(embeddings, labels, COMMON)

    def with_collection(
        self, collection: Collection, embeddings: Floats, labels: Sequence[str]
    ) -> Self:
        """A copy that has learnt a collection; what it had learnt from one of that name goes.

        Args:
            collection: what the rows are of.
            embeddings: as for `add`.
            labels: as for `add`.

        Raises:
            DataFormatError: as for `add`.
        """
        copy = self.without_collection(collection.name)
        copy._collections = (*copy._collections, collection)
        copy._add(embeddings, labels, len(copy._collections))
        return copy

    def with_record(self, collection: Collection) -> Self:
        """The same rows, and another record of the collection of that name; one must be there."""
        collections = [
            collection if each.name == collection.name else each for each in self._collections
        ]
        return type(self)(self._index, self._labels, self._handicaps, collections, self._owners)

    def without_collection(self, name: str) -> Self:
        """A copy without what was learnt from a collection; nothing goes if there is none."""
        others = [each for each in self._collections if each.name != name]
        numbers = {each.name: number for number, each in enumerate(others, start=1)}
        of = [0] + [numbers.get(each.name, -1) for each in self._collections]
        owners = [of[owner] for owner in self._owners]
        kept = np.array([owner >= 0 for owner in owners], bool)
        index = faiss.IndexFlatIP(self.dim)
        index.add(np.ascontiguousarray(self.embeddings[kept]))
        return type(self)(
            index,
            [label for label, stays in zip(self._labels, kept, strict=True) if stays],
            self._handicaps,
            others,
            [owner for owner in owners if owner >= 0],
        )

    def _add(self, embeddings: Floats, labels: Sequence[str], owner: int) -> None:
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
        self._owners += [owner] * len(labels)
        self._lookup = None

    def remove(self, glyph: str) -> int:
        """Forget a character, whatever its rows were learnt from.

        Returns:
            How many rows it had.
        """
        wanted = normalise(glyph)
        rows = np.array([i for i, label in enumerate(self._labels) if label == wanted], np.int64)
        if rows.size:
            self._index.remove_ids(rows)
            gone = set(rows.tolist())
            self._owners = [of for place, of in enumerate(self._owners) if place not in gone]
            self._labels = [label for label in self._labels if label != wanted]
            self._handicaps.pop(wanted, None)
            self._lookup = None
        return int(rows.size)

    def search(self, embeddings: Floats, k: int, ends: Sequence[int] | None = None) -> Neighbours:
        """Find the nearest characters.

        Args:
            embeddings: [n, dim] float32, unit length.
            k: characters wanted, at least 1.
            ends: where each line ends in the embeddings, the last at n; None: all are of one line.
                Which collection a line is of is decided for the whole line.

        Returns:
            The k best characters of each embedding, or all that count on its line where these are
            fewer.
        """
        labels, similarities = self._searched().nearest(embeddings, k, ends)
        return Neighbours(labels, similarities)

    def ranks(self, embeddings: Floats, collection: str | None = None) -> Floats:
        """How well every character fits glyphs of lines that are known to be of a collection.

        Args:
            embeddings: [n, dim] float32, unit length.
            collection: its name; None: of none.

        Returns:
            [n, characters] float32 in the order of `characters`: the cosine of the most similar row
            with handicap and bonus; -inf where the character has no row that counts.
        """
        lookup = self._searched()
        number = [each.name for each in self._collections].index(collection) if collection else None
        return lookup.ranks(embeddings, number)[:, lookup.places(self.characters)]

    def style_gains(self, embeddings: Floats, ends: Sequence[int], collection: str) -> Floats:
        """How much more alike the glyphs of lines are to a collection's rows than to the common.

        Args:
            embeddings: [n, dim] float32, unit length.
            ends: where each of m lines ends, the last at n.
            collection: its name.

        Returns:
            [m] float32, mean difference of the best cosines; -inf for a line without glyphs.
        """
        number = [each.name for each in self._collections].index(collection)
        return self._searched().gains(embeddings, ends)[:, number]

    def _searched(self) -> Lookup:
        if self._lookup is None:
            rows, owners = self.embeddings, np.array(self._owners, np.int64)
            labels = np.array(self._labels, dtype=object)
            tables = [
                Table.of(rows[owners == owner], labels[owners == owner].tolist())
                for owner in range(len(self._collections) + 1)
            ]
            self._lookup = Lookup(tables, self._handicaps, self._collections)
        return self._lookup


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


def _read_names(path: Path) -> _Names:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        labels, handicaps = content["labels"], content.get("handicaps", {})
        owners = content.get("owners", [])
        collections = _COLLECTIONS.validate_python(content.get("collections", ()))
    except ValidationError as error:
        raise BundleError(
            f"{path}: a collection that cannot be read ({error.errors()[0]['msg']})"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f'{path}: not a file {{"labels": [...]}}') from error
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise BundleError(f"{path}: a label is not a text")
    if not isinstance(handicaps, dict) or not all(
        isinstance(value, int | float) for value in handicaps.values()
    ):
        raise BundleError(f"{path}: a handicap is not a number")
    if len({each.name for each in collections}) < len(collections):
        raise BundleError(f"{path}: two collections of one name")
    known = range(len(collections) + 1)
    fits = isinstance(owners, list) and len(owners) in (0, len(labels))
    if not fits or not all(isinstance(owner, int) and owner in known for owner in owners):
        raise BundleError(f"{path}: the owners of the rows do not fit the collections")
    return _Names(labels, handicaps, collections, tuple(owners))
