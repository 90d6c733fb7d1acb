"""A run for several processes, which writes down who made which batch and who saved what.

python -m torch.distributed.run --nproc_per_node 2 tests/training/several_run.py RUN [resume]
[slow] [die=BATCH]
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from effocr.training import loop
from effocr.training.config import LoopConfig
from effocr.training.distributed import is_main, wait_for_all
from effocr.training.log import RunLog
from effocr.training.loop import Outcome, Task, fit

STEPS = 24
RANK = os.environ.get("RANK", "alone")


class Sums:
    """Batches of numbers to add up; `size` batches of one process make one of a larger one."""

    def __init__(self, notes: Path, *, size: int = 1, delay_s: float = 0.0, die: int = -1) -> None:
        self.notes, self.size, self.delay_s, self.die = notes, size, delay_s, die

    def __getitem__(self, number: int) -> dict[str, np.ndarray]:
        if number == self.die:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.delay_s)
        note(self.notes / f"made.{RANK}", number)
        parts = [
            np.random.default_rng((3, self.size * number + part)).standard_normal((8, 6))
            for part in range(self.size)
        ]
        numbers = np.concatenate(parts).astype(np.float32)
        return {"numbers": numbers, "sums": numbers.sum(axis=1, keepdims=True)}

    def __len__(self) -> int:
        return 10


class Net(nn.Module):
    """Has a part that nothing reads, as Hugging Face's poolers are."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
        self.unread = nn.Linear(3, 3)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.used(numbers)
        return found


def note(file: Path, what: object) -> None:
    with file.open("a", encoding="utf-8") as notes:
        notes.write(f"{what}\n")


def loss(model: nn.Module, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {"loss": (model(batch["numbers"]) - batch["sums"]).square().mean()}


def train(run: Path, batches: Sums, *, resume: bool = False) -> Outcome:
    config = LoopConfig(
        max_steps=STEPS,
        learning_rate=0.05,
        warmup=0.2,
        ema_decay=0.9,
        best="error",
        best_is="lowest",
        device="cpu",
        log_every=1,
        save_every=5,
        validate_every=8,
    )
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), config.learning_rate)

    def validate(model: nn.Module) -> dict[str, float]:
        held = {name: torch.from_numpy(array) for name, array in Sums(run)[10_000].items()}
        return {"error": float(loss(model, held)["loss"])}

    run.mkdir(parents=True, exist_ok=True)
    task = Task(model, loss, batches, optimizer, validate)
    with RunLog(run) as log:
        return fit(task, config, run=run, log=log, resume=run if resume else None)


def main(run: Path, words: list[str]) -> None:
    save = loop.save_checkpoint

    def noted_save(state: Mapping[str, Any], path: Path) -> None:
        note(run / "saved", RANK)
        save(state, path)

    loop.save_checkpoint = noted_save
    (die,) = [int(word.removeprefix("die=")) for word in words if "die=" in word] or [-1]
    batches = Sums(run, delay_s=0.1 if "slow" in words else 0.0, die=die)
    train(run, batches, resume="resume" in words)
    if is_main():
        time.sleep(0.2)
        note(run / "after", "main")
    wait_for_all()
    note(run / f"saw.{RANK}", (run / "after").read_text(encoding="utf-8").strip())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
