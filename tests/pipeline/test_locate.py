"""Lines in the frame that reading settles on."""

import numpy as np
import pytest

from effocr.bundle import LineShape
from effocr.frame import prepare
from effocr.localizer.arrays import BASELINE, BOTTOM, CENTRE, CHANNELS, LEFT, RIGHT, TOP, X_HEIGHT
from effocr.pipeline.engines import LocatedLine
from effocr.pipeline.locate import locate_lines

SHAPE = LineShape()
ROW, X = 25.0, 11.0  # baseline and x-height that the localizer below tells of every frame


class LowSmallLetters:
    """A localizer that sees ten letters, above the row and smaller than they are in its frame."""

    def maps(self, lines: np.ndarray) -> np.ndarray:
        maps = np.zeros((len(lines), CHANNELS, lines.shape[2] // 2), np.float32)
        maps[:, CENTRE, 4:44:4] = 0.9
        maps[:, [LEFT, RIGHT]] = 3.0
        maps[:, TOP], maps[:, BOTTOM] = ROW - X, ROW
        maps[:, BASELINE], maps[:, X_HEIGHT] = ROW, X
        return maps


def test_baseline_and_x_height_move_into_the_exact_frame_with_the_glyphs() -> None:
    grey = np.full((60, 200), 255, np.uint8)
    grey[20:40, 10:190:8] = 0
    prepared = prepare(grey, SHAPE)
    assert prepared is not None
    seen, exact = (
        locate_lines([prepared], LowSmallLetters(), SHAPE, peak_threshold=0.5, exact=exact)[0]
        for exact in (False, True)
    )
    assert exact.located.baseline == pytest.approx((SHAPE.baseline_px, 0.0), abs=1e-4)
    assert exact.located.x_height == pytest.approx(SHAPE.x_height_px)
    np.testing.assert_allclose(exact.located.boxes[:, 3], SHAPE.baseline_px, atol=1e-3)
    # On the image both stand where they stood.
    assert row_on_image(exact) == pytest.approx(row_on_image(seen))


def row_on_image(line: LocatedLine) -> float:
    assert line.located.baseline is not None
    return float(line.frame.points(np.array([[0.0, line.located.baseline[0]]]))[0, 1])
