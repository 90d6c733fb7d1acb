"""Which weights a configuration of OpenOCR means, and nothing but those.

`Global.checkpoints` comes before `Global.pretrained_model`; if it is not there, the latter is
taken, with a warning. Where none is there, nothing is measured, exported or trained.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from effocr.cli.compat.openocr_config import Values
from effocr.errors import TrainingError, UsageError

if TYPE_CHECKING:
    from effocr.detector.config import DetectorTraining
    from effocr.detector.model import Detector

__all__ = ["CHECKPOINTS", "Weights", "find_weights", "load_trained", "metrics_of"]

CHECKPOINTS: Final = "Global.checkpoints"
PRETRAINED: Final = "Global.pretrained_model"
_SUFFIXES: Final = (".pth", ".pt", ".safetensors")  # that may be left out


@dataclass(frozen=True)
class Weights:
    """Weights that were found.

    Attributes:
        path: of the file.
        whole: it is a checkpoint to go on from, not weights to begin with.
    """

    path: Path
    whole: bool


def find_weights(values: Values, *, needed: bool) -> Weights | None:
    """The file of weights that a configuration means; None: it names none.

    Args:
        values: of the configuration.
        needed: nothing can be done without.

    Raises:
        UsageError: none of the files that are named is there, or none is named and one is needed.
    """
    from effocr.training.distributed import is_main

    named = [
        (path, str(name), path == CHECKPOINTS)
        for path in (CHECKPOINTS, PRETRAINED)
        if (name := values.take(path))
    ]
    for place, (path, name, whole) in enumerate(named):
        found = _file(name, "latest.pth" if whole else "best.pth")
        if found is not None:
            return Weights(found, whole)
        if place + 1 < len(named) and is_main():
            then = named[place + 1]
            print(f"{path}={name}: no such file; {then[0]}={then[1]} is taken", file=sys.stderr)
    if named:
        path, name, _ = named[-1]
        raise UsageError(
            f"{path}={name}: no such file; no random weights are taken for it"
            + ("" if needed else f"; --o {path}= takes them")
        )
    if needed:
        raise UsageError(f"name the weights with --o {PRETRAINED}=FILE, such as .../best.pth")
    return None


def load_trained(values: Values, settings: DetectorTraining) -> tuple[Detector, Path]:
    """The network that a configuration means, in eval mode, and the file of its weights.

    Raises:
        UsageError: there is no such file, or its network is another than the configuration's.
        TrainingError: the file is damaged, or not one of ours.
    """
    from effocr.detector.train import load_detector

    weights = find_weights(values, needed=True)
    path = Path() if weights is None else weights.path
    refuse_foreign(path)
    model, trained = load_detector(path)
    own = settings.model.model_copy(update={"weights": None})
    other = trained.model.model_copy(update={"weights": None})
    if own != other:
        differing = [
            f"{name} {getattr(other, name)}, not {getattr(own, name)}"
            for name in type(own).model_fields
            if getattr(own, name) != getattr(other, name)
        ]
        raise UsageError(f"{path}: of another Architecture: {'; '.join(differing)}")
    return model, path


def refuse_foreign(path: Path) -> None:
    """Say plainly that weights of OpenOCR itself are of another network.

    Raises:
        TrainingError: they are.
    """
    from effocr.training.checkpoints import read_tensors

    if path.suffix == ".safetensors":
        return
    state = read_tensors(path)
    if "format" not in state and "state_dict" in state:
        raise TrainingError(
            f"{path}: weights of OpenOCR's own network, whose layers are named and divided "
            "otherwise; its ONNX file reads here: openocr-infer-det --o Global.backend=onnx"
        )


def metrics_of(path: Path) -> dict[str, Any]:
    """The figures that a checkpoint remembers."""
    from effocr.training.checkpoints import read_tensors

    if path.suffix == ".safetensors":
        return {}
    metrics = read_tensors(path).get("metrics", {})
    return metrics if isinstance(metrics, dict) else {}


def _file(name: str, within: str) -> Path | None:
    """The file of a name: as it is, with a suffix, or `within` a folder of that name."""
    path = Path(name)
    if path.is_dir():
        path = path / within
    tried = [path, *(path.with_name(path.name + suffix) for suffix in _SUFFIXES)]
    return next((file for file in tried if file.is_file()), None)
