"""Boxes of a backend become glyphs in reading order, and the reader reads with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from effocr.bundle import Manifest
from effocr.document import Document
from effocr.localizer.backends.boxes import LineBoxes
from effocr.pipeline.box_locator import BoxLocator
from effocr.pipeline.cutters import SquareCutter
from effocr.pipeline.engines import Engines, LocatedLine
from effocr.pipeline.reader import Reader
from effocr.recognizer.index import GlyphIndex

WIDTHS = {"i": 4, "n": 8, "m": 12}


class Ink:
    """Finds every run of inked columns (or rows); words are given."""

    def __init__(self, words: Sequence[Sequence[float]] = (), axis: int = 0) -> None:
        self.words, self.axis = np.array(words, np.float32).reshape(-1, 4), axis

    def locate(self, lines: Sequence[npt.NDArray[np.uint8]]) -> list[LineBoxes]:
        return [self._one(line) for line in lines]

    def _one(self, line: npt.NDArray[np.uint8]) -> LineBoxes:
        dark = np.concatenate(([0], (line < 128).any(axis=self.axis), [0])).astype(int)
        edges = np.flatnonzero(np.diff(dark)).reshape(-1, 2)
        across = np.tile([0, line.shape[self.axis]], (len(edges), 1))
        boxes = (
            np.stack((edges, across), axis=2) if self.axis == 0 else np.stack((across, edges), 2)
        )
        boxes = boxes.reshape(-1, 4)[::-1].astype(np.float32)  # in no particular order
        return LineBoxes(
            boxes, np.full(len(boxes), 0.9, np.float32), self.words,
            np.full(len(self.words), 0.8, np.float32),
        )  # fmt: skip


@dataclass
class ByInk:
    """An encoder that sees how much of a square is ink."""

    size: int

    def embed(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        ink = (crops < 128).any(axis=1).mean(axis=1) * self.size
        angles = ink / self.size
        return np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)


def drawn(text: str, gap: int = 2, space: int = 10, height: int = 20) -> npt.NDArray[np.uint8]:
    line = np.full((height, 200), 255, np.uint8)
    x = 5
    for glyph in text:
        if glyph == " ":
            x += space - gap
            continue
        line[4:16, x : x + WIDTHS[glyph]] = 0
        x += WIDTHS[glyph] + gap
    return line[:, : x + 5]


def engines(locator: BoxLocator) -> Engines:
    encoder, cutter = ByInk(20), SquareCutter(20)
    index = GlyphIndex.create(2)
    for glyph in WIDTHS:
        seen = locator.locate([drawn(glyph)])[0]
        assert seen is not None
        index.add(encoder.embed(cutter.cut(seen)), [glyph])
    manifest = Manifest(
        name="ink", version="1", charset=tuple(WIDTHS), licence="CC0-1.0", embedding_size=2
    )
    return Engines(locator, cutter, encoder, index, manifest, ties=False)


def test_a_line_is_read_with_any_box_localizer() -> None:
    reader = Reader(engines(BoxLocator(Ink())), threads=2)
    assert reader.read(drawn("min nim")).text == "min nim"


def test_fact_5_a_line_without_word_boxes_keeps_its_text() -> None:
    reader = Reader(engines(BoxLocator(Ink(words=()))), threads=1)
    assert reader.read(drawn("nm")).text == "nm"


def test_words_that_the_backend_found_decide_where_spaces_stand() -> None:
    words = [[0, 0, 20, 20], [20, 0, 200, 20]]  # i n | m: by the gaps there is no space
    reader = Reader(engines(BoxLocator(Ink(words))), threads=1)
    assert reader.read(drawn("inm")).text == "in m"
    joined = replace(engines(BoxLocator(Ink(words))), locator=BoxLocator(Ink(words), spaces=False))
    assert Reader(joined, threads=1).read(drawn("inm")).text == "inm"


def test_right_to_left_lines_begin_at_the_right() -> None:
    reader = Reader(engines(BoxLocator(Ink(), direction="rtl")), threads=1)
    document = reader.read(drawn("min in"))
    assert document.text == "ni nim"
    lefts = [glyph.box[0] for glyph in document.lines[0].glyphs]
    assert lefts == sorted(lefts, reverse=True)


def test_columns_are_read_from_the_top() -> None:
    upright = np.full((60, 20), 255, np.uint8)
    for top in (5, 20, 42):
        upright[top : top + 8, 5:15] = 0
    (found,) = BoxLocator(Ink(axis=1), direction="ttb", spaces=False).locate([upright])
    assert isinstance(found, LocatedLine)
    assert found.boxes[:, 1].tolist() == [5, 20, 42]
    crops = SquareCutter(16, vertical=True).cut(found)
    assert crops.shape == (3, 16, 16)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_line_where_nothing_is_found_gives_an_empty_text(threads: int) -> None:
    reader = Reader(engines(BoxLocator(Ink())), threads=threads)
    document = reader.read(np.full((20, 50), 255, np.uint8))
    assert isinstance(document, Document)
    assert document.text == ""
