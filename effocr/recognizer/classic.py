"""The original EffOCR's encoder: a timm or Hugging Face network on square crops.

Its embedding is what the network itself gives (timm: pooled features, Hugging Face: the first
token), and its weights are called `net.*`. Nothing is ever downloaded: a network starts at random
or from a local file or folder.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from effocr.errors import TrainingError, UsageError
from effocr.recognizer import glyphnet  # noqa: F401 - timm knows it from here on
from effocr.recognizer.hugging_face import hugging_face_network, of_this_version
from effocr.recognizer.squares import MEAN, SPREAD, WHITE
from effocr.training.checkpoints import apply_weights, read_tensors
from effocr.training.timm_networks import check_timm_name

__all__ = [
    "ClassicEncoder",
    "SquareNetwork",
    "build_classic",
    "build_network",
    "load_net",
    "read_weights",
    "shape_of_outputs",
]

WRAPPERS: Final = ("module.", "_orig_mod.", "net.")
"""What DataParallel, torch.compile and EffOCR put in front of the names of weights."""
FILES_OF_WEIGHTS: Final = ("enc_best.pth", "best.pth", "best.pt", "model.safetensors")
"""In a run folder, the first that is there counts."""


class SquareNetwork(nn.Module):
    """A network for colour pictures that is given grey squares.

    Attributes:
        net: timm or Hugging Face network.
        size_px: side of the squares.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, net: nn.Module, *, size_px: int) -> None:
        """Put the normalisation of ImageNet in front of a network."""
        super().__init__()
        self.net = net
        self.size_px = size_px
        for name, values in (("mean", MEAN), ("spread", SPREAD)):
            values_of_colours = torch.from_numpy(values.copy()).view(1, 3, 1, 1)
            self.register_buffer(name, values_of_colours, persistent=False)

    def outputs(self, squares: Tensor) -> Tensor:
        """[n, size_px, size_px] uint8, paper 255 -> what the network says, [n, numbers]."""
        scaled = squares.unsqueeze(1).float() / WHITE
        return self.of_pictures((scaled - self.mean) / self.spread)

    def of_pictures(self, pictures: Tensor) -> Tensor:
        """The same of [n, 3, size_px, size_px] float32, normalised."""
        found = self.net(pictures)
        if isinstance(found, Tensor):
            return found
        if hasattr(found, "logits"):
            logits: Tensor = found.logits
            return logits
        hidden: Tensor = found.last_hidden_state
        return hidden[:, 0] if hidden.dim() == 3 else hidden.mean(dim=(2, 3))


class ClassicEncoder(SquareNetwork):
    """Squares in, embeddings of unit length out.

    Attributes:
        embedding_size: numbers in an embedding.
    """

    embedding_size: int = 0

    def features(self, squares: Tensor) -> Tensor:
        """[n, size_px, size_px] uint8 -> [n, embedding_size] float32, of any length."""
        return self.outputs(squares).float()

    def forward(self, squares: Tensor) -> Tensor:
        """[n, size_px, size_px] uint8, paper 255 -> [n, embedding_size] float32, unit length."""
        return functional.normalize(self.features(squares), dim=1)


def build_classic(
    *, timm: str | None, hf: str | None, size_px: int, weights: Path | None = None
) -> ClassicEncoder:
    """Make an encoder.

    Args:
        timm: name of a timm network; this or `hf`.
        hf: local folder (or name in the local cache) of a Hugging Face model, whose weights are
            used where it holds any.
        size_px: side of the squares.
        weights: file of weights, or run folder, to start from; names with `net.` or without.

    Raises:
        UsageError: no such network, not exactly one is named, or it can't take this size.
        TrainingError: the weights are those of another network.
    """
    encoder = ClassicEncoder(build_network(timm=timm, hf=hf, size_px=size_px), size_px=size_px)
    encoder.embedding_size = shape_of_outputs(encoder, name=timm or hf)[-1]
    if weights is not None:
        load_net(encoder, read_weights(weights), source=weights)
    return encoder.train()


def shape_of_outputs(model: SquareNetwork, *, name: str | None) -> tuple[int, ...]:
    """Try a network on one blank square; it is called `name` in the error.

    Raises:
        UsageError: it can't take squares of its size.
    """
    size_px = model.size_px
    try:
        with torch.no_grad():
            blank = torch.zeros(1, size_px, size_px, dtype=torch.uint8)
            return tuple(model.eval().outputs(blank).shape)
    except (RuntimeError, ValueError, AssertionError, AttributeError) as error:
        raise UsageError(f"{name} can't take {size_px} x {size_px} pixels: {error}") from error


def build_network(
    *, timm: str | None, hf: str | None, size_px: int, classes: int | None = None
) -> nn.Module:
    """Make a network for three colours.

    Args:
        timm: name of a timm network; this or `hf`.
        hf: local folder, or name in the local cache, of a Hugging Face model.
        size_px: side of its pictures.
        classes: outputs of a classifier on top; None: no classifier.

    Raises:
        UsageError: there is no such network, or not exactly one is named.
    """
    if (timm is None) == (hf is None):
        raise UsageError("name one network, of timm (such as mobilenetv3_small_050) or of HF")
    if timm is not None:
        return _timm_network(timm, size_px, classes or 0)
    return hugging_face_network(str(hf), size_px, classes)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read weights by the names of the network itself, without `net.` and `module.`.

    Args:
        path: file of torch (it can't run code) or safetensors, or a run folder with one.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is damaged, or holds more than tensors and plain values.
    """
    if path.is_dir():
        found = [path / name for name in FILES_OF_WEIGHTS if (path / name).is_file()]
        if not found:
            raise UsageError(f"{path}: no weights here, none of {', '.join(FILES_OF_WEIGHTS)}")
        path = found[0]
    if not path.is_file():
        raise UsageError(f"{path}: no such file of weights")
    weights = {
        _bare(name): value for name, value in _state(path).items() if isinstance(value, Tensor)
    }
    if not weights:
        raise TrainingError(f"{path}: holds no weights")
    return weights


def load_net(
    model: SquareNetwork,
    weights: Mapping[str, Tensor],
    *,
    source: Path,
    any_classifier: bool = False,
) -> None:
    """Put weights into a network; those of a classifier that it does not have are left out.

    Args:
        model: an encoder or classifier.
        weights: by the names of the network itself, as `read_weights` gives them.
        source: where they are from, for the message.
        any_classifier: its own classifier may be missing in the weights and stays as it is.

    Raises:
        TrainingError: they are those of another network; names the first that differ.
    """
    net = model.net
    if hasattr(net, "from_pretrained"):
        weights = of_this_version(net, weights)
    own, extra = net.state_dict(), _classifier_of(net)
    fitting = {
        name: value for name, value in weights.items() if name in own or _top(name) not in extra
    }
    # the first token is taken, never what a pooler makes of it
    kept = {"pooler"} | (extra if any_classifier else set())
    as_it_is = {name: own[name] for name in own if _top(name) in kept and name not in fitting}
    apply_weights(net, {**fitting, **as_it_is}, source=source)


def _state(path: Path) -> dict[str, Any]:
    """The innermost mapping of a file that holds weights by name."""
    if path.suffix == ".safetensors":
        from effocr.training.checkpoints import load_weights

        return dict(load_weights(path))
    state = read_tensors(path)
    for inner in ("ema", "model", "state_dict"):  # ours, and what others wrap weights in
        if isinstance(state.get(inner), Mapping):
            return dict(state[inner])
    return state


def _bare(name: str) -> str:
    """Name of a weight without what was wrapped around the network."""
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper)
    return name


def _top(name: str) -> str:
    return name.partition(".")[0]


def _classifier_of(net: nn.Module) -> set[str]:
    """First parts of the names that weights of a classifier have."""
    named = getattr(net, "pretrained_cfg", {}).get("classifier") or ()
    layers = (named,) if isinstance(named, str) else tuple(named)
    return {_top(layer) for layer in layers} | {"classifier", "head", "fc"}


def _timm_network(name: str, size_px: int, classes: int) -> nn.Module:
    check_timm_name(name)
    options: dict[str, Any] = {"pretrained": False, "in_chans": 3, "num_classes": classes}
    try:
        net: nn.Module = timm.create_model(name, img_size=(size_px, size_px), **options)
    except TypeError:  # convolutional networks take any size and know no img_size
        net = timm.create_model(name, **options)
    return net
