"""DBNet: a backbone, a feature pyramid, and heads for probability and threshold (Liao et al. 2020,
arXiv 1911.08947).

The backbone is a small timm network, RepViT in the widths of OpenOCR's detector, or plain 3x3
convolutions, see `effocr.detector.backbone`. Beside the probability stands the thickness of the
line, see `effocr.detector.arrays`.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from effocr.detector.backbone import build_backbone
from effocr.detector.config import DetectorConfig

__all__ = ["DeployedDetector", "Detector", "RawMaps"]

PROBABILITY_BIAS: Final = -2.2  # sigmoid gives 0.1: little of a page is kernel
HEAD_SHARE: Final = 4  # channels of the pyramid for one of a head
GATE_SHARE: Final = 4  # channels for one in the middle of squeeze and excitation
FEATURE_STRIDE: Final = 4  # of the finest features
MOST_LOG: Final = 4.0  # thickness is at most exp(4) times the usual one


class RawMaps(NamedTuple):
    """Maps before the last non-linearity, each [n, 1, height / stride, width / stride]."""

    probability: Tensor
    """Logit."""
    threshold: Tensor
    """Logit."""
    thickness: Tensor | None
    """Logarithm of the thickness over the usual one."""


class SqueezeExcite(nn.Module):
    """x + x * gate(mean of x): residual, so that no channel can be shut (OpenOCR's RSE-FPN)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        middle = max(1, channels // GATE_SHARE)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, middle, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, channels, 1),
            nn.Hardsigmoid(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, c, h, w] -> the same shape."""
        gated: Tensor = x + x * self.gate(x)
        return gated


class Neck(nn.Module):
    """Feature pyramid: features at 1/4, 1/8, 1/16 and 1/32 -> one at 1/4."""

    def __init__(self, in_channels: Sequence[int], channels: int, *, squeeze: bool) -> None:
        super().__init__()
        share = channels // len(in_channels)
        self.sides = nn.ModuleList(
            _gated(nn.Conv2d(each, channels, 1), channels, squeeze) for each in in_channels
        )
        self.outs = nn.ModuleList(
            _gated(nn.Conv2d(channels, share, 3, padding=1), share, squeeze) for _ in in_channels
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Four [n, c, h, w], each half the one before -> [n, channels, h / 4, w / 4]."""
        sides = [side(each) for side, each in zip(self.sides, features, strict=True)]
        for finer in range(len(sides) - 2, -1, -1):
            sides[finer] = sides[finer] + _larger(sides[finer + 1], 2)
        outs = [out(each) for out, each in zip(self.outs, sides, strict=True)]
        same = [_larger(each, 2**level) for level, each in enumerate(outs)]
        return torch.cat(same, dim=1)


def _gated(convolution: nn.Module, channels: int, squeeze: bool) -> nn.Module:
    return nn.Sequential(convolution, SqueezeExcite(channels)) if squeeze else convolution


def _larger(features: Tensor, factor: int) -> Tensor:
    if factor == 1:
        return features
    return functional.interpolate(features, scale_factor=float(factor), mode="nearest")


class Head(nn.Module):
    """Features at 1/4 -> maps at 1/4, 1/2 or the full size, by transposed convolutions."""

    def __init__(self, channels: int, maps: int, *, map_stride: int) -> None:
        super().__init__()
        own = max(channels // HEAD_SHARE, maps)
        layers: list[nn.Module] = [
            nn.Conv2d(channels, own, 3, padding=1, bias=False),
            nn.BatchNorm2d(own),
            nn.ReLU(inplace=True),
        ]
        stride = FEATURE_STRIDE
        while stride > 2 * map_stride:
            layers += [
                nn.ConvTranspose2d(own, own, 2, stride=2, bias=False),
                nn.BatchNorm2d(own),
                nn.ReLU(inplace=True),
            ]
            stride //= 2
        self.layers = nn.Sequential(*layers)
        self.last: nn.Conv2d | nn.ConvTranspose2d = (
            nn.ConvTranspose2d(own, maps, 2, stride=2)
            if stride > map_stride
            else nn.Conv2d(own, maps, 1)
        )
        if self.last.bias is not None:
            nn.init.zeros_(self.last.bias)

    def forward(self, features: Tensor) -> Tensor:
        """[n, channels, h, w] -> [n, maps, ...]."""
        maps: Tensor = self.last(self.layers(features))
        return maps


class Detector(nn.Module):
    """Pages to raw maps.

    Attributes:
        config: sizes.
    """

    def __init__(self, config: DetectorConfig) -> None:
        """Build the layers.

        Raises:
            UsageError: timm does not know the backbone, or it lacks features at 1/4 to 1/32.
            TrainingError: the backbone's weights are of another network.
        """
        super().__init__()
        self.config = config
        self.backbone, channels = build_backbone(config)
        self.neck = Neck(channels, config.neck_channels, squeeze=config.squeeze)
        self.text = Head(config.neck_channels, 1 + config.thickness, map_stride=config.map_stride)
        self.threshold = Head(config.neck_channels, 1, map_stride=config.map_stride)
        if self.text.last.bias is not None:
            nn.init.constant_(self.text.last.bias[:1], PROBABILITY_BIAS)

    def forward(self, pages: Tensor) -> RawMaps:
        """Raw maps.

        Args:
            pages: [n, height, width] uint8, paper 255; sides multiples of 32.
        """
        features = self.look(pages)
        text, threshold = self.text(features), self.threshold(features)
        return RawMaps(text[:, :1], threshold, text[:, 1:] if self.config.thickness else None)

    def look(self, pages: Tensor) -> Tensor:
        """[n, height, width] uint8 -> [n, neck_channels, height / 4, width / 4] float32.

        Paper is 0 and ink -1: so a uint8 pixel is a quantised number as it stands, zero point 255,
        and padding is paper.
        """
        features: Tensor = self.neck(self.backbone((pages.unsqueeze(1).float() - 255.0) / 255.0))
        return features


class DeployedDetector(nn.Module):
    """What is exported: uint8 pages in; probability, and thickness in pixels, out."""

    def __init__(self, detector: Detector, *, line_px: float) -> None:
        """Take a detector over.

        Args:
            detector: in eval mode.
            line_px: the usual thickness.
        """
        super().__init__()
        self.detector = detector
        self.line_px = line_px

    def forward(self, pages: Tensor) -> Tensor:
        """[n, height, width] uint8 -> [n, 1 or 2, height / stride, width / stride] float32."""
        text = self.detector.text(self.detector.look(pages))
        probability: Tensor = text[:, :1].sigmoid()
        if not self.detector.config.thickness:
            return probability
        thickness = self.line_px * text[:, 1:].clamp(-MOST_LOG, MOST_LOG).exp()
        return torch.cat((probability, thickness), dim=1)
