"""Classic trainings so small that a test can run several."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from effocr.training.config import load_config
from effocr.workbench.dataset import open_dataset
from effocr.workbench.recognizer_config import ClassicTraining
from effocr.workbench.recognizer_parts import class_names, gather_parts
from effocr.workbench.train_recognizer import ClassicOutcome, train_classic

Draw = Callable[..., Path]


def settings(**given: Any) -> ClassicTraining:
    """Settings of a training of glyphnet that takes no time."""
    loop = {"device": "cpu", "learning_rate": 2e-3, "epochs": 1, **given.pop("loop", {})}
    values = {"timm": "glyphnet", "size_px": 32, "batch_size": 16, "language": "en", "passes": 2}
    return load_config(ClassicTraining, loop=loop, **{**values, **given})


def train(root: Path, run: str = "run", *, resume: bool = False, **given: Any) -> ClassicOutcome:
    """Train on a set that `draw_glyph_set` drew; the run is beside it."""
    place, data = root.parent, open_dataset(root)
    split = data.split(*(place / f"{name}.json" for name in ("train", "val", "test")))
    return train_classic(data, split, settings(**given), run=place / run, resume=resume)


def parts(root: Path, **given: Any) -> Any:
    """What such a training would be made of."""
    data = open_dataset(root)
    split = data.split(*(root.parent / f"{name}.json" for name in ("train", "val", "test")))
    config = settings(**given)
    return gather_parts(data, split, class_names(data, config), config)


def names(folder: Path) -> set[str]:
    """Names of the files in a folder."""
    return {path.name for path in folder.iterdir()}
