"""A localizer trained with Detectron2 as a `BoxLocalizer`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from effocr.errors import UsageError
from effocr.geometry import clip_boxes
from effocr.localizer.backends.boxes import LineBoxes
from effocr.localizer.backends.detectron2_recipe import Recipe, open_recipe
from effocr.localizer.backends.detectron2_weights import best_weights, put_weights

__all__ = ["Detectron2Localizer", "config_in"]

Grey = npt.NDArray[np.uint8]
GLYPH, WORD = 0, 1  # classes, as in the original
CONFIG = "config.yaml"


class Detectron2Localizer:
    """The best weights of a run folder, on a GPU where there is one."""

    def __init__(
        self, path: Path, score_threshold: float = 0.3, iou_threshold: float = 0.5
    ) -> None:
        """Open a run.

        Args:
            path: folder with `model_best.pth` or `best_bbox_mAP.pth` and a config: `config.yaml`,
                any other yaml, or a LazyConfig .py.
            score_threshold: least score of a box, 0 to 1.
            iou_threshold: of two boxes of a kind that overlap more, the better one is kept.

        Raises:
            MissingDependencyError: Detectron2 is not installed.
            UsageError: a file is missing.
            TrainingError: the weights are of another network than the config's.
        """
        recipe = open_recipe(config_in(path))
        recipe.set_thresholds(score=score_threshold, iou=iou_threshold)
        model = recipe.model()
        put_weights(model, best_weights(path), all_of_them=True)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._take(model.to(device).eval(), recipe, score_threshold)

    @classmethod
    def of(
        cls, model: nn.Module, recipe: Recipe, *, score_threshold: float = 0.3
    ) -> "Detectron2Localizer":
        """A network in memory as a localizer; it must be in eval mode."""
        localizer = cls.__new__(cls)
        localizer._take(model, recipe, score_threshold)
        return localizer

    def _take(self, model: nn.Module, recipe: Recipe, score_threshold: float) -> None:
        from detectron2.data import transforms

        self._model, self._score_threshold = model, score_threshold
        self._augment = transforms.AugmentationList(recipe.augmentations(train=False))

    @torch.inference_mode()
    def locate(self, lines: Sequence[Grey]) -> list[LineBoxes]:
        """See `effocr.localizer.backends.boxes.BoxLocalizer`."""
        return [self._on_image(line, self._model([self._input(line)])[0]) for line in lines]

    def _input(self, line: Grey) -> dict[str, Any]:
        from detectron2.data import transforms

        seen = transforms.AugInput(np.repeat(line[..., None], 3, axis=2))
        self._augment(seen)
        pixels = torch.from_numpy(np.ascontiguousarray(seen.image.transpose(2, 0, 1)))
        return {"image": pixels, "height": line.shape[0], "width": line.shape[1]}

    def _on_image(self, line: Grey, result: dict[str, Any]) -> LineBoxes:
        found = result["instances"].to("cpu")
        boxes = clip_boxes(found.pred_boxes.tensor.numpy(), line.shape[1], line.shape[0])
        boxes = boxes.astype(np.float32)
        scores, classes = found.scores.float().numpy(), found.pred_classes.numpy()
        real = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        real &= scores >= self._score_threshold
        glyphs, words = real & (classes == GLYPH), real & (classes == WORD)
        return LineBoxes(boxes[glyphs], scores[glyphs], boxes[words], scores[words])


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
