"""Scans in black and white part print from paper."""

import numpy as np
import pytest

from effocr.synth.pages.wear import Cut, PageWear, scan_page


@pytest.mark.parametrize("cut", ["level", "local"])
def test_paper_stays_white_on_a_page_of_few_words(cut: Cut) -> None:
    ink, fade = np.zeros((2, 600, 400), np.uint8)
    ink[300:312, 100:140] = 255
    fade[100:200, 50:350] = 30  # a stain, or the reverse side
    wear = PageWear(bilevel=0.5, cut=cut, grain=0.06)
    scan, _ = scan_page(ink, 12.0, wear, np.random.default_rng(0), fade=fade)
    assert (scan[ink > 0] == 0).mean() > 0.9
    assert (scan[ink == 0] == 0).mean() < 0.01
