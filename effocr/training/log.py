"""The log of a run: `log.jsonl` and `log.csv` always, TensorBoard and Weights & Biases by wish."""

import csv
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from effocr.errors import MissingDependencyError

logger = logging.getLogger(__name__)

Row = Mapping[str, float]
Tracker = Literal["tensorboard", "wandb"]


class Log(Protocol):
    """Takes rows that each have a `step`."""

    def __call__(self, row: Row) -> None:
        """Write one row."""

    def rewind(self, step: int) -> None:
        """Forget the rows after a step: the run goes on from there."""


class RunLog:
    """Writes the rows of one run into its folder, and hands them on to the trackers."""

    def __init__(self, folder: Path, *, trackers: Sequence[Tracker] = ()) -> None:
        """Open the log of a run folder, which is made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self.jsonl = folder / "log.jsonl"
        self.csv = folder / "log.csv"
        self._columns: list[str] = []
        self._trackers = [_open_tracker(name, folder) for name in trackers]

    def __call__(self, row: Row) -> None:
        """Write one row to every place."""
        logger.info("%s", "  ".join(f"{name} {value:.4g}" for name, value in row.items()))
        with self.jsonl.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(row)) + "\n")
        if set(row) <= set(self._columns) and self.csv.is_file():
            with self.csv.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, self._columns).writerow(row)
        else:
            self._rewrite_csv(read_log(self.jsonl))
        for track in self._trackers:
            track(row)

    def rewind(self, step: int) -> None:
        """Drop rows of later steps, left by a run that was killed after its last checkpoint."""
        rows = [row for row in read_log(self.jsonl) if row["step"] <= step]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        self.jsonl.write_text(text, encoding="utf-8")
        self._rewrite_csv(rows)

    def _rewrite_csv(self, rows: Sequence[Row]) -> None:
        """Write the table anew: a figure that was not there before needs a column."""
        self._columns = list(dict.fromkeys(name for row in rows for name in row))
        with self.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self._columns)
            writer.writeheader()
            writer.writerows(rows)


def read_log(jsonl: Path) -> list[dict[str, float]]:
    """Rows of a log; a last line cut off by a kill is left out."""
    if not jsonl.is_file():
        return []
    rows = []
    for line in jsonl.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            rows.append(json.loads(line))
    return rows


def _open_tracker(name: Tracker, folder: Path) -> Callable[[Row], None]:
    match name:
        case "tensorboard":
            return _tensorboard(folder)
        case "wandb":
            return _wandb(folder)


def _tensorboard(folder: Path) -> Callable[[Row], None]:
    try:
        from torch.utils.tensorboard.writer import SummaryWriter
    except ImportError as error:
        raise MissingDependencyError(
            "the tracker needs tensorboard: pip install 'effocr[tensorboard]'"
        ) from error
    writer = SummaryWriter(str(folder / "tensorboard"))  # type: ignore[no-untyped-call, unused-ignore]

    def track(row: Row) -> None:
        for name, value in row.items():
            if name != "step":
                writer.add_scalar(name, value, int(row["step"]))  # type: ignore[no-untyped-call, unused-ignore]

    return track


def _wandb(folder: Path) -> Callable[[Row], None]:
    try:
        import wandb  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MissingDependencyError(
            "the tracker needs wandb: pip install 'effocr[wandb]'"
        ) from error
    # Nothing is sent unless WANDB_MODE says so; `wandb sync` sends an offline run later.
    mode: Any = os.environ.get("WANDB_MODE", "offline")  # wandb refuses what it does not know
    run = wandb.init(project="effocr", name=folder.name, dir=str(folder), mode=mode)

    def track(row: Row) -> None:
        run.log(dict(row), step=int(row["step"]))

    return track
