"""Train the sequence reader."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from effocr.ctc.alphabet import BLANK, Alphabet
from effocr.ctc.arrays import greedy
from effocr.ctc.batches import LineBatches, to_batch
from effocr.ctc.config import CtcTraining
from effocr.ctc.lines import LearntLine
from effocr.ctc.model import Crnn
from effocr.ctc.start import KIND, Start, load_start, start_from
from effocr.errors import TrainingError
from effocr.metrics.text import score_lines
from effocr.training.checkpoints import apply_optimizer, load_checkpoint, load_run
from effocr.training.loop import Outcome, Task
from effocr.training.process import seeded
from effocr.training.run import run_task

__all__ = [
    "CtcData",
    "Validation",
    "Watcher",
    "alphabet_of_run",
    "checkpoint_settings",
    "ctc_loss",
    "load_reader",
    "train_ctc",
]

logger = logging.getLogger(__name__)

Watcher = Callable[[nn.Module, torch.optim.Optimizer, Mapping[str, float]], None]
"""Called after each validation with the model, the optimizer and the figures; the figures are empty
where there is nothing to measure on."""


@dataclass(frozen=True)
class CtcData:
    """What is learnt from.

    Attributes:
        lines: to learn from.
        validation: kept aside; may be empty.
        alphabet: of the network.
    """

    lines: Sequence[LearntLine]
    validation: Sequence[LearntLine]
    alphabet: Alphabet


def ctc_loss(log_probs: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
    """Mean over the lines of the loss per character (Graves et al. 2006).

    Args:
        log_probs: [columns, n, classes] float32.
        batch: see `LineBatches`.

    Returns:
        A scalar; infinite, not hidden, where a text does not fit its line.
    """
    return nn.functional.ctc_loss(
        log_probs.float(),
        batch["classes"].clamp(min=BLANK),
        batch["columns"],
        batch["lengths"],
        blank=BLANK,
        reduction="mean",
        zero_infinity=False,
    )


def _loss(model: nn.Module, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {"loss": ctc_loss(model(batch["lines"]), batch)}


class Validation:
    """Error rates on lines kept aside, read greedily."""

    def __init__(
        self, lines: Sequence[LearntLine], alphabet: Alphabet, config: CtcTraining
    ) -> None:
        """Put the lines into batches of few widths."""
        self.alphabet = alphabet
        self.batches: list[tuple[int, list[LearntLine]]] = []
        buckets = np.searchsorted(config.widths, [line.line.width for line in lines])
        for bucket, width in enumerate(config.widths):
            own = [line for line, b in zip(lines, buckets, strict=True) if b == bucket]
            size = config.batch_size
            self.batches += [(width, own[i : i + size]) for i in range(0, len(own), size)]

    @torch.no_grad()
    def __call__(self, model: nn.Module) -> dict[str, float]:
        """CER, WER and share of lines without error, 0 to 1, texts as they are; and the loss."""
        device = next(model.parameters()).device
        pairs: list[tuple[str, str]] = []
        losses: list[float] = []
        for width, lines in self.batches:
            batch = to_batch(
                [line.line.grey for line in lines], [line.classes for line in lines], width
            )
            log_probs = model(batch["lines"].to(device)).float().cpu()
            losses += [float(ctc_loss(log_probs, batch))] * len(lines)
            output = log_probs.permute(1, 0, 2).numpy()
            for line, columns, row in zip(lines, batch["columns"].tolist(), output, strict=True):
                read = self.alphabet.decode(greedy(row[:columns]).classes)
                pairs.append((line.text, read))
        score = score_lines(pairs, raw=True)
        return {
            "cer": score.cer,
            "wer": score.wer,
            "exact": score.exact,
            "val_loss": float(np.mean(losses)),
        }


def train_ctc(
    data: CtcData,
    config: CtcTraining,
    *,
    run: Path,
    resume: Path | None = None,
    start: Start | None = None,
    watcher: Watcher | None = None,
) -> Outcome:
    """Train, and leave `best.pt`, `last.pt`, `config.yaml` and the log in the run folder.

    Args:
        data: lines and alphabet.
        config: of network and run.
        run: folder of the run.
        resume: run folder or checkpoint to go on from exactly; its alphabet must be that of `data`.
        start: weights to start from; the state of its optimizer counts where its alphabet is that
            of `data`.
        watcher: called after each validation, or when one would be due.

    Raises:
        TrainingError: no lines, a loss that is not finite, a checkpoint that does not fit.
    """
    with seeded(config.loop.seed):
        model = Crnn(config.model, classes=data.alphabet.classes)
    if start is not None:
        start_from(model, start, data.alphabet)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.loop.learning_rate, weight_decay=config.loop.weight_decay
    )
    if start is not None and start.optimizer is not None and start.alphabet == data.alphabet:
        apply_optimizer(optimizer, start.optimizer, source=start.source)
    measure = Validation(data.validation, data.alphabet, config) if data.validation else None

    def validate(trained: nn.Module) -> dict[str, float]:
        figures = measure(trained) if measure is not None else {}
        if watcher is not None:
            watcher(model, optimizer, figures)
        return figures

    task = Task(
        model=model,
        loss=_loss,
        batches=LineBatches(data.lines, config),
        optimizer=optimizer,
        validate=validate if measure is not None or watcher is not None else None,
        settings=checkpoint_settings(config, data.alphabet),
    )
    logger.info(
        "training on %d lines of %d characters", len(data.lines), len(data.alphabet.characters)
    )
    return run_task(task, config, config.loop, run=run, resume=resume)


def checkpoint_settings(config: CtcTraining, alphabet: Alphabet) -> dict[str, Any]:
    """What a checkpoint says of its network besides the weights, in plain values."""
    return {
        "kind": KIND,
        "config": config.model_dump(mode="json"),
        "alphabet": list(alphabet.characters),
    }


def alphabet_of_run(run: Path) -> Alphabet:
    """The alphabet of a run that is to go on, of its `last.pt`.

    Raises:
        UsageError: there is no such run.
        TrainingError: it is not one of a sequence reader.
    """
    settings = load_checkpoint(run).get("settings", {})
    if settings.get("kind") != KIND:
        raise TrainingError(f"{run}: a run of a {settings.get('kind')}, not of a sequence reader")
    return Alphabet(tuple(settings["alphabet"]))


def load_reader(run: Path) -> tuple[Crnn, CtcTraining, Alphabet]:
    """The network of a run with its best weights, ready to read; its settings; its alphabet.

    Args:
        run: run folder (its `best.pt`) or a checkpoint.

    Raises:
        TrainingError: not a checkpoint of a sequence reader.
    """
    training, _ = load_run(run, kind=KIND, config=CtcTraining)
    start = load_start(run)
    model = Crnn(training.model, classes=start.alphabet.classes)
    start_from(model, start, start.alphabet)
    return model.eval(), training, start.alphabet
