"""A configuration of Detectron2 in either form, behind one Protocol."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import yaml
from torch import nn
from torch.optim import Optimizer

from effocr.errors import UsageError
from effocr.localizer.backends.detectron2_config import Detectron2Training, require_detectron2

__all__ = ["Pace", "Plan", "Recipe", "config_errors", "open_recipe"]

NOT_BUILT: Final = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, yaml.YAMLError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training wants of a configuration.

    Attributes:
        settings: of the training.
        classes: 1 for glyphs, 2 for glyphs and words.
        images: to learn from.
        device: cpu or cuda.
        run: folder of the run.
    """

    settings: Detectron2Training
    classes: int
    images: int
    device: str
    run: Path


@dataclass(frozen=True, slots=True)
class Pace:
    """Plain values of a configuration.

    Attributes:
        classes: that the network tells apart.
        weights: to start from, empty for a random start; may be remote.
        steps: in all.
        evaluate_every: steps; 0: after the last.
        workers: processes that make batches.
        amp: train in half precision.
        seed: of the random numbers; negative: any.
    """

    classes: int
    weights: str
    steps: int
    evaluate_every: int
    workers: int
    amp: bool
    seed: int


class Recipe(Protocol):
    """What a configuration says, and what can be built from it.

    Every method raises UsageError where values of the configuration do not go together.
    """

    def prepare(self, plan: Plan) -> None:
        """Set classes, anchors, steps and the rest for a training; the plan's options win."""

    def override(self, options: Sequence[str]) -> None:
        """Set values, see `option_pairs`."""

    def pace(self) -> Pace:
        """Its plain values."""

    def start_from(self, weights: str) -> None:
        """Start from a local file."""

    def start_at_random(self) -> None:
        """Freeze nothing and let batch normalisation learn, since nothing is trained yet."""

    def set_thresholds(self, *, score: float, iou: float) -> None:
        """Set what decides which boxes are found."""

    def model(self) -> nn.Module:
        """Build the network."""

    def optimizer(self, model: nn.Module) -> Optimizer:
        """Build the optimizer."""

    def scheduler(self, optimizer: Optimizer) -> Any:
        """Build the schedule of the learning rate."""

    def augmentations(self, *, train: bool) -> list[Any]:
        """Build what is done to an image."""

    def save(self, run: Path) -> None:
        """Write `config.yaml`, which `open_recipe` reads, and `omega_config.json`."""


@contextmanager
def config_errors(where: str = "the config cannot be used") -> Iterator[None]:
    """Where Detectron2 is given values of a config: what it raises becomes our error.

    Raises:
        UsageError: the values do not go together.
    """
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except (*NOT_BUILT, HydraException, OmegaConfBaseException) as error:
        raise UsageError(f"{where}: {_told(error)}") from error


class _SafeLoader(yaml.SafeLoader):
    """Plain values, tuples and Detectron2's ShapeSpec: what its saved configs are made of."""


def _shape_spec(loader: _SafeLoader, node: yaml.Node) -> Any:
    from detectron2.layers import ShapeSpec

    return ShapeSpec(**loader.construct_mapping(node))  # type: ignore[arg-type]


def _tuple(loader: _SafeLoader, node: yaml.Node) -> Any:
    return tuple(loader.construct_sequence(node, deep=True))  # type: ignore[arg-type]


_SafeLoader.add_constructor("tag:yaml.org,2002:python/tuple", _tuple)
_SafeLoader.add_constructor(
    "tag:yaml.org,2002:python/object:detectron2.layers.shape_spec.ShapeSpec", _shape_spec
)


def _read_yaml(path: Path) -> dict[str, Any]:
    """Read a configuration; it can't run code.

    Raises:
        UsageError: it is no YAML mapping of plain values.
    """
    try:
        content = yaml.load(path.read_text("utf-8"), _SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not a readable config: {_told(error)}") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path}: expected a config, a mapping of names and values")
    return content


def open_recipe(path: Path) -> Recipe:
    """Open a configuration: yaml of either form, or a LazyConfig .py, a program which is run.

    Raises:
        MissingDependencyError: Detectron2 is not installed.
        UsageError: it is not a configuration of Detectron2.
    """
    require_detectron2()
    from effocr.localizer.backends.detectron2_lazy import LazyRecipe
    from effocr.localizer.backends.detectron2_yaml import YamlRecipe

    if path.suffix == ".py":
        return LazyRecipe.of_program(path)
    content = _read_yaml(path)
    if isinstance(content.get("model"), dict):
        return LazyRecipe.of_values(content, path)
    return YamlRecipe(path)


def _told(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__
