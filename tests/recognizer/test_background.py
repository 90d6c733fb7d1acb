"""Ordinary lines that a model keeps."""

from pathlib import Path

import numpy as np
import pytest

from effocr.errors import BundleError
from effocr.recognizer.background import Background


def test_lines_come_back_in_sixteen_levels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = tuple(rng.integers(0, 256, (40, width)).astype(np.uint8) for width in (31, 64, 17))
    Background(frames).save(tmp_path / "background.npz")
    found = Background.load(tmp_path / "background.npz", 40).frames
    assert [frame.shape for frame in found] == [frame.shape for frame in frames]
    for one, other in zip(found, frames, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 8
        assert set(np.unique(one).tolist()) <= set(range(0, 256, 17))


def test_what_is_no_background_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "background.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(BundleError, match="not the background"):
        Background.load(path, 40)
    Background((np.zeros((40, 8), np.uint8),)).save(path)
    with pytest.raises(BundleError, match="not 48 high"):
        Background.load(path, 48)
