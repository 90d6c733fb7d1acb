"""Printers of tills take ink away and add none."""

import numpy as np

from effocr.synth.pages.printers import print_by_heat, print_by_needles

SOLID = np.full((200, 300), 255, np.uint8)


def test_needles_leave_nine_dots_from_top_to_bottom_of_a_line() -> None:
    for seed in range(5):
        printed = print_by_needles(np.random.default_rng(seed), SOLID, x_height=36.0)
        rows = printed.max(axis=1).astype(int)
        peaks = np.flatnonzero((rows[1:-1] > rows[:-2]) & (rows[1:-1] >= rows[2:]))
        line = 72  # pixels, two heights of x
        assert 9 / 1.3 - 1 < line / np.diff(peaks).mean() < 9 / 0.8 + 1
        assert printed.max() <= 255
        assert printed.min() < printed.max()


def test_paper_stays_without_ink() -> None:
    ink = np.where(np.arange(300) % 2 == 0, SOLID, 0).astype(np.uint8)
    for print_ in (print_by_needles, print_by_heat):
        printed = print_(np.random.default_rng(0), ink, 9.0)
        assert (printed <= ink).all()
        assert printed.any()


def test_heat_changes_slowly() -> None:
    printed = print_by_heat(np.random.default_rng(3), SOLID, 6.0).astype(int)
    assert np.abs(np.diff(printed, axis=0)).max() <= 4
    assert np.abs(np.diff(printed, axis=1)).max() <= 4
    assert printed.min() >= 0.35 * 255 - 1
    assert np.ptp(printed) > 10
