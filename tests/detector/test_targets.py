"""Target maps of regions that were worked by hand."""

import numpy as np
import pytest

from effocr.detector.config import TruthConfig
from effocr.detector.targets import RegionTruth, build_targets, shrink_distance

WORD = np.array([[10, 20], [110, 20], [110, 40], [10, 40]], np.float32)
DBNET = TruthConfig(shrink_ratio=0.4)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def test_the_distance_is_that_of_dbnet() -> None:
    assert shrink_distance(WORD, 0.4) == pytest.approx(2000 * 0.84 / 240)


def test_the_kernel_of_a_word_covers_its_shrunk_box() -> None:
    targets = build_targets([RegionTruth(WORD)], (64, 128), 1, DBNET)
    rows, columns = np.nonzero(targets.kernel)
    # 7 pixels in on every side: x 17 to 103, y 27 to 33
    assert (columns.min(), columns.max() + 1) == pytest.approx((17, 103), abs=1)
    assert (rows.min(), rows.max() + 1) == pytest.approx((27, 33), abs=1)
    assert targets.kernel.sum() == pytest.approx(86 * 6, rel=0.2)
    assert set(np.unique(targets.thickness).round(3)) == {0.0, 20.0}
    assert np.array_equal(targets.thickness > 0, targets.kernel > 0)


def test_the_threshold_is_highest_on_the_outline_and_falls_over_the_distance() -> None:
    targets = build_targets([RegionTruth(WORD)], (64, 128), 1, DBNET)
    column = targets.threshold[:, 60]
    # the middle of row 20 lies half a pixel from the outline, that of row 23 half of the distance
    assert column[20] == pytest.approx(0.3 + 0.4 * (1 - 0.5 / 7), abs=1e-4)
    assert column[23] == pytest.approx(0.3 + 0.4 * (1 - 3.5 / 7), abs=1e-4)
    assert column[30] == pytest.approx(0.3, abs=1e-4)
    border = targets.border[:, 60]
    assert (np.flatnonzero(border).min(), np.flatnonzero(border).max()) == (13, 46)


def test_tight_lines_stay_apart() -> None:
    lines = [RegionTruth(box(10, 10 + 20 * i, 300, 30 + 20 * i)) for i in range(5)]
    kernel = build_targets(lines, (128, 320), 2, TruthConfig()).kernel
    starts = np.diff(kernel[:, 80], prepend=0) > 0
    assert starts.sum() == 5


def test_ignored_and_tiny_regions_count_nowhere() -> None:
    truth = TruthConfig(least_cells=4)
    regions = [RegionTruth(box(8, 8, 56, 24), ignored=True), RegionTruth(box(8, 40, 56, 47))]
    targets = build_targets(regions, (64, 64), 2, truth)
    assert not targets.kernel.any()
    assert not targets.border.any()
    assert not targets.counted[5:11, 5:27].any()
    assert not targets.counted[21:23, 5:27].any()
    assert targets.counted[30].all()


def test_a_region_cut_by_the_crop_goes_on_to_its_edge() -> None:
    kernel = build_targets([RegionTruth(box(-200, 20, 400, 40))], (64, 64), 1, TruthConfig()).kernel
    assert kernel[30].all()


def test_no_region_gives_maps_of_ground() -> None:
    targets = build_targets([], (32, 64), 2, TruthConfig())
    assert targets.kernel.shape == (16, 32)
    assert not targets.kernel.any()
    assert targets.counted.all()
