"""Images made smaller by halves."""

import cv2
import numpy as np
import pytest

from effocr.shrink import shrink


@pytest.mark.parametrize(("width", "height"), [(104, 64), (52, 32), (40, 24), (37, 21), (13, 8)])
def test_a_smaller_image_is_like_that_of_one_step(width: int, height: int) -> None:
    rng = np.random.default_rng(0)
    grey = cv2.GaussianBlur(rng.integers(0, 256, (64, 104), dtype=np.uint8), (0, 0), 3)
    direct = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    found = shrink(grey, width, height)
    assert found.shape == (height, width)
    assert np.abs(found.astype(int) - direct).mean() < 1


def test_halving_gives_means() -> None:
    grey = np.array([[0, 40, 200, 200, 9], [80, 120, 200, 200, 9], [9, 9, 9, 9, 9]], np.uint8)
    assert shrink(grey, 2, 1).tolist() == [[60, 200]]


def test_an_image_of_that_size_is_given_back() -> None:
    grey = np.zeros((3, 5), np.uint8)
    assert shrink(grey, 5, 3) is grey


def test_things_stay_where_they_are_within_a_pixel_of_what_was_left_out() -> None:
    grey = np.full((4095, 401), 255, np.uint8)
    grey[4080:4090, 380:390] = 0
    small = 255.0 - shrink(grey, 100, 1000)
    rows, columns = small.sum(axis=1), small.sum(axis=0)
    y = (rows @ (np.arange(1000) + 0.5)) / rows.sum() * 4.095
    x = (columns @ (np.arange(100) + 0.5)) / columns.sum() * 4.01
    assert (x, y) == pytest.approx((385, 4085), abs=4)
