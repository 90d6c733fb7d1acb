"""Train a classic recognizer and leave the files that the original leaves.

The run folder gets `enc_best.pth`, `ref.index`, `ref.txt` and `hns.txt` (of a classifier
`class_map.json` instead of the last three), beside our own checkpoints and log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from effocr.data.hard_negatives import HARD_NEGATIVES, write_hard_negatives
from effocr.recognizer.classic import SquareNetwork, build_classic
from effocr.recognizer.classifier import build_classifier
from effocr.recognizer.loss import supcon
from effocr.training.checkpoints import BEST, apply_weights, load_weights
from effocr.training.config import LoopConfig
from effocr.training.device import check_device
from effocr.training.distributed import is_main, steps_an_epoch, wait_for_all
from effocr.training.log import RunLog
from effocr.training.loop import Outcome, Task, fit
from effocr.training.process import seeded
from effocr.workbench.confidence import write_confidence
from effocr.workbench.dataset import RecognizerData, Split
from effocr.workbench.files import (
    write_class_map,
    write_encoder_weights,
    write_reference,
)
from effocr.workbench.recognizer_batches import SquareBatches, save_samples
from effocr.workbench.recognizer_config import ClassicTraining
from effocr.workbench.recognizer_parts import Parts, class_names, gather_parts, measure_on
from effocr.workbench.recognizer_run import begin_run, check_new, check_same
from effocr.workbench.recognizer_scores import Retrieved, mine

__all__ = ["ClassicOutcome", "train_classic"]

logger = logging.getLogger(__name__)

KIND: Final = "classic recognizer"
NAMES: Final = {
    "loss": "train/loss",
    "accuracy": "val/accuracy",
    "accuracy_of_known": "val/accuracy_of_known",
    "test_accuracy": "test/accuracy",
    "test_accuracy_of_known": "test/accuracy_of_known",
}
"""Figures under the names that the original gives them in Weights & Biases."""


@dataclass(frozen=True)
class ClassicOutcome:
    """What came of a training.

    Attributes:
        run: how far it came.
        test: figures on the test crops; empty if they were not asked for.
        mined: sets of look-alikes that were found.
    """

    run: Outcome
    test: Mapping[str, float] = field(default_factory=dict)
    mined: int = 0


def train_classic(
    data: RecognizerData,
    split: Split,
    config: ClassicTraining,
    *,
    run: Path,
    resume: bool = False,
    arguments: Mapping[str, Any] | None = None,
) -> ClassicOutcome:
    """Train, choose the best epoch by the validation crops, and write all files.

    Args:
        data: glyph images.
        split: of them.
        config: of network and run.
        run: folder of the run; files that an earlier run left there are replaced.
        resume: go on with the run in the folder, exactly where it was.
        arguments: flags of a command that are kept as `args_log.json`.

    Raises:
        UsageError: a split that is needed is empty, or a setting can't be.
        TrainingError: fewer than two characters, a loss that is not finite, or weights of another
            network.
    """
    if resume:
        check_same(run, config)
    else:
        check_new(run, config)
    check_device(config.loop.device)
    classes = class_names(data, config)
    with seeded(config.loop.seed):
        model = _build(config, classes, weights=None if resume else config.weights)
    parts = gather_parts(data, split, classes, config)
    if is_main():
        _draw_samples(parts.batches, config)
    with RunLog(
        run,
        trackers=config.loop.trackers,
        project=config.loop.project,
        names=NAMES,
        settings=config.model_dump(mode="json"),
    ) as log:
        if is_main():
            if not resume:
                begin_run(run, config, arguments)
            _tell_start(model, parts, config, resume=resume)
        task, loop = _task(model, parts, config)
        outcome = fit(task, loop, run=run, log=log, resume=run if resume else None)
        test: Mapping[str, float] = {}
        mined = 0
        if is_main():
            best = _best(run, config, parts.classes)
            _write_answers(best, parts, run)
            if not outcome.interrupted:
                test = _test(best, parts, config)
                mined = _mine(best, parts, config, run)
            if test:
                log({"step": outcome.step, **test})
        wait_for_all()
    return ClassicOutcome(outcome, test, mined)


def _build(
    config: ClassicTraining, classes: Sequence[str], *, weights: Path | None
) -> SquareNetwork:
    network = {"timm": config.timm, "hf": config.hf}
    if config.classes is not None:
        return build_classifier(
            **network, size_px=config.size_px, classes=len(classes), weights=weights
        )
    return build_classic(**network, size_px=config.size_px, weights=weights)


def _draw_samples(batches: SquareBatches, config: ClassicTraining) -> None:
    if config.samples is not None:
        epochs = config.loop.epochs or 1
        save_samples(batches, config.samples, first=config.first_epoch, epochs=epochs)


def _tell_start(model: nn.Module, parts: Parts, config: ClassicTraining, *, resume: bool) -> None:
    """Say what is learnt, what is left out, and how good the network is before it."""
    for problem in parts.squares.skipped:
        logger.warning("%s", problem)
    if resume:
        return
    glyphs = len(set(parts.squares.glyphs(parts.rows)))
    logger.info("training on %d images of %d characters", len(parts.rows), glyphs)
    if not len(parts.squares.val):
        logger.warning("no crops to validate on: the last epoch counts as the best")
        return
    _to_device(model, config)
    logger.info("before training: accuracy %.4f", parts.measure(model.eval())["accuracy"])


def _to_device(model: nn.Module, config: ClassicTraining) -> None:
    if config.loop.device != "cpu" and torch.cuda.is_available():
        model.cuda()


def _task(model: SquareNetwork, parts: Parts, config: ClassicTraining) -> tuple[Task, LoopConfig]:
    """The task and its loop, which validates after every epoch."""
    epoch = steps_an_epoch(len(parts.batches))
    every = {"validate_every": epoch, "save_every": min(config.loop.save_every, epoch)}
    task = Task(
        model=model,
        loss=_loss(config),
        batches=parts.batches,
        optimizer=torch.optim.AdamW(
            [tensor for tensor in model.parameters() if tensor.requires_grad],
            lr=config.loop.learning_rate,
            weight_decay=config.loop.weight_decay,
        ),
        validate=parts.measure if len(parts.squares.val) else None,
        settings={"kind": KIND, "config": config.model_dump(mode="json")},
    )
    return task, config.loop.model_copy(update=every)


def _loss(config: ClassicTraining) -> Callable[[nn.Module, dict[str, Tensor]], dict[str, Tensor]]:
    alike = supcon(temperature=config.temperature)
    criterion = alike if config.classes is None else functional.cross_entropy

    def loss(model: nn.Module, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"loss": criterion(model(batch["squares"]), batch["labels"])}

    return loss


def _best(run: Path, config: ClassicTraining, classes: Sequence[str]) -> SquareNetwork:
    """The network with the weights of the best epoch, ready to use."""
    best = _build(config, classes, weights=None)
    apply_weights(best, load_weights(run), source=run / BEST)
    _to_device(best, config)
    return best.eval()


def _write_answers(best: SquareNetwork, parts: Parts, run: Path) -> None:
    """Write the weights, and the characters that a reader chooses from."""
    write_encoder_weights(run, best.state_dict())
    if isinstance(parts.measure, Retrieved):
        for one in write_reference(run, *parts.measure.index(best)):
            logger.warning("%s", one)
    else:
        write_class_map(run, parts.classes)
    write_confidence(run, *parts.measure.answers(best))


def _test(best: SquareNetwork, parts: Parts, config: ClassicTraining) -> dict[str, float]:
    if not config.test_at_end:
        return {}
    figures = measure_on(parts.squares, parts.squares.test, parts.classes, config)(best)
    return {f"test_{name}": value for name, value in figures.items()}


def _mine(best: SquareNetwork, parts: Parts, config: ClassicTraining, run: Path) -> int:
    """Write the sets of look-alikes; returns how many."""
    if not config.mined or not isinstance(parts.measure, Retrieved):
        return 0
    sets = mine(best, parts.measure, parts.rows, k=config.mined)
    write_hard_negatives(run / HARD_NEGATIVES, sets)
    return len(sets)
