"""A localizer trained with Detectron2 as a `BoxLocalizer`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from effocr.errors import UsageError
from effocr.geometry import clip_boxes
from effocr.localizer.backends.boxes import LineBoxes
from effocr.localizer.backends.detectron2_config import (
    Detectron2Training,
    find_config,
    option_pairs,
)
from effocr.localizer.backends.detectron2_recipe import Plan, Recipe, open_recipe
from effocr.localizer.backends.detectron2_weights import best_weights, put_weights

__all__ = ["CONFIG", "GLYPH", "WORD", "Detectron2Localizer", "config_in", "picture"]

Grey = npt.NDArray[np.uint8]
GLYPH, WORD = 0, 1  # classes, as in the original
CONFIG: Final = "config.yaml"
LEAST_SCORE: Final = 0.05  # of a box that counts in COCO's figures, as in Detectron2's configs
WEIGHTS_OPTIONS: Final = {"MODEL.WEIGHTS", "train.init_checkpoint"}


class Detectron2Localizer:
    """Trained weights, on a GPU where there is one.

    Attributes:
        recipe: the configuration.
        model: the network.
    """

    def __init__(
        self,
        path: Path,
        score_threshold: float = 0.3,
        iou_threshold: float = 0.5,
        settings: Detectron2Training | None = None,
    ) -> None:
        """Open a run.

        Args:
            path: folder with `model_best.pth` or `best_bbox_mAP.pth` and a config: `config.yaml`,
                any other yaml, or a LazyConfig .py.
            score_threshold: least score of a box, 0 to 1.
            iou_threshold: of two boxes of a kind that overlap more, the better one is kept.
            settings: whose options and initial weights win over the run's, and whose config counts
                if the run has none.

        Raises:
            MissingDependencyError: Detectron2 is not installed.
            UsageError: a file is missing, or the config can't be used.
            TrainingError: the weights are of another network than the config's.
        """
        self.recipe, weights = _open(path, settings)
        self._score_threshold = score_threshold
        score = min(score_threshold, LEAST_SCORE)
        self.recipe.set_thresholds(score=score, iou=iou_threshold)
        self.model = self.recipe.model()
        put_weights(self.model, weights or best_weights(path), all_of_them=True)
        self.model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self._augment = self.recipe.augmentations(train=False)

    @torch.inference_mode()
    def locate(self, lines: Sequence[Grey]) -> list[LineBoxes]:
        """See `effocr.localizer.backends.boxes.BoxLocalizer`."""
        return [self._on_image(line, self.model([self._input(line)])[0]) for line in lines]

    def _input(self, line: Grey) -> dict[str, Any]:
        height, width = line.shape
        return {"image": picture(line, self._augment)[0], "height": height, "width": width}

    def _on_image(self, line: Grey, result: dict[str, Any]) -> LineBoxes:
        found = result["instances"].to("cpu")
        boxes = clip_boxes(found.pred_boxes.tensor.numpy(), line.shape[1], line.shape[0])
        boxes = boxes.astype(np.float32)
        scores, classes = found.scores.float().numpy(), found.pred_classes.numpy()
        real = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        real &= scores >= self._score_threshold
        glyphs, words = real & (classes == GLYPH), real & (classes == WORD)
        return LineBoxes(boxes[glyphs], scores[glyphs], boxes[words], scores[words])


def picture(grey: Grey, augmentations: Sequence[Any]) -> tuple[torch.Tensor, Any]:
    """What a network sees of a line, [3, height, width] uint8, and the transform that led there."""
    from detectron2.data import transforms

    seen = transforms.AugInput(np.repeat(grey[..., None], 3, axis=2))
    moved = transforms.AugmentationList(list(augmentations))(seen)
    return torch.from_numpy(np.ascontiguousarray(seen.image.transpose(2, 0, 1))), moved


def _open(path: Path, settings: Detectron2Training | None) -> tuple[Recipe, Path | None]:
    """The configuration of a run, and the weights if they are to be others than its own."""
    if settings is None:
        return open_recipe(config_in(path)), None
    if (path / CONFIG).is_file():
        recipe = open_recipe(config_in(path))
        recipe.override(settings.options)
    else:
        recipe = open_recipe(find_config(settings.config))
        classes = 1 if settings.words is False else 2
        recipe.prepare(Plan(settings, classes, images=1, device="cpu", run=path))
    named = {name for name, _ in option_pairs(settings.options)}
    if settings.init_checkpoint is None and named & WEIGHTS_OPTIONS:
        return recipe, Path(recipe.pace().weights)
    return recipe, settings.init_checkpoint


def config_in(path: Path) -> Path:
    """The configuration in the folder of a run, or beside its weights.

    Raises:
        UsageError: there is none, or several and none is called config.yaml.
    """
    folder = path if path.is_dir() else path.parent
    if (folder / CONFIG).is_file():
        return folder / CONFIG
    for pattern in ("*.y*ml", "*.py"):
        files = sorted(folder.glob(pattern))
        if len(files) == 1:
            return files[0]
        if files:
            named = ", ".join(file.name for file in files)
            raise UsageError(f"{folder}: several configs ({named}); call the right one {CONFIG}")
    raise UsageError(f"{folder}: no config; expected {CONFIG}, another yaml or a LazyConfig .py")
