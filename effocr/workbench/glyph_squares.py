"""The glyph images of a data set in memory, as squares for a classic recognizer."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.data.records import Skipped
from effocr.errors import EffOCRError
from effocr.recognizer.squares import to_square
from effocr.workbench.dataset import RecognizerData, Sample, Split

__all__ = ["Floats", "GlyphSquares", "Ints", "load_squares", "reference_rows"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

IN_MEMORY: Final = 4 * 2**30  # bytes of squares; more are kept in a file that the system caches
READERS: Final = 4  # threads
SUBSTITUTES: Final = 8  # of a character that the reference fonts lack


@dataclass(frozen=True)
class GlyphSquares:
    """Squares by row, and which rows are for what.

    Attributes:
        pixels: [n, size, size] uint8, paper 255.
        samples: what each row is.
        renders: rows drawn from fonts.
        train: rows of crops to learn from.
        val: of crops to choose the best model by.
        test: of crops to judge it by.
        skipped: images that can't be read.
    """

    pixels: Grey
    samples: tuple[Sample, ...]
    renders: Ints
    train: Ints
    val: Ints
    test: Ints
    skipped: tuple[Skipped, ...]

    @property
    def drawn(self) -> npt.NDArray[np.bool_]:
        """[n], whether a row is drawn from a font."""
        drawn = np.zeros(len(self.samples), bool)
        drawn[self.renders] = True
        return drawn

    def glyphs(self, rows: Ints) -> list[str]:
        """Characters of rows."""
        return [self.samples[row].glyph for row in rows]


def load_squares(data: RecognizerData, split: Split, *, size_px: int) -> GlyphSquares:
    """Read every image of a split once; those that can't be read are left out and reported."""
    parts = (split.renders, split.train, split.val, split.test)
    samples = list(dict.fromkeys(sample for part in parts for sample in part))
    pixels = _room(len(samples), size_px)

    def read(row: int) -> Skipped | None:
        try:
            pixels[row] = to_square(data.load(samples[row]), size_px)
        except EffOCRError as error:
            return Skipped(str(samples[row].place), f"left out: {error}")
        return None

    with ThreadPoolExecutor(READERS) as readers:
        found = list(readers.map(read, range(len(samples))))
    readable = {sample: row for row, sample in enumerate(samples) if found[row] is None}

    def rows(part: Sequence[Sample]) -> Ints:
        return np.array([readable[sample] for sample in part if sample in readable], np.int64)

    return GlyphSquares(
        pixels,
        tuple(samples),
        rows(split.renders),
        rows(split.train),
        rows(split.val),
        rows(split.test),
        tuple(one for one in found if one is not None),
    )


def reference_rows(
    samples: Sequence[Sample], renders: Ints, crops: Ints, fonts: Sequence[str]
) -> Ints:
    """Rows that fill the index, in order.

    The renders of the reference fonts; for characters that these lack a few renders of other
    fonts; for characters without any render a few crops of the training data. So every character
    of the training data can be recognised.

    Args:
        samples: of the data set.
        renders: rows of them.
        crops: of the training data.
        fonts: stems of the reference fonts; empty: all fonts.
    """
    chosen = [row for row in renders if not fonts or samples[row].font in fonts]
    known = {samples[row].glyph for row in chosen}
    for rest in (renders, crops):
        of_glyph: dict[str, list[int]] = defaultdict(list)
        for row in rest:
            if samples[row].glyph not in known:
                of_glyph[samples[row].glyph].append(row)
        for rows in of_glyph.values():
            places = np.linspace(0, len(rows) - 1, min(len(rows), SUBSTITUTES)).astype(int)
            chosen += [rows[place] for place in places]
        known |= of_glyph.keys()
    return np.array(sorted(chosen), np.int64)


def _room(count: int, size_px: int) -> Grey:
    """Where the squares go: memory, or a nameless file where they are many."""
    shape = (count, size_px, size_px)
    if count * size_px**2 <= IN_MEMORY:
        return np.empty(shape, np.uint8)
    with tempfile.TemporaryFile(prefix="effocr-squares-") as file:
        return np.memmap(file, np.uint8, "w+", shape=shape)
