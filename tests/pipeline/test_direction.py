"""Columns and right-to-left lines through the whole reader, with a model that truly reads.

The columns are lines of blocks turned by a quarter: what is read on the turned image must be what
is read on the line, and the boxes must be the same boxes, turned.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from effocr.bundle import load_manifest, write_bundle
from effocr.document import Document
from effocr.errors import BundleError
from effocr.geometry import Affine
from effocr.pipeline.draw import draw_document
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.onnx_engines import load_engines
from effocr.pipeline.reader import Reader
from effocr.recognizer.index import GlyphIndex

Grey = npt.NDArray[np.uint8]
HEBREW = {"I": "\u05dc", "n": "\u05e0", "u": "\u05d9"}


def engines_for(model: Path, direction: str, labels: dict[str, str] | None = None) -> Engines:
    """The engines of a model, for lines of another direction and with other characters."""
    engines = load_engines(model)
    locator, index = engines.locator, engines.index
    assert isinstance(locator, NativeLocator)
    shape = locator.shape.model_copy(update={"direction": direction})
    if labels is not None:
        stored = GlyphIndex.load(model)
        index = GlyphIndex.create(stored.dim)
        index.add(stored.embeddings, [labels[label] for label in stored.labels])
    manifest = engines.manifest.model_copy(update={"direction": direction, "line": shape})
    return replace(engines, locator=replace(locator, shape=shape), index=index, manifest=manifest)


def boxes_of(document: Document) -> npt.NDArray[np.float64]:
    return np.array([glyph.box for line in document.lines for glyph in line.glyphs])


def upright(line: Grey) -> Grey:
    """The line as a column: its left end becomes the top."""
    return np.ascontiguousarray(np.rot90(line, -1))


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_column_is_read_from_the_top_and_its_boxes_map_back_exactly(
    tiny_model: Path, draw_line: Callable[..., Grey], scale: int
) -> None:
    line = draw_line("Inu nI", scale=scale)
    straight = Reader(tiny_model, threads=1).read(line)
    column = upright(line)
    turned = Reader(engines_for(tiny_model, "ttb"), threads=1).read(column)
    assert turned.text == straight.text == "Inu nI"
    expected = Affine.quarter_turn(column.shape[1]).boxes(boxes_of(straight))
    assert boxes_of(turned) == pytest.approx(expected, abs=0.011)
    assert (np.diff(boxes_of(turned)[:, 1]) > 0).all()
    assert [word.glyphs for word in turned.lines[0].words] == [(0, 3), (3, 5)]
    first, second = turned.lines[0].polygon[:2]
    assert first[1] < second[1] and first[0] == second[0]  # down the right side of the column


def test_defect_40_several_columns_are_read_from_right_to_left(
    tiny_model: Path, draw_line: Callable[..., Grey]
) -> None:
    texts = ["Inu", "nI", "uuI nn"]
    columns = [upright(draw_line(text, scale=2)) for text in texts]
    page = np.full((max(map(len, columns)) + 30, 400), 255, np.uint8)
    corners = [(300, 20), (180, 5), (40, 10)]
    for column, (x, y) in zip(columns, corners, strict=True):
        page[y : y + column.shape[0], x : x + column.shape[1]] = column
    reader = Reader(engines_for(tiny_model, "ttb"), threads=1)
    document = reader.read(page)
    assert [line.text for line in document.lines] == texts
    assert document.text == "\n".join(texts)
    for line, column, (x, y) in zip(document.lines, columns, corners, strict=True):
        alone = boxes_of(reader.read(column)) + np.array([x, y, x, y])
        here = np.array([glyph.box for glyph in line.glyphs])
        assert here == pytest.approx(alone, abs=1.0)


def test_light_columns_on_a_dark_ground_are_read_alike(
    tiny_model: Path, draw_line: Callable[..., Grey]
) -> None:
    page = np.full((300, 300), 255, np.uint8)
    for text, x in (("In", 180), ("uI", 40)):
        column = upright(draw_line(text, scale=2))
        page[10 : 10 + column.shape[0], x : x + column.shape[1]] = column
    reader = Reader(engines_for(tiny_model, "ttb"), threads=1)
    assert reader.read(page).text == reader.read(255 - page).text == "In\nuI"


def test_blank_paper_of_a_column_model_is_one_empty_line(tiny_model: Path) -> None:
    document = Reader(engines_for(tiny_model, "ttb"), threads=1).read(
        np.full((200, 60), 255, np.uint8)
    )
    assert [line.text for line in document.lines] == [""]
    assert document.lines[0].confidence == 1.0


def test_defect_8_a_short_line_that_is_taller_than_wide_is_no_column(
    tiny_model: Path, draw_line: Callable[..., Grey]
) -> None:
    line = draw_line("I")
    assert line.shape[0] > 0.9 * line.shape[1]
    tall = np.pad(line, ((20, 20), (0, 0)), constant_values=255)
    assert Reader(tiny_model, threads=1).read(tall).text == "I"


def test_a_right_to_left_line_is_read_from_the_right_with_words_in_logical_order(
    tiny_model: Path, draw_line: Callable[..., Grey]
) -> None:
    line = draw_line("Inu nI")
    reader = Reader(engines_for(tiny_model, "rtl", HEBREW), threads=1)
    document = reader.read(line)
    assert document.text == "".join(HEBREW.get(letter, letter) for letter in "In unI")
    assert (np.diff(boxes_of(document)[:, 0]) < 0).all()
    (read,) = document.lines
    assert [word.glyphs for word in read.words] == [(0, 2), (2, 5)]
    assert read.words[0].box[0] > read.words[1].box[2]  # the first word stands at the right


def test_numbers_in_a_right_to_left_line_keep_their_digits_in_order(
    tiny_model: Path, draw_line: Callable[..., Grey]
) -> None:
    labels = {"I": "1", "n": "2", "u": "\u05d9"}
    document = Reader(engines_for(tiny_model, "rtl", labels), threads=1).read(draw_line("InI uu"))
    assert document.text == "\u05d9\u05d9 121"
    last = document.lines[0].words[1]
    x = [glyph.box[0] for glyph in document.lines[0].glyphs[slice(*last.glyphs)]]
    assert x == sorted(x)


def test_a_model_whose_lines_run_otherwise_than_it_says_is_refused(
    tiny_model: Path, tmp_path: Path
) -> None:
    manifest = load_manifest(tiny_model).model_copy(update={"direction": "ttb"})
    files = {name: tiny_model / name for name in manifest.files}
    folder = write_bundle(tmp_path / "odd", manifest, files).folder
    with pytest.raises(BundleError, match="says ttb, but ltr of its lines"):
        load_engines(folder)


def test_a_picture_of_columns_shows_boxes_without_texts_over_one_another(
    tiny_model: Path, draw_line: Callable[..., Grey]
) -> None:
    line = draw_line("Inu", scale=3)
    for image, model in ((line, load_engines(tiny_model)), (upright(line), None)):
        engines = model or engines_for(tiny_model, "ttb")
        document = Reader(engines, threads=1).read(image)
        picture = np.asarray(draw_document(image, document))
        below = picture[image.shape[0] * (picture.shape[1] // image.shape[1]) :]
        assert (below < 255).any() == (model is not None)
        assert (np.ptp(picture.astype(int), axis=2) > 50).any()  # coloured boxes
