"""Images made smaller by halves."""

import cv2
import numpy as np
import pytest

from effocr.shrink import shrink


@pytest.mark.parametrize(("width", "height"), [(100, 60), (50, 30), (40, 24), (37, 21), (12, 7)])
def test_a_smaller_image_is_like_that_of_one_step(width: int, height: int) -> None:
    rng = np.random.default_rng(0)
    grey = cv2.GaussianBlur(rng.integers(0, 256, (61, 101), dtype=np.uint8), (0, 0), 3)
    direct = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    found = shrink(grey, width, height)
    assert found.shape == (height, width)
    assert np.abs(found.astype(int) - direct).mean() < 4


def test_halving_gives_means() -> None:
    grey = np.array([[0, 40, 200, 200, 9], [80, 120, 200, 200, 9], [9, 9, 9, 9, 9]], np.uint8)
    assert shrink(grey, 2, 1).tolist() == [[60, 200]]


def test_an_image_of_that_size_is_given_back() -> None:
    grey = np.zeros((3, 5), np.uint8)
    assert shrink(grey, 5, 3) is grey
