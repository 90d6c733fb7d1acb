"""The encoder: uint8 crops in, embeddings of unit length out, normalisation inside."""

from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from effocr.errors import UsageError
from effocr.recognizer import glyphnet
from effocr.recognizer.config import EncoderConfig
from effocr.recognizer.windownet import WindowNet
from effocr.training.timm_networks import check_timm_name, start_backbone

OWN_NETWORK = glyphnet.glyphnet.__name__


class Encoder(nn.Module):
    """Any timm network with a linear layer on top.

    Attributes:
        input_size: height and width that crops are scaled to, None: as they are.
    """

    def __init__(
        self,
        backbone: nn.Module,
        *,
        features: int,
        embedding_size: int,
        input_size: tuple[int, int] | None,
    ) -> None:
        """Put a layer of `embedding_size` on a backbone that gives [n, features]."""
        super().__init__()
        self.backbone = backbone
        self.input_size = input_size
        self.embedding = nn.Linear(features, embedding_size)

    def forward(self, crops: Tensor) -> Tensor:
        """[n, height, width] uint8, paper 255 -> [n, embedding_size] float32 of unit length."""
        ink = 1.0 - crops.unsqueeze(1).float() / 255.0
        if self.input_size is not None:
            ink = functional.interpolate(ink, self.input_size, mode="bilinear", align_corners=False)
        return functional.normalize(self.embedding(self.backbone(ink)).float(), dim=1)


def build_encoder(config: EncoderConfig, *, weights: Path | None = None) -> nn.Module:
    """Make an encoder, from random weights or from a local file of the timm network.

    It takes the views that `config` speaks of, [n, ...] crops or windows, and gives
    [n, embedding_size] float32 of unit length.

    Raises:
        UsageError: timm does not know the name, or the network can't take this size.
        TrainingError: the weights are not those of this network.
    """
    if config.window is not None:
        return WindowNet(
            channels=config.window.channels,
            columns=config.window.columns,
            hidden=config.hidden,
            embedding_size=config.embedding_size,
        )
    crop_size = (config.line.height, config.crop.width)
    own = config.timm_name == OWN_NETWORK
    size = config.input_size or (crop_size if own else None)
    if config.channels is not None and not own:
        raise UsageError(f"model.channels are those of {OWN_NETWORK}, not of {config.timm_name}")
    backbone = _backbone(config.timm_name, size, channels=config.channels)
    if size is None:
        size = tuple(backbone.pretrained_cfg["input_size"][1:])  # type: ignore[index]
    if weights is not None:
        start_backbone(backbone, weights)
    try:
        with torch.no_grad():
            features = backbone.eval()(torch.zeros(1, 1, *size))
    except (RuntimeError, ValueError, AssertionError) as error:
        raise UsageError(
            f"{config.timm_name} can't take {size[0]} x {size[1]} pixels: {error}"
        ) from error
    return Encoder(
        backbone.train(),
        features=features.shape[1],
        embedding_size=config.embedding_size,
        input_size=None if size == crop_size else size,
    )


def _backbone(
    name: str, size: tuple[int, int] | None, *, channels: tuple[int, ...] | None
) -> nn.Module:
    """A timm network without its classifier, for one channel."""
    check_timm_name(name)
    options: dict[str, Any] = {"pretrained": False, "in_chans": 1, "num_classes": 0}
    if size is not None:
        options["img_size"] = size
    if channels is not None:
        options["channels"] = channels
    try:
        network: nn.Module = timm.create_model(name, **options)
    except TypeError:  # convolutional networks take any size and know no img_size
        options.pop("img_size", None)
        network = timm.create_model(name, **options)
    return network
