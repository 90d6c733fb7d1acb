"""Weights of Detectron2's networks, read so that a file can't run code."""

import logging
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from torch import Tensor, nn

from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import read_tensors

__all__ = ["BEST", "best_weights", "put_weights", "read_weights"]

logger = logging.getLogger(__name__)

BEST = "model_best.pth"
NAMES = (BEST, "best_bbox_mAP.pth", "model_final.pth")
# Detectron2 does not keep them as weights today, older checkpoints hold them.
NOT_WEIGHTS = ("pixel_mean", "pixel_std", "anchor_generator.cell_anchors", "num_batches_tracked")


def best_weights(run: Path) -> Path:
    """The best weights in the folder of a run; a file is itself.

    Raises:
        UsageError: there are none.
    """
    if run.is_file():
        return run
    for name in NAMES:
        if (run / name).is_file():
            return run / name
    raise UsageError(f"{run}: no {' or '.join(NAMES)}; give the folder of a localizer's training")


def read_weights(path: Path) -> tuple[dict[str, Tensor], str]:
    """Weights by name, and who wrote them (Detectron2's own files say so).

    Args:
        path: .pth of a training, or .pkl as Detectron2's model zoo has it.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is damaged, or holds more than numbers.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file of weights")
    content = _read_pickle(path) if path.suffix == ".pkl" else read_tensors(path)
    found = content.get("model", content.get("state_dict", content.get("blobs", content)))
    weights = {
        str(name).removeprefix("module."): torch.as_tensor(value)
        for name, value in found.items()
        if isinstance(value, Tensor | np.ndarray) and not str(name).endswith("_momentum")
    }
    if not weights:
        raise TrainingError(f"{path}: holds no weights")
    author = str(content.get("__author__", "Caffe2" if path.suffix == ".pkl" else ""))
    return weights, author


def put_weights(model: nn.Module, path: Path, *, all_of_them: bool) -> None:
    """Put the weights of a file into a network.

    Args:
        model: whose weights are replaced in place.
        path: see `read_weights`.
        all_of_them: every weight must be there and fit; else those that do are taken, and the
            names of the others are logged.

    Raises:
        TrainingError: the weights are of another network.
    """
    given, author = read_weights(path)
    own = model.state_dict()
    if author:
        from detectron2.checkpoint.c2_model_loading import align_and_update_state_dicts

        given = align_and_update_state_dicts(own, given, c2_conversion=author == "Caffe2")
    wanted = {name for name in own if not name.endswith(NOT_WEIGHTS)}
    fitting = {name for name in wanted & given.keys() if given[name].shape == own[name].shape}
    missing = sorted(wanted - fitting)
    if not fitting or (all_of_them and missing):
        shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" * (len(missing) > 3))
        raise TrainingError(f"{path}: weights of another network: {shown} missing or of other size")
    if missing:
        logger.warning("%s: %d weights start anew: %s", path, len(missing), ", ".join(missing))
    model.load_state_dict({name: given[name] for name in fitting}, strict=False)


class _Arrays(pickle.Unpickler):
    """Reads a pickle that holds arrays, texts and numbers in lists and dicts."""

    KNOWN = frozenset(
        {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}
        | {(f"numpy.{core}.multiarray", name)
           for core in ("core", "_core") for name in ("_reconstruct", "scalar")}
        | {(f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")}
    )  # fmt: skip

    def find_class(self, module: str, name: str) -> Any:
        """Look up what a pickle wants to call.

        Raises:
            UnpicklingError: it is not needed for arrays.
        """
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"it wants to call {module}.{name}")
        return super().find_class(module, name)


def _read_pickle(path: Path) -> dict[str, Any]:
    """Read a .pkl of weights.

    Raises:
        TrainingError: it is damaged, or wants to run code.
    """
    try:
        with path.open("rb") as file:
            content = _load(file)
    except (pickle.UnpicklingError, EOFError, OSError, ValueError, AttributeError) as error:
        raise TrainingError(f"{path}: refused, no pickle of weights alone: {error}") from error
    if not isinstance(content, dict):
        raise TrainingError(f"{path}: holds a {type(content).__name__}, expected weights by name")
    return content


def _load(file: IO[bytes]) -> Any:
    return _Arrays(file, encoding="latin1").load()
