"""The two modules run by torch: what `onnx_engines` must agree with. Not for reading."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from effocr.localizer.config import LocalizerTraining
from effocr.localizer.model import DeployedLocalizer, NativeLocalizer
from effocr.localizer.train import KIND
from effocr.pipeline.engines import Views
from effocr.recognizer.config import EncoderConfig
from effocr.recognizer.train import load_encoder
from effocr.training.checkpoints import apply_weights, load_run, load_weights

__all__ = ["TorchEncoder", "TorchLocalizer", "open_localizer"]


class TorchLocalizer:
    """A trained localizer as `effocr.pipeline.engines.Localizer`.

    Attributes:
        module: uint8 lines to maps; what is exported.
        config: how it was trained.
    """

    def __init__(self, run: Path) -> None:
        """Open the best weights of a run.

        Raises:
            TrainingError: not a run of the native localizer.
        """
        self.module, self.config = open_localizer(run)

    def maps(self, lines: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """[n, height, width] uint8 -> [n, channels + features, width / 2] float32."""
        return _run(self.module, lines)


class TorchEncoder:
    """A trained encoder as `effocr.pipeline.engines.Encoder`.

    Attributes:
        module: uint8 crops to embeddings; what is exported.
        config: of the network.
    """

    def __init__(self, run: Path) -> None:
        """Open the best weights of a run.

        Raises:
            TrainingError: not a run of the recognizer.
        """
        self.module: nn.Module
        self.config: EncoderConfig
        self.module, self.config = load_encoder(run)

    def embed(self, views: Views) -> npt.NDArray[np.float32]:
        """[n, ...] crops or windows -> [n, dimensions] float32 of unit length."""
        return _run(self.module, views)


def open_localizer(run: Path) -> tuple[nn.Module, LocalizerTraining]:
    """The localizer of a run as it is deployed, with its best weights.

    Args:
        run: run folder (its `best.pt`) or a checkpoint.

    Raises:
        TrainingError: not a checkpoint of the native localizer.
    """
    config, settings = load_run(run, kind=KIND, config=LocalizerTraining)
    localizer = NativeLocalizer(config.model, characters=len(settings["charset"]))
    apply_weights(localizer, load_weights(run), source=run)
    return DeployedLocalizer(localizer).eval(), config


@torch.inference_mode()
def _run(module: nn.Module, pixels: Views) -> npt.NDArray[np.float32]:
    given = torch.from_numpy(np.ascontiguousarray(pixels))
    found: npt.NDArray[np.float32] = module(given).float().numpy()
    return found
