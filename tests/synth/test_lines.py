"""Synthetic lines: the truth must be true."""

from collections import defaultdict

import numpy as np
import pytest

from effocr.charset import Charset
from effocr.errors import FontError
from effocr.synth.compose import LIGATURES, Run, Setting, compose
from effocr.synth.face import open_face
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.pool import CHUNK, draw_lines
from tests.synth.conftest import ROOT


@pytest.fixture(scope="module")
def maker(fonts: tuple[FontFile, ...], english: Charset) -> LineMaker:
    return LineMaker(fonts, english)


def test_every_glyph_of_the_text_has_one_box_in_order(maker: LineMaker) -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        line = maker.line(rng)
        words = ["".join(line.glyphs[first:last]) for first, last in line.words]
        assert " ".join(words) == line.text
        assert line.boxes.shape == (len(line.glyphs), 4)
        assert sum(last - first for first, last in line.words) == len(line.glyphs)


def test_boxes_are_tight_around_the_ink_of_each_glyph(fonts: tuple[FontFile, ...]) -> None:
    book = next(font for font in fonts if font.kind == "book" and font.style == "roman")
    face = open_face(str(book.path), book.index, 60)
    spaced = compose([Run("a b o H .", face)], Setting(word_space=1.5), np.random.default_rng(0))
    for x0, y0, x1, y1 in spaced.boxes.astype(int):
        inside = spaced.ink[y0:y1, x0:x1] > 40
        assert inside[0].any() and inside[-1].any()
        assert inside[:, 0].any() and inside[:, -1].any()
        column = spaced.ink[:, x0:x1] > 40
        assert column.sum() == inside.sum()  # nothing above or below


def test_letters_stand_on_the_baseline_at_the_stated_x_height(
    fonts: tuple[FontFile, ...], english: Charset
) -> None:
    rng = np.random.default_rng(5)
    off = []
    maker = LineMaker(
        [font for font in fonts if font.kind == "book"], english, LineOptions(mixed_sizes=0)
    )
    for _ in range(60):
        line = maker.line(rng, "xxxxxxxx vvvv xxx")
        row, slope = line.baseline
        middle = (line.boxes[:, 0] + line.boxes[:, 2]) / 2
        off.append(np.abs(line.boxes[:, 3] - (row + slope * middle)) / line.x_height)
        off.append(np.abs((line.boxes[:, 3] - line.boxes[:, 1]) / line.x_height - 1))
    assert np.median(np.concatenate(off)) < 0.08


def test_the_same_seed_draws_the_same_lines_in_any_number_of_processes(
    fonts: tuple[FontFile, ...], english: Charset
) -> None:
    count = CHUNK + 3
    alone = list(draw_lines(fonts, english, count, seed=4))
    shared = list(draw_lines(fonts, english, count, seed=4, processes=2))
    assert [line.text for line in alone] == [line.text for line in shared]
    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(alone, shared, strict=True))


def test_fewer_lines_are_the_first_of_more(fonts: tuple[FontFile, ...], english: Charset) -> None:
    few = list(draw_lines(fonts, english, 5, seed=4))
    more = list(draw_lines(fonts, english, 9, seed=4))
    assert [line.text for line in few] == [line.text for line in more[:5]]


def test_characters_that_a_font_lacks_are_not_drawn() -> None:
    folder, charset = ROOT / "english_font_files", Charset(("a", "b", "\u0416"))
    files = [folder / name for name in ("OldStandard-Regular.ttf", "Besley-Regular.ttf")]
    cyrillic, latin = load_fonts(files, charset=charset).fonts
    assert cyrillic.covers("\u0416") and not latin.covers("\u0416")
    maker, rng = LineMaker([cyrillic, latin], charset), np.random.default_rng(2)
    seen: dict[str, set[str]] = defaultdict(set)
    for _ in range(30):
        line = maker.line(rng)
        seen[line.source].update(line.glyphs)
    assert seen == {
        f"{cyrillic.family} roman": {"a", "b", "\u0416"}, f"{latin.family} roman": {"a", "b"}
    }  # fmt: skip


def test_fonts_that_draw_nothing_of_the_charset_are_an_error(fonts: tuple[FontFile, ...]) -> None:
    with pytest.raises(FontError, match="no usable font"):
        LineMaker(fonts, Charset(("\u4e00", "\u4e8c")))


def test_capitals_in_small_caps_are_smaller_than_the_line(
    fonts: tuple[FontFile, ...], english: Charset
) -> None:
    options = LineOptions(small_caps=1, italic_words=0, mixed_sizes=0)
    book = [font for font in fonts if font.kind == "book" and font.style == "roman"][:1]
    maker = LineMaker(book, english, options)
    rng = np.random.default_rng(3)
    lines = [maker.line(rng, "abcd mmmm hhhh") for _ in range(12)]
    capitals = [g for line in lines for g in line.glyphs if g.isupper()]
    assert capitals
    heights = [
        (box[3] - box[1]) / line.x_height
        for line in lines
        for glyph, box in zip(line.glyphs, line.boxes, strict=True)
        if glyph == "M"
    ]
    assert max(heights) < (book[0].cap_height or 0) / (book[0].x_height or 1) * 0.95


def test_a_ligature_is_one_box_labelled_with_its_letters(english: Charset) -> None:
    wanted = [*english, *LIGATURES.values()]
    fonts = load_fonts(
        ROOT / "english_font_files" / "OldStandard-Regular.ttf", charset=wanted
    ).fonts
    maker = LineMaker(
        fonts, english, LineOptions(ligatures=1, italic_words=0, mixed_sizes=0, small_caps=0)
    )
    line = maker.line(np.random.default_rng(0), "fish of flax")
    assert line.text == "fish of flax"
    assert line.glyphs == ("fi", "s", "h", "o", "f", "fl", "a", "x")
    apart = LineMaker(fonts, english, LineOptions(ligatures=0)).line(
        np.random.default_rng(0), "fish"
    )
    assert apart.glyphs == ("f", "i", "s", "h")
