"""Settings of trainings with Detectron2, and what is asked of its configurations. No Detectron2."""

import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, Field

from effocr.errors import MissingDependencyError, UsageError
from effocr.training.trackers import TrackerName

__all__ = [
    "Detectron2Training",
    "anchor_sizes",
    "find_config",
    "is_own",
    "is_remote",
    "option_pairs",
    "period",
    "require_detectron2",
    "steps_of",
]

HOW_TO_GET: Final = (
    "Detectron2 is not installed; build it from its public repository "
    "(git clone https://github.com/facebookresearch/detectron2, in it: "
    "pip install 'setuptools<81' ninja && FORCE_CUDA=0 pip install --no-build-isolation .), "
    "or train without it: --backend native"
)
PROJECT: Final = "EffOCR Localizer D2"  # of Weights & Biases, as in the original
SUFFIXES: Final = (".yaml", ".yml", ".py")
ANCHOR_SCALES: Final = (2, 8, 32)  # of the stride, as in the original
DETECTIONS: Final = 500  # a line has more glyphs and words than COCO's 100
PERIOD: Final = 1000  # steps between evaluations and checkpoints, as in the original
SHORT_SIDES: Final = (480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800)  # of --alt_augs
LONG_SIDE: Final = 1333


class Detectron2Training(BaseModel, frozen=True, extra="forbid"):
    """How a localizer is trained with Detectron2."""

    config: str = Field(
        "COCO-Detection/faster_rcnn_R_50_FPN_3x.yaml",
        description="yaml or LazyConfig .py file, or one of Detectron2's own configs by its name",
    )
    epochs: float = Field(40, gt=0, description="passes over the data")
    batch_size: int = Field(1, gt=0, description="lines, on all GPUs together")
    learning_rate: float | None = Field(
        None, gt=0, description="null: the config's, scaled to the batch size"
    )
    alt_augmentations: bool = Field(
        False, description="lines drawn at short sides of 480 to 800 pixels instead of the config's"
    )
    init_checkpoint: Path | None = Field(
        None, description="local weights; null: those of the config, if they are local"
    )
    words: bool | None = Field(
        None, description="look for words too; null: if the data has any, or spaces in its texts"
    )
    options: tuple[Annotated[str, BeforeValidator(str)], ...] = Field(
        (), description="values of the config, `NAME VALUE` in turn or `NAME=VALUE`; they win"
    )
    gpus: int = Field(1, ge=0, description="of this machine; 0, or where there is none: the CPU")
    machines: int = Field(1, gt=0)
    machine_rank: int = Field(0, ge=0)
    dist_url: str = Field("auto", description="where several processes meet")
    seed: int = Field(0, ge=0, description="where the config says none")
    log_every: int = Field(20, gt=0, description="steps")
    trackers: tuple[TrackerName, ...] = Field(
        (), description="besides log.jsonl and log.csv, which are always written"
    )
    project: str = Field(PROJECT, min_length=1, description="of Weights & Biases")


def require_detectron2() -> None:
    """Check that Detectron2 is there.

    Raises:
        MissingDependencyError: it is not; the message says how to get it.
    """
    if find_spec("detectron2") is None:
        raise MissingDependencyError(HOW_TO_GET)


def find_config(name: str | Path) -> Path:
    """A configuration file: the user's own or one that comes with Detectron2.

    Args:
        name: a path, or a name such as COCO-Detection/faster_rcnn_R_50_FPN_3x.yaml.

    Raises:
        MissingDependencyError: Detectron2 is not installed.
        UsageError: there is no such file, or it is of another kind.
    """
    require_detectron2()
    own = _own_configs()
    for path in (Path(name), own / name):
        if path.is_file():
            if path.suffix not in SUFFIXES:
                raise UsageError(f"{path}: expected a config with a name in {', '.join(SUFFIXES)}")
            return path
    raise UsageError(
        f"{name}: no such config; give a yaml or LazyConfig .py file, or one of {own}, such as "
        "COCO-Detection/faster_rcnn_R_50_FPN_3x.yaml"
    )


def is_own(path: Path) -> bool:
    """Whether a file is one of those that come with Detectron2; some of its yaml runs code."""
    return path.resolve().is_relative_to(_own_configs())


def _own_configs() -> Path:
    found = find_spec("detectron2")
    package = Path(str(found.origin)).resolve().parent if found else Path()
    return package / "model_zoo" / "configs"


def is_remote(weights: str) -> bool:
    """Whether weights would have to be downloaded."""
    return "://" in weights


def option_pairs(options: Sequence[str]) -> list[tuple[str, str]]:
    """Names and values of options, in either spelling.

    Raises:
        UsageError: a name has no value.
    """
    pairs: list[tuple[str, str]] = []
    rest = [option for option in options if option != "--"]
    while rest:
        name = rest.pop(0)
        if name.startswith("--"):
            raise UsageError(f"{name}: flags stand before the values of the config")
        if "=" in name:
            name, _, value = name.partition("=")
        elif rest:
            value = rest.pop(0)
        else:
            raise UsageError(f"{name}: an option of the config without a value")
        pairs.append((name, value))
    return pairs


def steps_of(images: int, epochs: float, batch_size: int) -> int:
    """Steps after which every image has been seen at least `epochs` times."""
    return max(1, math.ceil(images * epochs / batch_size))


def period(images: int, batch_size: int) -> int:
    """Steps between evaluations: an epoch, but 100 at least and the original's 1000 at most."""
    return min(PERIOD, max(100, math.ceil(images / batch_size)))


def anchor_sizes(strides: Sequence[float]) -> list[list[int]]:
    """Sides of the anchors at each stride: with strides 4 to 64 the original's 8 to 2048."""
    return [[round(scale * stride) for scale in ANCHOR_SCALES] for stride in strides]
