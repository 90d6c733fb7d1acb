"""Windows of glyphs whose boxes are known, and the cutter that reading uses."""

import numpy as np
import pytest

from effocr.bundle import WindowShape
from effocr.errors import BundleError, TrainingError
from effocr.geometry import Affine
from effocr.localizer.arrays import CHANNELS, Located
from effocr.pipeline.cutters import WindowCutter
from effocr.pipeline.engines import LocatedLine
from effocr.pipeline.windows import cut_known, window_source
from effocr.recognizer.arrays import cut_windows
from effocr.recognizer.sources import LabelledFrame


class Echo:
    """Two features: every second pixel of two rows."""

    def maps(self, lines: np.ndarray) -> np.ndarray:
        blank = np.zeros((len(lines), CHANNELS, lines.shape[2] // 2), np.float32)
        return np.concatenate((blank, lines[:, 3:5, ::2].astype(np.float32)), axis=1)


def frames(rng: np.random.Generator) -> list[LabelledFrame]:
    found = []
    for width in (64, 100, 64):
        pixels = rng.integers(0, 256, (40, width)).astype(np.uint8)
        boxes = np.array([[4, 0, 12, 40], [30, 0, 33, 40]], np.float32)
        found.append(LabelledFrame(pixels, boxes, ("a", "b")))
    return found


def test_features_of_each_frame_are_cut_at_its_own_boxes() -> None:
    lines = frames(np.random.default_rng(0))
    shape = WindowShape(channels=2, columns=3)
    found = cut_known(lines, Echo(), shape)
    for line, windows in zip(lines, found, strict=True):
        for (x0, _, x1, _), window in zip(line.boxes.tolist(), windows, strict=True):
            middle = int((x0 + x1) / 2 // 2)
            expected = line.pixels[3:5, ::2][:, middle - 1 : middle + 2]
            np.testing.assert_array_equal(window, expected)
    assert window_source(lines, Echo(), shape).labels == ["a", "b"] * 3


def test_features_of_another_localizer_are_refused() -> None:
    lines, shape = frames(np.random.default_rng(0)), WindowShape(channels=7)
    with pytest.raises(TrainingError, match=r"gives 2 features.*looks at 7"):
        cut_known(lines, Echo(), shape)
    located = Located(lines[0].boxes, np.ones(2, np.float32), np.zeros(2, np.float32), None, 0.0)
    line = LocatedLine(lines[0].pixels, Affine.identity(), lines[0].pixels, located)
    with pytest.raises(BundleError, match="looks at 7 features"):
        WindowCutter(shape).cut(line)


def test_the_cutter_cuts_what_the_localizer_saw() -> None:
    rng = np.random.default_rng(0)
    shape = WindowShape(channels=2, columns=3)
    boxes, features = frames(rng)[0].boxes, rng.normal(size=(2, 32)).astype(np.float32)
    located = Located(boxes, np.ones(2, np.float32), np.zeros(2, np.float32), None, 0.0)
    pixels = np.full((40, 64), 255, np.uint8)
    maps = np.concatenate((np.zeros((CHANNELS, 32), np.float32), features))
    line = LocatedLine(pixels, Affine.identity(), pixels, located, maps)
    expected = cut_windows(features, boxes, shape)
    np.testing.assert_array_equal(WindowCutter(shape).cut(line), expected)
