"""Texts of lines: short ones, capitals."""

import numpy as np

from effocr.charset import Charset
from effocr.synth.options import LineOptions
from effocr.synth.text import TextMix
from effocr.synth.wording import SHORT, draw_text

ASCII = Charset(tuple(chr(code) for code in range(33, 127)))


def texts(options: LineOptions, charset: Charset = ASCII) -> list[str]:
    rng = np.random.default_rng(0)
    return [draw_text(rng, charset, options, options.length) for _ in range(400)]


def test_short_lines_come_as_often_as_wished() -> None:
    for share in (0.0, 0.3, 1.0):
        lengths = [len(text) for text in texts(LineOptions(length=(3, 200), short_lines=share))]
        assert abs(np.mean(np.array(lengths) <= SHORT) - share) < 0.08


def test_short_lines_are_as_long_as_the_least_that_is_asked_for() -> None:
    lines = texts(LineOptions(length=(12, 20), short_lines=0.5))
    assert all(12 <= len(text) <= 20 for text in lines)


def test_capitals_take_the_place_of_small_letters_that_have_them() -> None:
    lines = texts(LineOptions(capitals=1))
    assert not any(glyph.islower() for text in lines for glyph in text)
    some = Charset(tuple("abcdB"))
    mix = TextMix(random=1, word_lists=())
    seen = set("".join(texts(LineOptions(capitals=1, text=mix), some))) - {" "}
    assert seen == set("acdB")


def test_columns_have_no_spaces() -> None:
    assert not any(" " in text for text in texts(LineOptions(spaces=False)))
