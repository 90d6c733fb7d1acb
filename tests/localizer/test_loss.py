"""The loss against loops over single columns and glyphs."""

import math

import numpy as np
import pytest
import torch

from effocr.localizer import arrays
from effocr.localizer.config import LocalizerConfig
from effocr.localizer.loss import (
    GAP_WEIGHT,
    LENGTH_WEIGHTS,
    TargetTensors,
    centre_loss,
    gap_loss,
    localizer_loss,
)
from effocr.localizer.model import DeployedLocalizer, NativeLocalizer
from effocr.localizer.targets import LENGTHS, FrameTruth, build_targets

TRUTH = FrameTruth(
    boxes=np.array([[9, 15, 16, 28], [17, 8, 29, 28], [40, 20, 44, 34]], np.float32),
    classes=np.array([0, -1, 2]),
    words=((0, 2), (2, 3)),
    baseline=(28.0, 0.0),
    x_height=13.0,
)


def truth_tensors(*lines: FrameTruth) -> TargetTensors:
    targets = build_targets(list(lines), 32)
    names = TargetTensors.__slots__
    return TargetTensors(**{name: torch.from_numpy(getattr(targets, name)) for name in names})


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def naive_focal(logits: np.ndarray, bells: np.ndarray, glyphs: int) -> float:
    """CornerNet's equation 1, alpha 2 and beta 4, column by column."""
    total = 0.0
    for logit, bell in zip(logits.ravel().tolist(), bells.ravel().tolist(), strict=True):
        p = min(max(sigmoid(logit), 1e-5), 1 - 1e-5)
        if bell == 1:
            total -= (1 - p) ** 2 * math.log(p)
        else:
            total -= (1 - bell) ** 4 * p**2 * math.log(1 - p)
    return total / glyphs


def test_the_focal_loss_matches_a_loop_over_columns() -> None:
    rng = np.random.default_rng(0)
    truth = truth_tensors(TRUTH, TRUTH)
    logits = rng.normal(0, 4, (2, 32))
    found = centre_loss(torch.from_numpy(logits), truth.centre.double(), 6)
    assert float(found) == pytest.approx(naive_focal(logits, truth.centre.numpy(), 6), rel=1e-6)


def test_the_gap_loss_matches_a_loop_and_passes_over_columns_that_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    gap = truth_tensors(TRUTH).gap
    logits = rng.normal(0, 2, (1, 32))
    total = weights = 0.0
    for logit, target in zip(logits[0].tolist(), gap[0].tolist(), strict=True):
        if not math.isnan(target):
            weight = 3.0 if target == 1 else 1.0
            total -= weight * math.log(sigmoid(logit) if target == 1 else 1 - sigmoid(logit))
            weights += weight
    assert float(gap_loss(torch.from_numpy(logits), gap)) == pytest.approx(total / weights)


def test_the_parts_match_loops_over_glyphs() -> None:
    config = LocalizerConfig()
    rng = np.random.default_rng(2)
    raw = rng.normal(0, 1, (1, arrays.CHANNELS, 32)).astype(np.float32)
    truth = truth_tensors(TRUTH)
    logits = rng.normal(0, 1, (1, 4, 32)).astype(np.float32)
    for column in truth.column.tolist():  # a peak may be a column off: alike there
        logits[:, :, column - 1 : column + 2] = logits[:, :, column, None]
    parts = localizer_loss(
        torch.from_numpy(raw), torch.from_numpy(logits), truth, config, character_weight=0.5
    )
    # What is exported turns the same raw numbers into pixels; the loss must mean those.
    native = NativeLocalizer(config)
    native.maps.forward = lambda _: torch.from_numpy(raw)[:, :, None]  # type: ignore[method-assign]
    with torch.no_grad():
        pixels = DeployedLocalizer(native)(torch.zeros(1, 40, 64, dtype=torch.uint8)).numpy()[0]
    lengths = 0.0
    for row, column in enumerate(truth.column.tolist()):
        for place, channel in enumerate(LENGTHS):
            error = abs(float(pixels[channel, column]) - float(truth.lengths[row, place]))
            each = error**2 if error < 0.5 else error - 0.25  # smooth L1, beta 0.5
            lengths += LENGTH_WEIGHTS[channel] * each / 3
    assert float(parts["lengths"]) == pytest.approx(lengths, rel=1e-5)
    assert float(parts["gap"]) == pytest.approx(
        GAP_WEIGHT * float(gap_loss(torch.from_numpy(raw[:, arrays.GAP]), truth.gap))
    )
    characters = []
    for column, true in ((truth.column[0], 0), (truth.column[2], 2)):  # the second is not known
        row = logits[0, :, int(column)].astype(np.float64)
        log_shares = row - np.log(np.exp(row).sum())
        wanted = np.full(4, 0.05 / 4) + 0.95 * (np.arange(4) == true)  # smoothed labels
        characters.append(-(wanted * log_shares).sum())
    assert float(parts["characters"]) == pytest.approx(0.5 * np.mean(characters), rel=1e-5)


def test_the_loss_falls_towards_the_truth() -> None:
    """Raw maps moved step by step along the gradient end near no loss."""
    truth, config = truth_tensors(TRUTH), LocalizerConfig()
    raw = torch.zeros(1, arrays.CHANNELS, 32, requires_grad=True)
    optimizer = torch.optim.Adam([raw], lr=0.1)
    totals = []
    for _ in range(200):
        total = torch.stack(list(localizer_loss(raw, None, truth, config).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(total.item())
    assert totals[-1] < 0.02 * totals[0]
