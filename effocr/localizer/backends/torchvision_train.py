"""Train the torchvision localizer on lines with boxes."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.errors import TrainingError
from effocr.localizer.backends.samples import BoxSample, BoxSamples
from effocr.localizer.backends.score import score
from effocr.localizer.backends.torchvision import GLYPH, KIND, WORD, TorchvisionLocalizer
from effocr.localizer.backends.torchvision_config import TorchvisionTraining
from effocr.localizer.backends.torchvision_model import (
    PAPER,
    as_input,
    build_detector,
    canvas_of,
    on_canvas,
    scale_of,
)
from effocr.training.checkpoints import apply_weights, load_weights
from effocr.training.loop import Outcome, Task
from effocr.training.process import seeded
from effocr.training.run import run_task

__all__ = ["BoxBatches", "train_torchvision"]

logger = logging.getLogger(__name__)

Grey = npt.NDArray[np.uint8]
Load = Callable[[Path], Grey]
ALIKE = 16  # batches whose lines are sorted by width together, so that little is padded


class BoxBatches:
    """Batches of lines on canvases; in an epoch every line comes once.

    The same step gives the same batch.
    """

    def __init__(
        self, samples: Sequence[BoxSample], config: TorchvisionTraining, *, words: bool, load: Load
    ) -> None:
        """Keep the lines; images are read when a batch is made.

        Raises:
            TrainingError: there are no lines.
        """
        if not samples:
            raise TrainingError("the localizer has no lines to learn from")
        self.samples, self.config, self.words, self.load = samples, config, words, load
        self._epoch, self._order = -1, [np.zeros(0, np.int64)]

    def __len__(self) -> int:
        """Steps in an epoch; the last may have fewer lines."""
        return -(-len(self.samples) // self.config.batch_size)

    def __getitem__(self, step: int) -> dict[str, Any]:
        """The batch of a step.

        Returns:
            lines: [n, height, width] uint8; boxes: n times [m, 4] float32, pixels of the canvas;
            labels: n times [m] int64.
        """
        rng = np.random.default_rng((self.config.loop.seed, 1, step))
        epoch, place = divmod(step, len(self))
        chosen = [self.samples[i] for i in self._batches(epoch)[place]]
        greys = [self.load(sample.path) for sample in chosen]
        jitter = self.config.scale_jitter
        scales = [
            scale_of(grey.shape, self.config.model) * rng.uniform(1 - jitter, 1 + jitter)
            for grey in greys
        ]
        sizes = [canvas_of(g.shape, scale) for g, scale in zip(greys, scales, strict=True)]
        canvas = (max(height for height, _ in sizes), max(width for _, width in sizes))
        lines, boxes, labels = [], [], []
        for sample, grey, scale in zip(chosen, greys, scales, strict=True):
            worn = _wear(grey, self.config.contrast_jitter, rng)
            lines.append(on_canvas(worn, scale, canvas))
            found, kinds = self._truth(sample)
            boxes.append(torch.from_numpy((found * scale).astype(np.float32)))
            labels.append(torch.from_numpy(kinds))
        return {"lines": torch.from_numpy(np.stack(lines)), "boxes": boxes, "labels": labels}

    def _truth(self, sample: BoxSample) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        words = sample.words if self.words else sample.words[:0]
        kinds = np.repeat(np.array([GLYPH, WORD]), (len(sample.glyphs), len(words)))
        return np.concatenate((sample.glyphs, words)), kinds.astype(np.int64)

    def _batches(self, epoch: int) -> list[npt.NDArray[np.int64]]:
        """Lines of each step of an epoch: shuffled, those of like width together."""
        if epoch != self._epoch:
            size = self.config.batch_size
            rng = np.random.default_rng((self.config.loop.seed, 0, epoch))
            order = rng.permutation(len(self.samples))
            widths = np.array([max(s.size) / min(s.size) for s in self.samples])
            batches: list[npt.NDArray[np.int64]] = []
            for first in range(0, len(order), size * ALIKE):
                group = order[first : first + size * ALIKE]
                group = group[np.argsort(widths[group], kind="stable")]
                batches += [group[i : i + size] for i in range(0, len(group), size)]
            self._order = [batches[i] for i in rng.permutation(len(batches))]
            self._epoch = epoch
        return self._order


def _wear(grey: Grey, jitter: float, rng: np.random.Generator) -> Grey:
    """Lift the ink and darken the paper a little."""
    black, white = rng.uniform(0, jitter), 1 - rng.uniform(0, jitter / 3)
    table = PAPER * (black + (white - black) * np.arange(PAPER + 1) / PAPER)
    return table.astype(np.uint8)[grey]


def _loss(model: nn.Module, batch: dict[str, Any]) -> dict[str, Tensor]:
    targets = [
        {"boxes": boxes, "labels": labels}
        for boxes, labels in zip(batch["boxes"], batch["labels"], strict=True)
    ]
    parts: dict[str, Tensor] = model(as_input(batch["lines"]), targets)
    return {"loss": torch.stack(list(parts.values())).sum(), **parts}


def _start_from(model: nn.Module, path: Path) -> None:
    """Take over weights; the layer that names boxes starts anew where these are other kinds.

    Raises:
        TrainingError: the weights are of another network.
    """
    own, given = model.state_dict(), load_weights(path)
    head = [name for name in own if name.startswith("roi_heads.box_predictor.")]
    if any(name not in given or given[name].shape != own[name].shape for name in head):
        given = {**given, **{name: own[name] for name in head}}
    apply_weights(model, given, source=path)


def train_torchvision(
    samples: BoxSamples,
    validation: Sequence[BoxSample],
    config: TorchvisionTraining,
    *,
    run: Path,
    load: Load,
    resume: Path | None = None,
    init_from: Path | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        samples: lines to learn from.
        validation: kept aside; may be empty.
        config: of network and run.
        run: folder of the run.
        load: reads an image as [height, width] uint8.
        resume: run folder or checkpoint to go on from exactly.
        init_from: run folder, checkpoint or .safetensors whose weights to start from.

    Raises:
        TrainingError: no lines, a loss that is not finite, a checkpoint that does not fit.
    """
    words = samples.has_words if config.words is None else config.words
    batches = BoxBatches(samples.samples, config, words=words, load=load)
    with seeded(config.loop.seed):
        model = build_detector(config.model, classes=2 if words else 1)
    if init_from is not None:
        _start_from(model, init_from)

    def validate(model: nn.Module) -> dict[str, float]:
        localizer = TorchvisionLocalizer.of(model, config.model)
        return score(localizer, validation, load=load).figures()

    task = Task(
        model=model,
        loss=_loss,
        batches=batches,
        optimizer=torch.optim.AdamW(
            model.parameters(), lr=config.loop.learning_rate, weight_decay=config.loop.weight_decay
        ),
        validate=validate if validation else None,
        settings={
            "kind": KIND, "config": config.model_dump(mode="json"), "classes": 2 if words else 1,
        },
    )  # fmt: skip
    logger.info("training the torchvision localizer on %d lines", len(samples.samples))
    return run_task(task, config, config.loop, run=run, resume=resume)
