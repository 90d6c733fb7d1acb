"""The index: which characters look alike. FAISS holds the embeddings, a JSON file their labels.

A character usually has several rows: one per typeface, or per kind of shape. Search answers with
characters, each by its most similar row. Rows that were learnt from a collection of documents count
on lines that look like that collection only, so that what was known is not forgotten.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
import numpy.typing as npt

from effocr.charset import normalise
from effocr.recognizer.index_files import Names, read_files, write_files
from effocr.recognizer.lookup import Collection, Lookup, Neighbours
from effocr.recognizer.origins import Origin
from effocr.recognizer.table import unit_rows

__all__ = ["Collection", "GlyphIndex", "Neighbours"]

Floats = npt.NDArray[np.float32]

COMMON = 0  # owner of the rows that belong to no collection


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
        origins: Sequence[Origin | None] = (),
    ) -> None:
        """Take a FAISS inner-product index and the label of each of its rows; see `create`.

        Args:
            index: the rows.
            labels: and the rest: see `effocr.recognizer.index_files.Names`.
            handicaps: see the property of that name.
            collections: that rows were learnt from.
            owners: of each row.
            origins: of each row.
        """
        self._index = index
        self._labels = list(labels)
        self._handicaps = dict(handicaps or {})
        self._collections = tuple(collections)
        self._owners = list(owners) or [COMMON] * len(self._labels)
        self._origins = list(origins) or [None] * len(self._labels)
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
        index, names = read_files(folder)
        return cls(
            index, names.labels, names.handicaps, names.collections, names.owners, names.origins
        )

    def save(self, folder: Path) -> None:
        """Write index and labels into a folder, each file whole or not at all."""
        names = Names(self._labels, self._handicaps, self._collections, self._owners, self._origins)
        write_files(folder, self._index, names)

    def __len__(self) -> int:
        """Rows."""
        return len(self._labels)

    @property
    def dim(self) -> int:
        """Numbers in an embedding."""
        return int(self._index.d)

    @property
    def labels(self) -> tuple[str, ...]:
        """Label of each row."""
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
        return self._with(handicaps, self._collections)

    def _with(self, handicaps: Mapping[str, float], collections: Sequence[Collection]) -> Self:
        return type(self)(
            self._index, self._labels, handicaps, collections, self._owners, self._origins
        )

    def origins(self) -> list[tuple[str, str | None, Origin | None]]:
        """Of each row its character, its collection, and the file that it comes from, if known."""
        names = [None, *(each.name for each in self._collections)]
        return [
            (label, names[owner], origin)
            for label, owner, origin in zip(self._labels, self._owners, self._origins, strict=True)
        ]

    def counts(self, collection: str | None = None) -> Counter[str]:
        """Rows of each character, of all or of those of a collection."""
        if collection is None:
            return Counter(self._labels)
        return Counter(
            label for label, of in zip(self._labels, self._owners, strict=True)
            if of and self._collections[of - 1].name == collection
        )  # fmt: skip

    def add(
        self, embeddings: Floats, labels: Sequence[str], origins: Sequence[Origin | None] = ()
    ) -> None:
        """Add rows that count on every line.

        Args:
            embeddings: [n, dim] float; brought to unit length here.
            labels: n characters; brought to NFC here.
            origins: n files that they come from; empty: not known.

        Raises:
            DataFormatError: the shapes do not fit, a label is empty, or an embedding is not finite.
        """
        self._add(embeddings, labels, COMMON, origins)

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
        return self._with(self._handicaps, collections)

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
            [of for of, stays in zip(self._origins, kept, strict=True) if stays],
        )

    def _add(
        self,
        embeddings: Floats,
        labels: Sequence[str],
        owner: int,
        origins: Sequence[Origin | None] = (),
    ) -> None:
        rows = unit_rows(embeddings, labels, self.dim)
        if not len(labels):
            return
        self._index.add(rows)
        self._labels += [normalise(label) for label in labels]
        self._owners += [owner] * len(labels)
        self._origins += list(origins) or [None] * len(labels)
        self._lookup = None

    def remove(self, glyph: str) -> int:
        """Forget a character, whatever its rows were learnt from; says how many rows it had."""
        wanted = normalise(glyph)
        rows = np.array([i for i, label in enumerate(self._labels) if label == wanted], np.int64)
        if rows.size:
            self._index.remove_ids(rows)
            gone = set(rows.tolist())
            self._owners = [of for place, of in enumerate(self._owners) if place not in gone]
            self._origins = [of for place, of in enumerate(self._origins) if place not in gone]
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

        [m] float32, mean difference of the best cosines, of m lines that end at `ends` in the
        embeddings [n, dim]; -inf for a line without glyphs.
        """
        number = [each.name for each in self._collections].index(collection)
        return self._searched().gains(embeddings, ends)[:, number]

    def _searched(self) -> Lookup:
        if self._lookup is None:
            self._lookup = Lookup.of(
                self.embeddings, self._labels, self._owners, self._handicaps, self._collections
            )
        return self._lookup
