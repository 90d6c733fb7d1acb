"""Loss of the native localizer: penalty-reduced focal loss on centres (CornerNet, arXiv 1808.01244;
CenterNet, arXiv 1904.07850), L1 on lengths, cross-entropy on gaps and on the auxiliary
characters."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from effocr.localizer import arrays
from effocr.localizer.config import LocalizerConfig
from effocr.localizer.model import unit_tables
from effocr.localizer.targets import LENGTHS

GAP_WEIGHT = 1.0
LENGTH_WEIGHTS = {  # per pixel; the x-height sets the scale of everything that follows
    arrays.LEFT: 0.02, arrays.RIGHT: 0.02, arrays.TOP: 0.01, arrays.BOTTOM: 0.01,
    arrays.BASELINE: 0.05, arrays.X_HEIGHT: 0.12,
}  # fmt: skip
NEAR_CENTRE = 1  # columns: as far off may the peak be where a character is named


@dataclass(frozen=True, slots=True)
class TargetTensors:
    """`effocr.localizer.targets.Targets` as tensors."""

    centre: Tensor
    gap: Tensor
    line: Tensor
    column: Tensor
    lengths: Tensor
    classes: Tensor


def localizer_loss(
    raw: Tensor,
    logits: Tensor | None,
    truth: TargetTensors,
    config: LocalizerConfig,
    *,
    character_weight: float = 1.0,
) -> dict[str, Tensor]:
    """The parts of the loss, weighted; their sum is to be minimised.

    Args:
        raw: [n, channels, columns], of `NativeLocalizer`.
        logits: [n, characters, columns] or None.
        truth: targets of the batch.
        config: of the network.
        character_weight: of naming the characters.
    """
    offsets, scales, _ = unit_tables(config, raw.device)
    at = raw[truth.line, :, truth.column]  # [g, channels]
    lengths = at * scales[:, :, 0] + offsets[:, :, 0]
    parts = {
        "centre": centre_loss(raw[:, arrays.CENTRE], truth.centre, len(truth.line)),
        "gap": GAP_WEIGHT * gap_loss(raw[:, arrays.GAP], truth.gap),
        "lengths": lengths_loss(lengths[:, list(LENGTHS)], truth.lengths),
    }
    known = truth.classes >= 0
    if logits is not None and known.any():
        off = torch.randint_like(truth.column, -NEAR_CENTRE, NEAR_CENTRE + 1)
        near = (truth.column + off).clamp(0, logits.shape[2] - 1)
        at_glyphs = logits[truth.line, :, near][known]
        parts["characters"] = character_weight * functional.cross_entropy(
            at_glyphs, truth.classes[known], label_smoothing=0.05
        )
    return parts


def centre_loss(logit: Tensor, bells: Tensor, glyphs: int) -> Tensor:
    """Focal loss, alpha 2, beta 4, a glyph; logit, bells: [n, columns]."""
    positive = bells > 0.999
    probability = logit.sigmoid().clamp(1e-5, 1 - 1e-5)
    hit = -(1 - probability).square() * probability.log()
    miss = -probability.square() * (1 - probability).log() * (1 - bells).pow(4)
    return torch.where(positive, hit, miss).sum() / max(glyphs, 1)


def lengths_loss(lengths: Tensor, wanted: Tensor) -> Tensor:
    """Weighted smooth L1 a glyph; both [g, 6] pixels, in the order of `LENGTHS`."""
    weights = lengths.new_tensor([LENGTH_WEIGHTS[channel] for channel in LENGTHS])
    each = functional.smooth_l1_loss(lengths, wanted, beta=0.5, reduction="none")
    return (each * weights).sum() / max(len(wanted), 1)


def gap_loss(logit: Tensor, gap: Tensor) -> Tensor:
    """Cross-entropy over the columns that matter (not nan), gaps weighted up; [n, columns]."""
    known = ~gap.isnan()
    target = torch.where(known, gap, 0.0)
    weight = known * (1 + 2 * target)
    return functional.binary_cross_entropy_with_logits(
        logit, target, weight, reduction="sum"
    ) / weight.sum().clamp(min=1)
