"""An index made on the spot from a recognizer's data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from effocr.errors import DataFormatError
from effocr.language import Language
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.squares import to_square
from effocr.workbench.dataset import RecognizerData, Sample, open_dataset

__all__ = ["ad_hoc_index", "reference_samples", "squares_of"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

AT_ONCE: Final = 64  # squares that are in memory


def ad_hoc_index(
    root: Path, language: Language, embed: Callable[[Grey], Floats], *, size_px: int
) -> GlyphIndex:
    """Embed the renders of the language's reference fonts.

    Args:
        root: folder of the data set.
        language: names the reference fonts.
        embed: squares [n, size_px, size_px] uint8 -> [n, numbers] float32.
        size_px: side of the squares.

    Raises:
        DataFormatError: there is no such data set, or nothing in it.
    """
    data = open_dataset(root)
    samples = reference_samples(data, language.reference_fonts)
    if not samples:
        raise DataFormatError(f"{root}: no samples to make an index of")
    rows = np.concatenate([embed(part) for part in squares_of(data, samples, size_px)])
    index = GlyphIndex.create(rows.shape[1])
    index.add(rows, [sample.glyph for sample in samples])
    return index


def reference_samples(data: RecognizerData, fonts: Sequence[str]) -> list[Sample]:
    """What stands for each character: renders of the reference fonts, else of any, else crops.

    Args:
        data: the data set.
        fonts: stems of the reference fonts; none: all are.
    """
    best: dict[str, list[Sample]] = {}
    ranks: dict[str, int] = {}
    for sample in data.samples:
        reference = sample.kind == "render" and (not fonts or sample.font in fonts)
        rank = 0 if reference else 1 if sample.kind == "render" else 2
        if rank < ranks.get(sample.glyph, 3):
            ranks[sample.glyph], best[sample.glyph] = rank, []
        if rank == ranks[sample.glyph]:
            best[sample.glyph].append(sample)
    return [sample for samples in best.values() for sample in samples]


def squares_of(data: RecognizerData, samples: Sequence[Sample], size_px: int) -> Iterator[Grey]:
    """The samples as networks see them, [n, size_px, size_px] uint8, some at a time."""
    rest = iter(samples)
    while part := list(islice(rest, AT_ONCE)):
        yield np.stack([to_square(data.load(sample), size_px) for sample in part])
