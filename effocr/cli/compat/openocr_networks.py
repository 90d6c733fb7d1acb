"""The network that a configuration of OpenOCR looks at pages with, by torch or onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.cli.compat.openocr_config import Values
    from effocr.detector.config import DetectorTraining
    from effocr.detector.page import Network

__all__ = ["chosen_network", "trained_network"]


def trained_network(values: Values, settings: DetectorTraining) -> tuple[Network, Path]:
    """The trained network, run by torch, and the file of its weights.

    Raises:
        UsageError: there is no such file, or its network is another than the configuration's.
        TrainingError: the file is damaged, or not one of ours.
    """
    import torch

    from effocr.cli.compat.openocr_weights import load_trained
    from effocr.detector.train import torch_network

    model, path = load_trained(values, settings)
    if settings.loop.device != "cpu" and torch.cuda.is_available():
        model = model.cuda()
    return torch_network(model, settings.look.line_px), path


def chosen_network(values: Values, settings: DetectorTraining) -> Network:
    """The network by `Global.backend`: torch (the default) or onnx.

    Raises:
        UsageError: there is no such file.
        BundleError: `Global.onnx_model_path` is no detector.
        TrainingError: the file of weights is damaged, or not one of ours.
    """
    if values.one_of("Global.backend", {"torch": False, "onnx": True}, "torch"):
        from effocr.detector.seed_maps import BgrMaps

        path = values.take("Global.onnx_model_path")
        if path is None or not Path(str(path)).is_file():
            raise UsageError(
                f"Global.onnx_model_path={path}: no such file; openocr-toonnx makes it"
            )
        return BgrMaps(Path(str(path)))
    return trained_network(values, settings)[0]
