"""Columns and right-to-left lines: every box lies on its ink, and the truth goes along into frames.

Japanese fonts are not part of this repository; tests that need one are skipped without it.
"""

from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import LineShape
from effocr.charset import Charset
from effocr.data.labelled import EMS, LabelledLine, column_metrics
from effocr.frame import lay_down
from effocr.geometry import Affine
from effocr.layout.bidi import turn_runs
from effocr.synth.compose import Composed, Setting
from effocr.synth.fonts import FontFile
from effocr.synth.frames import PreparedLine, frame_line, prepare_line
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.raster import Raster
from effocr.synth.rtl import as_it_stands, in_reading_order
from effocr.synth.text import TextMix
from effocr.synth.vertical import ColumnFace, compose_column, stand_up

EM = 60
PLAIN = TextMix(words=1, random=1, prose=0, word_lists=())


def book(fonts: tuple[FontFile, ...]) -> FontFile:
    return next(font for font in fonts if font.kind == "book" and font.style == "roman")


@pytest.fixture(scope="module")
def japanese() -> Path:
    found = sorted(Path("/usr/share/fonts").rglob("ipam.ttf"))
    if not found:
        pytest.skip("no Japanese font: apt-get install fonts-ipafont-mincho")
    return found[0]


def cell(raster: Raster) -> tuple[float, float, float, float]:
    """x0 y0 x1 y1 of the upright glyph in its cell, in ems from the cell's corner."""
    height, width = raster.ink.shape  # lying down: x runs down the column, y to the left
    left = 0.5 - (raster.top + height) / EM
    return left, raster.left / EM, left + height / EM, (raster.left + width) / EM


def test_boxes_of_a_column_are_tight_around_the_ink_of_each_glyph(
    fonts: tuple[FontFile, ...],
) -> None:
    font = book(fonts)
    face = ColumnFace(str(font.path), font.index, EM)
    setting = Setting(tracking=0.3)
    lying = compose_column("aHo.g", face, setting, np.random.default_rng(0), sideways=False)
    upright = stand_up(labelled(lying))
    assert upright.glyphs == tuple("aHo.g")
    middles = (upright.boxes[:, 1] + upright.boxes[:, 3]) / 2
    assert (np.diff(middles) > 0).all()  # from the top
    for x0, y0, x1, y1 in upright.boxes.astype(int):
        inside = upright.grey[y0:y1, x0:x1] < 215
        assert inside[0].any() and inside[-1].any()
        assert inside[:, 0].any() and inside[:, -1].any()
        assert inside.sum() == (upright.grey[y0:y1] < 215).sum()  # nothing beside it


def labelled(composed: Composed) -> LabelledLine:
    return LabelledLine(
        grey=255 - composed.ink,
        text="".join(composed.glyphs),
        glyphs=tuple(composed.glyphs),
        boxes=composed.boxes,
        words=tuple(composed.words),
        baseline=(composed.baseline, 0.0),
        x_height=EM / EMS,
        source="test",
    )


@pytest.mark.parametrize("forms", [True, False])
def test_punctuation_brackets_and_small_kana_have_the_forms_of_columns(
    japanese: Path, forms: bool
) -> None:
    face = ColumnFace(str(japanese), 0, EM, forms=forms)
    for mark in "、。":
        x0, y0, x1, y1 = cell(face.raster(mark))
        assert x0 > 0.45 and y1 < 0.55 and x1 <= 1.02 and y0 >= -0.02  # upper right corner
    x0, y0, x1, y1 = cell(face.raster("ー"))
    assert y1 - y0 > 0.6 and x1 - x0 < 0.3  # stands
    opening, closing = cell(face.raster("「")), cell(face.raster("」"))
    assert opening[2] - opening[0] > opening[3] - opening[1]  # lies
    assert opening[1] > 0.5 > closing[3]  # at the text that it encloses
    small, large = cell(face.raster("っ")), cell(face.raster("つ"))
    assert small[2] - small[0] < 0.9 * (large[2] - large[0])
    assert (small[0] + small[2]) / 2 > 0.53 and (small[1] + small[3]) / 2 < 0.55
    assert cell(face.raster("国"))[3] < 1.02


def test_latin_words_lie_on_their_side_or_stand_letter_by_letter(
    fonts: tuple[FontFile, ...],
) -> None:
    font = book(fonts)
    face = ColumnFace(str(font.path), font.index, EM)
    rng = np.random.default_rng(0)
    standing = compose_column("HHH", face, Setting(), rng, sideways=False)
    lying = compose_column("HHH", face, Setting(), rng, sideways=True)
    single = compose_column("H.H.H", face, Setting(), rng, sideways=True)
    face_ink = face.sideways.raster("H").ink
    x0, y0, x1, y1 = lying.boxes[0].astype(int)
    assert (lying.ink[y0:y1, x0:x1] == face_ink).all()  # upright in the column that lies down
    assert standing.ink.shape[1] > 2 * EM  # a cell each
    assert lying.ink.shape[1] < standing.ink.shape[1]
    x0, y0, x1, y1 = single.boxes[0].astype(int)
    assert (np.rot90(single.ink[y0:y1, x0:x1], -1) == face_ink).mean() > 0.95


def test_a_drawn_column_lies_in_its_frame_as_a_line_does(fonts: tuple[FontFile, ...]) -> None:
    shape = LineShape(direction="ttb")
    centre = shape.baseline_px - 0.6 * shape.x_height_px
    charset = Charset(tuple("HEXMNOKB"))
    options = LineOptions(direction="ttb", spaces=False, length=(6, 10), text=PLAIN, sideways=0)
    maker, rng = LineMaker([book(fonts)], charset, options), np.random.default_rng(1)
    off = []
    for _ in range(20):
        line = maker.line(rng)
        assert line.grey.shape[0] > line.grey.shape[1] and " " not in line.text
        assert (np.diff(line.boxes[:, 1] + line.boxes[:, 3]) > 0).all()
        prepared = prepare_line(line, shape)
        assert prepared is not None
        assert prepared.prepared.grey.shape == line.grey.shape[::-1]
        framed = frame_line(prepared, *true_frame_of(prepared, shape), shape)
        assert framed.x_height == pytest.approx(shape.x_height_px, rel=0.01)
        off.append((framed.boxes[:, 1] + framed.boxes[:, 3]) / 2 - centre)
    assert np.abs(np.median(np.concatenate(off))) < 1.0


def true_frame_of(line: PreparedLine, shape: LineShape) -> tuple[Affine, int]:
    from effocr.frame import true_frame

    truth = line.truth
    extent = (float(truth.boxes[0, 0]), float(truth.boxes[-1, 2]))
    return true_frame(truth.baseline, truth.x_height, extent, shape)


def test_the_middle_of_a_column_is_the_middle_of_its_frame() -> None:
    (row, slope), x_height = column_metrics((50.0, 0.01), 40.0)
    assert (row, slope, x_height) == (62.0, 0.01, 20.0)


def test_laying_down_and_standing_up_are_exact() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(4, 3)
    lying, to_image = lay_down(grey, "ttb")
    assert lying.shape == (3, 4)
    for y in range(4):
        for x in range(3):
            (column, row) = to_image.inverse().points(np.array([[x + 0.5, y + 0.5]]))[0]
            assert lying[int(row), int(column)] == grey[y, x]
    assert (lying[:, 0] == grey[0, ::-1]).all()  # the top became the left end
    for direction in ("ltr", "rtl"):
        same, identity = lay_down(grey, direction)
        assert same is grey
        assert (identity.matrix == np.eye(2, 3)).all()


def test_a_right_to_left_line_is_set_as_it_stands_and_labelled_as_it_is_read() -> None:
    text = "\u05d0\u05d1 12 \u05d2"
    paper = as_it_stands(text)
    assert paper == "\u05d2 12 \u05d1\u05d0"
    boxes = np.array([[10 * i, 0, 10 * i + 8, 10] for i in (0, 2, 3, 5, 6)], np.float32)
    set_line = Composed(
        np.zeros((10, 70), np.uint8),
        [g for g in paper if g != " "],
        boxes,
        [(0, 1), (1, 3), (3, 5)],
    )
    read = in_reading_order(set_line)
    assert read.words == [(0, 2), (2, 4), (4, 5)]
    assert ["".join(read.glyphs[a:b]) for a, b in read.words] == text.split()
    assert read.boxes[:, 0].tolist() == [60, 50, 20, 30, 0]
    assert turn_runs("") == [] and in_reading_order(Composed(set_line.ink)).words == []


def test_the_truth_of_a_right_to_left_line_is_told_from_left_to_right_in_frames(
    fonts: tuple[FontFile, ...], english: Charset
) -> None:
    maker = LineMaker([book(fonts)], english, LineOptions(text=PLAIN))
    line = maker.line(np.random.default_rng(3), "one two")
    order = np.arange(6)[::-1]
    reverse = LabelledLine(
        grey=line.grey, text="owt eno", glyphs=line.glyphs[::-1], boxes=line.boxes[order],
        words=((0, 3), (3, 6)), baseline=line.baseline, x_height=line.x_height, source="test",
    )  # fmt: skip
    prepared = prepare_line(reverse, LineShape(direction="rtl"))
    assert prepared is not None
    assert prepared.truth.glyphs == line.glyphs
    assert prepared.truth.words == ((0, 3), (3, 6))
    assert (prepared.truth.boxes == line.boxes).all()
