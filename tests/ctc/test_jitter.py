"""What is done to lines in training."""

import numpy as np
import pytest

from effocr.ctc.config import LineJitter
from effocr.ctc.jitter import jitter_line


def test_a_share_of_lines_stays_as_it_is() -> None:
    grey = np.full((64, 100), 255, np.uint8)
    rng = np.random.default_rng(0)
    same = jitter_line(grey, LineJitter(share=0.0), rng, widths=(16, 256))
    assert same is grey


@pytest.mark.parametrize("widths", [(16, 256), (16, 96), (120, 256)])
def test_a_changed_line_has_room_for_its_text_and_fits_its_batch(widths: tuple[int, int]) -> None:
    grey = np.full((64, 100), 230, np.uint8)
    grey[20:44, 20:80] = 20
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(20):
        changed = jitter_line(grey, LineJitter(share=1.0, stretch=0.3), rng, widths=widths)
        assert changed.dtype == np.uint8
        assert changed.shape[0] == 64
        assert widths[0] <= changed.shape[1] <= widths[1]
        assert changed[32, changed.shape[1] // 2] < 150 < changed[32, 1]
        seen.add(changed.tobytes())
    assert len(seen) == 20
