"""Configuration of a training run: the fields of the loop, YAML files and `--set a.b=value`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from effocr.errors import UsageError

CONFIG = "config.yaml"  # in the folder of a run

Config = TypeVar("Config", bound=BaseModel)


class LoopConfig(BaseModel, frozen=True, extra="forbid"):
    """How `effocr.training.loop.fit` runs; the same for every model."""

    max_steps: int = Field(5_000, gt=0, description="optimizer steps in all")
    epochs: int | None = Field(None, gt=0, description="instead of max_steps: passes over the data")
    learning_rate: float = Field(2e-3, gt=0, description="the highest of the schedule")
    weight_decay: float = Field(1e-4, ge=0)
    schedule: Literal["one-cycle", "cosine", "constant"] = "one-cycle"
    warmup: float = Field(0.1, ge=0, lt=1, description="share of the steps with a rising rate")
    clip_norm: float | None = Field(1.0, gt=0, description="largest norm of the whole gradient")
    ema_decay: float | None = Field(None, gt=0, lt=1, description="moving average of the weights")
    bf16: bool = Field(False, description="run the model in bfloat16 where that is safe")
    fp16: bool = Field(False, description="the same in float16 with a scaled loss; only on CUDA")
    channels_last: bool = Field(True, description="memory layout; three times faster on CPU")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto: a GPU where there is one"
    )
    workers: int | None = Field(
        None,
        ge=0,
        description="processes that make batches; 0: a thread; null: a thread beside a CPU, as "
        "many as cores can be spared, eight at most, beside a GPU",
    )
    log_every: int = Field(50, gt=0, description="steps")
    validate_every: int = Field(500, gt=0, description="steps")
    save_every: int = Field(500, gt=0, description="steps between writings of last.pt")
    best: str = Field("accuracy", description="the validation figure that chooses best.pt")
    best_is: Literal["highest", "lowest"] = "highest"
    patience: int | None = Field(
        None, gt=0, description="stop after so many validations in a row without a better figure"
    )
    seed: int = Field(0, ge=0)
    trackers: tuple[Literal["tensorboard", "wandb"], ...] = Field(
        (), description="besides log.jsonl and log.csv, which are always written"
    )
    project: str = Field("effocr", min_length=1, description="of Weights & Biases")

    @model_validator(mode="after")
    def _one_precision(self) -> Self:
        if self.bf16 and self.fp16:
            raise ValueError("bf16 and fp16 exclude each other; switch one off")
        return self

    @model_validator(mode="after")
    def _finite_schedule(self) -> Self:
        if self.schedule != "constant" and self.warmup * self.max_steps > self.max_steps - 1:
            raise ValueError(f"warmup {self.warmup} leaves no step of {self.max_steps} to decay")
        return self


def load_config(
    model: type[Config],
    /,
    file: Path | None = None,
    *,
    overrides: Sequence[str] = (),
    **given: Any,
) -> Config:
    """Build a configuration from its defaults, a YAML file, given values and overrides.

    Later sources win, in the order of the arguments `file`, `given`, `overrides`.

    Args:
        model: the pydantic model.
        file: YAML mapping with the same nesting as the model, or None.
        overrides: `a.b=value` texts, the value in YAML (`loop.max_steps=100`).
        **given: values of top-level fields; None means not given.

    Raises:
        UsageError: the file is not a YAML mapping, an override has no `=`, or a value is refused.
    """
    values = _group_defaults(model)
    if file is not None:
        _merge(values, read_yaml(file))
    _merge(values, {name: value for name, value in given.items() if value is not None})
    for override in overrides:
        _override(values, override)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UsageError(_one_line(error, model)) from error


def save_config(config: BaseModel, path: Path) -> None:
    """Write a configuration as YAML that `load_config` reads back."""
    values = config.model_dump(mode="json")
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _group_defaults(model: type[BaseModel]) -> dict[str, Any]:
    """Defaults of the fields that are groups: setting one value of a group keeps the others.

    A model may give its loop other defaults than those of `LoopConfig`; validation alone would fall
    back to the latter as soon as one field of the loop is given.
    """
    defaults = {name: field.get_default() for name, field in model.model_fields.items()}
    return {
        name: value.model_dump() for name, value in defaults.items() if isinstance(value, BaseModel)
    }


def _merge(values: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Put given values over others, group by group."""
    for name, value in given.items():
        if isinstance(value, Mapping) and isinstance(values.get(name), dict):
            _merge(values[name], value)
        else:
            values[name] = value


def read_yaml(file: Path) -> dict[str, Any]:
    """Settings of a file; none, where it is empty.

    Raises:
        UsageError: it cannot be read, is no YAML, or holds something else; in one line.
    """
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{file}: not a readable YAML file: {reason}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UsageError(f"{file}: expected `name: value` lines, found {type(values).__name__}")
    return values


def _override(values: dict[str, Any], override: str) -> None:
    """Set one `a.b=value` in nested mappings, making those that are missing."""
    name, equals, text = override.partition("=")
    if not equals or not name:
        raise UsageError(f"--set {override}: expected NAME=VALUE, such as loop.max_steps=1000")
    *parents, last = name.split(".")
    place = values
    for parent in parents:
        place = place.setdefault(parent, {})
        if not isinstance(place, dict):
            raise UsageError(f"--set {override}: {parent} is a value, not a group of values")
    try:
        place[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"--set {override}: {text!r} is not a YAML value") from error


def _one_line(error: ValidationError, model: type[BaseModel]) -> str:
    problems = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"]) or model.__name__
        hint = ""
        if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
            hint = f" (known: {', '.join(model.model_fields)})"
        problems.append(f"{name}: {problem['msg']}{hint}")
    return "configuration: " + "; ".join(problems)
