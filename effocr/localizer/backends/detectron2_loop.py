"""The steps of a training with Detectron2, in one process of perhaps several."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from effocr.errors import TrainingError
from effocr.localizer.backends.detectron2_config import Detectron2Training
from effocr.localizer.backends.detectron2_data import LineMapper, coco_figures, records_of
from effocr.localizer.backends.detectron2_recipe import Recipe
from effocr.localizer.backends.detectron2_weights import BEST, put_weights
from effocr.localizer.backends.samples import BoxSample
from effocr.training.checkpoints import read_tensors, save_checkpoint
from effocr.training.log import RunLog

__all__ = ["OUTCOME", "Detectron2Data", "Detectron2Outcome", "Run", "Work"]

Load = Callable[[Path], npt.NDArray[np.uint8]]
LAST = "last_checkpoint"  # holds the name of the last checkpoint, as Detectron2 has it
OUTCOME = "outcome.json"
KEPT = 10  # checkpoints, as in the original
FIGURE = "bbox/AP"


@dataclass(frozen=True, slots=True)
class Detectron2Data:
    """Lines to learn from and to measure on; the latter two may be empty."""

    train: tuple[BoxSample, ...]
    validation: tuple[BoxSample, ...] = ()
    test: tuple[BoxSample, ...] = ()


@dataclass(slots=True)
class Detectron2Outcome:
    """How far a run came.

    Attributes:
        step: steps done.
        best: the best bbox AP on the validation lines, percent; None if there are none.
        best_step: its step.
        test: figures of the best weights on the test lines, percent.
        interrupted: stopped by Ctrl+C.
    """

    step: int = 0
    best: float | None = None
    best_step: int = 0
    test: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What each process of a training is told."""

    data: Detectron2Data
    settings: Detectron2Training
    run: Path
    load: Load
    resume: bool
    device: str

    @property
    def several(self) -> bool:
        """Whether there are several processes."""
        from detectron2.utils import comm

        return bool(comm.get_world_size() > 1)

    @property
    def classes(self) -> int:
        """1 for glyphs, 2 for glyphs and words."""
        words = self.settings.words
        if words is None:
            words = any(len(sample.words) for sample in self.data.train)
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
        from detectron2.engine import AMPTrainer, SimpleTrainer
        from detectron2.utils import comm

        self.work, self.recipe, self.model, self.log = work, recipe, model, log
        self.bare: nn.Module = model.module if work.several else model  # type: ignore[assignment]
        self.main = comm.is_main_process()
        self.workers = min(recipe.workers, (os.cpu_count() or 1) - 1)
        self.optimizer = recipe.optimizer(self.bare)
        loader = build_detection_train_loader(
            records_of(work.data.train, classes=work.classes),
            mapper=LineMapper(recipe.augmentations(train=True), load=work.load, train=True),
            total_batch_size=work.settings.batch_size,
            num_workers=self.workers,
        )
        trainer = AMPTrainer if recipe.amp and work.device == "cuda" else SimpleTrainer
        self.trainer: Any = trainer(model, loader, self.optimizer)
        self.outcome = Detectron2Outcome()

    def train(self) -> None:
        """Run all steps that are left.

        Raises:
            TrainingError: the loss is not finite.
        """
        from detectron2.engine import hooks

        self.trainer.register_hooks(
            [
                hooks.IterationTimer(),
                hooks.LRScheduler(self.optimizer, self.recipe.scheduler(self.optimizer)),
                hooks.CallbackHook(after_step=self._after_step),
            ]
        )
        self._go_on()
        try:
            self.trainer.train(self.outcome.step, self.recipe.steps)
        except FloatingPointError as error:
            raise TrainingError(
                f"step {self.trainer.iter + 1}: the loss is not finite; try a lower learning rate"
            ) from error
        except KeyboardInterrupt:
            self.outcome.interrupted = True
            self._save()

    def _go_on(self) -> None:
        """Put everything back as it was at the last checkpoint."""
        path = self.work.checkpoint
        if path is not None:
            state = read_tensors(path)
            try:
                self.bare.load_state_dict(state["model"])
                self.trainer.load_state_dict(state["trainer"])
            except (KeyError, RuntimeError, ValueError) as error:
                raise TrainingError(f"{path}: a checkpoint of another model: {error}") from error
            self.outcome = Detectron2Outcome(**state["outcome"])
        self.log.rewind(self.outcome.step)

    def _after_step(self, _: Any) -> None:
        """Log, measure and save when it is time."""
        step = self.outcome.step = self.trainer.iter + 1
        done = step == self.recipe.steps
        if step % self.work.settings.log_every == 0 or done:
            self._log({"step": step, **self._figures()})
        if done or step % self.recipe.evaluate_every == 0:
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
        if not self.work.data.validation:
            return
        figures = self.figures_of(self.work.data.validation, "val")
        self.model.train()
        if not self.main:
            return
        self._log({"step": self.outcome.step, **figures})
        if self.outcome.best is None or figures[FIGURE] > self.outcome.best:
            self.outcome.best, self.outcome.best_step = figures[FIGURE], self.outcome.step
            save_checkpoint({"model": self.bare.state_dict()}, self.work.run / BEST)

    def figures_of(self, samples: tuple[BoxSample, ...], name: str) -> dict[str, float]:
        """COCO's figures of the present weights."""
        return coco_figures(
            self.model,
            self.recipe.augmentations(train=False),
            samples,
            name=f"effocr_{name}",
            classes=self.work.classes,
            load=self.work.load,
            workers=self.workers,
        )

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
        """Measure the best weights on the test lines and write down how it went."""
        from detectron2.utils import comm

        best = self.work.run / BEST
        if self.main and self.outcome.best is None:
            save_checkpoint({"model": self.bare.state_dict()}, best)  # the last is the best
        comm.synchronize()
        if self.work.data.test and not self.outcome.interrupted:
            put_weights(self.bare, best, all_of_them=True)
            self.outcome.test = self.figures_of(self.work.data.test, "test")
            row = {f"test/{name}": value for name, value in self.outcome.test.items()}
            self._log({"step": self.outcome.step, **row})
        if self.main:
            text = json.dumps(asdict(self.outcome), indent=2)
            (self.work.run / OUTCOME).write_text(text + "\n", "utf-8")
