"""The log of a run: `log.jsonl` and `log.csv` always, TensorBoard and Weights & Biases by wish."""

import csv
import json
import logging
import math
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from effocr.atomic import write_text
from effocr.errors import TrainingError
from effocr.training.distributed import is_main
from effocr.training.trackers import (
    Row,
    Tracker,
    TrackerName,
    Watched,
    check_installed,
    open_tracker,
)

logger = logging.getLogger(__name__)


class Log(Protocol):
    """Takes rows that each have a `step`."""

    def __call__(self, row: Row) -> None:
        """Write one row."""

    def rewind(self, step: int) -> None:
        """Forget the rows after a step: the run goes on from there."""


class RunLog:
    """Writes the rows of one run into its folder, and hands them on to the trackers.

    Of several processes that train together only the main one writes.

    with RunLog(run, trackers=("wandb",), project="effocr_recog_v2") as log:
        fit(task, config, run=run, log=log)
        log({"step": 500, "test_accuracy": 0.97})
    """

    def __init__(
        self,
        folder: Path,
        *,
        trackers: Sequence[TrackerName] = (),
        project: str = "effocr",
        names: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Open the log of a run folder, which is made where it is missing.

        Args:
            folder: of the run.
            trackers: started by the first row or `rewind`.
            project: of Weights & Biases.
            names: figure -> its name in the trackers, such as {"loss": "train/loss"}; the files
                keep the figure's own, and so do trackers where it is not named here.
            settings: plain values that Weights & Biases shows beside the run.

        Raises:
            MissingDependencyError: a tracker is not installed.
        """
        for name in trackers:
            check_installed(name)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._silent = not is_main()
        self.jsonl = folder / "log.jsonl"
        self.csv = folder / "log.csv"
        self._names = {} if names is None else dict(names)
        self._watched = Watched(folder, project, {} if settings is None else settings)
        self._wanted = tuple(trackers)
        self._trackers: list[Tracker] | None = None
        self._columns: list[str] = []

    def __call__(self, row: Row) -> None:
        """Write one row to every place.

        Raises:
            TrainingError: it can't be written: the disk is full.
        """
        if self._silent:
            return
        if self._trackers is None:
            self.rewind(math.inf)
        logger.info("%s", "  ".join(f"{name} {value:.4g}" for name, value in row.items()))
        try:
            self._append(row)
        except OSError as error:
            raise TrainingError(f"{self.folder}: the log can't be written: {error}") from error
        for tracker in self._trackers or ():
            tracker(self._renamed(row))

    def rewind(self, step: float) -> None:
        """Drop rows of later steps, left by a run that was killed after its last checkpoint."""
        if self._silent:
            return
        before = read_log(self.jsonl)
        rows = [row for row in before if row["step"] <= step]
        if self._trackers is not None and len(rows) == len(before):
            return
        write_text(self.jsonl, "".join(json.dumps(row) + "\n" for row in rows))
        self._rewrite_csv(rows)
        self.close()
        last = int(min(step, max((row["step"] for row in before), default=0)))
        kept = [self._renamed(row) for row in rows]
        self._trackers = [open_tracker(name, self._watched, kept, last) for name in self._wanted]

    def close(self, *, failed: bool = False) -> None:
        """End the trackers; a later row starts them again."""
        trackers, self._trackers = self._trackers, None
        for tracker in trackers or ():
            tracker.close(failed=failed)

    def __enter__(self) -> Self:
        """The log itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """End the trackers, which are told of an error."""
        self.close(failed=kind is not None)

    def _append(self, row: Row) -> None:
        with self.jsonl.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(row)) + "\n")
        if set(row) <= set(self._columns):
            with self.csv.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, self._columns).writerow(row)
        else:
            self._rewrite_csv(read_log(self.jsonl))

    def _renamed(self, row: Row) -> Row:
        return {self._names.get(name, name): value for name, value in row.items()}

    def _rewrite_csv(self, rows: Sequence[Row]) -> None:
        """Write the table anew: a figure that was not there before needs a column."""
        self._columns = list(dict.fromkeys(name for row in rows for name in row))
        table = StringIO(newline="")
        writer = csv.DictWriter(table, self._columns)
        writer.writeheader()
        writer.writerows(rows)
        write_text(self.csv, table.getvalue())


def read_log(jsonl: Path) -> list[dict[str, float]]:
    """Rows of a log; a last line cut off by a kill is left out."""
    if not jsonl.is_file():
        return []
    rows = []
    for line in jsonl.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            rows.append(json.loads(line))
    return rows
