"""A localizer trained by `torchvision_train` as a `BoxLocalizer`."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torchvision.models.detection import FasterRCNN

from effocr.geometry import clip_boxes
from effocr.localizer.backends.boxes import LineBoxes
from effocr.localizer.backends.torchvision_config import TorchvisionTraining
from effocr.localizer.backends.torchvision_model import (
    TorchvisionConfig,
    as_input,
    build_detector,
    canvas_of,
    on_canvas,
    scale_of,
)
from effocr.training.checkpoints import apply_weights, load_run, load_weights

__all__ = ["GLYPH", "KIND", "WORD", "TorchvisionLocalizer"]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

KIND: Final = "torchvision localizer"
GLYPH, WORD = 1, 2  # labels; 0 is the background
AT_ONCE: Final = 8  # lines of one canvas that go through the network together


class TorchvisionLocalizer:
    """The best weights of a run, on a GPU where there is one."""

    def __init__(self, path: Path, score_threshold: float = 0.3, iou_threshold: float = 0.5):
        """Open a run.

        Args:
            path: run folder (its `best.pt`) or a checkpoint.
            score_threshold: least score of a box, 0 to 1.
            iou_threshold: of two boxes of a kind that overlap more, the better one is kept.

        Raises:
            UsageError: there is no such file.
            TrainingError: not a checkpoint of this backend.
        """
        config, settings = load_run(path, kind=KIND, config=TorchvisionTraining)
        self._config = config.model.model_copy(update={"backbone_weights": None})
        model = build_detector(self._config, classes=int(settings["classes"]))
        apply_weights(model, load_weights(path), source=path)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.to(device).eval()
        _set_thresholds(self._model, score_threshold, iou_threshold)

    @classmethod
    def of(
        cls, model: nn.Module, config: TorchvisionConfig, *, score_threshold: float = 0.3
    ) -> "TorchvisionLocalizer":
        """A network in training as a localizer; it must be in eval mode."""
        localizer = cls.__new__(cls)
        localizer._config, localizer._model = config, model
        _set_thresholds(localizer._model, score_threshold, 0.5)
        return localizer

    def locate(self, lines: Sequence[Grey]) -> list[LineBoxes]:
        """See `effocr.localizer.backends.boxes.BoxLocalizer`."""
        scales = [scale_of(line.shape, self._config) for line in lines]
        alike: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, line in enumerate(lines):
            alike[canvas_of(line.shape, scales[number])].append(number)
        found: dict[int, LineBoxes] = {}
        for canvas, members in alike.items():
            for first in range(0, len(members), AT_ONCE):
                chunk = members[first : first + AT_ONCE]
                pixels = np.stack([on_canvas(lines[i], scales[i], canvas) for i in chunk])
                for i, boxes in zip(chunk, self._run(pixels), strict=True):
                    found[i] = _on_image(*boxes, shape=lines[i].shape, scale=scales[i])
        return [found[number] for number in range(len(lines))]

    @torch.inference_mode()
    def _run(self, pixels: Grey) -> list[tuple[Floats, Floats, npt.NDArray[np.int64]]]:
        """Boxes, scores and labels on canvases [n, height, width]."""
        device = next(self._model.parameters()).device
        results = self._model(as_input(torch.from_numpy(pixels).to(device)))
        return [
            (
                result["boxes"].float().cpu().numpy(),
                result["scores"].float().cpu().numpy(),
                result["labels"].cpu().numpy(),
            )
            for result in results
        ]


def _set_thresholds(model: FasterRCNN, score_threshold: float, iou_threshold: float) -> None:
    model.roi_heads.score_thresh = score_threshold
    model.roi_heads.nms_thresh = iou_threshold


def _on_image(
    boxes: Floats,
    scores: Floats,
    labels: npt.NDArray[np.int64],
    *,
    shape: tuple[int, ...],
    scale: float,
) -> LineBoxes:
    """Back to pixels of the image; what lies on the canvas beside it is dropped."""
    cut = clip_boxes(boxes / scale, shape[1], shape[0]).astype(np.float32)
    real = (cut[:, 2] > cut[:, 0]) & (cut[:, 3] > cut[:, 1])
    glyphs, words = real & (labels == GLYPH), real & (labels == WORD)
    return LineBoxes(cut[glyphs], scores[glyphs], cut[words], scores[words])
