"""Weights that a training of the sequence reader starts from, its characters mapped one by one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from torch import Tensor, nn

from effocr.ctc.alphabet import OCRS, Alphabet
from effocr.ctc.config import CrnnConfig
from effocr.errors import TrainingError, UsageError
from effocr.training.checkpoints import apply_weights, best_of, load_checkpoint, read_tensors

__all__ = ["KIND", "Start", "load_ocrs_checkpoint", "load_start", "network_of", "start_from"]

KIND: Final = "ctc"
_RECURRENT: Final = re.compile(r"gru\.weight_hh_l\d+")  # one way of every layer
_HEAD: Final = ("output.0.weight", "output.0.bias")  # a row for every class


@dataclass(frozen=True)
class Start:
    """Weights and the alphabet that they name.

    Attributes:
        weights: tensors by name.
        alphabet: of the rows of the last layer.
        source: where they come from.
        optimizer: its state, to go on from with the same alphabet; None: it starts anew.
        epoch: epochs that were finished.
    """

    weights: Mapping[str, Tensor]
    alphabet: Alphabet
    source: Path
    optimizer: Mapping[str, Any] | None = None
    epoch: int = 0


def load_start(path: Path) -> Start:
    """Weights of a run, the averaged ones where it kept them; or of a checkpoint of ocrs.

    Args:
        path: a run folder (its `best.pt`), a checkpoint of ours, or a `text-rec-checkpoint.pt`.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is a checkpoint of something else.
    """
    file = best_of(path)
    if file.is_file() and "model_state" in read_tensors(file):
        return load_ocrs_checkpoint(file)
    state = load_checkpoint(file)
    settings = state.get("settings", {})
    if settings.get("kind") != KIND:
        raise TrainingError(
            f"{file}: a checkpoint of a {settings.get('kind')}, not of a sequence reader"
        )
    weights = state["model"] if state["ema"] is None else state["ema"]
    return Start(weights, Alphabet(tuple(settings["alphabet"])), file)


def load_ocrs_checkpoint(path: Path) -> Start:
    """Read a `text-rec-checkpoint.pt` of ocrs, or one of ours in that form.

    One of ours holds its alphabet; one of ocrs does not, and has the 96 characters of ocrs.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is not of this form.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such checkpoint; training writes text-rec-checkpoint.pt")
    state = read_tensors(path)
    missing = [name for name in ("model_state", "optimizer_state", "epoch") if name not in state]
    if missing:
        raise TrainingError(f"{path}: no checkpoint of text recognition, it has no {missing[0]}")
    alphabet = Alphabet(tuple(state["alphabet"])) if "alphabet" in state else OCRS
    return Start(
        state["model_state"], alphabet, path, state["optimizer_state"], int(state["epoch"])
    )


def network_of(start: Start) -> CrnnConfig:
    """Sizes of the network that weights are of, as far as they tell: else those of the settings."""
    recurrent = start.weights.get("gru.weight_hh_l0")
    layers = sum(_RECURRENT.fullmatch(name) is not None for name in start.weights)
    if recurrent is None or recurrent.ndim != 2:
        return CrnnConfig()  # `start_from` says what is wrong
    return CrnnConfig(hidden=recurrent.shape[1], layers=layers)


def start_from(model: nn.Module, start: Start, alphabet: Alphabet) -> None:
    """Put weights into a model; rows of the last layer follow their characters.

    A character that the weights do not know keeps the row that the model began with, at random.

    Args:
        model: the network, for `alphabet`.
        start: weights of the same sizes but for the alphabet.
        alphabet: of the model.

    Raises:
        TrainingError: the weights are of another network, or do not fit their own alphabet.
    """
    weights, own = dict(start.weights), model.state_dict()
    before = {character: row for row, character in enumerate(start.alphabet.characters, 1)}
    rows = [(0, 0)]  # the blank
    rows += [
        (row, before[character])
        for row, character in enumerate(alphabet.characters, 1)
        if character in before
    ]
    to, source = (list(side) for side in zip(*rows, strict=True))
    for name in _HEAD:
        given = weights.get(name)
        if given is None or len(given) != start.alphabet.classes:
            continue  # `apply_weights` says what is wrong
        fresh = own[name].clone()
        if given.shape[1:] == fresh.shape[1:]:
            fresh[to] = given[source].to(fresh.dtype)
            weights[name] = fresh
    apply_weights(model, weights, source=start.source)
