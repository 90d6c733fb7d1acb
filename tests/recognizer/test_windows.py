"""Windows of features, and the network that looks at them."""

import numpy as np
import pytest
import torch

from effocr.bundle import WindowShape
from effocr.errors import TrainingError
from effocr.recognizer.arrays import cut_windows
from effocr.recognizer.config import EncoderConfig
from effocr.recognizer.model import build_encoder
from effocr.recognizer.sources import WindowSource


def test_windows_are_the_columns_around_the_middle_of_each_box() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(5, 40)).astype(np.float32)
    boxes = np.array([[0, 3, 2, 9], [9, 0, 16, 30], [70, 1, 79, 8], [90, 0, 99, 9]], np.float32)
    found = cut_windows(features, boxes, WindowShape(channels=5, columns=3))
    assert (found.shape, found.dtype) == ((4, 5, 3), np.float32)
    for window, (x0, _, x1, _) in zip(found, boxes.tolist(), strict=True):
        middle = min(int((x0 + x1) / 2 // 2), 39)  # two pixels a column; the last is 39
        for place, column in enumerate((middle - 1, middle, middle + 1)):
            inside = 0 <= column < 40
            expected = features[:, column] if inside else np.zeros(5)
            np.testing.assert_array_equal(window[:, place], expected)


def test_no_boxes_are_no_windows() -> None:
    shape = WindowShape(channels=5, columns=3)
    found = cut_windows(np.ones((5, 9), np.float32), np.zeros((0, 4), np.float32), shape)
    assert found.shape == (0, 5, 3)


def test_the_window_net_gives_unit_length_and_sees_every_column() -> None:
    torch.manual_seed(0)
    config = EncoderConfig(window=WindowShape(channels=4, columns=3), embedding_size=8, hidden=6)
    network = build_encoder(config).eval()
    windows = torch.rand(5, 4, 3, requires_grad=True)
    found = network(windows)
    assert found.shape == (5, 8)
    assert torch.allclose(found.norm(dim=1), torch.ones(5), atol=1e-5)
    found[:, 0].sum().backward()
    assert windows.grad is not None
    assert (windows.grad.abs().sum(dim=(0, 1)) > 0).all()


def test_a_source_of_windows_gives_back_what_it_was_given() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(n, 4, 3)).astype(np.float32) for n in (2, 3)]
    source = WindowSource(parts, "abcde")
    found = source.batch(rng, np.array([4, 0]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.concatenate(parts)[[4, 0]], rtol=2e-3)
    assert [source.labels[i] for i in (4, 0)] == ["e", "a"]
    with pytest.raises(TrainingError, match="no glyphs"):
        WindowSource([], [])


def test_windows_have_a_middle_column() -> None:
    with pytest.raises(ValueError, match="must be odd"):
        WindowShape(channels=4, columns=2)
