"""An index made on the spot from a recognizer's data set."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from effocr.errors import DataFormatError
from effocr.language import Language
from effocr.recognizer.gallery import embed_all
from effocr.recognizer.index import GlyphIndex
from effocr.workbench.dataset import Split, open_dataset
from effocr.workbench.glyph_squares import load_squares, reference_rows

__all__ = ["ad_hoc_index"]

logger = logging.getLogger(__name__)

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def ad_hoc_index(
    root: Path, language: Language, embed: Callable[[Grey], Floats], *, size_px: int
) -> GlyphIndex:
    """Embed what a training on this data set would fill its index with.

    Args:
        root: the data set, a folder or a packed file.
        language: names the reference fonts.
        embed: squares [n, size_px, size_px] uint8 -> [n, numbers] float32.
        size_px: side of the squares.

    Raises:
        DataFormatError: there is no such data set, or nothing in it can be read.
    """
    data = open_dataset(root)
    kinds = np.array([sample.kind for sample in data.samples])
    renders, crops = (np.flatnonzero(kinds == kind) for kind in ("render", "paired"))
    rows = reference_rows(data.samples, renders, crops, language.reference_fonts)
    chosen = tuple(data.samples[row] for row in rows)
    squares = load_squares(data, Split(chosen, (), (), (), ()), size_px=size_px)
    for problem in squares.skipped:
        logger.warning("%s", problem)
    if not len(squares.renders):
        raise DataFormatError(f"{root}: no readable samples to make an index of")
    embeddings = embed_all(embed, squares.pixels[squares.renders])
    index = GlyphIndex.create(embeddings.shape[1])
    index.add(embeddings, squares.glyphs(squares.renders))
    return index
