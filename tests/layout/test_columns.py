"""Columns are found by the white between them, from right to left; lines from the top."""

import numpy as np
import numpy.typing as npt
import pytest

from effocr.layout.columns import Strip, blank_others, split_strips

Mask = npt.NDArray[np.bool_]
GLYPH, PITCH = 20, 24


def page(*columns: tuple[int, int, int], shape: tuple[int, int] = (300, 300)) -> Mask:
    """Columns of square glyphs; each is left edge, top edge and number of glyphs."""
    dark = np.zeros(shape, bool)
    for x, y, count in columns:
        for number in range(count):
            top = y + number * PITCH
            dark[top : top + GLYPH, x : x + GLYPH] = True
    return dark


def boxes(strips: list[Strip]) -> list[tuple[int, int, int, int]]:
    return [strip.box for strip in strips]


def sheared(dark: Mask, slope: float) -> Mask:
    """The page with every row moved sideways, as a slightly turned scan."""
    rows = [np.roll(row, round(slope * (y - len(dark) / 2))) for y, row in enumerate(dark)]
    return np.array(rows)


def test_defect_4_2_12_columns_are_ordered_from_right_to_left() -> None:
    dark = page((20, 10, 10), (70, 10, 3), (120, 34, 8))
    assert boxes(split_strips(dark)) == [
        (120, 34, 140, 34 + 7 * PITCH + GLYPH),
        (70, 10, 90, 10 + 2 * PITCH + GLYPH),
        (20, 10, 40, 10 + 9 * PITCH + GLYPH),
    ]


def test_lines_are_ordered_from_the_top_by_the_same_function() -> None:
    dark = page((20, 10, 10), (70, 10, 3), (120, 34, 8))
    assert [(y0, x0, y1, x1) for x0, y0, x1, y1 in boxes(split_strips(dark.T, axis=0))] == [
        strip.box for strip in split_strips(dark)
    ][::-1]


def test_one_column_is_one_strip_and_blank_paper_none() -> None:
    assert boxes(split_strips(page((20, 10, 10)))) == [(20, 10, 40, 10 + 9 * PITCH + GLYPH)]
    assert split_strips(np.zeros((50, 40), bool)) == []


@pytest.mark.parametrize("slope", [-0.04, -0.02, 0.02, 0.04])
def test_slight_skew_closes_no_gap(slope: float) -> None:
    straight = page((100, 10, 24), (130, 10, 24), (160, 10, 20), shape=(600, 300))
    profile = sheared(straight, slope).any(axis=0)
    closed = profile[100:180].all()
    strips = split_strips(sheared(straight, slope))
    assert len(strips) == 3
    assert [strip.edges[0] for strip in strips] == pytest.approx([160, 130, 100], abs=3)
    assert strips[0].slope == pytest.approx(slope, abs=0.004)
    assert closed or abs(slope) < 0.03  # the white is gone where it is looked for straight down


def test_specks_make_no_column() -> None:
    dark = page((100, 10, 10), (150, 10, 10))
    dark[40:43, 20:22] = True
    dark[200:203, 250:253] = True
    assert len(split_strips(dark)) == 2
    noisy = dark | (np.random.default_rng(0).random(dark.shape) < 0.0005)
    assert len(split_strips(noisy)) == 2


def test_a_column_of_one_glyph_beside_long_ones_is_kept() -> None:
    assert boxes(split_strips(page((100, 10, 11), (150, 10, 11), (50, 10, 1))))[2] == (
        50, 10, 50 + GLYPH, 10 + GLYPH,
    )  # fmt: skip


@pytest.mark.parametrize("bars", [(0, 12), (0, 7, 14)])
def test_a_glyph_with_white_inside_is_one_column(bars: tuple[int, ...]) -> None:
    """As い and 川 are."""
    dark = np.zeros((60, 60), bool)
    for x in bars:
        dark[20:38, 20 + x : 24 + x] = True
    assert len(split_strips(dark)) == 1


def test_the_rest_of_a_neighbour_at_the_edge_is_no_column() -> None:
    dark = page((50, 10, 10), shape=(300, 90))
    dark[10:250, 84:] = True
    assert boxes(split_strips(dark)) == [(50, 10, 70, 10 + 9 * PITCH + GLYPH)]


def test_a_cut_column_holds_no_ink_of_its_neighbours() -> None:
    dark = sheared(page((100, 10, 24), (130, 10, 24), shape=(600, 300)), 0.04)
    image = np.where(dark, np.uint8(0), np.uint8(240))
    strips = split_strips(dark)
    for strip in strips:
        cut, (x, y) = blank_others(image, strip, strips, margin_px=5, paper=240)
        assert (x, y) == (strip.box[0] - 5, strip.box[1] - 5)
        assert (cut < 128).sum() == 24 * GLYPH**2  # all of its own ink, and no other
        where = np.argwhere(cut < 128)
        assert (image[where[:, 0] + y, where[:, 1] + x] == 0).all()
