"""Train the detection network of ocrs on pages with the polygons of their words."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, Field
from torch import Tensor, nn
from torch.nn import functional

from effocr.data.detection import DetectionPage
from effocr.detector.unet import Unet
from effocr.detector.unet_start import KIND, UnetStart
from effocr.detector.word_masks import draw_mask, jittered, shown, view, word_quads
from effocr.errors import TrainingError
from effocr.metrics.ocrs import mean_score, ocrs_score
from effocr.training.checkpoints import apply_optimizer, apply_weights
from effocr.training.config import LoopConfig
from effocr.training.loop import Outcome, Task
from effocr.training.process import seeded
from effocr.training.run import run_task

__all__ = [
    "MaskBatches",
    "MaskValidation",
    "UnetTraining",
    "UnetWatcher",
    "as_input",
    "balanced_loss",
    "train_unet",
]

Grey = npt.NDArray[np.uint8]
Load = Callable[[Path], Grey]
UnetWatcher = Callable[[nn.Module, torch.optim.Optimizer, Mapping[str, float]], None]
"""Called after each validation with the network, the optimizer and the figures."""

logger = logging.getLogger(__name__)

MIDDLE: Final = 0.5


class UnetTraining(BaseModel, frozen=True, extra="forbid"):
    """A training run."""

    loop: LoopConfig = Field(
        LoopConfig(
            epochs=50, learning_rate=1e-3, weight_decay=0.0, schedule="constant", warmup=0.0,
            clip_norm=None, best="val_loss", best_is="lowest",
        ),
        description="shared by all trainers",
    )  # fmt: skip
    batch_size: int = Field(4, gt=0, description="pages in a step")
    augment: bool = Field(True, description="change half of the pages a little each time")
    max_images: int | None = Field(None, gt=0, description="of the data set; null: all")


def balanced_loss(found: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy of as many pixels of words as of the ground, the hardest of both kinds.

    Args:
        found: [n, 1, height, width] float32, 0 to 1.
        truth: the same, 0 or 1.

    Returns:
        A scalar; 0 where all pixels are of one kind.
    """
    words = truth > MIDDLE
    losses = functional.binary_cross_entropy(found, truth, reduction="none")
    count = int(torch.minimum(words.sum(), (~words).sum()))
    if not count:
        return losses.sum() * 0.0
    hardest = [losses[kind].topk(count, sorted=False).values for kind in (words, ~words)]
    return torch.cat(hardest).mean()


def as_input(grey: Grey) -> npt.NDArray[np.float32]:
    """[height, width] uint8 -> [1, height, width] float32, -0.5 black to 0.5 white."""
    light = np.asarray(grey.astype(np.float32) / 255 - 0.5, np.float32)
    return light[None]


class MaskBatches:
    """Pages with their masks; the same step gives the same batch, an epoch every page once."""

    def __init__(
        self, pages: Sequence[DetectionPage], config: UnetTraining, *, load: Load, training: bool
    ) -> None:
        """Take the pages over.

        Args:
            pages: what is on them; images are read when a batch is made.
            config: of the run.
            load: reads an image.
            training: in random order and, by the configuration, changed a little.

        Raises:
            TrainingError: there are none.
        """
        if not pages:
            raise TrainingError("no page to learn from; are the images there?")
        self.pages, self.config, self.load, self.training = pages, config, load, training

    def __len__(self) -> int:
        return -(-len(self.pages) // self.config.batch_size)

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """The batch of a step: float32 [n, 1, 800, 600] `pages` and `masks`."""
        epoch, place = divmod(step, len(self))
        order = np.arange(len(self.pages))
        if self.training:
            np.random.default_rng((self.config.loop.seed, epoch)).shuffle(order)
        own = order[place * self.config.batch_size :][: self.config.batch_size]
        rng = np.random.default_rng((self.config.loop.seed, epoch, place))
        change = rng if self.training and self.config.augment else None
        pairs = [self.pair(self.pages[number], change) for number in own]
        greys = np.stack([as_input(grey) for grey, _ in pairs])
        masks = np.stack([mask[None].astype(np.float32) for _, mask in pairs])
        return {"pages": torch.from_numpy(greys), "masks": torch.from_numpy(masks)}

    def pair(self, page: DetectionPage, rng: np.random.Generator | None) -> tuple[Grey, Grey]:
        """A page as the network sees it, and its mask."""
        grey = self.load(page.image)
        to, other_levels = view((grey.shape[0], grey.shape[1]), rng)
        seen = shown(grey, to)
        if other_levels and rng is not None:
            seen = jittered(seen, rng)
        return seen, draw_mask([region.polygon for region in page.regions], to)


class MaskValidation:
    """Loss and figures of ocrs on pages kept aside, which are never changed."""

    def __init__(self, pages: Sequence[DetectionPage], config: UnetTraining, *, load: Load) -> None:
        """Take the pages over.

        Raises:
            TrainingError: there are none.
        """
        self.batches = MaskBatches(pages, config, load=load, training=False)

    @torch.no_grad()
    def __call__(self, model: nn.Module) -> dict[str, float]:
        """`val_loss`, and means over the pages of `effocr.metrics.ocrs` of words in the masks."""
        device = next(model.parameters()).device
        losses, scores = [], []
        for step in range(len(self.batches)):
            batch = self.batches[step]
            found = model(batch["pages"].to(device)).float().cpu()
            losses.append(float(balanced_loss(found, batch["masks"])))
            for one, true in zip(found, batch["masks"], strict=True):
                truth, quads = (
                    word_quads((mask[0] > MIDDLE).numpy().astype(np.uint8)) for mask in (true, one)
                )
                scores.append(ocrs_score(truth, quads))
        score = mean_score(scores)
        return {
            "val_loss": float(np.mean(losses)),
            "precision": score.precision,
            "recall": score.recall,
            "merged_frac": score.merged,
            "split_frac": score.split,
        }


@dataclass
class _MeanLoss:
    """The mean of the losses since it was last asked for."""

    total: float = 0.0
    steps: int = 0

    def add(self, loss: Tensor) -> None:
        self.total += float(loss.detach())
        self.steps += 1

    def take(self) -> float:
        found = self.total / max(self.steps, 1)
        self.total, self.steps = 0.0, 0
        return found


def train_unet(
    batches: MaskBatches,
    validation: MaskValidation,
    config: UnetTraining,
    *,
    run: Path,
    start: UnetStart | None = None,
    watcher: UnetWatcher | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        batches: to learn from.
        validation: measures.
        config: of the run.
        run: its folder.
        start: weights, and the state of the optimizer, to go on from.
        watcher: called after each validation; the figures have `train_loss`, too, of the steps
            since the one before.

    Raises:
        TrainingError: a loss that is not finite, weights that do not fit.
    """
    with seeded(config.loop.seed):
        model = Unet()
    optimizer = torch.optim.Adam(model.parameters(), lr=config.loop.learning_rate)
    if start is not None:
        apply_weights(model, start.weights, source=start.source)
        if start.optimizer is not None:
            apply_optimizer(optimizer, start.optimizer, source=start.source)
    mean_loss = _MeanLoss()

    def loss(network: nn.Module, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        found = balanced_loss(network(batch["pages"]).float(), batch["masks"])
        mean_loss.add(found)
        return {"loss": found}

    def validate(network: nn.Module) -> dict[str, float]:
        figures = {"train_loss": mean_loss.take(), **validation(network)}
        if watcher is not None:
            watcher(model, optimizer, figures)
        return figures

    task = Task(
        model=model,
        loss=loss,
        batches=batches,
        optimizer=optimizer,
        validate=validate,
        settings={"kind": KIND, "config": config.model_dump(mode="json")},
    )
    logger.info("training on %d pages", len(batches.pages))
    return run_task(task, config, config.loop, run=run, resume=None)
