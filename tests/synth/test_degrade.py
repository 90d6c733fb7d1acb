"""Wear changes how print looks, never where it is."""

from typing import get_args

import numpy as np
import pytest

from effocr.synth.degrade import Cut, Kernel, Wear, noise_field, wear_down
from effocr.synth.wear_kinds import draw_wear

X_HEIGHT = 24.0


def strokes() -> np.ndarray:
    ink = np.zeros((60, 300), np.uint8)
    for x in range(20, 280, 30):
        ink[12:48, x : x + 6] = 255
    return ink


def test_clean_wear_turns_ink_dark_and_paper_light() -> None:
    grey = wear_down(strokes(), X_HEIGHT, Wear(), np.random.default_rng(0))
    assert (grey[strokes() > 0] < 20).all()
    assert (grey[strokes() == 0] > 235).all()


@pytest.mark.parametrize("seed", range(12))
def test_worn_print_stays_where_it_was(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grey = wear_down(strokes(), X_HEIGHT, draw_wear(rng), rng).astype(float)
    ink = strokes() > 0
    rows = (np.arange(grey.shape[0]) + 0.5) * ink.shape[0] / grey.shape[0]
    columns = (np.arange(grey.shape[1]) + 0.5) * ink.shape[1] / grey.shape[1]
    there = ink[np.ix_(rows.astype(int), columns.astype(int))]
    assert grey[there].mean() < grey[~there].mean() - 15


def test_a_lower_resolution_scales_both_sides_alike() -> None:
    grey = wear_down(strokes(), X_HEIGHT, Wear(x_height_px=12.0), np.random.default_rng(0))
    assert grey.shape == (30, 150)


def test_a_bilevel_scan_has_two_levels() -> None:
    grey = wear_down(strokes(), X_HEIGHT, Wear(blur=0.1, bilevel=0.5), np.random.default_rng(0))
    assert set(np.unique(grey)) == {0, 255}


def test_more_weight_is_more_ink() -> None:
    def ink(weight: float) -> float:
        wear = Wear(bleed=0.06, weight=weight)
        return float((255 - wear_down(strokes(), X_HEIGHT, wear, np.random.default_rng(0))).mean())

    assert ink(-0.2) < ink(0.0) < ink(0.2)


def test_hairlines_survive_a_little_bleed() -> None:
    ink = np.zeros((60, 300), np.uint8)
    ink[12:48, 20:280:30] = 255  # one pixel wide
    grey = wear_down(ink, X_HEIGHT, Wear(bleed=0.06), np.random.default_rng(0))
    assert (grey[20:40, 20:280:30] < 160).all()


def test_a_matrix_printer_leaves_paper_between_its_dots() -> None:
    ink = np.full((60, 300), 255, np.uint8)
    grey = wear_down(ink, X_HEIGHT, Wear(dots=0.2), np.random.default_rng(0))
    assert 0.15 < (grey > 200).mean() < 0.6


def test_noise_has_no_mean_and_about_unit_variance() -> None:
    noise = noise_field((200, 900), 5.0, np.random.default_rng(1))
    assert abs(float(noise.mean())) < 0.1
    assert 0.6 < float(noise.std()) < 1.4


def test_kinds_of_wear_are_drawn_as_often_as_wished() -> None:
    rng = np.random.default_rng(0)
    assert {draw_wear(rng, {"none": 1}) for _ in range(5)} == {Wear()}
    bilevel = [draw_wear(rng, {"print": 3, "none": 1}).bilevel is not None for _ in range(400)]
    assert 0.68 < np.mean(bilevel) < 0.82


def test_hairlines_beside_fat_strokes_keep_their_ink_if_wished() -> None:
    """An e keeps its bar: without it, it is a c to whoever learns from it."""
    ink = strokes()
    ink[30, 20:280] = 255  # a bar one pixel high from stroke to stroke

    def darkest(hairlines: float) -> float:
        wear = Wear(bleed=0.08, hairlines=hairlines)
        grey = wear_down(ink, X_HEIGHT, wear, np.random.default_rng(0))
        return float(grey[28:33, 36].min())  # halfway between two strokes

    assert darkest(0.0) > 200
    assert darkest(1.0) < 80


def test_hairlines_change_nothing_where_all_strokes_are_alike() -> None:
    plain = wear_down(strokes(), X_HEIGHT, Wear(bleed=0.05), np.random.default_rng(0))
    spared = Wear(bleed=0.05, hairlines=1.0)
    other = wear_down(strokes(), X_HEIGHT, spared, np.random.default_rng(0))
    assert np.abs(plain.astype(int) - other).mean() < 8


def test_print_pales_along_the_line_and_never_gains_ink() -> None:
    ink = np.full((40, 900), 255, np.uint8)
    wear = Wear(pale=0.5, pale_reach=4.0)
    levels = wear_down(ink, X_HEIGHT, wear, np.random.default_rng(0)).mean(axis=0)
    assert levels.min() < 10
    assert 90 < levels.max() <= 128
    assert np.abs(np.diff(levels)).max() < 6  # slowly


def test_a_second_strike_stands_beside_the_first_one() -> None:
    once = wear_down(strokes(), X_HEIGHT, Wear(), np.random.default_rng(3))
    twice = wear_down(strokes(), X_HEIGHT, Wear(ghost=0.9), np.random.default_rng(3))
    assert (255 - twice.astype(float)).sum() > 1.1 * (255 - once.astype(float)).sum()
    assert (twice[strokes() > 0] < 60).all()


def test_a_smudge_is_dirt_in_one_place() -> None:
    blank = np.zeros((60, 600), np.uint8)
    dirty = wear_down(blank, X_HEIGHT, Wear(smudge=0.9), np.random.default_rng(0)) < 128
    columns = np.nonzero(dirty)[1]
    assert len(columns) > 20
    assert np.ptp(columns) < 4.5 * X_HEIGHT


@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_whatever_the_kernel_print_stays_where_it_was(kernel: Kernel) -> None:
    wear = Wear(x_height_px=12.0, kernel=kernel)
    grey = wear_down(strokes(), X_HEIGHT, wear, np.random.default_rng(0)).astype(float)
    assert grey.shape == (30, 150)
    column = np.average(np.arange(150) + 0.5, weights=(255 - grey).sum(axis=0)) * 2
    there = np.average(np.arange(300) + 0.5, weights=strokes().sum(axis=0))
    assert abs(column - there) < 1.1  # half a pixel of the scan


def test_sharpening_makes_paper_beside_ink_lighter_than_paper() -> None:
    soft, sharp = (
        wear_down(strokes(), X_HEIGHT, Wear(paper=0.7, sharpen=gain), np.random.default_rng(0))
        for gain in (0.0, 1.5)
    )
    assert int(sharp.max()) > int(soft.max()) + 20


@pytest.mark.parametrize("cut", get_args(Cut))
def test_each_threshold_tells_ink_from_paper(cut: Cut) -> None:
    wear = Wear(paper=0.9, ink=0.3, blur=0.05, bilevel=0.5, cut=cut)
    grey = wear_down(strokes(), X_HEIGHT, wear, np.random.default_rng(0))
    assert set(np.unique(grey)) == {0, 255}
    wrong = (grey == 0) != (strokes() > 0)
    assert wrong.mean() < 0.03
