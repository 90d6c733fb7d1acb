"""Networks from a page to features at 1/4, 1/8, 1/16 and 1/32 of its size.

`plain` are 3x3 convolutions with ReLU and a first one that goes to a quarter of the size at once:
the shape that reaches the highest share of a CPU's arithmetic, above all in int8 and bfloat16.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import timm
from torch import Tensor, nn

from effocr.detector.config import PLAIN, REPVIT, DetectorConfig
from effocr.errors import UsageError
from effocr.training.timm_networks import check_timm_name, start_backbone

__all__ = ["STRIDES", "build_backbone"]

STRIDES: Final = (4, 8, 16, 32)
STEM_KERNEL, STEM_STRIDE, STEM_PADDING = 8, 4, 2
# Widths and depths of OpenOCR's RepSVTR_det, in timm's RepViT.
REPVIT_NAME: Final = "repvit_m0_9"
REPVIT_SHAPE: Final = {"embed_dim": (48, 96, 192, 384), "depth": (2, 2, 4, 2)}


class Plain(nn.Module):
    """Plain convolutions."""

    def __init__(self, channels: Sequence[int], layers: Sequence[int]) -> None:
        """Build the layers.

        Args:
            channels: of each of the four sizes.
            layers: convolutions at each, besides the one that halves.
        """
        super().__init__()
        first = _block(1, channels[0], kernel=STEM_KERNEL, stride=STEM_STRIDE, padding=STEM_PADDING)
        starts = [first, *(_block(a, b, stride=2) for a, b in pairwise(channels))]
        self.stages = nn.ModuleList(
            nn.Sequential(start, *(_block(width, width) for _ in range(count)))
            for start, width, count in zip(starts, channels, layers, strict=True)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """[n, 1, h, w] -> four features."""
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


def _block(
    in_channels: int, out_channels: int, *, kernel: int = 3, stride: int = 1, padding: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride=stride, padding=padding, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


def build_backbone(config: DetectorConfig) -> tuple[nn.Module, list[int]]:
    """The network that a configuration names, and the channels of its four features.

    It starts at random unless `config.weights` names a local file.

    Raises:
        UsageError: timm does not know the name, or it gives no features at these sizes; weights are
            named for a network that is not timm's.
        TrainingError: the weights are of another network.
    """
    if config.backbone == PLAIN:
        if config.weights is not None:
            raise UsageError("model.weights are those of a timm network; plain has none")
        return Plain(config.channels, config.layers), list(config.channels)
    shape: dict[str, Any] = dict(REPVIT_SHAPE) if config.backbone == REPVIT else {}
    name = REPVIT_NAME if config.backbone == REPVIT else config.backbone
    network = _timm_features(name, shape)
    if config.weights is not None:
        start_backbone(network, config.weights)
    return network, network.feature_info.channels()  # type: ignore[operator, union-attr]


def _timm_features(name: str, shape: dict[str, Any]) -> nn.Module:
    check_timm_name(name)
    options: dict[str, Any] = {
        "pretrained": False, "in_chans": 1, "features_only": True, **shape,
    }  # fmt: skip
    try:
        whole: Any = timm.create_model(name, **options)
        levels = whole.feature_info.reduction()
        network: nn.Module = timm.create_model(
            name, out_indices=[levels.index(stride) for stride in STRIDES], **options
        )
    except (RuntimeError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{name} gives no features at 1/4, 1/8, 1/16 and 1/32 of a page: {error}"
        ) from error
    return network
