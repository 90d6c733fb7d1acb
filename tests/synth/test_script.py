"""Lines in the manner of a script, drawn with the fonts of the repository."""

from dataclasses import replace

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.synth.compose import Run, Setting, compose
from effocr.synth.face import Face
from effocr.synth.fonts import FontFile
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.script import ScriptOptions


def gap(text: str, font: FontFile, setting: Setting, **how: object) -> float:
    """White between the boxes of the first two glyphs, pixels."""
    run = Run(text, Face(str(font.path), font.index, 60), **how)  # type: ignore[arg-type]
    boxes = compose([run], setting, np.random.default_rng(1)).boxes
    return float(boxes[1, 0] - boxes[0, 2])


def test_tight_pairs_touch_even_where_words_are_letterspaced(fonts: tuple[FontFile, ...]) -> None:
    font = next(font for font in fonts if font.kind == "book")
    wide = Setting(tracking=0.3)
    assert gap("ch", font, wide) > 10
    assert gap("ch", font, wide, tight=frozenset({"ch"})) == pytest.approx(0, abs=1)
    assert gap("hc", font, wide, tight=frozenset({"ch"})) > 10


def test_tracking_of_a_run_is_added_to_that_of_the_line(fonts: tuple[FontFile, ...]) -> None:
    font = next(font for font in fonts if font.kind == "book")
    plain, spaced = (gap("nn", font, Setting(), tracking=em) for em in (0.0, 0.2))
    assert spaced - plain == pytest.approx(0.2 * 60, abs=1)


def test_a_line_in_two_fonts_has_every_character_and_a_box_with_ink(
    fonts: tuple[FontFile, ...],
) -> None:
    book = next(font for font in fonts if font.kind == "book")
    capitals = replace(book, kind="fraktur", characters=frozenset("ABCx-ae"))
    options = LineOptions(
        kinds={"fraktur": 1},
        wear={"none": 1},
        plain=True,
        script=ScriptOptions(composed=True, second_kind="book", slanted=0.5, spaced_words=0.5),
    )
    maker = LineMaker([capitals, book], Charset((*"ABCx-defgha\u2e17", "a\u0364")), options)
    rng = np.random.default_rng(3)
    for _ in range(10):
        line = maker.line(rng, "ABC\u2e17 defg AdB a\u0364B")
        assert line.text == "ABC\u2e17 defg AdB a\u0364B"
        for x0, y0, x1, y1 in line.boxes:
            part = line.grey[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))]
            assert part.size
            assert part.min() < 128
