"""The torchvision backend's network: a small Faster R-CNN whose anchors fit glyphs and words.

A line is scaled to a short side of 56 pixels and stands in the corner of a white canvas, so that a
batch has one size and the borders look like paper. Features of strides 4, 8 and 16 are enough:
a glyph is 4 to 60 pixels wide, and a long word is found on the pooled fourth level.
"""

import math
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, Field
from torch import Tensor, nn
from torchvision import models
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.ops import MultiScaleRoIAlign

from effocr.training.checkpoints import apply_weights, read_tensors

__all__ = ["TorchvisionConfig", "as_input", "build_detector", "canvas_of", "on_canvas", "scale_of"]

Grey = npt.NDArray[np.uint8]
Backbone = Literal["resnet18", "resnet34", "resnet50", "mobilenet_v3_small", "mobilenet_v3_large"]

PAPER: Final = 255
HEIGHT_STEP, LENGTH_STEP = 16, 128  # few sizes of canvas: each new one costs set-up on CPU
ROI_SIZE: Final = 7
# The layers of strides 4, 8 and 16, by their names in the network.
_STAGES: Final[dict[Backbone, tuple[str, str, str]]] = {
    "resnet18": ("layer1", "layer2", "layer3"),
    "resnet34": ("layer1", "layer2", "layer3"),
    "resnet50": ("layer1", "layer2", "layer3"),
    "mobilenet_v3_small": ("1", "3", "8"),
    "mobilenet_v3_large": ("3", "6", "12"),
}


class TorchvisionConfig(BaseModel, frozen=True, extra="forbid"):
    """Size of the network and of what it sees."""

    backbone: Backbone = "resnet18"
    backbone_weights: Path | None = Field(
        None, description="local file of torchvision's weights; None: a random start"
    )
    pyramid_channels: int = Field(64, gt=0, description="of the feature pyramid")
    head_channels: int = Field(256, gt=0, description="of the two layers that judge a box")
    proposals: int = Field(400, gt=0, description="boxes of a line that the second stage judges")
    judged: int = Field(256, gt=0, description="of the proposals, in training")
    detections: int = Field(400, gt=0, description="most boxes found on a line")
    short_side_px: int = Field(56, gt=0, description="to which a line is scaled")
    long_side_px: int = Field(2048, gt=0, description="a longer line is scaled down to it")
    anchor_sizes_px: tuple[tuple[float, ...], ...] = Field(
        ((8, 16, 24), (32, 48, 64), (96, 128, 176), (224, 288, 352)),
        min_length=4,
        max_length=4,
        description="sides of the anchors, pixels of the scaled line, at strides 4, 8, 16 and 32",
    )
    anchor_ratios: tuple[float, ...] = Field(
        (0.25, 0.5, 1.0, 2.0), description="height over width of the anchors"
    )


def build_detector(config: TorchvisionConfig, *, classes: int) -> FasterRCNN:
    """A network that takes lists of [3, height, width] floats, 0 to 1, of one size.

    Args:
        config: of the network.
        classes: 1 for glyphs, 2 for glyphs and words; the background is not counted.

    Raises:
        TrainingError: the weights of the backbone are of another network.
    """
    backbone = _backbone(config)
    anchors = AnchorGenerator(
        sizes=config.anchor_sizes_px,
        aspect_ratios=(config.anchor_ratios,) * len(config.anchor_sizes_px),
    )
    features = config.pyramid_channels * ROI_SIZE * ROI_SIZE
    return FasterRCNN(
        backbone,
        rpn_anchor_generator=anchors,
        box_roi_pool=MultiScaleRoIAlign(["0", "1", "2"], output_size=ROI_SIZE, sampling_ratio=1),
        box_head=TwoMLPHead(features, config.head_channels),
        box_predictor=FastRCNNPredictor(config.head_channels, classes + 1),
        box_detections_per_img=config.detections,
        rpn_pre_nms_top_n_train=2 * config.proposals,
        rpn_pre_nms_top_n_test=2 * config.proposals,
        rpn_post_nms_top_n_train=config.proposals,
        rpn_post_nms_top_n_test=config.proposals,
        box_batch_size_per_image=config.judged,
        size_divisible=HEIGHT_STEP,
        _skip_resize=True,
    )


def _backbone(config: TorchvisionConfig) -> BackboneWithFPN:
    """Stages of a network with a feature pyramid on top; batch normalisation learns with them."""
    network: nn.Module = models.get_model(config.backbone, weights=None)
    if config.backbone_weights is not None:
        path = config.backbone_weights
        apply_weights(network, read_tensors(path), source=path)
    if config.backbone.startswith("mobilenet"):
        network = network.get_submodule("features")
    stages = _STAGES[config.backbone]
    with torch.no_grad():
        channels, seen = [], torch.zeros(1, 3, 32, 32)
        network.eval()
        for name, layer in network.named_children():
            seen = layer(seen)
            if name in stages:
                channels.append(seen.shape[1])
            if name == stages[-1]:
                break
        network.train()
    layers = {name: str(place) for place, name in enumerate(stages)}
    return BackboneWithFPN(network, layers, channels, config.pyramid_channels)


def scale_of(shape: tuple[int, ...], config: TorchvisionConfig) -> float:
    """Pixels of the scaled line per pixel of an image of this shape."""
    height, width = shape[:2]
    return min(config.short_side_px / min(height, width), config.long_side_px / max(height, width))


def canvas_of(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    """Height and width of the smallest canvas that holds a scaled image."""
    short, long = sorted(max(1, round(side * scale)) for side in shape[:2])
    short = HEIGHT_STEP * math.ceil(short / HEIGHT_STEP)
    long = max(short, LENGTH_STEP * math.ceil(long / LENGTH_STEP))
    return (short, long) if shape[0] <= shape[1] else (long, short)


def on_canvas(grey: Grey, scale: float, canvas: tuple[int, int]) -> Grey:
    """The scaled image in the top left corner of a white canvas, which cuts what does not fit."""
    height, width = (max(1, round(side * scale)) for side in grey.shape)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(grey, (width, height), interpolation=method)
    paper = np.full(canvas, PAPER, np.uint8)
    inside = scaled[: canvas[0], : canvas[1]]
    paper[: inside.shape[0], : inside.shape[1]] = inside
    return paper


def as_input(lines: Tensor) -> list[Tensor]:
    """[n, height, width] uint8 -> n times [3, height, width] float, 0 to 1."""
    colours = (lines.float() / 255)[:, None].expand(-1, 3, -1, -1)
    return list(colours)
