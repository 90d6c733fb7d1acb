"""Weights of the detection network of ocrs, from its checkpoints and from ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from torch import Tensor

from effocr.detector.unet import Unet
from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import apply_weights, best_of, read_tensors

__all__ = ["KIND", "UnetStart", "load_unet", "load_unet_start"]

KIND: Final = "ocrs-detector"
_FIELDS: Final = ("model_state", "optimizer_state", "epoch")


@dataclass(frozen=True)
class UnetStart:
    """Weights to start from.

    Attributes:
        weights: tensors by name.
        source: where they come from.
        optimizer: its state; None: it starts anew.
        epoch: epochs that were finished.
    """

    weights: Mapping[str, Tensor]
    source: Path
    optimizer: Mapping[str, Any] | None = None
    epoch: int = 0


def load_unet_start(path: Path) -> UnetStart:
    """Read a text-detection-checkpoint.pt, of ocrs or of ours; or a run folder (its best.pt).

    Raises:
        UsageError: there is no such file.
        TrainingError: it is damaged, or a checkpoint of something else.
    """
    file = best_of(path)
    if not file.is_file():
        raise UsageError(
            f"{path}: no such checkpoint; training writes text-detection-checkpoint.pt"
        )
    state = read_tensors(file)
    if state.get("settings", {}).get("kind") == KIND:
        return UnetStart(state["model"], file, state["optimizer"])
    missing = [name for name in _FIELDS if name not in state]
    if missing:
        raise TrainingError(f"{file}: no checkpoint of text detection, it has no {missing[0]}")
    start = UnetStart(state["model_state"], file, state["optimizer_state"], int(state["epoch"]))
    apply_weights(Unet(), start.weights, source=file)  # before any page is read
    return start


def load_unet(path: Path) -> Unet:
    """The network of a checkpoint, ready to find words.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is damaged, or a checkpoint of something else.
    """
    start = load_unet_start(path)
    model = Unet()
    apply_weights(model, start.weights, source=start.source)
    return model.eval()
