"""Points go where pixels go."""

import cv2
import numpy as np
import pytest

from effocr.synth.pages.warp import Warp, draw_warp, warp_ink, warp_points


@pytest.mark.parametrize(
    "warp",
    [
        Warp(size=(300, 400)),
        Warp(size=(300, 400), angle=2.5),
        Warp(size=(300, 400), bend=14, gutter=1, tilt=0.5),
        Warp(size=(300, 400), angle=-1.5, bend=-10, reach=0.2, wave=3, phase=1),
    ],
)
def test_points_move_as_the_ink_does(warp: Warp) -> None:
    places = np.array([(20, 30), (150, 200), (280, 60), (260, 380), (15, 350)])
    for place in places:
        sheet = np.zeros((400, 300), np.uint8)
        cv2.circle(sheet, (int(place[0]), int(place[1])), 5, 255, -1)
        rows, columns = np.nonzero(warp_ink(sheet, warp) > 127)
        found = np.array([columns.mean(), rows.mean()])
        assert np.abs(warp_points([place], warp)[0] - found).max() < 0.8


def test_level_pages_stay_level() -> None:
    warp = draw_warp(np.random.default_rng(0), (100, 100), skewed=0, steepest=3, curved=0)
    assert warp.angle == 0
    assert not warp.bent
