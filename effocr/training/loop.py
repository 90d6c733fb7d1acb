"""The training loop of every model. It knows steps, losses and checkpoints, and nothing of glyphs.

docs/decisions.md says why it is neither Lightning's nor Accelerate's. A resumed run equals an
uninterrupted one bit for bit on CPU, because batches and random numbers depend on the step only
(`effocr.training.process`) and what else changes is in the checkpoint.
"""

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from effocr.errors import TrainingError
from effocr.training.average import MovingAverage
from effocr.training.checkpoints import (
    BEST,
    LAST,
    apply_weights,
    load_checkpoint,
    save_checkpoint,
)
from effocr.training.config import CONFIG, LoopConfig
from effocr.training.device import Machine, Precision
from effocr.training.distributed import steps_an_epoch
from effocr.training.log import Log
from effocr.training.process import Batches, interrupts, load, seed_step, seeded
from effocr.training.schedule import rate_factor
from effocr.training.window import Window

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """What is trained.

    Attributes:
        model: takes what `loss` gives it.
        loss: (model, batch) -> figures by name, each a scalar; "loss" is made small, others are
            logged. It calls the model itself, not its parts: with several processes the model
            given is a wrapper that shares gradients.
        batches: by step.
        optimizer: over the model's parameters; its learning rates are the highest of the schedule.
        validate: model -> figures by name, none of them where nothing was measured; or None. Called
            without gradients, in eval mode.
        settings: plain values kept in each checkpoint, such as the configuration.
        saved: called with the name of a checkpoint and its state after each writing, in the process
            that writes; or None.
    """

    model: nn.Module
    loss: Callable[[nn.Module, Any], Mapping[str, Tensor]]
    batches: Batches
    optimizer: torch.optim.Optimizer
    validate: Callable[[nn.Module], Mapping[str, float]] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    saved: Callable[[str, Mapping[str, Any]], None] | None = None


@dataclass
class Outcome:
    """How far a run came.

    Attributes:
        step: steps done.
        best: the best validation figure so far, None before the first.
        best_step: its step.
        interrupted: stopped by Ctrl+C before its last step.
    """

    step: int = 0
    best: float | None = None
    best_step: int = 0
    interrupted: bool = False


def fit(
    task: Task, config: LoopConfig, *, run: Path, log: Log, resume: Path | None = None
) -> Outcome:
    """Train, and leave `best.pt` and `last.pt` in the run folder.

    Args:
        task: what is trained; its model and optimizer are changed in place.
        config: how.
        run: folder of the run.
        log: takes a row every `log_every` steps and after each validation.
        resume: checkpoint, or run folder, to go on from exactly.

    Returns:
        How far it came. Ctrl+C ends the step, saves `last.pt` and returns.

    Raises:
        TrainingError: the loss is not a finite number, or the checkpoint is not of this model.
    """
    with seeded(config.seed), interrupts() as interrupted:
        trainer = _Trainer(task, config, run)
        steps = trainer.steps()
        progress = trainer.resume(resume) if resume is not None else Outcome()
        if trainer.is_settled(progress):
            logger.info("no better figure since step %d: done before", progress.best_step)
            steps = progress.step
        log.rewind(progress.step)
        window = Window()
        for batch in window.waiting_for(trainer.batches(progress.step, steps)):
            rate = trainer.set_rate(progress.step, steps)
            figures = trainer.step(batch, progress.step)
            progress.step += 1
            window.add(figures)
            done = progress.step == steps
            if progress.step % config.log_every == 0 or done:
                log({"step": progress.step, "learning_rate": rate, **window.means()})
            if progress.step % config.validate_every == 0 or done:
                trainer.validate(progress, log)
                if trainer.is_settled(progress) and not done:
                    logger.info("no better figure since step %d: done", progress.best_step)
                    done = True
            progress.interrupted = trainer.machine.agree(interrupted.is_set()) and not done
            if progress.step % config.save_every == 0 or done or progress.interrupted:
                trainer.save(LAST, progress)
            if progress.interrupted:
                logger.warning("interrupted after step %d of %d", progress.step, steps)
            if progress.interrupted or done:
                break
        if progress.best is None:
            trainer.save(BEST, progress)  # nothing was measured: the last is the best there is
    return progress


class _Trainer:
    """The parts of a run that change together, so that `fit` can be read from top to bottom."""

    def __init__(self, task: Task, config: LoopConfig, run: Path) -> None:
        self.task, self.config, self.run = task, config, run
        self.machine = Machine(config.device)
        self.precision = Precision.on(self.machine.device, bf16=config.bf16, fp16=config.fp16)
        if config.channels_last:
            task.model.to(memory_format=torch.channels_last)
        self.model = self.machine.wrap(task.model)
        for group in task.optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.average = None
        if config.ema_decay is not None:
            self.average = MovingAverage(task.model, decay=config.ema_decay)

    def steps(self) -> int:
        """Steps in all; each takes one batch for every process, and an epoch is whole steps."""
        if self.config.epochs is None:
            return self.config.max_steps
        return self.config.epochs * steps_an_epoch(len(self.task.batches))

    def batches(self, first: int, last: int) -> Iterator[Any]:
        """Batches of the steps that are left, on the device; each process takes its own share."""
        processes, own = self.machine.processes, self.machine.process
        numbers = range(first * processes + own, last * processes, processes)
        workers = self.machine.workers(self.config.workers)
        yield from load(self.task.batches, numbers, workers=workers, device=self.machine.device)

    def set_rate(self, step: int, steps: int) -> float:
        """Set the learning rates of a step; returns the first group's."""
        config = self.config
        factor = rate_factor(config.schedule, step, steps=steps, warmup=config.warmup)
        for group in self.task.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        return float(self.task.optimizer.param_groups[0]["lr"])

    def step(self, batch: Any, step: int) -> dict[str, float]:
        """One step of the optimizer; returns the figures of the loss."""
        optimizer, scaler = self.task.optimizer, self.precision.scaler
        seed_step(self.config.seed, step, self.machine.process)
        self.model.train()
        with self.precision.autocast():
            figures = self.task.loss(self.model, batch)
        optimizer.zero_grad()
        torch.autograd.backward(scaler.scale(figures["loss"]))
        values = _values(figures)  # a GPU is waited for once a step: here
        if not math.isfinite(values["loss"]):
            raise TrainingError(
                f"step {step + 1}: the loss is {values['loss']}; try a lower loop.learning_rate or "
                f"a longer loop.warmup, and --resume {self.run} if it has a {LAST}"
            )
        scaler.unscale_(optimizer)
        if self.config.clip_norm is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        scaler.step(optimizer)
        scaler.update()
        if self.average is not None:
            self.average.update(self.task.model, step=step + 1)
        return values

    def validate(self, progress: Outcome, log: Log) -> None:
        """Measure, log, and keep the weights if none were better."""
        if self.task.validate is None:
            return
        model = self.average.model if self.average is not None else self.task.model
        model.eval()
        with torch.no_grad():
            figures = self.task.validate(model)
        if not figures:
            return  # somebody watches, and there is nothing to measure on
        log({"step": progress.step, **figures})
        if self.config.best not in figures:
            raise TrainingError(
                f"loop.best is {self.config.best}, which validation does not give; set it to one "
                f"of {', '.join(figures)}"
            )
        value = figures[self.config.best]
        if not math.isfinite(value):
            raise TrainingError(
                f"step {progress.step}: validation gives {value} as {self.config.best}; try a "
                f"lower loop.learning_rate, and --resume {self.run} if it has a {LAST}"
            )
        sign = 1 if self.config.best_is == "highest" else -1
        if progress.best is None or sign * value > sign * progress.best:
            progress.best, progress.best_step = value, progress.step
            self.save(BEST, progress)

    def is_settled(self, progress: Outcome) -> bool:
        """Whether the validation figure has been as good as it gets for long enough."""
        if self.config.patience is None or progress.best is None:
            return False
        waited = progress.step - progress.best_step
        return waited >= self.config.patience * self.config.validate_every

    def save(self, name: str, progress: Outcome) -> None:
        """Write the whole state into the run folder; once, however many processes there are."""
        if not self.machine.is_main:
            return
        state = {
            "step": progress.step,
            "processes": self.machine.processes,
            "best": progress.best,
            "best_step": progress.best_step,
            "model": self.task.model.state_dict(),
            "ema": None if self.average is None else dict(self.average.state_dict()),
            "optimizer": self.task.optimizer.state_dict(),
            "scaler": self.precision.scaler.state_dict(),
            "settings": dict(self.task.settings),
        }
        save_checkpoint(state, self.run / name)
        if self.task.saved is not None:
            self.task.saved(name, state)

    def resume(self, path: Path) -> Outcome:
        """Put everything back as it was at a checkpoint."""
        state = load_checkpoint(path)
        if (state["ema"] is None) != (self.average is None):
            raise TrainingError(
                f"{path}: loop.ema_decay was switched on or off since; give it the value in the "
                f"run's {CONFIG}"
            )
        apply_weights(self.task.model, state["model"], source=path)
        try:
            self.task.optimizer.load_state_dict(state["optimizer"])
        except (ValueError, KeyError) as error:
            raise TrainingError(
                f"{path}: the state of another optimizer: {error}; go on with the settings in the "
                f"run's {CONFIG}"
            ) from error
        if self.average is not None:
            self.average.load_state_dict(state["ema"])
        if state.get("scaler") and self.config.fp16:  # other precisions keep none
            self.precision.scaler.load_state_dict(state["scaler"])
        before = state.get("processes", self.machine.processes)
        if before != self.machine.processes:
            logger.warning(
                "%s: %d processes began this run, now there are %d: its batches are others than "
                "they would have been", path, before, self.machine.processes,
            )  # fmt: skip
        return Outcome(state["step"], state["best"], state["best_step"])


def _values(figures: Mapping[str, Tensor]) -> dict[str, float]:
    together = torch.stack([figure.detach().float() for figure in figures.values()])
    return dict(zip(figures, together.tolist(), strict=True))
