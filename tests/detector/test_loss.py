"""The loss on maps whose value is known."""

import math

import pytest
import torch

from effocr.detector.loss import (
    balanced_cross_entropy,
    binarise,
    dice_loss,
    masked_l1,
    thickness_loss,
)


def test_cross_entropy_takes_all_positives_and_the_hardest_negatives() -> None:
    logit = torch.tensor([[[0.0, 2.0, -1.0, -3.0, 1.0]]])
    kernel = torch.tensor([[[1.0, 0.0, 0.0, 0.0, 0.0]]])
    counted = torch.tensor([[[1.0, 1.0, 1.0, 1.0, 0.0]]])
    found = balanced_cross_entropy(logit, kernel, counted, hard_negatives=2)
    positive = math.log(2)
    negatives = math.log(1 + math.exp(2)), math.log(1 + math.exp(-1))
    assert found.item() == pytest.approx((positive + sum(negatives)) / 3, rel=1e-4)


def test_cross_entropy_learns_from_a_page_without_text_too() -> None:
    logit = torch.zeros(1, 10, 20, requires_grad=True)
    ground = torch.zeros(1, 10, 20)
    loss = balanced_cross_entropy(logit, ground, torch.ones(1, 10, 20), hard_negatives=3)
    assert loss.item() == pytest.approx(math.log(2), rel=1e-4)
    loss.backward()
    assert logit.grad is not None
    assert (logit.grad > 0).sum() == 2  # a hundredth of the cells


def test_nothing_that_counts_gives_zero() -> None:
    nothing = torch.zeros(1, 4, 4)
    assert balanced_cross_entropy(nothing, nothing, nothing, hard_negatives=3).item() == 0
    assert masked_l1(nothing, nothing, nothing).item() == 0
    assert thickness_loss(nothing, nothing, nothing, 20.0).item() == 0


def test_dice_of_half_the_cells() -> None:
    kernel = torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    found = torch.tensor([[[1.0, 0.0, 1.0, 1.0]]])
    counted = torch.tensor([[[1.0, 1.0, 1.0, 0.0]]])
    assert dice_loss(found, kernel, counted).item() == pytest.approx(1 - 2 * 1 / 4)
    assert dice_loss(kernel, kernel, counted).item() == pytest.approx(0, abs=1e-5)


def test_binarisation_is_steep_around_the_threshold() -> None:
    probability = torch.tensor([0.3, 0.5, 0.6])
    found = binarise(probability, torch.full((3,), 0.5))
    assert found.tolist() == pytest.approx(
        [1 / (1 + math.exp(10)), 0.5, 1 / (1 + math.exp(-5))], rel=1e-4
    )


def test_threshold_counts_on_borders_only() -> None:
    found = masked_l1(
        torch.tensor([[[0.5, 0.1]]]), torch.tensor([[[0.7, 0.9]]]), torch.tensor([[[1.0, 0.0]]])
    )
    assert found.item() == pytest.approx(0.2, rel=1e-4)


def test_thickness_counts_by_its_logarithm_on_kernels_only() -> None:
    logarithm = torch.tensor([[[0.0, math.log(2), 5.0]]])
    thickness = torch.tensor([[[40.0, 40.0, 0.0]]])
    found = thickness_loss(logarithm, thickness, torch.ones(1, 1, 3), 20.0)
    assert found.item() == pytest.approx((math.log(2) - 0.05) / 2, rel=1e-4)
