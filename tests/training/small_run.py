"""A run small enough to be killed.

python tests/training/small_run.py RUN STEPS [resume] [slow] [workers=2]
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from effocr.training.config import LoopConfig
from effocr.training.log import RunLog
from effocr.training.loop import Outcome, Task, fit


class NoisySums:
    """Batches of numbers to add up, a function of the step alone."""

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s

    def __getitem__(self, step: int) -> dict[str, np.ndarray]:
        time.sleep(self.delay_s)
        rng = np.random.default_rng((7, step))
        numbers = rng.standard_normal((16, 1, 8, 8)).astype(np.float32)
        return {"numbers": numbers, "sums": numbers.sum(axis=(1, 2, 3))[:, None]}

    def __len__(self) -> int:
        return 10


def small_model() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.2),  # draws from torch's generator: resuming must restore it
        nn.Flatten(),
        nn.Linear(144, 1),
    )


def loss(model: nn.Module, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    error = (model(batch["numbers"]) - batch["sums"]).square().mean()
    return {"loss": error, "error": error.sqrt()}


def validate(model: nn.Module) -> dict[str, float]:
    batch = {name: torch.from_numpy(value) for name, value in NoisySums()[10_000].items()}
    return {"val_error": float(loss(model, batch)["error"])}


def train(
    run: Path, *, resume: Path | None = None, delay_s: float = 0.0, **changes: object
) -> Outcome:
    values = {
        "max_steps": 40,
        "learning_rate": 0.05,
        "ema_decay": 0.9,
        "best": "val_error",
        "best_is": "lowest",
        "device": "cpu",
        "save_every": 7,
        "validate_every": 10,
        "log_every": 5,
        **changes,
    }
    config = LoopConfig.model_validate(values)
    torch.manual_seed(0)
    model = small_model()
    optimizer = torch.optim.AdamW(model.parameters(), config.learning_rate)
    task = Task(model, loss, NoisySums(delay_s=delay_s), optimizer, validate)
    return fit(task, config, run=run, log=RunLog(run), resume=resume)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    train(
        folder,
        max_steps=int(sys.argv[2]),
        resume=folder if "resume" in sys.argv else None,
        delay_s=0.02 if "slow" in sys.argv else 0.0,
        workers=2 if "workers=2" in sys.argv else 0,
    )
