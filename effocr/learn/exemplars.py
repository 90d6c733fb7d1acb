"""Glyphs of aligned lines -> the rows that an index learns, and what is thrown out on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.charset import graphemes
from effocr.learn.align import Alignment
from effocr.learn.hypotheses import Hypotheses
from effocr.recognizer.exemplars import choose_rows

__all__ = ["Exemplars", "gather", "thin_out", "trusted"]

Floats = npt.NDArray[np.float32]

NEIGHBOURS: Final = 3  # of other lines that are asked
RARE: Final = 3  # glyphs; of fewer, the neighbours cannot be asked
SAME_SHAPE: Final = 0.9  # cosine


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Glyphs of aligned lines.

    Attributes:
        embeddings: [n, dim] float32, unit length.
        labels: n characters.
        lines: [n] int64, number of the line of each.
    """

    embeddings: Floats
    labels: tuple[str, ...]
    lines: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """How many."""
        return len(self.labels)

    def taken(self, places: npt.NDArray[np.integer]) -> "Exemplars":
        """Some of them."""
        labels = tuple(self.labels[place] for place in places.tolist())
        return Exemplars(self.embeddings[places], labels, self.lines[places])


def gather(
    hypotheses: Sequence[Hypotheses],
    alignments: Sequence[Alignment | None],
    *,
    dim: int,
) -> Exemplars:
    """The glyphs of all lines that were aligned.

    Args:
        hypotheses: of each line.
        alignments: of each line; None for one that is left out.
        dim: numbers in an embedding.
    """
    embeddings, labels, lines = [], list[str](), list[int]()
    for number, (seen, alignment) in enumerate(zip(hypotheses, alignments, strict=True)):
        for glyph in alignment.glyphs if alignment else ():
            if glyph.whole:
                embeddings.append(seen.embeddings[glyph.hypothesis])
                labels.append(glyph.label)
                lines.append(number)
    found = np.array(embeddings, np.float32).reshape(-1, dim)
    return Exemplars(found, tuple(labels), np.array(lines, np.int64))


def trusted(exemplars: Exemplars) -> npt.NDArray[np.int64]:
    """Places of the exemplars that another line bears out.

    Of the nearest glyphs of other lines, one at least must be of the same character; what was
    aligned wrongly stands alone. Of rare characters all are kept, if nothing else looks the same,
    but not of ligatures: those are more often two glyphs, one of which was not found. Source: D.
    Wilson, Asymptotic properties of nearest neighbor rules using edited data, 1972.
    """
    if not len(exemplars):
        return np.zeros(0, np.int64)
    codes = np.unique(np.array(exemplars.labels, dtype=np.str_), return_inverse=True)[1]
    single = np.array([len(graphemes(label)) == 1 for label in exemplars.labels])
    rare = single & (np.bincount(codes)[codes] < RARE)
    borne_out = np.zeros(len(exemplars), bool)
    for line in np.unique(exemplars.lines).tolist():
        own = exemplars.lines == line
        alike = exemplars.embeddings[own] @ exemplars.embeddings[~own].T
        if not alike.size:
            return np.arange(len(exemplars))  # a single line
        count = min(NEIGHBOURS, alike.shape[1])
        nearest = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        borne_out[own] = (codes[~own][nearest] == codes[own][:, None]).any(axis=1)
        borne_out[own] |= rare[own] & (alike.max(axis=1) < SAME_SHAPE)
    return np.flatnonzero(borne_out)


def thin_out(
    exemplars: Exemplars, *, rows_per_label: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Places of at most so many exemplars of each character, spread over its shapes."""
    if max(Counter(exemplars.labels).values(), default=0) <= rows_per_label:
        return np.arange(len(exemplars))
    return choose_rows(
        exemplars.embeddings, exemplars.labels, rows_per_label=rows_per_label, rng=rng
    )
