"""The text that a PDF page holds already -> a `Page`, as if it had been read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from effocr.document import Block, Box, Glyph, Line, Page, Word
from effocr.geometry import box_polygon, union_box
from effocr.layout.arrange import arrange

__all__ = ["page_of_text"]

Character = tuple[str, Box]


def page_of_text(
    characters: Sequence[Character], *, number: int, size: tuple[int, int], dpi: float
) -> Page:
    """A page of characters whose places are known; they are as sure as can be.

    Args:
        characters: in the order of the PDF, lines ended by a line feed or a carriage return.
        number: of the page, from 1.
        size: width and height of the page, pixels.
        dpi: resolution of the pixels.
    """
    rows = [
        list(row) for ends, row in groupby(characters, key=lambda one: one[0] in "\r\n") if not ends
    ]
    lines = [line for row in rows if (line := _line(row)) is not None]
    blocks = arrange(
        [np.array(line.polygon, np.float32) for line in lines], width=size[0], height=size[1]
    )
    made = tuple(Block(tuple(lines[place] for place in block)) for block in blocks)
    return Page(number, *size, made, dpi)


def _line(row: Sequence[Character]) -> Line | None:
    """One line; None where there is nothing but spaces."""
    glyphs: list[Glyph] = []
    words: list[Word] = []
    for space, part in groupby(row, key=lambda one: one[0].isspace() or one[0] == "\x00"):
        if space:
            continue
        first = len(glyphs)
        glyphs += [Glyph(text, box, 1.0, ((text, 1.0),)) for text, box in part]
        own = glyphs[first:]
        words.append(Word("".join(one.text for one in own), _around(own), (first, len(glyphs))))
    if not glyphs:
        return None
    box = _around(glyphs)
    text = " ".join(word.text for word in words)
    return Line(text, box, box_polygon(box), 1.0, tuple(words), tuple(glyphs))


def _around(glyphs: Sequence[Glyph]) -> Box:
    x0, y0, x1, y1 = union_box(np.array([glyph.box for glyph in glyphs])).tolist()
    return (x0, y0, x1, y1)
