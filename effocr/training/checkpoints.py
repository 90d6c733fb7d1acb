"""Checkpoints of a run: `last.pt` and `best.pt`, both with the full state, written atomically.

They hold tensors and plain values only and are loaded with `weights_only=True`: a checkpoint from
a stranger can't run code.
"""

import json
import os
import pickle
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import BaseModel, ValidationError
from torch import Tensor, nn

from effocr.atomic import write_whole
from effocr.errors import TrainingError, UsageError

Config = TypeVar("Config", bound=BaseModel)

LAST = "last.pt"
BEST = "best.pt"
FORMAT = 1
WEIGHTS_SUFFIX = ".safetensors"
SETTINGS = "settings"  # in the metadata of a file of weights


def save_checkpoint(state: Mapping[str, Any], path: Path) -> None:
    """Write a state so that a reader finds the old file or the new one, never half of one.

    Raises:
        TrainingError: it can't be written: the disk is full. What was there before is untouched.
    """
    save_tensors({"format": FORMAT, **state}, path)


def save_tensors(values: Mapping[str, Any], path: Path) -> None:
    """Write tensors and plain values by name; as `save_checkpoint`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            torch.save(dict(values), file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except (OSError, RuntimeError) as error:  # torch wraps what its writer could not write
        kept = f"; the {path.name} that was there is kept" if path.is_file() else ""
        reason = error.__context__ if isinstance(error.__context__, OSError) else error
        raise TrainingError(f"{path}: can't be written: {reason}{kept}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint of ours onto the CPU.

    Args:
        path: a file, or the folder of a run, which means its `last.pt`.

    Raises:
        UsageError: there is no such file.
        TrainingError: the file is damaged, not ours, or of another format.
    """
    path = path / LAST if path.is_dir() else path
    if not path.is_file():
        raise UsageError(f"{path}: no checkpoint here; give the folder that `train --out` wrote")
    try:
        state = read_tensors(path)
    except TrainingError as error:
        best = path.with_name(BEST)
        if path.name != LAST or not best.is_file():
            raise
        raise TrainingError(f"{error}; {best} may be whole: go on from there") from error
    if state.get("format") != FORMAT:
        raise TrainingError(
            f"{path}: not a checkpoint of this program's format {FORMAT}; read it with the version "
            "that wrote it, or train anew"
        )
    return state


def read_tensors(path: Path) -> dict[str, Any]:
    """Read a file that torch wrote, onto the CPU; it can't run code.

    Raises:
        TrainingError: the file is damaged, holds more than tensors and plain values, or no dict.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:  # torch would advise to let it run code
        raise TrainingError(
            f"{path}: not a readable checkpoint: torch did not write it, or it holds more than "
            "tensors and plain values"
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, struct.error) as error:
        first = str(error).strip().splitlines()[:1]
        raise TrainingError(f"{path}: not a readable checkpoint: {''.join(first)}") from error
    if not isinstance(state, dict):
        raise TrainingError(f"{path}: holds a {type(state).__name__}, expected weights by name")
    return state


def load_run(run: Path, *, kind: str, config: type[Config]) -> tuple[Config, dict[str, Any]]:
    """What a run was: its configuration, and the settings kept beside it.

    Args:
        run: run folder (its `best.pt`), a checkpoint, or a file of `save_weights`.
        kind: of the module, `localizer` or `recognizer`.
        config: model of its configuration.

    Raises:
        UsageError: there is no such file.
        TrainingError: a checkpoint of something else, or of another version of this program.
    """
    path = best_of(run)
    settings = _settings_of(path)
    if settings.get("kind") != kind:
        raise TrainingError(f"{path}: a checkpoint of a {settings.get('kind')}, not of a {kind}")
    try:
        return config.model_validate(settings["config"]), settings
    except (ValidationError, KeyError) as error:
        first = str(error).splitlines()[0]
        raise TrainingError(
            f"{path}: of another version of this program ({first}); read it with that version, or "
            "train anew"
        ) from error


def kind_of(run: Path) -> str | None:
    """What a run trained, such as `localizer`; None: it does not say.

    Args:
        run: run folder (its `best.pt`), a checkpoint, or a file of `save_weights`.

    Raises:
        UsageError: there is no such file.
        TrainingError: the file is damaged or not ours.
    """
    kind = _settings_of(best_of(run)).get("kind")
    return None if kind is None else str(kind)


def _settings_of(path: Path) -> dict[str, Any]:
    if path.suffix != WEIGHTS_SUFFIX:
        found: dict[str, Any] = load_checkpoint(path).get("settings", {})
        return found
    from safetensors import SafetensorError, safe_open

    _need_weights(path)
    try:
        with safe_open(path, framework="pt") as file:
            settings = json.loads((file.metadata() or {}).get(SETTINGS, "{}"))
    except (OSError, SafetensorError, ValueError) as error:
        raise TrainingError(f"{path}: not a readable safetensors file: {error}") from error
    return settings if isinstance(settings, dict) else {}


def _need_weights(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path}: no weights here; give the .safetensors file of a model folder")


def save_weights(run: Path, path: Path) -> None:
    """Write the weights of a run alone, to start other trainings from, matrices in half precision.

    `load_run` and `load_weights` read the file as they read a run.

    Args:
        run: run folder (its `best.pt`) or a checkpoint.
        path: `.safetensors` file.
    """
    save_settled(load_weights(run), _settings_of(best_of(run)), path)


def save_settled(weights: Mapping[str, Tensor], settings: Mapping[str, Any], path: Path) -> None:
    """The same of weights that are in memory.

    Args:
        weights: of a network, by name.
        settings: that a checkpoint of the network has: `kind`, `config` and what else it needs.
        path: `.safetensors` file.
    """
    from safetensors.torch import save

    halved = {
        # Single numbers stay as they are: a small variance would vanish in half precision.
        name: (
            value.half() if value.is_floating_point() and value.dim() > 1 else value
        ).contiguous()
        for name, value in weights.items()
    }
    metadata = {SETTINGS: json.dumps(settings, ensure_ascii=False)}
    write_whole(path, save(halved, metadata=metadata))


def best_of(run: Path) -> Path:
    """The `best.pt` of a run folder; a checkpoint is itself."""
    return run / BEST if run.is_dir() else run


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights to use or to start from: the averaged ones where the run kept them.

    Args:
        path: a run folder (its `best.pt`), a checkpoint of ours or a `.safetensors` file.

    Raises:
        UsageError: there is no such file.
        TrainingError: the file is damaged or not ours.
    """
    if path.suffix == WEIGHTS_SUFFIX:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        _need_weights(path)
        try:
            return load_file(path)
        except (OSError, SafetensorError) as error:
            raise TrainingError(f"{path}: not a readable safetensors file: {error}") from error
    state = load_checkpoint(best_of(path))
    weights: dict[str, Tensor] = state["model"] if state["ema"] is None else state["ema"]
    return weights


def apply_weights(model: nn.Module, weights: Mapping[str, Tensor], *, source: Path) -> None:
    """Put weights into a model; every name and shape must agree.

    Raises:
        TrainingError: names the first weights that are missing, unknown or of another shape.
    """
    own = model.state_dict()
    problems = [f"{name} is missing" for name in own if name not in weights]
    problems += [f"{name} is unknown" for name in weights if name not in own]
    problems += [
        f"{name} is {list(weights[name].shape)}, the model's {list(tensor.shape)}"
        for name, tensor in own.items()
        if name in weights and weights[name].shape != tensor.shape
    ]
    if problems:
        shown = "; ".join(problems[:3]) + (f"; and {len(problems) - 3} more" * (len(problems) > 3))
        raise TrainingError(
            f"{source}: these weights are of another model: {shown}; give weights of the same "
            "sizes, or the settings that they were trained with"
        )
    model.load_state_dict(dict(weights))


def apply_optimizer(
    optimizer: torch.optim.Optimizer, state: Mapping[str, Any], *, source: Path
) -> None:
    """Go on with the state of an optimizer, but at the learning rates of this run.

    Raises:
        TrainingError: it is of another optimizer.
    """
    rates = [group["lr"] for group in optimizer.param_groups]
    try:
        optimizer.load_state_dict(dict(state))
    except (ValueError, KeyError) as error:
        raise TrainingError(f"{source}: the state of another optimizer: {error}") from error
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
        group.pop("initial_lr", None)  # the loop sets it anew
