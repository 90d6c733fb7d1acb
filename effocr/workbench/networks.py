"""Networks of classic recognizers that torch runs: from a run folder to embeddings."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from effocr.errors import UsageError
from effocr.recognizer.classic import (
    ClassicEncoder,
    SquareNetwork,
    build_classic,
    load_net,
    read_weights,
)
from effocr.recognizer.classifier import build_classifier
from effocr.workbench.files import read_arguments, read_class_map
from effocr.workbench.onnx_squares import USUAL_SIZE
from effocr.workbench.recognizers import is_classifier

__all__ = [
    "Network",
    "OnDevice",
    "Probabilities",
    "choose_device",
    "open_classifier",
    "open_encoder",
]

logger = logging.getLogger(__name__)

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """Which network a run folder holds the weights of; None: what the folder itself says.

    Attributes:
        timm: name of a timm network.
        hf: local folder of a Hugging Face model.
        classes: outputs of a classifier; 0 and None: as many as the folder names, if any.
        size_px: side of the squares.
    """

    timm: str | None = None
    hf: str | None = None
    classes: int | None = None
    size_px: int | None = None

    def of(self, folder: Path) -> "Network":
        """The same, filled up with the flags that a run was trained with, and with its classes.

        Raises:
            UsageError: neither says which network it is.
            BundleError: the file of its classes is damaged.
        """
        run = folder if folder.is_dir() else folder.parent
        said = read_arguments(run)
        timm, hf = self.timm, self.hf
        if timm is None and hf is None:
            timm, hf = said.get("auto_model_timm"), said.get("auto_model_hf")
        if timm is None and hf is None:
            raise UsageError(
                f"{folder}: say which network it is with --auto_model_timm or --auto_model_hf"
            )
        size = self.size_px or said.get("imsize") or USUAL_SIZE
        classes = self.classes or said.get("N_classes") or None
        if classes is None and is_classifier(run):
            classes = len(read_class_map(run))
        return Network(timm, hf, classes, int(size))


class OnDevice:
    """A module that takes uint8 and gives float32, wherever it computes.

    It is an `effocr.pipeline.engines.Encoder` and a `Localizer`: which one, its module decides.

    Attributes:
        module: in eval mode.
        device: where it is.
    """

    def __init__(self, module: nn.Module, device: torch.device) -> None:
        self.module = module.eval().to(device)
        self.device = device

    @torch.inference_mode()
    def embed(self, crops: Grey) -> Floats:
        """[n, height, width] uint8 -> [n, numbers] float32."""
        given = torch.from_numpy(np.ascontiguousarray(crops)).to(self.device)
        found: Floats = self.module(given).float().cpu().numpy()
        return found

    maps = embed


class Probabilities(nn.Module):
    """A classifier's outputs as probabilities."""

    def __init__(self, network: SquareNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, squares: torch.Tensor) -> torch.Tensor:
        """[n, size, size] uint8 -> [n, classes] float32 that add up to 1."""
        return self.network.outputs(squares).float().softmax(dim=1)


def choose_device(name: str) -> torch.device:
    """The device of a name; `auto` is a GPU where there is one.

    A GPU that is wished for and absent gives a warning and the CPU.

    Raises:
        UsageError: there is no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(f"--device {name}: torch knows no such device") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        logger.warning("no CUDA GPU here: the CPU is used")
        return torch.device("cpu")
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        raise UsageError(f"--device {name}: torch cannot compute there; use auto") from error
    return device


def open_encoder(folder: Path, network: Network) -> ClassicEncoder:
    """The encoder of a run folder of the original's, efficient_ocr's or ours, or a file of weights.

    Raises:
        UsageError: there are no weights, or nothing says which network they are of.
        TrainingError: they are those of another network, or a pickle that could run code.
    """
    known = network.of(folder)
    size = known.size_px or USUAL_SIZE
    encoder = build_classic(timm=known.timm, hf=known.hf, size_px=size, weights=folder)
    return encoder.eval()


def open_classifier(folder: Path, network: Network, *, classes: int) -> Probabilities:
    """The classifier of a run folder, or a file of weights.

    Raises:
        UsageError: there are no weights, or nothing says which network they are of.
        TrainingError: they are those of another network, or of an encoder.
    """
    known = network.of(folder)
    size = known.size_px or USUAL_SIZE
    model = build_classifier(timm=known.timm, hf=known.hf, size_px=size, classes=classes)
    load_net(model, read_weights(folder), source=folder)
    return Probabilities(model.eval()).eval()
