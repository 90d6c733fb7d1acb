"""Images made smaller by halves."""

import cv2
import numpy as np
import pytest

from effocr.shrink import shrink


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.4, 0.33, 0.125, 0.001])
def test_a_smaller_image_is_like_that_of_one_step(scale: float) -> None:
    rng = np.random.default_rng(0)
    grey = cv2.GaussianBlur(rng.integers(0, 256, (64, 104), dtype=np.uint8), (0, 0), 3)
    width, height = max(1, round(104 * scale)), max(1, round(64 * scale))
    direct = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    found = shrink(grey, scale)
    assert found.shape == (height, width)
    rounded = 0.5 * (1 + np.log2(1 / scale))  # a half with every halving, and once in one step
    assert np.abs(found.astype(int) - direct).mean() <= rounded


def test_halving_gives_means() -> None:
    grey = np.array([[0, 40, 200, 200, 9], [80, 120, 200, 200, 9], [9, 9, 9, 9, 9]], np.uint8)
    assert shrink(grey, 0.4).tolist() == [[60, 200]]


def test_nothing_is_made_larger() -> None:
    grey = np.zeros((3, 5), np.uint8)
    assert shrink(grey, 1.5) is grey


def test_things_stay_where_they_are_within_a_pixel_of_what_was_left_out() -> None:
    grey = np.full((4095, 401), 255, np.uint8)
    grey[4080:4090, 380:390] = 0
    small = 255.0 - shrink(grey, 1000 / 4095)
    rows, columns = small.sum(axis=1), small.sum(axis=0)
    y = (rows @ (np.arange(1000) + 0.5)) / rows.sum() * 4.095
    x = (columns @ (np.arange(98) + 0.5)) / columns.sum() * 401 / 98
    assert (x, y) == pytest.approx((385, 4085), abs=4)
