"""Both networks as one, and the loss that draws glyphs to rows."""

import math

import numpy as np
import pytest
import torch

from effocr.bundle import WindowShape
from effocr.learn.finetune.net import TEMPERATURE, ReadingNet, RetrievalLoss
from effocr.localizer.config import LocalizerConfig
from effocr.localizer.model import NativeLocalizer
from effocr.recognizer.arrays import cut_windows
from effocr.recognizer.windownet import WindowNet

CHANNELS, COLUMNS = 8, 3


@pytest.fixture
def net() -> ReadingNet:
    torch.manual_seed(0)
    config = LocalizerConfig(
        stem_channels=4, middle_channels=4, deep_channels=8, column_channels=CHANNELS,
        column_dilations=(1,),
    )  # fmt: skip
    encoder = WindowNet(channels=CHANNELS, columns=COLUMNS, hidden=8, embedding_size=4)
    return ReadingNet(NativeLocalizer(config, characters=5), encoder, columns=COLUMNS)


def test_embeddings_are_those_of_the_windows_that_reading_cuts(net: ReadingNet) -> None:
    net.eval()
    lines = torch.randint(0, 256, (2, 40, 64), dtype=torch.uint8)
    line, column = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 5, 31, 12])
    with torch.no_grad():
        raw, logits, embeddings = net(lines, line, column)
        features = net.localizer.look(lines).squeeze(2).numpy()
    assert raw.shape == (2, 8, 32)
    assert logits.shape == (2, 5, 32)
    middle = (2 * column + 1).numpy().astype(np.float32)
    boxes = np.stack((middle - 3, middle, middle + 3, middle), axis=1)
    shape = WindowShape(channels=CHANNELS, columns=COLUMNS)
    cut = [cut_windows(features[n], boxes[[g]], shape) for g, n in enumerate(line.tolist())]
    with torch.no_grad():
        expected = net.encoder(torch.from_numpy(np.concatenate(cut)))
    np.testing.assert_allclose(embeddings.numpy(), expected.numpy(), atol=1e-5)


def test_the_normalisation_does_not_learn(net: ReadingNet) -> None:
    before = {name: value.clone() for name, value in net.named_buffers()}
    net.train()
    net(torch.randint(0, 256, (2, 40, 64), dtype=torch.uint8), torch.tensor([0]), torch.tensor([3]))
    assert net.training
    assert all(torch.equal(value, before[name]) for name, value in net.named_buffers())


def test_a_glyph_is_drawn_to_the_rows_of_its_character() -> None:
    # Two rows of class 0 along x, one of class 1 along y; the glyph lies along x.
    rows = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    loss = RetrievalLoss(rows, np.array([0, 0, 1]), np.ones(3, bool))
    glyph, near = torch.tensor([[1.0, 0.0]]), math.exp(1 / TEMPERATURE)
    right = float(loss(glyph, torch.tensor([0]), collection=False))
    wrong = float(loss(glyph, torch.tensor([1]), collection=False))
    assert right == pytest.approx(-math.log(2 * near / (2 * near + 1)), abs=1e-6)
    assert wrong == pytest.approx(math.log(2 * near + 1), rel=1e-5)


def test_rows_of_the_collection_count_on_its_own_lines_only() -> None:
    rows = np.array([[1, 0], [0, 1]], np.float32)
    loss = RetrievalLoss(rows, np.array([0, 1]), np.array([True, False]))
    glyph = torch.tensor([[0.0, 1.0]])
    assert float(loss(glyph, torch.tensor([1]), collection=True)) < 1e-6
    assert float(loss(glyph, torch.tensor([1]), collection=False)) == 0.0  # no row of it counts
    assert float(loss(glyph, torch.tensor([0]), collection=False)) == pytest.approx(0.0)


def test_glyphs_without_a_class_count_nothing() -> None:
    loss = RetrievalLoss(np.eye(2, dtype=np.float32), np.array([0, 1]), np.ones(2, bool))
    glyphs = torch.tensor([[1.0, 0.0], [1.0, 0.0]], requires_grad=True)
    both = loss(glyphs, torch.tensor([0, -1]), collection=True)
    alone = loss(glyphs[:1], torch.tensor([0]), collection=True)
    assert both.item() == pytest.approx(alone.item())
    none = loss(glyphs, torch.tensor([-1, -1]), collection=True)
    none.backward()
    assert none.item() == 0.0
