"""Train the detector on pages with the regions of their text."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.detector.batches import CropBatches
from effocr.detector.config import DetectorConfig, DetectorTraining, Look
from effocr.detector.loss import (
    TargetTensors,
    balanced_cross_entropy,
    binarise,
    dice_loss,
    masked_l1,
    thickness_loss,
)
from effocr.detector.model import DeployedDetector, Detector, RawMaps
from effocr.detector.page import find_regions
from effocr.detector.pages import LearntPage
from effocr.metrics.boxes import BoxCounts
from effocr.metrics.icdar import match_detections
from effocr.training.checkpoints import apply_weights, load_run, load_weights
from effocr.training.loop import Outcome, Task
from effocr.training.process import seeded
from effocr.training.run import run_task

__all__ = [
    "KIND",
    "Validation",
    "detector_loss",
    "load_detector",
    "torch_network",
    "train_detector",
]

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

KIND: Final = "detector"


def detector_loss(
    raw: RawMaps, truth: TargetTensors, config: DetectorTraining
) -> dict[str, Tensor]:
    """The parts of the loss, weighted; their sum is to be minimised.

    Args:
        raw: of the network, float32.
        truth: of the same crops.
        config: weights and kinds.
    """
    logit, probability = raw.probability[:, 0], raw.probability[:, 0].sigmoid()
    threshold = raw.threshold[:, 0].sigmoid()
    if config.probability_loss == "bce":
        text = balanced_cross_entropy(
            logit, truth.kernel, truth.counted, hard_negatives=config.hard_negatives
        )
    else:
        text = dice_loss(probability, truth.kernel, truth.counted)
    binary = dice_loss(binarise(probability, threshold), truth.kernel, truth.counted)
    parts = {
        "text": config.probability_weight * text,
        "threshold": config.threshold_weight * masked_l1(threshold, truth.threshold, truth.border),
        "binary": config.binary_weight * binary,
    }
    if raw.thickness is not None:
        parts["thickness"] = config.thickness_weight * thickness_loss(
            raw.thickness[:, 0], truth.thickness, truth.counted, config.look.line_px
        )
    return parts


def _loss(
    model: nn.Module, batch: Mapping[str, Tensor], *, config: DetectorTraining
) -> dict[str, Tensor]:
    raw: RawMaps = model(batch["pages"])
    exact = RawMaps(*(None if each is None else each.float() for each in raw))  # type: ignore[arg-type]
    truth = TargetTensors(**{name: batch[name] for name in TargetTensors.__slots__})
    parts = detector_loss(exact, truth, config)
    return {"loss": torch.stack(list(parts.values())).sum(), **parts}


class Validation:
    """Regions found on pages kept aside, as reading finds them."""

    def __init__(self, pages: Sequence[LearntPage], look: Look) -> None:
        """Keep the pages."""
        self.pages, self.look = pages, look

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """Precision, recall and their harmonic mean at IoU 0.5, as by ICDAR2015."""
        network = torch_network(model, self.look.line_px)  # type: ignore[arg-type]
        counts = BoxCounts()
        for page in self.pages:
            found = find_regions(page.grey(), network, self.look)
            counts += match_detections(page.polygons, page.ignored, found.polygons).counts
        return {"precision": counts.precision, "recall": counts.recall, "hmean": counts.f_score}


def torch_network(model: Detector, line_px: float) -> Callable[[Grey], Floats]:
    """A detector in eval mode as `effocr.detector.page.Network`."""
    deployed = DeployedDetector(model, line_px=line_px).eval()
    device = next(deployed.parameters()).device

    @torch.no_grad()
    def run(page: Grey) -> Floats:
        pages = torch.from_numpy(page[None].copy())  # a page may be read-only, a tensor can't
        maps: Floats = deployed(pages.to(device))[0].float().cpu().numpy()
        return maps

    return run


def train_detector(
    pages: Sequence[LearntPage],
    validation: Sequence[LearntPage],
    config: DetectorTraining,
    *,
    run: Path,
    resume: Path | None = None,
    init_from: Path | None = None,
    saved: Callable[[str, Mapping[str, Any]], None] | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        pages: to learn from.
        validation: kept aside; may be empty.
        config: of network and run.
        run: folder of the run.
        resume: run folder or checkpoint to go on from exactly.
        init_from: run folder, checkpoint or .safetensors whose weights to start from.
        saved: called with the name of each checkpoint that is written and its state.

    Raises:
        TrainingError: no pages, a loss that is not finite, a checkpoint that does not fit.
    """
    begins = resume is None  # what it began with is in the checkpoint
    with seeded(config.loop.seed):
        model = Detector(config.model if begins else _without_start(config.model))
    if begins and init_from is not None:
        apply_weights(model, load_weights(init_from), source=init_from)
    measured = validation[: config.validation_pages]
    settings: dict[str, Any] = {"kind": KIND, "config": config.model_dump(mode="json")}
    task = Task(
        model=model,
        loss=partial(_loss, config=config),
        batches=CropBatches(pages, config),
        optimizer=torch.optim.AdamW(
            model.parameters(), lr=config.loop.learning_rate, weight_decay=config.loop.weight_decay
        ),
        validate=Validation(measured, config.look) if measured else None,
        settings=settings,
        saved=saved,
    )
    logger.info("training the detector on %d pages", len(pages))
    return run_task(task, config, config.loop, run=run, resume=resume)


def load_detector(run: Path) -> tuple[Detector, DetectorTraining]:
    """The network of a run with its best weights, in eval mode, and the settings of the run.

    Args:
        run: run folder (its `best.pt`), a checkpoint, or a file of weights.

    Raises:
        UsageError: there is no such file.
        TrainingError: it is not one of a detector.
    """
    training, _ = load_run(run, kind=KIND, config=DetectorTraining)
    model = Detector(_without_start(training.model))
    apply_weights(model, load_weights(run), source=run)
    return model.eval(), training


def _without_start(config: DetectorConfig) -> DetectorConfig:
    """The network of a checkpoint that has weights: the file it once began from may be gone."""
    return config.model_copy(update={"weights": None})
