"""Searching an index whose rows belong to collections: which of them count is decided by line.

A glyph of one typeface may look like another letter of a second one (a Fraktur d is a Roman b), so
rows learnt from a collection must not answer for other print. The line decides: where its glyphs
are, in the mean, clearly more alike to the rows of a collection than to the common ones, the rows
of that collection count, with a bonus; where not, they are as if they were not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from effocr.recognizer.table import Table, greatest

__all__ = ["Collection", "Lookup", "Neighbours"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


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


class Collection(BaseModel, frozen=True, extra="forbid"):
    """Documents that rows of an index were learnt from."""

    name: str = Field(min_length=1)
    threshold: float = Field(
        0.0, description="a line is of the collection where the mean gain in cosine is above this"
    )
    bonus: float = Field(0.0, description="of its rows' cosines on its lines")
    handicaps: dict[str, float] = Field(
        {}, description="of characters on its lines, instead of those elsewhere"
    )
    lines: int = Field(0, ge=0, description="learnt from")
    data: str | None = Field(None, description="fingerprint of the lines")


class Lookup:
    """The tables of an index, the common one first, and how they are weighed against each other."""

    def __init__(
        self,
        tables: Sequence[Table],
        handicaps: Mapping[str, float],
        collections: Sequence[Collection],
    ) -> None:
        """Take one table more than there are collections."""
        self._tables = tables
        self._collections = collections
        names = [label for table in tables for label in table.characters.tolist()]
        self._numbers = {label: number for number, label in enumerate(dict.fromkeys(names))}
        self.characters = np.array(list(self._numbers), dtype=object)
        self._columns = [self.places(table.characters.tolist()) for table in tables]
        common = [handicaps.get(label, 0.0) for label in self._numbers]
        self._handicaps = [np.array(common, np.float32)]
        for each in collections:
            own = [
                each.handicaps.get(label, less)
                for label, less in zip(self._numbers, common, strict=True)
            ]
            self._handicaps.append(np.array(own, np.float32))

    @classmethod
    def of(
        cls,
        rows: Floats,
        labels: Sequence[str],
        owners: Sequence[int],
        handicaps: Mapping[str, float],
        collections: Sequence[Collection],
    ) -> Self:
        """Arrange rows [n, dim]: those of owner 0 count everywhere, others in their collection."""
        of, names = np.array(owners, np.int64), np.array(labels, dtype=object)
        tables = [
            Table.of(rows[of == owner], names[of == owner].tolist())
            for owner in range(len(collections) + 1)
        ]
        return cls(tables, handicaps, collections)

    def places(self, labels: Sequence[str]) -> Ints:
        """Columns of characters in what `ranks` gives."""
        return np.array([self._numbers[label] for label in labels], np.int64)

    def nearest(
        self, queries: Floats, k: int, ends: Sequence[int] | None
    ) -> tuple[list[list[str]], Floats]:
        """The k best characters [n][k] and their cosines [n, k]; see `GlyphIndex.search`."""
        k = min(k, len(self.characters))
        if not k or not len(queries):
            return [[] for _ in queries], np.zeros((len(queries), k), np.float32)
        alike = self._tables[0].alike(queries)
        if len(self._tables) == 1:
            found = greatest(alike - self._handicaps[0], k)
            similarities = np.take_along_axis(alike, found, axis=1)
            return self.characters[found].tolist(), similarities
        return self._nearest_by_line(queries, k, [len(queries)] if ends is None else ends)

    def _nearest_by_line(
        self, queries: Floats, k: int, ends: Sequence[int]
    ) -> tuple[list[list[str]], Floats]:
        each = [table.alike(queries) for table in self._tables]
        chosen = self._choose(_gains(each, ends))
        labels: list[list[str]] = []
        similarities = np.full((len(queries), k), -np.inf, np.float32)
        for (first, last), number in zip(_spans(ends), chosen.tolist(), strict=True):
            part = [alike[first:last] for alike in each]
            cosines, ranks = self._weigh(part, None if number < 0 else number)
            known = min(k, int(np.isfinite(ranks).any(axis=0).sum()))
            found = greatest(ranks, known)
            similarities[first:last, :known] = np.take_along_axis(cosines, found, axis=1)
            labels += self.characters[found].tolist()
        return labels, similarities

    def ranks(self, queries: Floats, collection: int | None) -> Floats:
        """[n, characters] float32, see `GlyphIndex.ranks`; in the order of `characters`."""
        return self._weigh([table.alike(queries) for table in self._tables], collection)[1]

    def gains(self, queries: Floats, ends: Sequence[int]) -> Floats:
        """[lines, collections] float32, see `GlyphIndex.style_gains`."""
        return _gains([table.alike(queries) for table in self._tables], ends)

    def _choose(self, gains: Floats) -> Ints:
        """[lines] number of the collection that each is of, -1 for none.

        The most alike of those whose threshold the line passes. One with a very low threshold,
        which harms no line, must not take the lines of the others. Where no row counts everywhere,
        every line is of the collection that is most alike to it.
        """
        passed = gains > np.array([each.threshold for each in self._collections], np.float32)
        if not len(self._tables[0].characters):
            passed[:] = True
        best = np.where(passed, gains, -np.inf).argmax(axis=1)
        return np.where(passed.any(axis=1), best, -1)

    def _weigh(self, each: Sequence[Floats], collection: int | None) -> tuple[Floats, Floats]:
        """Cosines and ranks [n, characters] of glyphs whose collection is known."""
        cosines = np.full((len(each[0]), len(self.characters)), -np.inf, np.float32)
        cosines[:, self._columns[0]] = each[0]
        if collection is None:
            return cosines, cosines - self._handicaps[0]
        handicaps = self._handicaps[collection + 1]
        ranks = cosines - handicaps
        own, columns = each[collection + 1], self._columns[collection + 1]
        bonus = self._collections[collection].bonus
        ranks[:, columns] = np.maximum(ranks[:, columns], own - handicaps[columns] + bonus)
        cosines[:, columns] = np.maximum(cosines[:, columns], own)
        return cosines, ranks


def _gains(each: Sequence[Floats], ends: Sequence[int]) -> Floats:
    """[lines, collections]: how much more alike the glyphs are to each collection's rows."""
    common = each[0].max(axis=1, initial=-1.0)
    gains = np.full((len(ends), len(each) - 1), -np.inf, np.float32)
    for number, alike in enumerate(each[1:]):
        more = alike.max(axis=1, initial=-1.0) - common
        for line, (first, last) in enumerate(_spans(ends)):
            if last > first:
                gains[line, number] = more[first:last].mean()
    return gains


def _spans(ends: Sequence[int]) -> list[tuple[int, int]]:
    """First and last (exclusive) glyph of each line."""
    return list(zip([0, *ends[:-1]], ends, strict=True))
