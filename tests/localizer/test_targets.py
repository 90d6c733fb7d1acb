"""Targets must decode into the boxes that they were made from."""

import numpy as np
import pytest

from effocr.localizer import arrays
from effocr.localizer.arrays import GAP_THRESHOLD, decode, spaces_before
from effocr.localizer.targets import LENGTHS, FrameTruth, build_targets

TRUTH = FrameTruth(
    boxes=np.array([[9, 15, 16, 28], [17, 8, 29, 28], [40, 20, 44, 34]], np.float32),
    classes=np.array([0, 1, 2]),
    words=((0, 2), (2, 3)),
    baseline=(28.0, 0.0),
    x_height=13.0,
)


def as_maps(truth: FrameTruth, columns: int) -> np.ndarray:
    targets = build_targets([truth], columns)
    maps = np.zeros((arrays.CHANNELS, columns), np.float32)
    maps[arrays.CENTRE] = targets.centre[0]
    maps[arrays.GAP] = np.nan_to_num(targets.gap[0])
    for place, channel in enumerate(LENGTHS):
        maps[channel, targets.column] = targets.lengths[:, place]
    return maps


def test_decoding_the_targets_gives_the_truth_back() -> None:
    located = decode(as_maps(TRUTH, 32), width=64, peak_threshold=0.3)
    assert located.boxes == pytest.approx(TRUTH.boxes, abs=1e-4)
    assert spaces_before(located, GAP_THRESHOLD).tolist() == [False, False, True]
    assert located.x_height == pytest.approx(13.0)


def test_gaps_do_not_matter_outside_of_the_line() -> None:
    gap = build_targets([TRUTH], 32).gap[0]
    assert np.isnan(gap[:4]).all() and np.isnan(gap[22:]).all()
    assert gap[13:21].tolist() == [0, 1, 1, 1, 1, 1, 1, 0]


def test_every_centre_is_exactly_one() -> None:
    targets = build_targets([TRUTH, TRUTH], 32)
    assert (targets.centre[targets.line, targets.column] == 1).all()
    assert targets.line.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_line_without_glyphs_has_no_centres() -> None:
    empty = FrameTruth(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), (), (28.0, 0.0), 13.0)
    targets = build_targets([empty], 16)
    assert not targets.centre.any()
    assert not len(targets.line)
