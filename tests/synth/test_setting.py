"""How type is set: spaces after sentences, letters that stand in for digits, tight crops."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.synth.compose import Run, Setting, compose
from effocr.synth.face import open_face
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.paper import clip_rows


def gaps(font: FontFile, text: str, setting: Setting) -> list[float]:
    """Pixels between the words of a line."""
    face = open_face(str(font.path), font.index, 40)
    line = compose([Run(text, face)], setting, np.random.default_rng(0))
    ends = [(line.boxes[a, 0], line.boxes[b - 1, 2]) for a, b in line.words]
    return [float(start - end) for (_, end), (start, _) in pairwise(ends)]


@pytest.fixture(scope="module")
def typewriter(fonts: tuple[FontFile, ...]) -> FontFile:
    return next(font for font in fonts if font.kind == "typewriter" and font.covers("l"))


def test_a_sentence_ends_with_more_space_than_a_word(typewriter: FontFile) -> None:
    cell = open_face(str(typewriter.path), typewriter.index, 40).pitch
    text = "so. so so. so"
    plain = gaps(typewriter, text, Setting())
    wide = gaps(typewriter, text, Setting(sentence_space=1.0))
    added = [b - a for a, b in zip(plain, wide, strict=True)]
    assert added == pytest.approx([cell, 0, cell], abs=1)


def test_a_letter_stands_in_for_a_digit_and_the_label_stays(typewriter: FontFile) -> None:
    face = open_face(str(typewriter.path), typewriter.index, 40)

    def line(text: str, **drawn_as: str) -> tuple[np.ndarray, list[str]]:
        run = Run(text, face, drawn_as={"1": "l"} if drawn_as else {})
        made = compose([run], Setting(), np.random.default_rng(0))
        return made.ink, made.glyphs

    ink, glyphs = line("a1a", one="l")
    assert glyphs == ["a", "1", "a"]
    np.testing.assert_array_equal(ink, line("ala")[0])
    assert not np.array_equal(ink, line("a1a")[0])


def test_only_typewriters_lack_digits(fonts: tuple[FontFile, ...]) -> None:
    charset = Charset(tuple("xl1O0"))
    options = LineOptions(
        stand_ins=1.0, clipped=0, plain=True, wear={"none": 1}, mixed_sizes=0, small_caps=0,
        italic_words=0, kinds={"typewriter": 1, "book": 1},
    )  # fmt: skip
    for kind in ("typewriter", "book"):
        own = [font for font in fonts if font.kind == kind][:1]
        drawn = {}
        for text in ("x1x", "xlx"):
            maker = LineMaker(own, charset, options)
            drawn[text] = maker.line(np.random.default_rng(3), text).grey
        alike = drawn["x1x"].shape == drawn["xlx"].shape and np.array_equal(
            drawn["x1x"], drawn["xlx"]
        )
        assert alike == (kind == "typewriter")


def block_line() -> LabelledLine:
    grey = np.full((60, 50), 255, np.uint8)
    boxes = np.array([[5, 10, 15, 40], [20, 20, 30, 50]], np.float32)
    for x0, y0, x1, y1 in boxes.astype(int):
        grey[y0:y1, x0:x1] = 0
    return LabelledLine(grey, "ab", ("a", "b"), boxes, ((0, 2),), (40.0, 0.0), 20.0, "drawn")


def test_a_crop_too_tight_takes_boxes_and_baseline_along() -> None:
    line = block_line()
    cut = clip_rows(line, (0.1, 0.25))  # the print is 40 high, from 10 to 50
    assert cut.grey.shape == (26, 50)
    np.testing.assert_array_equal(cut.grey, line.grey[14:40])
    assert cut.boxes.tolist() == [[5, 0, 15, 26], [20, 6, 30, 26]]
    assert cut.baseline == (26.0, 0.0)
    assert clip_rows(line, (0.0, 0.0)) is line
    sloping = clip_rows(replace(line, baseline=(40.0, 0.01)), (0.1, 0.0))
    assert sloping.baseline == (26.0, 0.01)
    assert sloping.grey.shape[0] == 46  # all that is below stays
