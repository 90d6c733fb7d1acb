"""Glyphs put together from others, on shapes of rectangles that can be checked by hand."""

import string

import numpy as np
import pytest

from effocr.synth.composed import composable, compose_glyph
from effocr.synth.raster import Raster

EM = 100
STEM, BAR = slice(4, 8), slice(30, 34)  # columns of the stem and rows of the bar of the f below


def block(width: int, height: int, *, top: int, left: int = 1) -> Raster:
    return Raster(np.full((height, width), 255, np.uint8), left, top, width + 2.0)


def letter_f() -> Raster:
    """A stem from 10 below the baseline to 70 above it, a bar at 36 to 40 and an arch on top."""
    ink = np.zeros((80, 20), np.uint8)
    ink[:, STEM] = 255
    ink[BAR, :] = 255
    ink[:6, 4:] = 255
    return Raster(ink, 1, -70, 21.0)


def draw(glyph: str) -> Raster:
    match glyph:
        case "f":
            return letter_f()
        case "-":
            return block(20, 6, top=-24)
        case ".":
            return block(8, 8, top=-8)
        case "A" | "O" | "U":
            return block(30, 60, top=-60)
        case _:
            return block(20, 40, top=-40)


def test_only_what_is_lacking_and_has_its_parts_is_put_together() -> None:
    plain = frozenset(string.ascii_letters + ".-")
    assert composable(plain, fraktur=True) >= {"\u2e17", "ſ", "ß", "ä", "Ü", "a\u0364", "U\u0364"}
    assert composable(plain, fraktur=False).isdisjoint({"ſ", "ß"})
    assert "ä" not in composable(plain | {"ä"}, fraktur=True)
    assert composable(frozenset("ae"), fraktur=True) == {"a\u0364"}


def test_a_long_s_is_an_f_without_the_right_of_its_bar() -> None:
    long_s = compose_glyph("ſ", draw, EM)
    expected = letter_f().ink
    expected[BAR, STEM.stop :] = 0
    assert np.array_equal(long_s.ink, expected)
    assert (long_s.left, long_s.top, long_s.advance) == (1, -70, 21.0)


def test_a_sharp_s_is_a_long_s_with_a_z_under_its_arch() -> None:
    sharp = compose_glyph("ß", draw, EM)
    z_left = sharp.ink.shape[1] - 20
    assert z_left == STEM.stop  # next to the stem
    assert sharp.ink[-50:-11, z_left:].min() == 255  # z: 40 high, on the baseline
    assert sharp.ink[-9:, z_left:].max() == 0  # below it only the stem goes on
    assert sharp.advance > 20


@pytest.mark.parametrize("glyph", ["a\u0364", "U\u0364", "ä", "Ö"])
def test_marks_stand_over_the_middle_and_do_not_touch(glyph: str) -> None:
    base = draw(glyph[0] if len(glyph) > 1 else {"ä": "a", "Ö": "O"}[glyph])
    made = compose_glyph(glyph, draw, EM)
    height = base.ink.shape[0]
    assert np.array_equal(made.ink[-height:][:, made.ink.any(axis=0)], base.ink)
    mark, gap = made.ink[:-height], made.ink[-height - 1]
    assert mark.any()
    assert not gap.any()
    columns = np.flatnonzero(mark.any(axis=0))
    assert abs((columns[0] + columns[-1]) / 2 - (made.ink.shape[1] - 1) / 2) <= 1
    assert made.top + made.ink.shape[0] == base.top + height
    assert made.advance == base.advance


def test_a_diaeresis_is_two_dots() -> None:
    made = compose_glyph("ü", draw, EM)
    row = (made.ink[0] > 0).astype(int)
    assert (np.diff(np.concatenate([[0], row, [0]])) == 1).sum() == 2


def test_a_double_hyphen_is_two_strokes_that_climb_around_the_hyphens_middle() -> None:
    made = compose_glyph("\u2e17", draw, EM)
    for column in (3, made.ink.shape[1] - 4):
        inked = (made.ink[:, column] > 127).astype(int)
        assert (np.diff(np.concatenate([[0], inked, [0]])) == 1).sum() == 2
    first, last = (int(np.flatnonzero(made.ink[:, c] > 127)[0]) for c in (2, -3))
    assert first > last  # the right end is higher
    assert abs(made.top + made.ink.shape[0] / 2 - (-24 + 3)) <= 1.5
    assert made.advance > made.ink.shape[1]
