"""How type is set: spaces after sentences, letters that stand in for digits."""

from itertools import pairwise

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.synth.compose import Run, Setting, compose
from effocr.synth.face import open_face
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.setting import draw_stretch


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


def test_a_share_of_lines_is_much_wider_or_narrower_than_its_font() -> None:
    rng = np.random.default_rng(0)
    usual = [draw_stretch(rng, LineOptions(stretched=0)) for _ in range(300)]
    assert 0.75 <= min(usual) <= max(usual) <= 1.3
    odd = np.array([draw_stretch(rng, LineOptions(stretched=1)) for _ in range(300)])
    assert ((odd >= 1.3) | (odd <= 0.8)).all()
    assert 0.35 < (odd > 1).mean() < 0.65
