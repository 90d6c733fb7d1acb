"""Areas, perimeters and offsets of polygons."""

import numpy as np
import pytest

from effocr.detector.polygons import area_and_perimeter, offset_polygon, short_side

BOX = np.array([[10, 20], [110, 20], [110, 40], [10, 40]], np.float32)


def test_a_box_of_100_by_20() -> None:
    assert area_and_perimeter(BOX) == pytest.approx((2000, 240))
    assert short_side(BOX) == pytest.approx(20)


def test_the_short_side_of_a_bent_band_is_its_height() -> None:
    x = np.linspace(0, 300, 61)
    y = 15 * np.sin(x / 60)
    upper = np.stack((x, y), axis=1)
    band = np.concatenate((upper, np.stack((x, y + 12), axis=1)[::-1])).astype(np.float32)
    assert short_side(band) == pytest.approx(12, rel=0.1)


def test_a_word_shrinks_to_what_the_formula_of_dbnet_gives() -> None:
    # D = 2000 (1 - 0.16) / 240 = 7: 100 x 20 becomes 86 x 6
    (shrunk,) = offset_polygon(BOX, -7)
    assert np.ptp(shrunk, axis=0) == pytest.approx((86, 6), abs=0.02)
    (grown,) = offset_polygon(shrunk, 7)
    assert np.ptp(grown, axis=0) == pytest.approx((100, 20), abs=0.02)


def test_what_has_no_area_or_is_shrunk_away_is_empty() -> None:
    assert offset_polygon(BOX, -11) == []
    assert offset_polygon(np.array([[0, 0], [5, 0], [9, 0]], np.float32), 1) == []


def test_a_polygon_that_crosses_itself_is_taken_apart() -> None:
    bow = np.array([[0, 0], [40, 40], [40, 0], [0, 40]], np.float32)
    assert len(offset_polygon(bow, -2)) == 2
