"""Loss of the detector, after DBNet (Liao et al. 2020, arXiv 1911.08947): cross-entropy with hard
negatives (or Dice) on the probability, L1 on the threshold, Dice on the differentiable
binarisation; and smooth L1 on the logarithm of the thickness."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "SHARPNESS",
    "TargetTensors",
    "balanced_cross_entropy",
    "binarise",
    "dice_loss",
    "masked_l1",
    "thickness_loss",
]

SHARPNESS: Final = 50.0  # k of the differentiable binarisation
LITTLE: Final = 1e-6
BETA: Final = 0.1  # logarithm of the thickness up to which the loss is square


@dataclass(frozen=True, slots=True)
class TargetTensors:
    """`effocr.detector.targets.Targets` of a batch, each [n, height, width] float32."""

    kernel: Tensor
    counted: Tensor
    threshold: Tensor
    border: Tensor
    thickness: Tensor


def balanced_cross_entropy(
    logit: Tensor, kernel: Tensor, counted: Tensor, *, hard_negatives: float
) -> Tensor:
    """Mean cross-entropy of all positives and of the hardest negatives.

    Args:
        logit: [n, height, width].
        kernel: the same, 0 or 1.
        counted: the same, 0 where neither counts.
        hard_negatives: how many for one positive; where nothing is positive as many as there are
            cells in a hundredth of the batch.
    """
    each = functional.binary_cross_entropy_with_logits(logit, kernel, reduction="none")
    positive, negative = kernel * counted, (1 - kernel) * counted
    positives = positive.sum()
    least = logit.numel() / 100
    wanted = int(torch.clamp(positives * hard_negatives, min=least).item())
    count = min(wanted, int(negative.sum().item()))
    hardest = (each * negative).flatten().topk(count).values
    total: Tensor = ((each * positive).sum() + hardest.sum()) / (positives + count + LITTLE)
    return total


def dice_loss(probability: Tensor, kernel: Tensor, counted: Tensor) -> Tensor:
    """1 - 2 |P K| / (|P| + |K|) over what counts; all [n, height, width]."""
    common = (probability * kernel * counted).sum()
    both = (probability * counted).sum() + (kernel * counted).sum()
    return 1 - 2 * common / (both + LITTLE)


def binarise(probability: Tensor, threshold: Tensor) -> Tensor:
    """B = 1 / (1 + exp(-k (P - T)))."""
    return torch.sigmoid(SHARPNESS * (probability - threshold))


def masked_l1(threshold: Tensor, wanted: Tensor, border: Tensor) -> Tensor:
    """Mean absolute difference where `border` is 1; all [n, height, width]."""
    return ((threshold - wanted).abs() * border).sum() / (border.sum() + LITTLE)


def thickness_loss(logarithm: Tensor, thickness: Tensor, counted: Tensor, usual: float) -> Tensor:
    """Mean smooth L1 of the logarithm over kernels.

    Args:
        logarithm: [n, height, width], of the thickness over the usual one.
        thickness: the same, pixels, 0 off kernels.
        counted: the same, 0 where it does not count.
        usual: pixels.
    """
    weight = counted * (thickness > 0)
    wanted = torch.log(torch.where(thickness > 0, thickness, usual) / usual)
    each = functional.smooth_l1_loss(logarithm, wanted, beta=BETA, reduction="none")
    return (each * weight).sum() / (weight.sum() + LITTLE)
