"""Upright rules of a page, and lines that a detector found across them."""

import cv2
import numpy as np
import pytest

from effocr.pipeline.column_rules import cut_at_rules, find_rules

PITCH, HEIGHT = 32, 26


def text_page(*, lean: float = 0.0, seed: int = 0) -> tuple[np.ndarray, list[np.ndarray]]:
    """Twenty rows of strokes from x = 60 to 640 on grey paper, white from 330 to 370; outlines."""
    rng = np.random.default_rng(seed)
    page = np.full((760, 700), 215, np.uint8)
    lines = []
    for top in range(60, 60 + 20 * PITCH, PITCH):
        for x in range(64, 636, 8):
            if not 326 < x < 366 and rng.random() < 0.8:
                y = round(top + lean * (x - 60))
                page[y + int(rng.integers(0, 8)) : y + 22, x : x + 3] = 50
        rise = lean * 580
        corners = [(60, top - 2), (640, top - 2 + rise), (640, top + 24 + rise), (60, top + 24)]
        lines.append(np.array(corners, np.float32))
    return page, lines


def rule(page: np.ndarray, *, lean: float = 0.0, level: int = 90, gaps: bool = False) -> None:
    """Draw a rule through the gutter, upright to the lines."""
    top, bottom = (348 + round(lean * 330), 50), (348 - round(lean * 330), 710)
    cv2.line(page, top, bottom, level, 2)
    if gaps:
        for y in range(140, 600, 150):
            page[y : y + 22, 330:366] = 215


@pytest.mark.parametrize("lean", [0.0, 0.02, -0.03])
@pytest.mark.parametrize("gaps", [False, True])
def test_lines_are_cut_at_a_rule_that_is_left_out(lean: float, gaps: bool) -> None:
    page, lines = text_page(lean=lean)
    rule(page, lean=lean, gaps=gaps)
    cut = cut_at_rules(page, lines)
    assert len(cut) == 2 * len(lines)
    for left, right in zip(cut[::2], cut[1::2], strict=True):
        assert left[:, 0].min() == 60
        assert right[:, 0].max() == 640
        x = 348 + lean * (380 - left[:, 1].mean())
        assert left[:, 0].max() < x - 1 and x + 1 < right[:, 0].min()
        assert right[:, 0].min() - left[:, 0].max() < HEIGHT / 2


def test_a_pale_rule_is_found() -> None:
    page, _ = text_page()
    rule(page, level=180)
    (found,) = find_rules(page, HEIGHT)
    assert found.x.mean() == pytest.approx(348.5, abs=1)
    assert found.y[0] < 80 and found.y[-1] > 680


def test_a_long_rule_is_found_between_letters_that_nearly_touch_it() -> None:
    page, lines = text_page()
    for top in range(60, 60 + 20 * PITCH, PITCH):
        if top % 3:  # an l before it and behind it, in two of three rows
            page[top : top + 24, 343:346] = page[top : top + 24, 351:354] = 50
    assert len(cut_at_rules(page, lines)) == len(lines)
    rule(page)
    assert len(cut_at_rules(page, lines)) == 2 * len(lines)


def test_text_without_a_rule_is_not_cut() -> None:
    page, lines = text_page()
    assert len(cut_at_rules(page, lines)) == len(lines)


def test_strokes_that_stand_below_each_other_in_text_are_no_rule() -> None:
    page, lines = text_page()
    for top in range(60, 60 + 20 * PITCH, PITCH):
        page[top : top + 24, 200:203] = 50  # an l in every row
    assert len(cut_at_rules(page, lines)) == len(lines)


def test_a_long_stroke_among_letters_is_no_rule() -> None:
    page, lines = text_page()
    for top in range(60, 60 + 20 * PITCH, PITCH):
        page[top : top + 26, 193:198] = page[top : top + 26, 205:210] = 50
    page[60 : 60 + 8 * PITCH, 200:203] = 50
    assert find_rules(page, HEIGHT) == []
    assert len(cut_at_rules(page, lines)) == len(lines)


def test_a_headline_in_a_gap_of_a_rule_is_not_cut() -> None:
    page, lines = text_page()
    rule(page)
    first, last = 60 + 8 * PITCH, 60 + 10 * PITCH
    page[first - 8 : last + 30, 326:370] = 215
    for top in range(first, last + 1, PITCH):
        page[top : top + 22, 328:368:8] = 50
    cut = cut_at_rules(page, lines)
    middle = first + PITCH + 11
    (whole,) = (one for one in cut if one[:, 1].min() < middle < one[:, 1].max())
    assert np.ptp(whole[:, 0]) == 580
    assert len(cut) > 1.7 * len(lines)


def test_a_digit_behind_a_rule_is_not_lost() -> None:
    page, lines = text_page()
    rule(page)
    page[:, 356:] = 215
    for line in lines:
        line[1:3, 0] = 372
    cut = cut_at_rules(page, lines)
    assert len(cut) == 2 * len(lines)
    assert max(one[:, 0].max() for one in cut) == 372


@pytest.mark.parametrize(("slope", "x"), [(0.05, 940), (-0.05, 60)])
def test_a_leaning_rule_near_the_side_of_a_page_is_found(slope: float, x: int) -> None:
    page = np.full((2000, 1000), 215, np.uint8)
    cv2.line(page, (round(x + slope * 950), 50), (round(x - slope * 950), 1950), 60, 2)
    (found,) = find_rules(page, HEIGHT, slope)
    assert found.x.mean() == pytest.approx(x + 0.5, abs=1.5)
    assert (found.y[0], found.y[-1]) == pytest.approx((50, 1950), abs=10)


def test_the_edge_of_a_picture_is_no_rule() -> None:
    page, lines = text_page()
    page[40:720, 300:400] = 40
    assert find_rules(page, HEIGHT) == []
    assert len(cut_at_rules(page, lines)) == len(lines)


def test_a_line_that_ends_just_behind_a_rule_ends_at_it() -> None:
    page, lines = text_page()
    rule(page)
    short = lines[5].copy()
    short[1:3, 0] = 356
    *_, last = cut_at_rules(page, [*lines[:5], short])
    assert last[:, 0].max() == pytest.approx(348 - 0.12 * HEIGHT, abs=1.5)


def test_a_rule_cuts_only_lines_beside_it() -> None:
    page, lines = text_page()
    rule(page)
    page[50 : 60 + 8 * PITCH, 340:356] = 215  # the upper eight lines have none
    assert len(cut_at_rules(page, lines)) == 8 + 2 * 12


@pytest.mark.parametrize("shape", [(0, 0), (10, 700), (700, 10), (40, 40)])
def test_tiny_pages_have_no_rules(shape: tuple[int, int]) -> None:
    assert find_rules(np.full(shape, 200, np.uint8), HEIGHT) == []
