"""Thresholds of an exported detector are chosen on pages kept aside."""

from pathlib import Path

import numpy as np
import pytest

from effocr.detector.config import Look
from effocr.detector.pages import LearntPage
from effocr.export.detector import choose_look


@pytest.mark.parametrize(("bridge", "chosen"), [(0.25, {0.3, 0.4, 0.5}), (0.35, {0.4, 0.5}),
                                                (0.45, {0.5})])  # fmt: skip
def test_words_that_a_weak_bridge_joins_are_parted_by_the_threshold(
    bridge: float, chosen: set[float]
) -> None:
    maps = np.zeros((2, 320, 480), np.float32)
    maps[0, 100:110, 40:420] = bridge
    maps[0, 100:110, 40:200] = maps[0, 100:110, 260:420] = 0.9
    maps[1] = 20.0
    boxes = [(80, 200, 400, 220), (520, 200, 840, 220)]
    polygons = [
        np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), np.float32) for x0, y0, x1, y1 in boxes
    ]
    blank = np.full((640, 960), 255, np.uint8)
    page = LearntPage(blank, Path(), 1.0, polygons, [False, False], 20.0, lambda _: blank)
    look, reached = choose_look(lambda _: maps, [page], Look())
    assert look.binary_threshold in chosen
    assert reached == {"precision": 1.0, "recall": 1.0, "hmean": 1.0}


def test_without_pages_the_look_stays() -> None:
    assert choose_look(lambda page: page, [], Look(binary_threshold=0.45)) == (
        Look(binary_threshold=0.45),
        {},
    )
