"""The other head of the original's recognizer: a classifier with one output for each character."""

from pathlib import Path

from torch import Tensor

from effocr.errors import UsageError
from effocr.recognizer.classic import (
    SquareNetwork,
    build_network,
    load_net,
    read_weights,
    shape_of_outputs,
)

__all__ = ["ClassicClassifier", "build_classifier"]


class ClassicClassifier(SquareNetwork):
    """Squares in, a number for each character out; the largest is the answer."""

    def forward(self, squares: Tensor) -> Tensor:
        """[n, size_px, size_px] uint8, paper 255 -> [n, classes] float32."""
        return self.outputs(squares).float()


def build_classifier(
    *,
    timm: str | None,
    hf: str | None,
    size_px: int,
    classes: int,
    weights: Path | None = None,
) -> ClassicClassifier:
    """Make a classifier.

    Args:
        timm: name of a timm network; this or `hf`.
        hf: local folder, or name in the local cache, of a Hugging Face model.
        size_px: side of the squares.
        classes: characters.
        weights: file of weights or run folder to start from, of a classifier of as many
            characters, or of an encoder of the same network.

    Raises:
        UsageError: no such network, or it can't take this size.
        TrainingError: the weights are those of another network.
    """
    net = build_network(timm=timm, hf=hf, size_px=size_px, classes=classes)
    model = ClassicClassifier(net, size_px=size_px)
    shape = shape_of_outputs(model, name=timm or hf)
    if shape != (1, classes):
        raise UsageError(f"{timm or hf} gives {list(shape)}, not {classes} classes")
    if weights is not None:
        load_net(model, read_weights(weights), source=weights, any_classifier=True)
    return model.train()
