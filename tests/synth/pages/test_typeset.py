"""Words go into lines of a measure."""

import numpy as np
import pytest

from effocr.synth.compose import Setting
from effocr.synth.face import open_face
from effocr.synth.fonts import FontFile
from effocr.synth.pages.typeset import Type, Word, break_lines, natural_width, set_line, stretched


@pytest.fixture(scope="module")
def type_(fonts: tuple[FontFile, ...]) -> Type:
    book = next(font for font in fonts if font.kind == "book" and font.style == "roman")
    return Type(open_face(str(book.path), book.index, 30), 13.0, Setting(word_space=0.25))


def words(text: str, type_: Type) -> list[Word]:
    return [Word(part, type_.face) for part in text.split()]


def test_lines_keep_to_the_measure_and_lose_no_letter(type_: Type) -> None:
    text = "the quick brown fox jumps over a considerably lazier dog and " * 4
    lines = break_lines(
        words(text, type_), type_, 300, np.random.default_rng(0), indents=[60], hyphens=1.0
    )
    widths = [natural_width(line, type_) for line in lines]
    assert max(widths) <= 300
    assert widths[0] <= 240
    assert any(line[-1].text.endswith("-") for line in lines)
    set_text = "".join(word.text for line in lines for word in line).replace("-", "")
    assert set_text == text.replace(" ", "")


def test_a_word_wider_than_the_measure_is_cut(type_: Type) -> None:
    lines = break_lines(words("incomprehensibilities", type_), type_, 100, np.random.default_rng(0))
    assert len(lines) > 1
    assert "".join(word.text for line in lines for word in line) == "incomprehensibilities"


def test_justified_lines_end_where_the_measure_does(type_: Type) -> None:
    line = words("a line of several words", type_)
    width = natural_width(line, type_) + 30
    loose = set_line(line, type_, np.random.default_rng(0))
    full = set_line(line, type_, np.random.default_rng(0), measure=width)
    assert abs(full.ink.shape[1] - width) < 6
    assert full.ink.shape[1] > loose.ink.shape[1] + 20


@pytest.mark.parametrize(("wide", "high"), [(1.0, 2.0), (2.0, 1.0), (2.0, 2.0)])
def test_a_stretched_line_has_its_boxes_around_its_ink(
    type_: Type, wide: float, high: float
) -> None:
    line = set_line(words("Sum 7.20", type_), type_, np.random.default_rng(0))
    large = stretched(line, wide, high)
    assert large.ink.shape == (line.ink.shape[0] * high, line.ink.shape[1] * wide)
    assert large.glyphs == line.glyphs
    assert large.words == line.words
    rows, columns = np.nonzero(large.ink > 128)
    hull = np.array((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    found = np.concatenate((large.boxes[:, :2].min(axis=0), large.boxes[:, 2:].max(axis=0)))
    assert np.abs(hull - found).max() <= 2
    assert large.baseline == line.baseline * high
