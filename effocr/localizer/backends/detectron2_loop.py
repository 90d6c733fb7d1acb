"""The steps of a training with Detectron2, in one process of perhaps several."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from effocr.errors import TrainingError
from effocr.localizer.backends.detectron2_config import Detectron2Training
from effocr.localizer.backends.detectron2_data import LineMapper, coco_figures, records_of
from effocr.localizer.backends.detectron2_recipe import Recipe
from effocr.localizer.backends.detectron2_weights import BEST
from effocr.localizer.backends.samples import BoxSample
from effocr.training.checkpoints import read_tensors, save_checkpoint
from effocr.training.log import RunLog
from effocr.training.loop import Outcome
from effocr.training.process import interrupts

__all__ = ["OUTCOME", "Run", "Work"]

Load = Callable[[Path], npt.NDArray[np.uint8]]
LAST = "last_checkpoint"  # holds the name of the last checkpoint, as Detectron2 has it
OUTCOME = "outcome.json"
KEPT = 10  # checkpoints, as in the original
FIGURE = "bbox/AP"


@dataclass(frozen=True, slots=True)
class Work:
    """What each process of a training is told.

    Attributes:
        samples: lines to learn from.
        validation: lines kept aside; may be empty.
        settings: of the training.
        run: its folder.
        load: reads an image as [height, width] uint8.
        resume: go on from the last checkpoint, if there is one.
        device: cpu or cuda.
    """

    samples: tuple[BoxSample, ...]
    validation: tuple[BoxSample, ...]
    settings: Detectron2Training
    run: Path
    load: Load
    resume: bool
    device: str

    @property
    def classes(self) -> int:
        """1 for glyphs, 2 for glyphs and words."""
        words = self.settings.words
        if words is None:
            words = any(len(sample.words) for sample in self.samples)
        return 2 if words else 1

    @property
    def checkpoint(self) -> Path | None:
        """The one to go on from."""
        last = self.run / LAST
        if not self.resume or not last.is_file():
            return None
        return self.run / last.read_text("utf-8").strip()

    @property
    def first_step(self) -> int:
        """Steps that were done before, as the name of the checkpoint says."""
        digits = "".join(filter(str.isdigit, self.checkpoint.stem)) if self.checkpoint else ""
        return int(digits) + 1 if digits else 0


class Run:
    """A training that is under way in one process."""

    def __init__(self, work: Work, recipe: Recipe, model: nn.Module, log: RunLog) -> None:
        from detectron2.data import build_detection_train_loader
        from detectron2.engine import AMPTrainer, SimpleTrainer, hooks
        from detectron2.utils import comm

        self.work, self.recipe, self.model, self.log = work, recipe, model, log
        self.pace = recipe.pace()
        several = comm.get_world_size() > 1
        self.bare: nn.Module = model.module if several else model  # type: ignore[assignment]
        self.main = comm.is_main_process()
        self.workers = min(self.pace.workers, (os.cpu_count() or 1) - 1)
        optimizer = recipe.optimizer(self.bare)
        loader = build_detection_train_loader(
            records_of(work.samples, classes=work.classes),
            mapper=LineMapper(recipe.augmentations(train=True), load=work.load, train=True),
            total_batch_size=work.settings.batch_size,
            num_workers=self.workers,
        )
        trainer = AMPTrainer if self.pace.amp and work.device == "cuda" else SimpleTrainer
        self.trainer: Any = trainer(model, loader, optimizer)
        rates = hooks.LRScheduler(optimizer, recipe.scheduler(optimizer))
        self.trainer.register_hooks([hooks.IterationTimer(), rates])
        self.outcome = Outcome()

    def train(self) -> None:
        """Run all steps that are left; Ctrl+C ends the step and saves.

        Raises:
            TrainingError: the loss is not finite.
        """
        from detectron2.utils import comm
        from detectron2.utils.events import EventStorage

        self._go_on()
        trainer, first = self.trainer, self.outcome.step
        with interrupts() as interrupted, EventStorage(first) as trainer.storage:
            trainer.before_train()
            for trainer.iter in range(first, self.pace.steps):
                trainer.before_step()
                try:
                    trainer.run_step()
                except FloatingPointError as error:
                    raise TrainingError(
                        f"step {trainer.iter + 1}: the loss is not finite; try a lower learning "
                        "rate"
                    ) from error
                trainer.after_step()
                done = trainer.iter + 1 == self.pace.steps
                self._after_step(done=done)
                self.outcome.interrupted = any(comm.all_gather(interrupted.is_set())) and not done
                if self.outcome.interrupted:
                    self._save()
                    break

    def _go_on(self) -> None:
        """Put everything back as it was at the last checkpoint."""
        path = self.work.checkpoint
        if path is not None:
            state = read_tensors(path)
            try:
                self.bare.load_state_dict(state["model"])
                self.trainer.load_state_dict(state["trainer"])
                self.outcome = Outcome(**state["outcome"])
            except (KeyError, RuntimeError, TypeError, ValueError) as error:
                raise TrainingError(f"{path}: a checkpoint of another model: {error}") from error
            self.outcome.interrupted = False
        self.log.rewind(self.outcome.step)

    def _after_step(self, *, done: bool) -> None:
        """Log, measure and save when it is time."""
        step = self.outcome.step = self.trainer.iter + 1
        if step % self.work.settings.log_every == 0 or done:
            self._log({"step": step, **self._figures()})
        if done or (self.pace.evaluate_every > 0 and step % self.pace.evaluate_every == 0):
            self._measure()
            self._save()

    def _figures(self) -> dict[str, float]:
        """Means since the last row, and the share of the time spent on waiting for data."""
        histories = self.trainer.storage.histories()
        window = self.work.settings.log_every
        names = [name for name in histories if "loss" in name or name == "lr"]
        figures = {name: float(histories[name].avg(window)) for name in names}
        if "time" in histories:
            seconds = float(histories["time"].avg(window))
            figures["steps_per_s"] = 1 / seconds
            figures["waiting"] = float(histories["data_time"].avg(window)) / seconds
        return figures

    def _measure(self) -> None:
        """Measure on the validation lines, and keep the weights if none were better."""
        work = self.work
        if not work.validation:
            return
        figures = coco_figures(
            self.model, self.recipe, work.validation, load=work.load, workers=self.workers
        )
        if not self.main:
            return
        self._log({"step": self.outcome.step, **figures})
        if self.outcome.best is None or figures[FIGURE] > self.outcome.best:
            self.outcome.best, self.outcome.best_step = figures[FIGURE], self.outcome.step
            self._save_best()

    def _save_best(self) -> None:
        save_checkpoint({"model": self.bare.state_dict()}, self.work.run / BEST)

    def _save(self) -> None:
        """Write a checkpoint; old ones go once it is there."""
        if not self.main:
            return
        run, step = self.work.run, self.outcome.step
        state = {
            "model": self.bare.state_dict(),
            "trainer": self.trainer.state_dict(),
            "outcome": asdict(self.outcome),
        }
        name = f"model_{step - 1:07d}.pth"
        save_checkpoint(state, run / name)
        pointer = run / f".{LAST}.tmp"
        pointer.write_text(name, "utf-8")
        pointer.replace(run / LAST)
        for old in sorted(run.glob("model_[0-9]*.pth"))[:-KEPT]:
            old.unlink()

    def _log(self, row: Mapping[str, float]) -> None:
        if self.main:
            self.log(row)

    def finish(self) -> None:
        """Write down how it went; where nothing was measured, the last weights are the best."""
        if not self.main:
            return
        if self.outcome.best is None:
            self._save_best()
        text = json.dumps(asdict(self.outcome), indent=2)
        (self.work.run / OUTCOME).write_text(text + "\n", "utf-8")
