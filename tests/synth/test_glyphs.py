"""Renders of single glyphs are framed as crops of a line or of a column."""

from pathlib import Path

import numpy as np
import pytest

from effocr.synth.fonts import FontFile, read_font
from effocr.synth.glyphs import EM_PX, Look, draw_glyph, has_vertical_forms

CJK = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
INK = 128


@pytest.fixture(scope="module")
def garamond() -> FontFile:
    return read_font(Path("english_font_files/EBGaramond12-Italic.otf").resolve())[0]


@pytest.fixture(scope="module")
def japanese() -> FontFile:
    if not CJK.is_file():
        pytest.skip(f"{CJK} is not installed (Debian: fonts-noto-cjk)")
    return read_font(CJK, wanted=frozenset("ーっつ一国、「"))[0]


def rows(font: FontFile, glyph: str, look: Look | None = None) -> tuple[float, float]:
    """Top and bottom of the ink as shares of the height."""
    picture = draw_glyph(font, glyph, look or Look())
    assert picture is not None
    found = np.flatnonzero((picture < INK).any(axis=1))
    return found[0] / len(picture), (found[-1] + 1) / len(picture)


def test_defect_12_size_and_place_on_the_line_can_be_seen(garamond: FontFile) -> None:
    assert rows(garamond, "'")[1] < 0.5 < rows(garamond, ",")[0]
    assert rows(garamond, "x")[0] > rows(garamond, "l")[0] + 0.1
    assert rows(garamond, "x")[1] < rows(garamond, "p")[1] - 0.1
    assert abs(rows(garamond, "p")[0] - rows(garamond, "x")[0]) < 0.1


def test_defect_12_all_glyphs_of_a_font_have_one_height(garamond: FontFile) -> None:
    heights = {draw_glyph(garamond, glyph, Look()).shape[0] for glyph in "axlpg,.'-TH"}
    assert len(heights) == 1
    assert EM_PX * 0.8 < heights.pop() < EM_PX * 1.4


def test_sides_lie_at_the_ink_and_nothing_is_cut_off(garamond: FontFile) -> None:
    for glyph in "fjÅ|Q":
        picture = draw_glyph(garamond, glyph, Look(padding=0.0))
        assert picture is not None
        ink = picture < INK
        left = np.flatnonzero(ink.any(axis=0))
        assert left[0] <= 2
        assert left[-1] >= picture.shape[1] - 3
        tight = draw_glyph(garamond, glyph, Look("centred"))
        assert tight is not None
        assert abs(int(ink.sum()) - int((tight < INK).sum())) < 0.02 * ink.sum()


def test_padding_is_paper_around(garamond: FontFile) -> None:
    none, some = (draw_glyph(garamond, "x", Look(padding=share)) for share in (0.0, 0.2))
    assert none is not None
    assert some is not None
    assert some.shape[0] == pytest.approx(none.shape[0] * 1.4, abs=2)
    assert some.shape[1] == pytest.approx(none.shape[1] * 1.4, abs=4)


def test_a_blank_is_no_picture(garamond: FontFile) -> None:
    assert draw_glyph(garamond, " ", Look()) is None
    assert draw_glyph(garamond, " ", Look("centred")) is None


def test_defect_12_small_kana_stay_small_in_a_column(japanese: FontFile) -> None:
    small, large = (draw_glyph(japanese, glyph, Look("centred", vertical=True)) for glyph in "っつ")
    assert small is not None
    assert large is not None
    assert small.shape[1] == large.shape[1] == pytest.approx(EM_PX * 1.1, abs=2)
    wide = [np.ptp(np.flatnonzero((picture < INK).any(axis=0))) for picture in (small, large)]
    assert wide[0] < 0.85 * wide[1]


def test_columns_have_their_own_forms(japanese: FontFile) -> None:
    if not has_vertical_forms():
        pytest.skip("Pillow has no Raqm here")
    across = draw_glyph(japanese, "ー", Look("centred"))
    down = draw_glyph(japanese, "ー", Look("centred", vertical=True))
    assert across is not None
    assert down is not None
    assert across.shape[0] < 0.5 * across.shape[1]
    assert down.shape[0] > 0.7 * down.shape[1]
    comma = draw_glyph(japanese, "、", Look("centred", vertical=True))
    assert comma is not None
    assert np.flatnonzero((comma < INK).any(axis=0))[0] > comma.shape[1] / 2
