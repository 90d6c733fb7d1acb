"""The training loop of every model. It knows steps, losses and checkpoints, and nothing of glyphs.

Accelerate gives the device and several processes; docs/decisions.md says why not Lightning. A
resumed run equals an uninterrupted one bit for bit on CPU, because a batch depends on its step
only (`effocr.training.process.Batches`) and everything else that changes is in the checkpoint.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from effocr.errors import TrainingError
from effocr.training.average import MovingAverage
from effocr.training.checkpoints import BEST, LAST, load_checkpoint, save_checkpoint
from effocr.training.config import LoopConfig
from effocr.training.log import Log
from effocr.training.process import (
    Batches,
    interrupts,
    load,
    random_state,
    seeded,
    set_random_state,
)
from effocr.training.schedule import rate_factor

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """What is trained.

    Attributes:
        model: takes what `loss` gives it.
        loss: (model, batch) -> figures by name, each a scalar; "loss" is made small, others are
            logged.
        batches: by step.
        optimizer: over the model's parameters; its learning rates are the highest of the schedule.
        validate: model -> figures by name, or None. Called without gradients, in eval mode.
        settings: plain values kept in each checkpoint, such as the configuration.
    """

    model: nn.Module
    loss: Callable[[nn.Module, Any], Mapping[str, Tensor]]
    batches: Batches
    optimizer: torch.optim.Optimizer
    validate: Callable[[nn.Module], Mapping[str, float]] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


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
    steps = config.epochs * len(task.batches) if config.epochs else config.max_steps
    with seeded(config.seed), interrupts() as interrupted:
        trainer = _Trainer(task, config, run)
        progress = trainer.resume(resume) if resume is not None else Outcome()
        log.rewind(progress.step)
        window = _Window()
        for batch in trainer.batches(progress.step, steps):
            rate = trainer.set_rate(progress.step, steps)
            figures = trainer.step(batch, progress.step)
            progress.step += 1
            window.add(figures)
            done = progress.step == steps
            if progress.step % config.log_every == 0 or done:
                trainer.log(log, {"step": progress.step, "learning_rate": rate, **window.means()})
                window = _Window()
            if progress.step % config.validate_every == 0 or done:
                trainer.validate(progress, log)
            progress.interrupted = interrupted.is_set() and not done
            if progress.step % config.save_every == 0 or done or progress.interrupted:
                trainer.save(LAST, progress)
            if progress.interrupted:
                logger.warning("interrupted after step %d of %d", progress.step, steps)
                break
        if progress.best is None:
            trainer.save(BEST, progress)  # nothing was measured: the last is the best there is
    return progress


class _Trainer:
    """The parts of a run that change together, so that `fit` can be read from top to bottom."""

    def __init__(self, task: Task, config: LoopConfig, run: Path) -> None:
        self.task, self.config, self.run = task, config, run
        self.accelerator = Accelerator(cpu=config.device == "cpu", mixed_precision="no")
        if config.channels_last:
            task.model.to(memory_format=torch.channels_last)
        for group in task.optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.model, self.optimizer = self.accelerator.prepare(task.model, task.optimizer)
        self.average = None
        if config.ema_decay is not None:
            self.average = MovingAverage(self._bare(), decay=config.ema_decay)

    def batches(self, first: int, last: int) -> Iterator[Any]:
        """Batches of the steps that are left, on the device; each process takes its own share."""
        processes, own = self.accelerator.num_processes, self.accelerator.process_index
        numbers = range(first * processes + own, last * processes, processes)
        yield from load(
            self.task.batches,
            numbers,
            workers=self.config.workers,
            device=self.accelerator.device,
        )

    def set_rate(self, step: int, steps: int) -> float:
        """Set the learning rates of a step; returns the first group's."""
        config = self.config
        factor = rate_factor(config.schedule, step, steps=steps, warmup=config.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        return float(self.optimizer.param_groups[0]["lr"])

    def step(self, batch: Any, step: int) -> dict[str, float]:
        """One step of the optimizer; returns the figures of the loss."""
        self.model.train()
        with torch.autocast(self.accelerator.device.type, torch.bfloat16, self.config.bf16):
            figures = self.task.loss(self.model, batch)
        loss = figures["loss"]
        if not math.isfinite(loss.item()):
            raise TrainingError(
                f"step {step + 1}: the loss is {loss.item()}; try a lower loop.learning_rate or "
                f"a longer loop.warmup, and --resume {self.run} if it has a {LAST}"
            )
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        if self.config.clip_norm is not None:
            self.accelerator.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self.optimizer.step()
        if self.average is not None:
            self.average.update(self._bare(), step=step + 1)
        return {name: float(value.detach()) for name, value in figures.items()}

    def validate(self, progress: Outcome, log: Log) -> None:
        """Measure, log, and keep the weights if none were better."""
        if self.task.validate is None:
            return
        model = self.average.model if self.average is not None else self._bare()
        model.eval()
        with torch.no_grad():
            figures = self.task.validate(model)
        self.log(log, {"step": progress.step, **figures})
        if self.config.best not in figures:
            raise TrainingError(f"loop.best is {self.config.best}, validation has {list(figures)}")
        value = figures[self.config.best]
        if not math.isfinite(value):
            raise TrainingError(
                f"step {progress.step}: validation gives {value} as {self.config.best}"
            )
        sign = 1 if self.config.best_is == "highest" else -1
        if progress.best is None or sign * value > sign * progress.best:
            progress.best, progress.best_step = value, progress.step
            self.save(BEST, progress)

    def log(self, log: Log, row: Mapping[str, float]) -> None:
        """Log once, however many processes there are."""
        if self.accelerator.is_main_process:
            log(row)

    def save(self, name: str, progress: Outcome) -> None:
        """Write the whole state into the run folder."""
        if not self.accelerator.is_main_process:
            return
        state = {
            "step": progress.step,
            "best": progress.best,
            "best_step": progress.best_step,
            "model": self._bare().state_dict(),
            "ema": None if self.average is None else dict(self.average.state_dict()),
            "optimizer": self.optimizer.state_dict(),
            "random": random_state(),
            "settings": dict(self.task.settings),
        }
        save_checkpoint(state, self.run / name)

    def resume(self, path: Path) -> Outcome:
        """Put everything back as it was at a checkpoint."""
        state = load_checkpoint(path)
        if (state["ema"] is None) != (self.average is None):
            raise TrainingError(f"{path}: loop.ema_decay was switched on or off since")
        try:
            self._bare().load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
        except (RuntimeError, ValueError, KeyError) as error:
            raise TrainingError(f"{path}: a checkpoint of another model: {error}") from error
        if self.average is not None:
            self.average.load_state_dict(state["ema"])
        set_random_state(state["random"])
        return Outcome(state["step"], state["best"], state["best_step"])

    def _bare(self) -> nn.Module:
        model: nn.Module = self.accelerator.unwrap_model(self.model)
        return model


class _Window:
    """Means of the figures since the last row of the log, and the speed."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.steps = 0
        self.start = time.perf_counter()

    def add(self, figures: Mapping[str, float]) -> None:
        self.steps += 1
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def means(self) -> dict[str, float]:
        means = {name: total / self.steps for name, total in self.sums.items()}
        return {**means, "steps_per_s": self.steps / (time.perf_counter() - self.start)}
