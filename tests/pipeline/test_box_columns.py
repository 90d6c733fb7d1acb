"""Columns of any box localizer: sorted by height, cut over the whole width, from right to left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from effocr.bundle import Manifest
from effocr.localizer.backends.boxes import LineBoxes
from effocr.pipeline.box_locator import BoxLocator
from effocr.pipeline.cutters import SquareCutter
from effocr.pipeline.engines import Engines
from effocr.pipeline.reader import Reader
from effocr.recognizer.index import GlyphIndex

HEIGHTS = {"い": 4, "ろ": 8, "は": 12}
WIDTH, GAP, SIZE = 16, 3, 20
Grey = npt.NDArray[np.uint8]


class InkRows:
    """Finds every run of inked rows, in no particular order, with some boxes beyond the image."""

    def __init__(self, overhang: float = 0.0) -> None:
        self.overhang = overhang

    def locate(self, lines: Sequence[Grey]) -> list[LineBoxes]:
        return [self._one(line) for line in lines]

    def _one(self, line: Grey) -> LineBoxes:
        dark = np.concatenate(([0], (line < 128).any(axis=1), [0])).astype(int)
        edges = np.flatnonzero(np.diff(dark)).reshape(-1, 2)[::-1]
        beyond = line.shape[1] + self.overhang
        boxes = np.array([(-self.overhang, top, beyond, bottom) for top, bottom in edges])
        none = np.zeros(0, np.float32)
        return LineBoxes(
            boxes.astype(np.float32), np.full(len(boxes), 0.9, np.float32),
            np.zeros((0, 4), np.float32), none,
        )  # fmt: skip


@dataclass
class ByRows:
    """An encoder that sees how many rows of a square hold ink."""

    def embed(self, crops: Grey) -> npt.NDArray[np.float32]:
        rows = (crops < 128).any(axis=2).mean(axis=1) * 1.5
        return np.stack((np.cos(rows), np.sin(rows)), axis=1).astype(np.float32)


def column(text: str) -> Grey:
    """A column of bars, as wide as all and of their own heights."""
    bars = [np.pad(np.zeros((HEIGHTS[glyph], WIDTH), np.uint8), ((0, GAP), (0, 0)),
                   constant_values=255) for glyph in text]  # fmt: skip
    return np.pad(np.vstack(bars), 2, constant_values=255)


def engines(localizer: InkRows) -> Engines:
    locator = BoxLocator(localizer, direction="ttb", spaces=False)
    encoder, cutter = ByRows(), SquareCutter(SIZE, vertical=True)
    index = GlyphIndex.create(2)
    for glyph in HEIGHTS:
        (seen,) = locator.locate([column(glyph)])
        assert seen is not None
        index.add(encoder.embed(cutter.cut(seen)), [glyph])
    manifest = Manifest(
        name="bars", version="1", charset=tuple(HEIGHTS), direction="ttb", licence="CC0-1.0",
        embedding_size=2,
    )  # fmt: skip
    return Engines(locator, cutter, encoder, index, manifest, ties=False)


def test_defect_4_2_10_a_column_without_word_boxes_is_read_from_the_top() -> None:
    for overhang in (0.0, 7.0):  # boxes that begin left of the image lose no glyph
        document = Reader(engines(InkRows(overhang)), threads=1).read(column("いはろはい"))
        assert document.text == "いはろはい"
        tops = [glyph.box[1] for glyph in document.lines[0].glyphs]
        assert tops == sorted(tops)
        assert all(glyph.box[0] >= 0 for glyph in document.lines[0].glyphs)


def test_defect_4_2_12_columns_of_a_page_are_read_from_right_to_left() -> None:
    texts = ["はろい", "いいろはは", "ろろはい"]
    page = np.full((90, 120), 255, np.uint8)
    for text, (x, y) in zip(texts, [(90, 12), (50, 4), (10, 8)], strict=True):
        drawn = column(text)
        page[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    document = Reader(engines(InkRows()), threads=1).read(page)
    assert [line.text for line in document.lines] == texts
    lefts = [line.box[0] for line in document.lines]
    assert lefts == sorted(lefts, reverse=True)
    for line, left in zip(document.lines, (92, 52, 12), strict=True):
        assert line.box[0] <= left and line.box[2] >= left + WIDTH
