"""Train the recognizer's encoder."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from effocr.recognizer.arrays import Views
from effocr.recognizer.config import EncoderConfig, RecognizerTraining
from effocr.recognizer.gallery import Embed, build_index, pick_per_label, retrieve
from effocr.recognizer.hardneg import with_hard_negatives
from effocr.recognizer.loss import supcon
from effocr.recognizer.model import build_encoder
from effocr.recognizer.sampler import ClassBalancedOrder
from effocr.recognizer.sources import GlyphSource
from effocr.training.checkpoints import apply_weights, load_run, load_weights
from effocr.training.loop import Outcome, Task
from effocr.training.process import seeded
from effocr.training.run import run_task

logger = logging.getLogger(__name__)

KIND = "recognizer"
VALIDATION_SEED = 11
MOST_QUERIES_PER_LABEL = 40  # so that e does not decide the figure alone


class CropBatches:
    """Batches of crops with the number of their character; the same step gives the same batch."""

    def __init__(self, source: GlyphSource, config: RecognizerTraining) -> None:
        """Group the crops of a source by character."""
        self.source, self.seed = source, config.loop.seed
        plain = ClassBalancedOrder(
            source.labels,
            batch_size=config.batch_size,
            views_per_class=config.views_per_class,
            seed=config.loop.seed,
        )
        self.codes, self.characters = plain.codes, plain.characters
        self.order = with_hard_negatives(plain, config.hard_negatives)

    def __len__(self) -> int:
        """Steps in an epoch."""
        return len(self.order)

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """Crops [n, height, width] uint8, or windows, and labels [n] int64."""
        rows = self.order[step]
        crops = self.source.batch(np.random.default_rng((self.seed, step, 1)), rows)
        return {
            "crops": torch.from_numpy(crops),
            "labels": torch.from_numpy(self.codes[rows]),
        }


class Validation:
    """Nearest-neighbour accuracy on glyphs kept aside, among exemplars of the training glyphs."""

    def __init__(
        self, reference: GlyphSource, queries: GlyphSource, config: RecognizerTraining
    ) -> None:
        """Cut the queries once."""
        self.reference, self.rows_per_label = reference, config.rows_per_label
        rng = np.random.default_rng(VALIDATION_SEED)
        places = pick_per_label(queries.labels, most=MOST_QUERIES_PER_LABEL, rng=rng)
        self.labels = [queries.labels[place] for place in places]
        self.crops = queries.batch(rng, places)

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """Shares of right answers; characters that the reference lacks count as errors."""
        embed = embed_with(model)
        rng = np.random.default_rng(VALIDATION_SEED)
        index = build_index(
            embed,
            self.reference,
            rows_per_label=self.rows_per_label,
            rng=rng,
            candidates_per_label=4 * self.rows_per_label,
        )
        return retrieve(embed, index, crops=self.crops, labels=self.labels).figures()


def train_recognizer(
    source: GlyphSource,
    queries: GlyphSource | None,
    config: RecognizerTraining,
    *,
    run: Path,
    reference: GlyphSource | None = None,
    resume: Path | None = None,
    init_from: Path | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        source: crops to learn from, cut with jitter.
        queries: crops of fonts or prints kept aside; None: no validation, best is last.
        config: of network and run.
        run: folder of the run.
        reference: crops that validation searches among; None: those of `source`.
        resume: run folder or checkpoint to go on from exactly.
        init_from: run folder, checkpoint or .safetensors whose weights to start from.

    Raises:
        TrainingError: fewer than two characters, a loss that is not finite, or a checkpoint that
            does not fit.
    """
    begins = resume is None  # what it began with is in the checkpoint
    with seeded(config.loop.seed):
        model = build_encoder(config.model, weights=config.weights if begins else None)
    if begins and init_from is not None:
        apply_weights(model, load_weights(init_from), source=init_from)
    batches = CropBatches(source, config)
    settings: dict[str, Any] = {
        "kind": KIND,
        "config": config.model_dump(mode="json"),
        "charset": list(batches.characters),
    }
    task = Task(
        model=model,
        loss=_loss(config.temperature),
        batches=batches,
        optimizer=torch.optim.AdamW(
            model.parameters(),
            lr=config.loop.learning_rate,
            weight_decay=config.loop.weight_decay,
        ),
        validate=None if queries is None else Validation(reference or source, queries, config),
        settings=settings,
    )
    characters = len(batches.characters)
    logger.info("training on %d glyphs of %d characters", len(source.labels), characters)
    return run_task(task, config, config.loop, run=run, resume=resume)


def load_encoder(run: Path) -> tuple[nn.Module, EncoderConfig]:
    """The encoder of a run, with its best weights, ready to embed.

    Args:
        run: run folder (its `best.pt`) or a checkpoint.

    Raises:
        TrainingError: not a checkpoint of a recognizer.
    """
    training, _ = load_run(run, kind=KIND, config=RecognizerTraining)
    encoder = build_encoder(training.model)
    apply_weights(encoder, load_weights(run), source=run)
    return encoder.eval(), training.model


def embed_with(model: nn.Module) -> Embed:
    """Embed numpy crops or windows with a network; call it in eval mode."""
    device = next(model.parameters()).device

    @torch.inference_mode()
    def embed(crops: Views) -> npt.NDArray[np.float32]:
        embeddings: npt.NDArray[np.float32] = (
            model(torch.from_numpy(crops).to(device)).float().cpu().numpy()
        )
        return embeddings

    return embed


def _loss(temperature: float) -> Callable[[nn.Module, dict[str, Tensor]], dict[str, Tensor]]:
    criterion = supcon(temperature=temperature)

    def loss(model: nn.Module, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"loss": criterion(model(batch["crops"]), batch["labels"])}

    return loss
