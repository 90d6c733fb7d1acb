"""A document with all that a format may stumble over."""

import pytest

from effocr.document import Block, Box, Document, Glyph, Line, Page, Point, Word
from effocr.geometry import Direction, box_polygon

WIDTH_PX = 12  # from glyph to glyph


def set_line(
    words: list[list[str]],
    corner: tuple[float, float],
    *,
    direction: Direction = "ltr",
    polygon: tuple[Point, ...] = (),
    baseline: tuple[Point, ...] = (),
) -> Line:
    """Glyphs of 10 x 20 pixels, in a row or a column, half a glyph between words."""
    steps = [step for word in words for step in (*[1.0] * len(word), 0.5)][:-1]
    length = WIDTH_PX * sum(steps)
    glyphs: list[Glyph] = []
    made: list[Word] = []
    at = 0.0
    for word in words:
        first = len(glyphs)
        for text in word:
            x, y = corner
            if direction == "ttb":
                box = (x, y + at, x + 20, y + at + 10)
            else:
                left = x + (length - at - WIDTH_PX if direction == "rtl" else at)
                box = (left, y, left + 10, y + 20)
            sure = 0.1 if text == "\ufffd" else 0.9123
            own = () if text == "\ufffd" else ((text, sure),)
            glyphs.append(Glyph(text, box, sure, (*own, ("ö", 0.5)), text == "\ufffd"))
            at += WIDTH_PX
        made.append(Word("".join(word), _around(glyphs[first:]), (first, len(glyphs))))
        at += WIDTH_PX / 2
    box = _around(glyphs)
    sure = round(sum(glyph.confidence for glyph in glyphs) / len(glyphs), 4)
    text = " ".join(word.text for word in made)
    outline = polygon or box_polygon(box)
    return Line(text, box, outline, sure, tuple(made), tuple(glyphs), direction, baseline)


def _around(glyphs: list[Glyph]) -> Box:
    x0s, y0s, x1s, y1s = zip(*(glyph.box for glyph in glyphs), strict=True)
    return (min(x0s), min(y0s), max(x1s), max(y1s))


@pytest.fixture
def document() -> Document:
    """Long s, Greek with an accent, ligatures of one and two code points, signs of XML, letters
    beyond the first plane, an unknown glyph, Hebrew, a column; two blocks, one of them a heading.
    """
    polygon = ((10.0, 50.0), (74.0, 52.0), (74.0, 72.0), (10.0, 70.0))
    baseline = ((10.0, 66.0), (74.0, 68.0))
    body = Block(
        (
            set_line([["ſ", "o"], ["τ", "ὸ", "ν"], ["ch", "ﬁ", "\ufffd"]], (10, 10)),
            set_line([["<", "&", '"'], ["𝔄", "a̱"]], (10, 50), polygon=polygon, baseline=baseline),
        )
    )
    outline = ((5.0, 85.0), (190.0, 85.0), (195.0, 115.0), (5.0, 115.0))
    hebrew = set_line([list("שלום"), list("עולם")], (10, 90), direction="rtl")
    column = set_line([list("日本語")], (160, 120), direction="ttb")
    blocks = (body, Block((hebrew,), outline, "heading"), Block((column,)))
    return Document("scan 1.png", (Page(1, 200, 300, blocks, 300.0),))
