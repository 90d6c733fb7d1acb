"""Networks of timm: by name, with weights from a local file; nothing is ever downloaded."""

from pathlib import Path

import timm
from torch import Tensor, nn

from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import load_weights, read_tensors

__all__ = ["check_timm_name", "start_backbone"]


def check_timm_name(name: str) -> None:
    """Refuse the name of a network that timm does not have.

    Raises:
        UsageError: names networks that are called alike.
    """
    if not timm.is_model(name):
        near = timm.list_models(f"*{name}*")[:5]
        hint = f"; is it one of {', '.join(near)}?" if near else ""
        raise UsageError(f"timm has no network {name!r}{hint}")


def start_backbone(backbone: nn.Module, path: Path) -> None:
    """Load the weights of a timm network; a first layer for colour is summed to one for grey.

    Weights that the network does not have, such as those of a classifier, are left out.

    Raises:
        UsageError: there is no such file.
        TrainingError: the file is damaged, or lacks weights of this network.
    """
    # A network that gives features has `stages_0` where the whole one has `stages.0`.
    found = {_flat(name): value for name, value in _plain_weights(path).items()}
    own = backbone.state_dict()
    fitting: dict[str, Tensor] = {}
    for name, tensor in own.items():
        given = found.get(_flat(name))
        if given is not None and given.dim() == 4 and tensor.shape[1] == 1 and given.shape[1] == 3:
            given = given.sum(dim=1, keepdim=True)
        if given is not None and given.shape == tensor.shape:
            fitting[name] = given
    missing = [name for name in own if name not in fitting]
    if missing:
        raise TrainingError(
            f"{path}: lacks {missing[0]} and {len(missing) - 1} more of {type(backbone).__name__}"
        )
    backbone.load_state_dict(fitting)


def _flat(name: str) -> str:
    return name.replace(".", "_")


def _plain_weights(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return load_weights(path)
    if not path.is_file():
        raise UsageError(f"{path}: no such file of weights")
    state = read_tensors(path)
    return dict(state.get("state_dict", state.get("model", state)))
