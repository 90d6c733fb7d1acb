"""Maps that were drawn by hand, decoded."""

import cv2
import numpy as np
import pytest

from effocr.detector.arrays import decode
from effocr.detector.config import Look

LOOK = Look(map_stride=2)


def maps_of(
    kernels: list[np.ndarray], shape: tuple[int, int], *, thickness: float, probability: float = 0.9
) -> np.ndarray:
    """Maps [2, height, width] with kernels in cells."""
    maps = np.zeros((2, *shape), np.float32)
    for kernel in kernels:
        points = np.round((kernel - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(maps[0], [points], probability, shift=4)
        cv2.fillPoly(maps[1], [points], thickness, shift=4)
    return maps


def level(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    # OpenCV fills the cells that the outline touches: half a cell beyond it
    corners = [
        [x0 + 0.5, y0 + 0.5],
        [x1 - 0.5, y0 + 0.5],
        [x1 - 0.5, y1 - 0.5],
        [x0 + 0.5, y1 - 0.5],
    ]
    return np.array(corners, np.float32)


def test_a_level_kernel_grows_to_its_line() -> None:
    # a line of 200 x 20 pixels at (20, 40), 6 pixels in: 94 x 4 cells at (13, 23)
    found = decode(maps_of([level(13, 23, 107, 27)], (60, 130), thickness=20), LOOK)
    (polygon,) = found.polygons
    assert polygon == pytest.approx(np.array([[20, 40], [220, 40], [220, 60], [20, 60]]), abs=0.6)
    assert found.scores == pytest.approx([0.9], abs=1e-5)


def test_a_turned_kernel_gives_a_turned_box_that_begins_at_its_upper_left() -> None:
    turn = np.deg2rad(15)
    along, across = np.array((np.cos(turn), np.sin(turn))), np.array((-np.sin(turn), np.cos(turn)))
    middle = np.array((75.0, 60.0))
    corners = [
        middle + x * 50 * along + y * 2 * across for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    maps = maps_of([np.array(corners, np.float32)], (120, 150), thickness=24)
    (polygon,) = decode(maps, LOOK).polygons
    upper = polygon[1] - polygon[0]
    assert np.rad2deg(np.arctan2(upper[1], upper[0])) == pytest.approx(15, abs=1.5)
    assert np.hypot(*(polygon[3] - polygon[0])) == pytest.approx(24, abs=1.5)
    assert polygon.mean(axis=0) == pytest.approx(2 * middle, abs=1)


def test_a_bent_kernel_gives_a_band_that_follows_it() -> None:
    x = np.linspace(10, 190, 60)
    y = 40 + 12 * np.cos((x - 100) / 60)
    upper = np.stack((x, y - 2), axis=1)
    kernel = np.concatenate((upper, np.stack((x, y + 2), axis=1)[::-1])).astype(np.float32)
    maps = maps_of([kernel], (80, 200), thickness=22)
    (band,) = decode(maps, LOOK).polygons
    half = len(band) // 2
    assert half > 5
    spine = (band[:half] + band[half:][::-1]) / 2
    inner = spine[(spine[:, 0] > 30) & (spine[:, 0] < 370)]
    expected = 2 * (40 + 12 * np.cos((inner[:, 0] / 2 - 100) / 60))
    assert inner[:, 1] == pytest.approx(expected, abs=2.5)
    heights = np.hypot(*(band[:half] - band[half:][::-1]).T)
    assert heights == pytest.approx(np.full(half, 22.0), abs=2.5)
    straight = decode(maps, LOOK.model_copy(update={"shape": "box"})).polygons[0]
    assert len(straight) == 4


def test_lines_as_near_as_newspapers_stay_two() -> None:
    found = decode(
        maps_of([level(5, 10, 90, 13), level(5, 18, 90, 21)], (40, 100), thickness=18), LOOK
    )
    assert len(found.polygons) == 2
    first, second = found.polygons
    assert first[:, 1].max() < second[:, 1].mean()


def test_what_is_unsure_or_a_speck_is_left_out() -> None:
    maps = maps_of([level(5, 10, 90, 13)], (40, 100), thickness=18, probability=0.5)
    maps[0, 30, 30] = 0.95
    assert decode(maps, LOOK).polygons == ()
    assert len(decode(maps, LOOK.model_copy(update={"box_threshold": 0.4})).polygons) == 1


def test_an_empty_map_has_no_regions() -> None:
    found = decode(np.zeros((2, 40, 100), np.float32), LOOK)
    assert found.polygons == ()
    assert found.scores.shape == (0,)


def test_without_thickness_the_unclip_ratio_of_dbnet_counts() -> None:
    # 86 x 6 unclips by 516 x 1.5 / 184 = 4.2 to 94.4 x 14.4
    maps = maps_of([level(20, 30, 106, 36)], (60, 130), thickness=0)[:1]
    look = Look(map_stride=1)
    (polygon,) = decode(maps, look).polygons
    assert np.ptp(polygon, axis=0) == pytest.approx((94.4, 14.4), abs=0.5)


def test_a_narrow_glyph_alone_is_level_and_a_column_is_not() -> None:
    glyph = decode(maps_of([level(20, 20, 22, 28)], (160, 60), thickness=8), LOOK).polygons[0]
    column = decode(maps_of([level(20, 20, 24, 140)], (160, 60), thickness=18), LOOK).polygons[0]
    assert abs(glyph[1] - glyph[0])[0] < abs(glyph[3] - glyph[0])[1]  # its upper edge is short
    assert abs(glyph[1] - glyph[0])[1] < 1
    assert abs(column[1] - column[0])[1] > 200  # the edge runs down
